import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { RunEnd, RunJob } from '../../ports/execution.ts';
import type { StepFacts } from '../../ports/steps.ts';
import type { SuiteBench } from './bench.ts';
import { type Attack, parseSuite } from './format.ts';
import type { HostSnapshot } from './host-snapshot.ts';
import { type CaseResult, runSuite, slotsFor } from './run-suite.ts';

const host: HostSnapshot = {
  freeBytes: {},
  jailFiles: [],
  sharedKb: 0,
  kernelKb: 0,
  ipc: [],
  jailProcesses: [],
  zombies: [],
  supervisors: [1],
  coreFiles: [],
  files: {},
  boxes: [],
};

const limits = { wallMs: 2000, cpuMs: 1500, memoryMb: 0.5, pids: 7, outputBytes: 1000 };
const create = (changes: object): Attack => {
  const least = { id: 'one', category: 'x', language: 'c', limits, source: 'source' };
  const [attack] = parseSuite(JSON.stringify([{ ...least, expect: { verdicts: ['OK'] }, ...changes }]));
  if (attack === undefined) throw new Error('no case');
  return attack;
};

function endOf(said: string, changes: Partial<StepFacts> = {}): RunEnd {
  const stdout = Buffer.from(said);
  const facts: StepFacts = {
    exitCode: 0,
    signal: null,
    wallMs: 10,
    cpuMs: 5,
    memoryKb: 2048,
    oomKilled: false,
    killedBy: null,
    stdout,
    stderr: new Uint8Array(),
    stdoutBytes: stdout.length,
    stderrBytes: 0,
    outputMatches: null,
    ...changes,
  };
  const program = {
    exitCode: facts.exitCode,
    signal: facts.signal,
    durationMs: 10,
    cpuTimeMs: 5,
    memoryUsageMb: 2,
    timedOut: false,
    outputTruncated: false,
    stdout: said,
    stderr: '',
    error: null,
  };
  const outcome = facts.exitCode === 0 ? 'success' : 'runtime_error';
  return { status: 'completed', outcome, program, compile: { output: null, durationMs: 1 }, facts };
}

const isCanary = ({ program }: RunJob) => program.language === 'javascript';

/** A bench without jails; canaries do well unless told otherwise. */
function fakeBench(answer: (job: RunJob) => RunEnd | Promise<RunEnd>, isAvailable = true) {
  const jobs: RunJob[] = [];
  const bench: SuiteBench = {
    driver: 'bubblewrap',
    run: async (job) => {
      jobs.push(job);
      return answer(job);
    },
    probe: async (language) => ({
      language,
      available: isAvailable,
      version: null,
      reason: isAvailable ? null : 'it is not installed',
    }),
    close: async () => {},
  };
  return { bench, jobs };
}

async function runOne(
  attack: Attack,
  answer: (job: RunJob) => RunEnd | Promise<RunEnd>,
  isAvailable = true,
): Promise<{ result: CaseResult; jobs: RunJob[] }> {
  const { bench, jobs } = fakeBench(answer, isAvailable);
  const options = { attacks: [attack], times: 1, jobs: 1, onCase: () => {} };
  const [result] = await runSuite({ bench, look: () => host }, options);
  if (result === undefined) throw new Error('no result');
  return { result, jobs };
}

const well = (job: RunJob) => endOf(isCanary(job) ? `alive ${job.stdin}` : 'DONE');

