import type { Reader, Tx } from '../../db/types.ts';
import { write } from '../../db/write.ts';
import type { AuthorizeJoinRequest, AuthorizeJoinResponse } from '../../generated/api.ts';
import { isoTime } from '../../kernel/clock.ts';
import type { CollabCallbacks } from '../../ports/collab.ts';
import { rightsOf } from './access.ts';
import { dropMember } from './actions/drop.ts';
import { admit } from './changes/admission.ts';
import type { RoomDeps } from './deps.ts';
import { RoomNotFound } from './errors.ts';
import { callName, nameOf } from './names.ts';
import { findMember, listShown } from './queries/members.ts';
import { findRoom } from './queries/rooms.ts';
import { capabilitiesOf } from './rules/capabilities.ts';
import { type Admission, judgeSocket } from './rules/sockets.ts';
import { elapsedMs, limitMs } from './rules/timer.ts';
import { showParticipants, showRecording } from './shapes/participant.ts';
import { SHOWN_PARTICIPANTS } from './shapes/room.ts';
import { takeOverSnapshot } from './snapshots.ts';
import type { Member, Room } from './tables.ts';

type RoomState = NonNullable<AuthorizeJoinResponse['roomState']>;

/** What the collab plane asks about rooms. */
export function createCollabCallbacks(deps: RoomDeps): CollabCallbacks {
  return {
    authorizeJoin: (request) => authorizeJoin(deps, request),
    async userDisconnected({ roomId, userId, at }) {
      if (findRoom(deps.db, roomId) === null) throw RoomNotFound();
      await dropMember(deps, roomId, userId, at);
    },
    snapshotReady: (ready) => takeOverSnapshot(deps, ready),
    participantsHeartbeat(participants) {
      for (const { roomId, userId } of participants) deps.presence.note(roomId, userId);
    },
  };
}

function judge(deps: RoomDeps, reader: Reader, request: AuthorizeJoinRequest): Admission {
  const { roomId, userId, sid, tokenIssuedAt } = request;
  return judgeSocket({
    room: findRoom(reader, roomId),
    member: findMember(reader, roomId, userId),
    login: deps.neighbours.users.loginState(reader, userId, sid),
    tokenIssuedAt: tokenIssuedAt === null ? null : Date.parse(tokenIssuedAt),
    now: deps.kernel.clock.now(),
  });
}

/** Decides on a socket. Who dropped out and still has the seat is active again by opening one. */
async function authorizeJoin(deps: RoomDeps, request: AuthorizeJoinRequest): Promise<AuthorizeJoinResponse> {
  let admission = judge(deps, deps.db, request);
  if (admission.verdict === 'revive') {
    admission = await write(deps.db, (tx) => revive(deps, tx, judge(deps, tx, request)));
  }
  if (admission.verdict === 'denied') return { authorized: false, reason: admission.reason };
  deps.presence.note(request.roomId, request.userId);
  return describe(deps, admission, request.tokenIssuedAt !== null);
}

function revive(deps: RoomDeps, tx: Tx, admission: Admission): Admission {
  if (admission.verdict !== 'revive') return admission;
  const { room, member } = admission;
  const { userId, role } = member;
  admit(deps, tx, room, { userId, role, former: member, now: deps.kernel.clock.now() });
  const present = findRoom(tx, room.id);
  const me = findMember(tx, room.id, userId);
  if (present === null || me === null) throw new Error('Who just came back is not there');
  return { verdict: 'admitted', room: present, member: me };
}

function describe(
  deps: RoomDeps,
  { room, member }: { readonly room: Room; readonly member: Member },
  isWhole: boolean,
): AuthorizeJoinResponse {
  const displayName = callName(nameOf(deps, deps.db, member.userId)).slice(0, 100);
  return {
    authorized: true,
    role: member.role,
    isHost: room.hostId === member.userId,
    displayName,
    capabilities: capabilitiesOf(rightsOf(room, member)),
    roomState: isWhole ? wholeState(deps, room) : smallState(room),
  };
}

function smallState({ status, editorLocked, language }: Room): RoomState {
  return { phase: status, editorLocked, language };
}

function wholeState(deps: RoomDeps, room: Room): RoomState {
  const now = deps.kernel.clock.now();
  const members = listShown(deps.db, room.id, SHOWN_PARTICIPANTS);
  return {
    ...smallState(room),
    lockedBy: room.lockedBy,
    problemId: room.problemId,
    timer: {
      timerPaused: room.pauseCause !== null,
      elapsedMs: elapsedMs(room, now),
      maxDurationMs: limitMs(room),
    },
    participants: showParticipants(deps, deps.db, room.hostId, members),
    recording: showRecording(members),
    serverTime: isoTime(now),
  };
}
