import type {
  Difficulty,
  OutputComparison,
  ProblemChecker,
  ProblemDrivers,
  ProblemExample,
  ProblemHint,
  ProblemKind,
  TestGroup,
} from '../../generated/api.ts';
import type { FieldFailure } from '../../kernel/errors.ts';
import type { StarterCode } from './tables.ts';

/** A test case as its author gives it. */
export type CaseContent = {
  readonly input: string;
  readonly expectedOutput: string;
  readonly description: string | null;
  readonly isHidden: boolean;
  /** Name of one of the problem's groups. */
  readonly group: string | null;
  readonly timeoutMs: number | null;
  readonly memoryMb: number | null;
};

/** Everything that an author says about a problem, defaults filled in. */
export type ProblemContent = {
  readonly title: string;
  readonly difficulty: Difficulty;
  /** Slugs, each once. */
  readonly tags: readonly string[];
  readonly company: string | null;
  readonly description: string;
  readonly constraints: string | null;
  readonly examples: readonly ProblemExample[];
  readonly starterCode: StarterCode | null;
  readonly timeLimitMs: number | null;
  readonly memoryLimitMb: number | null;
  readonly kind: ProblemKind;
  readonly comparison: OutputComparison;
  readonly groups: readonly TestGroup[];
  readonly drivers: ProblemDrivers | null;
  readonly checker: ProblemChecker | null;
  readonly hints: readonly ProblemHint[];
  /** Order of judging. */
  readonly cases: readonly CaseContent[];
};

export const defaultComparison: OutputComparison = { mode: 'text', tolerance: 0.000001 };

/** The form in which titles and companies are compared, and texts searched. */
export function foldCase(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** What a search looks for its terms in; no term holds a line break, so none spans title and description. */
export function searchText(content: Pick<ProblemContent, 'title' | 'description'>): string {
  return foldCase(`${content.title}\n${content.description}`);
}

/** The different blank-separated terms of a search, case folded. */
export function searchTerms(search: string | undefined): string[] {
  return [...new Set(foldCase(search ?? '').split(/\s+/))].filter((term) => term !== '');
}

/** How a tag is called until somebody names it better: "hash-table" is "Hash table". */
export function tagName(slug: string): string {
  const words = slug.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Rules between the fields of a problem that no schema can say; empty when all are kept. */
export function contentFailures(content: ProblemContent): FieldFailure[] {
  return [...groupFailures(content), ...driverFailures(content), ...checkerFailures(content)];
}

function groupFailures({ groups, cases }: ProblemContent): FieldFailure[] {
  const names = groups.map(({ name }) => name);
  const twice = groups.flatMap(({ name }, index) =>
    names.indexOf(name) === index
      ? []
      : [{ field: `groups[${index}].name`, constraint: 'arrayUnique', value: name }],
  );
  const empty = groups.flatMap(({ name }, index) =>
    cases.some(({ group }) => group === name)
      ? []
      : [{ field: `groups[${index}]`, constraint: 'groupWithoutCases', value: name }],
  );
  const unknown = cases.flatMap(({ group }, index) =>
    group === null || names.includes(group)
      ? []
      : [{ field: `testCases[${index}].group`, constraint: 'unknownGroup', value: group }],
  );
  return [...twice, ...empty, ...unknown];
}

function driverFailures({ kind, drivers, starterCode }: ProblemContent): FieldFailure[] {
  if (kind === 'program')
    return drivers === null ? [] : [{ field: 'drivers', constraint: 'onlyForFunction' }];
  if (drivers === null) return [{ field: 'drivers', constraint: 'required' }];
  const offered = Object.keys(drivers).sort().join();
  const started = Object.keys(starterCode ?? {})
    .sort()
    .join();
  return offered === started ? [] : [{ field: 'starterCode', constraint: 'sameLanguagesAsDrivers' }];
}

function checkerFailures({ comparison, checker }: ProblemContent): FieldFailure[] {
  if ((comparison.mode === 'checker') === (checker !== null)) return [];
  return [{ field: 'checker', constraint: checker === null ? 'required' : 'onlyForModeChecker' }];
}
