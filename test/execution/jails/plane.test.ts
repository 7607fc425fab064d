import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDb } from '../../../src/db/open.ts';
import { findCgroup, instanceGroupName } from '../../../src/execution/sandbox/cgroup.ts';
import { createJobQueue } from '../../../src/jobs/queue.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { silentLog as log } from '../../../src/kernel/log.ts';
import { openTestDb } from '../../support/database.ts';
import { describeDrivers } from '../support/drivers.ts';
import { createRunJob } from '../support/jobs.ts';
import { serveAndKill } from '../support/killing.ts';
import { buildJail, openPlaneBench, type PlaneBench } from '../support/plane-bench.ts';
import { checkEnds, queueJobs } from '../support/stored-results.ts';

const python = (code: string) => ({ language: 'python', code, driver: null }) as const;
const isRoot = process.getuid?.() === 0;

async function withBench(
  options: Parameters<typeof openPlaneBench>[0],
  run: (bench: PlaneBench) => Promise<void>,
): Promise<void> {
  const bench = await openPlaneBench(options);
  try {
    await run(bench);
  } finally {
    await bench.close();
  }
}

/** Resolves when a condition holds. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((wake) => setTimeout(wake, 5));
}

/** Processes of this one's whole family whose command line has these words. */
function processesWith(...words: string[]): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return words.every((word) => line.includes(word));
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('the plane', () => {
  it('serves a language as soon as it was tried, others wait', () =>
    withBench({ driver: 'bubblewrap' }, async (bench) => {
      expect(bench.plane.health()).toBe('fail');
      expect(bench.plane.refusal('python')).toBeNull();
      const end = await bench.perform(createRunJob('a', { program: python('print(6 * 7)') }));
      expect(end).toMatchObject({ outcome: 'success', program: { stdout: '42\n' } });
      expect(bench.plane.health()).toBe('ok');
    }));

  it.skipIf(!isRoot)(
    'without a sandbox refuses, tells why, and fails what was accepted (as root: the choice of user ids is what breaks it)',
    () =>
      withBench({ driver: 'bubblewrap', settings: { 'sandbox.uidBase': 65_534 } }, async (bench) => {
        const end = await bench.perform(createRunJob('a', { program: python('print(1)') }));
        expect(end).toMatchObject({
          status: 'failed',
          error: { code: 'EXECUTION_SERVICE_UNAVAILABLE', retryable: true },
        });
        expect(bench.plane.health()).toBe('fail');
        expect(bench.plane.refusal('python')).toContain('cannot be run');
        expect(await bench.plane.ready()).toEqual([expect.stringContaining('65534 belongs to')]);
        expect(bench.plane.languages().every(({ available }) => !available)).toBe(true);
      }),
  );

  it('gives what does not end back to the queue at a stop', () =>
    withBench({ driver: 'bubblewrap' }, async (bench) => {
      const job = createRunJob('a', { program: python('import time\ntime.sleep(100)') });
      await bench.enqueue(job, 'ann');
      await until(() => bench.results.states.get('a') === 'running');
      const stopped = bench.plane.stop(100);
      expect(bench.plane.refusal('python')).toBe('The server is shutting down');
      await stopped;
      expect(bench.results.states.get('a')).toBe('queued');
      expect(bench.results.finished).toEqual([]);
    }));

  it('runs a step again when its supervisor is killed', () =>
    withBench({ driver: 'bubblewrap', settings: { 'sandbox.uidBase': 781_000 } }, async (bench) => {
      const code = 'import time\nprint("marker-of-a-test")\ntime.sleep(1)\n';
      const ended = bench.perform(createRunJob('a', { program: python(code) }));
      await until(() => bench.results.states.get('a') === 'running');
      await until(() => processesWith('/app/main.py').length > 0);
      const supervisors = processesWith('syncode-jail supervise', '--uid 78100');
      expect(supervisors.length).toBeGreaterThan(0);
      for (const pid of supervisors) process.kill(pid, 'SIGKILL');
      expect(await ended).toMatchObject({ outcome: 'success', program: { stdout: 'marker-of-a-test\n' } });
    }));
});

describeDrivers(
  (driver) => `a server with ${driver} that is killed`,
  (driver) => {
    it('ends every job exactly once, and leaves nothing once it has started again', async () => {
      buildJail();
      const test = openTestDb({ mode: 'command' });
      try {
        const { path } = test.db;
        const dataDirectory = join(test.directory, 'data');
        mkdirSync(dataDirectory);
        const cacheDir = join(test.directory, 'cache');
        const queue = createJobQueue({ owner: 'test', clock: systemClock, log, leaseMs: 30_000 });
        const jobs = await queueJobs(test.db, queue, 20);
        await test.db.close();
        const script = join(import.meta.dirname, '../support/plane-child.ts');
        const words = [path, dataDirectory, cacheDir, driver];
        let starts = 0;
        while (!(await serveAndKill(script, words, 100 + Math.random() * 300 + 500 * starts))) {
          expect(++starts).toBeLessThan(30);
        }
        const db = openDb({ path, log, mode: 'command' });
        const { wrong, completed } = checkEnds(db, jobs);
        await db.close();
        expect(wrong).toEqual([]);
        expect(completed).toBeGreaterThan(0);
        expectNoJails(dataDirectory);
      } finally {
        await test.close();
      }
    }, 600_000);
  },
);

/** The last server was killed too: what it left goes with the sweep that every start does. */
function expectNoJails(dataDirectory: string): void {
  const name = instanceGroupName(dataDirectory);
  const cgroup = findCgroup(name);
  if (!cgroup.ok) throw new Error(cgroup.why);
  const { base } = cgroup;
  const directories =
    base.version === 2 ? [base.dir] : [...new Set([base.memory, base.pids, base.cpuacct, base.cpu])];
  const binary = join(import.meta.dirname, '../../../sandbox/build/syncode-jail');
  execFileSync(binary, ['sweep', '--nsjail-uids', '780000-780001', ...directories]);
  for (const directory of directories) {
    expect(readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory())).toEqual(
      [],
    );
    execFileSync('rmdir', [directory]);
    expect(existsSync(directory)).toBe(false);
  }
}
