import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { type BoundOperation, describeApi } from './contract.ts';
import { referencePolicy } from './security-headers.ts';

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Syncode API</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="reference"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: false,
});
`;

/** Files of the viewer that are served, with their types; nothing else of its package is. */
const files: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** Adds `/openapi.json`, the reference under `/docs` that shows it, and the way from `/` to the web client. */
export async function addReference(
  server: FastifyInstance,
  operations: readonly BoundOperation[],
): Promise<void> {
  const document = JSON.stringify(
    describeApi(
      operations.map(({ id }) => id),
      { internal: false },
    ),
  );
  const folder = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
  const serve = (url: string, type: string, read: () => string | Promise<Buffer>) => {
    server.get(url, { config: { immediate: true } }, async (_request, reply) => {
      reply.headers({ 'Content-Security-Policy': referencePolicy, 'Cache-Control': 'no-cache' });
      return reply.type(type).send(await read());
    });
  };
  serve('/openapi.json', 'application/json; charset=utf-8', () => document);
  serve('/docs', 'text/html; charset=utf-8', () => page);
  serve('/docs/start.js', 'text/javascript; charset=utf-8', () => start);
  for (const [name, type] of Object.entries(files))
    serve(`/docs/${name}`, type, () => readFile(join(folder, name)));
  const redirect = { config: { immediate: true } };
  server.get('/docs/', redirect, async (_request, reply) => reply.redirect('/docs', 301));
  server.get('/', redirect, async (_request, reply) => reply.redirect('/app/', 302));
}
