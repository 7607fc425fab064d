import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { auditCalls } from './audit-calls.ts';
import type { Marks, Promises } from './ledger.ts';
import { replayDocuments } from './replay.ts';
import { listMarks } from './typist.ts';

/** Everything in which a database falls short of what has been promised; one line each. */
export function audit(db: Database, promises: Promises): string[] {
  return [
    ...auditFile(db),
    ...auditDocuments(db, promises),
    ...auditChat(db, promises),
    ...auditLogins(db, promises),
    ...auditJobs(db),
    ...auditResults(db, promises),
    ...auditCalls(db, promises),
    ...promises.faults,
  ];
}

function auditFile(db: Database): string[] {
  const integrity = db.pragma('integrity_check', { simple: true });
  const broken = db.pragma('foreign_key_check') as { table: string; parent: string }[];
  return [
    ...(integrity === 'ok' ? [] : [`integrity_check: ${integrity}`]),
    ...broken.map(({ table, parent }) => `a row of ${table} names a row of ${parent} that is not there`),
  ];
}

/** Marks that `has` lacks although they were acknowledged, and those that it has although they were refused or deleted. */
export function compareMarks(name: string, marks: Marks, has: ReadonlySet<string>): string[] {
  const lost = [...marks.saved].filter((mark) => !has.has(mark) && !marks.erasing.has(mark));
  const back = [...marks.erased].filter((mark) => has.has(mark));
  const refused = [...marks.refused].filter((mark) => has.has(mark));
  return [
    ...lost.map((mark) => `${name}: ${mark} was acknowledged and is lost`),
    ...back.map((mark) => `${name}: ${mark} was deleted, which was acknowledged, and is back`),
    ...refused.map((mark) => `${name}: ${mark} was refused and is there`),
  ];
}

function auditDocuments(db: Database, { marks }: Promises): string[] {
  const documents = replayDocuments(db);
  const faults = documents.flatMap(({ name, roomId, kind, doc }) => {
    const pending =
      doc.store.pendingStructs || doc.store.pendingDs ? [`${name}: updates wait for missing ones`] : [];
    const promised = marks.get(`${roomId}/${kind}`);
    const compared = promised ? compareMarks(name, promised, listMarks(doc, kind)) : [];
    doc.destroy();
    return [...pending, ...compared];
  });
  const known = new Set(documents.map(({ roomId, kind }) => `${roomId}/${kind}`));
  const wanted = [...marks].filter(([, { saved, erased }]) => saved.size + erased.size > 0);
  const gone = wanted.filter(([name]) => !known.has(name)).map(([name]) => `${name} is gone`);
  return [...faults, ...gone];
}

function auditChat(db: Database, { chat }: Promises): string[] {
  const find = db.prepare(
    'SELECT text, user_id AS userId FROM collab_chat_messages WHERE message_id = ? AND room_id = ?',
  );
  const doubled = db
    .prepare(`SELECT text FROM collab_chat_messages GROUP BY room_id, user_id, text HAVING count(*) > 1`)
    .pluck()
    .all();
  const faults = [...chat].flatMap(([id, { roomId, message }]) => {
    const row = find.get(id, roomId) as { text: string } | undefined;
    return row?.text === message.text ? [] : [`the chat message "${message.text}" was seen and is lost`];
  });
  return [...faults, ...doubled.map((text) => `the chat message "${text}" is there twice`)];
}

function auditLogins(db: Database, { cookies }: Promises): string[] {
  const find = db.prepare(
    `SELECT t.spent_at AS spentAt, t.revoked_at AS revokedAt, l.ended_at AS endedAt
     FROM refresh_tokens t JOIN logins l ON l.id = t.login_id WHERE t.token_hash = ?`,
  );
  return [...cookies].flatMap(([userId, { cookie, isRefreshing }]) => {
    const hash = createHash('sha256').update(cookie).digest('hex');
    const row = find.get(hash) as
      | { spentAt: number | null; revokedAt: number | null; endedAt: number | null }
      | undefined;
    if (!row) return [`the newest refresh token of ${userId} is lost`];
    if (row.endedAt !== null || row.revokedAt !== null) return [`the login of ${userId} has ended`];
    return row.spentAt !== null && !isRefreshing ? [`the newest refresh token of ${userId} is spent`] : [];
  });
}

/** Whatever is not over waits in the queue, whatever is over does not, and each end is told once. */
function auditJobs(db: Database): string[] {
  const list = (sql: string) => db.prepare(sql).pluck().all() as string[];
  const told = (type: string, id: string) =>
    `(SELECT count(*) FROM session_events e WHERE e.event_type = '${type}' AND e.metadata ->> '$.${id}' = j.id)`;
  const kinds = [
    ['run', 'runs', told('run_completed', 'jobId')],
    ['submission', 'submissions', told('submission_completed', 'submissionId')],
  ] as const;
  const faults = kinds.flatMap(([kind, table, count]) => [
    ...list(`SELECT id FROM ${table} j WHERE completed_at IS NULL AND id NOT IN (SELECT id FROM jobs)`).map(
      (id) => `the ${kind} ${id} is neither over nor queued`,
    ),
    ...list(`SELECT id FROM ${table} j WHERE completed_at IS NOT NULL AND id IN (SELECT id FROM jobs)`).map(
      (id) => `the ${kind} ${id} is over and still queued`,
    ),
    ...list(`SELECT id FROM ${table} j WHERE ${count} <> (completed_at IS NOT NULL)`).map(
      (id) => `the end of the ${kind} ${id} does not stand in the timeline once`,
    ),
  ]);
  const counted = list(
    `SELECT title FROM problems p WHERE total_submissions <>
       (SELECT count(*) FROM submissions s WHERE s.problem_id = p.id AND s.status = 'completed')
     OR accepted_submissions <>
       (SELECT count(*) FROM submissions s WHERE s.problem_id = p.id AND s.status = 'completed' AND s.verdict = 'accepted')`,
  );
  return [...faults, ...counted.map((title) => `submissions of ${title} are counted wrongly`)];
}

function auditResults(db: Database, { results, pushes }: Promises): string[] {
  const find = db.prepare(
    `SELECT status, outcome AS end, stdout FROM runs WHERE id = @id
     UNION ALL SELECT status, verdict AS end, NULL FROM submissions WHERE id = @id`,
  );
  const shown = [...results].map(([id, body]) => ({
    id,
    status: String(body.status),
    end: body.outcome ?? body.verdict ?? null,
    stdout: body.stdout,
  }));
  const told = [...pushes].map(([id, push]) => ({
    id,
    status: push.status,
    end: push.end ?? null,
    stdout: undefined,
  }));
  return [...shown, ...told].flatMap(({ id, status, end, stdout }) => {
    const row = find.get({ id }) as { status: string; end: string | null; stdout: string | null } | undefined;
    const isSame = row?.status === status && row.end === end;
    const isWhole = stdout === undefined || row?.stdout === stdout;
    const now = row ? `${row.status} ${row.end}` : 'gone';
    return isSame && isWhole ? [] : [`${id} was shown as ${status} ${end} and is ${now}`];
  });
}
