type Truthy<T> = Exclude<T, null | undefined | false | 0 | ''>;

/** Below the time limit of a test, so that what failed is named. */
let patienceMs = 25_000;

/** For tests whose time limit is longer, as of those with jails on a busy machine. */
export function waitUpTo(ms: number): void {
  patienceMs = ms;
}

/** Waits until `look` gives something; fails with what was waited for after a time that nothing needs. */
export async function until<T>(what: string, look: () => T | Promise<T>, pollMs = 10): Promise<Truthy<T>> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found) return found as Truthy<T>;
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
