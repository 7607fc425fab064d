import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Who runs the suite: root, whose jails become users of their own, or a service user without any right. */
export type RunIdentity = 'root' | 'user';

/** An id that nobody has. */
const SERVICE_USER = 791_300;
const root = resolve(import.meta.dirname, '../..');
const node = process.execPath;
const program = 'src/cli/main.ts';

/** Builds syncode-jail unless it is fresh; one build at a time on this machine. */
export function buildJail(): void {
  const directory = join(root, 'sandbox');
  mkdirSync(join(directory, 'build'), { recursive: true });
  execFileSync('flock', [join(directory, 'build/.lock'), 'make', '-s', 'build/syncode-jail'], {
    cwd: directory,
  });
}

/** The identities that this process can take. */
export function identitiesHere(): readonly RunIdentity[] {
  return process.geteuid?.() === 0 ? ['root', 'user'] : ['user'];
}

/** Null when every user can reach this checkout. */
function isClosed(): boolean {
  for (let at = root; at !== '/'; at = dirname(at)) if ((statSync(at).mode & 0o005) !== 0o005) return true;
  return false;
}

/** Words in front of a command that make it the service user's; a closed checkout is shown at `place` to it alone. */
function becomeUser(place: string | null): readonly string[] {
  const id = String(SERVICE_USER);
  const drop = ['setpriv', '--reuid', id, '--regid', id, '--clear-groups'];
  if (place === null) return drop;
  const script = 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"';
  return ['unshare', '--mount', 'sh', '-c', script, 'sh', root, place, ...drop];
}

type Ended = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** Runs a command to its end; what it says on stdout also goes to `onText`. */
function run(words: readonly string[], onText: (text: string) => void): Promise<Ended> {
  const [command = '', ...rest] = words;
  const env = { PATH: process.env.PATH, LANG: 'C.UTF-8', NO_COLOR: '1', UV_THREADPOOL_SIZE: '16' };
  const child = spawn(command, rest, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onText(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((done, reject) => {
    child.once('error', reject);
    child.once('close', (status) => done({ status, stdout, stderr }));
  });
}

/** Runs `syncode` as somebody, with the control groups made and handed over first where that is needed. */
export async function runSyncode(
  identity: RunIdentity,
  words: readonly string[],
  onText: (text: string) => void = () => {},
): Promise<Ended> {
  const command = [node, program, ...words];
  if (identity === 'root' || process.geteuid?.() !== 0) return run(command, onText);
  const user = ['--user', String(SERVICE_USER)];
  execFileSync(node, [program, 'sandbox', 'prepare', ...user], { cwd: root, stdio: 'pipe' });
  const place = isClosed() ? mkdtempSync(join(tmpdir(), 'syncode-checkout-')) : null;
  if (place !== null) chmodSync(place, 0o755);
  try {
    return await run([...becomeUser(place), ...command], onText);
  } finally {
    if (place !== null) rmdirSync(place);
    execFileSync(node, [program, 'sandbox', 'prepare', ...user, '--remove'], { cwd: root, stdio: 'pipe' });
  }
}
