import { unavailable } from './errors.ts';
import type { Gate } from './types.ts';

/** Writers that may wait at once; a pause is short, so more means that something is wrong. */
const MAX_WAITING = 10_000;
const HOLD_MS = 30_000;

type Limits = { readonly holdMs: number; readonly maxWaiting: number };
type Waiting = { readonly resolve: () => void; readonly reject: (error: Error) => void };

/** An open gate. Writers that had to wait go on in the order in which they came. */
export function createGate(limits: Partial<Limits> = {}): Gate {
  return new WritersGate({ holdMs: HOLD_MS, maxWaiting: MAX_WAITING, ...limits });
}

class WritersGate implements Gate {
  readonly #limits: Limits;
  readonly #waiting = new Set<Waiting>();
  #isClosed = false;
  #isShut = false;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isShut(): boolean {
    return this.#isShut;
  }

  pass = async (): Promise<void> => {
    if (this.#isShut || this.#waiting.size >= this.#limits.maxWaiting) throw unavailable(5);
    if (this.#isClosed) await this.#wait();
  };

  close = (): void => {
    this.#isClosed = true;
  };

  open = (): void => {
    if (this.#isShut) return;
    this.#isClosed = false;
    this.#leave((one) => one.resolve());
  };

  shut = (): void => {
    this.#isShut = true;
    this.#isClosed = true;
    this.#leave((one) => one.reject(unavailable(5)));
  };

  async #wait(): Promise<void> {
    const { promise, ...one } = Promise.withResolvers<void>();
    this.#waiting.add(one);
    const timer = setTimeout(() => {
      this.#waiting.delete(one);
      one.reject(unavailable(5));
    }, this.#limits.holdMs);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #leave(how: (one: Waiting) => void): void {
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const one of all) how(one);
  }
}
