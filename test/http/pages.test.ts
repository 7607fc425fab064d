import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { operation } from '../../src/http/operation.ts';
import { addPages } from '../../src/http/pages.ts';
import { createTestDirectory, openTestDb } from '../support/database.ts';
import { noActiveRoom } from './fixtures.ts';
import { createTestLog, startTestApp, type TestApp, testConfig } from './support.ts';

let app: TestApp;
afterEach(() => app.close());

const active = operation('getMyActiveRoom', {}, ({ answer }) => answer(200, noActiveRoom));
const start = async (config = {}) => {
  app = await startTestApp({ bindings: [active], config });
  return app;
};

describe('the reference', () => {
  it('shows what is bound, from this server alone', async () => {
    const { ask } = await start();
    const document = (await ask('GET', '/openapi.json')).body as { paths: object };
    expect(Object.keys(document.paths)).toEqual(['/users/me/active-room']);
    const page = await ask('GET', '/docs');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:/);
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(sources).toHaveLength(4);
    expect(page.text).not.toMatch(/<script>| on\w+=|https?:/);
    for (const source of sources) {
      const reply = await ask('GET', source);
      expect([source, reply.status]).toEqual([source, 200]);
      expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect((await ask('GET', '/docs/start.js')).text).toContain('validatorUrl: null');
    expect((await ask('GET', '/docs/')).headers.get('location')).toBe('/docs');
  });

  it('serves no other file of its package', async () => {
    const { ask } = await start();
    for (const path of [
      '/docs/index.html',
      '/docs/swagger-initializer.js',
      '/docs/../package.json',
      '/docs/%2e%2e/package.json',
    ]) {
      expect((await ask('GET', path)).status).toBe(404);
    }
  });
});

describe('the web client [S15]', () => {
  const folder = createTestDirectory();
  writeFileSync(join(folder.path, 'index.html'), '<!doctype html><title>Syncode</title>');
  mkdirSync(join(folder.path, 'assets'));
  writeFileSync(join(folder.path, 'assets/main-a1b2c3d4.js'), 'run()');
  writeFileSync(join(folder.path, 'robots.txt'), 'no');

  const serve = async () => {
    const test = openTestDb();
    const log = createTestLog();
    const config = testConfig();
    const deps = {
      config,
      log: log.log,
      clock: { now: () => 0 },
      db: test.db,
      callers: {} as never,
      rooms: {} as never,
    };
    const made = await createApp(deps, { bindings: [active] });
    await addPages(made, { config, directory: folder.path });
    const url = await made.server.listen({ host: '127.0.0.1', port: 0 });
    const get = (path: string) => fetch(url + path, { redirect: 'manual' });
    const close = async () => {
      await made.server.close();
      await test.close();
    };
    return { made, get, close };
  };

  it('is served below /app/, its own addresses included; files that are not there are not found', async () => {
    await start();
    const { made, get, close } = await serve();
    expect((await get('/')).headers.get('location')).toBe('/app/');
    expect((await get('/app')).headers.get('location')).toBe('/app/');
    for (const path of ['/app/', '/app/rooms/123', '/app/index.html']) {
      const page = await get(path);
      expect([path, page.status, page.headers.get('cache-control')]).toEqual([path, 200, 'no-cache']);
      expect(await page.text()).toContain('<title>Syncode</title>');
      expect(page.headers.get('content-security-policy')).toContain(
        `connect-src 'self' ws://localhost:${made.port()} ws://127.0.0.1:${made.port()} ws://[::1]:${made.port()};`,
      );
    }
    const script = await get('/app/assets/main-a1b2c3d4.js');
    expect([script.status, script.headers.get('content-type'), script.headers.get('cache-control')]).toEqual([
      200,
      'application/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
    expect((await get('/app/robots.txt')).headers.get('cache-control')).toBe('no-cache');
    for (const path of ['/app/missing.js', '/app/%2e%2e%2fpackage.json', '/app/..%2f..%2fpackage.json']) {
      const missing = await get(path);
      expect([path, missing.status, missing.headers.get('content-type')]).toEqual([
        path,
        404,
        'application/json; charset=utf-8',
      ]);
    }
    await close();
    folder.remove();
  });
});
