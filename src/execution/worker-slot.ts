import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Log } from '../kernel/log.ts';
import type { WorkerCall, WorkerResults, WorkerSetup, WorkerTask } from './worker-tasks.ts';

const workerFile = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './execution-worker.js', import.meta.url),
);

/** Time for a cancelled task to end by itself; then its thread is ended, which ends the supervisor with all it holds. */
const CANCEL_MS = 5000;
const CLOSE_MS = 6000;

/** How a task of a kind ended: its answer, or why there is none. */
export type SlotEnd<Kind extends WorkerTask['kind']> =
  | { readonly status: 'answered'; readonly answer: WorkerResults[Kind] }
  | { readonly status: 'cancelled' }
  | { readonly status: 'crashed'; readonly message: string };

/** One worker thread with its supervisor; one task at a time. */
export type WorkerSlot = {
  readonly index: number;
  run<Task extends WorkerTask>(task: Task, signal: AbortSignal): Promise<SlotEnd<Task['kind']>>;
  close(): Promise<void>;
};

// Each slot is a pool of one: the number of a slot decides about user id and groups of its jails, and two threads
// of one pool could not be told apart.
function openPool(setup: WorkerSetup): Piscina {
  return new Piscina({
    filename: workerFile,
    name: 'runTask',
    minThreads: 1,
    maxThreads: 1,
    // Otherwise an idle thread would not notice that its supervisor has ended.
    atomics: 'disabled',
    workerData: setup,
    env: {},
    recordTiming: false,
  });
}

/** Opens the worker of one slot. */
export function openWorkerSlot(setup: WorkerSetup, log: Log): WorkerSlot {
  return new ThreadSlot(setup, log);
}

class ThreadSlot implements WorkerSlot {
  readonly index: number;
  readonly #setup: WorkerSetup;
  readonly #log: Log;
  readonly #closing = new AbortController();
  #pool: Piscina;

  constructor(setup: WorkerSetup, log: Log) {
    this.index = setup.supervisor.slot;
    this.#setup = setup;
    this.#log = log;
    this.#pool = openPool(setup);
  }

  run<Task extends WorkerTask>(task: Task, signal: AbortSignal): Promise<SlotEnd<Task['kind']>> {
    return this.#run(task, AbortSignal.any([signal, this.#closing.signal]));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#run({ kind: 'close' }, AbortSignal.timeout(CLOSE_MS));
    await this.#pool.destroy();
  }

  async #run<Task extends WorkerTask>(task: Task, signal: AbortSignal): Promise<SlotEnd<Task['kind']>> {
    if (signal.aborted) return { status: 'cancelled' };
    const { port1, port2 } = new MessageChannel();
    const { promise: abandoned, resolve: abandon } = Promise.withResolvers<'abandoned'>();
    let timer: NodeJS.Timeout | undefined;
    const cancel = () => {
      port1.postMessage(null);
      timer = setTimeout(() => abandon('abandoned'), CANCEL_MS);
    };
    signal.addEventListener('abort', cancel, { once: true });
    const call: WorkerCall = { task, cancel: port2 };
    try {
      const answer = await Promise.race([this.#pool.run(call, { transferList: [port2] }), abandoned]);
      if (answer !== 'abandoned') return { status: 'answered', answer };
      await this.#replacePool();
      return { status: 'cancelled' };
    } catch (error) {
      return { status: 'crashed', message: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      port1.close();
    }
  }

  /** Whatever the thread does, it ends; the next task gets a new one. */
  async #replacePool(): Promise<void> {
    this.#log.error({ slot: this.index }, 'a cancelled task did not end: its worker is replaced');
    const old = this.#pool;
    if (!this.#closing.signal.aborted) this.#pool = openPool(this.#setup);
    await old.destroy();
  }
}
