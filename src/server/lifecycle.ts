import type { Log } from '../kernel/log.ts';

/** A part of the server that is started after those before it and stopped before them. */
export type Stage = {
  readonly name: string;
  /** Ends within `deadlineMs`, giving up what is left; may reject. */
  stop(deadlineMs: number): Promise<void>;
};

/** Stops the stages, last started first, within one deadline for all; a stage that fails or hangs holds up nobody. */
export async function stopAll(stages: readonly Stage[], deadlineMs: number, log: Log): Promise<void> {
  const until = performance.now() + deadlineMs;
  for (const stage of [...stages].reverse()) {
    const leftMs = Math.max(0, until - performance.now());
    const { promise: late, resolve } = Promise.withResolvers<'late'>();
    const timer = setTimeout(resolve, leftMs + STAGE_GRACE_MS, 'late');
    try {
      const outcome = await Promise.race([stage.stop(leftMs), late]);
      if (outcome === 'late') log.error({ stage: stage.name }, 'a part of the server did not stop in time');
    } catch (error) {
      log.error({ err: error, stage: stage.name }, 'a part of the server failed to stop');
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What a stage gets beyond its deadline before the next one is stopped. */
const STAGE_GRACE_MS = 500;

/** Runs `turn` every `intervalMs`, one at a time; failures are logged. Returns how to end it. */
export function repeat(
  name: string,
  intervalMs: number,
  turn: () => Promise<void>,
  log: Log,
): () => Promise<void> {
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= turn()
      .catch((error: unknown) => log.error({ err: error, task: name }, 'a periodic task failed'))
      .finally(() => {
        running = null;
      });
  }, intervalMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
