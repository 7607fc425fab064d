import { ApiError } from '../../src/client/api.ts';
import { readSubmission } from '../interview/support/problems.ts';
import { between, pick } from '../support/random.ts';
import type { Body, Ledger } from './ledger.ts';
import type { Person } from './person.ts';

/** Who runs and submits in which room. */
export type Seat = { readonly person: Person; readonly roomId: string };

export type Workload = {
  /** Accepted and not known to be over. */
  readonly runs: number;
  readonly submissions: number;
  /** A program is known to run. */
  readonly isRunning: boolean;
};

export const RUNS = 5;
export const SUBMISSIONS = 2;
const WAIT_MS = 1000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const isOver = (status: string) => status === 'completed' || status === 'failed';

type Program = { readonly language: 'python' | 'c'; readonly code: string };

/** Programs and how they end, which stands in their first line. */
const programs: readonly ((token: string, seconds: string) => Program)[] = [
  (token) => python('success', token, `print("${token}")`),
  (token, seconds) => python('success', token, `import time\ntime.sleep(${seconds})\nprint("${token}")`),
  (token, seconds) =>
    python('success', token, `import time\nprint("${token}", flush=True)\ntime.sleep(${seconds})`),
  (token) => python('runtime_error', token, `import sys\nprint("${token}")\nsys.exit(3)`),
  (token) => python('compile_error', token, 'def broken(:'),
  (token) => ({
    language: 'c',
    code: `// success ${token}\n#include <stdio.h>\nint main(void) { puts("${token}"); }\n`,
  }),
];

const python = (outcome: string, token: string, code: string): Program => ({
  language: 'python',
  code: `# ${outcome} ${token}\n${code}\n`,
});

/** What the first line of a program says about its end. */
export function expectedEnd(code: string): { end: string; token: string } {
  const [, end = '', token = ''] = /^\S+ (\S+) (\S+)/.exec(code) ?? [];
  return { end, token };
}

/** Keeps so many runs and submissions under way, starting a new one for each that is over; ends with the process. */
export function startWorkload(
  seats: readonly Seat[],
  options: { readonly prefix: string; readonly ledger: Ledger; readonly random: () => number },
): Workload {
  const { prefix, ledger, random } = options;
  const state = { runs: 0, submissions: 0, isRunning: false };
  let count = 0;
  const watchRun = async (person: Person, jobId: string) => {
    for (;;) {
      const query = { waitMs: WAIT_MS };
      const now = await patiently(() =>
        person.api.call('GET /execution/{jobId}', { params: { jobId }, query }),
      );
      state.isRunning ||= now.status === 'running';
      if (isOver(now.status)) return ledger.add({ kind: 'result', id: jobId, body: now as unknown as Body });
    }
  };
  const watchSubmission = async (person: Person, submissionId: string) => {
    for (;;) {
      const query = { waitMs: WAIT_MS };
      const now = await patiently(() =>
        person.api.call('GET /submissions/{submissionId}', { params: { submissionId }, query }),
      );
      state.isRunning ||= now.status === 'running';
      if (isOver(now.status))
        return ledger.add({ kind: 'result', id: submissionId, body: now as unknown as Body });
    }
  };
  const run = async ({ person, roomId }: Seat) => {
    const token = `${prefix}-run-${count++}`;
    const seconds = (between(random, 3, 20) / 10).toFixed(1);
    const body = { ...pick(random, programs)(token, seconds), stdin: '' };
    const started = await person.act('POST /rooms/{roomId}/run', { params: { roomId }, body });
    if (!started) return;
    state.runs++;
    await watchRun(person, started.jobId);
    state.runs--;
  };
  const submit = async ({ person, roomId }: Seat) => {
    const token = `${prefix}-submission-${count++}`;
    const end = pick(random, ['accepted', 'accepted', 'wrong_answer'] as const);
    const code = `# ${end} ${token}\nimport time\ntime.sleep(0.2)\n${readSubmission('samefloor', end)}`;
    const params = { roomId };
    const body = { language: 'python', code } as const;
    const started = await person.act('POST /rooms/{roomId}/submit', { params, body });
    if (!started) return;
    state.submissions++;
    await watchSubmission(person, started.submissionId);
    state.submissions--;
  };
  const repeat = async (seat: Seat, once: (seat: Seat) => Promise<void>) => {
    for (;;) {
      await once(seat);
      // A locked editor refuses both.
      await pause(between(random, 20, 120));
    }
  };
  for (let slot = 0; slot < RUNS; slot++)
    void repeat(seats[slot % seats.length] as Seat, run).catch(endWith(ledger));
  for (let slot = 0; slot < SUBMISSIONS; slot++)
    void repeat(seats[(2 * slot + 1) % seats.length] as Seat, submit).catch(endWith(ledger));
  return state;
}

/** A machine that is too busy says so, and is asked again. */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 503) throw error;
      await pause(200);
    }
  }
}

/** Connections that break are the end of the server; anything else is a fault. */
export function endWith(ledger: Ledger): (error: unknown) => void {
  return (error) => {
    if (error instanceof TypeError && error.message === 'fetch failed') return;
    if (error instanceof TypeError && error.message === 'terminated') return;
    ledger.add({ kind: 'fault', what: error instanceof Error ? `${error.stack}` : String(error) });
  };
}
