import { type Binding, type Client, operation } from '../../http/operation.ts';
import type { Origin } from '../../ports/audit.ts';
import { advancePhase } from './actions/advance.ts';
import { createRoom } from './actions/create.ts';
import { destroyRoom } from './actions/destroy.ts';
import { joinRoom } from './actions/join.ts';
import { kickParticipant } from './actions/kick.ts';
import { leaveRoom } from './actions/leave.ts';
import { setEditorLock } from './actions/lock.ts';
import { pageParticipants, pageRooms, previewRoom, readActiveRoom, readDetail } from './actions/read.ts';
import { requestSwap } from './actions/request-swap.ts';
import { respondToSwap } from './actions/respond-swap.ts';
import { selectProblem } from './actions/select-problem.ts';
import { setTimerPaused } from './actions/timer.ts';
import { updateParticipant } from './actions/update-participant.ts';
import { updateSettings } from './actions/update-settings.ts';
import type { RoomDeps } from './deps.ts';
import { swapPhases } from './rules/swaps.ts';

const originOf = ({ address, requestId }: Client): Origin => ({ ip: address, requestId });
const sessionPhases = ['waiting', 'warmup', 'coding'] as const;

/** Operations of rooms, participants and control. */
export function roomRoutes(deps: RoomDeps): Binding[] {
  return [...lifeRoutes(deps), ...participantRoutes(deps), ...controlRoutes(deps), ...swapRoutes(deps)];
}

function lifeRoutes(deps: RoomDeps): Binding[] {
  return [
    operation('createRoom', { limit: 'createRoom' }, async ({ user, body, client, spend, keep, answer }) => {
      const room = await createRoom(deps, {
        user,
        body,
        origin: originOf(client),
        spend: () => spend(),
        keep: (tx, made) => void keep(tx, answer(201, made, { Location: `/rooms/${made.roomId}` })),
      });
      return answer(201, room, { Location: `/rooms/${room.roomId}` });
    }),
    operation('listRooms', {}, ({ user, query, answer }) => answer(200, pageRooms(deps, user.userId, query))),
    operation('lookupRoom', {}, ({ user, params, answer }) =>
      answer(200, previewRoom(deps, params.roomCode, user.userId)),
    ),
    operation('getRoom', {}, async ({ room, user, answer }) =>
      answer(200, await readDetail(deps, room, user.sid)),
    ),
    operation('joinRoom', {}, async ({ user, params, body = {}, answer }) =>
      answer(200, await joinRoom(deps, { user, roomId: params.roomId, body })),
    ),
    operation('leaveRoom', { presence: 'former' }, async ({ room, answer }) => {
      await leaveRoom(deps, room);
      return answer(204);
    }),
    operation('destroyRoom', { awayHost: true, unfinished: true }, async ({ room, client, answer }) =>
      answer(200, await destroyRoom(deps, room, originOf(client))),
    ),
    operation('getMyActiveRoom', {}, ({ user, answer }) => answer(200, readActiveRoom(deps, user.userId))),
  ];
}

function participantRoutes(deps: RoomDeps): Binding[] {
  return [
    operation('listParticipants', {}, ({ room, query, answer }) =>
      answer(200, pageParticipants(deps, room, query)),
    ),
    operation('updateParticipant', { rights: 'byAction' }, async ({ room, params, body, answer }) =>
      answer(200, await updateParticipant(deps, room, params.userId, body)),
    ),
    operation('kickParticipant', { unfinished: true }, async ({ room, params, query, client, answer }) => {
      const kick = { userId: params.userId, ban: query.ban, origin: originOf(client) };
      await kickParticipant(deps, room, kick);
      return answer(204);
    }),
  ];
}

function controlRoutes(deps: RoomDeps): Binding[] {
  return [
    operation('advanceRoomPhase', { awayHost: true, unfinished: true }, async ({ room, body, answer }) =>
      answer(200, await advancePhase(deps, room, body.targetStatus)),
    ),
    operation('selectProblem', { phases: sessionPhases }, async ({ room, body, user, answer }) =>
      answer(200, await selectProblem(deps, room, body, user.sid)),
    ),
    operation('updateRoomSettings', { rights: 'byAction' }, async ({ room, body, user, answer }) =>
      answer(200, await updateSettings(deps, room, body, user.sid)),
    ),
    operation('lockRoomEditor', { unfinished: true }, async ({ room, answer }) =>
      answer(200, await setEditorLock(deps, room, true)),
    ),
    operation('unlockRoomEditor', { unfinished: true }, async ({ room, answer }) =>
      answer(200, await setEditorLock(deps, room, false)),
    ),
    operation('pauseRoomTimer', { phases: ['coding'] }, async ({ room, answer }) =>
      answer(200, await setTimerPaused(deps, room, true)),
    ),
    operation('resumeRoomTimer', { phases: ['coding'] }, async ({ room, answer }) =>
      answer(200, await setTimerPaused(deps, room, false)),
    ),
  ];
}

function swapRoutes(deps: RoomDeps): Binding[] {
  return [
    operation(
      'requestRoleSwap',
      { roles: ['interviewer', 'candidate'], mode: 'peer', phases: swapPhases },
      ({ room, keep, answer }) => requestSwap(deps, room, (tx, swap) => keep(tx, answer(201, swap))),
    ),
    operation('respondToRoleSwap', { unfinished: true }, async ({ room, params, body, answer }) =>
      answer(200, await respondToSwap(deps, room, params.requestId, body.accept)),
    ),
  ];
}
