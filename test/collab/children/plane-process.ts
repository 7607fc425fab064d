import { openDb } from '../../../src/db/open.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import { FakeControl, type FakeMember, FakeRoom } from '../support/fake-rooms.ts';
import { startPlane } from '../support/plane-server.ts';

/** What the parent hands over: the database, and who is in which room. */
export type PlaneProcessOptions = {
  readonly path: string;
  readonly rooms: readonly { roomId: string; members: FakeMember[] }[];
  readonly compactionMs: number;
  /** Snapshots are told to the parent and never acknowledged. */
  readonly holdsSnapshots?: boolean;
};

const options = JSON.parse(process.argv[2] ?? '') as PlaneProcessOptions;
const db = openDb({ path: options.path, log: silentLog, mode: 'server' });
const control = new FakeControl();
for (const { roomId, members } of options.rooms) {
  const room = control.adoptRoom(new FakeRoom(), roomId);
  for (const member of members) room.members.set(member.userId, member);
}
if (options.holdsSnapshots)
  control.beforeSnapshot = (held) => {
    process.send?.({ held });
    return new Promise(() => {});
  };
const plane = await startPlane({
  db,
  control,
  settings: {
    'timers.compactionMs': options.compactionMs,
    'timers.compactionMaxMs': 5 * options.compactionMs,
  },
});
for (const room of control.rooms.values()) await plane.create(room, { python: '' });
process.on('message', async (message: { roomId: string } | { takeSnapshotOf: string } | 'stop') => {
  if (message === 'stop') {
    await plane.close();
    await db.close();
    process.exit(0);
  }
  if ('takeSnapshotOf' in message) {
    await plane.plane.port.takeSnapshot(message.takeSnapshotOf);
    return;
  }
  const text = await plane.plane.port.readCode(message.roomId, 'python');
  process.send?.({ roomId: message.roomId, text });
});
process.send?.({ url: plane.url });
