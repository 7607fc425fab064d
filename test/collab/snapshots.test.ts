import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SettingKey } from '../../src/config/schema.ts';
import type { SnapshotReadyPayload } from '../../src/generated/api.ts';
import { openTestDb, type TestDb } from '../support/database.ts';
import { FakeControl, type FakeMember, type FakeRoom } from './support/fake-rooms.ts';
import { openMember, type TestMember } from './support/members.ts';
import { startPlane, type TestPlane } from './support/plane-server.ts';
import { documentFrom } from './support/stored.ts';
import { until } from './support/wait.ts';

let database: TestDb;
let plane: TestPlane;
let room: FakeRoom;
let candidate: FakeMember;
const members: TestMember[] = [];

let control: FakeControl;

async function begin(settings: Partial<Record<SettingKey, unknown>> = {}) {
  plane = await startPlane({ db: database.db, settings, control });
}
beforeEach(async () => {
  database = openTestDb();
  control = new FakeControl();
  await begin();
  room = control.addRoom();
  candidate = room.addMember('candidate');
  await plane.create(room, { python: 'start', go: 'package main' });
});
afterEach(async () => {
  for (const { connection } of members.splice(0)) connection.leave();
  await plane.close();
  await database.close();
});
/** Another start of the plane on the same file; nothing is loaded by it. */
async function restart(settings: Partial<Record<SettingKey, unknown>> = {}) {
  for (const { connection } of members.splice(0)) connection.leave();
  await plane.close();
  await begin(settings);
  expect(plane.plane.healthDetails().rooms).toBe(0);
}
async function open(): Promise<TestMember> {
  const opened = openMember(plane, room, candidate);
  members.push(opened);
  await opened.saved();
  return opened;
}
async function type(member: TestMember, text: string) {
  member.type(text);
  await member.saved();
}
const snapshots = () => [...control.snapshots.values()];
const snapshot = (fits: Partial<SnapshotReadyPayload>, count = 1) =>
  until(`snapshot ${JSON.stringify(fits)}`, () => {
    const fitting = snapshots().filter((one) =>
      Object.entries(fits).every(([key, value]) => one[key as keyof SnapshotReadyPayload] === value),
    );
    return fitting.length >= count && fitting;
  });
const push = (type: string, data: Record<string, unknown>) =>
  plane.plane.port.publishRoomEvent(room.roomId, { type, data, targetUserIds: null });
const setLock = (locked: boolean) =>
  plane.plane.port.toggleEditorLock(room.roomId, { locked, changedBy: null });
const finish = () =>
  plane.plane.port.destroyDocument(room.roomId, { purge: false, reason: 'completed', language: 'python' });
const rows = <Row>(sql: string) => database.db.raw.prepare(sql).all() as Row[];
const count = (table: string) => rows(`SELECT 1 FROM ${table}`).length;
const delivered = () => until('delivered', () => count('collab_outbox') === 0);

