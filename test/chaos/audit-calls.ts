import type { Database } from 'better-sqlite3';
import type { Asked, Promises } from './ledger.ts';
import { expectedEnd } from './workload.ts';

const LOCK = 'POST /rooms/{roomId}/control/lock-editor';
const UNLOCK = 'POST /rooms/{roomId}/control/unlock-editor';
const SWAP = 'POST /rooms/{roomId}/control/role-swap';
const RESPOND = 'POST /rooms/{roomId}/control/role-swap/{requestId}/respond';
const ROLE = 'PATCH /rooms/{roomId}/participants/{userId}';
const JOB_ERRORS = ['EXECUTION_SERVICE_UNAVAILABLE', 'EXECUTION_SERVICE_TIMEOUT', 'JOB_INTERRUPTED'];

const isDone = ({ answer }: Asked) => answer !== null && answer.status < 400;
const mayBeDone = (asked: Asked) => asked.answer === null || isDone(asked);

/** What became of the calls that were answered, and of those that were not. */
export function auditCalls(db: Database, promises: Promises): string[] {
  const calls = [...promises.calls.values()];
  const of = (route: string) => calls.filter(({ call }) => call.route === route);
  return [
    ...auditPrograms(db, [...of('POST /rooms/{roomId}/run'), ...of('POST /rooms/{roomId}/submit')]),
    ...auditNamed(
      db,
      of('POST /auth/register'),
      'username',
      'SELECT id FROM users WHERE username = ?',
      'auth.register',
    ),
    ...auditNamed(db, of('POST /rooms'), 'name', 'SELECT id FROM rooms WHERE name = ?', 'room.create'),
    ...auditLast(
      calls.filter(({ call }) => call.route === LOCK || call.route === UNLOCK),
      {
        of: ({ call }) => call.params.roomId ?? '',
        wanted: ({ call }) => (call.route === LOCK ? 1 : 0),
        found: (roomId) => db.prepare('SELECT editor_locked FROM rooms WHERE id = ?').pluck().get(roomId),
        what: 'the lock of the room',
      },
    ),
    ...auditLast(of(ROLE), {
      of: ({ call }) => `${call.params.roomId} ${call.params.userId}`,
      wanted: ({ call }) => (call.body as { role: string }).role,
      found: (ids) => roleOf(db, ids),
      what: 'the role',
    }),
    ...auditLast(of('PATCH /users/me'), {
      of: ({ call }) => call.userId,
      wanted: ({ call }) => (call.body as { displayName: string }).displayName,
      found: (userId) => db.prepare('SELECT display_name FROM users WHERE id = ?').pluck().get(userId),
      what: 'the name',
    }),
    ...auditLockEvents(db, calls),
    ...auditSwaps(db, of(SWAP), of(RESPOND)),
  ];
}

function roleOf(db: Database, ids: string): unknown {
  const [roomId, userId] = ids.split(' ');
  const find = db.prepare('SELECT role FROM room_participants WHERE room_id = ? AND user_id = ?').pluck();
  return find.get(roomId, userId);
}

/** Accepted programs are there once, those nobody heard of at most once, and they end as they must. */
function auditPrograms(db: Database, calls: readonly Asked[]): string[] {
  const find = db.prepare(
    `SELECT id, status, outcome AS end, failure, stdout FROM runs WHERE code = @code
     UNION ALL SELECT id, status, verdict AS end, failure, NULL FROM submissions WHERE code = @code`,
  );
  return calls.flatMap((asked) => {
    const { code } = asked.call.body as { code: string };
    const rows = find.all({ code }) as ProgramRow[];
    const { token } = expectedEnd(code);
    if (rows.length > 1) return [`${token} was accepted ${rows.length} times`];
    const [row] = rows;
    if (!row) return isDone(asked) ? [`${token} was accepted and is lost`] : [];
    if (!mayBeDone(asked)) return [`${token} was refused and is there`];
    const id = asked.answer?.body?.jobId ?? asked.answer?.body?.submissionId ?? row.id;
    return [...(id === row.id ? [] : [`${token} has another id`]), ...auditEnd(row, code)];
  });
}

type ProgramRow = {
  id: string;
  status: string;
  end: string | null;
  failure: string | null;
  stdout: string | null;
};

