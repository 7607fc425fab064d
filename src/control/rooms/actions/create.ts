import type { Tx } from '../../../db/types.ts';
import { write } from '../../../db/write.ts';
import type { Operations, RoomDetail, RoomRole } from '../../../generated/api.ts';
import { invalidFields, QuotaExceeded } from '../../../kernel/errors.ts';
import type { Origin } from '../../../ports/audit.ts';
import type { Caller } from '../../../ports/callers.ts';
import { ProblemNotFound } from '../../problems/index.ts';
import type { RoomDeps } from '../deps.ts';
import { tryConnect } from '../documents.ts';
import { drawFreeCode } from '../invite-codes.ts';
import { findMember, insertMember } from '../queries/members.ts';
import { countHostedRooms, findRoom, insertRoom } from '../queries/rooms.ts';
import { firstHostRole } from '../rules/membership.ts';
import { showRoom } from '../shapes/room.ts';
import type { Member, Room } from '../tables.ts';

type Body = Operations['createRoom']['body'];

export type RoomWish = {
  readonly user: Caller;
  readonly body: Body;
  readonly origin: Origin;
  /** Takes one from the caller's bucket, or throws. */
  readonly spend: () => void;
  /** Stores the answer for a repeated request, in the same transaction. */
  readonly keep: (tx: Tx, detail: RoomDetail) => void;
};

/** Opens a room with the caller as host; without live documents (`collab` null) while the collab plane is down. */
export async function createRoom(deps: RoomDeps, wish: RoomWish): Promise<RoomDetail> {
  const role = chooseRole(wish.body);
  const made = await write(deps.db, (tx) => {
    const { user, body } = wish;
    checkProblem(deps, tx, body.problemId);
    wish.spend();
    checkQuota(deps, tx, user.userId);
    const roomId = insert(deps, tx, wish, role);
    const entered = readBack(tx, roomId, user.userId);
    const detail = showRoom(deps, tx, entered.room, entered.me);
    wish.keep(tx, detail);
    return { ...entered, detail };
  });
  return { ...made.detail, collab: await tryConnect(deps, made.room, made.me, wish.user.sid) };
}

function chooseRole({ mode, hostRole }: Body): RoomRole {
  if (mode === 'ai' && hostRole !== undefined && hostRole !== 'candidate') {
    throw invalidFields({ field: 'hostRole', constraint: 'isIn', value: hostRole });
  }
  return firstHostRole(mode, hostRole);
}

function checkProblem(deps: RoomDeps, tx: Tx, problemId: string | undefined): void {
  if (problemId === undefined || deps.neighbours.problems.isPublished(tx, problemId)) return;
  throw ProblemNotFound();
}

function checkQuota(deps: RoomDeps, tx: Tx, userId: string): void {
  const limit = deps.settings['limits.hostedRooms'];
  const used = countHostedRooms(tx, userId);
  if (limit === 0 || used < limit) return;
  throw QuotaExceeded(
    { quota: 'rooms', used, limit, resetsAt: null },
    { message: 'You host as many unfinished rooms as you may' },
  );
}

function insert(deps: RoomDeps, tx: Tx, { user, body, origin }: RoomWish, role: RoomRole): string {
  const { clock, ids } = deps.kernel;
  const now = clock.now();
  const id = ids.next();
  const { mode, config = {} } = body;
  insertRoom(tx, {
    id,
    roomCode: drawFreeCode(deps, tx, now),
    name: body.name ?? null,
    mode,
    status: 'waiting',
    hostId: user.userId,
    problemId: body.problemId ?? null,
    language: body.language ?? 'python',
    maxParticipants: config.maxParticipants ?? 2,
    maxDurationMin: config.maxDuration ?? 120,
    isPrivate: config.isPrivate ?? true,
    phaseStartedAt: now,
    createdAt: now,
  });
  const { userId } = user;
  const isIn = { role, standing: 'member', isActive: true, joinedAt: now, lastJoinedAt: now } as const;
  insertMember(tx, { roomId: id, userId, ...isIn });
  deps.neighbours.writeAudit(tx, {
    action: 'room.create',
    actorId: userId,
    targetType: 'room',
    targetId: id,
    metadata: { mode },
    origin,
  });
  tx.afterCommit(() => deps.presence.begin(id, userId));
  return id;
}

function readBack(tx: Tx, roomId: string, userId: string): { room: Room; me: Member } {
  const room = findRoom(tx, roomId);
  const me = findMember(tx, roomId, userId);
  if (room === null || me === null) throw new Error('A room that was just stored is not there');
  return { room, me };
}
