import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SettingKey } from '../../src/config/schema.ts';
import { type FakeMember, FakeRoom } from './support/fake-rooms.ts';
import { startPlane, type TestPlane } from './support/plane-server.ts';
import { RawClient } from './support/raw-client.ts';
import { sleep, until } from './support/wait.ts';

let plane: TestPlane;
let room: FakeRoom;
let candidate: FakeMember;
let observer: FakeMember;
const clients: RawClient[] = [];

async function begin(settings: Partial<Record<SettingKey, unknown>> = {}) {
  plane = await startPlane({ settings, isOriginAllowed: (origin) => origin === 'https://own.example' });
  room = plane.control.addRoom();
  candidate = room.addMember('candidate');
  observer = room.addMember('observer');
  await plane.create(room);
}
beforeEach(() => begin());
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await plane.close();
});
async function restartWith(settings: Partial<Record<SettingKey, unknown>>) {
  await plane.close();
  await begin(settings);
}
async function connect(headers: Record<string, string> = {}): Promise<RawClient> {
  const client = await RawClient.open(plane.url, headers);
  clients.push(client);
  return client;
}
async function open(member: FakeMember, of = room): Promise<RawClient> {
  const client = await connect();
  await client.join(of.roomId, plane.control.tokenOf(of, member));
  return client;
}
const upgradeStatus = async (path: string, headers: Record<string, string> = {}) => {
  const call = request(`${plane.url.replace('ws:', 'http:').replace('/collab', '')}${path}`, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.from('0123456789abcdef').toString('base64'),
      ...headers,
    },
  });
  call.end();
  const [response] = await Promise.race([once(call, 'response'), once(call, 'upgrade')]);
  call.destroy();
  return response.statusCode;
};

describe('the upgrade [S29]', () => {
  it('is taken at /collab only', async () => {
    expect(await upgradeStatus('/collab')).toBe(101);
    expect(await upgradeStatus('/collab?x=1')).toBe(101);
    expect(await upgradeStatus('/collab/')).toBe(404);
    expect(await upgradeStatus('/other')).toBe(404);
  });

  it('asks for the origin when there is one', async () => {
    expect(await upgradeStatus('/collab', { origin: 'https://own.example' })).toBe(101);
    expect(await upgradeStatus('/collab', { origin: 'https://foreign.example' })).toBe(403);
    expect(await upgradeStatus('/collab', { origin: 'null' })).toBe(403);
  });

  it('is refused when the server is full', async () => {
    await restartWith({ 'limits.sockets': 1 });
    await open(candidate);
    expect(await upgradeStatus('/collab')).toBe(503);
  });
});

