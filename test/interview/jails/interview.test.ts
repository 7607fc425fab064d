import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SupportedLanguage } from '../../../src/generated/api.ts';
import { type Guest, refusal, type Tab } from '../support/guest.ts';
import { readSubmission } from '../support/problems.ts';
import { openRoom, openStage, type Stage } from '../support/stage.ts';
import { until, waitUpTo } from '../support/wait.ts';

/** One interview from sign-up to record; each step builds on the one before, so the first failure is the one to read. */
let stage: Stage;
let ada: Guest;
let bob: Guest;
let adas: Tab;
let bobs: Tab;
let roomId: string;
let problemId: string;
const jobs = { run: '', wrong: '', right: '' };

const both = () => [adas, bobs];
const bothHear = (type: string, facts: Record<string, unknown> = {}) =>
  Promise.all(both().map((tab) => tab.hears(type, facts)));
const bothShow = (text: string, language: SupportedLanguage = 'python') =>
  until(`both show ${JSON.stringify(text)}`, () => both().every((tab) => `${tab.text(language)}` === text));
const params = () => ({ params: { roomId } });

async function findProblem(search: string) {
  const { data } = await ada.api.call('GET /problems', { query: { search } });
  const [found] = data;
  if (!found) throw new Error(`there is no problem ${search}`);
  const problem = await ada.api.call('GET /problems/{problemId}', { params: { problemId: found.id } });
  if (!problem) throw new Error(`${search} cannot be read`);
  return problem;
}

beforeAll(async () => {
  waitUpTo(100_000);
  stage = await openStage({
    planes: ['collab', 'execution'],
    settings: { 'sandbox.uidBase': 790_000, 'execution.workers': 2 },
  });
  await stage.operate('seed', { force: false });
});
afterAll(() => stage.close());

it('sign-up, a room with a problem, and joining by its code', async () => {
  ada = await stage.guest('ada');
  bob = await stage.guest('bob');
  const problem = await findProblem('Same Floor');
  problemId = problem.id;
  const room = await openRoom(ada, { name: 'First interview', problemId, language: 'python' });
  roomId = room.roomId;
  const preview = await bob.api.call('GET /rooms/lookup/{roomCode}', {
    params: { roomCode: room.roomCode ?? '' },
  });
  expect(preview).toMatchObject({ roomId, name: 'First interview' });
  adas = await ada.enter(room);
  bobs = await bob.enter(room);
  await adas.hears('participant-joined', { role: 'candidate', isHost: false, rejoined: false });
  const state = await bobs.hears('room-state');
  expect(state).toMatchObject({ phase: 'waiting', problemId, language: 'python', editorLocked: false });
  const starters = problem.starterCode ?? {};
  expect(Object.keys(starters).length).toBeGreaterThan(5);
  for (const [language, starter] of Object.entries(starters))
    await bothShow(`${starter}`, language as SupportedLanguage);
});

it('both type at once, chat with a reaction, and see who has read what', async () => {
  const before = adas.text().length;
  await Promise.all([
    adas.type('\n# What about one visit only?\n'),
    bobs.type('\n# I keep the last stop.\n'),
  ]);
  await until('equal', () => `${adas.text()}` === `${bobs.text()}`);
  expect(await stage.code(roomId)).toBe(`${adas.text()}`);
  expect(adas.text().length - before).toBe(
    '\n# What about one visit only?\n\n# I keep the last stop.\n'.length,
  );

  const clientMessageId = bobs.connection.sendChat({ text: 'Ready when you are.' });
  const [heard] = await bothHear('chat-message-created', { clientMessageId });
  const message = heard?.message as { messageId: string };
  expect(heard?.message).toMatchObject({ text: 'Ready when you are.', userId: bob.userId });
  adas.connection.send('chat-react-toggle', { messageId: message.messageId, emoji: '👍' });
  const [reaction] = await bothHear('chat-reaction-updated', { messageId: message.messageId });
  expect(reaction?.reactions).toEqual([expect.objectContaining({ emoji: '👍' })]);
  adas.connection.send('chat-mark-read', {});
  await bothHear('chat-read-updated', { userId: ada.userId });
});

it('warm-up: a session begins, and a run is seen by both', async () => {
  const body = { language: 'python', code: 'print("Hello,", input())', stdin: 'jail\n' } as const;
  expect(await refusal(bob.api.call('POST /rooms/{roomId}/run', { ...params(), body }))).toBe(
    '409 ROOM_INVALID_STATE',
  );
  const moved = await ada.advance(roomId, 'warmup');
  expect(moved.sessionId).not.toBeNull();
  await bothHear('phase-change', {
    phase: 'warmup',
    previousPhase: 'waiting',
    sessionId: moved.sessionId,
    changedBy: ada.userId,
    reason: 'manual',
  });
  const { jobId } = await bob.api.call('POST /rooms/{roomId}/run', { ...params(), body });
  jobs.run = jobId;
  await bothHear('run-started', { jobId, userId: bob.userId, language: 'python' });
  const [ended] = await bothHear('run-completed', { jobId });
  expect(ended).toMatchObject({ userId: bob.userId, status: 'completed', outcome: 'success' });
  const seen = await ada.api.call('GET /execution/{jobId}', { params: { jobId } });
  expect(seen).toMatchObject({ status: 'completed', stdout: 'Hello, jail\n', exitCode: 0 });
  const submit = { ...params(), body: { language: 'python', code: 'print(1)' } as const };
  expect(await refusal(bob.api.call('POST /rooms/{roomId}/submit', submit))).toBe('409 ROOM_INVALID_STATE');
});

