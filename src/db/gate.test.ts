import { describe, expect, it } from 'vitest';
import { createGate } from './gate.ts';

const refusal = { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 5 };

describe('the gate of writers', () => {
  it('lets everybody through while it is open', async () => {
    await expect(createGate().pass()).resolves.toBeUndefined();
  });

  it('lets those who waited go on in their order', async () => {
    const gate = createGate();
    gate.close();
    const passed: number[] = [];
    const all = [1, 2, 3].map((id) => gate.pass().then(() => passed.push(id)));
    await Promise.resolve();
    expect(passed).toEqual([]);
    gate.open();
    await Promise.all(all);
    expect(passed).toEqual([1, 2, 3]);
  });

  it('refuses who waited too long, who comes when too many wait, and everybody once shut', async () => {
    const gate = createGate({ holdMs: 10, maxWaiting: 1 });
    gate.close();
    const late = gate.pass();
    await expect(gate.pass()).rejects.toMatchObject(refusal);
    await expect(late).rejects.toMatchObject(refusal);
    const waiting = gate.pass();
    gate.shut();
    await expect(waiting).rejects.toMatchObject(refusal);
    gate.open();
    await expect(gate.pass()).rejects.toMatchObject(refusal);
    expect([gate.isClosed, gate.isShut]).toEqual([true, true]);
  });
});