describe('denials [S29]', () => {
  type Case = readonly [what: string, reason: string, code: number, prepare: () => string];
  const cases: Case[] = [
    ['a forged token', 'token-invalid', 4001, () => 'rubbish'],
    ['an expired token', 'token-expired', 4001, () => 'expired'],
    [
      'a token of another room',
      'token-invalid',
      4001,
      () => plane.control.tokenOf(plane.control.addRoom(), candidate),
    ],
    [
      'a login that has ended',
      'login-ended',
      4001,
      () => {
        candidate.loginEnded = true;
        return plane.control.tokenOf(room, candidate);
      },
    ],
    [
      'a removed participant',
      'participant-removed',
      4007,
      () => {
        candidate.removed = true;
        return plane.control.tokenOf(room, candidate);
      },
    ],
    [
      'somebody who is not in the room',
      'not-participant',
      4007,
      () => plane.control.tokenOf(room, new FakeRoom().addMember('observer')),
    ],
    [
      'a finished room',
      'room-finished',
      4003,
      () => {
        room.state = { ...room.state, phase: 'finished' };
        return plane.control.tokenOf(room, candidate);
      },
    ],
    [
      'a room that is gone',
      'room-not-found',
      4004,
      () => {
        plane.control.rooms.delete(room.roomId);
        return plane.control.tokenOf(room, candidate);
      },
    ],
  ];
  for (const [what, reason, code, prepare] of cases)
    it(`${what}: ${reason}, ${code}`, async () => {
      const client = await connect();
      client.auth(room.roomId, prepare());
      expect(await client.expect('denial', ({ kind }) => kind === 'denied')).toMatchObject({ reason });
      expect(await client.closeCode()).toBe(code);
    });

  it('an unknown document closes only a socket that has no other', async () => {
    const token = plane.control.tokenOf(room, candidate);
    const client = await connect();
    client.auth(`${room.roomId}/other`, token);
    expect(await client.closeCode()).toBe(4004);

    const admitted = await open(candidate);
    admitted.auth(`${room.roomId}/other`, token);
    expect(await admitted.expect('denial', ({ kind }) => kind === 'denied')).toMatchObject({
      reason: 'document-unknown',
    });
    await admitted.join(`${room.roomId}/board`, token);
    expect(admitted.closed).toBe(null);
  });

  it('the further documents of a socket need the same user, login and room', async () => {
    const client = await open(candidate);
    client.auth(`${room.roomId}/board`, plane.control.tokenOf(room, observer));
    expect(await client.expect('denial', ({ kind }) => kind === 'denied')).toMatchObject({
      reason: 'token-invalid',
    });
  });

  it('no decision in time: try-later, 1013', async () => {
    plane.control.beforeAnswer = async () => {
      throw new Error('the control plane is away');
    };
    const client = await connect();
    client.auth(room.roomId, plane.control.tokenOf(room, candidate));
    expect(await client.expect('denial', ({ kind }) => kind === 'denied')).toMatchObject({
      reason: 'try-later',
    });
    expect(await client.closeCode()).toBe(1013);
    expect(plane.control.asked).toHaveLength(2);
  });

  it('a room whose documents were never made: try-later', async () => {
    const bare = plane.control.addRoom();
    const client = await connect();
    client.auth(bare.roomId, plane.control.tokenOf(bare, bare.addMember('candidate')));
    expect(await client.closeCode()).toBe(1013);
  });

  it('no admission in time: 4001 [S29]', async () => {
    await restartWith({ 'timers.socketAdmissionMs': 50 });
    const client = await connect();
    expect(await client.closeCode()).toBe(4001);
  });

  it('the decision is asked for once for three documents at once', async () => {
    const client = await connect();
    const token = plane.control.tokenOf(room, candidate);
    await Promise.all(
      ['', '/board', '/notes'].map((suffix) => client.join(`${room.roomId}${suffix}`, token)),
    );
    expect(plane.control.asked).toHaveLength(1);
    expect(plane.control.asked[0]?.tokenIssuedAt).toMatch(/Z$/);
  });
});

describe('caps', () => {
  it('sockets of a room', async () => {
    await restartWith({ 'limits.socketsPerRoom': 1 });
    const first = await open(candidate);
    const second = await connect();
    second.auth(room.roomId, plane.control.tokenOf(room, observer));
    expect(await second.closeCode()).toBe(1013);
    expect(first.closed).toBe(null);
  });

  it('sockets of a user, rooms of the same user counted together', async () => {
    await restartWith({ 'limits.socketsPerUser': 1 });
    const other = plane.control.addRoom();
    other.members.set(candidate.userId, candidate);
    await plane.create(other);
    await open(candidate);
    const second = await connect();
    second.auth(other.roomId, plane.control.tokenOf(other, candidate));
    expect(await second.closeCode()).toBe(1013);
  });

  it('sockets of one address that are not admitted: the oldest goes, never the new one', async () => {
    await restartWith({ 'limits.pendingSocketsPerAddress': 1 });
    const oldest = await connect();
    await open(candidate);
    expect(await oldest.closeCode()).toBe(1013);
  });
});

describe('two tabs', () => {
  it('the newer wins, the older is told 4009 and its user never counts as away', async () => {
    await restartWith({ 'timers.disconnectGraceMs': 30 });
    const older = await open(candidate);
    const newer = await open(candidate);
    expect(await older.closeCode()).toBe(4009);
    await sleep(80);
    expect(newer.closed).toBe(null);
    expect(plane.control.disconnected).toEqual([]);
  });
});

