import type { Lane } from '../jobs/job.ts';

/** Something that could be taken next: the next step of a begun job, or the first of a waiting one. */
export type Candidate = {
  readonly jobId: string;
  /** Lane that counts now; an analysis that waits too long has moved up. */
  readonly lane: Lane;
  readonly userId: string;
  readonly queuedAt: number;
  /** Interrupted by a crash. */
  readonly atHead: boolean;
  readonly begun: boolean;
  /** Run time used so far. */
  readonly usedMs: number;
};

/** In a lane as high as this or lower, short jobs go first. */
const JUDGING: Lane = 2;
/** Steps that a lane may take in a row while a lower one waits. */
const MAX_IN_A_ROW = 2;
/** Users remembered for whose turn it is. */
const MAX_USERS = 10_000;

/**
 * Whose turn it is. Lane first, but of any three steps taken at least one goes to a lower lane that waits, and among
 * those again; then, while judging, short submissions before long ones and begun before new; then the user with the
 * fewest running steps, the one served longest ago, the oldest job.
 */
export class Fairness {
  readonly #shortMs: number;
  /** Steps taken from a lane since one was taken from a lower one. */
  readonly #inARow = new Map<Lane, number>();
  /** When a user was served last, as a running number; in that order. */
  readonly #served = new Map<string, number>();
  #turn = 0;

  constructor(options: { readonly shortMs: number }) {
    this.#shortMs = options.shortMs;
  }

  /** The best of what can be taken; null of nothing. Changes nothing: see `note`. */
  choose(candidates: readonly Candidate[], runningSteps: ReadonlyMap<string, number>): Candidate | null {
    const lane = this.#chooseLane(candidates);
    let best: { candidate: Candidate; rank: readonly (number | string)[] } | null = null;
    for (const candidate of candidates) {
      if (candidate.lane !== lane) continue;
      const rank = this.#rank(candidate, runningSteps);
      if (best === null || isBefore(rank, best.rank)) best = { candidate, rank };
    }
    return best?.candidate ?? null;
  }

  /** A step of this candidate was taken. */
  note({ lane, userId }: Pick<Candidate, 'lane' | 'userId'>): void {
    for (const other of [1, 2, 3] as const) {
      if (other === lane) this.#inARow.set(other, (this.#inARow.get(other) ?? 0) + 1);
      else if (other < lane) this.#inARow.set(other, 0);
    }
    this.#served.delete(userId);
    this.#served.set(userId, ++this.#turn);
    if (this.#served.size > MAX_USERS) this.#served.delete(this.#served.keys().next().value ?? '');
  }

  #chooseLane(candidates: readonly Candidate[]): Lane | null {
    const waiting = ([1, 2, 3] as const).filter((lane) => candidates.some((one) => one.lane === lane));
    for (const [at, lane] of waiting.entries()) {
      const isLast = at === waiting.length - 1;
      if (isLast || (this.#inARow.get(lane) ?? 0) < MAX_IN_A_ROW) return lane;
    }
    return null;
  }

  #rank(candidate: Candidate, runningSteps: ReadonlyMap<string, number>): readonly (number | string)[] {
    const { userId, queuedAt, jobId } = candidate;
    const isLong = candidate.lane >= JUDGING && candidate.usedMs >= this.#shortMs;
    const isNew = candidate.lane >= JUDGING && !isLong && !candidate.begun;
    return [
      candidate.atHead ? 0 : 1,
      isLong ? 1 : 0,
      isNew ? 1 : 0,
      runningSteps.get(userId) ?? 0,
      this.#served.get(userId) ?? 0,
      queuedAt,
      jobId,
    ];
  }
}

function isBefore(a: readonly (number | string)[], b: readonly (number | string)[]): boolean {
  for (let at = 0; at < a.length; at++) {
    const [left = '', right = ''] = [a[at], b[at]];
    if (left !== right) return left < right;
  }
  return false;
}
