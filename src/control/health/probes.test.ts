import { describe, expect, it } from 'vitest';
import type { ServiceState } from '../../generated/api.ts';
import { createHealthCheck, overallStatus, type Probes } from './probes.ts';

const clock = { now: () => 0 };
const allOk: Probes = {
  database: () => 'ok',
  queue: () => 'ok',
  storage: () => 'ok',
  execution: () => 'ok',
  ai: () => 'disabled',
  collab: () => 'ok',
  media: () => 'disabled',
};

const parts = Object.keys(allOk) as (keyof Probes)[];

describe('health', () => {
  it('is ok although parts are switched off', async () => {
    expect((await createHealthCheck(allOk, clock)()).status).toBe('ok');
  });

  it.each(parts)('with %s failing', async (part) => {
    const check = createHealthCheck({ ...allOk, [part]: () => Promise.reject(new Error('down')) }, clock);
    const { status, services } = await check();
    expect(services[part]).toBe('fail');
    expect(status).toBe(['database', 'storage', 'queue'].includes(part) ? 'down' : 'degraded');
  });

  it('asks once for all who ask at the same time', async () => {
    let asked = 0;
    const database = async (): Promise<ServiceState> => {
      asked += 1;
      return 'ok';
    };
    const check = createHealthCheck({ ...allOk, database }, clock);
    await Promise.all(Array.from({ length: 20 }, check));
    expect(asked).toBe(1);
  });

  it('does not wait for a part that hangs', async () => {
    const { services } = await createHealthCheck({ ...allOk, collab: () => new Promise(() => {}) }, clock)();
    expect(services.collab).toBe('fail');
    expect(overallStatus(services)).toBe('degraded');
  });
});
