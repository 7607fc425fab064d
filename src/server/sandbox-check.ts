import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Config } from '../config/schema.ts';
import { setUpJails } from '../execution/jail-setup.ts';
import { languageNames } from '../execution/languages/registry.ts';
import { findProductFiles } from '../execution/product-files.ts';
import { type JailRunner, openJailRunner } from '../execution/runner.ts';
import { type DriverState, detectDrivers } from '../execution/sandbox/drivers.ts';
import type { DriverName } from '../execution/sandbox/jail.ts';
import type { LimitCheck } from '../execution/sandbox/self-test.ts';
import { systemClock } from '../kernel/clock.ts';
import { silentLog } from '../kernel/log.ts';
import type { LanguageState } from '../ports/steps.ts';

/** One driver with what became of every limit in its jails. */
export type DriverCheck = { readonly driver: DriverName; readonly limits: readonly LimitCheck[] };

/** The sandbox of this machine; `drivers` are those that could be tried, `unusable` says why others could not. */
export type SandboxCheck = {
  readonly drivers: readonly DriverCheck[];
  readonly languages: readonly LanguageState[];
  readonly unusable: readonly Extract<DriverState, { usable: false }>[];
  /** Why no jail can be made at all, with what helps; null when one can. */
  readonly refusal: { readonly why: string; readonly remedy: string } | null;
};

export type SandboxCheckOptions = {
  readonly config: Config;
  /** Only this driver; null: all that are there. */
  readonly driver: DriverName | null;
  /** Whether every language is tried too, with the first driver. */
  readonly languages: boolean;
};

const holds = ({ limits }: DriverCheck) => limits.every(({ ok }) => ok);

/** True when some driver's jails keep every limit. */
export function isSandboxSound({ drivers }: SandboxCheck): boolean {
  return drivers.some(holds);
}

/** Tries jails, limits and languages as a server would, in throw-away directories and beside any running server. */
export async function checkSandbox({
  config,
  driver,
  languages,
}: SandboxCheckOptions): Promise<SandboxCheck> {
  const directory = mkdtempSync(path.join(tmpdir(), 'syncode-check-'));
  try {
    const cacheDir = path.join(directory, 'cache');
    const wanted: Config = { ...config, 'sandbox.driver': driver ?? 'auto' };
    const setup = await setUpJails({
      config: wanted,
      log: silentLog,
      dataDirectory: directory,
      cacheDir,
      slots: 1,
      files: findProductFiles(),
    });
    const unusable = (await detectDrivers(null)).flatMap((state) => (state.usable ? [] : [state]));
    if (!setup.ok)
      return { drivers: [], languages: [], unusable, refusal: { why: setup.why, remedy: setup.remedy } };
    const checks: DriverCheck[] = [];
    let states: LanguageState[] = [];
    for (const made of setup.drivers) {
      const supervisors = setup.supervisors(made);
      const base = { config: wanted, clock: systemClock, log: silentLog, cacheDir, host: setup.host };
      const runner = await openJailRunner({ ...base, supervisors });
      try {
        const check = { driver: made.name, limits: await runner.selfTest() };
        if (languages && states.length === 0 && holds(check)) states = await probeAll(runner);
        checks.push(check);
      } finally {
        await runner.close();
      }
    }
    await setup.release();
    return { drivers: checks, languages: states, unusable, refusal: null };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function probeAll(runner: JailRunner): Promise<LanguageState[]> {
  const states: LanguageState[] = [];
  for (const language of languageNames) states.push(await runner.probe(language));
  return states;
}
