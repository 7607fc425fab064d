import type { OperationId } from './operation.ts';

/** Upper bounds of the latency histogram in milliseconds; whatever is slower falls into a last class. */
const latencyBoundsMs = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000] as const;

/** What has become of the requests to one operation since the start. */
export type OperationMetrics = {
  readonly id: OperationId;
  readonly requests: number;
  /** Answers with a status from 400 to 499. */
  readonly refused: number;
  /** Answers with a status from 500 on. */
  readonly failed: number;
  /** Requests that took up to `upToMs` and longer than the bound before; null is the class of all slower ones. */
  readonly latency: readonly { readonly upToMs: number | null; readonly requests: number }[];
};

export type Metrics = {
  count(id: OperationId, status: number, latencyMs: number): void;
  /** Operations that were asked at least once. */
  list(): OperationMetrics[];
};

type Counters = { requests: number; refused: number; failed: number; latency: number[] };

/** Counters in memory, one row an operation. */
export function createMetrics(): Metrics {
  const rows = new Map<OperationId, Counters>();

  function rowOf(id: OperationId): Counters {
    const known = rows.get(id);
    if (known) return known;
    const row = {
      requests: 0,
      refused: 0,
      failed: 0,
      latency: new Array(latencyBoundsMs.length + 1).fill(0),
    };
    rows.set(id, row);
    return row;
  }

  return {
    count(id, status, latencyMs) {
      const row = rowOf(id);
      row.requests += 1;
      if (status >= 500) row.failed += 1;
      else if (status >= 400) row.refused += 1;
      const at = latencyBoundsMs.findIndex((bound) => latencyMs <= bound);
      const index = at < 0 ? latencyBoundsMs.length : at;
      row.latency[index] = (row.latency[index] ?? 0) + 1;
    },
    list: () =>
      [...rows].map(([id, row]) => ({
        id,
        ...row,
        latency: row.latency.map((requests, at) => ({ upToMs: latencyBoundsMs[at] ?? null, requests })),
      })),
  };
}
