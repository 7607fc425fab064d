import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { productPath } from '../config/product.ts';

export const SERVICE_NAME = 'syncode';
/** Where the unit of the service lies. */
export const unitFile = `/etc/systemd/system/${SERVICE_NAME}.service`;

/** Whether systemd is what started this machine. */
export const isSystemdRunning = () => existsSync('/run/systemd/system');

const MARK = /^# Written by "syncode service install"; sha256 of what follows: ([0-9a-f]{64})\n/;

/** What a unit file is: absent, written by us as it stands, edited since, or somebody else's. */
export type UnitState =
  | { readonly is: 'absent' }
  | {
      readonly is: 'ours' | 'edited' | 'foreign';
      readonly text: string;
      /** Of --data-dir in its command; null without one. */
      readonly dataDirectory: string | null;
      /** The program that it starts; null when that cannot be seen. */
      readonly program: string | null;
    };

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/** Reads a unit file; throws what the file system says when it may not be read. */
export function readUnit(file: string): UnitState {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { is: 'absent' };
    throw error;
  }
  const command = /^ExecStart=(.*)$/m.exec(text)?.[1] ?? '';
  const facts = {
    text,
    dataDirectory: /--data-dir[= ](\S+)/.exec(command)?.[1] ?? null,
    program: /^(\S+)/.exec(command)?.[1] ?? null,
  };
  const mark = MARK.exec(text);
  if (mark === null) return { is: 'foreign', ...facts };
  return { is: digest(text.slice(mark[0].length)) === mark[1] ? 'ours' : 'edited', ...facts };
}

export type UnitPlace = {
  /** Folder of the program. */
  readonly program: string;
  readonly dataDirectory: string;
  /** Who runs it: names, or numbers where there are none. */
  readonly user: string;
  readonly group: string;
};

/** Directories that systemd makes itself are those of the usual place only. */
const SYSTEM_DIRECTORY = '/var/lib/syncode';
const ownDirectories = /^(State|Cache)Directory(Mode)?=.*\n/gm;

/** The unit as it is written: the template with its places filled in, under a line by which it is known as ours. */
export function renderUnit({ program, dataDirectory, user, group }: UnitPlace): string {
  const template = readFileSync(productPath('templates/systemd/syncode.service'), 'utf8');
  const places: Readonly<Record<string, string>> = {
    PROGRAM: program,
    DATA: dataDirectory,
    USER: user,
    GROUP: group,
  };
  const filled = template.replaceAll(/@([A-Z]+)@/g, (_, name: string) => places[name] ?? '');
  const text = dataDirectory === SYSTEM_DIRECTORY ? filled : filled.replaceAll(ownDirectories, '');
  return `# Written by "syncode service install"; sha256 of what follows: ${digest(text)}\n${text}`;
}
