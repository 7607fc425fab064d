import type { Reader, Tx } from '../../../db/types.ts';
import { write } from '../../../db/write.ts';
import type { JoinRoomResponse, Operations } from '../../../generated/api.ts';
import type { Caller } from '../../../ports/callers.ts';
import { admit, hasBeenIn } from '../changes/admission.ts';
import type { RoomDeps } from '../deps.ts';
import { connect, openDocuments } from '../documents.ts';
import { RoomNotFound } from '../errors.ts';
import { findMember, listSeated } from '../queries/members.ts';
import { findRoom } from '../queries/rooms.ts';
import { type Assignment, judgeJoin } from '../rules/membership.ts';
import { showRoom } from '../shapes/room.ts';
import type { Member, Room } from '../tables.ts';

export type JoinRequest = {
  readonly user: Caller;
  readonly roomId: string;
  readonly body: NonNullable<Operations['joinRoom']['body']>;
};

/**
 * Makes the caller active in the room, or finds that nothing changes, and gives what is needed to connect. The documents
 * are opened first: when that fails nothing is stored.
 */
export async function joinRoom(deps: RoomDeps, request: JoinRequest): Promise<JoinRoomResponse> {
  const { room } = judge(deps, deps.db, request);
  await openDocuments(deps, room);
  const joined = await write(deps.db, (tx) => store(deps, tx, request));
  const collab = await connect(deps, joined.me, request.user.sid);
  const { detail, me, assignmentReason, rejoined } = joined;
  return {
    room: { ...detail, collab },
    assignedRole: me.role,
    requestedRole: request.body.requestedRole ?? null,
    assignmentReason,
    rejoined,
    collab,
  };
}

type Judged = {
  readonly room: Room;
  readonly former: Member | null;
  /** Null for who is in already. */
  readonly assignment: Assignment | null;
};

function judge(deps: RoomDeps, reader: Reader, { user, roomId, body }: JoinRequest): Judged {
  const now = deps.kernel.clock.now();
  const room = findRoom(reader, roomId);
  if (room === null) throw RoomNotFound();
  const former = findMember(reader, roomId, user.userId);
  const { roomCode, requestedRole } = body;
  const wish = { userId: user.userId, roomCode, requestedRole };
  return { room, former, assignment: judgeJoin(room, former, wish, listSeated(reader, roomId, now), now) };
}

function store(deps: RoomDeps, tx: Tx, request: JoinRequest) {
  const { room, former, assignment } = judge(deps, tx, request);
  const { userId } = request.user;
  if (assignment !== null) {
    admit(deps, tx, room, { userId, role: assignment.role, former, now: deps.kernel.clock.now() });
  } else {
    deps.presence.note(room.id, userId);
  }
  const present = findRoom(tx, room.id);
  const me = findMember(tx, room.id, userId);
  if (present === null || me === null) throw new Error('Who just joined is not there');
  return {
    me,
    detail: showRoom(deps, tx, present, me),
    assignmentReason: assignment?.reason ?? ('retained' as const),
    rejoined: hasBeenIn(former),
  };
}
