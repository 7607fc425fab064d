import { describe, expect, it } from 'vitest';
import { missesPreferred, type Observed, problemsOf } from './expectations.ts';
import type { Attack, Expectation } from './format.ts';

const limits = { wallMs: 2000, cpuMs: 2000, memoryMb: 256, pids: 64, outputBytes: 1000 };
const seen: Observed = {
  verdict: 'OK',
  trouble: null,
  exitCode: 0,
  signal: null,
  stdout: 'all DONE\n',
  stderr: 'a warning\n',
  compileOutput: 'main.c:1: note\n',
  stdoutBytes: 9,
  truncated: false,
  wallMs: 500,
  cpuMs: 300,
  peakMemoryMb: 50,
};

const attack = (expect: Partial<Expectation>): Attack => ({
  id: 'one',
  category: 'x',
  language: 'c',
  limits,
  source: '',
  expect: { verdicts: ['OK'], ...expect },
});

const problems = (expect: Partial<Expectation>, changes: Partial<Observed> = {}) =>
  problemsOf(attack(expect), { ...seen, ...changes });

describe('what a case expects', () => {
  it('holds when all of it is so', () => {
    const all: Partial<Expectation> = {
      mustContain: ['DONE'],
      mustNotContain: ['ESCAPED'],
      mustContainStderr: ['warning'],
      mustContainCompile: ['note'],
      mustNotContainCompile: ['root:'],
      exitCode: 0,
      signal: null,
      stdoutBytes: 9,
      truncated: false,
      minWallMs: 500,
      maxWallMs: 500,
      minCpuMs: 300,
      maxCpuMs: 300,
      minPeakMemoryMb: 50,
      maxPeakMemoryMb: 50,
      maxStdoutBytesFactor: 0.009,
      maxCompileOutputBytes: 15,
    };
    expect(problems(all)).toEqual([]);
  });

  it.each<[name: string, expect: Partial<Expectation>, changes: Partial<Observed>, says: string]>([
    ['verdicts', {}, { verdict: 'TLE' }, 'the verdict is TLE, not OK'],
    [
      'an outcome at all',
      {},
      { verdict: 'none', trouble: 'INTERNAL_ERROR: no' },
      'the verdict is none (INTERNAL_ERROR: no), not OK',
    ],
    ['mustContain', { mustContain: ['DONE', 'MORE'] }, {}, 'stdout lacks "MORE"'],
    ['mustNotContain', { mustNotContain: ['DONE'] }, {}, 'stdout has "DONE"'],
    [
      'mustNotContain, whatever the verdict',
      { verdicts: ['RE'], mustNotContain: ['DONE'] },
      { verdict: 'RE' },
      'stdout has "DONE"',
    ],
    ['mustContainStderr', { mustContainStderr: ['error'] }, {}, 'stderr lacks "error"'],
    ['mustContainCompile', { mustContainCompile: ['error'] }, {}, 'the compile output lacks "error"'],
    ['mustNotContainCompile', { mustNotContainCompile: ['note'] }, {}, 'the compile output has "note"'],
    ['exitCode', { exitCode: 3 }, {}, 'the exit code is 0, not 3'],
    ['exitCode null', { exitCode: null }, {}, 'the exit code is 0, not null'],
    ['signal', { signal: 11 }, {}, 'the signal is null, not 11'],
    ['stdoutBytes', { stdoutBytes: 10 }, {}, 'the size of stdout is 9, not 10'],
    ['truncated', { truncated: true }, {}, 'truncated is false, not true'],
    ['maxWallMs', { maxWallMs: 499 }, {}, 'wall time in ms is 500, more than 499'],
    ['minWallMs', { minWallMs: 501 }, {}, 'wall time in ms is 500, less than 501'],
    ['maxCpuMs', { maxCpuMs: 299.5 }, {}, 'CPU time in ms is 300, more than 299.5'],
    ['minCpuMs', { minCpuMs: 301 }, {}, 'CPU time in ms is 300, less than 301'],
    ['CPU time that nobody counted', { minCpuMs: 1 }, { cpuMs: null }, 'CPU time in ms was not counted'],
    ['minPeakMemoryMb', { minPeakMemoryMb: 51 }, {}, 'peak memory in MB is 50, less than 51'],
    ['maxPeakMemoryMb', { maxPeakMemoryMb: 49 }, {}, 'peak memory in MB is 50, more than 49'],
    [
      'memory that nobody counted',
      { maxPeakMemoryMb: 1 },
      { peakMemoryMb: null },
      'peak memory in MB was not counted',
    ],
    [
      'maxStdoutBytesFactor',
      { maxStdoutBytesFactor: 1.1 },
      { stdoutBytes: 1101 },
      'the size of stdout is 1101, more than 1100',
    ],
    [
      'maxCompileOutputBytes',
      { maxCompileOutputBytes: 14 },
      {},
      'the size of the compile output is 15, more than 14',
    ],
  ])('%s can fail', (_, expects, changes, says) => {
    const found = problems(expects, changes);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(says);
  });

  it('what must be in stdout is asked of a success only', () => {
    expect(problems({ verdicts: ['OK', 'SV'], mustContain: ['MORE'] }, { verdict: 'SV' })).toEqual([]);
  });

  it('what must not be there is told with the rest of its line', () => {
    const stdout = 'x\nESCAPED by this\nand more';
    expect(problems({ mustNotContain: ['ESCAPED'] }, { stdout })).toEqual(['stdout has "ESCAPED by this"']);
  });

  it('long words are told in short', () => {
    expect(problems({ mustContain: ['x'.repeat(1000)] })[0]?.length).toBeLessThan(100);
  });

  it('another verdict than the preferred one is seen, and is no failure', () => {
    const expects: Partial<Expectation> = { verdicts: ['MLE', 'RE'], preferred: 'MLE' };
    const re = { ...seen, verdict: 'RE' as const };
    expect(problemsOf(attack(expects), re)).toEqual([]);
    expect(missesPreferred(attack(expects), re)).toBe(true);
    expect(missesPreferred(attack(expects), { ...seen, verdict: 'MLE' })).toBe(false);
    expect(missesPreferred(attack({}), seen)).toBe(false);
  });
});
