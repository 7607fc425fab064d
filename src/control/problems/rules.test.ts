import { describe, expect, it } from 'vitest';
import type { SummaryRow } from './queries/listing.ts';
import { acceptanceRate, comparisonOf, showDetail, showSummary } from './rules.ts';
import type { ProblemVersionRow } from './tables.ts';

const row: SummaryRow = {
  id: 'p',
  title: 'Fire Drill',
  difficulty: 'medium',
  isPublished: true,
  company: null,
  totalSubmissions: 8,
  acceptedSubmissions: 3,
  createdAt: 0,
  updatedAt: 60_000,
  caseCount: 5,
  hiddenCaseCount: 2,
  attempts: 0,
  isSolved: 0,
  sortValue: '',
};
const version: ProblemVersionRow = {
  id: 'v',
  problemId: 'p',
  number: 1,
  caseSetId: 's',
  description: 'Text',
  constraints: null,
  examples: [],
  starterCode: { go: 'x' },
  timeLimitMs: 2000,
  memoryLimitMb: null,
  kind: 'function',
  comparison: { mode: 'checker', tolerance: 0.000001 },
  groups: [],
  drivers: { go: 'driver' },
  checker: { language: 'c', code: 'checker' },
  hints: [{ level: 'subtle', text: 'hint' }],
  createdAt: 0,
};

describe('acceptance rate', () => {
  it('is null without submissions, else percent with one decimal', () => {
    expect(acceptanceRate(0, 0)).toBeNull();
    expect(acceptanceRate(0, 3)).toBe(0);
    expect(acceptanceRate(1, 3)).toBe(33.3);
    expect(acceptanceRate(3, 3)).toBe(100);
  });
});

describe('summary', () => {
  it('says how the caller has fared', () => {
    expect(showSummary(row, [], false).attemptStatus).toBeNull();
    expect(showSummary({ ...row, attempts: 2 }, [], false).attemptStatus).toBe('attempted');
    expect(showSummary({ ...row, attempts: 2, isSolved: 1 }, [], false).attemptStatus).toBe('solved');
  });

  it('holds the fields of administration on demand only', () => {
    const adminFields = ['totalSubmissions', 'testCaseCount', 'hiddenTestCaseCount', 'updatedAt'];
    const shown = Object.keys(showSummary(row, ['graph'], false));
    for (const field of adminFields) expect(shown).not.toContain(field);
    expect(showSummary(row, ['graph'], true)).toMatchObject({
      tags: ['graph'],
      acceptanceRate: 37.5,
      totalSubmissions: 8,
      testCaseCount: 5,
      hiddenTestCaseCount: 2,
      updatedAt: '1970-01-01T00:01:00.000Z',
    });
  });
});

describe('detail', () => {
  const parts = { row, tags: [], version, cases: [], isAdmin: true, withHidden: false };

  it('keeps drivers, checker and hints to itself where hidden cases are not shown', () => {
    const shown = JSON.stringify(showDetail(parts));
    for (const secret of ['driver', 'checker":{"language', 'hint']) expect(shown).not.toContain(`"${secret}`);
    expect(showDetail({ ...parts, withHidden: true })).toMatchObject({
      drivers: { go: 'driver' },
      checker: { language: 'c' },
      hints: [{ level: 'subtle' }],
    });
  });

  it('leaves counts of cases out for everybody but admins', () => {
    expect(showDetail(parts).testCaseCount).toBe(5);
    expect(showDetail({ ...parts, isAdmin: false })).not.toHaveProperty('testCaseCount');
  });
});

describe('comparison for judging', () => {
  it('carries what its mode needs', () => {
    expect(comparisonOf(version)).toEqual({ mode: 'checker', checker: version.checker });
    const float = { ...version, comparison: { mode: 'float', tolerance: 0.01 } as const };
    expect(comparisonOf(float)).toEqual({ mode: 'float', tolerance: 0.01 });
    const tokens = { ...version, comparison: { mode: 'tokens', tolerance: 0.01 } as const };
    expect(comparisonOf(tokens)).toEqual({ mode: 'tokens' });
  });

  it('does not go on without the checker that it names', () => {
    expect(() => comparisonOf({ ...version, checker: null })).toThrow('version v');
  });
});
