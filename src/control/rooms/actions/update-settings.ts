import type { Tx } from '../../../db/types.ts';
import type { RoomDetail } from '../../../generated/api.ts';
import type { RoomScope } from '../../../ports/room-access.ts';
import { followRoom } from '../../sessions/index.ts';
import { changeRoom, type Entered, withRules } from '../access.ts';
import { note, push } from '../announce.ts';
import { handOver } from '../changes/handover.ts';
import type { RoomDeps } from '../deps.ts';
import { ParticipantCannotTransferOwnership, ParticipantNotFound } from '../errors.ts';
import { drawFreeCode } from '../invite-codes.ts';
import { findMember, listSeated } from '../queries/members.ts';
import { updateRoom } from '../queries/rooms.ts';
import {
  checkMaxDuration,
  checkMaxParticipants,
  type SettingsChange,
  settingsCapability,
} from '../rules/settings.ts';
import { showConfig } from '../shapes/room.ts';
import type { Room } from '../tables.ts';
import { readDetail } from './read.ts';

/** Changes settings, language, invite code and ownership, all that is named or nothing. */
export async function updateSettings(
  deps: RoomDeps,
  scope: RoomScope,
  change: SettingsChange,
  sid: string,
): Promise<RoomDetail> {
  const capability = settingsCapability(change);
  const rules = { presence: 'active', capability, unfinished: true } as const;
  await changeRoom(deps, withRules(scope, rules), (tx, entered) => {
    check(deps, tx, entered, change);
    storeSettings(deps, tx, entered, change);
    storeLanguage(deps, tx, entered, change.language);
    if (change.hostId !== undefined) handOver(deps, tx, entered.room, change.hostId, 'handover');
  });
  return readDetail(deps, scope, sid);
}

function check(deps: RoomDeps, tx: Tx, { room, me }: Entered, { config = {}, hostId }: SettingsChange): void {
  const now = deps.kernel.clock.now();
  if (config.maxParticipants !== undefined) {
    checkMaxParticipants(room, config.maxParticipants, listSeated(tx, room.id, now), now);
  }
  if (config.maxDuration !== undefined) checkMaxDuration(room, config.maxDuration, now);
  if (hostId === undefined) return;
  const heir = findMember(tx, room.id, hostId);
  if (heir === null || heir.standing === 'banned') throw ParticipantNotFound();
  if (!heir.isActive || hostId === me.userId) throw ParticipantCannotTransferOwnership();
}

function storeSettings(deps: RoomDeps, tx: Tx, { room, me }: Entered, change: SettingsChange): void {
  const { config = {}, regenerateRoomCode: roomCodeChanged = false } = change;
  const wanted: Room = {
    ...room,
    name: change.name === undefined ? room.name : change.name,
    maxParticipants: config.maxParticipants ?? room.maxParticipants,
    maxDurationMin: config.maxDuration ?? room.maxDurationMin,
    isPrivate: config.isPrivate ?? room.isPrivate,
  };
  const { name, maxParticipants, maxDurationMin, isPrivate } = wanted;
  const isSame =
    name === room.name &&
    maxParticipants === room.maxParticipants &&
    maxDurationMin === room.maxDurationMin &&
    isPrivate === room.isPrivate;
  if (isSame && !roomCodeChanged) return;
  updateRoom(tx, room.id, { name, maxParticipants, maxDurationMin, isPrivate });
  if (roomCodeChanged) {
    updateRoom(tx, room.id, { roomCode: drawFreeCode(deps, tx, deps.kernel.clock.now()) });
  }
  const shown = { name, config: showConfig(wanted), roomCodeChanged, changedBy: me.userId };
  push(deps, tx, room.id, 'settings-change', shown);
}

function storeLanguage(
  deps: RoomDeps,
  tx: Tx,
  { room, me }: Entered,
  language: Room['language'] | undefined,
): void {
  if (language === undefined || language === room.language) return;
  updateRoom(tx, room.id, { language });
  if (room.sessionId !== null) followRoom(tx, room.sessionId, { language });
  note(deps, tx, room, 'language_changed', {
    userId: me.userId,
    at: deps.kernel.clock.now(),
    metadata: { from: room.language, to: language },
  });
  push(deps, tx, room.id, 'language-change', { language, changedBy: me.userId });
}
