import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { execa, type Options } from 'execa';
import { expect, vi } from 'vitest';

// Whoever comes second waits for the build of whoever came first.
vi.setConfig({ hookTimeout: 600_000 });

export const root = path.resolve(import.meta.dirname, '../..');
export const program = path.join(root, 'bin/syncode');

const rootHash = createHash('sha256').update(root).digest('hex').slice(0, 12);

/**
 * Bundles the program when a source is newer than the bundle. Test files run beside each other, and flock lets one build
 * while the others wait.
 */
export function buildProgram(): void {
  const isStale = 'test ! -f dist/main.js || find src package.json -newer dist/main.js -type f | grep -q .';
  const build = `if ${isStale}; then exec node_modules/.bin/tsup --silent; fi`;
  const lock = path.join(tmpdir(), `syncode-build-${rootHash}.lock`);
  const env = { ...process.env, PATH: `${path.join(root, 'node_modules/.bin')}:${process.env.PATH}` };
  execFileSync('flock', [lock, 'sh', '-c', build], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** The environment without what would lead the program to a real installation. */
function cleanEnvironment(): Record<string, string | undefined> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(SYNCODE_|SUDO_|NOTIFY_SOCKET|UV_THREADPOOL)/.test(name),
    ),
  );
  return { ...env, TZ: 'UTC' };
}

export type Outcome = { readonly code: number | undefined; readonly out: string; readonly err: string };
export type RunOptions = {
  readonly env?: Record<string, string | undefined>;
  readonly cwd?: string;
  readonly input?: string;
  readonly uid?: number;
  /** Words before the program's name, for what starts it in its own place. */
  readonly within?: readonly string[];
};

/** Everything that runs of one test file, to end what a failed test left. */
const running = new Set<{ kill(signal: 'SIGKILL'): unknown }>();
const places: string[] = [];

function childOptions({ env, cwd = tmpdir(), uid }: RunOptions) {
  return {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  } satisfies Options;
}

/** Runs the program to its end; without `input` standard input is empty. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = execa(program, args, {
    ...childOptions(options),
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    timeout: 60_000,
    forceKillAfterDelay: 1000,
  });
  running.add(child);
  const { exitCode, stdout, stderr } = await child;
  running.delete(child);
  return { code: exitCode, out: String(stdout), err: String(stderr) };
}

/**
 * As run, but inside this process, from the sources: for tables of refusals, which would cost a start of Node.js each.
 * Not for what changes the user or serves.
 */
export async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const { runProgram } = await import('../../src/cli/program.ts');
  const shown = { out: '', err: '' };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const spies = (
    [
      ['stdout', 'out'],
      ['stderr', 'err'],
    ] as const
  ).map(([stream, name]) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      shown[name] += text;
      return true;
    }),
  );
  try {
    return { code: await runProgram(args), ...shown };
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}

/** The versioned document that a command prints with --json. */
export function documentOf({ code, out, err }: Outcome): Record<string, unknown> {
  expect({ code, err }).toMatchObject({ code: 0 });
  expect(out.trimEnd().split('\n')).toHaveLength(1);
  const document = JSON.parse(out) as Record<string, unknown>;
  expect(document).toMatchObject({ v: 1 });
  return document;
}

/** A refusal: its exit code, nothing on standard output, the program's name, and no word of Node. */
export function expectRefusal({ code, out, err }: Outcome, exitCode: number, ...texts: (string | RegExp)[]) {
  expect({ code, out }, err).toEqual({ code: exitCode, out: '' });
  expect(err).toMatch(/^syncode: /);
  expectNoRawError(err);
  for (const text of texts) expect(err).toMatch(text);
}

/** Neither a stack nor the name of an exception, nor the text of a library. */
export function expectNoRawError(text: string): void {
  expect(text).not.toMatch(
    /\bat .+:\d+:\d+|\bError:|node:internal|\[object |Invalid input|\bundefined\b|ENOENT:|EACCES:/,
  );
}

export type Serving = {
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  readonly pid: number;
  /** What it has said so far on standard error. */
  said(): string;
  /** Sends a signal and gives the exit code; null after death by a signal. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>;
};

/** Starts a server with the planes that need no jail; resolves when it listens. */
export async function serve(args: readonly string[], options: RunOptions = {}): Promise<Serving> {
  const planes = ['--planes', 'control,collab', '--port', '0', '--json'];
  const { cwd, env } = childOptions(options);
  const [file = program, ...words] = [...(options.within ?? []), program];
  const child = spawn(file, [...words, 'serve', ...planes, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const exited = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(() => [undefined]),
  ]);
  if (line === undefined) throw new Error(`The server did not start: ${said}`);
  const { url, port, directory, v } = JSON.parse(line);
  expect(v).toBe(1);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  return { url, port, directory, pid: child.pid as number, said: () => said, end, exited };
}

/** A new place for a data directory, which is not made yet; short, for the sake of the control socket. */
export function newPlace(): string {
  const place = mkdtempSync(path.join(tmpdir(), 'syncode-cli-'));
  places.push(place);
  // Whoever owns the data directory must be able to reach it.
  chmodSync(place, 0o755);
  return path.join(place, 'data');
}

/** Ends what still runs and removes what was made; for afterAll. */
export function cleanUp(): void {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  for (const place of places.splice(0)) rmSync(place, { recursive: true, force: true });
}

let template: string | undefined;

/** A data directory without accounts, as `init --no-admin` makes it. */
export async function newInstallation(): Promise<string> {
  if (template === undefined) {
    const place = newPlace();
    const outcome = await run(['init', '--no-admin', '--data-dir', place]);
    expect(outcome.code, outcome.err).toBe(0);
    template = place;
  }
  const directory = newPlace();
  // With the modes, which the program looks at.
  execFileSync('cp', ['-a', template, directory]);
  return directory;
}

/** Rows of the database of a data directory, read beside whatever runs on it. */
export function rowsOf(directory: string, sql: string): Record<string, unknown>[] {
  const database = new Database(path.join(directory, 'syncode.db'), { readonly: true });
  try {
    return database.prepare(sql).all() as Record<string, unknown>[];
  } finally {
    database.close();
  }
}

/** Action, system user and target of the audit log, oldest first. */
export function auditOf(
  directory: string,
): { action: string; osUser: unknown; target: unknown; actor: unknown }[] {
  const rows = rowsOf(
    directory,
    'SELECT action, metadata, target_id, actor_id FROM audit_log ORDER BY created_at, id',
  );
  return rows.map(({ action, metadata, target_id: target, actor_id: actor }) => ({
    action: String(action),
    osUser: metadata === null ? null : JSON.parse(String(metadata)).osUser,
    target,
    actor,
  }));
}

/** Calls the API of a server. */
export async function call(
  server: Serving,
  method: string,
  address: string,
  { body, token }: { body?: unknown; token?: string } = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (token !== undefined) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(`${server.url}${address}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}
