type Truthy<T> = Exclude<T, null | undefined | false | 0 | ''>;

/** Waits until `check` gives something; fails with `what` after `ms`. */
export async function until<T>(what: string, check: () => T | Promise<T>, ms = 15_000): Promise<Truthy<T>> {
  const end = performance.now() + ms;
  for (;;) {
    const value = await check();
    if (value) return value as Truthy<T>;
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(5);
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
