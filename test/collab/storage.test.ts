import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs';
import type { SettingKey } from '../../src/config/schema.ts';
import { openTestDb, type TestDb } from '../support/database.ts';
import type { FakeMember, FakeRoom } from './support/fake-rooms.ts';
import { openMember, type TestMember } from './support/members.ts';
import { startPlane, type TestPlane } from './support/plane-server.ts';
import { RawClient, updateOf } from './support/raw-client.ts';
import { documentFrom } from './support/stored.ts';
import { sleep, until } from './support/wait.ts';

let database: TestDb;
let plane: TestPlane;
let room: FakeRoom;
let candidate: FakeMember;
let interviewer: FakeMember;
const members: TestMember[] = [];

async function begin(settings: Partial<Record<SettingKey, unknown>> = {}) {
  plane = await startPlane({ db: database.db, settings, ...(plane ? { control: plane.control } : {}) });
}
beforeEach(async () => {
  database = openTestDb();
  await begin({ 'timers.compactionMs': 60_000, 'timers.compactionMaxMs': 60_000 });
  room = plane.control.addRoom();
  candidate = room.addMember('candidate');
  interviewer = room.addMember('interviewer');
  await plane.create(room, { python: 'start' });
});
afterEach(async () => {
  for (const { connection } of members.splice(0)) connection.leave();
  await plane.close();
  await database.close();
});
async function restart(settings: Partial<Record<SettingKey, unknown>> = {}) {
  await plane.close();
  await begin(settings);
}
function open(member: FakeMember, more: Parameters<typeof openMember>[3] = {}): TestMember {
  const opened = openMember(plane, room, member, more);
  members.push(opened);
  return opened;
}
const readServer = () => plane.plane.port.readCode(room.roomId, 'python');
const count = (sql: string) => Number(database.db.raw.prepare(`SELECT count(*) FROM ${sql}`).pluck().get());
const readLive = readServer;
const storedState = (name: string = room.roomId) =>
  database.db.raw.prepare('SELECT state FROM collab_documents WHERE name = ?').pluck().get(name) as
    | Uint8Array
    | undefined;
const quarantined = () => database.db.raw.prepare('SELECT bytes FROM collab_quarantine').pluck().all();
const alerts = () => plane.lines.filter(({ alert }) => alert === true);
const journalRows = () => count('collab_journal');
/** The file may not grow: every commit that needs room is refused, as on a full disk. */
const fillDisk = () => {
  database.db.raw.pragma('wal_checkpoint(TRUNCATE)');
  database.db.raw.pragma(`max_page_count = ${database.db.raw.pragma('page_count', { simple: true })}`);
};
const freeDisk = () => database.db.raw.pragma('max_page_count = 1000000');

describe('journal and compaction', () => {
  it('a document is its state plus the journal, across a restart', async () => {
    const one = open(candidate);
    await one.saved();
    one.type(' typed');
    await one.saved();
    expect(journalRows()).toBeGreaterThan(0);
    one.connection.leave();
    await restart();
    expect(await readServer()).toBe('start typed');
  });

  it('compaction keeps the text and empties the journal', async () => {
    await restart({ 'timers.compactionMs': 20, 'timers.compactionMaxMs': 40 });
    const one = open(candidate);
    await one.saved();
    for (let round = 0; round < 5; round++) {
      one.type(` ${round}`);
      await one.saved();
      await until('compacted', () => journalRows() === 0);
    }
    one.connection.leave();
    await restart();
    expect(await readServer()).toBe('start 0 1 2 3 4');
  });

  it('an update that waits for a missing one is kept and acknowledged', async () => {
    const raw = await RawClient.open(plane.url);
    const doc = await raw.join(room.roomId, plane.control.tokenOf(room, candidate));
    const first = updateOf(doc, (copy) => copy.getText('code:python').insert(5, ' one'));
    const both: Uint8Array[] = [];
    const copy = copyOf(doc, first);
    copy.on('update', (update: Uint8Array) => both.push(update));
    copy.getText('code:python').insert(9, ' two');
    raw.sync(room.roomId, 2, both[0] as Uint8Array);
    await raw.expect('ack', (message) => message.kind === 'status' && message.isApplied);
    await raw.close();
    await restart();
    expect(await readServer()).toBe('start');
    const back = await RawClient.open(plane.url);
    await back.join(room.roomId, plane.control.tokenOf(room, candidate));
    back.sync(room.roomId, 2, first);
    await back.expect('ack', (message) => message.kind === 'status' && message.isApplied);
    expect(await readServer()).toBe('start one two');
    await back.close();
  });

  it('a room without sockets is unloaded, and comes back with everything', async () => {
    await restart({ 'timers.documentUnloadMs': 30 });
    const one = open(candidate);
    await one.saved();
    one.type(' more');
    await one.saved();
    one.connection.leave();
    await until('unloaded', () => plane.plane.healthDetails().rooms === 0);
    expect(journalRows()).toBe(0);
    const two = open(interviewer);
    await two.saved();
    expect(two.text()).toBe('start more');
    await sleep(100);
    expect(plane.plane.healthDetails().rooms).toBe(1);
  });
});