describe('periodic', () => {
  it('is taken while somebody is connected, and never twice in a row of the same language and text', async () => {
    await restart({ 'timers.snapshotMs': 10 });
    const one = await open();
    for (let round = 0; round < 3; round++) {
      await type(one, ` ${round}`);
      await snapshot({ trigger: 'periodic', language: 'python', code: one.text() });
    }
    await push('language-change', { language: 'go' });
    await snapshot({ trigger: 'periodic', language: 'go', code: 'package main' });
    await push('language-change', { language: 'python' });
    await snapshot({ trigger: 'periodic', code: one.text() }, 2);
    await delivered();
    const told = snapshots().map(({ language, code, phase }) => `${phase} ${language} ${code}`);
    expect(told.filter((text, at) => text === told[at - 1])).toEqual([]);
    expect(told.every((text) => text.startsWith('coding '))).toBe(true);
    const { hash } = rows<{ hash: string }>('SELECT snapshot_hash AS hash FROM collab_rooms')[0] ?? {};
    expect(hash).toBe(createHash('sha256').update(`python\n${one.text()}`).digest('hex'));
  });

  it('is not taken of a room without anybody, nor anew after a restart when nothing has changed', async () => {
    await restart({ 'timers.snapshotMs': 10 });
    const other = control.addRoom();
    await plane.create(other, { python: 'alone' });
    await open();
    await snapshot({ trigger: 'periodic', code: 'start' });
    await delivered();
    await restart({ 'timers.snapshotMs': 10 });
    const again = await open();
    await type(again, ' more');
    await snapshot({ trigger: 'periodic', code: 'start more' });
    // Those in between were typed within an interval.
    expect(snapshots().filter(({ code }) => code === 'start')).toHaveLength(1);
    expect(snapshots().filter(({ roomId }) => roomId === other.roomId)).toEqual([]);
  });

  it('keeps states of a board that changes although the code does not', async () => {
    await restart({ 'timers.snapshotMs': 10 });
    const one = await open();
    await snapshot({ trigger: 'periodic' });
    const record = { id: 'r', type: 'rect', layer: 'drawing', x: 1, y: 2, z: 1 };
    one.connection.document('board').getMap('whiteboard').set('r', record);
    await one.saved();
    const kept = () =>
      rows<{ state: Uint8Array }>(
        `SELECT state FROM collab_recovery_states WHERE document = '${room.roomId}/board' ORDER BY seq DESC LIMIT 1`,
      )[0];
    await until('kept', () => documentFrom([kept()?.state]).getMap('whiteboard').get('r'));
    expect(snapshots()).toHaveLength(1);
  });
});

describe('of a live room', () => {
  it('phase_change has the new phase and the text of that moment, and is never skipped', async () => {
    const one = await open();
    await type(one, ' typed');
    await push('phase-change', { phase: 'wrapup' });
    await push('phase-change', { phase: 'wrapup' });
    const taken = await snapshot({ trigger: 'phase_change', phase: 'wrapup', code: 'start typed' }, 2);
    expect(taken[0]).toMatchObject({ roomId: room.roomId, language: 'python' });
    expect(new Set(taken.map(({ snapshotId }) => snapshotId)).size).toBe(2);
  });

  it('a lock takes a manual one, an unlock none', async () => {
    await open();
    await setLock(true);
    await setLock(true);
    await setLock(false);
    await push('phase-change', { phase: 'wrapup' });
    await snapshot({ trigger: 'phase_change' });
    expect(snapshots().filter(({ trigger }) => trigger === 'manual')).toHaveLength(1);
    expect(snapshots()[0]).toMatchObject({ trigger: 'manual', phase: 'coding', code: 'start' });
  });

  it('a change of the problem keeps the old text, once, however often it is repeated', async () => {
    const one = await open();
    await type(one, ' mine');
    await plane.plane.port.replaceDocumentContent(room.roomId, { python: 'new' });
    await plane.plane.port.replaceDocumentContent(room.roomId, { python: 'new' });
    await snapshot({ trigger: 'manual', code: 'start mine' });
    await until('replaced', () => one.text() === 'new');
    await delivered();
    expect(snapshots()).toHaveLength(1);
  });

  it('on request it is given as well as recorded', async () => {
    await open();
    const taken = await plane.plane.port.takeSnapshot(room.roomId);
    expect(taken).toMatchObject({ code: 'start', language: 'python', recorded: true });
    expect(control.snapshots.get(taken.snapshotId)).toMatchObject({
      trigger: 'manual',
      timestamp: taken.timestamp,
    });
    control.beforeSnapshot = () => Promise.reject(new Error('not now'));
    expect(await plane.plane.port.takeSnapshot(room.roomId)).toMatchObject({ recorded: false });
    await expect(plane.plane.port.takeSnapshot(candidate.userId)).rejects.toMatchObject({ status: 404 });
  });

  it('session_end is taken at the end, before anybody is told, and only once', async () => {
    const one = await open();
    await type(one, ' last');
    const ended = await finish();
    await until('told', () => one.messages.some(({ type }) => type === 'room-closed'));
    expect(ended.finalSnapshotId).toEqual(expect.any(String));
    expect((await finish()).finalSnapshotId).toBe(ended.finalSnapshotId);
    await delivered();
    expect(snapshots()).toEqual([
      expect.objectContaining({
        snapshotId: ended.finalSnapshotId,
        trigger: 'session_end',
        phase: 'finished',
        code: 'start last',
      }),
    ]);
  });

  it('text and states are of the same tick, while people type', async () => {
    const one = await open();
    for (let round = 0; round < 20; round++) {
      one.type(` ${round}`);
      const { code } = await plane.plane.port.takeSnapshot(room.roomId);
      const [newest] = rows<{ state: Uint8Array }>(
        `SELECT state FROM collab_recovery_states WHERE document = '${room.roomId}' ORDER BY seq DESC LIMIT 1`,
      );
      expect(documentFrom([newest?.state]).getText('code:python').toString()).toBe(code);
    }
    await one.saved();
    expect(count(`collab_recovery_states WHERE document = '${room.roomId}'`)).toBeLessThanOrEqual(2);
  });

  it('a refusal of the disk keeps the room open until the last text can be kept', async () => {
    const one = await open();
    database.db.raw.exec(
      "CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.collab_outbox BEGIN SELECT RAISE(ABORT, 'full (test)'); END",
    );
    await push('phase-change', { phase: 'wrapup' });
    await expect(finish()).rejects.toThrow('full (test)');
    expect(one.messages.some(({ type }) => type === 'room-closed')).toBe(false);
    database.db.raw.exec('DROP TRIGGER refuse');
    await finish();
    await snapshot({ trigger: 'session_end', code: 'start' });
  });
});

