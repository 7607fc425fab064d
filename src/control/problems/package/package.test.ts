import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PackageInvalid } from './fault.ts';
import { readPackage } from './package.ts';

type Files = Record<string, string | Uint8Array | null>;

const problemYaml = `problem_format_version: 2025-09
name: Sum of Two
uuid: 0b4a3a1e-5f0e-4f5e-9d43-1f6f6d1e2f10
keywords: [Math, two pointers]
limits: {time_limit: 1.5, memory: 128}
`;
const basic: Files = {
  'problem.yaml': problemYaml,
  'statement/problem.en.md': 'Add.\n\n## Input\nTwo.\n\n## Constraints\n- small\n\n## Notes\nNone.\n',
  'data/sample/1.in': '1 2\n',
  'data/sample/1.ans': '3\n',
  'data/secret/a-b.in': '4 5\n',
  'data/secret/a-b.ans': '9\n',
  'data/secret/a.in': '',
  'data/secret/a.ans': '0\n',
  'data/secret/a.yaml': 'description: nothing at all\n',
  'submissions/accepted/sum.py': 'print(3)\n',
};
const function_: Files = {
  'include/python3/main.py': 'driver',
  'include/go/main.go': 'driver',
  'attachments/templates/python3/main.py': 'starter',
  'attachments/templates/go/main.go': 'starter',
};

const withoutSecret: Files = Object.fromEntries(
  Object.keys(basic).flatMap((path) => (path.startsWith('data/secret/') ? [[path, null]] : [])),
);
const scoring: Files = { 'problem.yaml': `${problemYaml}type: scoring\n` };
const group: Files = {
  'data/secret/g/test_group.yaml': 'max_score: 5\n',
  'data/secret/g/x.in': '',
  'data/secret/g/x.ans': '',
};

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'syncode-package-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const root = () => join(parent, 'sumoftwo');

