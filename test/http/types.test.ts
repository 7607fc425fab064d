import { describe, expect, it } from 'vitest';
import type { ProblemDetail, RoomStatus } from '../../src/generated/api.ts';
import { roomStatusValues, supportedLanguageValues } from '../../src/generated/enums.ts';
import { operation } from '../../src/http/operation.ts';
import { profile, someId } from './fixtures.ts';

/**
 * The compiler is the test here: every @ts-expect-error below is an error of `npm run typecheck` when the wrong use
 * begins to compile. The functions are never called.
 */
function rightUses() {
  const phases: RoomStatus[] = ['coding'];
  return [
    operation(
      'runCode',
      { phases, unlocked: true, limit: 'run' },
      async ({ answer, body, params, room, user, keep, spend }) => {
        spend();
        const text: string = body.stdin + body.code + params.roomId + user.userId + room.me.userId;
        const time: number = body.timeoutMs ?? 1;
        return keep({} as never, answer(202, { jobId: text }, { Location: '/x', 'Retry-After': time }));
      },
    ),
    operation('logout', {}, ({ answer, cookies }) =>
      answer(204, undefined, { 'Set-Cookie': cookies.refreshToken }),
    ),
    operation('getMe', {}, ({ answer, headers }) =>
      headers['If-None-Match'] ? answer(304) : answer(200, profile),
    ),
    operation('joinRoom', {}, ({ body, fail }) => fail('ROOM_FULL', body?.roomCode ?? 'none', { a: 1 })),
    operation('listProblems', {}, ({ query, fail }) =>
      fail('FORBIDDEN', query.sortBy, { limit: query.limit, tags: query.tags?.join() }),
    ),
    operation('getExecutionResult', {}, ({ answer }) =>
      answer(200, { jobId: someId, status: 'queued', queuePosition: 1, createdAt: '', startedAt: null }),
    ),
    operation('getHealth', {}, ({ answer }) => answer(503, {} as never)),
    operation('createDocument', {}, ({ answer, body }) => answer(201, { roomId: body.roomId } as never)),
    operation('updateRoomSettings', { rights: 'byAction', awayHost: true }, ({ fail, body }) =>
      fail('ROOM_FINISHED', String(body.config?.isPrivate)),
    ),
  ];
}

function wrongUses() {
  // @ts-expect-error there is no such operation
  operation('runCodes', {}, async ({ answer }) => answer(202, { jobId: '' }));
  // @ts-expect-error a bare object is no answer
  operation('runCode', {}, async () => ({ jobId: '' }));
  // @ts-expect-error an undeclared field
  operation('runCode', {}, async ({ answer }) => answer(202, { jobId: '', extra: 1 }));
  const end = { nextCursor: null, hasMore: false };
  // @ts-expect-error an undeclared field further down
  operation('listRooms', {}, ({ answer }) => answer(200, { data: [], pagination: { ...end, total: 3 } }));
  // @ts-expect-error a missing field
  operation('getMyActiveRoom', {}, ({ answer }) => answer(200, { room: null }));
  // @ts-expect-error an undeclared status
  operation('runCode', {}, ({ answer }) => answer(200, { jobId: '' }));
  // @ts-expect-error a body of a status that has none
  operation('logout', {}, ({ answer }) => answer(204, {}));
  // @ts-expect-error no body of a status that has one
  operation('runCode', {}, ({ answer }) => answer(202));
  // @ts-expect-error an undeclared header
  operation('getInstance', {}, ({ answer }) => answer(200, {} as never, { ETag: 'x' }));
  // @ts-expect-error an answer of another operation
  operation('runCode', {}, () => operationAnswer());
  // @ts-expect-error an error of another operation
  operation('runCode', {}, ({ fail }) => fail('PROBLEM_IN_USE', 'x'));
  // @ts-expect-error a time is a text
  operation('getMe', {}, ({ answer }) => answer(200, { ...profile, createdAt: new Date() }));
  // @ts-expect-error null is not undefined
  operation('getMe', {}, ({ answer }) => answer(200, { ...profile, bio: undefined }));
  // @ts-expect-error a value outside the enum
  operation('getMe', {}, ({ answer }) => answer(200, { ...profile, role: 'root' }));
  // @ts-expect-error nobody is signed in
  operation('getHealth', {}, ({ answer, user }) => answer(200, { user } as never));
  // @ts-expect-error between planes nobody is signed in
  operation('kickUser', {}, ({ user, fail }) => fail('COLLAB_DOCUMENT_NOT_FOUND', user.userId));
  // @ts-expect-error administrators enter no room
  operation('adminForceCloseRoom', {}, ({ room, fail }) => fail('ROOM_FINISHED', room.room.id));
  // @ts-expect-error who joins is not in the room yet
  operation('joinRoom', {}, ({ room, fail }) => fail('ROOM_FULL', room.room.id));
  // @ts-expect-error rules of a room without a room
  operation('getMe', { phases: ['coding'] }, ({ answer }) => answer(304));
  // @ts-expect-error an unknown phase
  operation('runCode', { phases: ['lunch'] }, ({ answer }) => answer(202, { jobId: '' }));
  // @ts-expect-error an unknown bucket
  operation('runCode', { limit: 'lunch' }, ({ answer }) => answer(202, { jobId: '' }));
  // @ts-expect-error the operation takes no keys
  operation('leaveRoom', {}, ({ answer, keep }) => keep({} as never, answer(204)));
  // @ts-expect-error the operation has no body
  operation('leaveRoom', {}, ({ answer, body }) => answer(body.x));
  // @ts-expect-error an optional body may be missing
  operation('joinRoom', {}, ({ body, fail }) => fail('ROOM_FULL', body.roomCode));
  // @ts-expect-error an unknown parameter
  operation('getRoom', {}, ({ params, fail }) => fail('ROOM_NOT_FOUND', params.room));
  // @ts-expect-error a parameter without a default may be missing
  operation('listProblems', {}, ({ query, fail }) => fail('FORBIDDEN', query.search.trim()));
  const drivers: ProblemDetail['starterCode'] = {
    // @ts-expect-error an unknown language
    perl: '',
  };
  return drivers;
}

declare function operationAnswer(): import('../../src/http/operation.ts').Answer<'getMe'>;

describe('types', () => {
  it('of right and wrong uses are checked by the compiler', () => {
    expect(typeof rightUses).toBe('function');
    expect(typeof wrongUses).toBe('function');
  });

  it('have their values beside them, in the order of the contract', () => {
    expect(roomStatusValues).toEqual(['waiting', 'warmup', 'coding', 'wrapup', 'finished']);
    expect(supportedLanguageValues).toHaveLength(8);
  });
});
