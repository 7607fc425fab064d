import { expect, it } from 'vitest';
import { type ConnectionFacts, connectionState } from './connection-state.ts';

const facts: ConnectionFacts = {
  ended: null,
  isSynced: true,
  unsyncedChanges: 0,
  codeAccess: 'read-write',
  lostSinceMs: null,
  wasLive: true,
};

it.each([
  ['live', {}, { status: 'live' }],
  ['saving', { unsyncedChanges: 2 }, { status: 'saving' }],
  ['read-only', { codeAccess: 'readonly' }, { status: 'read-only' }],
  ['connecting', { isSynced: false, wasLive: false, lostSinceMs: 9_000 }, { status: 'connecting' }],
  ['a short loss shows as saving', { isSynced: false, lostSinceMs: 9_000 }, { status: 'saving' }],
  ['offline after 3 s', { isSynced: false, lostSinceMs: 7_000 }, { status: 'offline' }],
  ['ended', { ended: 'kicked' }, { status: 'ended', reason: 'kicked' }],
] as const)('%s', (_what, changes, state) => {
  expect(connectionState({ ...facts, ...changes }, 10_000)).toEqual(state);
});
