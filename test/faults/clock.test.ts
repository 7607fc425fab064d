import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSteadyClock } from '../../src/kernel/steady-clock.ts';
import { buildProgram, cleanUp, newInstallation, rowsOf, type Serving } from '../cli/support.ts';
import { Guest, refusal } from '../interview/support/guest.ts';
import { gather, openStage, type Stage } from '../interview/support/stage.ts';
import { waitUpTo } from '../interview/support/wait.ts';
import { type Faults, prepareFaults } from './support/faults.ts';
import {
  expectEqual,
  gatherPair,
  healthOf,
  hearsLog,
  leave,
  PATIENCE_MS,
  type Pair,
  serveOn,
} from './support/world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTE = 60_000;

let server: Serving | undefined;
let stage: Stage | undefined;
let pair: Pair | undefined;
let faults: Faults | undefined;

beforeAll(() => {
  waitUpTo(PATIENCE_MS / 2);
  buildProgram();
}, PATIENCE_MS);
afterEach(async () => {
  if (pair) leave(pair);
  await server?.end('SIGKILL');
  await stage?.close();
  faults?.remove();
  [pair, server, stage, faults] = [undefined, undefined, undefined, undefined];
});
afterAll(cleanUp);

describe('the clock of a machine that is set', () => {
  it.each([
    ['forward by six hours', 6 * HOUR],
    ['back by six hours', -6 * HOUR],
  ])(
    '%s: rooms, tokens, rates, order and what is typed go on as if nothing had happened',
    async (_, byMs) => {
      const directory = await newInstallation();
      faults = prepareFaults(directory);
      const rates = { SYNCODE_LIMITS_ROOMS_PER_USER_PER_HOUR: '2' };
      const first = await serveOn(directory, { env: { ...faults.env, ...rates } });
      server = first;
      pair = await gatherPair(first.url);
      const { ada, bob, room, tabs } = pair;
      await tabs[0].type('before ');
      await ada.advance(room.roomId, 'warmup');
      await ada.advance(room.roomId, 'coding');
      const events = () =>
        rowsOf(directory, 'SELECT id FROM session_events ORDER BY rowid').map(({ id }) => id);

      faults.set('clockOffsetMs', byMs);
      const said = await hearsLog(
        first,
        'the clock of this machine was set: times follow it slowly, none ends at once',
      );
      expect(said).toMatchObject({ level: 'warn', remedy: 'timedatectl status' });
      expect(Math.abs(Number(said.byMs) - byMs)).toBeLessThan(MINUTE);

      // The access token, the login, the seats and the phase are as before.
      const read = await bob.api.call('GET /rooms/{roomId}', { params: { roomId: room.roomId } });
      expect(read).toMatchObject({ status: 'coding', roomId: room.roomId });
      await tabs[1].type('after ');
      await expectEqual(pair);
      expect(`${tabs[0].text()}`).toHaveLength('before after '.length);
      expect(tabs.every((tab) => tab.closes.length === 0)).toBe(true);
      // A collaboration token that was given before still opens a socket.
      const again = await new Guest('bob', first.url).signIn();
      const tab = await again.enter(room);
      expect(`${tab.text()}`).toBe(`${tabs[0].text()}`);
      again.leave();

      // The window of a rate neither begins anew nor lasts for ever: one room is left of two.
      const create = () => ada.api.call('POST /rooms', { body: { mode: 'peer', language: 'go' } });
      await create();
      expect(await refusal(create())).toBe('429 RATE_LIMIT_EXCEEDED');

      // Nobody counts as away, nothing was ended; ids are in the order in which they were made.
      await ada.advance(room.roomId, 'wrapup');
      const ids = events();
      expect([...ids].sort()).toEqual(ids);
      expect((await healthOf(first)).body.status).toBe('ok');
      const { data } = await ada.api.call('GET /rooms', {});
      expect(data.find(({ roomId }) => roomId === room.roomId)).toMatchObject({ status: 'wrapup' });

      // A start on the new time takes over what was written at the old one.
      leave(pair);
      expect(await first.end('SIGTERM')).toBe(0);
      server = await serveOn(directory, { env: faults.env, words: ['--port', `${first.port}`] });
      const later = await new Guest('ada', server.url).signIn();
      const { status } = await later.api.call('GET /rooms/{roomId}', { params: { roomId: room.roomId } });
      expect(status).toBe('wrapup');
      const reopened = await later.enter(room);
      expect(`${reopened.text()}`).toHaveLength('before after '.length);
      later.leave();
      expect(await server.end('SIGTERM')).toBe(0);
    },
    PATIENCE_MS,
  );
});

describe('times of rules on a clock that is set', () => {
  it.each([DAY, -DAY])(
    'a jump by %i ms moves no timer of a room by more than a 20th of the time that passes',
    async (byMs) => {
      let [jumped, passed] = [0, 0];
      const start = Date.now();
      const began = performance.now();
      const elapsed = () => performance.now() - began + passed;
      const clock = createSteadyClock({
        times: { wall: () => Math.floor(start + elapsed() + jumped), elapsed, awakeAndAsleep: elapsed },
        onJump: () => {},
      });
      stage = await openStage({
        clock,
        settings: { 'timers.presenceMs': HOUR, 'timers.roomAbandonedMs': HOUR },
      });
      const [ada, bob] = [await stage.guest('ada'), await stage.guest('bob')];
      const { room } = await gather(ada, [bob]);
      await ada.advance(room.roomId, 'warmup');
      await ada.advance(room.roomId, 'coding');
      const read = () => ada.api.call('GET /rooms/{roomId}', { params: { roomId: room.roomId } });
      const timer = async () => (await read()).elapsedMs;
      const before = await timer();
      jumped = byMs;
      expect(Math.abs((await timer()) - before)).toBeLessThan(MINUTE);
      passed += 10 * MINUTE;
      const tenMinutes = (await timer()) - before;
      expect(tenMinutes).toBeGreaterThan(9 * MINUTE);
      expect(tenMinutes).toBeLessThan(12 * MINUTE);
      await stage.server.control.rooms.sweeps.runOnce();
      expect((await read()).status).toBe('coding');
      // The login of before the jump is good for another token.
      expect(await ada.api.refresh()).toBe(true);
      await ada.api.call('GET /users/me', {});
    },
    PATIENCE_MS,
  );
});
