import { defineError } from '../kernel/errors.ts';

export const CollabInvalidRequest = defineError(
  'COLLAB_INVALID_REQUEST',
  400,
  'The request cannot be carried out as it is',
);
export const CollabDocumentTooLarge = defineError(
  'COLLAB_DOCUMENT_TOO_LARGE',
  413,
  'The document would be too large',
);
