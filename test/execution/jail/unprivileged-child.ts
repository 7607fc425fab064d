/** Runs as an unprivileged user: the self-test and a few runs, as JSON on stdout. Started by unprivileged.test.ts. */
import { readFileSync } from 'node:fs';
import { findCgroup } from '../../../src/execution/sandbox/cgroup.ts';
import { detectDrivers } from '../../../src/execution/sandbox/drivers.ts';
import { chooseIdentity } from '../../../src/execution/sandbox/identity.ts';
import type { CgroupBase, Driver, JailFacts } from '../../../src/execution/sandbox/jail.ts';
import { runSelfTest } from '../../../src/execution/sandbox/self-test.ts';
import { createSupervisor } from '../../../src/execution/sandbox/supervisor.ts';
import { sweep } from '../../../src/execution/sandbox/sweep.ts';
import { hostPaths, makeRequest, processesOf, runGroups, seen, until } from './support.ts';

/** What the test hands over. */
export interface ChildOptions {
  readonly driver: Driver;
  readonly jailBinary: string;
  readonly name: string;
  readonly directory: string;
  readonly into: string;
}

/** What it gets back. */
export interface ChildAnswer {
  readonly identity: unknown;
  readonly base: CgroupBase | string;
  readonly usable: Readonly<Record<string, boolean>>;
  readonly selfTest: readonly { limit: string; ok: boolean; why: string | null }[];
  readonly self: string;
  readonly oom: JailFacts;
  readonly collected: JailFacts['collected'];
  readonly hostUids: string;
  readonly cancelled: string;
  readonly groupsLeft: readonly string[];
}

async function main(options: ChildOptions): Promise<ChildAnswer> {
  const { driver, jailBinary, name, directory, into } = options;
  const found = findCgroup(name);
  if (!found.ok) throw new Error(`${found.why}. ${found.remedy}`);
  const base = found.base;
  const choice = chooseIdentity(1, 0);
  if (!choice.ok) throw new Error(choice.why);
  const drivers = await detectDrivers(choice.identity);
  await sweep({ jailBinary, base, name, uids: null });
  const host = { ...hostPaths, roots: [directory] };
  const supervisor = createSupervisor({
    driver,
    jailBinary,
    cgroupBase: base,
    slot: 0,
    identity: choice.identity,
    host,
  });
  const run = async (argv: string[], changes = {}) =>
    seen(await supervisor.run(makeRequest(argv, `${directory}/app`, changes)));
  const selfTest = await runSelfTest(supervisor);
  const self = (await run(['/app/probe', 'self'])).out;
  const oom = (await run(['/app/probe', 'memory', '100'], { limits: { memoryKb: 32 * 1024 } })).facts;
  const collect = { path: 'out', into, maxBytes: 1000, maxFiles: 10 };
  const collected = (await run(['/app/probe', 'make', 'tree'], { collect })).facts.collected;
  const stop = new AbortController();
  const request = makeRequest(['/app/probe', 'sleep'], `${directory}/app`);
  const running = supervisor.run(request, stop.signal);
  await until(() => runGroups(base).some((group) => processesOf(base, group).length > 0));
  const pid = processesOf(base, runGroups(base)[0] ?? '')[0];
  const hostUids = /^Uid:.*$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[0] ?? '';
  stop.abort();
  const cancelled = (await running).killedBy;
  await supervisor.close();
  const usable = Object.fromEntries(drivers.map((one) => [one.name, one.usable]));
  const groupsLeft = runGroups(base);
  return {
    identity: choice.identity,
    base,
    usable,
    selfTest,
    self,
    oom,
    collected,
    hostUids,
    cancelled,
    groupsLeft,
  };
}

const options = JSON.parse(process.argv[2] ?? '') as ChildOptions;
process.stdout.write(JSON.stringify(await main(options)));
