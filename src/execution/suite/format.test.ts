import { describe, expect, it } from 'vitest';
import { type Attack, parseSuite, SuiteFormatError, stdinOf } from './format.ts';

const limits = { wallMs: 2000, cpuMs: 2000, memoryMb: 256, pids: 64, outputBytes: 1000 };
const least = {
  id: 'one',
  category: 'cpu',
  language: 'c',
  limits,
  source: 'int main;',
  expect: { verdicts: ['OK'] },
};

/** The complaint about a suite of one case. */
function complaint(changes: object): string {
  try {
    parseSuite(JSON.stringify([{ ...least, ...changes }]));
  } catch (error) {
    if (error instanceof SuiteFormatError) return error.message;
    throw error;
  }
  return 'none';
}

describe('a suite of attacks', () => {
  it('is read with every field that there is', () => {
    const whole = {
      ...least,
      note: 'why',
      stdinGen: { char: 'z', bytes: 40 * 1024 * 1024 },
      phase: 'compile',
      repeat: 20,
      parallel: 16,
      harness: ['tcpCanary', 'abstractCanary'],
      expect: {
        verdicts: ['OK', 'SV'],
        preferred: 'SV',
        mustContain: ['a'],
        mustNotContain: ['b'],
        mustContainStderr: ['c'],
        mustContainCompile: ['d'],
        mustNotContainCompile: ['e'],
        exitCode: null,
        signal: 9,
        stdoutBytes: 0,
        truncated: false,
        maxWallMs: 1,
        minWallMs: 0,
        maxCpuMs: 1,
        minCpuMs: 0,
        minPeakMemoryMb: 0.5,
        maxPeakMemoryMb: 1,
        maxStdoutBytesFactor: 1.1,
        maxCompileOutputBytes: 1,
        hostChecks: ['diskUnchanged', 'nextRunOk'],
      },
    };
    expect(parseSuite(JSON.stringify([whole, { ...least, id: 'two', stdin: 'x' }]))).toEqual([
      whole,
      { ...least, id: 'two', stdin: 'x' },
    ]);
  });

  it.each<[what: string, changes: object, says: string]>([
    ['an unknown field', { repeats: 2 }, 'Unrecognized key: "repeats"'],
    ['an unknown expectation', { expect: { verdicts: ['OK'], minWall: 1 } }, 'Unrecognized key: "minWall"'],
    ['an unknown verdict', { expect: { verdicts: ['AC'] } }, '[0].expect.verdicts[0]'],
    ['no verdict', { expect: { verdicts: [] } }, '[0].expect.verdicts'],
    [
      'an unknown host check',
      { expect: { verdicts: ['OK'], hostChecks: ['all'] } },
      '[0].expect.hostChecks[0]',
    ],
    ['a language that there is not', { language: 'cobol' }, '[0].language'],
    ['a missing limit', { limits: { ...limits, pids: undefined } }, '[0].limits.pids'],
    ['a limit of nothing', { limits: { ...limits, cpuMs: 0 } }, '[0].limits.cpuMs'],
    ['a limit too many', { limits: { ...limits, swapMb: 1 } }, 'Unrecognized key: "swapMb"'],
    [
      'both inputs',
      { stdin: '', stdinGen: { char: 'x', bytes: 1 } },
      'stdin and stdinGen exclude each other',
    ],
    ['a character that is several', { stdinGen: { char: 'xy', bytes: 1 } }, '[0].stdinGen.char'],
    ['a character of several bytes', { stdinGen: { char: 'é', bytes: 1 } }, 'one ASCII character'],
    ['too much input', { stdinGen: { char: 'x', bytes: 200 * 1024 * 1024 } }, '[0].stdinGen.bytes'],
    [
      'a preferred verdict that is not allowed',
      { expect: { verdicts: ['OK'], preferred: 'RE' } },
      'none of the verdicts',
    ],
    ['an unknown harness', { harness: ['udpCanary'] }, '[0].harness[0]'],
    ['an unknown phase', { phase: 'link' }, '[0].phase'],
    ['too many runs', { repeat: 100_000 }, '[0].repeat'],
    ['an id with a blank', { id: 'a b' }, '[0].id'],
  ])('%s is refused, with the place', (_, changes, says) => {
    expect(complaint(changes)).toContain(says);
  });

  it.each([
    ['no JSON', '[', 'It is no JSON'],
    ['no list', '{}', 'suite: '],
    ['nothing', '[]', 'suite: '],
    ['an id twice', JSON.stringify([least, least]), 'one: there are two cases of this id'],
  ])('%s is refused', (_, text, says) => {
    expect(() => parseSuite(text)).toThrow(SuiteFormatError);
    expect(() => parseSuite(text)).toThrow(says);
  });

  it('many mistakes are told, but not without end', () => {
    const many = Array.from({ length: 30 }, (_, index) => ({ ...least, id: `c${index}`, language: 'cobol' }));
    const told = (() => {
      try {
        parseSuite(JSON.stringify(many));
      } catch (error) {
        return String(error).split('\n');
      }
      return [];
    })();
    expect(told).toHaveLength(11);
    expect(told.at(-1)).toBe('and 20 more');
  });

  it('inputs are made up, and addresses put in where they are known', () => {
    const attack = (changes: object) => ({ ...least, ...changes }) as unknown as Attack;
    expect(stdinOf(attack({}), {})).toBe('');
    expect(stdinOf(attack({ stdinGen: { char: 'y', bytes: 3 } }), {})).toBe('yyy');
    const stdin = '{{CANARY_TCP_PORT}} {{OTHER}}\n';
    expect(stdinOf(attack({ stdin }), { CANARY_TCP_PORT: '80' })).toBe('80 {{OTHER}}\n');
  });
});
