import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { baseDirectories, findCgroup, instanceGroupName } from '../../../src/execution/sandbox/cgroup.ts';
import { chooseIdentity } from '../../../src/execution/sandbox/identity.ts';
import {
  type CgroupBase,
  type Driver,
  type DriverName,
  type Identity,
  inJail,
  type JailFacts,
  type JailLimits,
  type JailRequest,
  type Supervisor,
} from '../../../src/execution/sandbox/jail.ts';
import { createSupervisor } from '../../../src/execution/sandbox/supervisor.ts';
import { sweep } from '../../../src/execution/sandbox/sweep.ts';

const root = resolve(import.meta.dirname, '../../..');
export const testBinary = join(root, 'sandbox/build/syncode-jail-test');
/** With JAIL_SANITIZED=1 all suites run the build with the address and undefined behaviour sanitizers. */
const target = process.env.JAIL_SANITIZED === '1' ? 'syncode-jail-test' : 'syncode-jail';
export const jailBinary = join(root, 'sandbox/build', target);
const modules = join(root, 'node_modules');
const architecture = process.arch === 'arm64' ? 'arm64' : 'x64';

/** Ids that tests use; far from the product's default, so that both can run at once. */
const testUidBase = 790_000;

export const mb = 1024 * 1024;

/** Builds a target of sandbox/Makefile unless it is fresh; one build at a time on this machine. */
export function build(target: 'syncode-jail' | 'syncode-jail-test'): void {
  const directory = join(root, 'sandbox');
  mkdirSync(join(directory, 'build'), { recursive: true });
  execFileSync('flock', [join(directory, 'build/.lock'), 'make', '-s', `build/${target}`], {
    cwd: directory,
  });
}

/** Where a driver is, or null. */
export function findDriver(name: DriverName): Driver | null {
  const program = name === 'nsjail' ? 'nsjail' : 'bwrap';
  for (const directory of (process.env.PATH ?? '').split(':')) {
    const path = join(directory, program);
    if (directory !== '' && existsSync(path)) return { name, path };
  }
  return null;
}

export const usualLimits: JailLimits = {
  wallMs: 20_000,
  cpuMs: 10_000,
  memoryKb: 256 * 1024,
  pids: 64,
  outputBytes: mb,
  fileBytes: 16 * mb,
  tmpfsBytes: 64 * mb,
  tmpfsInodes: 1024,
  openFiles: 64,
  stackBytes: 64 * mb,
  cores: 1,
};

/** What a test changes of a run. */
export type Changes = Partial<Omit<JailRequest, 'limits'>> & { readonly limits?: Partial<JailLimits> };

/** Facts with their streams as text. */
export interface Seen {
  readonly facts: JailFacts;
  readonly out: string;
  readonly err: string;
}

/** One instance with one supervisor, and the directories that belong to it. */
export interface Bench {
  readonly driver: Driver;
  readonly identity: Identity;
  readonly cgroup: CgroupBase;
  readonly supervisor: Supervisor;
  /** A directory that jails may be shown parts of. */
  readonly directory: string;
  request(argv: readonly string[], changes?: Changes): JailRequest;
  run(argv: readonly string[], changes?: Changes, signal?: AbortSignal): Promise<Seen>;
  /** Runs an act of probe.c. */
  probe(act: string, argument?: string, changes?: Changes): Promise<Seen>;
  /** A new empty directory to collect into. */
  freshDirectory(): string;
  close(): Promise<void>;
}

export function compile(source: string, output: string): void {
  execFileSync('gcc', ['-O1', '-static', '-w', '-o', output, join(import.meta.dirname, source)]);
}

/** The base of a test's own instance; throws with the remedy where this machine has none. */
export function takeCgroup(directory: string): CgroupBase {
  const found = findCgroup(instanceGroupName(directory));
  if (!found.ok) throw new Error(`${found.why}. ${found.remedy}`);
  return found.base;
}

export function takeIdentity(slot: number): Identity {
  const choice = chooseIdentity(testUidBase, slot);
  if (!choice.ok) throw new Error(`${choice.why}. ${choice.remedy}`);
  return choice.identity;
}

