import { defineError } from '../kernel/errors.ts';

/** Refusals of the collaboration plane that the control plane knows as well. */
export const CollabServiceUnavailable = defineError(
  'COLLAB_SERVICE_UNAVAILABLE',
  503,
  'Real-time collaboration is not available at the moment',
);
export const CollabDocumentNotFound = defineError(
  'COLLAB_DOCUMENT_NOT_FOUND',
  404,
  'This room has no documents',
);
