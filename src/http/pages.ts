import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { Config } from '../config/schema.ts';
import { NotFound } from '../kernel/errors.ts';
import type { App } from './app.ts';
import { pagePolicy } from './security-headers.ts';

export type PagesOptions = {
  readonly config: Config;
  /** Folder of the built web client, with its index.html. */
  readonly directory: string;
};

/** File names with a hash of their content: they never change. */
const hashed = /[.-][A-Za-z0-9_-]{8,}\.\w+$/;

/**
 * Serves the web client below /app/. Only files that are there at the start exist; any other address without a file
 * extension is one of the client's own and gets its page.
 */
export async function addPages(app: App, { config, directory }: PagesOptions): Promise<void> {
  const files = new Set(listFiles(directory));
  await app.server.register(fastifyStatic, { root: directory, serve: false });
  const options = { config: { immediate: true } };
  app.server.get('/app', options, async (_request, reply) => reply.redirect('/app/', 301));
  app.server.get<{ Params: { '*': string } }>('/app/*', options, async (request, reply) => {
    const wanted = request.params['*'];
    const isClientAddress = !files.has(wanted) && !/\.\w+$/.test(wanted);
    const file = isClientAddress ? 'index.html' : wanted;
    if (!files.has(file)) throw NotFound();
    const cache = hashed.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache';
    reply.headers({ 'Content-Security-Policy': pagePolicy(config, app.port()) });
    return reply.sendFile(file, { cacheControl: false, lastModified: false }).header('Cache-Control', cache);
  });
}

/** Paths below the directory, with slashes. */
function listFiles(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
