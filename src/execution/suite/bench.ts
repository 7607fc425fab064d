import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { DATABASE_FILE } from '../../db/data-directory.ts';
import { migrate } from '../../db/migrate.ts';
import { openDb } from '../../db/open.ts';
import type { Db } from '../../db/types.ts';
import { write } from '../../db/write.ts';
import type { SupportedLanguage } from '../../generated/api.ts';
import { createJobQueue } from '../../jobs/queue.ts';
import { systemClock as clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { ExecutionResults, RunEnd, RunJob } from '../../ports/execution.ts';
import type { LanguageState } from '../../ports/steps.ts';
import { type JailHost, openJailHost } from '../jail-host.ts';
import type { DriverName } from '../sandbox/jail.ts';
import { Scheduler } from '../scheduler.ts';

const TICK_MS = 1000;
const LEASE_MS = 30_000;
const STOP_MS = 5000;

export type SuiteBenchOptions = {
  readonly config: Config;
  readonly log: Log;
  /** Empty, and thrown away by the caller afterwards. */
  readonly directory: string;
  /** Jails at a time. */
  readonly slots: number;
};

/** The path of every run: rows in SQLite, scheduler, worker, jail; in a data directory of its own. */
export type SuiteBench = {
  readonly driver: DriverName;
  /** Queues one job and waits for its end. */
  run(job: RunJob): Promise<RunEnd>;
  /** Looks for a language's toolchain and tries it, once. */
  probe(language: SupportedLanguage): Promise<LanguageState>;
  close(): Promise<void>;
};

export type OpenedBench =
  | { readonly ok: true; readonly bench: SuiteBench }
  | { readonly ok: false; readonly why: string; readonly remedy: string };

/** Opens queue, scheduler and jails; those must pass the self-test first. */
export async function openSuiteBench(options: SuiteBenchOptions): Promise<OpenedBench> {
  const { log, directory, slots } = options;
  const config: Config = { ...options.config, 'execution.workers': slots };
  const path = join(directory, DATABASE_FILE);
  mkdirSync(join(directory, 'backups'));
  migrate({ path, backups: join(directory, 'backups'), clock, log });
  const places = { dataDirectory: directory, cacheDir: join(directory, 'cache') };
  const host = await openJailHost({ config, clock, log, ...places });
  if (!host.ok) return host;
  const db = openDb({ path, log, mode: 'server' });
  return { ok: true, bench: await serve(db, host, config, log) };
}

async function serve(
  db: Db,
  host: Extract<JailHost, { ok: true }>,
  config: Config,
  log: Log,
): Promise<SuiteBench> {
  const { runner } = host;
  const queue = createJobQueue({ owner: `suite-${process.pid}`, clock, log, leaseMs: LEASE_MS });
  const waiting = new Map<string, { job: RunJob; end: (end: RunEnd) => void }>();
  const probes = new Map<SupportedLanguage, Promise<LanguageState>>();
  const scheduler = new Scheduler({
    store: { db, queue, results: rememberedRuns(waiting) },
    runner,
    config,
    clock,
    log,
    // Jails are as many as the suite asks for, whatever memory they may claim together.
    host: { memoryKb: Number.POSITIVE_INFINITY, readiness: () => 'ready' },
  });
  await scheduler.open();
  const timer = setInterval(() => void scheduler.tick(), TICK_MS);
  return {
    driver: host.driver,
    async run(job) {
      const { promise, resolve } = Promise.withResolvers<RunEnd>();
      waiting.set(job.jobId, { job, end: resolve });
      const { jobId, kind, program } = job;
      const payload = { language: program.language };
      // A user of its own for each run: what holds for one user does not hold here.
      const row = { jobId, kind, lane: 1 as const, userId: jobId, roomId: null, payload };
      await write(db, (tx) => queue.enqueue(tx, row));
      return promise;
    },
    probe(language) {
      const known = probes.get(language) ?? runner.probe(language);
      probes.set(language, known);
      return known;
    },
    async close() {
      clearInterval(timer);
      await scheduler.stop(STOP_MS);
      await host.close();
      await db.close();
    },
  };
}

const noSubmissions = () => {
  throw new Error('A suite has no submissions');
};

/** The part of results that runs need; an end becomes known after its commit. */
function rememberedRuns(waiting: Map<string, { job: RunJob; end: (end: RunEnd) => void }>): ExecutionResults {
  return {
    loadRun: (jobId) => waiting.get(jobId)?.job ?? null,
    finishRun: (tx, jobId, end) =>
      tx.afterCommit(() => {
        waiting.get(jobId)?.end(end);
        waiting.delete(jobId);
      }),
    markRunning: () => {},
    markQueued: () => {},
    loadSubmission: () => null,
    storeCompile: noSubmissions,
    storeCase: noSubmissions,
    finishSubmission: noSubmissions,
  };
}
