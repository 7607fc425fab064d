import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Guest, type RoomKey, type Tab } from '../support/guest.ts';
import { readSubmission } from '../support/problems.ts';
import { listJails, type Program, runCommand, startProgram } from '../support/program.ts';
import { countOf, isWithin } from '../support/texts.ts';
import { startTyping } from '../support/typing.ts';
import { until, waitUpTo } from '../support/wait.ts';

const ROUNDS = 2;
// SYNCODE_TEST_SEED repeats the moments of the kills and the places of the letters.
const seed = Number(process.env.SYNCODE_TEST_SEED ?? Date.now() % 1_000_000);

let directory: string;
let program: Program | null = null;
const guests: Guest[] = [];

beforeEach(() => {
  waitUpTo(100_000);
  directory = mkdtempSync(path.join(realpathSync(tmpdir()), 'syncode-kill-'));
});
afterEach(async () => {
  for (const guest of guests) guest.leave();
  await program?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Repeatable numbers in [0, 1). */
function createRandom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Scene = { readonly room: RoomKey; readonly ada: Guest; readonly bob: Guest };

/** Two people in the coding phase of a room with a problem. */
async function setUp(url: string): Promise<Scene> {
  const [ada, bob] = [await new Guest('ada', url).register(), await new Guest('bob', url).register()];
  guests.push(ada, bob);
  const found = await ada.api.call('GET /problems', { query: { search: 'Same Floor' } });
  const problemId = found.data[0]?.id ?? '';
  const room = await ada.api.call('POST /rooms', { body: { mode: 'peer', problemId, language: 'python' } });
  await ada.join(room);
  await bob.join(room);
  await ada.advance(room.roomId, 'warmup');
  await ada.advance(room.roomId, 'coding');
  return { room, ada, bob };
}

const RUN = 'import time\nprint("begun", flush=True)\ntime.sleep(3.5)\nprint("done")\n';
/** A right solution that takes its time, so that it is killed between its cases. */
const SLOW = `import time\ntime.sleep(0.3)\n${readSubmission('samefloor', 'accepted')}`;

type Jobs = { readonly jobId: string; readonly submissionId: string };
const query = { waitMs: 1000 };
const readRun = ({ bob }: Scene, { jobId }: Jobs) =>
  bob.api.call('GET /execution/{jobId}', { params: { jobId }, query });
const readJudged = ({ bob }: Scene, { submissionId }: Omit<Jobs, 'jobId'>) =>
  bob.api.call('GET /submissions/{submissionId}', { params: { submissionId }, query });
const isOver = ({ status }: { status: string }) => status !== 'queued' && status !== 'running';

/** A submission that is between its cases, and a run that is in the jail. */
async function startJobs(scene: Scene): Promise<Jobs> {
  const { bob, room } = scene;
  const params = { roomId: room.roomId };
  const language = 'python';
  const submit = { params, body: { language, code: SLOW } } as const;
  const { submissionId } = await bob.api.call('POST /rooms/{roomId}/submit', submit);
  await until('the first case has passed', async () => {
    const { status, passedTestCases } = await readJudged(scene, { submissionId });
    return status === 'running' && passedTestCases > 0;
  });
  const run = { params, body: { language, code: RUN, stdin: '' } } as const;
  const { jobId } = await bob.api.call('POST /rooms/{roomId}/run', run);
  const isRunning = async () => {
    const { status } = await bob.api.call('GET /execution/{jobId}', { params: { jobId } });
    return status === 'running';
  };
  await until('the run is under way', isRunning, 100);
  return { jobId, submissionId };
}

/** Types, runs and submits, and kills the program in the middle of all; gives what had been promised by then. */
async function playRound(scene: Scene, running: Program, random: () => number) {
  const { room, ada, bob } = scene;
  const tabs = [await ada.enter(room), await bob.enter(room)] as const;
  const before = `${tabs[0].text()}`;
  for (const tab of tabs) tab.follow('python');
  const hands = [startTyping(tabs[0], 'ä', { random }), startTyping(tabs[1], 'ß', { random })] as const;
  await until('typing is acknowledged', () =>
    tabs.every((tab) => (tab.acknowledged.get('python') ?? '').length > before.length + 10),
  );
  const jobs = await startJobs(scene);
  await new Promise((resolve) => setTimeout(resolve, random() * 1000));
  const isJailed = () => listJails(directory).some((line) => line.includes('/app/main.py'));
  await until('a program runs in a jail', isJailed, 50);
  await running.kill();
  expect(readDatabase().jobs).toEqual([
    { kind: 'run', state: 'running' },
    { kind: 'submission', state: 'running' },
  ]);
  const typed = await Promise.all(hands.map((one) => one.stop()));
  const acknowledged = tabs.map((tab: Tab) => tab.acknowledged.get('python') ?? '');
  for (const guest of [ada, bob]) guest.leave();
  return { jobs, typed, acknowledged };
}

it(`kill -9 in the middle of everything: what was acknowledged is there, what was accepted ends once, nothing is left behind (seed ${seed})`, async () => {
  const random = createRandom(seed);
  program = await startProgram(directory);
  const { port } = program;
  runCommand(directory, 'seed');
  const scene = await setUp(program.url);
  const accepted: Jobs[] = [];
  const typed = [0, 0];

  for (let round = 0; round < ROUNDS; round++) {
    const played = await playRound(scene, program, random);
    accepted.push(played.jobs);
    typed.forEach((sum, at) => {
      typed[at] = sum + (played.typed[at] ?? 0);
    });

    program = await startProgram(directory, port);
    const reader = await scene.ada.enter(scene.room);
    const text = `${reader.text()}`.slice();
    expect(played.acknowledged.map((promised) => isWithin(promised, text))).toEqual([true, true]);
    expect(countOf('ä', text)).toBeLessThanOrEqual(typed[0] ?? 0);
    expect(countOf('ß', text)).toBeLessThanOrEqual(typed[1] ?? 0);
    expect((await reader.hears('room-state')).phase).toBe('coding');
    scene.ada.leave();

    const run = await until('the run has ended', async () => {
      const now = await readRun(scene, played.jobs);
      return isOver(now) && now;
    });
    expect(run).toMatchObject({ status: 'completed', outcome: 'success', stdout: 'begun\ndone\n' });
    const judged = await until('the verdict is there', async () => {
      const now = await readJudged(scene, played.jobs);
      return isOver(now) && now;
    });
    expect(judged).toMatchObject({ status: 'completed', verdict: 'accepted' });
    expect(judged.passedTestCases).toBe(judged.totalTestCases);
  }

  expect(await program.stop()).toBe(0);
  program = null;
  const seen = readDatabase();
  expect(seen.jobs).toEqual([]);
  expect(seen.events.sort()).toEqual(
    accepted
      .flatMap(({ jobId, submissionId }) => [
        `run_completed ${jobId}`,
        `submission_completed ${submissionId}`,
      ])
      .sort(),
  );
  expect(seen.totalSubmissions).toBe(ROUNDS);
  expect(listJails(directory)).toEqual([]);
}, 300_000);

/** What the program that is not there any more has written down; read from a copy, since reading changes the log. */
function readDatabase() {
  const copy = mkdtempSync(path.join(tmpdir(), 'syncode-kill-copy-'));
  for (const name of readdirSync(directory).filter((file) => file.startsWith('syncode.db')))
    cpSync(path.join(directory, name), path.join(copy, name));
  const db = new Database(path.join(copy, 'syncode.db'));
  try {
    const list = <Row>(sql: string) => db.prepare(sql).all() as Row[];
    const events = list<{ type: string; metadata: string }>(
      "SELECT event_type AS type, metadata FROM session_events WHERE event_type LIKE '%_completed'",
    ).map(({ type, metadata }) => {
      const { jobId, submissionId } = JSON.parse(metadata);
      return `${type} ${jobId ?? submissionId}`;
    });
    const [counted] = list<{ total: number }>('SELECT sum(total_submissions) AS total FROM problems');
    const jobs = list("SELECT kind, state FROM jobs WHERE kind IN ('run', 'submission') ORDER BY kind");
    return { events, jobs, totalSubmissions: counted?.total };
  } finally {
    db.close();
    rmSync(copy, { recursive: true, force: true });
  }
}
