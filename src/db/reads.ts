import { storageFailure, unavailable } from './errors.ts';
import type { ReadJobs, StorageJobs } from './read-jobs.ts';
import type { ReadQuestion } from './read-server.ts';
import { createThread, ThreadHung, threadFile } from './thread.ts';

export type ReadWorkerOptions = {
  /** The database file. */
  readonly path: string;
  /** A file that calls serveReadJobs(jobs); the storage's own jobs without it. */
  readonly entry?: URL;
  /** Jobs that may wait behind the running one. */
  readonly maxWaiting?: number;
};

/** Runs long reads one after the other in a thread of their own. */
export type ReadWorker<Jobs extends ReadJobs> = {
  /**
   * Resolves with the job's result. Rejects with what it threw, or SERVICE_UNAVAILABLE when too many wait or the job
   * took longer than `timeoutMs` (5 min unless given), its time in the queue not counted.
   */
  run<Name extends keyof Jobs & string>(
    name: Name,
    input: Parameters<Jobs[Name]>[1],
    options?: { readonly timeoutMs?: number },
  ): Promise<ReturnType<Jobs[Name]>>;
  /** Ends the running job and refuses the waiting ones. */
  stop(): Promise<void>;
};

const MAX_WAITING = 16;
const TIMEOUT_MS = 5 * 60_000;

/** The worker starts with its first job. What a result reflects may not be durable yet: answers wait for the flush. */
export function createReadWorker<Jobs extends ReadJobs = StorageJobs>(
  options: ReadWorkerOptions,
): ReadWorker<Jobs> {
  const entry = options.entry ?? threadFile('read-worker', import.meta.url);
  const thread = createThread(entry, 'reads', { path: options.path });
  const maxWaiting = options.maxWaiting ?? MAX_WAITING;
  let last: Promise<unknown> = Promise.resolve();
  let jobs = 0;
  let isStopped = false;

  const runNext = async (question: ReadQuestion, timeoutMs: number) => {
    if (isStopped) throw unavailable(5);
    try {
      return await thread.ask(question, timeoutMs);
    } catch (error) {
      throw error instanceof ThreadHung ? unavailable(60, error) : storageFailure(error);
    }
  };
  const run = async (name: string, input: unknown, limits: { readonly timeoutMs?: number } = {}) => {
    if (isStopped || jobs > maxWaiting) throw unavailable(10);
    jobs++;
    const turn = last.then(() => runNext({ name, input }, limits.timeoutMs ?? TIMEOUT_MS));
    last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      jobs--;
    }
  };
  const stop = async () => {
    isStopped = true;
    await thread.stop();
    await last;
  };
  return { run: run as ReadWorker<Jobs>['run'], stop };
}
