import { defineError } from '../kernel/errors.ts';

export const CollabInvalidRequest = defineError(
  'COLLAB_INVALID_REQUEST',
  400,
  'The request cannot be carried out as it is',
);
export const CollabDocumentNotFound = defineError(
  'COLLAB_DOCUMENT_NOT_FOUND',
  404,
  'This room has no documents',
);
export const CollabDocumentTooLarge = defineError(
  'COLLAB_DOCUMENT_TOO_LARGE',
  413,
  'The document would be too large',
);
export const CollabServiceUnavailable = defineError(
  'COLLAB_SERVICE_UNAVAILABLE',
  503,
  'Real-time collaboration is not available at the moment',
);
