import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Api, createApi } from '../../src/client/api.ts';
import { productPath } from '../../src/config/product.ts';
import { seedProblems } from '../../src/control/problems/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createIds } from '../../src/kernel/ids.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { createInstallation, openInstallation } from '../../src/server/installation.ts';

/** Rates would bound what is measured; all else is as installed. */
const unlimited = [
  'REQUESTS_PER_USER_PER_MINUTE',
  'REQUESTS_PER_ADDRESS_PER_MINUTE',
  'POLLS_PER_USER_PER_MINUTE',
  'REGISTRATIONS_PER_ADDRESS_PER_MINUTE',
  'REGISTRATIONS_PER_ADDRESS_PER_HOUR',
  'ROOMS_PER_USER_PER_HOUR',
  'HOSTED_ROOMS',
  'JOINS_PER_USER_PER_MINUTE',
  'LOOKUPS_PER_USER_PER_MINUTE',
  'RUNS_PER_USER_PER_MINUTE',
  'SUBMISSIONS_PER_USER_PER_MINUTE',
  'EXECUTIONS_PER_USER_PER_DAY',
];

const environment = {
  PATH: process.env.PATH,
  SYNCODE_LOG_LEVEL: 'warn',
  SYNCODE_SANDBOX_UID_BASE: '760000',
  ...Object.fromEntries(unlimited.map((name) => [`SYNCODE_LIMITS_${name}`, '0'])),
};

const PASSWORD = 'a password for measuring';

/** A program under way that said where it answers. */
export type Running = { readonly url: string; readonly pid: number; stop(): Promise<void> };

/** Somebody with an account, signed in. */
export type Person = { readonly api: Api; readonly username: string; readonly token: () => string };

/** A throw-away directory of this run; removed by the caller. */
export function makeDirectory(): string {
  return mkdtempSync(path.join(tmpdir(), 'syncode-bench-'));
}

export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

/** A data directory with the problems of these folders. */
export async function makeInstallation(directory: string, folders: readonly string[]): Promise<void> {
  createInstallation(directory);
  const installation = openInstallation(directory, { log: silentLog, mode: 'command', migrate: true });
  const ids = createIds(systemClock, systemRandom);
  for (const folder of folders)
    await seedProblems({ db: installation.db, ids, clock: systemClock, directory: folder });
  await installation.close();
}

/** First line that a child prints; rejects with its complaints when it ends before. */
async function firstLine(child: ChildProcess): Promise<string> {
  let [said, complaints] = ['', ''];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-5000);
  });
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('\n')) resolve(said.split('\n', 1)[0] ?? '');
    });
    child.once('close', (code) => reject(new Error(`the program ended with ${code}: ${complaints}`)));
  });
}

async function run(command: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<Running> {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const { url } = JSON.parse(await firstLine(child)) as { url: string };
  const stop = async () => {
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
  };
  return { url, pid: child.pid ?? 0, stop };
}

/** The built product on a data directory; resolves when it says that it answers. */
export function startProduct(directory: string): Promise<Running> {
  const words = ['serve', '--data-dir', directory, '--port', '0', '--json'];
  return run(productPath('bin/syncode'), words, environment);
}

/** A program of baselines/, which prints {"url"} when it answers. */
export function startBaseline(name: string): Promise<Running> {
  const file = path.join(import.meta.dirname, 'baselines', `${name}.ts`);
  return run(process.execPath, [file], { PATH: process.env.PATH });
}

/** Waits until the sandbox works and every language was tried. */
export async function whenLanguagesTried(url: string): Promise<void> {
  const api = createApi({ baseUrl: url });
  for (;;) {
    const { languages } = await api.call('GET /instance', {});
    if (languages.some(({ available }) => available)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function register(url: string, username: string): Promise<Person> {
  let token = '';
  const onToken = (accessToken: string | null) => {
    token = accessToken ?? '';
  };
  const api = createApi({ baseUrl: url, keepsCookies: true, onToken });
  const body = { username, email: `${username}@example.org`, password: PASSWORD };
  await api.call('POST /auth/register', { body });
  return { api, username, token: () => token };
}

export async function signIn(url: string, username: string): Promise<void> {
  const api = createApi({ baseUrl: url });
  await api.call('POST /auth/login', { body: { identifier: username, password: PASSWORD } });
}

/** Several people, registered four at a time. */
export async function registerAll(url: string, prefix: string, count: number): Promise<Person[]> {
  const people: Person[] = [];
  for (let at = 0; at < count; at += 4) {
    const names = Array.from({ length: Math.min(4, count - at) }, (_, offset) => `${prefix}${at + offset}`);
    people.push(...(await Promise.all(names.map((name) => register(url, name)))));
  }
  return people;
}

/** Resident memory of a process in MiB. */
export function residentMib(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}

/** CPU time that a process has used, all threads, in ms. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]);
  return ticks * 10;
}
