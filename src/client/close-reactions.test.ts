import { describe, expect, it } from 'vitest';
import { backoffMs, reactionTo } from './close-reactions.ts';

describe('reactionTo', () => {
  it.each([
    [1000, '', { kind: 'stop', reason: 'left' }],
    [1003, '', { kind: 'stop', reason: 'client-error' }],
    [1005, '', { kind: 'retry', minDelayMs: 0 }],
    [1006, '', { kind: 'retry', minDelayMs: 0 }],
    [1009, '', { kind: 'renew-once' }],
    [1011, '', { kind: 'retry', minDelayMs: 0 }],
    [1012, '', { kind: 'restart' }],
    [1013, 'storage', { kind: 'retry', minDelayMs: 5_000 }],
    [4001, '', { kind: 'rejoin' }],
    [4002, '', { kind: 'stop', reason: 'kicked' }],
    [4003, '', { kind: 'stop', reason: 'room-closed' }],
    [4004, '', { kind: 'stop', reason: 'room-not-found' }],
    [4007, '', { kind: 'stop', reason: 'forbidden' }],
    [4009, '', { kind: 'stop', reason: 'connected-elsewhere' }],
    [4013, 'too-large:board', { kind: 'renew', documents: ['board'] }],
    [4014, 'stale:code', { kind: 'renew', documents: ['code'] }],
    [4014, '', { kind: 'renew', documents: ['code', 'board', 'notes'] }],
    [4029, '', { kind: 'retry', minDelayMs: 5_000 }],
    [4205, '', { kind: 'retry', minDelayMs: 0 }],
    [4408, '', { kind: 'retry', minDelayMs: 0 }],
  ] as const)('%i %s', (code, reason, reaction) => {
    expect(reactionTo(code, reason)).toEqual(reaction);
  });
});

describe('backoffMs', () => {
  it('doubles from 1 s to 30 s, half of it by chance', () => {
    expect([1, 2, 3, 6, 50].map((failures) => backoffMs(failures, 0))).toEqual([
      500, 1_000, 2_000, 15_000, 15_000,
    ]);
    expect([1, 2, 3, 6, 50].map((failures) => backoffMs(failures, 1))).toEqual([
      1_000, 2_000, 4_000, 30_000, 30_000,
    ]);
  });

  it('keeps a least delay', () => {
    expect(backoffMs(1, 0, 5_000)).toBe(5_000);
  });
});
