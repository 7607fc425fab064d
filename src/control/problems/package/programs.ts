import type { ProblemChecker, SupportedLanguage } from '../../../generated/api.ts';
import { refuse, refuseUnsupported } from './fault.ts';
import type { PackageTree } from './tree.ts';

const extensions: Readonly<Record<string, SupportedLanguage>> = {
  py: 'python',
  py3: 'python',
  js: 'javascript',
  ts: 'typescript',
  java: 'java',
  cc: 'cpp',
  cpp: 'cpp',
  cxx: 'cpp',
  c: 'c',
  go: 'go',
  rs: 'rust',
};

/** The format's codes of our languages; folders of other languages are passed over. */
const codes: Readonly<Record<string, SupportedLanguage>> = {
  python3: 'python',
  javascript: 'javascript',
  typescript: 'typescript',
  java: 'java',
  cpp: 'cpp',
  c: 'c',
  go: 'go',
  rust: 'rust',
};

const verdicts = [
  'accepted',
  'wrong_answer',
  'time_limit_exceeded',
  'run_time_error',
  'brute_force',
  'rejected',
] as const;

/** Which end a solution of the package must come to, by the folder it stands in. */
type ExpectedEnd = (typeof verdicts)[number];

/** A solution that comes with a package, in a language that is judged here. */
export type PackageSubmission = {
  readonly path: string;
  readonly expected: ExpectedEnd;
  readonly language: SupportedLanguage;
  readonly code: string;
};

export type Sources = Partial<Record<SupportedLanguage, string>>;

const MAX_SOURCE_BYTES = 262_144;
const languageOf = (path: string) => extensions[path.split('.').at(-1) ?? ''] ?? null;

/** One file a language from folders named by the format's language codes. */
async function readByLanguage(tree: PackageTree, folder: string, maxBytes: number): Promise<Sources> {
  const sources: Sources = {};
  for (const code of tree.names(folder)) {
    const language = codes[code];
    const [path, ...others] = tree.below(`${folder}/${code}`);
    if (path === undefined) refuse(`${folder}/${code}`, 'a file where a folder of a language should be');
    if (code === 'default') refuseUnsupported(path, 'files for all languages are');
    if (language === undefined) continue;
    if (others.length > 0) refuseUnsupported(`${folder}/${code}`, 'more than one file a language is');
    if (languageOf(path) !== language) refuse(path, `not a ${language} file`);
    sources[language] = await tree.readText(path, maxBytes);
  }
  return sources;
}

const orNull = (sources: Sources) => (Object.keys(sources).length === 0 ? null : sources);

/** Starter code: attachments/templates. Other attachments have no place here. */
export async function readStarterCode(tree: PackageTree): Promise<Sources | null> {
  const other = tree.names('attachments').find((name) => name !== 'templates');
  if (other !== undefined) refuseUnsupported(`attachments/${other}`, 'attachments are');
  return orNull(await readByLanguage(tree, 'attachments/templates', 20_000));
}

/** Main programs of a function problem: include. Null for whole programs. */
export async function readDrivers(tree: PackageTree): Promise<Sources | null> {
  const helper = tree
    .below('include')
    .find((path) => !/^(main|Main|__main__)\./.test(path.split('/').at(-1) ?? ''));
  if (helper !== undefined) refuseUnsupported(helper, 'included files other than a main program are');
  return orNull(await readByLanguage(tree, 'include', 65_536));
}

/** The checker: output_validator, one file. */
export async function readChecker(tree: PackageTree): Promise<ProblemChecker | null> {
  const [path, ...others] = tree.below('output_validator');
  if (path === undefined) return null;
  if (others.length > 0) refuseUnsupported('output_validator', 'an output validator of several files is');
  const language = languageOf(path);
  if (language !== 'python' && language !== 'cpp' && language !== 'c')
    return refuse(path, 'an output validator is written in Python 3, C or C++');
  return { language, code: await tree.readText(path, 65_536) };
}

/** Solutions in our languages; those of other languages are passed over. */
export async function readSubmissions(tree: PackageTree): Promise<PackageSubmission[]> {
  if (tree.below('submissions/accepted').length === 0) refuse('submissions/accepted', 'no solution');
  const found: PackageSubmission[] = [];
  for (const expected of verdicts) {
    for (const name of tree.names(`submissions/${expected}`)) {
      const program = `submissions/${expected}/${name}`;
      const [path = program, ...others] = tree.has(program) ? [program] : tree.below(program);
      const language = languageOf(path);
      if (language === null) continue;
      if (others.length > 0) refuseUnsupported(program, 'a solution of several files is');
      found.push({ path, expected, language, code: await tree.readText(path, MAX_SOURCE_BYTES) });
    }
  }
  return found;
}
