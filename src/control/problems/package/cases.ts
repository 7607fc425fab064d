import type { TestGroup } from '../../../generated/api.ts';
import type { CaseContent } from '../content.ts';
import { refuse, refuseUnsupported } from './fault.ts';
import { type CaseYaml, type GroupYaml, readCaseYaml, readGroupYaml } from './metadata.ts';
import type { PackageTree } from './tree.ts';

const MAX_CASES = 100;
const MAX_INPUT_BYTES = 16 * 1024 * 1024;
const MAX_ANSWER_BYTES = 512 * 1024;
const MAX_DATA_CHARACTERS = 64 * 1024 * 1024;
const SETTINGS = 'test_group.yaml';
/** Files of a case that change how it is run or shown. */
const UNSUPPORTED = [
  '.out',
  '.interaction',
  '.in.statement',
  '.ans.statement',
  '.in.download',
  '.ans.download',
];

/** A case with its name in the package ("sample/01-short") and the validator flags that hold for it. */
export type PackageCase = CaseContent & { readonly name: string; readonly flags: readonly string[] };

/** The test data: samples first, then hidden cases, both in the order of their names. */
export type PackageData = { readonly cases: readonly PackageCase[]; readonly groups: readonly TestGroup[] };

/** Reads data/sample and data/secret; `isScoring` as problem.yaml says. */
export async function readData(tree: PackageTree, isScoring: boolean): Promise<PackageData> {
  const sample = await readFolder(tree, 'data/sample', { isHidden: false, group: null });
  const secretSettings = await readSettings(tree, 'data/secret');
  checkSecretSettings(secretSettings);
  const folders = groupFolders(tree);
  const cases = [...sample];
  const groups: TestGroup[] = [];
  for (const folder of folders) {
    const name = folder.slice('data/secret/'.length);
    const settings = await readSettings(tree, folder);
    if (isScoring) groups.push({ name, points: pointsOf(folder, settings) });
    const found = await readFolder(tree, folder, {
      isHidden: true,
      group: isScoring ? name : null,
      above: secretSettings,
    });
    if (found.length === 0) refuse(folder, 'a test group without test cases');
    cases.push(...found);
  }
  if (folders.length === 0) {
    if (isScoring) refuseUnsupported('data/secret', 'scoring without test groups is');
    cases.push(...(await readFolder(tree, 'data/secret', { isHidden: true, group: null })));
  }
  checkTotals(cases, groups);
  return { cases, groups };
}

function groupFolders(tree: PackageTree): string[] {
  const folders = tree
    .names('data/secret')
    .map((name) => `data/secret/${name}`)
    .filter((folder) => tree.has(`${folder}/${SETTINGS}`));
  if (folders.length === 0) return [];
  const stray = tree
    .below('data/secret')
    .find((path) => path.endsWith('.in') && !folders.some((folder) => path.startsWith(`${folder}/`)));
  if (stray !== undefined) refuse(stray, 'a test case outside the test groups');
  return folders;
}

function checkSecretSettings({ score_aggregation }: GroupYaml): void {
  if (score_aggregation === 'min')
    refuseUnsupported(`data/secret/${SETTINGS}`, 'the smallest score of all groups is', 'score_aggregation');
}

function pointsOf(folder: string, { max_score, score_aggregation }: GroupYaml): number {
  const file = `${folder}/${SETTINGS}`;
  if (score_aggregation !== undefined && score_aggregation !== 'pass-fail')
    refuseUnsupported(file, 'scores of single test cases are', 'score_aggregation');
  if (typeof max_score === 'number' && max_score >= 1 && max_score <= 1000) return max_score;
  return refuse(file, 'a test group needs 1 to 1000 points', 'max_score');
}

async function readSettings(tree: PackageTree, folder: string): Promise<GroupYaml> {
  const file = `${folder}/${SETTINGS}`;
  if (!tree.has(file)) return { args: [], require_pass: [] };
  const settings = await readGroupYaml(tree, file);
  checkSettings(file, settings, folder !== 'data/sample');
  if ([settings.require_pass].flat().length > 0)
    refuseUnsupported(file, 'groups that depend on others are', 'require_pass');
  if (settings.static_validation_score !== undefined)
    refuseUnsupported(file, 'static validation is', 'static_validation_score');
  return settings;
}

function checkSettings(file: string, settings: GroupYaml | CaseYaml, isSecret: boolean): void {
  if (settings.args.length > 0) refuseUnsupported(file, 'arguments of the program are', 'args');
  if (isSecret && settings.full_feedback === true)
    refuseUnsupported(file, 'hidden cases that are shown after a failure are', 'full_feedback');
}

type Place = { isHidden: boolean; group: string | null; above?: GroupYaml };

async function readFolder(tree: PackageTree, folder: string, place: Place): Promise<PackageCase[]> {
  const paths = tree.below(folder);
  const inputs = new Set(paths.filter((path) => path.endsWith('.in')).map((path) => path.slice(0, -3)));
  for (const path of paths) checkCaseFile(path, inputs);
  const settings = await readSettings(tree, folder);
  const inherited = settings.output_validator_args ?? place.above?.output_validator_args ?? [];
  const cases: PackageCase[] = [];
  if (inputs.size > MAX_CASES) refuse(folder, `more than ${MAX_CASES} test cases`);
  for (const base of [...inputs].sort()) cases.push(await readCase(tree, base, inherited, place));
  return cases;
}

function checkCaseFile(path: string, inputs: ReadonlySet<string>): void {
  if (path.includes('.files/')) refuseUnsupported(path, 'input files beside standard input are');
  const unsupported = UNSUPPORTED.find((extension) => path.endsWith(extension));
  if (unsupported !== undefined) refuseUnsupported(path, `${unsupported} files of a test case are`);
  if (path.endsWith('.ans') && !inputs.has(path.slice(0, -4))) refuse(path, 'an answer without its .in file');
}

async function readCase(
  tree: PackageTree,
  base: string,
  inherited: readonly string[],
  { isHidden, group }: Place,
): Promise<PackageCase> {
  const file = `${base}.yaml`;
  const settings: CaseYaml = tree.has(file) ? await readCaseYaml(tree, file) : { args: [] };
  checkSettings(file, settings, isHidden);
  return {
    name: base.slice('data/'.length),
    flags: settings.output_validator_args ?? inherited,
    input: await tree.readText(`${base}.in`, MAX_INPUT_BYTES),
    expectedOutput: await tree.readText(`${base}.ans`, MAX_ANSWER_BYTES),
    description: settings.description?.trim() || null,
    isHidden,
    group,
    timeoutMs: null,
    memoryMb: null,
  };
}

function checkTotals(cases: readonly PackageCase[], groups: readonly TestGroup[]): void {
  if (!cases.some(({ isHidden }) => isHidden)) refuse('data/secret', 'no test case');
  if (cases.length > MAX_CASES) refuse('data', `more than ${MAX_CASES} test cases`);
  if (groups.length > 20) refuse('data/secret', 'more than 20 test groups');
  const long = groups.find(({ name }) => name.length > 60);
  if (long !== undefined) refuse(`data/secret/${long.name}`, 'a name of more than 60 characters');
  const characters = cases.reduce(
    (sum, { input, expectedOutput }) => sum + input.length + expectedOutput.length,
    0,
  );
  if (characters > MAX_DATA_CHARACTERS)
    refuse('data', `more than ${MAX_DATA_CHARACTERS} characters of test data`);
}