describe('removal [S29]', () => {
  const kick = (kind: 'kicked' | 'left' | 'disabled', reason = 'Removed by host') =>
    plane.plane.port.kickUser(room.roomId, { userId: candidate.userId, kind, reason });

  for (const [kind, code] of [
    ['kicked', 4002],
    ['left', 1000],
    ['disabled', 4007],
  ] as const)
    it(`${kind}: ${code} at once, and a valid token does not help`, async () => {
      const client = await open(candidate);
      candidate.removed = true;
      expect(await kick(kind)).toEqual({ kicked: true, closedConnections: 1 });
      expect(await client.closeCode(1_000)).toBe(code);
      expect(client.closed?.reason).toBe('Removed by host');
      for (let attempt = 0; attempt < 3; attempt++) {
        const again = await connect();
        again.auth(room.roomId, plane.control.tokenOf(room, candidate));
        expect(await again.closeCode()).toBe(4007);
      }
      expect(await kick(kind)).toEqual({ kicked: false, closedConnections: 0 });
    });

  it('cuts a long reason between characters', async () => {
    const client = await open(candidate);
    await kick('kicked', 'ä'.repeat(120));
    await client.closeCode();
    expect(client.closed?.reason).toBe('ä'.repeat(61));
  });

  it('a removal while the decision is under way keeps the user out', async () => {
    const gate = Promise.withResolvers<void>();
    plane.control.beforeAnswer = () => gate.promise;
    const client = await connect();
    client.auth(room.roomId, plane.control.tokenOf(room, candidate));
    await until('asked', () => plane.control.asked.length === 1);
    candidate.removed = true;
    await kick('kicked');
    gate.resolve();
    expect(await client.closeCode()).toBe(4007);
  });

  it('ends the sockets of a login', async () => {
    const client = await open(candidate);
    plane.plane.port.endLogins(candidate.userId, ['another'], 4001);
    plane.plane.port.endLogins(candidate.userId, [candidate.sid], 4001);
    expect(await client.closeCode()).toBe(4001);
  });

  it('the periodic question finds who may no longer be there [S29]', async () => {
    await restartWith({ 'timers.accessRecheckMs': 40 });
    const client = await open(candidate);
    candidate.loginEnded = true;
    expect(await client.closeCode()).toBe(4001);
    expect(plane.control.asked.at(-1)?.tokenIssuedAt).toBe(null);
  });

  it('a control plane that does not answer puts nobody out', async () => {
    await restartWith({ 'timers.accessRecheckMs': 20 });
    const client = await open(candidate);
    plane.control.beforeAnswer = async () => {
      throw new Error('away');
    };
    await until('asked', () => plane.control.asked.length > 3);
    expect(client.closed).toBe(null);
  });
});

describe('who is there', () => {
  it('tells once that a user has dropped out, after the grace time', async () => {
    await restartWith({ 'timers.disconnectGraceMs': 50 });
    const client = await open(candidate);
    const closedAt = Date.now();
    client.ws.terminate();
    const [gone] = await until(
      'told',
      () => plane.control.disconnected.length > 0 && plane.control.disconnected,
    );
    expect(gone).toMatchObject({ roomId: room.roomId, userId: candidate.userId, closeCode: 1006 });
    expect(Math.abs((gone?.at ?? 0) - closedAt)).toBeLessThan(2_000);
  });

  it('a reload within the grace time is silent', async () => {
    await restartWith({ 'timers.disconnectGraceMs': 1_500 });
    const client = await open(candidate);
    client.ws.terminate();
    await open(candidate);
    await sleep(1_800);
    expect(plane.control.disconnected).toEqual([]);
  });

  it('reports live users', async () => {
    await restartWith({ 'timers.heartbeatMs': 20 });
    await open(candidate);
    const [first] = await until(
      'heartbeat',
      () => plane.control.heartbeats.length > 0 && plane.control.heartbeats,
    );
    expect(first).toEqual({ roomId: room.roomId, userId: candidate.userId });
  });

  it('a peer that does not answer pings is cut off', async () => {
    await restartWith({ 'timers.socketPingMs': 60 });
    const client = await open(candidate);
    client.ws.pause();
    await until('cut off', () => plane.plane.healthDetails().connections === 0);
  });
});

