import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { OutputComparison, ProblemChecker, ProblemExample } from '../../../generated/api.ts';
import { contentFailures, type ProblemContent } from '../content.ts';
import { type PackageCase, readData } from './cases.ts';
import { comparisonFromFlags } from './comparison.ts';
import { PackageInvalid, refuse, refuseUnsupported } from './fault.ts';
import { type MetaYaml, type ProblemYaml, readHints, readMeta, readProblemYaml } from './metadata.ts';
import {
  type PackageSubmission,
  readChecker,
  readDrivers,
  readStarterCode,
  readSubmissions,
} from './programs.ts';
import { readStatement } from './statement.ts';
import { openTree } from './tree.ts';

/** A problem as a package brings it. */
export type ProblemPackage = {
  /** Short name that stays the same from version to version. */
  readonly slug: string;
  /** SHA-256 of what becomes of the problem, hexadecimal; solutions and generators do not count. */
  readonly hash: string;
  readonly content: ProblemContent;
  readonly submissions: readonly PackageSubmission[];
};

const MAX_EXAMPLE_LENGTH = 10_000;

/**
 * Reads a problem package (Kattis/ICPC format, version 2025-09) from its folder. Throws PackageInvalid, naming file and
 * field, for what is wrong and for what the format has and this product does not.
 */
export async function readPackage(directory: string): Promise<ProblemPackage> {
  const tree = await openTree(directory);
  const problem = await readProblemYaml(tree);
  if (tree.below('static_validator').length > 0)
    refuseUnsupported('static_validator', 'static validation is');
  const meta = await readMeta(tree);
  const { cases, groups } = await readData(tree, [problem.type].flat().includes('scoring'));
  const drivers = await readDrivers(tree);
  const checker = await readChecker(tree);
  const content: ProblemContent = {
    ...(await readStatement(tree, problem)),
    difficulty: meta?.difficulty ?? 'medium',
    tags: tagsOf(problem),
    company: meta?.company ?? null,
    examples: examplesOf(meta, cases),
    starterCode: await readStarterCode(tree),
    ...limitsOf(problem),
    kind: drivers === null ? 'program' : 'function',
    comparison: comparisonOf(cases, checker),
    groups,
    drivers,
    checker,
    hints: await readHints(tree),
    cases: cases.map(({ name: _name, flags: _flags, ...content }) => content),
  };
  checkContent(content);
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return { slug: meta?.slug ?? basename(directory), hash, content, submissions: await readSubmissions(tree) };
}

function limitsOf({ limits }: ProblemYaml): Pick<ProblemContent, 'timeLimitMs' | 'memoryLimitMb'> {
  const timeLimitMs = limits.time_limit === undefined ? null : Math.round(limits.time_limit * 1000);
  return { timeLimitMs, memoryLimitMb: limits.memory ?? null };
}

function tagsOf({ keywords }: ProblemYaml): string[] {
  const slugs = keywords.map((keyword) =>
    keyword
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, ''),
  );
  const tags = [...new Set(slugs)].filter((slug) => slug !== '');
  if (tags.length > 20) refuse('problem.yaml', 'more than 20 keywords', 'keywords');
  if (tags.some((tag) => tag.length > 50))
    refuse('problem.yaml', 'a keyword of more than 50 characters', 'keywords');
  return tags;
}

/** The samples that meta.yaml names, or all that are short enough to be shown. */
function examplesOf(meta: MetaYaml | null, cases: readonly PackageCase[]): ProblemExample[] {
  const samples = cases.filter(({ isHidden }) => !isHidden);
  const isShort = ({ input, expectedOutput }: PackageCase) =>
    input.length <= MAX_EXAMPLE_LENGTH && expectedOutput.length <= MAX_EXAMPLE_LENGTH;
  const show = ({ input, expectedOutput: output }: PackageCase) => ({ input, output });
  if (meta?.examples === undefined) return samples.filter(isShort).slice(0, 20).map(show);
  return meta.examples.map(({ sample, explanation }, index) => {
    const field = `examples.${index}.sample`;
    const found = samples.find(({ name }) => name === `sample/${sample}`);
    if (found === undefined) return refuse('syncode/meta.yaml', `no case ${sample} in data/sample`, field);
    if (!isShort(found)) refuse('syncode/meta.yaml', `${sample} is too long for an example`, field);
    return { ...show(found), ...(explanation === undefined ? {} : { explanation }) };
  });
}

function comparisonOf(cases: readonly PackageCase[], checker: ProblemChecker | null): OutputComparison {
  const [first, ...others] = cases;
  const flags = first?.flags ?? [];
  const other = others.find((found) => found.flags.join(' ') !== flags.join(' '));
  if (other !== undefined)
    refuseUnsupported(
      `data/${other.name}.in`,
      'flags that differ between cases are',
      'output_validator_args',
    );
  if (checker === null) return comparisonFromFlags('data/secret/test_group.yaml', flags);
  if (flags.length > 0)
    refuseUnsupported(
      'data/secret/test_group.yaml',
      'arguments of an output validator are',
      'output_validator_args',
    );
  return { mode: 'checker', tolerance: 0.000001 };
}

function checkContent(content: ProblemContent): void {
  const faults = contentFailures(content).map(({ field, constraint }) => ({
    file: field === 'starterCode' ? 'attachments/templates' : 'include',
    field: null,
    message: constraint === 'sameLanguagesAsDrivers' ? 'not the same languages as in include' : constraint,
  }));
  if (faults.length > 0) throw new PackageInvalid(faults);
}
