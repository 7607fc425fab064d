import { readdirSync } from 'node:fs';
import path from 'node:path';
import { builtInProblems } from '../../../src/control/problems/index.ts';
import { type ProblemPackage, readPackage } from '../../../src/control/problems/package/package.ts';
import type { CaseOutcome, SubmissionJob } from '../../../src/ports/execution.ts';
import { createSubmissionJob } from './jobs.ts';
import type { PlaneBench } from './plane-bench.ts';

type Submission = ProblemPackage['submissions'][number];

/** A built-in package by the name of its folder. */
export type BuiltIn = ProblemPackage & { readonly name: string };

/** One solution of a built-in problem. */
export type Solution = Pick<BuiltIn, 'name' | 'content'> & Submission;

/** What became of a solution in the jail; `fault` says what is not as expected, null when all is. */
export type SolutionEnd = {
  readonly verdict: string;
  /** Most CPU time of an accepted case, of solutions without one 0. */
  readonly slowestMs: number;
  readonly fault: string | null;
};

/** The packages that come with the program, in the order of their names. */
export function readBuiltIns(): Promise<BuiltIn[]> {
  const folder = builtInProblems();
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return Promise.all(names.map(async (name) => ({ name, ...(await readPackage(path.join(folder, name))) })));
}

export function solutionsOf({ name, content, submissions }: BuiltIn): Solution[] {
  return submissions.map((submission) => ({ name, content, ...submission }));
}

/** The verdict that a folder of the package format names. */
const wantedVerdict = (expected: Submission['expected']) =>
  expected === 'run_time_error' ? 'runtime_error' : expected;

function comparisonOf({ comparison, checker }: Solution['content']): SubmissionJob['comparison'] {
  const { mode, tolerance } = comparison;
  if (mode === 'float') return { mode, tolerance };
  if (mode !== 'checker') return { mode };
  if (checker === null) throw new Error('mode checker without a checker');
  return { mode, checker };
}

function jobOf({ name, path: file, content, language, code }: Solution): SubmissionJob {
  const cases = content.cases.map(({ input, expectedOutput, timeoutMs, memoryMb }, index) => ({
    index,
    input,
    expectedOutput,
    wish: {
      timeoutMs: timeoutMs ?? content.timeLimitMs,
      memoryMb: memoryMb ?? content.memoryLimitMb,
    },
  }));
  const driver = content.drivers?.[language] ?? null;
  const program = { language, code, driver };
  return createSubmissionJob(`${name}/${file}`, 0, { program, comparison: comparisonOf(content), cases });
}

/** A failing solution fails in its own way only, and not everywhere: else it would say nothing about the cases. */
function faultOf(wanted: string, verdict: string, cases: readonly CaseOutcome[]): string | null {
  const strange = cases.find((one) => one.verdict !== wanted && one.verdict !== 'accepted');
  if (strange !== undefined) {
    const { cpuTimeMs = null, durationMs = null, stderr = '' } = strange.program ?? {};
    const times = `after ${cpuTimeMs} ms of CPU and ${durationMs} ms in all`;
    return `case ${strange.index} is ${strange.verdict} ${times}\n${stderr.slice(-500)}`.trim();
  }
  if (verdict !== wanted) return `ended as ${verdict}`;
  return cases.some((one) => one.verdict === 'accepted') ? null : 'no case is accepted';
}

/** Judges a solution as a submission, with all cases of its problem. */
export async function judgeSolution(bench: PlaneBench, solution: Solution): Promise<SolutionEnd> {
  const job = jobOf(solution);
  const end = await bench.perform(job);
  const cases = bench.results.cases.get(job.jobId) ?? [];
  const verdict = end.status === 'completed' ? end.verdict : `failed: ${end.error.message}`;
  const accepted = cases.filter((one) => one.verdict === 'accepted');
  const slowestMs = Math.max(0, ...accepted.map(({ program }) => program?.cpuTimeMs ?? 0));
  const fault = faultOf(wantedVerdict(solution.expected), verdict, cases);
  const said = verdict === 'compile_error' ? `\n${bench.results.compiles.get(job.jobId) ?? ''}` : '';
  return { verdict, slowestMs, fault: fault === null ? null : `${fault}${said}` };
}
