import { defineError } from '../../kernel/errors.ts';

export const RoomNotFound = defineError('ROOM_NOT_FOUND', 404, 'There is no such room');
export const RoomAccessDenied = defineError('ROOM_ACCESS_DENIED', 403, 'You are not in this room');
export const RoomPermissionDenied = defineError(
  'ROOM_PERMISSION_DENIED',
  403,
  'Your role in this room does not allow this',
);
export const RoomParticipantRemoved = defineError(
  'ROOM_PARTICIPANT_REMOVED',
  403,
  'You were removed from this room',
);
export const RoomInvalidCode = defineError('ROOM_INVALID_CODE', 400, 'The room code is missing or wrong');
export const RoomFull = defineError('ROOM_FULL', 409, 'The room has no free seat');
export const RoomFinished = defineError('ROOM_FINISHED', 409, 'The room has ended');
export const RoomInvalidTransition = defineError(
  'ROOM_INVALID_TRANSITION',
  409,
  'The room cannot go to this phase now',
);
export const RoomInvalidState = defineError('ROOM_INVALID_STATE', 409, 'This is not possible in this phase');
export const RoomEditorLocked = defineError('ROOM_EDITOR_LOCKED', 409, 'The editor is locked');
export const RoomNotAiMode = defineError('ROOM_NOT_AI_MODE', 409, 'This room has no AI interviewer');
export const RoomNotPeerMode = defineError(
  'ROOM_NOT_PEER_MODE',
  409,
  'This is possible only among people who interview each other',
);
export const RoomRoleUnavailable = defineError('ROOM_ROLE_UNAVAILABLE', 409, 'Somebody else has this role');
export const RoomRoleConstraintViolation = defineError(
  'ROOM_ROLE_CONSTRAINT_VIOLATION',
  409,
  'The roles would not add up',
);
export const RoomRolesLocked = defineError(
  'ROOM_ROLES_LOCKED',
  409,
  'Roles are fixed once the session has begun; use a role swap',
);
export const RoomInviteCodeExhausted = defineError(
  'ROOM_INVITE_CODE_EXHAUSTED',
  503,
  'No free room code was found; try again',
);
export const ParticipantNotFound = defineError(
  'PARTICIPANT_NOT_FOUND',
  404,
  'There is no such participant in this room',
);
export const ParticipantCannotTransferOwnership = defineError(
  'PARTICIPANT_CANNOT_TRANSFER_OWNERSHIP',
  409,
  'The room can be handed over only to somebody else who is in it now',
);
export const RoleSwapNotFound = defineError('ROLE_SWAP_NOT_FOUND', 404, 'There is no such role swap');
export const RoleSwapAlreadyPending = defineError(
  'ROLE_SWAP_ALREADY_PENDING',
  409,
  'Another role swap waits for an answer',
);
export const RoleSwapAlreadyResolved = defineError(
  'ROLE_SWAP_ALREADY_RESOLVED',
  409,
  'The role swap has been answered otherwise',
);
export const RoleSwapExpired = defineError('ROLE_SWAP_EXPIRED', 410, 'The role swap has lapsed');
