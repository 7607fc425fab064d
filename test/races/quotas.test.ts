import { afterEach, expect, it, vi } from 'vitest';
import { atOnce, LONG_MS, startWorld, tally, type World } from './world.ts';

let world: World;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
afterEach(() => world.close());

const code = { language: 'python', code: 'x' };
const many = { 'execution.waitingJobsPerUser': 1000, 'execution.waitingSubmissionsPerUser': 1000 };

it('of thirty runs at once ten are accepted in a minute, and as many are stored', async () => {
  world = await startWorld({ ...many, 'limits.runsPerUserPerMinute': 10 });
  const [host, guest] = [await world.person('host'), await world.person('guest')];
  const roomId = await world.room('coding', host, [guest]);
  const replies = await atOnce(30, () => world.post(guest, `/rooms/${roomId}/run`, code));
  expect(tally(replies)).toEqual({ 202: 10, EXECUTION_RATE_LIMIT: 20 });
  expect(world.rows('SELECT 1 FROM runs')).toHaveLength(10);
  expect(world.rows("SELECT 1 FROM jobs WHERE kind = 'run'")).toHaveLength(10);
});

it('of twenty rooms at once as many are opened as one may host', async () => {
  world = await startWorld({ 'limits.hostedRooms': 3 });
  const host = await world.person('host');
  const replies = await atOnce(20, () => world.post(host, '/rooms', { mode: 'peer' }));
  expect(tally(replies)).toEqual({ 201: 3, QUOTA_EXCEEDED: 17 });
  expect(world.rows('SELECT 1 FROM rooms')).toHaveLength(3);
});

it('the quota of a day is not overdrawn by runs and submissions at once', async () => {
  world = await startWorld({ ...many, 'limits.executionsPerUserPerDay': 7 });
  const [host, guest] = [await world.person('host'), await world.person('guest')];
  const problemId = await world.problem();
  const roomId = await world.room('coding', host, [guest], { problemId });
  const replies = await atOnce(30, (at) =>
    world.post(guest, `/rooms/${roomId}/${at % 2 === 0 ? 'run' : 'submit'}`, code),
  );
  expect(tally(replies)).toEqual({ 202: 7, QUOTA_EXCEEDED: 23 });
});

it('places in the queue are not given twice', async () => {
  world = await startWorld({ 'execution.waitingJobsPerUser': 3 });
  const [host, guest] = [await world.person('host'), await world.person('guest')];
  const roomId = await world.room('coding', host, [guest]);
  const replies = await atOnce(20, () => world.post(guest, `/rooms/${roomId}/run`, code));
  expect(tally(replies)).toEqual({ 202: 3, EXECUTION_RATE_LIMIT: 17 });
});

it('a full bucket of requests lets through as many as it holds', async () => {
  world = await startWorld({ 'limits.requestsPerUserPerMinute': 25 });
  const person = await world.person('ada');
  const replies = await atOnce(60, () => world.get(person, '/users/me'));
  expect(tally(replies)).toEqual({ 200: 25, RATE_LIMIT_EXCEEDED: 35 });
});
