type Truthy<T> = Exclude<T, null | undefined | false | 0 | ''>;

const CEILING_MS = 25_000;
const POLL_MS = 10;

/** Waits until `look` gives something; fails with what was waited for after a time that nothing needs. */
export async function until<T>(what: string, look: () => T | Promise<T>): Promise<Truthy<T>> {
  const end = performance.now() + CEILING_MS;
  for (;;) {
    const found = await look();
    if (found) return found as Truthy<T>;
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
