import { describe, expect, it } from 'vitest';
import {
  contentFailures,
  defaultComparison,
  foldCase,
  type ProblemContent,
  searchTerms,
  searchText,
  tagName,
} from './content.ts';

const aCase = {
  input: '',
  expectedOutput: '',
  description: null,
  isHidden: true,
  group: null,
  timeoutMs: null,
  memoryMb: null,
};
const plain: ProblemContent = {
  title: 'Title',
  difficulty: 'easy',
  tags: [],
  company: null,
  description: 'Text',
  constraints: null,
  examples: [],
  starterCode: null,
  timeLimitMs: null,
  memoryLimitMb: null,
  kind: 'program',
  comparison: defaultComparison,
  groups: [],
  drivers: null,
  checker: null,
  hints: [],
  cases: [aCase],
};
const failures = (change: Partial<ProblemContent>) =>
  contentFailures({ ...plain, ...change }).map(({ field, constraint }) => `${field} ${constraint}`);

describe('rules between the fields of a problem', () => {
  it('leave a plain problem alone', () => {
    expect(failures({})).toEqual([]);
  });

  it('want every case in a known group and every group with cases, named once', () => {
    const groups = [
      { name: 'small', points: 1 },
      { name: 'large', points: 2 },
      { name: 'small', points: 3 },
    ];
    const cases = [
      { ...aCase, group: 'small' },
      { ...aCase, group: 'huge' },
    ];
    expect(failures({ groups, cases })).toEqual([
      'groups[2].name arrayUnique',
      'groups[1] groupWithoutCases',
      'testCases[1].group unknownGroup',
    ]);
    expect(failures({ groups: groups.slice(0, 1), cases: [{ ...aCase, group: 'small' }, aCase] })).toEqual(
      [],
    );
  });

  it('want drivers for function problems, and starter code in exactly their languages', () => {
    const drivers = { python: 'a', go: 'b' };
    expect(failures({ drivers })).toEqual(['drivers onlyForFunction']);
    expect(failures({ kind: 'function' })).toEqual(['drivers required']);
    expect(failures({ kind: 'function', drivers })).toEqual(['starterCode sameLanguagesAsDrivers']);
    expect(failures({ kind: 'function', drivers, starterCode: { go: '', python: '' } })).toEqual([]);
    expect(failures({ kind: 'function', drivers, starterCode: { go: '', rust: '' } })).toHaveLength(1);
  });

  it('want a checker in mode checker and nowhere else', () => {
    const checker = { language: 'python', code: 'x' } as const;
    const comparison = { mode: 'checker', tolerance: 0.1 } as const;
    expect(failures({ checker })).toEqual(['checker onlyForModeChecker']);
    expect(failures({ comparison })).toEqual(['checker required']);
    expect(failures({ comparison, checker })).toEqual([]);
  });
});

describe('texts for searching and comparing', () => {
  it('fold case and composition beyond ASCII', () => {
    expect(foldCase('ÄRGER Cafe\u0301')).toBe('ärger café');
  });

  it('split a search into its different terms', () => {
    expect(searchTerms('  Two  pointers\ttwo ')).toEqual(['two', 'pointers']);
    expect(searchTerms(undefined)).toEqual([]);
    expect(searchTerms(' \n ')).toEqual([]);
  });

  it('keep title and description apart, so that no term spans both', () => {
    expect(searchText({ title: 'Fire', description: 'Drill' })).toBe('fire\ndrill');
  });

  it('name tags after their slugs', () => {
    expect(tagName('breadth-first-search')).toBe('Breadth first search');
    expect(tagName('2d')).toBe('2d');
  });
});
