import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Config } from '../config/schema.ts';
import { findCgroup, instanceGroupName } from '../execution/sandbox/cgroup.ts';
import type { DriverName } from '../execution/sandbox/jail.ts';
import {
  type Attack,
  baitOf,
  type CaseResult,
  type OwnPlaces,
  openSuiteBench,
  runSuite,
  slotsFor,
  takeSnapshot,
} from '../execution/suite/index.ts';
import { silentLog } from '../kernel/log.ts';

export type AttackSuiteOptions = {
  readonly config: Config;
  /** Null: the one that a server would take. */
  readonly driver: DriverName | null;
  readonly attacks: readonly Attack[];
  /** Rounds. */
  readonly times: number;
  /** Cases at a time, where they allow it. */
  readonly jobs: number;
  readonly onCase: (result: CaseResult) => void;
};

/** What became of a suite, or why no program could be run at all. */
export type AttackSuiteOutcome =
  | { readonly ok: true; readonly driver: DriverName; readonly cases: readonly CaseResult[] }
  | { readonly ok: false; readonly why: string; readonly remedy: string };

/** Something for programs to find and change, should they get out. */
function layBait(directory: string): void {
  const bait = baitOf(directory);
  mkdirSync(bait);
  writeFileSync(path.join(bait, 'file'), 'not to be changed\n');
  mkdirSync(path.join(bait, 'directory'));
  chmodSync(path.join(bait, 'file'), 0o666);
  for (const open of [path.join(bait, 'directory'), bait]) chmodSync(open, 0o777);
  chmodSync(directory, 0o711);
}

/**
 * Runs attacks through queue, scheduler, workers and jails in a data directory of its own, which is removed afterwards.
 * Rejects when something of the machinery breaks; what an attack achieves is in the outcome.
 */
export async function runAttackSuite(options: AttackSuiteOptions): Promise<AttackSuiteOutcome> {
  const { attacks, times, jobs, onCase, driver } = options;
  const config: Config = { ...options.config, 'sandbox.driver': driver ?? options.config['sandbox.driver'] };
  const slots = slotsFor(attacks, jobs);
  const directory = mkdtempSync(path.join(tmpdir(), 'syncode-suite-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const onSignal = onceStopped(remove);
  try {
    layBait(directory);
    const opened = await openSuiteBench({ config, log: silentLog, directory, slots });
    if (!opened.ok) return opened;
    const { bench } = opened;
    onSignal.first(() => bench.close());
    try {
      const places = placesOf(directory, config, slots);
      const deps = { bench, look: () => takeSnapshot(places) };
      return {
        ok: true,
        driver: bench.driver,
        cases: await runSuite(deps, { attacks, times, jobs, onCase }),
      };
    } finally {
      await bench.close();
    }
  } finally {
    onSignal.off();
    remove();
  }
}

const signals = ['SIGINT', 'SIGTERM'] as const;
const STOPPED_STATUS = 130;

/** When somebody stops the command, jails, groups and directory go first. */
function onceStopped(remove: () => void) {
  let close = async () => {};
  const stop = () => {
    void close()
      .catch(() => {}) // what is left then is what a kill would leave
      .finally(() => {
        remove();
        process.exit(STOPPED_STATUS);
      });
  };
  for (const signal of signals) process.once(signal, stop);
  return {
    first(run: () => Promise<void>) {
      close = run;
    },
    off() {
      for (const signal of signals) process.off(signal, stop);
    },
  };
}

function placesOf(directory: string, config: Config, slots: number): OwnPlaces {
  const cgroup = findCgroup(instanceGroupName(directory));
  if (!cgroup.ok) throw new Error(`The control groups have vanished: ${cgroup.why}`);
  const first = config['sandbox.uidBase'];
  const uids = process.geteuid?.() === 0 ? { first, last: first + slots - 1 } : null;
  return { directory, cgroup: cgroup.base, uids };
}