describe('running a suite', () => {
  it('limits are passed on to the letter, and all of the output is asked for', async () => {
    const { result, jobs } = await runOne(create({}), well);
    expect(result).toMatchObject({ holds: true, verdicts: ['OK'], wallMs: 10, cpuMs: 5, peakMemoryMb: 2 });
    expect(jobs).toHaveLength(1);
    expect(jobs[0]?.exact).toEqual({
      limits: { wallMs: 2000, cpuMs: 1500, memoryKb: 512, outputBytes: 1000, processes: 7 },
      keep: { stdoutHeadBytes: 1000, stderrTailBytes: 1000 },
    });
  });

  it('every run of repeat and parallel must hold', async () => {
    let runs = 0;
    const attack = create({ repeat: 3, parallel: 4, expect: { verdicts: ['OK'], mustContain: ['DONE'] } });
    const { result, jobs } = await runOne(attack, () => endOf(++runs === 11 ? 'other' : 'DONE'));
    expect(jobs).toHaveLength(12);
    expect(result).toMatchObject({ holds: false, problems: ['stdout lacks "DONE"'] });
  });

  it('a signal is told by its number, without an exit code; SIGSYS is a verdict of its own', async () => {
    const attack = create({ expect: { verdicts: ['SV'], signal: 31, exitCode: null } });
    const { result } = await runOne(attack, () => endOf('', { exitCode: 128 + 31, signal: 'SIGSYS' }));
    expect(result).toMatchObject({ holds: true, verdicts: ['SV'] });
  });

  it('a platform that fails is no outcome', async () => {
    const error = { code: 'INTERNAL_ERROR', message: 'no jail', retryable: true } as const;
    const { result } = await runOne(create({}), () => ({ status: 'failed', error }));
    expect(result.problems).toEqual(['the verdict is none (INTERNAL_ERROR: no jail), not OK']);
  });

  it('a language that is missing does not hold', async () => {
    const { result } = await runOne(create({}), well, false);
    expect(result).toMatchObject({ holds: false, problems: ['c is not available: it is not installed'] });
  });

  it('canaryOk: a harmless program beside the attack can do badly', async () => {
    const attack = create({ expect: { verdicts: ['OK'], hostChecks: ['canaryOk'] } });
    expect((await runOne(attack, well)).result.holds).toBe(true);
    const ill = await runOne(attack, (job) => endOf(isCanary(job) ? 'wrong' : 'DONE'));
    expect(ill.result.problems).toEqual([
      'canaryOk: a harmless program ended with success: its output is wrong',
    ]);
  });

  it.each(['nextRunOk', 'workerAlive'])('%s: a run afterwards can do badly', async (name) => {
    const attack = create({ parallel: 2, expect: { verdicts: ['OK'], hostChecks: [name] } });
    const healthy = await runOne(attack, well);
    expect(healthy.result.holds).toBe(true);
    expect(healthy.jobs.filter(isCanary)).toHaveLength(3);
    const error = { code: 'INTERNAL_ERROR', message: 'no jail', retryable: true } as const;
    const ill = await runOne(attack, (job) => (isCanary(job) ? { status: 'failed', error } : endOf('')));
    expect(ill.result.problems).toEqual(['nextRunOk: a harmless program was not run: no jail']);
  });

  it('listeners of the host are offered, and reaching one is a failure whatever the program prints', async () => {
    const stdin = '{{CANARY_TCP_PORT}} {{CANARY_ABSTRACT}}';
    const attack = create({ stdin, harness: ['tcpCanary', 'abstractCanary'] });
    const reach = (where: (stdin: string) => object) => async (job: RunJob) => {
      const socket = connect(where(job.stdin) as never);
      await new Promise((resolve) => socket.once('close', resolve).resume());
      return endOf('');
    };
    const word = (text: string, at: number) => text.split(' ')[at] ?? '';
    expect((await runOne(attack, () => endOf(''))).result.holds).toBe(true);
    for (const where of [
      (text: string) => ({ port: Number(word(text, 0)), host: '127.0.0.1' }),
      (text: string) => ({ path: `\0${word(text, 1)}` }),
    ]) {
      const { result } = await runOne(attack, reach(where));
      expect(result.problems).toEqual(['a listener on the host was reached']);
    }
  });

  it('cases that allow it run at the same time, the others have the host for themselves', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const plain = names.map((id) => create({ id }));
    const alone = create({ id: 'alone', expect: { verdicts: ['OK'], hostChecks: ['noSurvivors'] } });
    let [now, most, mostBesideAlone] = [0, 0, 0];
    const { bench } = fakeBench(async (job) => {
      most = Math.max(most, ++now);
      if (job.program.code === 'alone') mostBesideAlone = Math.max(mostBesideAlone, now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return endOf('');
    });
    const attacks = [{ ...alone, source: 'alone' }, ...plain];
    const seen: string[] = [];
    const onCase = ({ id, round }: CaseResult) => void seen.push(`${id}${round}`);
    const results = await runSuite({ bench, look: () => host }, { attacks, times: 2, jobs: 2, onCase });
    expect(results).toHaveLength(10);
    expect(seen.slice(0, 4).sort()).toEqual(['a1', 'b1', 'c1', 'd1']);
    expect(seen[4]).toBe('alone1');
    expect(seen[9]).toBe('alone2');
    expect({ most, mostBesideAlone }).toEqual({ most: 2, mostBesideAlone: 1 });
  });

  it('there is a jail for every run at a time, and one for a canary', () => {
    expect(slotsFor([create({}), create({ parallel: 16 })], 2)).toBe(17);
    expect(slotsFor([create({})], 4)).toBe(5);
  });
});
