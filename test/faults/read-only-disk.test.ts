import { constants } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram, cleanUp, expectRefusal, newInstallation, run, type Serving } from '../cli/support.ts';
import { Guest, refusal } from '../interview/support/guest.ts';
import { until, waitUpTo } from '../interview/support/wait.ts';
import { mayMount, mountDisk } from './support/disk.ts';
import { findingOf } from './support/doctor.ts';
import { type Faults, prepareFaults } from './support/faults.ts';
import {
  expectEqual,
  gatherPair,
  healthOf,
  hearsLog,
  installAt,
  leave,
  PATIENCE_MS,
  type Pair,
  serveOn,
  untilHealth,
} from './support/world.ts';

let server: Serving | undefined;
let pair: Pair | undefined;
let faults: Faults | undefined;

beforeAll(() => {
  waitUpTo(PATIENCE_MS / 2);
  buildProgram();
}, PATIENCE_MS);
afterEach(async () => {
  if (pair) leave(pair);
  pair = undefined;
  await server?.end('SIGKILL');
  faults?.remove();
  faults = undefined;
});
afterAll(cleanUp);

const REMEDY = (directory: string) =>
  `dmesg | tail; mount -o remount,rw "$(df --output=target ${directory} | tail -n 1)"`;

describe('a disk that becomes read-only', () => {
  // The kernel refuses to remount a disk on which files are open for writing, unless it does so by itself after an error.
  it(
    'while serving is told with a remedy, refuses changes, keeps what is typed, and is over when it can be written to',
    async () => {
      const directory = await newInstallation();
      faults = prepareFaults(directory);
      server = await serveOn(directory, { env: faults.env });
      pair = await gatherPair(server.url);
      const { ada, room, tabs } = pair;
      await tabs[0].type('acknowledged before');
      await expectEqual(pair, 'acknowledged before');
      const before = await ada.api.call('GET /rooms', {});

      faults.set('writeErrno', constants.errno.EROFS);
      for (const tab of tabs) tab.text().insert(0, 'typed meanwhile ');
      expect(await hearsLog(server, 'changes are refused until the disk takes them')).toMatchObject({
        level: 'error',
        why: 'The disk is read-only, as after an error of its own',
        remedy: REMEDY(`${directory}/tmp`),
      });
      const advance = ada.advance(room.roomId, 'warmup');
      expect(await refusal(advance)).toBe('503 SERVICE_UNAVAILABLE');
      const create = ada.api.call('POST /rooms', { body: { mode: 'peer', language: 'python' } });
      expect(await refusal(create)).toBe('503 SERVICE_UNAVAILABLE');
      expect(await ada.api.call('GET /rooms', {})).toEqual(before);
      await untilHealth(server, 'down', { storage: 'fail', database: 'ok' });
      for (const tab of tabs) expect(`${tab.text()}`).toContain('typed meanwhile');

      faults.set('writeErrno', 0);
      await hearsLog(server, 'the disk takes changes again');
      await expectEqual(pair, 'acknowledged before');
      expect(`${tabs[0].text()}`.match(/typed meanwhile/g)).toHaveLength(2);
      await untilHealth(server, 'ok');
      expect(faults.get('refusedWrites')).toBeGreaterThan(0);
      expect(await server.end('SIGTERM')).toBe(0);
    },
    PATIENCE_MS,
  );

  it.skipIf(!mayMount)(
    'before the start is refused with a remedy, also by the doctor, and served from once it can be written to (root only: it is mounted here)',
    async () => {
      const disk = mountDisk({ sizeMb: 16 });
      try {
        await installAt(disk.data);
        disk.remount('ro');
        const words = ['--planes', 'control', '--port', '0', '--data-dir', disk.data];
        const refused = await run(['serve', ...words]);
        const why = `The data directory ${disk.data} cannot be written to.`;
        expectRefusal(refused, 1, why, 'Its file system is read-only.', 'mount -o remount,rw');
        expect(await findingOf(disk.data, 'disk writes')).toMatchObject({
          state: 'fail',
          remedy: REMEDY(`${disk.data}/tmp`),
        });
        disk.remount('rw');
        server = await serveOn(disk.data);
        expect((await healthOf(server)).status).toBe(200);
        const ada = await new Guest('ada', server.url).register();
        await until('changes are taken', () => ada.userId);
        await server.end('SIGTERM');
      } finally {
        await server?.end('SIGKILL');
        disk.remove();
      }
    },
    PATIENCE_MS,
  );
});
