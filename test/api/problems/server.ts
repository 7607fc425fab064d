import { createAuditWriter } from '../../../src/control/admin/index.ts';
import { defaultComparison, type ProblemContent } from '../../../src/control/problems/content.ts';
import { createProblems, type ProblemsDeps, problemVersions } from '../../../src/control/problems/index.ts';
import { storeProblem } from '../../../src/control/problems/storage.ts';
import { write } from '../../../src/db/write.ts';
import { createApp } from '../../../src/http/app.ts';
import { createIds, type Ids } from '../../../src/kernel/ids.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import type { RoomAccess } from '../../../src/ports/room-access.ts';
import { createNotedCheck } from '../../support/answers-seen.ts';
import { createWorld, type World } from '../accounts/world.ts';

type Reply<Body> = { readonly status: number; readonly body: Body; readonly headers: Headers };
export type Refusal = { code: string; details?: { fields?: { field: string; constraint: string }[] } };
export type Person = { readonly id: string; readonly bearer: string };

export type Catalogue = World & {
  readonly ids: Ids;
  get<Body>(path: string, who: Person | null, headers?: Record<string, string>): Promise<Reply<Body>>;
  /** Somebody registered over HTTP; an admin by the stroke of a pen. */
  person(username: string, role?: 'user' | 'admin'): Promise<Person>;
  /** Adds a problem; gives its id. */
  add(content?: Partial<ProblemContent>, isPublished?: boolean): Promise<string>;
};

const noRooms = {
  enter: () => {
    throw new Error('no room is entered here');
  },
  noteSignOfLife: () => {},
} as RoomAccess;

export const aCase = {
  input: '1\n',
  expectedOutput: '1\n',
  description: null,
  isHidden: false,
  group: null,
  timeoutMs: null,
  memoryMb: null,
};

let titles = 0;

/** A whole problem with a title of its own. */
export function aProblem(change: Partial<ProblemContent> = {}): ProblemContent {
  titles += 1;
  return {
    title: `Problem ${titles}`,
    difficulty: 'easy',
    tags: [],
    company: null,
    description: 'Add two numbers.',
    constraints: null,
    examples: [],
    starterCode: null,
    timeLimitMs: null,
    memoryLimitMb: null,
    kind: 'program',
    comparison: defaultComparison,
    groups: [],
    drivers: null,
    checker: null,
    hints: [],
    cases: [aCase, { ...aCase, input: '2\n', isHidden: true }],
    ...change,
  };
}

/** The catalogue over HTTP on a port of its own; every answer is checked against the contract. */
export async function startCatalogue(
  isSelectedFor: ProblemsDeps['isSelectedFor'] = () => false,
): Promise<Catalogue> {
  const world = createWorld({ settings: { 'limits.requestsPerUserPerMinute': 100_000 } });
  const { config, clock, accounts, test } = world;
  const { db } = test;
  const ids = createIds(clock, systemRandom);
  const problems = createProblems({ db, audit: createAuditWriter({ clock, ids }), isSelectedFor });
  const app = await createApp(
    { config, log: silentLog, clock, db, callers: accounts.callers, rooms: noRooms },
    { bindings: [...accounts.bindings, ...problems], checkAnswers: createNotedCheck() },
  );
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 });

  return {
    ...world,
    ids,
    async get<Body>(path: string, who: Person | null, headers: Record<string, string> = {}) {
      const bearer = who === null ? {} : { authorization: `Bearer ${who.bearer}` };
      const answer = await fetch(url + path, { headers: { ...bearer, ...headers } });
      const text = await answer.text();
      const body = (text === '' ? null : JSON.parse(text)) as Body;
      return { status: answer.status, body, headers: answer.headers };
    },
    async person(username, role = 'user') {
      const answer = await fetch(`${url}/auth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          username,
          email: `${username}@example.org`,
          password: 'correct horse battery',
        }),
      });
      const { accessToken, user } = (await answer.json()) as { accessToken: string; user: { id: string } };
      if (role === 'admin') await world.change("UPDATE users SET role = 'admin' WHERE id = ?", user.id);
      return { id: user.id, bearer: accessToken };
    },
    async add(content = {}, isPublished = true) {
      const whole = aProblem(content);
      return (await write(db, (tx) => storeProblem({ clock, ids }, tx, whole, isPublished))).problemId;
    },
    async close() {
      await app.server.close();
      await world.close();
    },
  };
}

/** A submission with its room and session, as the catalogue reads them; completed ones count in the figures. */
export async function submit(
  { test: { db }, clock, ids }: Catalogue,
  who: Person,
  problemId: string,
  verdict: 'accepted' | 'wrong_answer' | null,
): Promise<void> {
  await write(db, (tx) => {
    const [roomId, sessionId, now] = [ids.next(), ids.next(), clock.now()];
    const version = problemVersions.findCurrent(tx, problemId);
    const run = (sql: string, ...values: unknown[]) => tx.raw.prepare(sql).run(...values);
    run(
      `INSERT INTO rooms (id, mode, status, host_id, language, max_participants, max_duration_min, is_private, phase_started_at, created_at)
       VALUES (?, 'peer', 'coding', ?, 'python', 2, 60, 1, ?, ?)`,
      ...[roomId, who.id, now, now],
    );
    run(
      `INSERT INTO sessions (id, room_id, mode, language, started_at) VALUES (?, ?, 'peer', 'python', ?)`,
      ...[sessionId, roomId, now],
    );
    run(
      `INSERT INTO submissions (id, room_id, session_id, user_id, problem_id, problem_version_id, language, code, status, verdict, total_cases, submitted_at)
       VALUES (?, ?, ?, ?, ?, ?, 'python', 'x', ?, ?, 2, ?)`,
      ...[ids.next(), roomId, sessionId, who.id, problemId, version?.versionId],
      ...[verdict === null ? 'queued' : 'completed', verdict, now],
    );
    if (verdict !== null)
      problemVersions.countSubmission(tx, { problemId, userId: who.id, accepted: verdict === 'accepted' });
  });
}
