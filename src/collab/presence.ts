import { removeAwarenessStates } from 'y-protocols/awareness';
import { shapePresence } from './awareness.ts';
import type { LiveDocument, RoomConnection } from './live.ts';

/** Yjs client ids of one connection; a document that is replaced comes with a new socket. */
const MAX_CLIENT_IDS = 4;

/** Rewrites the states of an update in place: only ids that this connection introduced, only fields that it may set. */
export function reviewStates(
  live: LiveDocument,
  connection: RoomConnection,
  states: Map<number, Record<string, unknown>>,
  limits: { maxBytes: number; nowMs: number },
): void {
  const { socket } = connection.context;
  const { admitted } = socket;
  if (!admitted || socket.isEnded || live.kind === 'notes' || !socket.presence.take(limits.nowMs)) {
    states.clear();
    return;
  }
  const { role, isHost, displayName } = admitted.member;
  const identity = { id: socket.claims?.userId ?? '', name: displayName, role, isHost };
  for (const [clientId, state] of states) {
    const shaped = claimClientId(live, connection, clientId)
      ? shapePresence(state, live.kind, identity, limits.maxBytes)
      : null;
    if (shaped) states.set(clientId, shaped);
    else states.delete(clientId);
  }
}

/**
 * Removes what connections showed of themselves that are gone. The library forgets ids that come back after a reconnect
 * and would show them for 30 s.
 */
export function releaseStates(live: LiveDocument): void {
  const gone = [...live.owners].filter(([, owner]) => !live.document.hasConnection(owner));
  for (const [clientId] of gone) live.owners.delete(clientId);
  if (gone.length > 0)
    removeAwarenessStates(
      live.document.awareness,
      gone.map(([clientId]) => clientId),
      null,
    );
}

function claimClientId(live: LiveDocument, connection: RoomConnection, clientId: number): boolean {
  const owner = live.owners.get(clientId);
  if (owner === connection) return true;
  if (owner && live.document.hasConnection(owner)) return false;
  const mine = [...live.owners.values()].filter((other) => other === connection).length;
  if (mine >= MAX_CLIENT_IDS) return false;
  live.owners.set(clientId, connection);
  return true;
}
