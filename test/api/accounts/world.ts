import { createKeys, type KeyRing, loadKeys } from '../../../src/config/keys.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { Config, SettingKey } from '../../../src/config/schema.ts';
import { type Accounts, createAccounts, type HashCost } from '../../../src/control/accounts/index.ts';
import { type AdminDeps, createAuditWriter } from '../../../src/control/admin/index.ts';
import { write } from '../../../src/db/write.ts';
import { createJobQueue } from '../../../src/jobs/queue.ts';
import { createEventBus } from '../../../src/kernel/events.ts';
import { createIds } from '../../../src/kernel/ids.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import type { SyncodeEvents } from '../../../src/ports/events.ts';
import { createTestDirectory, openTestDb, type TestDb } from '../../support/database.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Where the clock of a test stands at its beginning. */
export const START = Date.UTC(2026, 2, 2, 9, 0, 0);

export type TestClock = { now(): number; pass(ms: number): void };
export type AuditRow = {
  action: string;
  actorId: string | null;
  targetId: string;
  metadata: Record<string, unknown> | null;
  ip: string | null;
  requestId: string | null;
};

/** Accounts on a real database and real keys; the clock is the test's, password hashes are cheap ones. */
export type World = {
  readonly accounts: Accounts;
  readonly admin: AdminDeps;
  readonly test: TestDb;
  readonly config: Config;
  readonly clock: TestClock;
  readonly keys: KeyRing;
  readonly keyDirectory: string;
  /** Events so far, in order. */
  readonly events: { name: keyof SyncodeEvents; payload: unknown }[];
  /** Accounts whose rooms were closed, with why. */
  readonly closedRooms: [userId: string, kind: string][];
  audit(action?: string): AuditRow[];
  rows<Row>(sql: string, ...values: unknown[]): Row[];
  /** Changes rows behind the product's back, for states that no request brings about. */
  change(sql: string, ...values: unknown[]): Promise<void>;
  /** Does the chores that wait. */
  runChores(): Promise<number>;
  close(): Promise<void>;
};

export type WorldOptions = {
  readonly settings?: Partial<Record<SettingKey, unknown>>;
  baseUrl?(): string;
  /** Of password hashes; a millisecond each unless given. */
  readonly hashCost?: HashCost;
};

const cheapHash: HashCost = { memoryKb: 1024, iterations: 1, parallelism: 1 };
const watched = ['account.closed', 'login.ended'] as const;

export function createWorld({ settings = {}, baseUrl, hashCost }: WorldOptions = {}): World {
  const test = openTestDb();
  const directory = createTestDirectory();
  createKeys(directory.path, systemRandom, START);
  const keys = loadKeys(directory.path);
  let now = START;
  const clock: TestClock = {
    now: () => now,
    pass: (ms) => {
      now += ms;
    },
  };
  const { config } = loadConfig({ flags: settings });
  const ids = createIds(clock, systemRandom);
  const bus = createEventBus<SyncodeEvents>(silentLog);
  const events: World['events'] = [];
  for (const name of watched) bus.on(name, (payload) => events.push({ name, payload }));
  const kernel = { clock, ids, random: systemRandom, log: silentLog, events: bus };
  const queue = createJobQueue({ owner: 'test', clock, log: silentLog, leaseMs: 30_000 });
  const writeAudit = createAuditWriter({ clock, ids });
  const { db } = test;
  const accounts = createAccounts(
    {
      db,
      config,
      keys,
      kernel,
      ports: {
        writeAudit,
        enqueue: (tx, job) => queue.enqueue(tx, job),
        readStats: () => ({ totalSessions: 3, totalProblems: 2, streakDays: 1 }),
      },
      baseUrl: baseUrl ?? (() => 'http://127.0.0.1:8080'),
    },
    hashCost ?? cheapHash,
  );
  const closedRooms: World['closedRooms'] = [];
  const admin: AdminDeps = {
    db,
    kernel,
    writeAudit,
    closeRoomsOf: (_tx, userId, kind) => void closedRooms.push([userId, kind]),
    hashPassword: (password) => accounts.hashPassword(password),
  };

  const rows = <Row>(sql: string, ...values: unknown[]) => db.raw.prepare(sql).all(...values) as Row[];
  return {
    accounts,
    admin,
    test,
    config,
    clock,
    keys,
    keyDirectory: directory.path,
    events,
    closedRooms,
    rows,
    audit: (action) =>
      rows<Omit<AuditRow, 'metadata'> & { metadata: string | null }>(
        `SELECT action, actor_id AS actorId, target_id AS targetId, metadata, ip, request_id AS requestId
         FROM audit_log ORDER BY created_at, id`,
      )
        .map((row) => ({ ...row, metadata: row.metadata === null ? null : JSON.parse(row.metadata) }))
        .filter((row) => action === undefined || row.action === action),
    change: (sql, ...values) => write(db, (tx) => void tx.raw.prepare(sql).run(...values)),
    async runChores() {
      const kinds = Object.keys(accounts.chores);
      for (let done = 0; ; done++) {
        const job = await write(db, (tx) => queue.claimChore(tx, kinds));
        if (job === null) return done;
        await accounts.chores[job.kind]?.({ payload: job.payload });
        await write(db, (tx) => void queue.complete(tx, job.lease));
      }
    },
    async close() {
      await test.close();
      directory.remove();
    },
  };
}
