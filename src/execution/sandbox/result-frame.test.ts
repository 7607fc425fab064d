import { describe, expect, it } from 'vitest';
import { createFieldWriter } from './frames.ts';
import { resultTag } from './protocol.ts';
import { decodeResult } from './result-frame.ts';

type Fields = Partial<Record<keyof typeof resultTag, number | string | Uint8Array>>;

function decode(fields: Fields) {
  const writer = createFieldWriter();
  for (const [name, value] of Object.entries(fields)) {
    const tag = resultTag[name as keyof typeof resultTag];
    if (typeof value === 'number') writer.number(tag, value);
    else if (typeof value === 'string') writer.text(tag, value);
    else writer.bytes(tag, value);
  }
  return decodeResult(writer.payload());
}

function file(size: number, executable: number, path: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeBigUInt64LE(BigInt(size), 0);
  head.writeUInt8(executable, 8);
  return Buffer.concat([head, path]);
}

describe('a result', () => {
  it.each([
    [0, { status: 'exited', exitCode: 0, signal: null }],
    [255 << 8, { status: 'exited', exitCode: 255, signal: null }],
    [137 << 8, { status: 'exited', exitCode: 137, signal: null }],
    [9, { status: 'signalled', exitCode: null, signal: 9 }],
    [11 | 0x80, { status: 'signalled', exitCode: null, signal: 11 }],
  ])('wait status %i', (waitStatus, expected) => {
    expect(decode({ id: 1, started: 1, waitStatus }).facts).toMatchObject(expected);
  });

  it('without a wait status: killed with its init, or never started', () => {
    expect(decode({ started: 1 }).facts).toMatchObject({ status: 'signalled', signal: 9 });
    expect(decode({ started: 0, failure: 'why' }).facts).toMatchObject({ status: null, jailFailure: 'why' });
  });

  it('figures', () => {
    const { id, facts } = decode({
      id: 7,
      started: 1,
      waitStatus: 0,
      wallUs: 1500,
      cpuUs: 250,
      peakBytes: 2048,
      killedBy: 3,
    });
    expect(id).toBe(7);
    expect(facts).toMatchObject({
      wallMs: 1.5,
      cpuMs: 0.25,
      memoryKb: 2,
      killedBy: 'output',
      oomKilled: false,
    });
    expect(decode({ started: 1 }).facts.memoryKb).toBeNull();
  });

  it('streams know what they lost', () => {
    const { facts } = decode({
      stdout: Buffer.from('ab'),
      stdoutTotal: 5,
      stderr: Buffer.from('c'),
      stderrTotal: 1,
    });
    expect(facts.stdout).toMatchObject({ totalBytes: 5, truncated: true });
    expect(facts.stderr).toMatchObject({ totalBytes: 1, truncated: false });
  });

  it('files, and a name that is no UTF-8', () => {
    const good = decode({ collected: 1, file: file(3, 1, Buffer.from('é')) });
    expect(good.facts.collected).toEqual({ ok: true, files: [{ path: 'é', bytes: 3, executable: true }] });
    const bad = decode({ collected: 1, file: file(3, 0, Buffer.from([0xff])) });
    expect(bad.facts.collected).toMatchObject({ ok: false, refusal: 'badName' });
    expect(decode({ collected: 6 }).facts.collected).toMatchObject({ ok: false, refusal: 'tooLarge' });
    expect(decode({ collected: 99 }).facts.collected).toMatchObject({ ok: false, refusal: 'host' });
  });

  it('a payload that is cut short throws', () => {
    expect(() => decodeResult(Buffer.from([1, 0, 9, 0, 0, 0, 1]))).toThrow('cut short');
  });
});
