/**
 * Runs every check and test one after the other and ends with one line of totals. Steps that start jails come last and
 * alone, since they measure time.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

type Totals = { passed: number; failed: number; skipped: number };
type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: {
    name: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] | null }[];
  }[];
};

/** Lines of a failure's text that are told again at the end. */
const FAILURE_LINES = 12;

const totals: Totals = { passed: 0, failed: 0, skipped: 0 };

/** What failed and how it began, told once more at the end: the end is what is seen of a long run. */
const failures: string[] = [];

const scratch = mkdtempSync(path.join(tmpdir(), 'syncode-tests-'));

/** What the servers of tests answered. */
const answers = path.join(scratch, 'answers');

function runCommand(title: string, command: string, args: string[]): boolean {
  process.stdout.write(`\n==> ${title}\n`);
  const env = { ...process.env, SYNCODE_TEST_ANSWERS: answers };
  const began = performance.now();
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env });
  const tookS = Math.round((performance.now() - began) / 1000);
  process.stdout.write(`<== ${title}: ${tookS} s\n`);
  if (error) process.stdout.write(`${error.message}\n`);
  return status === 0;
}

/** A check counts as one test. */
function check(title: string, command: string, ...args: string[]): void {
  if (runCommand(title, command, args)) totals.passed += 1;
  else {
    totals.failed += 1;
    failures.push(title);
  }
}

function failuresOf(report: VitestReport): string[] {
  return report.testResults.flatMap(({ name, message, assertionResults }) => {
    const file = path.relative(process.cwd(), name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0) return message === '' ? [] : [`${file}\n${shortened(message)}`];
    return failed.map(
      ({ fullName, failureMessages }) =>
        `${file} > ${fullName}\n${shortened((failureMessages ?? []).join('\n'))}`,
    );
  });
}

function shortened(text: string): string {
  const lines = stripVTControlCharacters(text).split('\n').slice(0, FAILURE_LINES);
  return lines.map((line) => `    ${line.slice(0, 300)}`).join('\n');
}

function vitest(project: string): void {
  const file = path.join(scratch, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const ok = runCommand(`Tests: ${project}`, 'vitest', ['run', '--project', project, ...reporters]);
  let report: VitestReport | undefined;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    // Counted below: a run without a report has failed as a whole.
  }
  totals.passed += report?.numPassedTests ?? 0;
  totals.failed += report?.numFailedTests ?? 0;
  totals.skipped += (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  failures.push(...(report === undefined ? [] : failuresOf(report)));
  if (ok || (report?.numFailedTests ?? 0) > 0) return;
  totals.failed += 1;
  failures.push(`Tests: ${project} ended without a report of every file`);
}

check('Generated contract is fresh and sound', 'node', 'tools/gen.ts', '--check');
check('Types', 'tsc', '-p', '.');
check('Lint and format', 'biome', 'check', '.');
check('Dead code', 'knip');
check(
  'Jail program (sanitizers, frame parser driven by a seeded generator)',
  'make',
  '-s',
  '-C',
  'sandbox',
  'test',
);
vitest('main');
vitest('jails');
check('Every answer of every operation was seen', 'node', 'tools/operation-coverage.ts', answers);

rmSync(scratch, { recursive: true, force: true });
for (const failure of failures) process.stdout.write(`\nFAILED: ${failure}\n`);
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
