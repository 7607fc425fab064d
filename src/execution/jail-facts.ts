import type { StepFacts } from '../ports/steps.ts';
import type { Captured, JailFacts } from './sandbox/jail.ts';
import { signalName } from './sandbox/signals.ts';

const SIGNAL_BASE = 128;

/** A copy of its own: the bytes share memory with a larger frame, and all of that would travel between threads. */
const own = ({ bytes }: Captured, atMost: number) => new Uint8Array(bytes.subarray(0, atMost));

function exitOf({ status, exitCode, signal }: JailFacts): Pick<StepFacts, 'exitCode' | 'signal'> {
  if (status === 'exited') return { exitCode, signal: null };
  if (status === 'signalled' && signal !== null)
    return { exitCode: SIGNAL_BASE + signal, signal: signalName(signal) };
  return { exitCode: null, signal: null };
}

/** A jail's facts as a step's, with so much of stdout. The jail must not have failed nor been cancelled. */
export function stepFacts(facts: JailFacts, stdoutBytes: number, outputMatches: boolean | null): StepFacts {
  const { killedBy } = facts;
  return {
    ...exitOf(facts),
    wallMs: facts.wallMs,
    cpuMs: facts.cpuMs,
    memoryKb: facts.memoryKb,
    oomKilled: facts.oomKilled,
    killedBy: killedBy === 'wall' || killedBy === 'cpu' || killedBy === 'output' ? killedBy : null,
    stdout: own(facts.stdout, stdoutBytes),
    stderr: own(facts.stderr, facts.stderr.bytes.length),
    stdoutBytes: facts.stdout.totalBytes,
    stderrBytes: facts.stderr.totalBytes,
    outputMatches,
  };
}

/** Why a jail gave no result; null when it did. */
export function jailTrouble(
  facts: JailFacts,
): { status: 'cancelled' } | { status: 'jailFailed'; message: string } | null {
  if (facts.killedBy === 'cancel') return { status: 'cancelled' };
  if (facts.jailFailure !== null) return { status: 'jailFailed', message: facts.jailFailure };
  if (facts.killedBy === 'setup') return { status: 'jailFailed', message: 'The jail was not ready in time' };
  return facts.status === null ? { status: 'jailFailed', message: 'The program was not started' } : null;
}