describe('a state that does not decode', () => {
  it('is kept aside, refused with try-later, never replaced by an empty one, and an alert is logged', async () => {
    await plane.close();
    const broken = Buffer.from('this is no update');
    database.db.raw.prepare("UPDATE collab_documents SET state = ? WHERE kind = 'code'").run(broken);
    await begin();
    for (let attempt = 0; attempt < 2; attempt++) {
      const raw = await RawClient.open(plane.url);
      raw.auth(room.roomId, plane.control.tokenOf(room, candidate));
      expect(await raw.closeCode()).toBe(1013);
    }
    expect(plane.lines.filter(({ alert }) => alert === true)).toHaveLength(1);
    const stored = database.db.raw.prepare("SELECT state FROM collab_documents WHERE kind = 'code'").pluck();
    expect(stored.get()).toEqual(broken);
    expect(database.db.raw.prepare('SELECT bytes FROM collab_quarantine').pluck().all()).toEqual([broken]);
    expect(plane.plane.healthDetails().rooms).toBe(0);
    await expect(readServer()).rejects.toMatchObject({ code: 'COLLAB_SERVICE_UNAVAILABLE' });
  });

  it('is put together anew from its newest snapshot, its journal and its clients, without doubling', async () => {
    const one = open(candidate);
    await one.saved();
    one.type(' one');
    await one.saved();
    await plane.plane.port.takeSnapshot(room.roomId);
    one.type(' two');
    await one.saved();
    // After it: the state lacks nothing of this but in the journal, which is dropped by the compaction of the stop.
    await plane.close();
    const broken = Buffer.from('this is no update');
    database.db.raw.prepare('UPDATE collab_documents SET state = ? WHERE name = ?').run(broken, room.roomId);
    await begin();
    expect(await readServer()).toBe('start one');
    expect(alerts()).toEqual([expect.objectContaining({ document: room.roomId, fromSnapshot: true })]);
    expect(quarantined()).toEqual([broken]);
    // The author's copy has what the snapshot lacks.
    const back = await RawClient.open(plane.url);
    await back.join(room.roomId, plane.control.tokenOf(room, candidate));
    back.sync(room.roomId, 1, encodeStateAsUpdate(one.connection.document('code')));
    await back.expect('ack', (message) => message.kind === 'status' && message.isApplied);
    expect(await readServer()).toBe('start one two');
    await back.close();
    expect(journalRows()).toBe(1);
  });

  it('the older of two snapshots serves when the newest does not decode either', async () => {
    const one = open(candidate);
    await one.saved();
    for (const text of [' one', ' two']) {
      one.type(text);
      await one.saved();
      await plane.plane.port.takeSnapshot(room.roomId);
    }
    one.connection.leave();
    await plane.close();
    const { raw } = database.db;
    const broken = Buffer.from('rubbish');
    raw.prepare('UPDATE collab_documents SET state = ? WHERE name = ?').run(broken, room.roomId);
    raw
      .prepare(
        `UPDATE collab_recovery_states SET state = ? WHERE document = ? AND seq =
         (SELECT max(seq) FROM collab_recovery_states WHERE document = ?)`,
      )
      .run(broken, room.roomId, room.roomId);
    await begin();
    expect(await readServer()).toBe('start one');
  });

  it('a journal row that does not decode is kept aside, and all the others count', async () => {
    await plane.close();
    const good = updateOf(documentFrom([storedState()]), (doc) => doc.getText('code:python').insert(0, 're'));
    database.db.raw
      .prepare('INSERT INTO collab_journal VALUES (?, 1, ?), (?, 2, ?)')
      .run(room.roomId, Buffer.from('rubbish'), room.roomId, good);
    await begin();
    const one = open(candidate);
    await one.saved();
    expect(one.text()).toBe('restart');
    expect(count('collab_quarantine')).toBe(3);
    expect(alerts()).toEqual([expect.objectContaining({ droppedRows: 1, fromSnapshot: false })]);
    one.type('ed');
    await one.saved();
    one.connection.leave();
    await restart();
    expect(await readServer()).toBe('restarted');
  });
});

