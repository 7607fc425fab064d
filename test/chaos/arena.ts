import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import {
  type Environment,
  type Program,
  runCommand,
  settingsEnvironment,
  startInVain,
  startProgram,
} from '../interview/support/program.ts';
import { until } from '../interview/support/wait.ts';
import { between } from '../support/random.ts';
import { audit } from './audit.ts';
import type { ClientsOptions, ClientsReport } from './children/clients.ts';
import { awaitResults, type Contents, checkRooms, type Door, readContents, repeatCalls } from './door.ts';
import { type Ledger, openLedger, type Promises, readLedger, sumUp } from './ledger.ts';
import { createPerson } from './person.ts';
import { contentOf, replayDocuments } from './replay.ts';
import { listStrays, type Present } from './strays.ts';
import { RUNS, SUBMISSIONS } from './workload.ts';
import { createWorld, type World, withCookies } from './world.ts';

/** Rates are off, and a spent refresh token is good for as long as a slow machine takes to start again. */
const settings = settingsEnvironment({
  'limits.requestsPerUserPerMinute': 0,
  'limits.requestsPerAddressPerMinute': 0,
  'limits.pollsPerUserPerMinute': 0,
  'limits.registrationsPerAddressPerMinute': 0,
  'limits.registrationsPerAddressPerHour': 0,
  'limits.refreshesPerAddressPerMinute': 0,
  'limits.refreshesPerLoginPerMinute': 0,
  'limits.roomsPerUserPerHour': 0,
  'limits.hostedRooms': 0,
  'limits.joinsPerUserPerMinute': 0,
  'limits.runsPerUserPerMinute': 0,
  'limits.submissionsPerUserPerMinute': 0,
  'limits.executionsPerUserPerDay': 0,
  'timers.refreshReuseGraceMs': 600_000,
  'timers.compactionMs': 300,
  'timers.compactionMaxMs': 1000,
});

/** How a round goes; drawn from the seed. */
export type Plan = {
  /** early: before everything is under way; quiet: after everybody has stopped typing, so that memory can be compared. */
  readonly moment: 'early' | 'busy' | 'quiet';
  readonly delayMs: number;
  /** Kills the next start too, after so many milliseconds. */
  readonly inVainMs: number | null;
  /** Waits until all runs and submissions are over before the next round. */
  readonly isPatient: boolean;
};

export function drawPlan(random: () => number): Plan {
  const draw = random();
  const moment = draw < 0.15 ? 'early' : draw < 0.4 ? 'quiet' : 'busy';
  return {
    moment,
    delayMs: between(random, 0, 1500),
    inVainMs: random() < 0.2 ? between(random, 0, 700) : null,
    isPatient: random() < 0.6,
  };
}

export type RoundReport = { readonly faults: string[]; readonly saved: number; readonly accepted: number };

export type ArenaOptions = {
  readonly environment?: Environment;
  /** Library that is preloaded into the server to record its disk. */
  readonly shim?: string;
};

/** One data directory over many rounds of load, kill and restart. */
export class Arena {
  readonly directory: string;
  readonly data: string;
  readonly ledgerFile: string;
  /** Everything that the server did to its disk, where that is recorded. */
  recording: string | undefined;
  readonly #ledger: Ledger;
  readonly #environment: Environment;
  #program: Program | null = null;
  #startedMs = 0;
  #clients: ChildProcess | null = null;
  #world: World = { accounts: [], rooms: [] };

  private constructor({ environment, shim }: ArenaOptions) {
    this.directory = mkdtempSync(path.join(realpathSync(tmpdir()), 'syncode-chaos-'));
    this.data = path.join(this.directory, 'data');
    this.ledgerFile = path.join(this.directory, 'ledger');
    mkdirSync(this.data, { mode: 0o700 });
    this.#environment = { ...settings, ...environment, ...(shim === undefined ? {} : this.#record(shim)) };
    this.#ledger = openLedger(this.ledgerFile, this.recording);
  }

