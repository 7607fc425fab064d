import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaseVerdict } from '../../generated/api.ts';
import { countVerdicts, head, type JudgedCase, pointsOf, showCase, totalPoints } from './rules.ts';
import type { CaseRow } from './tables.ts';

const verdicts: CaseVerdict[] = [
  'accepted',
  'wrong_answer',
  'time_limit_exceeded',
  'memory_limit_exceeded',
  'runtime_error',
  'compile_error',
  'output_limit_exceeded',
  'internal_error',
  'skipped',
];

const judged = (change: Partial<JudgedCase> = {}): JudgedCase => ({
  input: 'secret input',
  expectedOutput: 'secret output',
  isHidden: true,
  description: 'secret description',
  group: null,
  ...change,
});

const row = (change: Partial<CaseRow> = {}): CaseRow => ({
  submissionId: 's',
  caseIndex: 0,
  verdict: 'wrong_answer',
  actualOutput: 'secret actual',
  stderr: 'secret stderr',
  exitCode: 7,
  signal: null,
  durationMs: 12,
  cpuTimeMs: 11,
  memoryUsageMb: 3.5,
  timedOut: false,
  outputTruncated: true,
  errorMessage: 'secret message',
  ...change,
});

describe('counts', () => {
  it('of the three kinds add up to the number of cases', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...verdicts)), (all) => {
        const { passedCases, failedCases, errorCases } = countVerdicts(all);
        expect(passedCases + failedCases + errorCases).toBe(all.length);
      }),
    );
  });
});

describe('points', () => {
  const groups = [
    { name: 'small', points: 40 },
    { name: 'big', points: 60 },
  ];
  const cases = [judged({ group: 'small' }), judged({ group: 'small' }), judged({ group: 'big' }), judged()];

  it('are unknown while a submission is under way', () => {
    expect(pointsOf(groups, cases, null).map(({ points }) => points)).toEqual([null, null]);
  });

  it('are earned by all cases of a group or not at all; cases without a group do not matter', () => {
    const earned = (all: CaseVerdict[]) => pointsOf(groups, cases, all).map(({ points }) => points);
    expect(earned(['accepted', 'accepted', 'accepted', 'wrong_answer'])).toEqual([40, 60]);
    expect(earned(['accepted', 'wrong_answer', 'accepted', 'accepted'])).toEqual([0, 60]);
    expect(earned(['accepted', 'accepted', 'skipped', 'accepted'])).toEqual([40, 0]);
  });

  it('are null in all without groups', () => {
    expect(totalPoints([])).toBeNull();
    expect(totalPoints([{ name: 'a', points: 3, maxPoints: 5 }])).toBe(3);
  });
});

describe('what a case shows', () => {
  it.each(verdicts)('of a hidden one that ended with %s holds no word of it for participants', (verdict) => {
    const shown = showCase(row({ verdict }), judged(), false);
    expect(JSON.stringify(shown)).not.toContain('secret');
    expect([shown.exitCode, shown.signal, shown.outputTruncated]).toEqual([null, null, null]);
    expect([shown.durationMs, shown.cpuTimeMs, shown.memoryUsageMb]).toEqual([12, 11, 3.5]);
    expect(shown.passed).toBe(verdict === 'accepted' ? true : verdict === 'wrong_answer' ? false : null);
  });

  it('of a visible one, and to an admin of any, is everything', () => {
    for (const shown of [
      showCase(row(), judged({ isHidden: false }), false),
      showCase(row(), judged({ isHidden: true }), true),
    ]) {
      expect(shown).toMatchObject({
        input: 'secret input',
        expectedOutput: 'secret output',
        actualOutput: 'secret actual',
        stderr: 'secret stderr',
        exitCode: 7,
        errorMessage: 'secret message',
        outputTruncated: true,
      });
    }
  });
});

describe('head', () => {
  it('is a prefix of whole characters within the bytes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme-composite', maxLength: 60 }),
        fc.integer({ min: 1, max: 80 }),
        (text, bytes) => {
          const cut = head(text, bytes);
          expect(text.startsWith(cut)).toBe(true);
          expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytes);
          if (Buffer.byteLength(text) <= bytes) expect(cut).toBe(text);
        },
      ),
    );
  });
});