function auditEnd({ status, end, failure, stdout }: ProgramRow, code: string): string[] {
  const expected = expectedEnd(code);
  if (status === 'completed') {
    const isRight = end === expected.end && (end !== 'success' || stdout === `${expected.token}\n`);
    return isRight ? [] : [`${expected.token} ended with ${end}, not ${expected.end}`];
  }
  if (status !== 'failed') return [];
  return JOB_ERRORS.some((error) => failure?.includes(error))
    ? []
    : [`${expected.token} failed with ${failure}`];
}

/** What was made under a name of its own exists once, as does its line in the audit log. */
function auditNamed(
  db: Database,
  calls: readonly Asked[],
  field: string,
  sql: string,
  action: string,
): string[] {
  const find = db.prepare(sql).pluck();
  const log = db.prepare('SELECT count(*) FROM audit_log WHERE action = ? AND target_id = ?').pluck();
  return calls.flatMap((asked) => {
    const name = (asked.call.body as Record<string, string>)[field];
    if (name === undefined) return [];
    const ids = find.all(name) as string[];
    if (ids.length > 1) return [`${name} was made ${ids.length} times`];
    if (ids.length === 0) return isDone(asked) ? [`${name} was made and is lost`] : [];
    return log.get(action, ids[0]) === 1 ? [] : [`${name}: ${action} does not stand in the audit log once`];
  });
}

type Last = {
  readonly of: (asked: Asked) => string;
  readonly wanted: (asked: Asked) => unknown;
  readonly found: (of: string) => unknown;
  readonly what: string;
};

/** A value is what was set last, or what somebody set after that without hearing of it. */
function auditLast(calls: readonly Asked[], { of, wanted, found, what }: Last): string[] {
  const possible = new Map<string, { values: unknown[]; isKnown: boolean }>();
  for (const asked of calls) {
    if (!mayBeDone(asked)) continue;
    const before = possible.get(of(asked)) ?? { values: [], isKnown: false };
    const value = wanted(asked);
    const next = isDone(asked)
      ? { values: [value], isKnown: true }
      : { ...before, values: [...before.values, value] };
    possible.set(of(asked), next);
  }
  return [...possible].flatMap(([id, { values, isKnown }]) => {
    const value = found(id);
    return !isKnown || values.includes(value)
      ? []
      : [`${what} of ${id} is ${value}, not ${values.join(' or ')}`];
  });
}

/** As many lines in the timeline as there were changes, those that nobody heard of aside. */
function auditLockEvents(db: Database, calls: readonly Asked[]): string[] {
  const count = db
    .prepare(
      `SELECT count(*) FROM session_events e JOIN sessions s ON s.id = e.session_id
       WHERE s.room_id = ? AND event_type = ? AND e.metadata ->> '$.reason' = 'manual'`,
    )
    .pluck();
  const rooms = db.prepare('SELECT room_id FROM sessions').pluck().all() as string[];
  return rooms.flatMap((roomId) =>
    (
      [
        [LOCK, 'editor_locked'],
        [UNLOCK, 'editor_unlocked'],
      ] as const
    ).flatMap(([route, type]) => {
      const mine = calls.filter(({ call }) => call.route === route && call.params.roomId === roomId);
      const sure = mine.filter(({ answer }) => answer?.body?.changed === true).length;
      const unheard = mine.filter(({ answer }) => answer === null).length;
      const found = count.get(roomId, type) as number;
      if (found >= sure && found <= sure + unheard) return [];
      return [`${roomId}: ${found} of ${type} in the timeline, not ${sure} to ${sure + unheard}`];
    }),
  );
}

/** Swaps that were answered are there, and those that were accepted have traded the roles once. */
function auditSwaps(db: Database, requests: readonly Asked[], responses: readonly Asked[]): string[] {
  const find = db.prepare('SELECT status FROM role_swaps WHERE id = ?').pluck();
  const traded = db
    .prepare(
      "SELECT count(*) FROM session_events WHERE event_type = 'role_swapped' AND metadata ->> '$.requestId' = ?",
    )
    .pluck();
  const lost = requests.filter(isDone).flatMap(({ answer }) => {
    const id = String(answer?.body?.requestId);
    return find.get(id) === undefined ? [`the role swap ${id} is lost`] : [];
  });
  const wrong = responses.filter(isDone).flatMap(({ answer, call }) => {
    const id = call.params.requestId;
    const { status } = answer?.body ?? {};
    const events = traded.get(id);
    const isSound = find.get(id) === status && events === (status === 'accepted' ? 1 : 0);
    return isSound ? [] : [`the role swap ${id} was ${status}, is ${find.get(id)}, traded ${events} times`];
  });
  return [...lost, ...wrong];
}
