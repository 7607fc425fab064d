/** 1 interactive, 2 judging, 3 background. */
export type Lane = 1 | 2 | 3;

/** Work to be queued. Times in milliseconds since 1970 UTC. */
export type NewJob = {
  readonly jobId: string;
  readonly kind: string;
  /** Null for chores, which have no lane and no share of the workers. */
  readonly lane: Lane | null;
  readonly userId: string | null;
  readonly roomId: string | null;
  /** Plain JSON, at most 4 MiB. */
  readonly payload: unknown;
  readonly notBefore?: number;
};

/** A job that waits, without its payload. */
export type WaitingJob = {
  readonly jobId: string;
  readonly kind: string;
  readonly lane: Lane | null;
  readonly userId: string | null;
  readonly roomId: string | null;
  /** Interrupted by a crash: goes before its lane. */
  readonly atHead: boolean;
  readonly queuedAt: number;
  /** `language` of the payload, where it has one. */
  readonly language: string | null;
};

/** Proof that a job is this start's: whoever holds it may store its results. */
export type Lease = { readonly jobId: string; readonly attempt: number };

export type ClaimedJob = WaitingJob & {
  readonly lease: Lease;
  readonly payload: unknown;
  /** How often it ended with an error before. */
  readonly failures: number;
};

/** Which jobs a cancellation takes; all that is given must match. */
export type JobFilter = {
  readonly jobIds?: readonly string[];
  readonly roomId?: string;
  readonly userId?: string;
  readonly kinds: readonly string[];
  /** Leaves jobs alone that run. */
  readonly waitingOnly?: boolean;
};

export type CancelledJob = {
  readonly jobId: string;
  readonly kind: string;
  readonly userId: string | null;
  readonly wasRunning: boolean;
};

/** Jobs of a process that died: those that wait again, and those given up after `maxStarts`. */
export type RecoveredJobs = {
  readonly requeued: readonly WaitingJob[];
  readonly interrupted: readonly WaitingJob[];
};

/** Hears after the commit what the queue gained or lost. */
export type QueueListener = {
  queued?(job: { readonly jobId: string; readonly kind: string }): void;
  cancelled?(jobIds: readonly string[]): void;
};