async function submit(code: string) {
  const { submissionId } = await bob.api.call('POST /rooms/{roomId}/submit', {
    ...params(),
    body: { language: 'python', code },
  });
  const [started] = await bothHear('submission-started', { submissionId });
  expect(started).toMatchObject({ userId: bob.userId, language: 'python' });
  const [ended] = await bothHear('submission-completed', { submissionId });
  return { submissionId, started, ended };
}

it('coding: a wrong and a right submission, counted by the timer that can be paused', async () => {
  await ada.advance(roomId, 'coding');
  await bothHear('phase-change', { phase: 'coding', previousPhase: 'warmup', editorLocked: false });
  const wrong = await submit(readSubmission('samefloor', 'wrong_answer'));
  jobs.wrong = wrong.submissionId;
  expect(wrong.ended).toMatchObject({ status: 'completed', verdict: 'wrong_answer' });

  await ada.api.call('POST /rooms/{roomId}/control/pause-timer', params());
  const [paused] = await bothHear('timer-change', { timerPaused: true, changedBy: ada.userId });
  expect(paused?.elapsedMs).toBeGreaterThan(0);
  expect(await refusal(bob.api.call('POST /rooms/{roomId}/control/resume-timer', params()))).toBe(
    '403 ROOM_PERMISSION_DENIED',
  );
  await ada.api.call('POST /rooms/{roomId}/control/resume-timer', params());
  await bothHear('timer-change', { timerPaused: false, elapsedMs: paused?.elapsedMs });

  const right = await submit(readSubmission('samefloor', 'accepted'));
  jobs.right = right.submissionId;
  const total = right.started?.totalTestCases;
  expect(right.ended).toMatchObject({ verdict: 'accepted', passedTestCases: total, totalTestCases: total });
  const result = await bob.api.call('GET /submissions/{submissionId}', {
    params: { submissionId: right.submissionId },
  });
  expect(result).toMatchObject({ status: 'completed', verdict: 'accepted', passedTestCases: total });
});

it('a role swap changes the rights on the connections that are open', async () => {
  const lock = (who: Guest) => who.api.call('POST /rooms/{roomId}/control/lock-editor', params());
  expect(await refusal(lock(bob))).toBe('403 ROOM_PERMISSION_DENIED');
  const { requestId } = await ada.api.call('POST /rooms/{roomId}/control/role-swap', params());
  await bothHear('role-swap-requested', { requestId, status: 'pending' });
  await bob.api.call('POST /rooms/{roomId}/control/role-swap/{requestId}/respond', {
    params: { roomId, requestId },
    body: { accept: true },
  });
  await bothHear('role-swap-resolved', { requestId, status: 'accepted' });
  await bobs.hears('access-changed', { role: 'interviewer', isHost: false, reason: 'role' });
  await adas.hears('access-changed', { role: 'candidate', isHost: true, reason: 'role' });
  await lock(bob);
  await bothHear('editor-lock', { locked: true, lockedBy: bob.userId });
  expect(both().map(({ connection }) => connection.canEdit('code'))).toEqual([false, false]);
  await bob.api.call('POST /rooms/{roomId}/control/unlock-editor', params());
  await bothHear('editor-lock', { locked: false });
  await until('both may type', () => both().every(({ connection }) => connection.canEdit('code')));
  bobs.connection.setPresence({ typing: true });
  const presence = () => [...(adas.connection.awareness('code')?.getStates().values() ?? [])];
  await until('presence shows it', () =>
    presence().some(
      ({ user, typing }) => user?.id === bob.userId && user.role === 'interviewer' && typing === true,
    ),
  );
  expect(both().flatMap(({ closes }) => closes)).toEqual([]);
});

it('another problem replaces the text of every language, and the language can be switched', async () => {
  const next = await findProblem('Fire Drill');
  await ada.api.call('PUT /rooms/{roomId}/control/problem', {
    ...params(),
    body: { problemId: next.id, resetCode: true },
  });
  await bothHear('problem-change', {
    problemId: next.id,
    problemTitle: next.title,
    codeReset: true,
    changedBy: ada.userId,
  });
  for (const [language, starter] of Object.entries(next.starterCode ?? {}))
    await bothShow(`${starter}`, language as SupportedLanguage);

  await bob.api.call('PATCH /rooms/{roomId}/control/settings', { ...params(), body: { language: 'go' } });
  await bothHear('language-change', { language: 'go', changedBy: bob.userId });
  await bobs.type('\n// in Go now\n', 'go');
  await bothShow(`${next.starterCode?.go}\n// in Go now\n`, 'go');
  expect(await stage.code(roomId, 'go')).toContain('// in Go now');
  await bothShow(`${next.starterCode?.python}`);
});

