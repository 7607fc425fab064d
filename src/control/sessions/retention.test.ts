import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CodeSnapshotTrigger } from '../../generated/api.ts';
import { chooseDropped } from './retention.ts';
import { countLines } from './snapshots.ts';

const kept = (triggers: readonly CodeSnapshotTrigger[], codeBytes = 1) =>
  triggers.map((trigger, at) => ({ id: String(at), trigger, codeBytes }));
const periodic = (count: number) => kept(Array<CodeSnapshotTrigger>(count).fill('periodic'));

describe('chooseDropped', () => {
  it('drops nothing within the limits', () => {
    expect(chooseDropped(periodic(10), { count: 10, bytes: 10 })).toEqual([]);
  });

  it('drops every second periodic one, and keeps the newest', () => {
    expect(chooseDropped(periodic(7), { count: 6, bytes: 100 })).toEqual(['1', '3', '5']);
    expect(chooseDropped(periodic(8), { count: 7, bytes: 100 })).toEqual(['0', '2', '4', '6']);
  });

  it('thins out again while the texts are too long', () => {
    expect(chooseDropped(periodic(8), { count: 100, bytes: 2 })).toEqual(['0', '1', '2', '4', '5', '6']);
  });

  it('then goes by trigger, oldest first, and never drops that of the end', () => {
    const all = kept(['submission', 'phase_change', 'manual', 'manual', 'periodic', 'session_end']);
    expect(chooseDropped(all, { count: 3, bytes: 100 })).toEqual(['2', '3', '4']);
    expect(chooseDropped(all, { count: 2, bytes: 100 })).toEqual(['1', '2', '3', '4']);
    expect(chooseDropped(all, { count: 0, bytes: 0 })).toEqual(['0', '1', '2', '3', '4']);
  });

  it('keeps within the limits whatever comes, and all it can', () => {
    const triggers = fc.constantFrom<CodeSnapshotTrigger>('periodic', 'manual', 'phase_change', 'submission');
    const snapshots = fc.array(fc.record({ trigger: triggers, codeBytes: fc.nat(20) }), { maxLength: 60 });
    fc.assert(
      fc.property(snapshots, fc.nat(40), fc.nat(300), (given, count, bytes) => {
        const all = given.map((snapshot, at) => ({ id: String(at), ...snapshot }));
        const dropped = new Set(chooseDropped(all, { count, bytes }));
        const left = all.filter(({ id }) => !dropped.has(id));
        expect(left.length).toBeLessThanOrEqual(count);
        expect(left.reduce((sum, { codeBytes }) => sum + codeBytes, 0)).toBeLessThanOrEqual(bytes);
      }),
    );
  });
});

it.each([
  ['', 0],
  ['\n \n\t\n', 0],
  ['a', 1],
  ['a\n\n  b\r\n', 2],
])('lines of %j that are not blank: %i', (code, lines) => {
  expect(countLines(code)).toBe(lines);
});
