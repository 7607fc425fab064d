import type { Tx } from '../../../db/types.ts';
import type { Operations, RoomDetail } from '../../../generated/api.ts';
import type { RoomScope } from '../../../ports/room-access.ts';
import { ProblemNotFound } from '../../problems/index.ts';
import { followRoom } from '../../sessions/index.ts';
import { changeRoom, type Entered } from '../access.ts';
import { note, push } from '../announce.ts';
import { enqueueDocuments } from '../chores.ts';
import type { RoomDeps } from '../deps.ts';
import { RoomInvalidState } from '../errors.ts';
import { updateRoom } from '../queries/rooms.ts';
import { readDetail } from './read.ts';

type Choice = Operations['selectProblem']['body'];

/** Chooses the room's problem, or in waiting none; the shared texts follow as a chore unless they are to stay. */
export async function selectProblem(
  deps: RoomDeps,
  scope: RoomScope,
  choice: Choice,
  sid: string,
): Promise<RoomDetail> {
  await changeRoom(deps, scope, (tx, entered) => {
    if (entered.room.problemId === choice.problemId) return;
    check(deps, tx, entered, choice.problemId);
    store(deps, tx, entered, choice);
  });
  return readDetail(deps, scope, sid);
}

function check(deps: RoomDeps, tx: Tx, { room }: Entered, problemId: string | null): void {
  if (problemId === null) {
    if (room.status === 'waiting') return;
    throw RoomInvalidState({ currentStatus: room.status, allowed: ['waiting'], field: 'problemId' });
  }
  if (!deps.neighbours.problems.isPublished(tx, problemId)) throw ProblemNotFound();
}

function store(deps: RoomDeps, tx: Tx, { room, me }: Entered, choice: Choice): void {
  const { problemId, resetCode: codeReset } = choice;
  updateRoom(tx, room.id, { problemId });
  if (room.sessionId !== null) followRoom(tx, room.sessionId, { problemId });
  if (codeReset) enqueueDocuments(deps, tx, room.id, { task: 'replace', problemId });
  note(deps, tx, room, 'problem_selected', {
    userId: me.userId,
    at: deps.kernel.clock.now(),
    metadata: { fromProblemId: room.problemId, problemId, codeReset },
  });
  const titles = deps.neighbours.problems.titles(tx, problemId === null ? [] : [problemId]);
  const problemTitle = problemId === null ? null : (titles.get(problemId)?.title ?? null);
  push(deps, tx, room.id, 'problem-change', { problemId, problemTitle, codeReset, changedBy: me.userId });
}
