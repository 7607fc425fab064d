import { setTimeout as pause } from 'node:timers/promises';
import type { RunResult, SubmissionResult } from '../../generated/api.ts';
import { type Person, until } from './person.ts';
import { demoProblem } from './solutions.ts';

export type Scene = {
  readonly interviewer: Person;
  readonly candidate: Person;
  /** Tells the audience. */
  readonly say: (line: string) => void;
  /** Why programs cannot be run here; null when they can. */
  readonly noExecution: string | null;
};

const GREETING = 'print("Hello from the jail,", 6 * 7)\n';

async function openRoom({ interviewer, candidate, say }: Scene): Promise<string> {
  const found = await interviewer.api.call('GET /problems', { query: { search: demoProblem.search } });
  const problem = found.data[0];
  if (problem === undefined) throw new Error('the demo problem was not seeded');
  const body = { mode: 'peer', name: 'Demo interview', problemId: problem.id, language: 'python' } as const;
  const room = await interviewer.api.call('POST /rooms', { body });
  const code = room.roomCode ?? '';
  say(
    `${interviewer.name} opens a room for "${problem.title}" (${problem.difficulty}); its invite code is ${code}.`,
  );
  const first = await interviewer.enter(room.roomId, code);
  const second = await candidate.enter(room.roomId, code);
  say(
    `${interviewer.name} is in as ${first.assignedRole}, ${candidate.name} as ${second.assignedRole}; both are connected.`,
  );
  return room.roomId;
}

async function advance(
  { interviewer, say }: Scene,
  roomId: string,
  targetStatus: 'warmup' | 'coding' | 'wrapup' | 'finished',
) {
  await interviewer.api.call('POST /rooms/{roomId}/control/transition', {
    params: { roomId },
    body: { targetStatus },
  });
  say(`${interviewer.name} moves the room to ${targetStatus}.`);
}

/** Both type into one text at the same time; afterwards it is the same for both. */
async function typeTogether({ interviewer, candidate, say }: Scene): Promise<void> {
  const before = candidate.text('python').length;
  await Promise.all([
    interviewer.type('python', '\n# Can you say what the smallest gap would be for one visit only?\n'),
    candidate.type('python', '\n# I would remember the last stop of every floor.\n'),
  ]);
  await until(
    'both see the same text',
    () => `${interviewer.text('python')}` === `${candidate.text('python')}`,
  );
  const typed = candidate.text('python').length - before;
  say(`Both type at once: ${typed} characters later the text is the same on both sides, and on disk.`);
  candidate.connection.sendChat({ text: 'Ready when you are.' });
  await until('the chat message arrives', () =>
    interviewer.messages.some(({ type }) => type === 'chat-message-created'),
  );
  say(`${candidate.name} writes in the chat: "Ready when you are."`);
}

async function run({ candidate, say }: Scene, roomId: string): Promise<void> {
  const body = { language: 'python', code: GREETING, stdin: '', timeoutMs: 5000, memoryMb: 256 } as const;
  const { jobId } = await candidate.api.call('POST /rooms/{roomId}/run', { params: { roomId }, body });
  say(`${candidate.name} runs: ${GREETING.trim()}`);
  say(`  ${describeRun(await awaitRun(candidate, jobId))}`);
}

async function awaitRun({ api }: Person, jobId: string): Promise<RunResult> {
  for (;;) {
    const result = await api.call('GET /execution/{jobId}', { params: { jobId }, query: { waitMs: 20_000 } });
    if (result.status !== 'queued' && result.status !== 'running') return result;
  }
}

function describeRun(result: RunResult): string {
  if (result.status === 'failed') return `it could not be run: ${result.error.message}`;
  if (result.status !== 'completed') return result.status;
  return `${result.outcome} after ${result.durationMs} ms, it printed: ${result.stdout.trim()}`;
}

async function submit({ candidate, say }: Scene, roomId: string, what: string, code: string): Promise<void> {
  const call = { params: { roomId }, body: { language: 'python', code } } as const;
  const { submissionId } = await candidate.api.call('POST /rooms/{roomId}/submit', call);
  say(`${candidate.name} submits ${what}:`);
  let result: SubmissionResult;
  do {
    const query = { waitMs: 20_000 };
    result = await candidate.api.call('GET /submissions/{submissionId}', { params: { submissionId }, query });
  } while (result.status === 'queued' || result.status === 'running');
  const passed = `${result.passedTestCases} of ${result.totalTestCases} cases`;
  say(
    `  ${result.verdict ?? result.error?.message ?? result.status}: ${passed}, ${result.totalDurationMs ?? 0} ms in all`,
  );
}

/** A whole interview, told as it happens. */
export async function playInterview(scene: Scene): Promise<void> {
  const { interviewer, candidate, say, noExecution } = scene;
  for (const person of [interviewer, candidate]) {
    await person.register();
    say(`${person.name} signs up as ${person.signIn.username}.`);
  }
  const roomId = await openRoom(scene);
  await advance(scene, roomId, 'warmup');
  await typeTogether(scene);
  if (noExecution === null) await run(scene, roomId);
  await advance(scene, roomId, 'coding');
  if (noExecution === null) {
    await submit(scene, roomId, 'a solution that overlooks something', demoProblem.wrong());
    await submit(scene, roomId, 'a better one', demoProblem.right());
  } else say(`Nothing is run or judged: ${noExecution}`);
  await advance(scene, roomId, 'wrapup');
  await pause(200);
  await advance(scene, roomId, 'finished');
  await until('the room closes', () => interviewer.connection.state.status === 'ended');
  const room = await candidate.api.call('GET /rooms/{roomId}', { params: { roomId } });
  say(`The room is ${room.status} (${room.endReason}); its record stays.`);
  interviewer.leave();
  candidate.leave();
}
