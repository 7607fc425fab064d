import { defineConfig } from 'vitest/config';

/**
 * Three projects. `jails` starts real jails and measures time and memory, so it runs by itself, one file after the other,
 * after `main`: see the script `test` in package.json.
 */
const jails = [
  'test/**/jail/**',
  'test/**/jails/**',
  'test/demo/**',
  'test/attacks/**',
  'test/chaos/**',
  'test/powercut/**',
];

/** Minutes of jails, and every solution and generator of the built-in problems: run by `npm run test:long` only. */
const long = [
  'test/attacks/suites.test.ts',
  'test/faults/jails/*.test.ts',
  'test/api/problems/built-in.test.ts',
  'test/problems/data.test.ts',
];
const alone = {
  pool: 'forks',
  maxWorkers: 1,
  fileParallelism: false,
  testTimeout: 120_000,
  hookTimeout: 120_000,
  env: { UV_THREADPOOL_SIZE: '16' },
} as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'main',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: [...jails, ...long, '**/node_modules/**'],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 90_000,
          hookTimeout: 120_000,
          env: { UV_THREADPOOL_SIZE: '16' },
        },
      },
      {
        test: {
          name: 'jails',
          include: jails.map((folder) => `${folder}/*.test.ts`),
          exclude: [...long, '**/node_modules/**'],
          ...alone,
        },
      },
      { test: { name: 'long', include: long, ...alone } },
    ],
  },
});
