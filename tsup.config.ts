import { defineConfig } from 'tsup';

/**
 * One flat folder dist/: every thread's file is an entry of its own and found beside the module that starts it. JavaScript
 * dependencies are bundled, since one file starts faster than two hundred; native addons, files of the browser viewer and
 * what starts a thread from a file of its own stay outside.
 */
export default defineConfig({
  entry: {
    main: 'src/cli/main.ts',
    'checkpoint-worker': 'src/db/checkpoint-worker.ts',
    'read-worker': 'src/db/read-worker.ts',
    'execution-worker': 'src/execution/worker.ts',
  },
  format: 'esm',
  target: 'node24',
  platform: 'node',
  splitting: true,
  sourcemap: true,
  clean: true,
  treeshake: true,
  noExternal: [/^(?!better-sqlite3$|argon2$|esbuild$|swagger-ui-dist$|piscina$|pino$)/],
  external: ['better-sqlite3', 'argon2', 'esbuild', 'swagger-ui-dist', 'piscina', 'pino'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