describe('ending', () => {
  it('destroying closes with 4003, keeps the stored text and lets createDocument reopen it', async () => {
    await plane.plane.port.replaceDocumentContent(room.roomId, { python: 'kept' });
    const client = await open(candidate);
    expect(
      await plane.plane.port.destroyDocument(room.roomId, { purge: false, reason: 'completed' }),
    ).toMatchObject({ destroyed: true, closedConnections: 1, finalSnapshotId: expect.any(String) });
    expect(await client.message('room-closed')).toEqual({ reason: 'completed' });
    expect(await client.closeCode()).toBe(4003);
    expect(plane.plane.healthDetails().rooms).toBe(0);
    expect(await plane.plane.port.readCode(room.roomId, 'python')).toBe('kept');
    const again = await plane.plane.port.createDocument({
      roomId: room.roomId,
      initialPhase: 'coding',
      initialLanguage: 'python',
      editorLocked: false,
      initialContentByLanguage: { python: 'ignored' },
    });
    expect(again).toMatchObject({ created: false, source: 'existing' });
    expect(await plane.plane.port.readCode(room.roomId, 'python')).toBe('kept');
  });

  it('purging erases everything, and repeats are harmless', async () => {
    const client = await open(candidate);
    const purge = () => plane.plane.port.destroyDocument(room.roomId, { purge: true, reason: 'destroyed' });
    expect(await purge()).toMatchObject({ destroyed: true, closedConnections: 1 });
    expect(await client.closeCode()).toBe(4003);
    expect(await purge()).toMatchObject({ destroyed: false, closedConnections: 0 });
    await expect(plane.plane.port.readCode(room.roomId, 'python')).rejects.toMatchObject({
      code: 'COLLAB_DOCUMENT_NOT_FOUND',
    });
    await expect(
      plane.plane.port.destroyDocument(room.roomId, { purge: false, reason: 'completed' }),
    ).rejects.toMatchObject({ code: 'COLLAB_DOCUMENT_NOT_FOUND' });
    const left = plane.db.raw
      .prepare(
        `SELECT (SELECT count(*) FROM collab_rooms) + (SELECT count(*) FROM collab_documents)
         + (SELECT count(*) FROM collab_journal) + (SELECT count(*) FROM collab_chat_messages)`,
      )
      .pluck()
      .get();
    expect(left).toBe(0);
  });

  it('a graceful stop warns, closes with 1012 and loses nothing', async () => {
    const client = await open(candidate);
    const stopping = plane.plane.stop();
    expect(await client.message('server-restarting')).toHaveProperty('retryAfterMs');
    expect(await client.closeCode()).toBe(1012);
    await stopping;
    expect(await upgradeStatus('/collab')).toBe(503);
    expect(plane.plane.port.health()).toBe('draining');
    expect(plane.control.disconnected).toEqual([]);
  });
});

describe('createDocument', () => {
  const base = { initialPhase: 'waiting', initialLanguage: 'python', editorLocked: false } as const;

  it('refuses a snapshot that does not decode, and makes nothing', async () => {
    const { roomId } = new FakeRoom();
    const request = { ...base, roomId, snapshot: { code: Buffer.from('rubbish').toString('base64') } };
    await expect(plane.plane.port.createDocument(request)).rejects.toMatchObject({
      code: 'COLLAB_INVALID_REQUEST',
    });
    await expect(plane.plane.port.readCode(roomId, 'python')).rejects.toMatchObject({ status: 404 });
  });

  it('refuses starter code over the limit', async () => {
    const { roomId } = new FakeRoom();
    const initialContentByLanguage = { go: 'x'.repeat(262_145) };
    await expect(
      plane.plane.port.createDocument({ ...base, roomId, initialContentByLanguage }),
    ).rejects.toMatchObject({ code: 'COLLAB_DOCUMENT_TOO_LARGE' });
  });

  it('seeds once, however often and at once it is called', async () => {
    const { roomId } = new FakeRoom();
    const request = { ...base, roomId, initialContentByLanguage: { python: 'a', java: 'b', go: '' } };
    const answers = await Promise.all([1, 2, 3].map(() => plane.plane.port.createDocument(request)));
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(answers.map(({ source }) => source).sort()).toEqual(['existing', 'existing', 'seed']);
    expect(await plane.plane.port.readCode(roomId, 'python')).toBe('a');
    expect(await plane.plane.port.readCode(roomId, 'java')).toBe('b');
  });
});
