/** Wall-clock time in whole milliseconds since 1970 UTC; injected so that tests can move it. */
export type Clock = { now(): number };

export const systemClock: Clock = { now: () => Date.now() };

/** ISO 8601 UTC with milliseconds and `Z`, the only form in which times leave the product. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** As isoTime, keeping null. */
export function isoTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}
