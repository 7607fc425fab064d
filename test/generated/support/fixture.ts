import type { SettingKey } from '../../../src/config/schema.ts';
import { judged, noCompile, ranTo } from '../../api/runs/execution.ts';
import { type Phase, startWorld, type World } from '../../api/runs/world.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { readServed, type Served } from './served.ts';
import { openWire, type Wire } from './wire.ts';

export const PASSWORD = 'correct horse battery';

/** Who asks. `former` has left each room, `removed` was banned from it; `banned` and `erased` are accounts that ended. */
export const actorNames = [
  'host',
  'candidate',
  'observer',
  'former',
  'removed',
  'outsider',
  'admin',
  'banned',
  'erased',
  'departed',
] as const;
export type ActorName = (typeof actorNames)[number];
export type Actor = {
  readonly name: ActorName;
  readonly userId: string;
  readonly username: string;
  readonly bearer: string;
  readonly refreshToken: string;
};

/** Rooms that are there, by what is particular about them; all but `full` have eight seats. */
export const roomNames = [
  'waiting',
  'warmup',
  'coding',
  'wrapup',
  'finished',
  'destroyed',
  'locked',
  'swapping',
  'ai',
  'open',
  'full',
] as const;
export type RoomName = (typeof roomNames)[number];
export type Room = {
  readonly roomId: string;
  readonly roomCode: string;
  /** Of a pending role swap. */
  readonly requestId: string | null;
};

export type Fixture = {
  readonly world: World;
  readonly wire: Wire;
  readonly served: Served;
  readonly ledger: Ledger;
  readonly actors: Readonly<Record<ActorName, Actor>>;
  readonly rooms: Readonly<Record<RoomName, Room>>;
  readonly problems: Readonly<Record<'published' | 'draft' | 'deleted' | 'caseless', string>>;
  readonly jobs: { readonly runs: readonly string[]; readonly submissions: readonly string[] };
  close(): Promise<void>;
};

const off = { count: 0 };
const calm: Partial<Record<SettingKey, unknown>> = {
  'limits.failedLoginsPerAddressPerMinute': off.count,
  'limits.refreshesPerAddressPerMinute': off.count,
  'limits.refreshesPerLoginPerMinute': off.count,
  'limits.passwordResetsPerAddressPerMinute': off.count,
  'limits.passwordChangesPerUserPerMinute': off.count,
  'limits.wrongCodesPerAddressPerMinute': off.count,
  'limits.executionsPerUserPerDay': off.count,
};

/** A server with people, rooms in every phase, problems, runs and submissions. Its clock stands still. */
export async function startFixture(settings: Partial<Record<SettingKey, unknown>> = {}): Promise<Fixture> {
  const world = await startWorld({ ...calm, ...settings });
  const wire = openWire(world.server.url);
  const served = await readServed(wire);
  const actors = await inviteActors(world, wire);
  const problems = await addProblems(world);
  const rooms = await openRooms(world, actors, problems.published);
  const jobs = await addJobs(world, actors, rooms);
  await endAccounts(world, wire, actors);
  const ledger = openLedger(world.server.control.core.db);
  const close = async () => {
    wire.close();
    await world.close();
  };
  return { world, wire, served, ledger, actors, rooms, problems, jobs, close };
}

async function must(asked: Promise<{ status: number; body: unknown }>) {
  const { status, body } = await asked;
  if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
  // biome-ignore lint/suspicious/noExplicitAny: answers of several operations, checked against the contract
  return body as any;
}

async function inviteActors(world: World, wire: Wire): Promise<Fixture['actors']> {
  const actors: Partial<Record<ActorName, Actor>> = {};
  for (const name of actorNames) {
    const { userId, username } = await world.person(name, name === 'admin' ? 'admin' : 'user');
    const { headers, body } = await wire.ask({
      method: 'POST',
      path: '/auth/login',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ identifier: username, password: PASSWORD })),
    });
    const refreshToken = /^refreshToken=([^;]+)/.exec(headers['set-cookie']?.[0] ?? '')?.[1] ?? '';
    const bearer = (body as { accessToken: string }).accessToken;
    actors[name] = { name, userId, username, bearer, refreshToken };
    // The first request of an account notes when it was last active.
    await must(world.get(actors[name], '/users/me'));
  }
  return actors as Fixture['actors'];
}

