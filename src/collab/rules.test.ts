import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reactionTo } from '../client/close-reactions.ts';
import { roomStatusValues } from '../generated/enums.ts';
import { colorOf, shapePresence } from './awareness.ts';
import { createBucket } from './bucket.ts';
import { closeCodes, closeReason, denials } from './close-codes.ts';
import { readFrame } from './frames.ts';
import { documentKinds, documentName, parseDocumentName } from './names.ts';
import { accessOf } from './rights.ts';

describe('names', () => {
  it('round-trip for every kind, and nothing else is one', () => {
    const roomId = '0199d0a4-7c1e-7000-8000-000000000001';
    for (const kind of documentKinds)
      expect(parseDocumentName(documentName(roomId, kind))).toEqual({ roomId, kind });
    for (const name of [
      '',
      roomId.toUpperCase().replace('0199D', 'ABCDE'),
      `${roomId}/`,
      `${roomId}/other`,
      `x${roomId}`,
    ])
      expect(parseDocumentName(name)).toBe(null);
  });
});

describe('rights', () => {
  const editor = new Set(['code:edit', 'whiteboard:draw', 'whiteboard:annotate']);
  const free = { phase: 'coding', isLocked: false, isStorageDegraded: false } as const;

  it('follow capabilities by document', () => {
    expect(accessOf(editor, free)).toEqual({ code: 'read-write', board: 'read-write', notes: 'read-write' });
    expect(accessOf(new Set(['whiteboard:annotate']), free)).toEqual({
      code: 'readonly',
      board: 'readonly',
      notes: 'read-write',
    });
  });

  it('the lock stops code only; a finished room and a full disk stop everything', () => {
    expect(accessOf(editor, { ...free, isLocked: true })).toEqual({
      code: 'readonly',
      board: 'read-write',
      notes: 'read-write',
    });
    const none = { code: 'readonly', board: 'readonly', notes: 'readonly' };
    expect(accessOf(editor, { ...free, phase: 'finished' })).toEqual(none);
    expect(accessOf(editor, { ...free, isStorageDegraded: true })).toEqual(none);
    for (const phase of roomStatusValues.filter((value) => value !== 'finished'))
      expect(accessOf(editor, { ...free, phase }).code).toBe('read-write');
  });
});

describe('close codes', () => {
  it('each but the protocol reset means something of its own to the client', () => {
    const plain = Object.values(closeCodes).filter((code) => {
      const reaction = reactionTo(code, '');
      return reaction.kind === 'retry' && reaction.minDelayMs === 0;
    });
    expect(plain).toEqual([closeCodes.protocolReset]);
  });

  it('every denial has a code of the table', () => {
    const known = new Set<number>(Object.values(closeCodes));
    for (const code of Object.values(denials)) expect(known.has(code)).toBe(true);
  });

  it('a reason is cut to 123 bytes between characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const reason = closeReason(text);
        expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
        expect(text.startsWith(reason)).toBe(true);
        if (Buffer.byteLength(text) <= 123) expect(reason).toBe(text);
      }),
    );
  });
});

describe('buckets', () => {
  it('give a burst, then so many a second', () => {
    const bucket = createBucket({ perSecond: 50, burst: 200 });
    const taken = (atMs: number, times: number) =>
      Array.from({ length: times }, () => bucket.take(atMs)).filter(Boolean).length;
    expect(taken(0, 300)).toBe(200);
    expect(taken(1_000, 300)).toBe(50);
    expect(taken(100_000, 300)).toBe(200);
  });

  it('a clock that goes back gives nothing', () => {
    const bucket = createBucket({ perSecond: 1, burst: 1 });
    expect([bucket.take(5_000), bucket.take(0), bucket.take(500)]).toEqual([true, false, false]);
  });

  it('without a rate there is no limit', () => {
    const bucket = createBucket({ perSecond: 0, burst: 1 });
    expect([bucket.take(0), bucket.take(0)]).toEqual([true, true]);
  });
});

describe('frames', () => {
  it('any bytes are read without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const frame = readFrame(bytes);
        expect(frame === null || frame === 'pong' || frame.documentName.length <= 64).toBe(true);
      }),
    );
  });
});

describe('presence', () => {
  const identity = { id: 'u1', name: 'Ada', role: 'candidate', isHost: true } as const;
  const shape = (state: Record<string, unknown>, kind: 'code' | 'board' = 'code') =>
    shapePresence(state, kind, identity, 4_096);

  it('the server says who it is, the client only which colour', () => {
    expect(
      shape({ user: { id: 'u2', name: 'Bob', isHost: false, color: '#112233', colorLight: '#11223344' } }),
    ).toEqual({ user: { ...identity, color: '#112233', colorLight: '#11223344' } });
    expect(shape({ user: { color: 'red; background: url(x)' } })?.user).toEqual({
      ...identity,
      color: colorOf('u1'),
      colorLight: `${colorOf('u1')}33`,
    });
  });

  it('keeps the known fields of the document in their shape, and no other', () => {
    const state = {
      cursor: { anchor: { item: 1 }, head: null, more: 1 },
      language: 'python',
      active: true,
      typing: 'yes',
      pointer: { x: 1, y: Number.NaN },
      __proto__: { active: false },
      other: 1,
    };
    expect(shape(state)).toEqual({
      cursor: { anchor: { item: 1 }, head: null },
      language: 'python',
      active: true,
      pointer: null,
      user: expect.anything(),
    });
    expect(Object.keys(shape(state, 'board') ?? {}).sort()).toEqual(['active', 'pointer', 'user']);
  });

  it('is refused beyond its size', () => {
    expect(shape({ cursor: { anchor: { text: 'x'.repeat(5_000) }, head: null } })).toBe(null);
  });
});
