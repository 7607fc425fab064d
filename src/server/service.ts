import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { defineError } from '../kernel/errors.ts';
import { readUnit, renderUnit, SERVICE_NAME, type UnitPlace } from './service-unit.ts';

/** The service manager of this machine, as far as it is needed; a fake in tests. */
export type ServiceManager = {
  readonly unitFile: string;
  readonly isRunning: () => boolean;
  /** Runs systemctl; rejects with what it said. */
  readonly control: (args: readonly string[]) => Promise<void>;
};

/** The real one. */
export function systemd(unitFile: string, isRunning: () => boolean): ServiceManager {
  const run = promisify(execFile);
  return { unitFile, isRunning, control: async (args) => void (await run('systemctl', [...args])) };
}

const NotOurs = defineError('UNIT_NOT_OURS', 409, 'There is a unit of this name that somebody else wrote');
const NoService = defineError('UNIT_NOT_FOUND', 404, 'There is no service to remove');
const PathNotFit = defineError('UNIT_PATH_NOT_FIT', 409, 'A path cannot stand in a unit');

/** Below these a service with ProtectHome= sees nothing. */
const HIDDEN = /^\/(home|root|run\/user)(\/|$)/;

function checkPlaces({ program, dataDirectory }: UnitPlace): void {
  for (const path of [program, dataDirectory]) {
    if (HIDDEN.test(path))
      throw PathNotFit(
        { path },
        { message: `${path} lies in a home directory, which the service may not see` },
      );
    if (!/^[\w./@:+-]+$/.test(path))
      throw PathNotFit({ path }, { message: `The path ${path} holds signs that mean something to systemd` });
  }
}

function checkOurs({ unitFile }: ServiceManager) {
  const unit = readUnit(unitFile);
  if (unit.is === 'foreign' || unit.is === 'edited') {
    const what = unit.is === 'edited' ? 'was edited after it was written' : 'was not written by this program';
    throw NotOurs({ unitFile }, { message: `${unitFile} ${what}, so it is left alone` });
  }
  return unit;
}

export type Installed = {
  readonly unitFile: string;
  readonly outcome: 'written' | 'updated' | 'unchanged';
  readonly user: string;
  readonly dataDirectory: string;
  readonly started: boolean;
};

/** Writes the unit and tells systemd; `start` also enables and starts it. Refuses a unit that it did not write. */
export async function installService(
  manager: ServiceManager,
  place: UnitPlace,
  { start }: { readonly start: boolean },
): Promise<Installed> {
  checkPlaces(place);
  const unit = checkOurs(manager);
  const text = renderUnit(place);
  const isSame = unit.is !== 'absent' && unit.text === text;
  if (!isSame) {
    writeFileSync(manager.unitFile, text, { mode: 0o644 });
    await manager.control(['daemon-reload']);
  }
  if (start) await manager.control(['enable', '--now', SERVICE_NAME]);
  return {
    unitFile: manager.unitFile,
    outcome: isSame ? 'unchanged' : unit.is === 'absent' ? 'written' : 'updated',
    user: place.user,
    dataDirectory: place.dataDirectory,
    started: start,
  };
}

/** Stops the service and removes its unit; data and program stay. */
export async function uninstallService(manager: ServiceManager): Promise<{ readonly unitFile: string }> {
  if (checkOurs(manager).is === 'absent') throw NoService({ unitFile: manager.unitFile });
  const isRunning = manager.isRunning();
  if (isRunning) await manager.control(['disable', '--now', SERVICE_NAME]);
  rmSync(manager.unitFile);
  if (isRunning) await manager.control(['daemon-reload']);
  return { unitFile: manager.unitFile };
}

/** The name of an id in /etc/passwd or /etc/group, else the id itself, which systemd takes as well. */
export function nameOfId(file: 'passwd' | 'group', id: number): string {
  const lines = readFileSync(`/etc/${file}`, 'utf8').split('\n');
  const found = lines.map((line) => line.split(':')).find(([, , number]) => number === String(id));
  return found?.[0] ?? String(id);
}