describe('what is stored', () => {
  it('stays as it is when it could not be read', async () => {
    await restart();
    const before = storedState();
    database.db.raw.exec('ALTER TABLE collab_journal RENAME TO hidden');
    const raw = await RawClient.open(plane.url);
    raw.auth(room.roomId, plane.control.tokenOf(room, candidate));
    expect(await raw.closeCode()).toBe(1013);
    database.db.raw.exec('ALTER TABLE hidden RENAME TO collab_journal');
    expect(storedState()).toEqual(before);
    expect(count('collab_quarantine')).toBe(0);
    const one = open(candidate);
    await one.saved();
    expect(one.text()).toBe('start');
  });

  it('forgets what was deleted', async () => {
    await restart({ 'timers.compactionMs': 20, 'timers.compactionMaxMs': 40 });
    const one = open(candidate);
    await one.saved();
    one.type('x'.repeat(20_000));
    await one.saved();
    await until('compacted', () => (storedState()?.byteLength ?? 0) > 20_000);
    const text = one.connection.document('code').getText('code:python');
    text.delete(0, text.length);
    await one.saved();
    await until('compacted', () => (storedState()?.byteLength ?? 0) < 1_000);
  });

  it('has the own writes of the server, though no client was there', async () => {
    await plane.plane.port.replaceDocumentContent(room.roomId, { python: 'by the server' });
    expect(journalRows()).toBe(1);
    await restart();
    expect(await readServer()).toBe('by the server');
  });

  it('of a room that has ended is one state a document, the journal empty, live or not', async () => {
    const one = open(candidate);
    await one.saved();
    one.type(' live');
    await one.saved();
    const other = plane.control.addRoom();
    await plane.create(other, { python: 'other' });
    await plane.close();
    // As a kill leaves it: rows that no compaction has seen.
    const name = other.roomId;
    const update = updateOf(documentFrom([storedState(name)]), (doc) =>
      doc.getText('code:python').insert(0, 'an'),
    );
    database.db.raw.prepare('INSERT INTO collab_journal VALUES (?, 7, ?)').run(name, update);
    await begin();
    const end = { purge: false, reason: 'completed', language: 'python' } as const;
    await plane.plane.port.destroyDocument(room.roomId, end);
    await plane.plane.port.destroyDocument(name, end);
    expect(journalRows()).toBe(0);
    const text = (of: string) =>
      documentFrom([storedState(of)])
        .getText('code:python')
        .toString();
    expect([text(room.roomId), text(name)]).toEqual(['start live', 'another']);
    expect(await plane.plane.port.readCode(name, 'python')).toBe('another');
    expect(plane.plane.healthDetails().rooms).toBe(0);
  });

  it('of a board are drawing and annotations, lowest first, also after the end', async () => {
    const one = open(candidate);
    await one.saved();
    const record = (id: string, layer: string, z: number) => ({ id, layer, z, type: 'rect', x: 0, y: 0 });
    const board = one.connection.document('board').getMap('whiteboard');
    const notes = one.connection.document('notes').getMap('whiteboard');
    notes.set('n', record('n', 'annotation', 0));
    board.set('b', record('b', 'drawing', 2));
    board.set('a', record('a', 'drawing', 1));
    await one.saved();
    const ids = async () => (await plane.plane.port.readBoard(room.roomId)).map(({ id }) => id);
    expect(await ids()).toEqual(['a', 'b', 'n']);
    await plane.plane.port.destroyDocument(room.roomId, { purge: false, reason: 'completed' });
    expect(await ids()).toEqual(['a', 'b', 'n']);
    await expect(plane.plane.port.readBoard(candidate.userId)).rejects.toMatchObject({ status: 404 });
  });
});

