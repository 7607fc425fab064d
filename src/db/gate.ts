import { unavailable } from './errors.ts';
import type { Gate } from './types.ts';

/** Writers that may wait at once; a pause is short, so more means that something is wrong. */
const MAX_WAITING = 10_000;
const HOLD_MS = 30_000;

type Waiting = { readonly go: () => void; readonly refuse: (error: Error) => void };

/** An open gate. Writers that had to wait go on in the order in which they came. */
export function createGate(limits: { holdMs?: number; maxWaiting?: number } = {}): Gate {
  const { holdMs = HOLD_MS, maxWaiting = MAX_WAITING } = limits;
  const waiting = new Set<Waiting>();
  let isClosed = false;
  let isShut = false;

  const leave = (how: (one: Waiting) => void) => {
    const all = [...waiting];
    waiting.clear();
    for (const one of all) how(one);
  };
  const wait = () =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(one);
        reject(unavailable(5));
      }, holdMs);
      const one: Waiting = {
        go: () => {
          clearTimeout(timer);
          resolve();
        },
        refuse: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      waiting.add(one);
    });

  return {
    get isClosed() {
      return isClosed;
    },
    get isShut() {
      return isShut;
    },
    async pass() {
      if (isShut || waiting.size >= maxWaiting) throw unavailable(5);
      if (isClosed) await wait();
    },
    close: () => {
      isClosed = true;
    },
    open: () => {
      if (isShut) return;
      isClosed = false;
      leave((one) => one.go());
    },
    shut: () => {
      isShut = true;
      isClosed = true;
      leave((one) => one.refuse(unavailable(5)));
    },
  };
}
