import { parentPort, Worker } from 'node:worker_threads';

/** What comes back from a thread: a value, or the message and code of what was thrown there. */
type Answer = { readonly value: unknown } | { readonly message: string; readonly code?: string };

type Pending = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };

/** A worker thread that answers one question at a time; started with the first, and anew after it was lost. */
export type Thread = {
  /**
   * Rejects with what was thrown there, with ThreadHung after `timeoutMs`, or when the thread ended; in the last two cases
   * only when it is gone, so that nothing of it goes on behind the caller's back.
   */
  ask(question: unknown, timeoutMs: number): Promise<unknown>;
  /** Ends the thread, however busy. */
  stop(): Promise<void>;
};

/** No answer in time; the thread has been ended. */
export class ThreadHung extends Error {
  constructor(name: string, timeoutMs: number) {
    super(`The thread ${name} has not answered within ${timeoutMs} ms`);
    this.name = 'ThreadHung';
  }
}

/** The file of a thread beside the module `from`: its source, or in a bundle the entry of the same name. */
export function threadFile(name: string, from: string): URL {
  return new URL(`./${name}${from.endsWith('.ts') ? '.ts' : '.js'}`, from);
}

/** A thread that runs `entry` with `data` as its workerData; `entry` calls answerQuestions(). */
export function createThread(entry: URL, name: string, data: unknown): Thread {
  return new AskedThread(entry, name, data);
}

class AskedThread implements Thread {
  readonly #entry: URL;
  readonly #name: string;
  readonly #data: unknown;
  #worker: Worker | null = null;
  #pending: Pending | null = null;

  constructor(entry: URL, name: string, data: unknown) {
    this.#entry = entry;
    this.#name = name;
    this.#data = data;
  }

  ask = async (question: unknown, timeoutMs: number): Promise<unknown> => {
    if (this.#pending) throw new Error(`The thread ${this.#name} is busy`);
    const { promise, ...pending } = Promise.withResolvers<unknown>();
    this.#pending = pending;
    this.#worker ??= this.#start();
    this.#worker.postMessage(question);
    const timer = setTimeout(() => void this.#end(new ThreadHung(this.#name, timeoutMs)), timeoutMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  };

  stop = (): Promise<void> => this.#end(new Error(`The thread ${this.#name} was stopped`));

  #start(): Worker {
    const started = new Worker(this.#entry, { name: this.#name, workerData: this.#data, execArgv: [] });
    const lose = (error: Error) => {
      if (this.#worker !== started) return;
      this.#worker = null;
      this.#take()?.reject(error);
    };
    started.unref();
    started.on('message', (answer: Answer) => {
      if (this.#worker === started) settle(this.#take(), answer);
    });
    started.on('error', (error) => lose(error instanceof Error ? error : new Error(String(error))));
    started.on('exit', (code) => lose(new Error(`The thread ${this.#name} ended with code ${code}`)));
    return started;
  }

  /** Who asked hears `why` only when the thread is gone. */
  async #end(why: Error): Promise<void> {
    const ending = this.#worker;
    this.#worker = null;
    await ending?.terminate();
    this.#take()?.reject(why);
  }

  #take(): Pending | null {
    const taken = this.#pending;
    this.#pending = null;
    return taken;
  }
}

function settle(pending: Pending | null, answer: Answer): void {
  if ('value' in answer) pending?.resolve(answer.value);
  else pending?.reject(Object.assign(new Error(answer.message), answer.code ? { code: answer.code } : {}));
}

/** In the thread: answers each question with what `handle` returns or throws; both must survive a structured clone. */
export function answerQuestions(handle: (question: unknown) => unknown): void {
  const port = parentPort;
  if (!port) throw new Error('This file runs as a worker thread only');
  port.on('message', (question: unknown) => {
    try {
      port.postMessage({ value: handle(question) } satisfies Answer);
    } catch (error) {
      const { code } = error as { code?: unknown };
      const message = error instanceof Error ? error.message : String(error);
      port.postMessage({ message, ...(typeof code === 'string' && { code }) } satisfies Answer);
    }
  });
}
