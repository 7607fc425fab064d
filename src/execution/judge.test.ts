import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaseOutcome, StoredCase } from '../ports/execution.ts';
import type { StepFacts, StepLimits } from '../ports/steps.ts';
import {
  brokenCase,
  CASE_KEPT,
  countCase,
  describeProgram,
  judgeCase,
  judgeChecker,
  judgeCompile,
  judgeProgram,
  noProgress,
  notRun,
  RUN_KEPT,
  settleCase,
  submissionVerdict,
} from './judge.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const limits: StepLimits = {
  cpuMs: 2000,
  wallMs: 5000,
  memoryKb: 256 * 1024,
  outputBytes: 1024 * 1024,
  processes: 64,
};
const facts = (more: Partial<StepFacts> = {}): StepFacts => ({
  exitCode: 0,
  signal: null,
  wallMs: 12.4,
  cpuMs: 8.6,
  memoryKb: 3277,
  oomKilled: false,
  killedBy: null,
  stdout: bytes('42\n'),
  stderr: bytes(''),
  stdoutBytes: 3,
  stderrBytes: 0,
  outputMatches: true,
  ...more,
});
const killed = { exitCode: 137, signal: 'SIGKILL' } as const;

describe('how a program ended', () => {
  it.each<[string, Partial<StepFacts>, string]>([
    ['exit 0', {}, 'success'],
    ['exit 3', { exitCode: 3 }, 'runtime_error'],
    ['a signal', { exitCode: 139, signal: 'SIGSEGV' }, 'runtime_error'],
    ['too much output', { ...killed, killedBy: 'output' }, 'output_limit_exceeded'],
    [
      'too much output and an OOM kill',
      { ...killed, killedBy: 'output', oomKilled: true },
      'output_limit_exceeded',
    ],
    ['an OOM kill', { ...killed, oomKilled: true }, 'memory_limit_exceeded'],
    ['an OOM kill of another process', { oomKilled: true }, 'memory_limit_exceeded'],
    ['an OOM kill and time', { ...killed, oomKilled: true, killedBy: 'cpu' }, 'memory_limit_exceeded'],
    ['CPU time', { ...killed, killedBy: 'cpu' }, 'time_limit_exceeded'],
    ['wall time', { ...killed, killedBy: 'wall' }, 'time_limit_exceeded'],
    ['CPU time above the limit at exit', { cpuMs: 2000.1 }, 'time_limit_exceeded'],
    ['CPU time at the limit', { cpuMs: 2000 }, 'success'],
    ['unknown CPU time', { cpuMs: null }, 'success'],
    [
      'time, with words about memory',
      { ...killed, killedBy: 'cpu', stderr: bytes('MemoryError') },
      'time_limit_exceeded',
    ],
    ['words about memory, but exit 0', { stderr: bytes('MemoryError') }, 'success'],
  ])('%s', (_, some, verdict) => {
    expect(judgeProgram(facts(some), limits)).toBe(verdict);
  });

  it.each([
    'MemoryError',
    'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space\n\tat Main.main(Main.java:3)',
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    "terminate called after throwing an instance of 'std::bad_alloc'",
    'fatal error: runtime: out of memory',
    'memory allocation of 1099511627776 bytes failed',
  ])('a runtime that says %j', (said) => {
    expect(judgeProgram(facts({ exitCode: 1, stderr: bytes(said) }), limits)).toBe('memory_limit_exceeded');
  });

  it('looks for that in the last 64 KiB of stderr only', () => {
    const frames = (kib: number) => bytes(`OutOfMemoryError\n${'x'.repeat(kib * 1024)}`);
    expect(judgeProgram(facts({ exitCode: 1, stderr: frames(63) }), limits)).toBe('memory_limit_exceeded');
    expect(judgeProgram(facts({ exitCode: 1, stderr: frames(64) }), limits)).toBe('runtime_error');
  });
});

