/** A token bucket: `burst` at once, then `perSecond`. */
export type Bucket = { take(nowMs: number): boolean };

/** A full bucket. With `perSecond` 0 there is no limit. */
export function createBucket(limit: { perSecond: number; burst: number }): Bucket {
  let tokens = limit.burst;
  let lastMs: number | null = null;
  return {
    take: (nowMs) => {
      if (limit.perSecond === 0) return true;
      const passedMs = lastMs === null ? 0 : Math.max(0, nowMs - lastMs);
      tokens = Math.min(limit.burst, tokens + (passedMs * limit.perSecond) / 1000);
      lastMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
