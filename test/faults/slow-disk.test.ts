import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/server/finding.ts';
import { buildProgram, call, cleanUp, newInstallation, root, type Serving } from '../cli/support.ts';
import { until, waitUpTo } from '../interview/support/wait.ts';
import { type Faults, prepareFaults } from './support/faults.ts';
import {
  expectEqual,
  gatherPair,
  healthOf,
  hearsLog,
  leave,
  logged,
  PATIENCE_MS,
  type Pair,
  serveOn,
  untilHealth,
} from './support/world.ts';

let directory: string;
let server: Serving | undefined;
let pair: Pair | undefined;
let faults: Faults;

beforeAll(() => {
  waitUpTo(PATIENCE_MS / 2);
  buildProgram();
}, PATIENCE_MS);
afterEach(async () => {
  faults.set('holdSyncs', 0);
  if (pair) leave(pair);
  pair = undefined;
  await server?.end('SIGKILL');
  faults.remove();
});
afterAll(cleanUp);

/** A server with two people in a room, on a disk whose faults can be chosen. */
async function begin() {
  directory = await newInstallation();
  faults = prepareFaults(directory);
  server = await serveOn(directory, { env: faults.env });
  pair = await gatherPair(server.url);
  return { server, pair, mainSyncs: faults.get('mainSyncs') };
}

/** What the doctor says of the disk when he meets the same one. */
function findDiskWrites(): Finding {
  const script = `const { examineInstallation } = await import('${root}/src/server/doctor.ts');
    const { loadConfig } = await import('${root}/src/config/load.ts');
    const findings = await examineInstallation('${directory}', loadConfig({}).config);
    console.log(JSON.stringify(findings.find(({ check }) => check === 'disk writes')));`;
  const env = { ...process.env, ...faults.env };
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' }),
  );
}

describe('a disk that takes 50 ms for each sync', () => {
  it(
    'is called slow in the log and by the doctor with a remedy, loses nothing, and never holds up the event loop',
    async () => {
      const { server, pair, mainSyncs } = await begin();
      faults.set('syncDelayMs', 50);
      await Promise.all(pair.tabs.map((tab) => tab.type('typed on a slow disk '.repeat(5))));
      // The edits come together as they do on a fast one, and both see all of them.
      await expectEqual(pair);
      expect(`${pair.tabs[0].text()}`.length).toBe(2 * 21 * 5);
      const said = await until('the log calls the disk slow', async () => {
        await pair.tabs[0].type('.');
        return logged(server, 'the disk is slow: every keystroke and every answer takes at least so long')[0];
      });
      expect(said).toMatchObject({ level: 'warn', remedy: `findmnt -T ${directory}/tmp` });
      expect(Number(said.meanFlushMs)).toBeGreaterThanOrEqual(25);
      expect((await healthOf(server)).body.services.storage).toBe('ok');
      expect(findDiskWrites()).toMatchObject({
        state: 'warning',
        remedy: expect.stringContaining(`findmnt -T ${directory}`),
      });
      // The event loop itself has not synced once.
      expect(faults.get('mainSyncs')).toBe(mainSyncs);

      faults.set('syncDelayMs', 0);
      await until('the log calls the disk well', async () => {
        await pair.tabs[0].type('.');
        return logged(server, 'the disk is as fast as it should be').length > 0;
      });
      const text = `${pair.tabs[0].text()}`;
      await server.end('SIGKILL');
      leave(pair);
      await comeBack(server.port, text);
    },
    PATIENCE_MS,
  );
});

