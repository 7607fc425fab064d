import { availableParallelism, totalmem } from 'node:os';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { type JailSetup, type PassedOver, setUpJails } from './jail-setup.ts';
import { findProductFiles } from './product-files.ts';
import { type JailRunner, openJailRunner } from './runner.ts';
import type { DriverName } from './sandbox/jail.ts';

const MIN_WORKERS = 2;
const MAX_WORKERS = 8;

/** Steps that run at a time on this machine. */
export function workerCount(config: Config): number {
  const cores = availableParallelism();
  return config['execution.workers'] || Math.max(MIN_WORKERS, Math.min(MAX_WORKERS, cores - 1));
}

/** Memory that all steps under way may claim together: a share of what this process may use. */
export function stepMemoryKb(config: Config): number {
  const constrained = process.constrainedMemory();
  const bytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.floor((bytes * config['execution.memoryShare']) / 100 / 1024);
}

export type JailHostOptions = {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly dataDirectory: string;
  readonly cacheDir: string;
};

/** A runner whose jails hold, or why there is none and what helps. */
export type JailHost =
  | {
      readonly ok: true;
      readonly runner: JailRunner;
      readonly driver: DriverName;
      /** Why this driver and no other, as a sentence without its full stop. */
      readonly chosen: string;
      /** Ends the runner and removes what it left on this machine, the cache aside. */
      readonly close: () => Promise<void>;
    }
  | { readonly ok: false; readonly why: string; readonly remedy: string };

/** Opens the runner with the first driver that passes the self-test. The data directory's lock must be held. */
export async function openJailHost(options: JailHostOptions): Promise<JailHost> {
  const slots = workerCount(options.config);
  const setup = await setUpJails({ ...options, slots, files: findProductFiles() });
  if (!setup.ok) return setup;
  let why = '';
  const passedOver = [...setup.passedOver];
  for (const driver of setup.drivers) {
    const { runner, failure } = await tryDriver(options, setup, driver);
    if (runner !== null) {
      const close = () => runner.close().then(() => release(options.log, setup));
      return {
        ok: true,
        runner,
        driver: driver.name,
        chosen: explainChoice(options.config, passedOver),
        close,
      };
    }
    passedOver.push({ name: driver.name, why: `${driver.name} fails its self-test: ${failure}` });
    options.log.error({ driver: driver.name, failure }, 'the self-test of the sandbox failed');
    why = `The self-test of ${driver.name} failed: ${failure}`;
  }
  await release(options.log, setup);
  return { ok: false, why, remedy: 'Run syncode doctor for details' };
}

/** Why the driver that is used was chosen, given those that could not be. */
export function explainChoice(config: Config, passedOver: readonly PassedOver[]): string {
  const wanted = config['sandbox.driver'];
  if (wanted !== 'auto') return `sandbox.driver is ${wanted}`;
  return passedOver.length > 0
    ? passedOver.map(({ why }) => why).join('; ')
    : 'nsjail is installed and keeps every limit';
}

async function release(log: Log, setup: UsableSetup): Promise<void> {
  await setup.release().catch((error: unknown) => {
    log.warn({ err: error }, 'groups of the sandbox are left; the next start removes them');
  });
}

type UsableSetup = Extract<JailSetup, { ok: true }>;

async function tryDriver(
  options: JailHostOptions,
  setup: UsableSetup,
  driver: UsableSetup['drivers'][number],
): Promise<{ runner: JailRunner; failure: null } | { runner: null; failure: string }> {
  const runner = await openJailRunner({
    ...options,
    host: setup.host,
    supervisors: setup.supervisors(driver),
  });
  const broken = (await runner.selfTest()).filter(({ ok }) => !ok);
  if (broken.length === 0) return { runner, failure: null };
  await runner.close();
  return { runner: null, failure: broken.map(({ limit, why }) => `${limit}: ${why}`).join('; ') };
}
