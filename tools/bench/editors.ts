import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import WebSocket from 'ws';
import { Doc } from 'yjs';
import { openRoomConnection } from '../../src/client/room-connection.ts';
import type { CollabConnection } from '../../src/generated/api.ts';
import type { Person } from './program.ts';

const TEXT = 'code:python';
const PATIENCE_MS = 60_000;

/** One person's copy of a room's code. */
export type Editor = { readonly doc: Doc; type(): void; close(): void };
/** People by room. */
export type Seats = readonly (readonly Person[])[];

const typeInto = (doc: Doc) => {
  const text = doc.getText(TEXT);
  text.insert(text.length, 'x');
};

/** A provider alone, which sends each key at once. */
async function openProvider(url: string, name: string, token: string): Promise<Editor> {
  const websocketProvider = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket });
  const doc = new Doc();
  const synced = Promise.withResolvers<void>();
  const provider = new HocuspocusProvider({
    websocketProvider,
    name,
    document: doc,
    token,
    flushDelay: 0,
    onSynced: () => synced.resolve(),
  });
  provider.attach();
  const patience = setTimeout(() => synced.reject(new Error(`${url} does not synchronise`)), PATIENCE_MS);
  await synced.promise;
  clearTimeout(patience);
  const close = () => {
    provider.destroy();
    websocketProvider.destroy();
    doc.destroy();
  };
  return { doc, type: () => typeInto(doc), close };
}

/** Editors on a bare Hocuspocus. */
export async function openBareEditors(url: string, rooms: number, seats: number): Promise<Editor[][]> {
  const opened: Editor[][] = [];
  for (let room = 0; room < rooms; room++)
    opened.push(
      await Promise.all(Array.from({ length: seats }, () => openProvider(url, `room-${room}`, 'none'))),
    );
  return opened;
}

async function join({ api }: Person, roomId: string, roomCode: string | null): Promise<CollabConnection> {
  const body = roomCode === null ? {} : { roomCode };
  const { collab } = await api.call('POST /rooms/{roomId}/join', { params: { roomId }, body });
  return collab;
}

/** A room for each group of people, the first of which makes it, with the same bare providers. */
export async function openProductEditors(seats: Seats): Promise<{ rooms: Editor[][]; roomIds: string[] }> {
  const [rooms, roomIds]: [Editor[][], string[]] = [[], []];
  for (const people of seats) {
    const [host] = people;
    if (host === undefined) throw new Error('a room needs people');
    const { roomId, roomCode } = await host.api.call('POST /rooms', {
      body: { mode: 'peer', config: { maxParticipants: 4 } },
    });
    const editors: Editor[] = [];
    for (const person of people) {
      const collab = await join(person, roomId, roomCode ?? null);
      editors.push(await openProvider(collab.url, collab.documentName, collab.token));
    }
    rooms.push(editors);
    roomIds.push(roomId);
  }
  return { rooms, roomIds };
}

/** The same rooms through the product's own client. */
export async function openClientEditors(seats: Seats, roomIds: readonly string[]): Promise<Editor[][]> {
  const rooms: Editor[][] = [];
  for (const [at, people] of seats.entries()) {
    const roomId = roomIds[at] ?? '';
    const editors: Editor[] = [];
    for (const person of people) {
      const collab = await join(person, roomId, null);
      const live = Promise.withResolvers<void>();
      const connection = openRoomConnection({
        collab,
        calls: { read: async () => null, join: () => join(person, roomId, null) },
        handlers: {
          onState: ({ status }) => (status === 'live' || status === 'read-only' ? live.resolve() : undefined),
        },
      });
      await live.promise;
      const doc = connection.document('code');
      editors.push({ doc, type: () => typeInto(doc), close: () => connection.leave() });
    }
    rooms.push(editors);
  }
  return rooms;
}
