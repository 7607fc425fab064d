/** Codes with which a socket is closed; clients act by them (docs/spec/collab.md, "Close codes"). */
export const closeCodes = {
  left: 1000,
  textFrame: 1003,
  frameTooLarge: 1009,
  restarting: 1012,
  tryLater: 1013,
  unauthorized: 4001,
  kicked: 4002,
  roomClosed: 4003,
  roomNotFound: 4004,
  forbidden: 4007,
  alreadyConnected: 4009,
  documentTooLarge: 4013,
  staleDocument: 4014,
  rateLimited: 4029,
  protocolReset: 4205,
} as const;
export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];

/** Why a document is not opened; sent as the reason of PermissionDenied. */
export const denials = {
  'token-invalid': closeCodes.unauthorized,
  'token-expired': closeCodes.unauthorized,
  'token-superseded': closeCodes.unauthorized,
  'login-ended': closeCodes.unauthorized,
  'participant-inactive': closeCodes.unauthorized,
  'not-participant': closeCodes.forbidden,
  'participant-removed': closeCodes.forbidden,
  'account-disabled': closeCodes.forbidden,
  'room-finished': closeCodes.roomClosed,
  'room-not-found': closeCodes.roomNotFound,
  'document-unknown': closeCodes.roomNotFound,
  'try-later': closeCodes.tryLater,
} as const satisfies Record<string, CloseCode>;
export type Denial = keyof typeof denials;

const MAX_REASON_BYTES = 123;

/** The text as a close reason: at most 123 bytes of UTF-8, cut between characters. */
export function closeReason(text: string): string {
  if (Buffer.byteLength(text) <= MAX_REASON_BYTES) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_REASON_BYTES) break;
    end += character.length;
  }
  return text.slice(0, end);
}
