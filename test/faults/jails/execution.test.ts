import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError } from '../../../src/client/api.ts';
import type { SupportedLanguage } from '../../../src/generated/api.ts';
import { buildProgram, cleanUp, rowsOf, run, type Serving } from '../../cli/support.ts';
import { type Guest, refusal } from '../../interview/support/guest.ts';
import { readSubmission } from '../../interview/support/problems.ts';
import { listJails } from '../../interview/support/program.ts';
import { until, waitUpTo } from '../../interview/support/wait.ts';
import { type Disk, mayMount, mountDisk } from '../support/disk.ts';
import {
  breakGroups,
  examineWithin,
  isAlive,
  supervisorsOf,
  takeAway,
  withOwnMounts,
} from '../support/jail-host.ts';
import {
  gatherPair,
  hearsLog,
  installAt,
  leave,
  logged,
  PATIENCE_MS,
  type Pair,
  serveOn,
  untilHealth,
} from '../support/world.ts';

/** One server for all; it has mounts of its own, and its data on a small disk of its own. */
let disk: Disk;
let server: Serving;
let pair: Pair;
let ada: Guest;

const settings = {
  SYNCODE_SANDBOX_UID_BASE: '794000',
  SYNCODE_EXECUTION_WORKERS: '2',
  // Steps that hang are found soon.
  SYNCODE_EXECUTION_RUN_TIMEOUT_MS: '4000',
  SYNCODE_EXECUTION_COMPILE_WALL_MS: '5000',
  SYNCODE_EXECUTION_STEP_MARGIN_MS: '500',
};

beforeAll(async () => {
  if (!mayMount) return;
  waitUpTo(PATIENCE_MS / 2);
  buildProgram();
  disk = mountDisk({ sizeMb: 48 });
  await installAt(disk.data);
  expect((await run(['seed', '--data-dir', disk.data])).code).toBe(0);
  const words = ['--planes', 'control,collab,execution'];
  server = await serveOn(disk.data, { env: settings, words, within: withOwnMounts });
  pair = await gatherPair(server.url, async (host) => {
    const found = await host.api.call('GET /problems', { query: { search: 'Same Floor' } });
    return found.data[0]?.id ?? '';
  });
  ada = pair.ada;
  await ada.advance(pair.room.roomId, 'warmup');
  await ada.advance(pair.room.roomId, 'coding');
  await isAvailable('python');
  await isAvailable('javascript');
}, PATIENCE_MS);
afterAll(async () => {
  if (!mayMount) return;
  leave(pair);
  expect(await server.end('SIGTERM')).toBe(0);
  expect(listJails(disk.data)).toEqual([]);
  cleanUp();
  disk.remove();
}, PATIENCE_MS);

const rootOnly = it.skipIf(!mayMount);

const languageOf = async (language: SupportedLanguage) =>
  (await ada.api.call('GET /instance', {})).languages.find((one) => one.language === language);
const isAvailable = (language: SupportedLanguage) =>
  until(`${language} is available`, async () => (await languageOf(language))?.available, 200);

function post(language: SupportedLanguage, code: string) {
  const body = { language, code, stdin: '' };
  return ada.api.call('POST /rooms/{roomId}/run', { params: { roomId: pair.room.roomId }, body });
}

/** The end of a run. */
async function endOf({ jobId }: { jobId: string }) {
  return until(`the run ${jobId} has ended`, async () => {
    const run = await ada.api.call('GET /execution/{jobId}', { params: { jobId }, query: { waitMs: 1000 } });
    return (run.status === 'completed' || run.status === 'failed') && run;
  });
}

const HELLO = { python: 'print("hello")', javascript: 'console.log("hello")' } as const;
async function expectWorks(language: keyof typeof HELLO): Promise<void> {
  const run = await endOf(await post(language, HELLO[language]));
  expect(run).toMatchObject({ status: 'completed', outcome: 'success', stdout: 'hello\n' });
}

/** Status, code and details with which a run is refused; null while it is accepted. */
async function refusalOf(language: SupportedLanguage) {
  try {
    await endOf(await post(language, 'print(1)'));
    return null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { status, code, details } = error;
    return { status, code, details };
  }
}

const storedRuns = () => rowsOf(disk.data, 'SELECT count(*) AS runs FROM runs')[0]?.runs;

/** Waits until runs are refused; that which are refused leave nothing behind. */
async function untilRefused(language: SupportedLanguage) {
  await until(`${language} is refused`, () => refusalOf(language), 200);
  const before = storedRuns();
  const refused = await refusalOf(language);
  expect(storedRuns()).toBe(before);
  return refused;
}

rootOnly(
  'a toolchain that vanishes takes its language and no other, and brings it back (root only: mounts)',
  async () => {
    await expectWorks('python');
    const putBack = takeAway(server.pid, '/usr/bin/python3');
    try {
      // A run that is just accepted ends with a stated failure; the next ones are refused.
      const first = await endOf(await post('python', 'print(2)')).catch(
        (error: unknown) => error as ApiError,
      );
      if (first instanceof ApiError) expect(first.code).toBe('EXECUTION_SERVICE_UNAVAILABLE');
      else
        expect(first).toMatchObject({
          status: 'failed',
          error: { code: 'EXECUTION_SERVICE_UNAVAILABLE', retryable: true },
        });
      expect(await untilRefused('python')).toEqual({
        status: 503,
        code: 'EXECUTION_SERVICE_UNAVAILABLE',
        details: { language: 'python' },
      });
      expect(await languageOf('python')).toMatchObject({ available: false, version: null });
      const told = await until('the log names it', () =>
        logged(server, 'a language is not available').find(({ language }) => language === 'python'),
      );
      expect(told.reason).toContain('python3 was not found');
      expect(examineWithin(server.pid, disk.data)).toContainEqual(
        expect.objectContaining({
          check: 'language python',
          detail: expect.stringContaining('python3 was not found'),
          remedy: './install.sh installs its toolchain',
        }),
      );
      await expectWorks('javascript');
      await untilHealth(server, 'ok', { execution: 'ok' });
    } finally {
      putBack();
    }
    await isAvailable('python');
    await expectWorks('python');
  },
  PATIENCE_MS,
);