function place(files: Files): string {
  for (const [name, content] of Object.entries({ ...basic, ...files })) {
    if (content === null) continue;
    const path = join(root(), name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return root();
}

const read = (files: Files = {}) => readPackage(place(files));

async function faultsOf(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PackageInvalid);
  return (error as PackageInvalid).message;
}

const faults = (files: Files) => faultsOf(read(files));

describe('a problem package', () => {
  it('becomes a problem: title, tags, limits, statement without its constraints', async () => {
    const { slug, content } = await read();
    expect(slug).toBe('sumoftwo');
    expect(content).toMatchObject({
      title: 'Sum of Two',
      difficulty: 'medium',
      tags: ['math', 'two-pointers'],
      timeLimitMs: 1500,
      memoryLimitMb: 128,
      kind: 'program',
      constraints: '- small',
      description: 'Add.\n\n## Input\nTwo.\n\n## Notes\nNone.',
      examples: [{ input: '1 2\n', output: '3\n' }],
    });
  });

  it('has its samples visible and first, then the hidden cases by name', async () => {
    const { cases } = (await read()).content;
    expect(cases.map(({ input, isHidden }) => [input, isHidden])).toEqual([
      ['1 2\n', false],
      ['', true],
      ['4 5\n', true],
    ]);
    expect(cases[1]?.description).toBe('nothing at all');
  });

  it('takes slug, difficulty, company, examples and hints from the folder syncode', async () => {
    const { slug, content } = await read({
      'syncode/meta.yaml':
        'slug: two-sum\ndifficulty: hard\ncompany: Acme\nexamples: [{sample: "1", explanation: because}]\n',
      'syncode/hints.yaml': '- {level: direct, text: add them}\n',
    });
    expect(slug).toBe('two-sum');
    expect(content).toMatchObject({ difficulty: 'hard', company: 'Acme' });
    expect(content.examples).toEqual([{ input: '1 2\n', output: '3\n', explanation: 'because' }]);
    expect(content.hints).toEqual([{ level: 'direct', text: 'add them' }]);
  });

  it('changes its hash with the content, not with solutions and generators', async () => {
    const first = (await read()).hash;
    expect((await read({ 'submissions/accepted/sum.py': 'x', 'generators/g.py': 'y' })).hash).toBe(first);
    expect((await read({ 'data/secret/a.ans': '1\n' })).hash).not.toBe(first);
  });

  it('lists its solutions with the end they must come to', async () => {
    const { submissions } = await read({
      'submissions/wrong_answer/Off.java': 'class Main {}',
      'submissions/time_limit_exceeded/slow/main.cpp': 'int main() {}',
      'submissions/accepted/other.kt': 'fun main() {}',
    });
    expect(submissions.map(({ expected, language }) => `${expected} ${language}`)).toEqual([
      'accepted python',
      'wrong_answer java',
      'time_limit_exceeded cpp',
    ]);
  });

  it('becomes a function problem by its included main programs', async () => {
    const { content } = await read(function_);
    expect(content.kind).toBe('function');
    expect(content.drivers).toEqual({ python: 'driver', go: 'driver' });
    expect(content.starterCode).toEqual({ python: 'starter', go: 'starter' });
  });

  it('has points by test groups when it is scoring', async () => {
    const { content } = await read({
      ...scoring,
      ...withoutSecret,
      'data/secret/large/test_group.yaml': 'max_score: 70\n',
      'data/secret/large/x.in': '1\n',
      'data/secret/large/x.ans': '1\n',
      'data/secret/small/test_group.yaml': 'max_score: 30\n',
      'data/secret/small/x.in': '2\n',
      'data/secret/small/x.ans': '2\n',
    });
    expect(content.groups).toEqual([
      { name: 'large', points: 70 },
      { name: 'small', points: 30 },
    ]);
    expect(content.cases.map(({ group }) => group)).toEqual([null, 'large', 'small']);
  });

  it('may link to its own files and ignores names that the format does not know', async () => {
    place({ '.git/config': 'x', 'data/secret/-draft.in': 'x', 'data/secret/b.ans': '9\n' });
    symlinkSync('../sample/1.in', join(root(), 'data/secret/b.in'));
    const { cases } = (await readPackage(root())).content;
    expect(cases.map(({ input }) => input)).toEqual(['1 2\n', '', '4 5\n', '1 2\n']);
  });
});

describe('validator flags', () => {
  const mode = async (flags: string) => {
    const settings = `output_validator_args: ${flags}\n`;
    const files = { 'data/sample/test_group.yaml': settings, 'data/secret/test_group.yaml': settings };
    return (await read(files)).content.comparison;
  };

  it.each([
    ['[]', { mode: 'tokens' }],
    ['[case_sensitive]', { mode: 'tokens' }],
    ['[space_change_sensitive, case_sensitive]', { mode: 'text' }],
    ['[float_tolerance, 1e-4]', { mode: 'float', tolerance: 0.0001 }],
    [
      '[float_absolute_tolerance, "0.01", float_relative_tolerance, "0.01"]',
      { mode: 'float', tolerance: 0.01 },
    ],
  ])('%s', async (flags, expected) => {
    expect(await mode(flags)).toMatchObject(expected);
  });

  it.each([
    ['[float_tolerance]', 'needs a number'],
    ['[float_tolerance, "2"]', 'needs a number'],
    ['[float_absolute_tolerance, "0.1"]', 'not both absolute and relative'],
    ['[space_change_sensitive, float_tolerance, "0.1"]', 'not supported'],
    ['[ignore_case]', 'unknown flag ignore_case'],
  ])('%s is refused', async (flags, message) => {
    expect(await faultsOf(mode(flags))).toContain(message);
  });

  it('become a checker when there is an output validator', async () => {
    const { content } = await read({ 'output_validator/check.cpp': 'int main() {}' });
    expect(content.comparison.mode).toBe('checker');
    expect(content.checker).toEqual({ language: 'cpp', code: 'int main() {}' });
  });

  it('must be the same for all cases', async () => {
    const files = { 'data/secret/a.yaml': 'output_validator_args: [space_change_sensitive]\n' };
    expect(await faults(files)).toContain('data/secret/a.in, output_validator_args: flags that differ');
  });
});

describe('a package is refused, with file and field,', () => {
  it.each<[string, Files, string]>([
    ['without problem.yaml', { 'problem.yaml': null }, 'problem.yaml: is missing'],
    [
      'of another version',
      { 'problem.yaml': problemYaml.replace('2025-09', 'legacy') },
      'problem_format_version',
    ],
    ['with an unknown key', { 'problem.yaml': `${problemYaml}colour: red\n` }, 'colour'],
    [
      'with a key twice',
      { 'problem.yaml': `${problemYaml}name: Again\n` },
      'problem.yaml: Map keys must be unique',
    ],
    [
      'that is interactive',
      { 'problem.yaml': `${problemYaml}type: interactive\n` },
      'type: problems of type interactive',
    ],
    [
      'with too small a limit',
      { 'problem.yaml': problemYaml.replace('128', '8') },
      'problem.yaml, limits.memory',
    ],
    [
      'with a limit that cannot be kept',
      { 'problem.yaml': problemYaml.replace('memory: 128', 'output: 64') },
      'limits.output: a limit of its own for this is not supported',
    ],
    ['for some languages', { 'problem.yaml': `${problemYaml}languages: [c]\n` }, 'languages'],
    ['with constants', { 'problem.yaml': `${problemYaml}constants: {n: 5}\n` }, 'constants'],
    [
      'with a statement for print only',
      { 'statement/problem.en.md': null, 'statement/problem.en.tex': 'x' },
      'statement/problem.en.tex: statements other than Markdown',
    ],
    ['without statement', { 'statement/problem.en.md': null }, 'statement: no problem.<language>.md'],
    ['without answer', { 'data/secret/a.ans': null }, 'data/secret/a.ans: is missing'],
    ['without input', { 'data/secret/b.ans': 'x' }, 'data/secret/b.ans: an answer without its .in file'],
    ['without hidden case', withoutSecret, 'data/secret: no test case'],
    ['with files for a case', { 'data/secret/a.files/x.txt': 'x' }, 'data/secret/a.files/x.txt: input files'],
    ['with arguments', { 'data/secret/a.yaml': 'args: [x]\n' }, 'data/secret/a.yaml, args'],
    [
      'with bytes that are not UTF-8',
      { 'data/secret/a.in': new Uint8Array([0xff]) },
      'data/secret/a.in: not UTF-8',
    ],
    [
      'with a byte-order mark',
      { 'data/secret/a.in': '\uFEFF1\n' },
      'data/secret/a.in: begins with a byte-order mark',
    ],
    ['with a NUL', { 'data/secret/a.in': '1\0\n' }, 'data/secret/a.in: holds a NUL'],
    [
      'with too large an answer',
      { 'data/secret/a.ans': 'x'.repeat(524_289) },
      'data/secret/a.ans: larger than',
    ],
    ['without solution', { 'submissions/accepted/sum.py': null }, 'submissions/accepted: no solution'],
    [
      'with attachments',
      { 'attachments/tool.py': 'x' },
      'attachments/tool.py: attachments are not supported',
    ],
    [
      'with two starters of a language',
      { ...function_, 'attachments/templates/go/b.go': 'x' },
      'templates/go',
    ],
    ['with a starter in the wrong folder', { 'attachments/templates/go/main.py': 'x' }, 'not a go file'],
    ['with helpers beside the driver', { ...function_, 'include/go/help.go': 'x' }, 'include/go/help.go'],
    [
      'with a driver but no starter',
      { ...function_, 'attachments/templates/go/main.go': null },
      'attachments/templates',
    ],
    [
      'with a validator of two files',
      { 'output_validator/a.c': 'x', 'output_validator/b.c': 'x' },
      'output_validator',
    ],
    [
      'with a validator in Java',
      { 'output_validator/A.java': 'x' },
      'output_validator/A.java: an output validator is',
    ],
    [
      'with a bad slug',
      { 'syncode/meta.yaml': 'slug: Two Sum\ndifficulty: easy\n' },
      'syncode/meta.yaml, slug',
    ],
    [
      'with a bad difficulty',
      { 'syncode/meta.yaml': 'slug: x\ndifficulty: brutal\n' },
      'syncode/meta.yaml, difficulty',
    ],
    [
      'with an example that is no sample',
      { 'syncode/meta.yaml': 'slug: x\ndifficulty: easy\nexamples: [{sample: a}]\n' },
      'syncode/meta.yaml, examples.0.sample: no case a in data/sample',
    ],
    ['that scores without groups', scoring, 'data/secret: scoring without test groups is not supported'],
    [
      'with a case outside its groups',
      { ...scoring, ...group },
      'data/secret/a-b.in: a test case outside the test groups',
    ],
    [
      'with a group without points',
      { ...scoring, ...group, ...withoutSecret, 'data/secret/g/test_group.yaml': 'max_score: unbounded\n' },
      'data/secret/g/test_group.yaml, max_score: a test group needs 1 to 1000 points',
    ],
    [
      'with a group without cases',
      { ...scoring, ...withoutSecret, 'data/secret/g/test_group.yaml': 'max_score: 5\n' },
      'data/secret/g: a test group without test cases',
    ],
    [
      'with a hint of no level',
      { 'syncode/hints.yaml': '- {level: loud, text: x}\n' },
      'syncode/hints.yaml, 0.level',
    ],
  ])('%s', async (_name, files, message) => {
    expect(await faults(files)).toContain(message);
  });

  it('that does not exist, or is a file', async () => {
    expect(await faultsOf(readPackage(join(parent, 'nothing')))).toContain('there is no such folder');
    writeFileSync(join(parent, 'file'), '');
    expect(await faultsOf(readPackage(join(parent, 'file')))).toContain('a package is a folder');
  });
});

describe('a package cannot reach out of its folder', () => {
  beforeEach(() => {
    place({});
    writeFileSync(join(parent, 'secret.txt'), 'keep out');
    mkdirSync(join(parent, 'sumoftwo-private'));
    writeFileSync(join(parent, 'sumoftwo-private', 'x.in'), 'keep out');
  });

  it.each([
    ['a relative link to a file', '../../../secret.txt'],
    ['an absolute link', '/etc/hostname'],
    ['a link to a sibling with the same beginning', '../../../sumoftwo-private/x.in'],
    ['a link to a device', '/dev/zero'],
  ])('%s', async (_name, target) => {
    symlinkSync(target, join(root(), 'data/secret/z.in'));
    expect(await faultsOf(readPackage(root()))).toBe(
      'data/secret/z.in: a symbolic link that leads out of the package',
    );
  });

  it('a linked folder, a link to nothing, a circle', async () => {
    symlinkSync('../..', join(root(), 'data', 'up'));
    expect(await faultsOf(readPackage(root()))).toContain('data/up: a symbolic link that leads out');
    rmSync(join(root(), 'data', 'up'));
    symlinkSync('nowhere', join(root(), 'data', 'up'));
    expect(await faultsOf(readPackage(root()))).toContain('data/up: a symbolic link to nothing');
    rmSync(join(root(), 'data', 'up'));
    symlinkSync('.', join(root(), 'data', 'up'));
    expect(await faultsOf(readPackage(root()))).toContain('folders deep');
  });

  it('an example name with dots in it finds no file', async () => {
    mkdirSync(join(root(), 'syncode'));
    writeFileSync(
      join(root(), 'syncode/meta.yaml'),
      'slug: x\ndifficulty: easy\nexamples: [{sample: "../../secret"}]\n',
    );
    expect(await faultsOf(readPackage(root()))).toContain('no case ../../secret in data/sample');
  });
});
