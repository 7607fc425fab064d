import { type StorageFault, storageFault } from './errors.ts';
import type { Refusals } from './types.ts';

/** Keeps what the storage refuses until somebody has seen it take something again. */
export function createRefusals(): Refusals {
  let fault: StorageFault | null = null;
  let count = 0;
  const listeners: (() => void)[] = [];
  return {
    get fault() {
      return fault;
    },
    get count() {
      return count;
    },
    note(error) {
      const found = storageFault(error);
      if (found === null) return;
      fault = found;
      count += 1;
      for (const listener of listeners) listener();
    },
    clear() {
      fault = null;
    },
    onNoted: (run) => void listeners.push(run),
  };
}
