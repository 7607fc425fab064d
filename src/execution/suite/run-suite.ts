import type { SuiteBench } from './bench.ts';
import { runCanary } from './canary.ts';
import { jobOf, observe } from './case.ts';
import { missesPreferred, type Observed, problemsOf } from './expectations.ts';
import type { Attack } from './format.ts';
import { openHarness } from './harness.ts';
import { hostProblems, type SnapshotCheckName } from './host-checks.ts';
import type { HostSnapshot } from './host-snapshot.ts';

/** What became of a case in one round. */
export type CaseResult = {
  readonly id: string;
  readonly category: string;
  readonly language: string;
  /** From 1. */
  readonly round: number;
  readonly holds: boolean;
  /** It holds, but some run missed the best verdict. */
  readonly missedPreferred: boolean;
  /** Verdicts of its runs, each once. */
  readonly verdicts: readonly string[];
  readonly problems: readonly string[];
  /** The largest of its runs; null: not counted. */
  readonly wallMs: number;
  readonly cpuMs: number | null;
  readonly peakMemoryMb: number | null;
};

export type SuiteDeps = {
  readonly bench: SuiteBench;
  readonly look: () => HostSnapshot;
};

export type SuiteOptions = {
  readonly attacks: readonly Attack[];
  readonly times: number;
  /** Cases at a time, where they allow it. */
  readonly jobs: number;
  /** Called with each case as it ends. */
  readonly onCase: (result: CaseResult) => void;
};

/** Jails that a suite needs at a time: those of its widest case, or of so many cases, and one for a canary. */
export function slotsFor(attacks: readonly Attack[], jobs: number): number {
  return Math.max(jobs, ...attacks.map(({ parallel }) => parallel ?? 1)) + 1;
}

/** A case that looks at the whole host, fills it, or measures CPU time must have it for itself. */
function needsHost({ parallel, expect, repeat }: Attack): boolean {
  const isMeasured = expect.maxCpuMs !== undefined && expect.minCpuMs !== undefined;
  return (parallel ?? 1) > 1 || (expect.hostChecks ?? []).length > 0 || ((repeat ?? 1) > 2 && isMeasured);
}

/** Runs every case so many times; rounds come one after another, cases that need the host for themselves at the end of each. */
export async function runSuite(deps: SuiteDeps, options: SuiteOptions): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const perform = async (attack: Attack, round: number) => {
    const result = await runCase(deps, attack, round);
    results.push(result);
    options.onCase(result);
  };
  for (let round = 1; round <= options.times; round++) {
    const shared = options.jobs > 1 ? options.attacks.filter((one) => !needsHost(one)) : [];
    const open = [...shared];
    const work = async () => {
      for (let next = open.shift(); next !== undefined; next = open.shift()) await perform(next, round);
    };
    await Promise.all(Array.from({ length: options.jobs }, work));
    for (const attack of options.attacks) if (!shared.includes(attack)) await perform(attack, round);
  }
  return results;
}

async function runCase(deps: SuiteDeps, attack: Attack, round: number): Promise<CaseResult> {
  const { id, category, language } = attack;
  const about = { id, category, language, round };
  const state = await deps.bench.probe(attack.language);
  if (!state.available) {
    const problems = [`${language} is not available: ${state.reason}`];
    return { ...about, ...nothingSeen, problems };
  }
  const { seen, problems } = await attackHost(deps, attack);
  const all = [...new Set([...seen.flatMap((one) => problemsOf(attack, one)), ...problems])];
  const most = (figures: readonly (number | null)[]) =>
    figures.reduce((a, b) => (a === null || b === null ? (a ?? b) : Math.max(a, b)), null);
  return {
    ...about,
    holds: all.length === 0,
    missedPreferred: all.length === 0 && seen.some((one) => missesPreferred(attack, one)),
    verdicts: [...new Set(seen.map(({ verdict }) => verdict))],
    problems: all,
    wallMs: most(seen.map(({ wallMs }) => wallMs)) ?? 0,
    cpuMs: most(seen.map(({ cpuMs }) => cpuMs)),
    peakMemoryMb: most(seen.map(({ peakMemoryMb }) => peakMemoryMb)),
  };
}

const nothingSeen = {
  holds: false,
  missedPreferred: false,
  verdicts: [],
  wallMs: 0,
  cpuMs: null,
  peakMemoryMb: null,
} as const;

/** All runs of a case with what they left on the host. */
async function attackHost(
  { bench, look }: SuiteDeps,
  attack: Attack,
): Promise<{ seen: Observed[]; problems: string[] }> {
  const { harness = [], repeat = 1, parallel = 1 } = attack;
  const names = attack.expect.hostChecks ?? [];
  const compared = names.filter((name): name is SnapshotCheckName => !byRunning.has(name));
  const before = compared.length > 0 ? look() : null;
  const host = await openHarness(harness);
  const seen: Observed[] = [];
  const problems: string[] = [];
  try {
    for (let i = 0; i < repeat; i++) {
      const canary = names.includes('canaryOk') ? runCanary(bench, 'beside') : null;
      const jobs = Array.from({ length: parallel }, () => jobOf(attack, host.addresses));
      seen.push(...(await Promise.all(jobs.map((job) => bench.run(job)))).map(observe));
      const trouble = await canary;
      if (trouble !== null) problems.push(`canaryOk: ${trouble}`);
    }
    if (host.reached() > 0) problems.push('a listener on the host was reached');
  } finally {
    await host.close();
  }
  if (before !== null) problems.push(...(await hostProblems(compared, before, look)));
  if (names.includes('nextRunOk') || names.includes('workerAlive'))
    problems.push(...(await nextRuns(bench, parallel)));
  return { seen, problems };
}

const byRunning: ReadonlySet<string> = new Set(['canaryOk', 'nextRunOk']);

/** Harmless programs afterwards, in every jail that the case had. */
async function nextRuns(bench: SuiteBench, parallel: number): Promise<string[]> {
  const runs = Array.from({ length: parallel + 1 }, () => runCanary(bench, 'after'));
  return (await Promise.all(runs)).flatMap((why) => (why === null ? [] : [`nextRunOk: ${why}`]));
}
