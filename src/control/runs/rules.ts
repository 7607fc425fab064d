import type { JobError, JobFailed, JobPending, RunResult, RunSummary } from '../../generated/api.ts';
import { isoTime, isoTimeOrNull } from '../../kernel/clock.ts';
import { invalidFields } from '../../kernel/errors.ts';
import type { ListedRun } from './queries.ts';
import type { RunRow } from './tables.ts';

/** Largest source in bytes of UTF-8; the schema counts characters only. */
const MAX_SOURCE_BYTES = 262_144;

/** Largest input of a run, in bytes of UTF-8. */
const MAX_STDIN_BYTES = 1_048_576;

/** Refuses a source that is within the schema's characters but over the limit in bytes. */
export function checkSourceSize(code: string): void {
  checkBytes('code', code, MAX_SOURCE_BYTES);
}

/** As checkSourceSize, for the input of a run. */
export function checkStdinSize(stdin: string): void {
  checkBytes('stdin', stdin, MAX_STDIN_BYTES);
}

function checkBytes(field: string, text: string, maxBytes: number): void {
  if (Buffer.byteLength(text, 'utf8') <= maxBytes) return;
  throw invalidFields({ field, constraint: 'maxLength', value: text.slice(0, 200) });
}

/** When a result that was completed then can no longer be fetched. */
export function expiryOf(completedAt: number, keepMs: number): number {
  return completedAt + keepMs;
}

/** True while GET /execution/{jobId} answers for this run; `hasOutput` ends when input and output are erased. */
export function isAvailable(
  { completedAt, hasOutput }: { completedAt: number | null; hasOutput: boolean },
  now: number,
  keepMs: number,
): boolean {
  return completedAt === null || (hasOutput && now < expiryOf(completedAt, keepMs));
}

/** A run in a list; stays after its output has gone. */
export function showSummary(run: ListedRun, now: number, keepMs: number): RunSummary {
  return {
    jobId: run.id,
    roomId: run.roomId,
    sessionId: run.sessionId,
    userId: run.userId,
    language: run.language,
    status: run.status,
    outcome: run.outcome,
    exitCode: run.exitCode,
    durationMs: run.durationMs,
    memoryUsageMb: run.memoryUsageMb,
    timedOut: run.timedOut,
    resultAvailable: isAvailable(run, now, keepMs),
    createdAt: isoTime(run.createdAt),
    completedAt: isoTimeOrNull(run.completedAt),
  };
}

function showPending(run: RunRow, status: JobPending['status'], queuePosition: number | null): JobPending {
  return {
    jobId: run.id,
    status,
    queuePosition: status === 'queued' ? queuePosition : null,
    createdAt: isoTime(run.createdAt),
    startedAt: isoTimeOrNull(run.startedAt),
  };
}

function showFailed(run: RunRow, completedAt: number): JobFailed {
  if (run.failure === null) throw new Error(`failed run ${run.id} without a reason`);
  return {
    jobId: run.id,
    status: 'failed',
    error: run.failure,
    createdAt: isoTime(run.createdAt),
    completedAt: isoTime(completedAt),
  };
}

/** The state of a run as pollers see it. */
export function showResult(run: RunRow, queuePosition: number | null, keepMs: number): RunResult {
  if (run.status === 'queued' || run.status === 'running') return showPending(run, run.status, queuePosition);
  if (run.completedAt === null) throw new Error(`ended run ${run.id} without a time`);
  if (run.status === 'failed') return showFailed(run, run.completedAt);
  if (run.outcome === null) throw new Error(`completed run ${run.id} without an outcome`);
  return {
    jobId: run.id,
    status: 'completed',
    outcome: run.outcome,
    language: run.language,
    stdout: run.stdout ?? '',
    stderr: run.stderr ?? '',
    exitCode: run.exitCode,
    signal: run.signal,
    durationMs: run.durationMs ?? 0,
    cpuTimeMs: run.cpuTimeMs,
    memoryUsageMb: run.memoryUsageMb,
    timedOut: run.timedOut,
    outputTruncated: run.outputTruncated,
    compileOutput: run.compileOutput,
    compileDurationMs: run.compileDurationMs,
    error: run.error,
    limits: { timeoutMs: run.timeoutMs, memoryMb: run.memoryMb },
    createdAt: isoTime(run.createdAt),
    startedAt: isoTime(run.startedAt ?? run.createdAt),
    completedAt: isoTime(run.completedAt),
    expiresAt: isoTime(expiryOf(run.completedAt, keepMs)),
  };
}

/** First millisecond of the UTC day that `now` lies in. */
export function startOfUtcDay(now: number): number {
  return now - (now % 86_400_000);
}

/** Why a job that was taken from the queue did not end. */
export const cancelledJob: JobError = {
  code: 'JOB_CANCELLED',
  message: 'The job was cancelled',
  retryable: false,
};
