import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadConfig } from '../../../src/config/load.ts';
import type { SettingKey } from '../../../src/config/schema.ts';
import { write } from '../../../src/db/write.ts';
import { createExecutionPlane, type RunningExecution } from '../../../src/execution/plane.ts';
import type { DriverName } from '../../../src/execution/sandbox/jail.ts';
import { createJobQueue } from '../../../src/jobs/queue.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { createLog } from '../../../src/kernel/log.ts';
import type { RunEnd, RunJob, SubmissionEnd, SubmissionJob } from '../../../src/ports/execution.ts';
import { openTestDb } from '../../support/database.ts';
import { createFakeResults, type FakeResults } from './fake-results.ts';
import { TEST_SETTINGS } from './plane-settings.ts';

const root = resolve(import.meta.dirname, '../../..');
/** The whole plane with real jails; results are remembered instead of stored in control's tables. */
export type PlaneBench = {
  readonly plane: RunningExecution;
  readonly results: FakeResults;
  /** Queues a job and waits for its end. */
  perform<Job extends RunJob | SubmissionJob>(
    job: Job,
    userId?: string,
  ): Promise<Job extends RunJob ? RunEnd : SubmissionEnd>;
  enqueue(job: RunJob | SubmissionJob, userId: string): Promise<void>;
  /** Resolves when a job has ended. */
  endOf(jobId: string): Promise<RunEnd | SubmissionEnd>;
  cancel(jobId: string): Promise<void>;
  close(): Promise<void>;
};

export type PlaneBenchOptions = {
  readonly driver: DriverName | 'auto';
  readonly settings?: Partial<Record<SettingKey, unknown>>;
  /** Shared between benches, so that build caches are made once. */
  readonly cacheDir?: string;
};

/** Builds syncode-jail unless it is fresh; one build at a time on this machine. */
export function buildJail(): void {
  const directory = join(root, 'sandbox');
  mkdirSync(join(directory, 'build'), { recursive: true });
  execFileSync('flock', [join(directory, 'build/.lock'), 'make', '-s', 'build/syncode-jail'], {
    cwd: directory,
  });
}

/** Opens the plane and starts it; languages are tried behind. */
export async function openPlaneBench(options: PlaneBenchOptions): Promise<PlaneBench> {
  buildJail();
  const test = openTestDb();
  const directory = mkdtempSync(join(tmpdir(), 'syncode-plane-'));
  chmodSync(directory, 0o755);
  const log = createLog('silent');
  const flags = { ...TEST_SETTINGS, 'sandbox.driver': options.driver, ...options.settings };
  const { config } = loadConfig({ flags });
  const results = createFakeResults();
  const owner = `test-${process.pid}-${performance.now()}`;
  const queue = createJobQueue({ owner, clock: systemClock, log, leaseMs: 30_000 });
  const cacheDir = options.cacheDir ?? join(directory, 'cache');
  const places = { dataDirectory: directory, cacheDir };
  const store = () => ({ db: test.db, queue, results });
  const plane = createExecutionPlane({ store, config, clock: systemClock, log, places });
  await plane.start();

  const enqueue = (job: RunJob | SubmissionJob, userId: string) => {
    const { jobId, kind, program } = job;
    results.jobs.set(jobId, job);
    const lane = kind === 'run' ? 1 : 2;
    const payload = { language: program.language };
    return write(test.db, (tx) => queue.enqueue(tx, { jobId, kind, lane, userId, roomId: 'room', payload }));
  };
  const endOf = async (jobId: string) => {
    for (;;) {
      const found = results.finished.find((one) => one.jobId === jobId);
      if (found !== undefined) return found.end;
      await new Promise((wake) => setTimeout(wake, 10));
    }
  };
  return {
    plane,
    results,
    enqueue,
    endOf,
    async perform(job, userId = job.jobId) {
      await enqueue(job, userId);
      return (await endOf(job.jobId)) as never;
    },
    async cancel(jobId) {
      const filter = { jobIds: [jobId], kinds: ['run', 'submission'] };
      await write(test.db, (tx) => queue.cancel(tx, filter).length);
    },
    async close() {
      await plane.stop(0);
      await test.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