rootOnly(
  'supervisors of jails that hang are found, killed and replaced, and the job is repeated',
  async () => {
    const stopped = supervisorsOf(disk.data);
    expect(stopped).toHaveLength(2);
    const failures = logged(server, 'a sandbox failed').length;
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    const posted = [await post('python', 'print("once more")'), await post('javascript', HELLO.javascript)];
    const [python, javascript] = await Promise.all(posted.map(endOf));
    expect(python).toMatchObject({ status: 'completed', outcome: 'success', stdout: 'once more\n' });
    expect(javascript).toMatchObject({ status: 'completed', outcome: 'success', stdout: 'hello\n' });
    expect(logged(server, 'a sandbox failed').length).toBeGreaterThan(failures);
    await expectWorks('python');
    await expectWorks('javascript');
    const alive = stopped.filter(isAlive);
    // Whoever was not asked for anything still stands there.
    expect(alive.length).toBeLessThan(stopped.length);
    for (const pid of alive) process.kill(pid, 'SIGCONT');
    await until('each slot has one', () => supervisorsOf(disk.data).length === 2);
    await untilHealth(server, 'ok', { execution: 'ok' });
  },
  PATIENCE_MS,
);

rootOnly(
  'control groups that are removed and cannot be made: nothing is run without limits, until they can (root only: mounts)',
  async () => {
    const held = logged(server, 'the sandbox holds').length;
    const repair = breakGroups(server.pid, disk.data);
    try {
      const first = await endOf(await post('python', HELLO.python)).catch(
        (error: unknown) => error as ApiError,
      );
      if (first instanceof ApiError) expect(first.code).toBe('EXECUTION_SERVICE_UNAVAILABLE');
      else expect(first).toMatchObject({ status: 'failed', error: { retryable: true } });
      expect(await untilRefused('python')).toMatchObject({
        status: 503,
        code: 'EXECUTION_SERVICE_UNAVAILABLE',
      });
      const said = await hearsLog(server, 'programs cannot be run');
      expect(said).toMatchObject({ level: 'error', remedy: 'syncode doctor' });
      await untilHealth(server, 'degraded', { execution: 'fail', storage: 'ok', collab: 'ok' });
      expect((await languageOf('javascript'))?.available).toBe(false);
      const wrong = examineWithin(server.pid, disk.data);
      expect(wrong.find(({ check }) => check === 'sandbox of the server')).toMatchObject({ state: 'fail' });
      expect(wrong.find(({ check }) => check === 'sandbox')).toMatchObject({
        state: 'fail',
        detail: expect.stringMatching(/No jail can be made: .*cgroup|control groups/),
        remedy: expect.any(String),
      });
      // Everything else goes on.
      await pair.tabs[0].type('typed without programs ');
      expect(logged(server, 'the sandbox holds')).toHaveLength(held);
    } finally {
      repair();
    }
    await until('the sandbox holds again', () => logged(server, 'the sandbox holds').length > held);
    await isAvailable('python');
    await expectWorks('python');
    await isAvailable('javascript');
    await expectWorks('javascript');
    await untilHealth(server, 'ok', { execution: 'ok' });
  },
  PATIENCE_MS,
);

/** A right solution that takes its time for each case. */
const SLOW = `import time\ntime.sleep(0.3)\n${readSubmission('samefloor', 'accepted')}`;
const TAKES_TIME = 'import time\nprint("begun", flush=True)\ntime.sleep(1)\nprint("done")';

const readJudged = (submissionId: string) =>
  pair.bob.api.call('GET /submissions/{submissionId}', { params: { submissionId }, query: { waitMs: 500 } });

rootOnly(
  'a run and a submission whose ends meet a full disk are kept until there is room, and new ones are refused (root only: mounts)',
  async () => {
    const params = { roomId: pair.room.roomId };
    const order = { params, body: { language: 'python', code: SLOW } } as const;
    const { submissionId } = await pair.bob.api.call('POST /rooms/{roomId}/submit', order);
    await until('it is judged', async () => (await readJudged(submissionId)).passedTestCases > 0);
    const job = await post('python', TAKES_TIME);
    disk.fill('room');
    // What is written last must not fit into what the files have left.
    pair.tabs[0].text().insert(0, 'x'.repeat(9000));
    await hearsLog(server, 'changes are refused until the disk takes them');
    expect(await refusalOf('python')).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' });
    const refused = await refusal(pair.bob.api.call('POST /rooms/{roomId}/submit', order));
    expect(refused).toBe('503 SERVICE_UNAVAILABLE');
    disk.free();
    expect(await endOf(job)).toMatchObject({
      status: 'completed',
      outcome: 'success',
      stdout: 'begun\ndone\n',
    });
    const judged = await until('the verdict is there', async () => {
      const now = await readJudged(submissionId);
      return (now.status === 'completed' || now.status === 'failed') && now;
    });
    expect(judged).toMatchObject({ status: 'completed', verdict: 'accepted' });
    expect(judged.passedTestCases).toBe(judged.totalTestCases);
    expect(rowsOf(disk.data, 'SELECT count(*) AS stored FROM submissions')).toEqual([{ stored: 1 }]);
    await expectWorks('python');
    for (const tab of pair.tabs) await tab.settled();
    expect(`${pair.tabs[1].text()}`).toContain('x'.repeat(9000));
  },
  PATIENCE_MS,
);