describe('a program in the words of the API', () => {
  it('rounds times to milliseconds and memory to one decimal', () => {
    expect(describeProgram(facts(), limits, RUN_KEPT)).toEqual({
      exitCode: 0,
      signal: null,
      durationMs: 12,
      cpuTimeMs: 9,
      memoryUsageMb: 3.2,
      timedOut: false,
      outputTruncated: false,
      stdout: '42\n',
      stderr: '',
      error: null,
    });
    expect(describeProgram(facts({ memoryKb: null, cpuMs: null }), limits, RUN_KEPT)).toMatchObject({
      memoryUsageMb: null,
      cpuTimeMs: null,
    });
  });

  it.each<[Partial<StepFacts>, string]>([
    [{ exitCode: 3 }, 'Exited with code 3'],
    [{ exitCode: 139, signal: 'SIGSEGV' }, 'Killed by signal SIGSEGV'],
    [{ killedBy: 'cpu' }, 'Time limit of 2 s exceeded'],
    [{ killedBy: 'wall' }, 'Time limit exceeded: still not ended after 5 s'],
    [{ killedBy: 'output' }, 'Output limit of 1024 KiB exceeded'],
    [{ oomKilled: true }, 'Memory limit of 256 MB exceeded'],
  ])('%j', (some, error) => {
    expect(describeProgram(facts(some), limits, RUN_KEPT).error).toBe(error);
  });

  it('keeps the start of stdout and the end of stderr, and says when something is missing', () => {
    const long = bytes(`start${'.'.repeat(9000)}end`);
    const some = { stdout: long, stdoutBytes: long.length, stderr: long, stderrBytes: long.length };
    const cut = describeProgram(facts(some), limits, CASE_KEPT);
    expect(cut.stdout).toHaveLength(8192);
    expect(cut.stdout.startsWith('start')).toBe(true);
    expect(cut.stderr).toHaveLength(8192);
    expect(cut.stderr.endsWith('end')).toBe(true);
    expect(cut.outputTruncated).toBe(true);
    expect(describeProgram(facts(some), limits, RUN_KEPT).outputTruncated).toBe(false);
    expect(describeProgram(facts({ killedBy: 'output' }), limits, RUN_KEPT).outputTruncated).toBe(true);
    expect(describeProgram(facts({ stderrBytes: 8193 }), limits, CASE_KEPT).outputTruncated).toBe(true);
  });
});

describe('compiling', () => {
  const compile = (some: Partial<StepFacts>, rejected: string | null = null) =>
    judgeCompile(facts({ stdout: bytes(''), stdoutBytes: 0, ...some }), limits, rejected);

  it('passes without a word, or with warnings', () => {
    expect(compile({})).toEqual({ failed: false, compile: { output: null, durationMs: 12 } });
    expect(compile({ stderr: bytes('unused\n'), stderrBytes: 7 }).compile.output).toBe('unused\n');
  });
  it('fails with what both streams say', () => {
    const said = compile({ exitCode: 1, stderr: bytes('bad\n'), stdout: bytes('worse\n') });
    expect(said).toMatchObject({ failed: true, compile: { output: 'bad\nworse\n' } });
  });
  it('fails on its limits and says which', () => {
    const late = compile({ ...killed, killedBy: 'wall', stderr: bytes('half') });
    expect(late.failed).toBe(true);
    expect(late.compile.output).toBe(
      'half\nCompiling stopped. Time limit exceeded: still not ended after 5 s\n',
    );
    expect(compile({ ...killed, oomKilled: true }).compile.output).toContain('Memory limit of 256 MB');
  });
  it('fails when what it left cannot be kept', () => {
    expect(compile({}, 'main is not a regular file')).toEqual({
      failed: true,
      compile: { output: 'main is not a regular file\n', durationMs: 12 },
    });
  });
  it('keeps 64 KiB, the remark always', () => {
    const noise = bytes('€'.repeat(30_000));
    const { compile: kept } = compile({
      ...killed,
      oomKilled: true,
      stderr: noise,
      stderrBytes: noise.length,
    });
    expect(bytes(kept.output ?? '').length).toBeLessThanOrEqual(64 * 1024);
    expect(kept.output).toMatch(/€\nCompiling stopped/);
  });
});

describe('a checker', () => {
  const rule = (some: Partial<StepFacts>) => judgeChecker(facts(some), limits);
  it('accepts with 42 and refuses with 43, in its own words', () => {
    expect(rule({ exitCode: 42, stdout: bytes('') })).toEqual({ ruling: 'accepted', remark: null });
    expect(rule({ exitCode: 43, stdout: bytes(' line 3 is wrong \nmore') })).toEqual({
      ruling: 'wrong',
      remark: 'line 3 is wrong',
    });
    const long = rule({ exitCode: 43, stdout: bytes('€'.repeat(500)) });
    expect(long).toEqual({ ruling: 'wrong', remark: '€'.repeat(200) });
  });
  it.each<[Partial<StepFacts>]>([
    [{ exitCode: 0 }],
    [{ exitCode: 1 }],
    [{ exitCode: 42, cpuMs: 2001 }],
    [{ exitCode: 42, oomKilled: true }],
    [{ exitCode: 43, killedBy: 'output' }],
    [{ exitCode: 139, signal: 'SIGSEGV' }],
    [{ exitCode: 1, stderr: bytes('MemoryError') }],
  ])('is broken with %j', (some) => {
    expect(rule(some).ruling).toBe('broken');
  });
});