export const hostPaths = {
  node: join(modules, `node-linux-${architecture}/bin/node`),
  esbuild: join(modules, `@esbuild/linux-${architecture}/bin/esbuild`),
};

export function makeRequest(argv: readonly string[], app: string, changes: Changes = {}): JailRequest {
  return {
    argv,
    env: { PATH: '/usr/bin:/bin', HOME: inJail.box },
    app,
    stdin: new Uint8Array(0),
    stdout: { from: 'start', bytes: mb },
    stderr: { from: 'end', bytes: mb },
    ...changes,
    limits: { ...usualLimits, ...changes.limits },
  };
}

export function seen(facts: JailFacts): Seen {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
  return { facts, out: text(facts.stdout.bytes), err: text(facts.stderr.bytes) };
}

/** Everything for real jails, in a temporary directory; close it. */
export function openBench(driver: Driver, slot = 0): Bench {
  build(target);
  const directory = mkdtempSync(join(tmpdir(), 'syncode-jail-'));
  chmodSync(directory, 0o755); // a root is readable by everybody
  const app = join(directory, 'app');
  mkdirSync(app);
  compile('probe.c', join(app, 'probe'));
  compile('calls.c', join(app, 'calls'));
  const cgroup = takeCgroup(directory);
  const identity = takeIdentity(slot);
  const host = { ...hostPaths, roots: [directory] };
  const supervisor = createSupervisor({ driver, jailBinary, cgroupBase: cgroup, slot, identity, host });
  const request = (argv: readonly string[], changes?: Changes): JailRequest =>
    makeRequest(argv, app, changes);
  let collections = 0;

  async function run(argv: readonly string[], changes?: Changes, signal?: AbortSignal): Promise<Seen> {
    return seen(await supervisor.run(request(argv, changes), signal));
  }

  return {
    driver,
    identity,
    cgroup,
    supervisor,
    directory,
    request,
    run,
    probe: (act, argument = '', changes) => run(['/app/probe', act, argument], changes),
    freshDirectory() {
      const fresh = join(directory, `collected${++collections}`);
      mkdirSync(fresh);
      return fresh;
    },
    async close() {
      await supervisor.close();
      await removeInstance(cgroup, directory);
    },
  };
}

/** Sweeps an instance and removes its groups and its directory. */
export async function removeInstance(cgroup: CgroupBase, directory: string): Promise<void> {
  // nsjail leaves empty directories of each user in /tmp.
  const uids = { first: testUidBase, last: testUidBase + 1999 };
  await sweep({ jailBinary, base: cgroup, name: instanceGroupName(directory), uids });
  for (const base of baseDirectories(cgroup)) rmdirSync(base);
  rmSync(directory, { recursive: true, force: true });
}

/** Names of the groups of runs that exist below a base: `slot0/run-7`. */
export function runGroups(cgroup: CgroupBase): string[] {
  return baseDirectories(cgroup).flatMap((base) =>
    readdirSync(base, { withFileTypes: true })
      .filter((slot) => slot.isDirectory())
      .flatMap((slot) => readdirSync(join(base, slot.name)).map((name) => `${slot.name}/${name}`))
      .filter((name) => name.includes('/run-')),
  );
}

/** Numbers of the processes in a group of the pids hierarchy below a slot. */
export function processesOf(cgroup: CgroupBase, group: string): number[] {
  const base = cgroup.version === 2 ? cgroup.dir : cgroup.pids;
  try {
    const text = readFileSync(join(base, group, 'cgroup.procs'), 'utf8');
    return text.split('\n').filter(Boolean).map(Number);
  } catch {
    return []; // a group appears in one hierarchy after the other, and goes at any time
  }
}

/** Processes whose host user is `uid`. */
export function processesOfUser(uid: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return new RegExp(`^Uid:\\t${uid}\\t`, 'm').test(readFileSync(`/proc/${pid}/status`, 'utf8'));
      } catch {
        return false;
      }
    });
}

/** Waits until a condition holds; throws after 10 s. */
export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not come to that within 10 s');
}
