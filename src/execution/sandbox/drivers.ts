import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { bubblewrapWords } from './bubblewrap.ts';
import type { Driver, DriverName, Identity } from './jail.ts';
import { nsjailWords } from './nsjail.ts';
import { type JailView, readHostView } from './view.ts';

/** Whether a driver can make jails here; `remedy` is a sentence or command to paste. */
export type DriverState =
  | { readonly name: DriverName; readonly usable: true; readonly path: string }
  | { readonly name: DriverName; readonly usable: false; readonly why: string; readonly remedy: string };

const searchPath = ['/usr/local/bin', '/usr/bin', '/bin'] as const;
const programs: Readonly<Record<DriverName, string>> = { bubblewrap: 'bwrap', nsjail: 'nsjail' };
const install: Readonly<Record<DriverName, string>> = {
  bubblewrap: 'Install it: apt-get install bubblewrap (dnf install bubblewrap, pacman -S bubblewrap)',
  nsjail: 'Install it from https://github.com/google/nsjail to /usr/local/bin, or use bubblewrap.',
};
const probeTimeoutMs = 10_000;
const probeTextMax = 2000;

function findProgram(name: string): string | null {
  for (const directory of searchPath) {
    const path = `${directory}/${name}`;
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // the next one
    }
  }
  return null;
}

function readNumber(path: string): number | null {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** What usually stands behind a driver that fails. */
function remedyFor(said: string): string {
  if (readNumber('/proc/sys/user/max_user_namespaces') === 0) {
    return 'Allow user namespaces: sysctl -w user.max_user_namespaces=15000';
  }
  if (readNumber('/proc/sys/kernel/unprivileged_userns_clone') === 0) {
    return 'Allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1';
  }
  if (readNumber('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === 1) {
    return (
      "AppArmor forbids user namespaces. Allow them for bubblewrap alone: printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\n" +
      "profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }\\n' > /etc/apparmor.d/bwrap && apparmor_parser -r /etc/apparmor.d/bwrap"
    );
  }
  if (/proc/.test(said)) {
    return 'In a container /proc is masked: start it with --security-opt systempaths=unconfined --security-opt seccomp=unconfined';
  }
  return 'Run the command above by hand to see what is missing.';
}

/** Ends with the exit status (null: killed or not started) and what was said on stderr. */
function tryCommand(words: readonly string[], identity: Identity): Promise<{ ok: boolean; said: string }> {
  return new Promise((resolve) => {
    const [program = '', ...rest] = words;
    const ids = identity === null ? {} : { uid: identity.uid, gid: identity.gid };
    const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'], env: {}, cwd: '/', ...ids });
    const timer = setTimeout(() => child.kill('SIGKILL'), probeTimeoutMs);
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, probeTextMax);
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ ok: false, said: error.message });
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ ok: code === 0, said: said.trim() });
    });
  });
}

/** The same jail without init: `true` runs in init's place. */
function probeWords(driver: Driver, identity: Identity): string[] {
  const host = readHostView();
  const view: JailView = { ...host, directories: host.directories };
  const words =
    driver.name === 'nsjail' ? nsjailWords(driver.path, view, identity) : bubblewrapWords(driver.path, view);
  return [...words.slice(0, words.lastIndexOf('--') + 1), '/usr/bin/true'];
}

async function stateOf(name: DriverName, identity: Identity): Promise<DriverState> {
  const path = findProgram(programs[name]);
  if (path === null)
    return { name, usable: false, why: `${programs[name]} is not installed`, remedy: install[name] };
  const { ok, said } = await tryCommand(probeWords({ name, path }, identity), identity);
  if (ok) return { name, usable: true, path };
  const why = `${path} cannot make a jail: ${said === '' ? 'it said nothing' : said}`;
  return { name, usable: false, why, remedy: remedyFor(said) };
}

/** Tries both drivers as the user that jails will have. */
export async function detectDrivers(identity: Identity): Promise<DriverState[]> {
  return [await stateOf('nsjail', identity), await stateOf('bubblewrap', identity)];
}