it('wrap-up locks the editor: what is typed all the same is refused with 4014 and gone with the old copy', async () => {
  const before = await stage.code(roomId, 'go');
  await bob.advance(roomId, 'wrapup');
  await bothHear('phase-change', { phase: 'wrapup', editorLocked: true, changedBy: bob.userId });
  await bothHear('editor-lock', { locked: true, lockedBy: null });
  await until('nobody may type', () => both().every(({ connection }) => !connection.canEdit('code')));
  bobs.text('go').insert(0, '// too late\n');
  expect((await bobs.closed(4014)).reason).toBe('stale:code');
  await bobs.hears('write-rejected', { document: 'code', reason: 'locked' });
  await until('a fresh copy', () => bobs.renewed.includes('code'));
  await bobs.settled();
  await bothShow(before, 'go');
  expect(await stage.code(roomId, 'go')).toBe(before);
  const body = { language: 'python', code: 'print(1)', stdin: '' } as const;
  expect(await refusal(bob.api.call('POST /rooms/{roomId}/run', { ...params(), body }))).toBe(
    '409 ROOM_EDITOR_LOCKED',
  );
  bobs.connection.sendChat({ text: 'Thank you!' });
  await until('the thanks arrive', () =>
    adas
      .heard('chat-message-created')
      .some(({ message }) => (message as { text: string }).text === 'Thank you!'),
  );
});

it('the end closes the sockets with 4003, and the room is read as finished', async () => {
  await ada.advance(roomId, 'finished');
  await bothHear('phase-change', { phase: 'finished', previousPhase: 'wrapup' });
  await bothHear('room-closed', { reason: 'completed' });
  for (const tab of both()) {
    await tab.ended('room-closed');
    expect(tab.closes.at(-1)).toEqual({ code: 4003, reason: 'completed' });
  }
  const room = await bob.api.call('GET /rooms/{roomId}', params());
  expect([room.status, room.endReason, room.roomCode, room.collab]).toEqual([
    'finished',
    'completed',
    null,
    null,
  ]);
});

it('the record: a closed session with both in their last roles, and everything in its order', () => {
  const [session] = stage.rows('SELECT * FROM sessions WHERE room_id = ?', roomId);
  expect(session).toMatchObject({ end_reason: 'completed', language: 'go', mode: 'peer' });
  expect(session?.finished_at).toBeGreaterThan(Number(session?.started_at));
  expect(session?.coding_ms).toBeGreaterThan(0);
  const participants = stage.rows(
    'SELECT user_id, role, was_interviewer, was_candidate FROM session_participants WHERE session_id = ?',
    session?.id,
  );
  const roles = { was_interviewer: 1, was_candidate: 1 };
  expect(new Set(participants)).toEqual(
    new Set([
      { user_id: ada.userId, role: 'candidate', ...roles },
      { user_id: bob.userId, role: 'interviewer', ...roles },
    ]),
  );
  // Snapshots arrive when they do.
  const timeline = stage.timeline(roomId).filter(({ type }) => type !== 'snapshot_captured');
  expect(timeline.map(({ type, userId }) => `${type} ${nameOf(userId)}`)).toEqual([
    'session_started ada',
    'phase_changed ada',
    'run_completed bob',
    'phase_changed ada',
    'submission_completed bob',
    'timer_paused ada',
    'timer_resumed ada',
    'submission_completed bob',
    'role_swapped bob',
    'editor_locked bob',
    'editor_unlocked bob',
    'problem_selected ada',
    'language_changed bob',
    'phase_changed bob',
    'editor_locked bob',
    'phase_changed ada',
    'session_finished ada',
  ]);
  const facts = (type: string) => timeline.filter((event) => event.type === type).map((event) => event.facts);
  expect(facts('run_completed')).toEqual([
    expect.objectContaining({ jobId: jobs.run, status: 'completed', outcome: 'success' }),
  ]);
  expect(facts('submission_completed')).toEqual([
    expect.objectContaining({ submissionId: jobs.wrong, problemId, verdict: 'wrong_answer' }),
    expect.objectContaining({ submissionId: jobs.right, problemId, verdict: 'accepted' }),
  ]);
  expect(facts('role_swapped')).toEqual([
    expect.objectContaining({ interviewerId: bob.userId, candidateId: ada.userId }),
  ]);
  expect(stage.rows('SELECT * FROM jobs')).toEqual([]);
});

function nameOf(userId: string | null): string {
  return [ada, bob].find((guest) => guest.userId === userId)?.name ?? '-';
}
