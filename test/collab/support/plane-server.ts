import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Collab, createCollab } from '../../../src/collab/plane.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { SettingKey } from '../../../src/config/schema.ts';
import type { Db } from '../../../src/db/types.ts';
import type { CreateDocumentRequest } from '../../../src/generated/api.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { createIds } from '../../../src/kernel/ids.ts';
import { createLog, type Log } from '../../../src/kernel/log.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import { openTestDb } from '../../support/database.ts';
import { FakeControl, type FakeRoom } from './fake-rooms.ts';

/** What the plane has logged, as objects. */
export function createRecordingLog(): { log: Log; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const log = createLog('debug', { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { log, lines };
}

export type TestPlane = {
  readonly plane: Collab;
  readonly db: Db;
  readonly control: FakeControl;
  readonly url: string;
  readonly server: Server;
  readonly lines: Record<string, unknown>[];
  /** Makes the room's documents, with the lock and phase of the control plane. */
  create(room: FakeRoom, content?: CreateDocumentRequest['initialContentByLanguage']): Promise<void>;
  close(): Promise<void>;
};

export type TestPlaneOptions = {
  readonly settings?: Partial<Record<SettingKey, unknown>>;
  readonly control?: FakeControl;
  /** A database that outlives the plane. */
  readonly db?: Db;
  readonly isOriginAllowed?: (origin: string) => boolean;
  /** One that the system chooses, unless given. */
  readonly port?: number;
};

/** The plane on a real server, with a database of its own. */
export async function startPlane(options: TestPlaneOptions = {}): Promise<TestPlane> {
  const own = options.db ? null : openTestDb();
  const db = options.db ?? own?.db;
  if (!db) throw new Error('no database');
  const { log, lines } = createRecordingLog();
  const control = options.control ?? new FakeControl();
  const { config } = loadConfig({ flags: options.settings });
  const plane = createCollab({
    config,
    db,
    clock: systemClock,
    ids: createIds(systemClock, systemRandom),
    log,
    control: { callbacks: control, tokens: control.tokens },
  });
  const server = createServer((_request, response) => response.writeHead(200).end());
  plane.attach(server, {
    isOriginAllowed: options.isOriginAllowed ?? (() => true),
    addressOf: (request) => request.socket.remoteAddress ?? '',
  });
  await plane.start();
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    plane,
    db,
    control,
    server,
    lines,
    url: `ws://127.0.0.1:${port}/collab`,
    create: async (room, content) => {
      await plane.port.createDocument({
        roomId: room.roomId,
        initialPhase: room.state.phase,
        initialLanguage: room.state.language,
        editorLocked: room.state.editorLocked,
        ...(content ? { initialContentByLanguage: content } : {}),
      });
    },
    close: async () => {
      await plane.stop();
      server.closeAllConnections();
      server.close();
      await own?.close();
    },
  };
}
