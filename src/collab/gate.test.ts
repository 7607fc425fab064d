import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DurableWaiter } from '../db/types.ts';
import { createGate, type GateDeps } from './gate.ts';

/** A flush that is ended by hand, and a socket that writes down what reaches it. */
function setUp(maxUnsentBytes = 1_000_000) {
  const waiters: DurableWaiter[] = [];
  const durable = {
    unflushed: false,
    whenDurable: (run: DurableWaiter) => {
      if (durable.unflushed) waiters.push(run);
      else run();
    },
  };
  const left: string[] = [];
  const ws = {
    readyState: 1,
    bufferedAmount: 0,
    send: (data: Uint8Array) => void left.push(Buffer.from(data).toString()),
    close: (code: number) => {
      ws.readyState = 2;
      left.push(`close ${code}`);
    },
    terminate: () => void left.push('terminate'),
    once: () => {},
  };
  let overflows = 0;
  const onOverflow = () => {
    overflows += 1;
  };
  const gate = createGate({ ws: ws as unknown as GateDeps['ws'], durable, maxUnsentBytes, onOverflow });
  const flush = (failed?: Error) => {
    durable.unflushed = false;
    for (const run of waiters.splice(0)) run(failed);
  };
  return { gate, left, durable, flush, ws, overflows: () => overflows };
}
const bytes = (text: string) => Buffer.from(text);

describe('the gate', () => {
  it('lets pass at once while everything is durable', () => {
    const { gate, left } = setUp();
    gate.send(bytes('a'));
    gate.close(1000);
    expect(left).toEqual(['a', 'close 1000']);
  });

  it('holds sends and the close until the flush, in order', () => {
    const { gate, left, durable, flush } = setUp();
    durable.unflushed = true;
    gate.send(bytes('a'));
    gate.send(bytes('b'));
    gate.close(4014, 'stale:code');
    gate.send(bytes('after the close'));
    expect(left).toEqual([]);
    expect(gate.readyState).toBe(3);
    flush();
    expect(left).toEqual(['a', 'b', 'close 4014']);
  });

  it('keeps the order when a callback of the flush sends in between', () => {
    const { gate, left, durable, flush } = setUp();
    durable.unflushed = true;
    gate.send(bytes('a'));
    durable.whenDurable(() => gate.send(bytes('c')));
    gate.send(bytes('b'));
    flush();
    expect(left).toEqual(['a', 'b', 'c']);
  });

  it('drops what is held when it is told so, and when storage has failed', () => {
    for (const how of ['drop', 'fail'] as const) {
      const { gate, left, durable, flush } = setUp();
      durable.unflushed = true;
      gate.send(bytes('never durable'));
      if (how === 'drop') gate.drop(1013, 'storage');
      flush(how === 'fail' ? new Error('disk') : undefined);
      expect(left).toEqual(['close 1013']);
    }
  });

  it('cuts off a reader that is too slow', () => {
    const { gate, left, durable, overflows } = setUp(5);
    durable.unflushed = true;
    gate.send(bytes('123'));
    gate.send(bytes('456'));
    expect(left).toEqual(['close 1013', 'terminate']);
    expect(overflows()).toBe(1);
  });

  it('never closes with a code that clients do not know', () => {
    const { gate, left } = setUp();
    gate.close(4401);
    expect(left).toEqual(['close 4205']);
  });

  it('sends everything, in order, whenever the flushes end', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('send', 'touch', 'flush'), { maxLength: 60 }), (steps) => {
        const { gate, left, durable, flush } = setUp();
        let sent = 0;
        for (const step of steps) {
          if (step === 'send') gate.send(bytes(String(sent++)));
          if (step === 'touch') durable.unflushed = true;
          if (step === 'flush') flush();
        }
        flush();
        expect(left).toEqual(Array.from({ length: sent }, (_unused, index) => String(index)));
      }),
    );
  });
});
