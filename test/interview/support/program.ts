import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { productPath } from '../../../src/config/product.ts';
import { environmentName, type SettingKey } from '../../../src/config/schema.ts';
import { instanceGroupName } from '../../../src/execution/sandbox/cgroup.ts';

const launcher = productPath('bin/syncode');
/** Host users of this program's jails, which nothing else on the machine has. */
const UID_BASE = 791_000;
const WORKERS = 2;

export type Program = {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it as a power cut would, and waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop; gives the exit code. */
  stop(): Promise<number | null>;
};

export type Environment = Readonly<Record<string, string>>;

function environment(more: Environment = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    UV_THREADPOOL_SIZE: '16',
    SYNCODE_LOG_LEVEL: 'warn',
    SYNCODE_SANDBOX_UID_BASE: `${UID_BASE}`,
    SYNCODE_EXECUTION_WORKERS: `${WORKERS}`,
    ...more,
  };
}

/** The environment that gives settings their values. */
export function settingsEnvironment(settings: Partial<Record<SettingKey, unknown>>): Environment {
  const entries = Object.entries(settings) as [SettingKey, unknown][];
  return Object.fromEntries(entries.map(([key, value]) => [environmentName(key), `${value}`]));
}

function spawnServer(dataDirectory: string, port: number, more: Environment): ChildProcess {
  const words = ['serve', '--data-dir', dataDirectory, '--port', `${port}`, '--init', '--json'];
  return spawn(launcher, words, { stdio: ['ignore', 'pipe', 'pipe'], env: environment(more) });
}

/** Starts the program and kills it so many milliseconds later, wherever it is then. */
export async function startInVain(
  dataDirectory: string,
  killAfterMs: number,
  more: Environment = {},
): Promise<void> {
  const child = spawnServer(dataDirectory, 0, more);
  child.stdout?.resume();
  child.stderr?.resume();
  const gone = once(child, 'close');
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, killAfterMs))]);
  child.kill('SIGKILL');
  await gone;
}

/** The built program, serving a data directory, which is made when it is not there; resolves when it answers. */
export async function startProgram(
  dataDirectory: string,
  port = 0,
  more: Environment = {},
): Promise<Program> {
  const child = spawnServer(dataDirectory, port, more);
  const gone = once(child, 'close').then(([code]) => code as number | null);
  const started = await firstLine(child, gone);
  const { url, port: listening } = JSON.parse(started) as { url: string; port: number };
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return gone;
  };
  return {
    url,
    port: listening,
    pid: child.pid ?? 0,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

/** The line on standard output with which it says that it serves; rejects with its words when it ends before. */
function firstLine(child: ChildProcess, gone: Promise<number | null>): Promise<string> {
  let said = '';
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-10_000);
  });
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const end = said.indexOf('\n');
      if (end >= 0) resolve(said.slice(0, end));
    });
    void gone.then((code) => reject(new Error(`the program ended with ${code}: ${complaints}`)));
  });
}

/** Another command of the program on the same data directory; gives what it printed. */
export function runCommand(dataDirectory: string, ...words: string[]): string {
  const all = [...words, '--data-dir', dataDirectory];
  return execFileSync(launcher, all, { encoding: 'utf8', env: environment() });
}

/** What jails of the program are or have left on this machine: processes, control groups, mounts; one line each. */
export function listJails(dataDirectory: string): string[] {
  const name = instanceGroupName(dataDirectory);
  // Groups come and go under it, which is no failure.
  const search = spawnSync('find', ['/sys/fs/cgroup', '-name', name], { encoding: 'utf8' });
  if (search.error) throw search.error;
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return [
    ...readdirSync('/proc').flatMap((pid) => describeProcess(pid, name)),
    ...search.stdout.split('\n').filter((line) => line !== ''),
    ...mounts.filter((line) => line.includes(dataDirectory)),
  ];
}

/** A line when the process is in the instance's control groups, or supervises them. */
function describeProcess(pid: string, name: string): string[] {
  if (!/^\d+$/.test(pid)) return [];
  const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' ');
  try {
    const words = read('cmdline');
    return words.includes(name) || read('cgroup').includes(name) ? [`process ${pid}: ${words}`] : [];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