describe('a case', () => {
  it.each<[string, Partial<StepFacts>, Parameters<typeof judgeCase>[3], string, string | null]>([
    ['the right output', {}, null, 'accepted', null],
    ['stderr as well', { stderr: bytes('noise'), stderrBytes: 5 }, null, 'accepted', null],
    ['a wrong output', { outputMatches: false }, null, 'wrong_answer', 'Wrong answer'],
    ['an output that nobody compared', { outputMatches: null }, null, 'wrong_answer', 'Wrong answer'],
    ['the right output and exit 3', { exitCode: 3 }, null, 'runtime_error', 'Exited with code 3'],
    [
      'a checker that accepts',
      { outputMatches: null },
      { ruling: 'accepted', remark: 'fine' },
      'accepted',
      null,
    ],
    [
      'a checker that refuses',
      { outputMatches: null },
      { ruling: 'wrong', remark: 'line 3' },
      'wrong_answer',
      'line 3',
    ],
    [
      'a silent checker',
      { outputMatches: null },
      { ruling: 'wrong', remark: null },
      'wrong_answer',
      'Wrong answer',
    ],
    [
      'a broken checker',
      { outputMatches: null },
      { ruling: 'broken', reason: 'Exited with code 0' },
      'internal_error',
      "The problem's checker failed",
    ],
    ['a limit', { killedBy: 'cpu' }, null, 'time_limit_exceeded', 'Time limit of 2 s exceeded'],
  ])('with %s', (_, some, checker, verdict, errorMessage) => {
    expect(judgeCase(4, facts(some), limits, checker)).toMatchObject({ index: 4, verdict, errorMessage });
  });
});

const BUDGET_MS = 120_000;
const outcome = (index: number, verdict: CaseOutcome['verdict'], durationMs: number): CaseOutcome => ({
  index,
  verdict,
  program: { ...notRun, durationMs, timedOut: verdict === 'time_limit_exceeded' },
  errorMessage: null,
});

/** Settles cases one after another until the rest is skipped. */
function settleAll(outcomes: readonly CaseOutcome[], budgetMs = BUDGET_MS): CaseOutcome[] {
  let progress = noProgress;
  const settled: CaseOutcome[] = [];
  for (const one of outcomes) {
    if (progress.ended) break;
    const next = settleCase(progress, one, budgetMs);
    settled.push(next.outcome);
    progress = next.progress;
  }
  return settled;
}

describe('a submission', () => {
  it('ends after the third time limit', () => {
    const all = [
      'time_limit_exceeded',
      'accepted',
      'time_limit_exceeded',
      'time_limit_exceeded',
      'accepted',
    ] as const;
    expect(settleAll(all.map((verdict, index) => outcome(index, verdict, 10)))).toHaveLength(4);
  });

  it('ends when its time is spent, with the case that spends it', () => {
    const settled = settleAll([60_000, 60_000, 1, 1].map((ms, index) => outcome(index, 'accepted', ms)));
    expect(settled.map(({ verdict }) => verdict)).toEqual(['accepted', 'accepted', 'time_limit_exceeded']);
    expect(settled[2]).toMatchObject({
      errorMessage: 'All cases together took more than 120 s',
      program: { timedOut: true },
    });
  });

  it('ends when the sandbox fails', () => {
    expect(settleAll([outcome(0, 'accepted', 1), brokenCase(1), outcome(2, 'accepted', 1)])).toHaveLength(2);
  });

  it('goes on after a restart where it was', () => {
    const verdict = fc.constantFrom(...(['accepted', 'wrong_answer', 'time_limit_exceeded'] as const));
    const cases = fc.array(fc.tuple(verdict, fc.nat(500)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(cases, fc.nat(20), fc.integer({ min: 1, max: 3000 }), (list, cut, budgetMs) => {
        const all = list.map(([one, ms], index) => outcome(index, one, ms));
        const whole = settleAll(all, budgetMs);
        const stored: StoredCase[] = whole.slice(0, cut).map(({ index, verdict: of, program }) => ({
          index,
          verdict: of,
          durationMs: program?.durationMs ?? null,
        }));
        let progress = stored.reduce((sum, one) => countCase(sum, one, budgetMs), noProgress);
        const rest: CaseOutcome[] = [];
        for (const one of all.slice(stored.length)) {
          if (progress.ended) break;
          const next = settleCase(progress, one, budgetMs);
          rest.push(next.outcome);
          progress = next.progress;
        }
        expect([...whole.slice(0, cut), ...rest]).toEqual(whole);
      }),
    );
  });

  it.each<[StoredCase['verdict'][], string]>([
    [['accepted', 'accepted'], 'accepted'],
    [['accepted', 'wrong_answer', 'runtime_error'], 'wrong_answer'],
    [['accepted', 'runtime_error', 'wrong_answer'], 'runtime_error'],
    [['wrong_answer', 'internal_error'], 'internal_error'],
    [['compile_error', 'compile_error'], 'compile_error'],
  ])('of %j is %s', (verdicts, verdict) => {
    expect(submissionVerdict(verdicts.map((one, index) => ({ index, verdict: one, durationMs: 1 })))).toBe(
      verdict,
    );
  });

  it('has the same verdict in whatever order its cases come', () => {
    const verdict = fc.constantFrom(
      ...(['accepted', 'wrong_answer', 'runtime_error', 'time_limit_exceeded', 'internal_error'] as const),
    );
    const settled = fc
      .array(verdict, { minLength: 1, maxLength: 12 })
      .map((all) => all.map((one, index) => ({ index, verdict: one, durationMs: 1 })));
    const shuffled = settled.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(submissionVerdict(other)).toBe(submissionVerdict(all));
      }),
    );
  });
});