  /** The environment in which the server's disk is recorded. */
  #record(shim: string): Environment {
    this.recording = path.join(this.directory, 'recording');
    writeFileSync(this.recording, '');
    return { LD_PRELOAD: shim, DISK_DIRECTORY: this.data, DISK_RECORDING: this.recording };
  }

  /** A server with its people and rooms. */
  static async open(options: ArenaOptions = {}): Promise<Arena> {
    const arena = new Arena(options);
    try {
      const program = await arena.#start(0);
      runCommand(arena.data, 'seed');
      arena.#world = await createWorld(program.url, arena.#ledger);
    } catch (error) {
      await arena.dispose(true);
      throw error;
    }
    return arena;
  }

  /** Load, kill, restart, checks. Whatever it throws is a failure of the round too. */
  async play(name: string, seed: number, plan: Plan): Promise<RoundReport> {
    const program = this.#program as Program;
    const before = sumUp(readLedger(this.ledgerFile));
    const clients = this.#startClients(program, before, { name, seed });
    const live = await this.#awaitMoment(clients, plan);
    await program.kill();
    // What had left the server by then still arrives.
    await pause(50);
    await this.#endClients();
    const promises = sumUp(readLedger(this.ledgerFile));
    const { faults, contents } = this.#auditFiles(promises);
    if (live !== null) faults.push(...compareContents(live, contents));
    if (plan.inVainMs !== null) await startInVain(this.data, plan.inVainMs, this.#environment);
    await this.#start(program.port);
    faults.push(...(await this.#checkThroughDoor(promises, before, contents, plan.isPatient)));
    return {
      faults,
      saved: countSaved(promises) - countSaved(before),
      accepted: promises.calls.size - before.calls.size,
    };
  }

  /** Waits for what is under way, stops in order and looks once more; removes everything unless there are faults. */
  async close(): Promise<string[]> {
    const promises = sumUp(readLedger(this.ledgerFile));
    const faults = await awaitResults(this.#door(promises), promises, this.#ledger);
    const code = await this.#program?.stop();
    if (code !== 0) faults.push(`the stop ended with ${code}`);
    this.#program = null;
    const last = this.#auditFiles(sumUp(readLedger(this.ledgerFile)));
    const strays = await listStrays(this.data, null);
    return [...faults, ...last.faults, ...strays];
  }

  /** Kills what still runs. */
  async halt(): Promise<void> {
    await this.#endClients();
    await this.#program?.kill();
    this.#program = null;
  }

  /** Kills what still runs, and removes the directory unless it is kept. */
  async dispose(isKept: boolean): Promise<void> {
    await this.halt();
    this.#ledger.close();
    if (!isKept) rmSync(this.directory, { recursive: true, force: true });
  }

  #present(): Present | null {
    return this.#program && { pid: this.#program.pid, sinceMs: this.#startedMs };
  }

  async #start(port: number): Promise<Program> {
    this.#startedMs = Date.now();
    this.#program = await startProgram(this.data, port, this.#environment);
    return this.#program;
  }

  #startClients(program: Program, promises: Promises, of: { name: string; seed: number }): ChildProcess {
    const world = withCookies(this.#world, promises.cookies);
    const recording = this.recording === undefined ? {} : { recording: this.recording };
    const options: ClientsOptions = {
      url: program.url,
      world,
      ledger: this.ledgerFile,
      ...recording,
      ...of,
    };
    this.#clients = fork(path.join(import.meta.dirname, 'children/clients.ts'), [JSON.stringify(options)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    return this.#clients;
  }

  async #endClients(): Promise<void> {
    const clients = this.#clients;
    this.#clients = null;
    if (clients === null || clients.exitCode !== null || clients.signalCode !== null) return;
    const gone = once(clients, 'close');
    clients.kill('SIGKILL');
    await gone;
  }

  /** Resolves when it is time to kill; gives what the server held then, where that stands still. */
  async #awaitMoment(clients: ChildProcess, { moment, delayMs }: Plan): Promise<Contents | null> {
    let report: ClientsReport | null = null;
    clients.on('message', (next) => {
      report = next as ClientsReport;
    });
    const look = () => report;
    await until('the clients are there', look);
    if (moment !== 'early') await until('everything is under way', () => isBusy(look()));
    await pause(delayMs);
    if (moment !== 'quiet') return null;
    clients.send('quiet');
    await until('everybody has stopped typing', () => look()?.isQuiet);
    return readContents(this.#door(sumUp(readLedger(this.ledgerFile))));
  }

  /** Looks at copies of the files, since reading changes the log. */
  #auditFiles(promises: Promises): { faults: string[]; contents: Contents } {
    const copy = path.join(this.directory, 'copy');
    mkdirSync(copy, { recursive: true });
    for (const name of readdirSync(this.data).filter((file) => /^syncode\.db(-wal)?$/.test(file)))
      cpSync(path.join(this.data, name), path.join(copy, name));
    const db = new Database(path.join(copy, 'syncode.db'));
    try {
      const documents = replayDocuments(db);
      const contents = new Map(
        documents.map(({ roomId, kind, doc }) => [`${roomId}/${kind}`, contentOf(doc, kind)] as const),
      );
      return { faults: audit(db, promises), contents };
    } finally {
      db.close();
      rmSync(copy, { recursive: true, force: true });
    }
  }

  #door({ cookies }: Promises): Door {
    const { url } = this.#program as Program;
    const world = withCookies(this.#world, cookies);
    const people = world.accounts.map(
      (account) => [account.userId, createPerson(url, account, this.#ledger)] as const,
    );
    return { url, world, people: new Map(people) };
  }

  async #checkThroughDoor(
    promises: Promises,
    before: Promises,
    contents: Contents,
    isPatient: boolean,
  ): Promise<string[]> {
    const door = this.#door(promises);
    const faults: string[] = [];
    for (const person of door.people.values())
      if (!(await person.api.refresh())) faults.push(`the sign-in of ${person.name} is over`);
    faults.push(...(await checkRooms(door, promises, contents)));
    const calls = [...promises.calls].filter(([key]) => !before.calls.has(key)).map(([, asked]) => asked);
    faults.push(...(await repeatCalls(door, calls, this.#ledger)));
    if (!isPatient) return faults;
    const all = sumUp(readLedger(this.ledgerFile));
    faults.push(...(await awaitResults(door, all, this.#ledger)));
    faults.push(...(await listStrays(this.data, this.#present())));
    return faults;
  }
}

function isBusy(report: ClientsReport | null): boolean {
  if (report === null) return false;
  const { leastSettled, runs, submissions, isRunning } = report;
  return leastSettled >= 2 && runs === RUNS && submissions === SUBMISSIONS && isRunning;
}

function compareContents(live: Contents, stored: Contents): string[] {
  return [...live]
    .filter(([name, content]) => stored.get(name) !== content)
    .map(([name]) => `${name}: the journal is not what was in memory`);
}

const countSaved = ({ marks }: Promises) =>
  [...marks.values()].reduce((sum, { saved }) => sum + saved.size, 0);
