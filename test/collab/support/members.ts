import WebSocket from 'ws';
import {
  openRoomConnection,
  type RoomConnection,
  type RoomHandlers,
  type RoomMessage,
} from '../../../src/client/room-connection.ts';
import type { CollabConnection } from '../../../src/generated/api.ts';
import type { FakeMember, FakeRoom } from './fake-rooms.ts';
import type { TestPlane } from './plane-server.ts';
import { until } from './wait.ts';

export type TestMember = {
  readonly connection: RoomConnection;
  readonly messages: RoomMessage[];
  readonly states: string[];
  /** How often a token was fetched: getRoom, joinRoom. */
  readonly calls: { read: number; join: number };
  text(): string;
  type(text: string): void;
  /** All is there, and the server has everything. */
  saved(): Promise<void>;
};

/** A member of the room behind the product's own client. */
export function openMember(
  plane: Pick<TestPlane, 'control' | 'url'>,
  room: FakeRoom,
  member: FakeMember,
  more: { handlers?: RoomHandlers; url?: string; tokenLifeMs?: number } = {},
): TestMember {
  const messages: RoomMessage[] = [];
  const states: string[] = [];
  const calls = { read: 0, join: 0 };
  const collab = (): CollabConnection => ({
    url: more.url ?? plane.url,
    documentName: room.roomId,
    token: plane.control.tokenOf(room, member),
    expiresAt: new Date(Date.now() + (more.tokenLifeMs ?? 900_000)).toISOString(),
  });
  const connection = openRoomConnection({
    collab: collab(),
    calls: {
      read: async () => {
        calls.read += 1;
        return collab();
      },
      join: async () => {
        calls.join += 1;
        return collab();
      },
    },
    handlers: {
      ...more.handlers,
      onMessage: (message) => {
        messages.push(message);
        more.handlers?.onMessage?.(message);
      },
      onState: (state) => {
        states.push(state.status === 'ended' ? `ended: ${state.reason}` : state.status);
        more.handlers?.onState?.(state);
      },
    },
    webSocket: WebSocket,
  });
  const text = () => connection.document('code').getText('code:python');
  return {
    connection,
    messages,
    states,
    calls,
    text: () => text().toString(),
    type: (typed) => text().insert(text().length, typed),
    saved: async () => {
      await until('everything saved', () => ['live', 'read-only'].includes(connection.state.status));
    },
  };
}