describe('a disk that does not answer', () => {
  it(
    'holds what is not durable and nothing else, is told, and everything goes out when it answers',
    async () => {
      const { server, pair, mainSyncs } = await begin();
      const { ada, tabs } = pair;
      await tabs[0].type('before ');
      await expectEqual(pair, 'before ');
      const order: string[] = [];

      faults.set('holdSyncs', 1);
      tabs[0].text().insert(0, 'held ');
      await until('a sync hangs', () => faults.get('syncsHeld') > 0);
      const change = ada.api
        .call('PATCH /users/me', { body: { displayName: 'Ada, held' } })
        .then(() => order.push('the change is answered'));
      // While the sync hangs the event loop answers whatever reflects nothing new.
      for (const address of ['/health', '/instance', '/health']) {
        expect((await call(server, 'GET', address)).status).toBe(200);
        order.push(`${address} is answered`);
        expect(faults.get('syncsHeld')).toBeGreaterThan(0);
      }
      const said = await hearsLog(
        server,
        'the disk does not answer: what people do is held until it has been written',
      );
      expect(said).toMatchObject({ level: 'error', remedy: 'dmesg | tail' });
      await untilHealth(server, 'down', { storage: 'fail', database: 'ok', collab: 'ok' });
      // Nobody was told of it, neither its author nor the other.
      expect(tabs[0].connection.state.status).toBe('saving');
      expect(`${tabs[1].text()}`).toBe('before ');
      expect(order).toEqual(['/health is answered', '/instance is answered', '/health is answered']);

      faults.set('holdSyncs', 0);
      await change;
      await expectEqual(pair, 'held before ');
      await hearsLog(server, 'the disk answers again');
      await untilHealth(server, 'ok');
      expect(faults.get('mainSyncs')).toBe(mainSyncs);
      expect(await server.end('SIGTERM')).toBe(0);
    },
    PATIENCE_MS,
  );
});

describe('a sync that fails', () => {
  it(
    'ends the process at once; the next start has everything that was acknowledged, and an answer that never came is given once',
    async () => {
      const { server: first, pair } = await begin();
      const { ada, tabs } = pair;
      for (const tab of tabs) await tab.type('acknowledged ');
      await expectEqual(pair);
      const mine = await ada.api.call('POST /rooms', { body: { mode: 'peer', language: 'go' } });
      const roomsBefore = (await ada.api.call('GET /rooms', {})).data.map(({ roomId }) => roomId);

      const signIn = { identifier: 'ada', password: 'correct horse battery' };
      const { body: session } = await call(first, 'POST', '/auth/login', { body: signIn });

      faults.set('failWalSyncs', 1);
      const idempotencyKey = crypto.randomUUID();
      const create = () =>
        fetch(`${first.url}/rooms`, {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            Authorization: `Bearer ${session.accessToken}`,
            'Idempotency-Key': idempotencyKey,
          },
          body: JSON.stringify({ mode: 'peer', language: 'rust' }),
        });
      for (const tab of tabs) tab.text().insert(0, 'typed into the failure ');
      const [answer] = await Promise.allSettled([create()]);
      expect(answer.status === 'rejected' || answer.value.status === 503).toBe(true);
      expect(await first.exited).toBe(null);
      expect(
        await hearsLog(first, 'storage failed; the process ends and must be started anew'),
      ).toMatchObject({
        level: 'fatal',
      });

      // As the unit does it.
      server = await serveOn(directory, { env: faults.env, words: ['--port', `${first.port}`] });
      await expectEqual(pair);
      const text = `${tabs[0].text()}`;
      expect(text.match(/typed into the failure /g)).toHaveLength(2);
      expect(text.match(/acknowledged /g)).toHaveLength(2);
      const [again, repeated] = [await create(), await create()];
      expect([again.status, repeated.status]).toEqual([201, 201]);
      expect(repeated.headers.get('idempotency-replayed')).toBe('true');
      const roomsAfter = (await ada.api.call('GET /rooms', {})).data.map(({ roomId }) => roomId);
      expect(roomsBefore).toContain(mine.roomId);
      expect(roomsAfter).toEqual(expect.arrayContaining(roomsBefore));
      expect(roomsAfter).toHaveLength(roomsBefore.length + 1);
      await untilHealth(server, 'ok');
      expect(await server.end('SIGTERM')).toBe(0);
    },
    PATIENCE_MS,
  );
});

/** What a new start on the same data shows to somebody who was not there. */
async function comeBack(port: number, text: string): Promise<void> {
  server = await serveOn(directory, { words: ['--port', `${port}`] });
  const { ada, room } = pair as Pair;
  const tab = await ada.enter(room);
  expect(`${tab.text()}`).toBe(text);
}
