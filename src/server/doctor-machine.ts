import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { productPath } from '../config/product.ts';
import { openReader } from '../db/reader.ts';
import { type Finding, fail, ok, warning } from './finding.ts';
import { installationPaths } from './installation-paths.ts';
import { findSecrets } from './secret-files.ts';
import { isSystemdRunning, readUnit, SERVICE_NAME, unitFile } from './service-unit.ts';

const DAY_MS = 86_400_000;
const TOLERANCE_MS = 60_000;

function checkRuntime(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  const version = `Node.js ${process.versions.node} on ${process.arch}`;
  return major >= 24
    ? ok('runtime', version)
    : fail('runtime', `${version} is too old`, 'Run ./install.sh, which brings Node.js 24.');
}

/** When the database was written to last, by its audit log; null where there is nothing to read. */
function lastEntryMs(directory: string | null): number | null {
  if (directory === null) return null;
  const { database } = installationPaths(directory);
  if (!existsSync(database)) return null;
  try {
    const reader = openReader(database);
    try {
      return reader.raw.prepare('SELECT max(created_at) FROM audit_log').pluck().get() as number | null;
    } finally {
      reader.close();
    }
  } catch {
    // What is wrong with the database is for its own checks to tell.
    return null;
  }
}

/** Whether the clock is kept right over the network: what systemd says of it; null where nobody knows. */
function isClockSynchronised(): boolean | null {
  if (!isSystemdRunning()) return null;
  try {
    const said = execFileSync('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5000,
    });
    return said.trim() === 'yes';
  } catch {
    return null;
  }
}

/** A clock behind the program's own files or behind the last entry of the log has been set back. */
export function checkClock(nowMs: number, programMs: number, lastMs: number | null): Finding {
  const remedy = 'Set it: timedatectl set-ntp true, or date -s "2026-09-01 08:00"';
  const shown = new Date(nowMs).toISOString();
  if (nowMs < programMs - DAY_MS)
    return fail('clock', `${shown} is before the day on which the program was installed`, remedy);
  if (lastMs !== null && lastMs > nowMs + TOLERANCE_MS)
    return fail(
      'clock',
      `${shown} is before the last entry of the log (${new Date(lastMs).toISOString()})`,
      remedy,
    );
  const isRight = isClockSynchronised();
  if (isRight === false)
    return warning('clock', `${shown}, not kept right over the network`, 'timedatectl set-ntp true');
  return ok('clock', `${shown}${isRight ? ', kept right over the network' : ''}`);
}

function serviceState(): string {
  try {
    return execFileSync('systemctl', ['is-enabled', SERVICE_NAME], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5000,
    }).trim();
  } catch (error) {
    const said = (error as { stdout?: unknown }).stdout;
    return typeof said === 'string' && said !== '' ? said.trim() : 'unknown';
  }
}

function checkService(directory: string | null): Finding {
  if (!isSystemdRunning())
    return ok('service', 'systemd does not run here; the server is started by hand: syncode serve');
  const unit = readUnit(unitFile);
  if (unit.is === 'absent')
    return warning(
      'service',
      'There is none, so the server does not start with the machine',
      'syncode service install --now',
    );
  if (unit.program !== null && !existsSync(unit.program))
    return fail('service', `Its program ${unit.program} is gone`, './install.sh');
  if (directory !== null && unit.dataDirectory !== directory)
    return warning(
      'service',
      `It serves ${unit.dataDirectory ?? 'another directory'}, not ${directory}`,
      `syncode service install --data-dir ${directory}`,
    );
  const state = serviceState();
  if (state === 'enabled') return ok('service', `${unitFile}, starts with the machine`);
  return warning(
    'service',
    `It is ${state}, so the server does not start with the machine`,
    `systemctl enable --now ${SERVICE_NAME}`,
  );
}

/** Programs in jails see /usr: what lies below /usr/local and everybody may read is open to them. */
function checkSecrets(): Finding {
  const { files, isWhole } = findSecrets('/usr/local');
  const seen = isWhole ? 'nothing that looks like one' : 'nothing in the first files; there are too many';
  if (files.length === 0) return ok('secrets', `${seen} below /usr/local, which jails show`);
  return warning(
    'secrets',
    `Programs of everybody can read what looks like a secret: ${files.join(', ')}`,
    `chmod o= ${files.join(' ')}`,
  );
}

/** The checks of the machine itself; `directory` null: no installation here. */
export function examineMachine(directory: string | null): Finding[] {
  const programMs = statSync(productPath('package.json')).mtimeMs;
  return [
    checkRuntime(),
    checkClock(Date.now(), programMs, lastEntryMs(directory)),
    checkService(directory),
    checkSecrets(),
  ];
}
