import { bubblewrapWords } from './bubblewrap.ts';
import type { JailFacts, JailRequest, Supervisor, SupervisorOptions } from './jail.ts';
import { nsjailWords } from './nsjail.ts';
import { decodeResult, factsOfFailure } from './result-frame.ts';
import { checkRequest, encodeCancel, encodeRun, setupMsOf } from './run-frame.ts';
import { planStage } from './stage.ts';
import { type SupervisorProcess, startSupervisorProcess } from './supervisor-process.ts';
import { type JailView, readHostView, viewOf } from './view.ts';

/** Beyond all that the supervisor itself bounds: only one that hangs gets there. */
const hangGraceMs = 10_000;
/** Time for a cancelled run to end; a supervisor that was stopped would keep it, and its program, for ever. */
const cancelGraceMs = 3000;

interface Pending {
  readonly id: number;
  settle(facts: JailFacts): void;
}

function jailWords(options: SupervisorOptions, view: JailView): string[] {
  const { driver, identity } = options;
  return driver.name === 'nsjail'
    ? nsjailWords(driver.path, view, identity)
    : bubblewrapWords(driver.path, view);
}

/**
 * Starts a supervisor process and speaks with it; a process that has ended, for whatever reason, is started anew by the
 * next request, and the request that it leaves behind ends with a `jailFailure`.
 */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const stage = planStage(options);
  const hostView = readHostView();
  let pending: Pending | null = null;
  let lastId = 0;
  let closed = false;
  let current: SupervisorProcess | null = null;

  function settle(facts: JailFacts): void {
    const waiting = pending;
    pending = null;
    waiting?.settle(facts);
  }

  function onResult(payload: Buffer): void {
    const { id, facts } = decodeResult(payload);
    if (pending?.id !== id) throw new Error(`a result for run ${id}, which does not wait`);
    settle(facts);
  }

  /** Never a process that is already on its way out: what it was sent would be lost. */
  function process(): SupervisorProcess {
    if (current?.alive()) return current;
    const started: SupervisorProcess = startSupervisorProcess(options, stage.words, {
      onResult,
      onEnd(reason) {
        if (current === started || current === null) settle(factsOfFailure(reason));
      },
    });
    current = started;
    return started;
  }

  function start(request: JailRequest, signal: AbortSignal | undefined): Promise<JailFacts> {
    const id = ++lastId;
    const view = viewOf(hostView, request, stage.visible);
    const words = jailWords(options, view);
    const bytes = encodeRun(request, { id, words, visiblePath: stage.visible.path });
    return new Promise((resolve) => {
      const running = process();
      let cancelTimer: NodeJS.Timeout | undefined;
      const cancel = (): void => {
        running.send(encodeCancel(id));
        cancelTimer = setTimeout(() => running.kill('syncode-jail did not end a run'), cancelGraceMs);
      };
      const ceilingMs = request.limits.wallMs + 2 * setupMsOf(request) + hangGraceMs;
      const timer = setTimeout(() => running.kill('syncode-jail did not answer in time'), ceilingMs);
      pending = {
        id,
        settle(facts) {
          clearTimeout(timer);
          clearTimeout(cancelTimer);
          signal?.removeEventListener('abort', cancel);
          resolve(facts);
        },
      };
      signal?.addEventListener('abort', cancel, { once: true });
      running.send(bytes);
    });
  }

  process();
  return {
    async run(request, signal) {
      if (closed) throw new TypeError('the supervisor is closed');
      if (pending !== null) throw new TypeError('a run is under way');
      checkRequest(request);
      if (signal?.aborted) return factsOfFailure(null, 'cancel');
      return start(request, signal);
    },
    async close() {
      closed = true;
      await current?.close();
    },
  };
}
