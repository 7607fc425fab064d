import * as encoding from 'lib0/encoding';
import { applyAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import { type PresenceIdentity, shapePresence } from './awareness.ts';
import type { CollabSocket, LiveDocument, RoomConnection } from './live.ts';

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
  const identity = identityOf(socket);
  for (const [clientId, state] of states) {
    const shaped = claimClientId(live, connection, clientId)
      ? shapePresence(state, live.kind, identity, limits.maxBytes)
      : null;
    if (shaped) states.set(clientId, shaped);
    else states.delete(clientId);
  }
}

/** Puts a new role or host flag into what is shown of a member at once, not only with the member's next update. */
export function restampStates(socket: CollabSocket): void {
  for (const live of socket.admitted?.room.documents.values() ?? []) {
    const { awareness } = live.document;
    const mine = [...live.owners].filter(([, owner]) => owner.context.socket === socket);
    const stamped = mine.flatMap(([clientId]) => {
      const state = awareness.states.get(clientId);
      const clock = awareness.meta.get(clientId)?.clock ?? 0;
      if (!state) return [];
      const user = { ...(state.user as object), ...identityOf(socket) };
      // The owner takes this clock over and goes on from it.
      return [{ clientId, clock: clock + 1, state: { ...state, user } }];
    });
    if (stamped.length > 0) applyAwarenessUpdate(awareness, encodeStates(stamped), null);
  }
}

function identityOf({ admitted, claims }: CollabSocket): PresenceIdentity {
  const { role = 'observer', isHost = false, displayName = '' } = admitted?.member ?? {};
  return { id: claims?.userId ?? '', name: displayName, role, isHost };
}

function encodeStates(
  states: readonly { readonly clientId: number; readonly clock: number; readonly state: object }[],
): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, states.length);
  for (const { clientId, clock, state } of states) {
    encoding.writeVarUint(encoder, clientId);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, JSON.stringify(state));
  }
  return encoding.toUint8Array(encoder);
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
