import { readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { examinePort } from '../../src/server/doctor-port.ts';
import {
  buildProgram,
  call,
  cleanUp,
  expectRefusal,
  newInstallation,
  rowsOf,
  run,
  type Serving,
} from '../cli/support.ts';
import { Guest } from '../interview/support/guest.ts';
import { PATIENCE_MS, serveOn } from './support/world.ts';

beforeAll(buildProgram, PATIENCE_MS);
afterAll(cleanUp);

const tryServe = (directory: string, port: number) =>
  run(['serve', '--planes', 'control,collab', '--port', `${port}`, '--data-dir', directory]);

/** Files with sizes, and what people have stored. */
const stateOf = (directory: string) => ({
  files: readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/-(wal|shm)$/.test(name))
    .sort()
    .map((name) => `${name} ${statSync(path.join(directory, name)).size}`),
  users: rowsOf(directory, 'SELECT id, username FROM users'),
});

it(
  'a port that another installation serves on refuses a second server, which changes nothing and starts when the port is free',
  async () => {
    const [one, two] = [await newInstallation(), await newInstallation()];
    const first: Serving = await serveOn(one);
    const before = stateOf(two);
    expectRefusal(
      await tryServe(two, first.port),
      1,
      `127.0.0.1:${first.port} is taken by another program.`,
      'Choose another with --port, or see who has it: ss -ltnp',
    );
    expect(stateOf(two)).toEqual(before);
    // The first serves on, on its own data.
    const ada = await new Guest('ada', first.url).register();
    expect((await call(first, 'GET', '/health')).status).toBe(200);
    expect(rowsOf(one, 'SELECT username FROM users')).toEqual([{ username: ada.name }]);
    expect(await first.end('SIGTERM')).toBe(0);

    // As the unit does it, again and again.
    const second = await serveOn(two, { words: ['--port', `${first.port}`] });
    expect(second.port).toBe(first.port);
    expect((await call(second, 'GET', '/health')).status).toBe(200);
    expect(rowsOf(two, 'SELECT username FROM users')).toEqual([]);
    expect(await second.end('SIGTERM')).toBe(0);
  },
  PATIENCE_MS,
);

it(
  'a port that is taken while the server is down keeps it from starting until it is free, and nothing is lost',
  async () => {
    const directory = await newInstallation();
    const first = await serveOn(directory);
    const { port } = first;
    const ada = await new Guest('ada', first.url).register();
    const body = { mode: 'peer', language: 'python' } as const;
    const { roomId } = await ada.api.call('POST /rooms', { body });
    expect(await first.end('SIGKILL')).toBe(null);
    const squatter = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    expectRefusal(await tryServe(directory, port), 1, 'is taken by another program');
    const { config } = loadConfig({ flags: { 'server.port': port } });
    expect(await examinePort(config)).toEqual([
      {
        check: 'port',
        state: 'fail',
        detail: `127.0.0.1:${port} is taken by another program`,
        remedy: `ss -ltnp 'sport = :${port}'`,
      },
    ]);
    await new Promise((resolve) => squatter.close(resolve));
    expect(await examinePort(config)).toMatchObject([{ state: 'ok' }]);
    const again = await serveOn(directory, { words: ['--port', `${port}`] });
    const room = await ada.api.call('GET /rooms/{roomId}', { params: { roomId } });
    expect(room.roomId).toBe(roomId);
    expect(await again.end('SIGTERM')).toBe(0);
  },
  PATIENCE_MS,
);