async function addProblems(world: World): Promise<Fixture['problems']> {
  const published = await world.problem({ title: 'Two Sum', tags: ['arrays', 'hashing'], company: 'Acme' });
  const [draft, deleted, caseless] = [
    await world.problem(),
    await world.problem(),
    await world.problem({ cases: [] }),
  ];
  await world.problem({ difficulty: 'hard', tags: ['arrays'] });
  await world.change('UPDATE problems SET is_published = 0 WHERE id = ?', draft);
  await world.change('UPDATE problems SET deleted_at = 1 WHERE id = ?', deleted);
  return { published, draft, deleted, caseless };
}

const steps = ['waiting', 'warmup', 'coding', 'wrapup', 'finished'] as const;
/** What leads a room to its state, after its people have come and, some of them, gone. */
const plans: Readonly<Record<RoomName, { body?: object; phase: Phase; ending?: string }>> = {
  waiting: { phase: 'waiting' },
  warmup: { phase: 'warmup' },
  coding: { phase: 'coding' },
  wrapup: { phase: 'wrapup' },
  finished: { phase: 'finished' },
  destroyed: { phase: 'coding', ending: 'destroy' },
  locked: { phase: 'coding', ending: 'lock' },
  swapping: { phase: 'coding', ending: 'swap' },
  ai: { body: { mode: 'ai' }, phase: 'coding' },
  open: { body: { config: { isPrivate: false, maxParticipants: 8 } }, phase: 'waiting' },
  full: { body: { config: { maxParticipants: 3 } }, phase: 'waiting' },
};

async function openRooms(
  world: World,
  actors: Fixture['actors'],
  problemId: string,
): Promise<Fixture['rooms']> {
  const rooms: Partial<Record<RoomName, Room>> = {};
  for (const name of roomNames) rooms[name] = await openRoom(world, actors, problemId, plans[name]);
  return rooms as Fixture['rooms'];
}

async function openRoom(
  world: World,
  actors: Fixture['actors'],
  problemId: string,
  { body = {}, phase, ending }: (typeof plans)[RoomName],
): Promise<Room> {
  const { host, candidate, observer, former, removed } = actors;
  const order = { mode: 'peer', problemId, name: 'Practice', config: { maxParticipants: 8 }, ...body };
  const { roomId, roomCode } = await must(world.post(host, '/rooms', order));
  const at = `/rooms/${roomId}`;
  // In rooms with an AI interviewer the host is the candidate; the first guest observes.
  for (const guest of [removed, former]) {
    await must(world.post(guest, `${at}/join`, { roomCode }));
    if (guest === former) await must(world.post(guest, `${at}/leave`, undefined));
    else await must(world.ask(host, 'DELETE', `${at}/participants/${guest.userId}?ban=true`));
  }
  for (const guest of [candidate, observer]) await must(world.post(guest, `${at}/join`, { roomCode }));
  for (const next of steps.slice(1, steps.indexOf(phase) + 1)) await world.advance(host, roomId, next);
  let requestId: string | null = null;
  if (ending === 'lock') await must(world.post(host, `${at}/control/lock-editor`, undefined));
  if (ending === 'destroy') await must(world.ask(host, 'DELETE', at));
  if (ending === 'swap') ({ requestId } = await must(world.post(host, `${at}/control/role-swap`, undefined)));
  return { roomId, roomCode, requestId };
}

async function addJobs(
  world: World,
  actors: Fixture['actors'],
  rooms: Fixture['rooms'],
): Promise<Fixture['jobs']> {
  const { host, candidate } = actors;
  const code = { language: 'python', code: 'print(1)' };
  const at = `/rooms/${rooms.coding.roomId}`;
  const runs: string[] = [];
  const submissions: string[] = [];
  for (const who of [candidate, candidate, host])
    runs.push((await must(world.post(who, `${at}/run`, code))).jobId);
  for (const who of [candidate, host]) {
    submissions.push((await must(world.post(who, `${at}/submit`, code))).submissionId);
  }
  // The first of each kind has ended, so that nobody waits for it.
  const { worker } = world;
  await worker.finishRun(await worker.take(runs[0] as string), ranTo());
  const submission = await worker.take(submissions[0] as string);
  const done = { status: 'completed', verdict: 'accepted', compile: noCompile } as const;
  await worker.finishSubmission(submission, done, judged(0), judged(1));
  return { runs, submissions };
}

async function endAccounts(world: World, wire: Wire, { banned, erased, departed }: Fixture['actors']) {
  await world.change('UPDATE users SET banned_at = 1 WHERE id = ?', banned.userId);
  await world.change('UPDATE users SET deleted_at = 1 WHERE id = ?', erased.userId);
  const cookie = `refreshToken=${departed.refreshToken}`;
  await must(wire.ask({ method: 'POST', path: '/auth/logout', headers: { cookie } }));
}
