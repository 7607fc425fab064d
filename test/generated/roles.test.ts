import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { actorNames, type Fixture, roomNames, startFixture } from './support/fixture.ts';
import { createInspector, type Inspector } from './support/inspector.ts';
import { refusalOf } from './support/judge.ts';
import { isOpen, validQuestion } from './support/question.ts';
import { announce, LONG_MS } from './support/settings.ts';

let fixture: Fixture;
let inspector: Inspector;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
beforeAll(async () => {
  fixture = await startFixture();
  inspector = createInspector(fixture);
});
afterAll(async () => {
  announce('roles and phases', inspector.figures());
  await fixture.close();
});

/** What outsiders may do with a room: come in, look it up, and nothing else. */
const openToStrangers = new Set(['joinRoom', 'lookupRoom']);
const strangers = new Set(['outsider', 'admin', 'removed']);
const endedAccounts = new Set(['banned', 'erased', 'departed']);

describe('every operation of a room [S20]', () => {
  it('asked by everybody in every phase answers as declared, and refuses without a trace', async () => {
    const { served, actors, rooms } = fixture;
    for (const operation of served.operations) {
      const hasRoom = operation.path.includes('{roomId}') || operation.path.includes('{roomCode}');
      if (!hasRoom) continue;
      for (const room of roomNames) {
        for (const who of [...actorNames, null]) {
          const base = { actor: who && actors[who], room: rooms[room] };
          const name = `${who ?? 'nobody'} in the room ${room}`;
          const question = validQuestion(fixture, operation, base);
          const answer = await inspector.inspect({
            name,
            operation,
            question,
            expected: who && !endedAccounts.has(who) ? 'valid' : 'unknown',
          });
          const wrong = judgeStanding({
            id: operation.id,
            who,
            room,
            status: answer.status,
            code: refusalOf(answer)?.code ?? '',
          });
          if (wrong !== null) inspector.object(`${operation.id}, ${name}`, wrong);
        }
      }
    }
    expect(inspector.findings()).toEqual([]);
  });
});

type Standing = {
  readonly id: string;
  readonly who: string | null;
  readonly room: string;
  readonly status: number;
  readonly code: string;
};

/** What holds whatever the operation: who is nobody gets nothing, strangers see no room, what is destroyed is gone. */
function judgeStanding({ id, who, room, status, code }: Standing): string | null {
  const got = `${status} ${code}`;
  if (who === null || endedAccounts.has(who)) return status === 401 || status === 403 ? null : got;
  if (room === 'destroyed') return code === 'ROOM_NOT_FOUND' ? null : got;
  if (strangers.has(who) && !openToStrangers.has(id)) return code === 'ROOM_ACCESS_DENIED' ? null : got;
  if (who === 'removed')
    return ['ROOM_PARTICIPANT_REMOVED', 'ROOM_FINISHED', 'ROOM_NOT_FOUND'].includes(code) ? null : got;
  return null;
}

describe('every other operation', () => {
  it('asked by everybody answers as declared, and refuses without a trace', async () => {
    const { served, actors, rooms } = fixture;
    for (const operation of served.operations) {
      if (operation.path.includes('{roomId}') || operation.path.includes('{roomCode}')) continue;
      for (const who of [...actorNames, null]) {
        const base = { actor: who && actors[who], room: rooms.coding };
        const question = validQuestion(fixture, operation, base);
        const answer = await inspector.inspect({ name: who ?? 'nobody', operation, question });
        const isEnded = who === null || endedAccounts.has(who);
        if (isEnded && !isOpen(operation) && answer.status < 400)
          inspector.object(operation.id, `${who} got ${answer.status}`);
        const isAdministration = operation.operation['x-permission'] === 'admin';
        if (isAdministration && who !== 'admin' && answer.status < 400)
          inspector.object(operation.id, `${who} got ${answer.status}`);
      }
    }
    expect(inspector.findings()).toEqual([]);
  });
});