describe('of a room that is not in memory', () => {
  it('every trigger reads the store and loads nothing', async () => {
    const one = await open();
    await type(one, ' typed');
    await push('phase-change', { phase: 'warmup' });
    await restart();
    await push('phase-change', { phase: 'coding' });
    await setLock(true);
    await plane.plane.port.takeSnapshot(room.roomId);
    await push('language-change', { language: 'go' });
    await push('phase-change', { phase: 'wrapup' });
    await plane.plane.port.destroyDocument(room.roomId, { purge: false, reason: 'abandoned' });
    await delivered();
    expect(plane.plane.healthDetails().rooms).toBe(0);
    expect(snapshots().map(({ trigger, phase, language }) => [trigger, phase, language])).toEqual([
      ['phase_change', 'warmup', 'python'],
      ['phase_change', 'coding', 'python'],
      ['manual', 'coding', 'python'],
      ['manual', 'coding', 'python'],
      ['phase_change', 'wrapup', 'go'],
      ['session_end', 'finished', 'go'],
    ]);
    expect(snapshots().map(({ code }) => code)).toEqual([
      ...Array(4).fill('start typed'),
      ...Array(2).fill('package main'),
    ]);
  });

  it('the end names the language where the plane may not know it', async () => {
    await restart();
    await plane.plane.port.destroyDocument(room.roomId, { purge: false, reason: 'expired', language: 'go' });
    await snapshot({ trigger: 'session_end', language: 'go', code: 'package main' });
  });

  it('an unreadable code ends the room without a snapshot, and says so', async () => {
    await restart();
    database.db.raw.prepare("UPDATE collab_documents SET state = x'ff' WHERE name = ?").run(room.roomId);
    expect(await finish()).toMatchObject({ destroyed: true, finalSnapshotId: null });
    expect(plane.lines.filter(({ alert }) => alert === true).map(({ msg }) => msg)).toContain(
      'no snapshot: the code of the room cannot be read',
    );
  });
});

it('an erased room leaves nothing that waits or is kept', async () => {
  await open();
  control.beforeSnapshot = () => Promise.reject(new Error('not now'));
  await setLock(true);
  await until('kept', () => count('collab_outbox') === 1 && count('collab_recovery_states') > 0);
  await plane.plane.port.destroyDocument(room.roomId, { purge: true, reason: 'destroyed' });
  for (const table of ['collab_outbox', 'collab_recovery_states', 'collab_documents', 'collab_rooms'])
    expect([table, count(table)]).toEqual([table, 0]);
});
