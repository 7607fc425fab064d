import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtInProblems } from '../../src/control/problems/index.ts';

const packages = readdirSync(builtInProblems(), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const folderOf = (name: string) => path.join(builtInProblems(), name);

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'syncode-problem-data-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function python(args: string[], input = '') {
  return spawnSync('python3', args, { input, encoding: 'utf8', timeout: 120_000 });
}

/** Runs a validator on each of the files in one process and prints their exit codes; a failed assertion is 1. */
const VALIDATE_ALL = `
import io, sys
code = compile(open(sys.argv[1]).read(), sys.argv[1], "exec")
for name in sys.argv[2:]:
    sys.stdin = open(name)
    try:
        exec(code, {"__name__": "__main__"})
        print(0)
    except SystemExit as end:
        print(end.code)
    except Exception:
        print(1)
`;

/** Contents of a folder's files by their paths in it. */
function contents(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => path.join(entry.parentPath, entry.name));
  return new Map(paths.map((file) => [path.relative(folder, file), readFileSync(file, 'utf8')]));
}

describe.each(packages)('the data of %s', (name) => {
  it('are what the generator writes, byte for byte', { timeout: 120_000 }, () => {
    const copy = path.join(scratch, name);
    mkdirSync(path.join(copy, 'generators'), { recursive: true });
    cpSync(path.join(folderOf(name), 'generators'), path.join(copy, 'generators'), { recursive: true });
    const { status, stderr } = python([path.join(copy, 'generators', 'generate.py')]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const written = contents(path.join(copy, 'data'));
    const present = contents(path.join(folderOf(name), 'data'));
    for (const [file, text] of written) expect([file, present.get(file) === text]).toEqual([file, true]);
    const others = [...present.keys()].filter((file) => !written.has(file));
    expect(others.filter((file) => path.basename(file) !== 'test_group.yaml')).toEqual([]);
  });

  it('keep the promises of the statement, and its validator refuses what does not', {
    timeout: 120_000,
  }, () => {
    const validator = path.join(folderOf(name), 'input_validators', 'validate.py');
    const data = path.join(folderOf(name), 'data');
    const inputs = [...contents(data).keys()].filter((file) => file.endsWith('.in'));
    const [first = ''] = inputs;
    const good = readFileSync(path.join(data, first), 'utf8');
    const bad = ['', 'x\n', good.trimEnd(), `${good}1\n`, ` ${good}`, `-1${good}`, `9999999${good}`].map(
      (text, index) => {
        const file = path.join(scratch, `bad-${index}`);
        writeFileSync(file, text);
        return file;
      },
    );
    const files = [...inputs.map((file) => path.join(data, file)), ...bad];
    const codes = python(['-c', VALIDATE_ALL, validator, ...files])
      .stdout.trim()
      .split('\n')
      .map(Number);
    expect(codes).toEqual([...inputs.map(() => 42), ...bad.map(() => 1)]);
  });
});

describe('the checker of dominotrail', () => {
  const dominoes = '4\n3 5\n1 3\n3 3\n6 6\n';
  const check = (output: string) => {
    const [input, answer] = [path.join(scratch, 'input'), path.join(scratch, 'answer')];
    writeFileSync(input, dominoes);
    writeFileSync(answer, '3\n5 3\n3 3\n3 1\n');
    const checker = path.join(folderOf('dominotrail'), 'output_validator', 'validate.py');
    return python([checker, input, answer, scratch], output).status;
  };

  it.each([
    ['as the answer is', '3\n5 3\n3 3\n3 1\n'],
    ['another one', '3\n1 3\n3 3\n3 5\n'],
    ['with other white space', ' 3 1 3\n\n3 3 3 5'],
  ])('takes a longest trail %s', (_, output) => {
    expect(check(output)).toBe(42);
  });

  it.each([
    ['nothing', ''],
    ['a shorter trail', '2\n1 3\n3 3\n'],
    ['dominoes that do not fit', '3\n1 3\n5 3\n3 3\n'],
    ['a domino that there is not', '3\n1 3\n3 3\n3 4\n'],
    ['a domino used twice', '4\n1 3\n3 3\n3 3\n3 5\n'],
    ['another length than was announced', '3\n1 3\n3 3\n'],
    ['more after the trail', '3\n1 3\n3 3\n3 5\n0\n'],
    ['an odd number of halves', '3\n1 3\n3 3\n3\n'],
    ['words', 'three\n1 3\n3 3\n3 5\n'],
    ['a negative length', '-3\n1 3\n3 3\n3 5\n'],
    ['a huge number', `${'9'.repeat(5000)}\n`],
    ['a huge length', '999999999\n'],
    ['what is no text', '\u0000\ufffd\n'],
  ])('refuses %s', (_, output) => {
    expect(check(output)).toBe(43);
  });
});
