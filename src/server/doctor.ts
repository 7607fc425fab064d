import { existsSync, statfsSync, statSync } from 'node:fs';
import { loadKeys } from '../config/keys.ts';
import type { Config } from '../config/schema.ts';
import { checkDataDirectory, checkPrivateFile } from '../db/data-directory.ts';
import { StorageError } from '../db/errors.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { openReader } from '../db/reader.ts';
import { hasAdministrator } from './administrators.ts';
import { refuseExposure, warnExposure } from './exposure.ts';
import { installationPaths } from './installation-paths.ts';
import { checkSandbox, type SandboxCheck } from './sandbox-check.ts';

/** What one check found; `remedy` is a sentence or command to paste. */
export type Finding = {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'fail';
  readonly detail: string;
  readonly remedy: string | null;
};

const ok = (check: string, detail: string): Finding => ({ check, state: 'ok', detail, remedy: null });
const warning = (check: string, detail: string, remedy: string): Finding => ({
  check,
  state: 'warning',
  detail,
  remedy,
});
const fail = (check: string, detail: string, remedy: string): Finding => ({
  check,
  state: 'fail',
  detail,
  remedy,
});

const GIB = 1024 ** 3;
const LEAST_FREE_GIB = 1;
const LARGE_WAL_BYTES = 256 * 1024 * 1024;

/** Runs a check that throws what is wrong. */
function attempt(check: string, run: () => string, remedy: string): Finding {
  try {
    return ok(check, run());
  } catch (error) {
    if (error instanceof StorageError) return fail(check, `${error.message}. ${error.why}`, error.remedy);
    const [what = 'it failed', ...rest] = (error instanceof Error ? error.message : String(error)).split(
      '\n',
    );
    return fail(check, what, rest.at(-1) ?? remedy);
  }
}

function checkRuntime(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  const version = `Node.js ${process.versions.node}`;
  return major >= 24
    ? ok('runtime', version)
    : fail('runtime', `${version} is too old`, 'Run ./install.sh, which brings Node.js 24.');
}

function checkDisk(directory: string): Finding {
  const { bavail, bsize } = statfsSync(directory);
  const freeGib = (bavail * bsize) / GIB;
  const detail = `${freeGib.toFixed(1)} GiB free`;
  if (freeGib >= LEAST_FREE_GIB) return ok('disk space', detail);
  return warning('disk space', detail, `Make room on the disk of ${directory}: df -h ${directory}`);
}

function checkDatabase(file: string): Finding[] {
  if (!existsSync(file)) return [fail('database', `There is none at ${file}`, 'Run syncode init')];
  const reader = openReader(file);
  try {
    const restore = 'Stop the server and restore the newest file of backups/';
    return [
      attempt(
        'database',
        () => {
          const [result] = reader.raw.pragma('quick_check(1)', { simple: false }) as {
            quick_check: string;
          }[];
          if (result?.quick_check !== 'ok')
            throw new Error(`The database is damaged: ${result?.quick_check}`);
          return 'intact';
        },
        restore,
      ),
      attempt(
        'foreign keys',
        () => {
          const broken = reader.raw.pragma('foreign_key_check') as unknown[];
          if (broken.length > 0)
            throw new Error(`${broken.length} rows refer to something that is not there`);
          return 'consistent';
        },
        restore,
      ),
      attempt(
        'migrations',
        () => {
          const pending = pendingMigrations(reader.raw);
          if (pending.length > 0) throw new Error(`${pending.length} wait to be applied`);
          return 'all applied';
        },
        'syncode migrate',
      ),
      checkWal(`${file}-wal`),
    ];
  } finally {
    reader.close();
  }
}

function checkWal(file: string): Finding {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const detail = `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  if (bytes < LARGE_WAL_BYTES) return ok('write-ahead log', detail);
  return warning(
    'write-ahead log',
    `${detail}, more than usual`,
    'Start the server again: systemctl restart syncode',
  );
}

function checkData(directory: string): Finding[] {
  const paths = installationPaths(directory);
  const findings = [
    attempt(
      'data directory',
      () => {
        checkDataDirectory(directory);
        if (existsSync(paths.database)) checkPrivateFile(paths.database);
        return directory;
      },
      'syncode init',
    ),
    checkDisk(directory),
    attempt(
      'keys',
      () => {
        loadKeys(paths.keys);
        return 'there, and private';
      },
      'syncode init',
    ),
    ...checkDatabase(paths.database),
  ];
  findings.push(
    existsSync(paths.database) && hasAdministrator(directory)
      ? ok('administrator', 'there is one')
      : warning('administrator', 'There is none yet', 'syncode admin create --admin'),
  );
  return findings;
}

function checkExposure(config: Config): Finding[] {
  const [refusal, , , remedy] = refuseExposure(config) ?? [];
  if (refusal !== undefined) return [fail('public address', refusal, remedy ?? '')];
  const warnings = warnExposure(config);
  if (warnings.length > 0)
    return warnings.map((text) => warning('public address', text, 'See docs: a class, in README.md'));
  return [ok('public address', config['server.publicUrl'] || `this machine only (${config['server.host']})`)];
}

function describeSandbox(check: SandboxCheck, chosen: Config['sandbox.driver']): Finding[] {
  if (check.refusal !== null)
    return [fail('sandbox', `No jail can be made: ${check.refusal.why}`, check.refusal.remedy)];
  const findings = check.drivers.map(({ driver, limits }, index) => {
    const broken = limits.filter((limit) => !limit.ok);
    const name = `sandbox ${driver}`;
    if (broken.length === 0)
      return ok(name, `every limit holds${index === 0 ? `; used (sandbox.driver is ${chosen})` : ''}`);
    const detail = broken.map(({ limit, why }) => `${limit}: ${why}`).join('; ');
    return fail(
      name,
      `Limits that do not hold: ${detail}`,
      'No program is run with this driver. See syncode sandbox test.',
    );
  });
  const missing = check.languages
    .filter(({ available }) => !available)
    .map(({ language, reason }) =>
      warning(`language ${language}`, reason ?? 'not available', './install.sh installs its toolchain'),
    );
  const present = check.languages
    .filter(({ available }) => available)
    .map(({ language, version }) => ok(`language ${language}`, version ?? 'works'));
  return [...findings, ...present, ...missing];
}

/** Every check of an installation (null: none here) and of this machine, in the order in which they are shown. */
export async function examine(directory: string | null, config: Config): Promise<Finding[]> {
  const sandbox = await checkSandbox({ config, driver: null, languages: true });
  return [
    checkRuntime(),
    ...(directory === null
      ? [warning('data directory', 'There is none yet', 'syncode init')]
      : checkData(directory)),
    ...checkExposure(config),
    ...describeSandbox(sandbox, config['sandbox.driver']),
  ];
}
