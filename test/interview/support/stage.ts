import type { SettingKey } from '../../../src/config/schema.ts';
import type { RoomDetail } from '../../../src/generated/api.ts';
import type { Clock } from '../../../src/kernel/clock.ts';
import { callRunningServer } from '../../../src/server/control-socket.ts';
import type { PlaneName } from '../../../src/server/planes.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { Guest, type RoomKey, type Tab } from './guest.ts';

export type Event = {
  readonly type: string;
  readonly userId: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
};

export type Stage = {
  readonly server: TestServer;
  /** Registers somebody. */
  guest(name: string): Promise<Guest>;
  /** Signs somebody in who has an account, as on another device. */
  again(guest: Guest): Promise<Guest>;
  /** People of an earlier stage go on here, at the same address. */
  adopt(guest: Guest): void;
  /** The people of this stage, who from now on are somebody else's to send home. */
  release(): Guest[];
  rows<Row = Record<string, unknown>>(sql: string, ...values: unknown[]): Row[];
  /** Events of a room's session, oldest first. */
  timeline(roomId: string): Event[];
  /** What the server has as text, live or stored. */
  code(roomId: string, language?: 'python' | 'go'): Promise<string>;
  /** Gives the operator's command over the control socket. */
  operate(command: string, args: Record<string, unknown>): Promise<unknown>;
  close(): Promise<void>;
};

export type StageOptions = {
  readonly planes?: readonly PlaneName[];
  readonly settings?: Partial<Record<SettingKey, unknown>>;
  readonly clock?: Clock;
  readonly directory?: string;
};

/** A real server for people who come over HTTP and sockets. */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const server = await startTestServer({ planes: ['collab'], ...options });
  const guests: Guest[] = [];
  const rows = <Row>(sql: string, ...values: unknown[]) =>
    server.control.core.db.raw.prepare(sql).all(...values) as Row[];
  const welcome = (guest: Guest) => {
    guests.push(guest);
    return guest;
  };
  return {
    server,
    guest: (name) => welcome(new Guest(name, server.url)).register(),
    again: ({ name }) => welcome(new Guest(name, server.url)).signIn(),
    adopt: (guest) => void welcome(guest),
    release: () => guests.splice(0),
    rows,
    timeline: (roomId) =>
      rows<{ type: string; userId: string | null; metadata: string }>(
        `SELECT event_type AS type, e.user_id AS userId, metadata FROM session_events e
         JOIN sessions s ON s.id = e.session_id WHERE s.room_id = ? ORDER BY at, e.id`,
        roomId,
      ).map(({ type, userId, metadata }) => ({ type, userId, facts: JSON.parse(metadata) })),
    code: (roomId, language = 'python') => server.planes.collab.readCode(roomId, language),
    async operate(command, args) {
      const reply = await callRunningServer(server.directory, { command, args, osUser: 'tester' });
      if (!reply.running) throw new Error('the control socket does not answer');
      return reply.result;
    },
    async close() {
      for (const guest of guests) guest.leave();
      await server.close();
    },
  };
}

/** A peer room of `host`, who is its interviewer. */
export function openRoom(host: Guest, body: object = {}): Promise<RoomDetail> {
  return host.api.call('POST /rooms', { body: { mode: 'peer', ...body } });
}

/** A room with everybody connected: the host, then the candidate, then observers. */
export async function gather(
  host: Guest,
  others: readonly Guest[],
  body: object = {},
): Promise<{ room: RoomDetail & RoomKey; tabs: Tab[] }> {
  const room = await openRoom(host, { config: { maxParticipants: 4 }, ...body });
  const tabs: Tab[] = [];
  for (const guest of [host, ...others]) tabs.push(await guest.enter(room));
  return { room, tabs };
}