describe('compaction', () => {
  it('waits for the gate of the writers, and stores nothing of a copy that is gone by then', async () => {
    await restart({ 'timers.compactionMs': 10, 'timers.compactionMaxMs': 20 });
    const one = open(candidate);
    await one.saved();
    database.db.gate.close();
    one.type(' held');
    await until('reached the server', async () => (await readLive()) === 'start held');
    const before = storedState();
    await sleep(100);
    expect(storedState()).toEqual(before);
    database.db.gate.open();
    await one.saved();
    await until('compacted', () => journalRows() === 0 && storedState()?.byteLength !== before?.byteLength);
    expect(documentFrom([storedState()]).getText('code:python').toString()).toBe('start held');
  });
});

describe('a database that refuses', () => {
  it('once: nothing of it was acknowledged, the document is loaded anew, and the clients bring it again', async () => {
    const one = open(candidate);
    const two = open(interviewer);
    await Promise.all([one.saved(), two.saved()]);
    let refusals = 0;
    const { raw } = database.db;
    raw.function('refuse_once', () => {
      if (refusals > 0) return 0;
      refusals += 1;
      throw new Error('database or disk is full (test)');
    });
    raw.exec(
      'CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.collab_journal BEGIN SELECT refuse_once(); END',
    );
    one.type(' kept');
    await until('refused', () => refusals === 1);
    await until('thrown away', () => plane.plane.healthDetails().connections === 0);
    expect(one.connection.state.status).not.toBe('live');
    await Promise.all([one.saved(), two.saved()]);
    raw.exec('DROP TRIGGER refuse');
    expect(await readServer()).toBe('start kept');
    await until('equal', () => two.text() === 'start kept');
    expect(plane.plane.port.health()).toBe('ok');
  }, 60_000);

  it('for long: read-only, nothing unloaded, restored by itself without loss', async () => {
    const one = open(candidate);
    const two = open(interviewer);
    await Promise.all([one.saved(), two.saved()]);
    const quiet = plane.control.addRoom();
    await plane.create(quiet);
    const watcher = openMember(plane, quiet, quiet.addMember('candidate'));
    members.push(watcher);
    await watcher.saved();
    fillDisk();
    one.type(` ${'kept'.repeat(3_000)}`);
    await until('degraded', () => plane.plane.port.health() === 'degraded', 30_000);
    expect(plane.plane.healthDetails().rooms).toBe(2);
    const heard = (type: string) => watcher.messages.find((message) => message.type === type)?.data;
    await until('told', () => heard('storage-degraded'));
    expect(heard('storage-degraded')).toEqual({ since: expect.stringMatching(/^20.*Z$/) });
    expect(heard('access-changed')).toMatchObject({ reason: 'storage', access: { code: 'readonly' } });
    await until('connected read-only', () => two.connection.state.status === 'read-only', 30_000);
    expect(two.connection.access).toEqual({ code: 'readonly', board: 'readonly', notes: 'readonly' });
    // No mark: the edit is the client's, and will be taken later.
    expect(one.messages.some(({ type }) => type === 'write-rejected')).toBe(false);
    expect(one.text()).toContain('kept');
    freeDisk();
    await until('restored', () => plane.plane.port.health() === 'ok', 30_000);
    await one.saved();
    expect(await readServer()).toBe(one.text());
    await until('equal', () => two.text() === one.text());
    expect(two.messages.some(({ type }) => type === 'storage-restored')).toBe(true);
    expect(count('collab_dirty_copies')).toBe(0);
    await until('told', () => heard('storage-restored'));
    await until('may write again', () => watcher.connection.access.code === 'read-write');
  }, 90_000);
});

function copyOf(doc: Doc, more: Uint8Array): Doc {
  const copy = new Doc();
  applyUpdate(copy, encodeStateAsUpdate(doc));
  applyUpdate(copy, more);
  return copy;
}
