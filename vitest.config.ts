import { defineConfig } from 'vitest/config';

/**
 * Two projects. `jails` starts real jails and measures time and memory, so it runs by itself, one file after the other,
 * after `main`: see the script `test` in package.json.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'main',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: [
            'test/execution/jail/**',
            'test/execution/jails/**',
            'test/interview/jails/**',
            'test/demo/**',
            '**/node_modules/**',
          ],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          env: { UV_THREADPOOL_SIZE: '16' },
        },
      },
      {
        test: {
          name: 'jails',
          include: [
            'test/execution/jail/**/*.test.ts',
            'test/execution/jails/**/*.test.ts',
            'test/interview/jails/**/*.test.ts',
            'test/demo/**/*.test.ts',
          ],
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          env: { UV_THREADPOOL_SIZE: '16' },
        },
      },
    ],
  },
});
