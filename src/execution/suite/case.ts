import { randomUUID } from 'node:crypto';
import type { RunEnd, RunJob } from '../../ports/execution.ts';
import type { StepFacts } from '../../ports/steps.ts';
import { decodeText } from '../texts.ts';
import type { Observed } from './expectations.ts';
import { type Attack, type SuiteVerdict, stdinOf } from './format.ts';

const SIGNAL_BASE = 128;
const KIB_PER_MIB = 1024;

/** A case as a job of the queue, with its limits to the letter and all that may be read of its streams. */
export function jobOf(attack: Attack, addresses: Readonly<Record<string, string>>): RunJob {
  const { limits, language, source } = attack;
  const { wallMs, cpuMs, memoryMb, pids, outputBytes } = limits;
  const memoryKb = Math.floor(memoryMb * KIB_PER_MIB);
  return {
    kind: 'run',
    jobId: randomUUID(),
    program: { language, code: source, driver: null },
    stdin: stdinOf(attack, addresses),
    limits: { timeoutMs: cpuMs, memoryMb },
    exact: {
      limits: { wallMs, cpuMs, memoryKb, outputBytes, processes: pids },
      keep: { stdoutHeadBytes: outputBytes, stderrTailBytes: outputBytes },
    },
  };
}

const nothing: Observed = {
  verdict: 'none',
  trouble: null,
  exitCode: null,
  signal: null,
  stdout: '',
  stderr: '',
  compileOutput: '',
  stdoutBytes: 0,
  truncated: false,
  wallMs: 0,
  cpuMs: null,
  peakMemoryMb: null,
};

const verdicts = {
  success: 'OK',
  compile_error: 'CE',
  runtime_error: 'RE',
  time_limit_exceeded: 'TLE',
  memory_limit_exceeded: 'MLE',
  output_limit_exceeded: 'OLE',
} as const;

type Completed = Extract<RunEnd, { status: 'completed' }>;

function verdictOf({ outcome, program }: Completed): SuiteVerdict {
  return outcome === 'runtime_error' && program.signal === 'SIGSYS' ? 'SV' : verdicts[outcome];
}

/** A run's end as a suite looks at it. */
export function observe(end: RunEnd): Observed {
  if (end.status === 'failed') return { ...nothing, trouble: `${end.error.code}: ${end.error.message}` };
  const { facts, compile } = end;
  if (facts === undefined) return { ...nothing, trouble: 'the run came without its facts' };
  const ran = end.outcome !== 'compile_error';
  return {
    verdict: verdictOf(end),
    trouble: null,
    ...endOf(facts),
    stdout: ran ? decodeText(facts.stdout) : '',
    stderr: ran ? decodeText(facts.stderr) : '',
    compileOutput: compile.output ?? '',
    stdoutBytes: ran ? facts.stdoutBytes : 0,
    truncated:
      facts.killedBy === 'output' ||
      facts.stdoutBytes > facts.stdout.length ||
      facts.stderrBytes > facts.stderr.length,
    wallMs: facts.wallMs,
    cpuMs: facts.cpuMs,
    peakMemoryMb: facts.memoryKb === null ? null : facts.memoryKb / KIB_PER_MIB,
  };
}

function endOf({ exitCode, signal }: StepFacts): Pick<Observed, 'exitCode' | 'signal'> {
  if (signal === null || exitCode === null) return { exitCode, signal: null };
  return { exitCode: null, signal: exitCode - SIGNAL_BASE };
}
