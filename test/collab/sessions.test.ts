import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SnapshotReadyPayload } from '../../src/generated/api.ts';
import type { Tab } from '../interview/support/guest.ts';
import { gather, openStage, type Stage } from '../interview/support/stage.ts';
import { until } from '../interview/support/wait.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage({
    settings: { 'timers.snapshotMs': 2_000_000, 'limits.snapshotsPerSession': 10 },
  });
});
afterEach(() => stage.close());

type Row = { id: string; trigger: string; phase: string; language: string; code: string; lines: number };
const snapshots = (roomId: string) =>
  stage.rows<Row>(
    `SELECT c.id, "trigger", phase, c.language, code, lines_of_code AS lines FROM code_snapshots c
     JOIN sessions s ON s.id = c.session_id WHERE s.room_id = ? ORDER BY taken_at, c.id`,
    roomId,
  );
const told = (roomId: string) => snapshots(roomId).map(({ trigger, phase, code }) => [trigger, phase, code]);
const recorded = (roomId: string, count: number) =>
  until(`${count} snapshots`, () => snapshots(roomId).length >= count);

it('an interview leaves a snapshot of each moment in its record and timeline, and the board of its end', async () => {
  const host = await stage.guest('ada');
  const guest = await stage.guest('bob');
  const { room, tabs } = await gather(host, [guest]);
  const { roomId } = room;
  const [hostTab, guestTab] = tabs as [Tab, Tab];
  const lock = (isLocked: boolean) =>
    host.api.call(`POST /rooms/{roomId}/control/${isLocked ? 'lock-editor' : 'unlock-editor'}`, {
      params: { roomId },
    });

  await guestTab.type('before\n');
  await lock(true);
  await lock(false);
  await host.advance(roomId, 'warmup');
  await guestTab.type('\nmore\n');
  await host.advance(roomId, 'coding');
  await lock(true);
  await hostTab.hears('editor-lock', { locked: true, lockedBy: host.userId });
  const record = { id: 'r', type: 'rect', layer: 'drawing', x: 1, y: 2, z: 1, rotation: 0, props: {} };
  guestTab.connection.document('board').getMap('whiteboard').set('r', record);
  await guestTab.settled();
  await host.advance(roomId, 'finished');
  for (const tab of tabs) await tab.ended('room-closed');

  const text = 'before\n\nmore\n';
  await recorded(roomId, 5);
  await until('told', () => stage.rows('SELECT 1 FROM collab_outbox').length === 0);
  // That of the lock in waiting is of no session.
  expect(told(roomId)).toEqual([
    ['phase_change', 'warmup', 'before\n'],
    ['phase_change', 'coding', text],
    ['manual', 'coding', text],
    ['phase_change', 'finished', text],
    ['session_end', 'finished', text],
  ]);
  const [, ...later] = snapshots(roomId);
  expect(later.map(({ language, lines }) => [language, lines])).toEqual(Array(4).fill(['python', 2]));
  const events = stage.timeline(roomId).filter(({ type }) => type === 'snapshot_captured');
  expect(events.map(({ facts }) => facts.snapshotId)).toEqual(snapshots(roomId).map(({ id }) => id));
  expect(events[0]).toMatchObject({
    userId: null,
    facts: { trigger: 'phase_change', language: 'python', linesOfCode: 1 },
  });

  const boards = () => stage.rows<{ elements: string }>('SELECT elements FROM session_boards');
  await until('exported', () => boards().length === 1);
  expect(JSON.parse(boards()[0]?.elements ?? '')).toEqual([record]);
  const journal = () => stage.rows('SELECT 1 FROM collab_journal').length;
  await until('merged', () => journal() === 0);
  expect(await stage.code(roomId)).toBe(text);
});

it('a snapshot that comes twice counts once, one of no session or no room is told so, and many are thinned out', async () => {
  const { rooms } = stage.server.control;
  const host = await stage.guest('ada');
  const guest = await stage.guest('bob');
  const { room } = await gather(host, [guest]);
  const { roomId } = room;
  const ready = (more: Partial<SnapshotReadyPayload> = {}): SnapshotReadyPayload => ({
    snapshotId: randomUUID(),
    roomId,
    code: 'print(1)\n',
    language: 'python',
    timestamp: new Date().toISOString(),
    trigger: 'periodic',
    phase: 'warmup',
    ...more,
  });
  const deliver = (payload: SnapshotReadyPayload) => rooms.callbacks.snapshotReady(payload);

  expect(await deliver(ready())).toEqual({ success: true, duplicate: false });
  expect(snapshots(roomId)).toEqual([]);
  await expect(deliver(ready({ roomId: randomUUID() }))).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
  await host.advance(roomId, 'warmup');
  await recorded(roomId, 1);
  const twice = ready();
  expect(await deliver(twice)).toEqual({ success: true, duplicate: false });
  expect(await deliver({ ...twice, code: 'another' })).toEqual({ success: true, duplicate: true });
  expect(snapshots(roomId).find(({ id }) => id === twice.snapshotId)?.code).toBe('print(1)\n');
  const captured = () =>
    stage.timeline(roomId).filter(({ facts }) => facts.snapshotId === twice.snapshotId).length;
  expect(captured()).toBe(1);
  // Of before the session, delivered late.
  await deliver(ready({ phase: 'waiting' }));
  expect(snapshots(roomId)).toHaveLength(2);

  for (let at = 0; at < 20; at++)
    await deliver(ready({ timestamp: new Date(Date.now() + at * 1_000).toISOString(), code: `${at}` }));
  const left = snapshots(roomId);
  expect(left.length).toBeLessThanOrEqual(10);
  expect(left.map(({ trigger }) => trigger)).toContain('phase_change');
  expect(left.at(-1)?.code).toBe('19');
});
