import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram, cleanUp, expectRefusal, run, type Serving } from '../cli/support.ts';
import { Guest, refusal } from '../interview/support/guest.ts';
import { until, waitUpTo } from '../interview/support/wait.ts';
import { type Disk, mayMount, mountDisk } from './support/disk.ts';
import { findingOf } from './support/doctor.ts';
import {
  expectEqual,
  gatherPair,
  healthOf,
  hearsLog,
  installAt,
  leave,
  logged,
  PATIENCE_MS,
  type Pair,
  serveOn,
  untilHealth,
} from './support/world.ts';

let disk: Disk;
let server: Serving | undefined;
let pair: Pair | undefined;

beforeAll(() => {
  waitUpTo(PATIENCE_MS / 2);
  buildProgram();
}, PATIENCE_MS);
afterEach(async () => {
  if (pair) leave(pair);
  pair = undefined;
  await server?.end('SIGKILL');
  disk.remove();
});
afterAll(cleanUp);

const REFUSED = 'changes are refused until the disk takes them';
const TAKEN = 'the disk takes changes again';
const nameOf = async ({ ada }: Pair) => (await ada.api.call('GET /users/me', {}))?.displayName;

describe.skipIf(!mayMount)('a full disk (root only: it is mounted here)', () => {
  it(
    'is told with a remedy, changes are refused and nothing is lost, reads go on, and all comes back by itself',
    async () => {
      disk = mountDisk({ sizeMb: 48 });
      await installAt(disk.data);
      const first = await serveOn(disk.data);
      server = first;
      pair = await gatherPair(first.url);
      const { ada, bob, room, tabs } = pair;
      await tabs[0].type('acknowledged before');
      await hearsLog(first, 'the disk is nearly full');
      await untilHealth(first, 'ok');
      const name = await nameOf(pair);

      disk.fill('room');
      // More than what the files still have room for.
      for (const tab of tabs) tab.text().insert(0, `typed on a full disk ${'x'.repeat(9000)} `);
      const said = await hearsLog(first, REFUSED);
      expect(said).toMatchObject({
        level: 'error',
        why: 'The disk is full',
        remedy: `df -h ${disk.data}/tmp; df -i ${disk.data}/tmp`,
      });
      await untilHealth(first, 'down', { storage: 'fail', collab: 'fail', database: 'ok', queue: 'ok' });

      // Refused, with nothing changed; reading goes on.
      const change = { body: { displayName: 'n'.repeat(60) } };
      await until('every change is refused', async () => {
        const outcome = await refusal(ada.api.call('PATCH /users/me', change)).catch(() => 'taken');
        return outcome === '503 SERVICE_UNAVAILABLE';
      });
      const kept = await nameOf(pair);
      expect(await refusal(ada.api.call('PATCH /users/me', change))).toBe('503 SERVICE_UNAVAILABLE');
      expect([name, 'n'.repeat(60)]).toContain(kept);
      expect(await nameOf(pair)).toBe(kept);
      const rooms = await ada.api.call('GET /rooms', {});
      const create = ada.api.call('POST /rooms', { body: { mode: 'peer', language: 'python' } });
      expect(await refusal(create)).toBe('503 SERVICE_UNAVAILABLE');
      expect(await ada.api.call('GET /rooms', {})).toEqual(rooms);
      const read = await bob.api.call('GET /rooms/{roomId}', { params: { roomId: room.roomId } });
      expect(read.roomId).toBe(room.roomId);

      // Editing is paused for people, and what they have typed stays theirs.
      for (const tab of tabs) await until('read-only', () => tab.connection.access.code === 'readonly');
      for (const tab of tabs) expect(`${tab.text()}`).toContain('typed on a full disk');
      expect(tabs.some((tab) => tab.heard('write-rejected').length > 0)).toBe(false);

      expect(await findingOf(disk.data, 'disk writes')).toMatchObject({
        state: 'fail',
        detail: 'The disk is full',
        remedy: `df -h ${disk.data}/tmp; df -i ${disk.data}/tmp`,
      });
      expect(await findingOf(disk.data, 'disk space')).toMatchObject({ state: 'warning' });

      disk.free();
      await hearsLog(first, TAKEN);
      await untilHealth(first, 'ok');
      await expectEqual(pair, 'acknowledged before');
      expect(`${tabs[0].text()}`.match(/typed on a full disk/g)).toHaveLength(2);
      expect((await ada.api.call('PATCH /users/me', { body: { displayName: 'Ada' } })).displayName).toBe(
        'Ada',
      );
      expect(logged(first, REFUSED)).toHaveLength(1);

      // What is on the disk is what people see.
      const text = `${tabs[0].text()}`;
      leave(pair);
      expect(await first.end('SIGTERM')).toBe(0);
      server = await serveOn(disk.data);
      const again = await new Guest('ada', server.url).signIn();
      const tab = await again.enter(room);
      expect(`${tab.text()}`).toBe(text);
      again.leave();
      await server.end('SIGTERM');
    },
    PATIENCE_MS,
  );

  it(
    'without room for the files of the database nothing is started, with what to do; once there is room it starts',
    async () => {
      disk = mountDisk({ sizeMb: 16 });
      await installAt(disk.data);
      disk.fill('room');
      const refused = await run(['serve', '--planes', 'control', '--port', '0', '--data-dir', disk.data]);
      const remedy = `df -h ${disk.data}; df -i ${disk.data}\n`;
      expectRefusal(refused, 1, `${disk.data}/syncode.db cannot be used.`, 'The disk is full.', remedy);
      disk.free();
      server = await serveOn(disk.data);
      expect((await healthOf(server)).status).toBe(200);
      await server.end('SIGTERM');
    },
    PATIENCE_MS,
  );
});

describe.skipIf(!mayMount)('a disk without room for further files (root only: it is mounted here)', () => {
  it(
    'disturbs nobody while serving, is warned of, refuses a start with what to do, and is over when there is room',
    async () => {
      disk = mountDisk({ sizeMb: 64, files: 200 });
      await installAt(disk.data);
      server = await serveOn(disk.data);
      pair = await gatherPair(server.url);
      disk.fill('files');
      await pair.tabs[0].type('kept without a new file');
      await expectEqual(pair, 'kept without a new file');
      const warned = await hearsLog(server, 'the disk is nearly full');
      expect(warned).toMatchObject({ level: 'warn', freeFiles: expect.any(Number) });
      expect(logged(server, REFUSED)).toEqual([]);
      expect((await healthOf(server)).body.status).toBe('ok');
      expect(await findingOf(disk.data, 'disk space')).toMatchObject({
        state: 'warning',
        detail: expect.stringContaining('room for 0 files'),
        remedy: expect.stringContaining('df -i'),
      });

      const { room } = pair;
      leave(pair);
      pair = undefined;
      expect(await server.end('SIGTERM')).toBe(0);
      disk.fill('files');
      const refused = await run(['serve', '--planes', 'control', '--port', '0', '--data-dir', disk.data]);
      expectRefusal(refused, 1, 'The disk is full.', `df -i ${disk.data}\n`);
      disk.free();
      server = await serveOn(disk.data);
      const ada = await new Guest('ada', server.url).signIn();
      const tab = await ada.enter(room);
      expect(`${tab.text()}`).toBe('kept without a new file');
      ada.leave();
      await server.end('SIGTERM');
    },
    PATIENCE_MS,
  );
});
