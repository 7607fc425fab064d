import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { appliedLimits, checkerLimits, compileLimits, programLimits, wallLimitMs } from './limits.ts';

const { config } = loadConfig({});
const nothing = { timeoutMs: null, memoryMb: null };

describe('limits', () => {
  it('take the defaults of the instance', () => {
    expect(appliedLimits(config, 'python', 'run', nothing)).toEqual({ timeoutMs: 5000, memoryMb: 256 });
    expect(appliedLimits(config, 'python', 'case', nothing)).toEqual({ timeoutMs: 2000, memoryMb: 256 });
  });

  it('take a wish, but never above the maxima', () => {
    const wish = { timeoutMs: 700, memoryMb: 64 };
    expect(appliedLimits(config, 'c', 'run', wish)).toEqual(wish);
    const greedy = { timeoutMs: 60_000, memoryMb: 4096 };
    expect(appliedLimits(config, 'c', 'run', greedy)).toEqual({ timeoutMs: 10_000, memoryMb: 1024 });
    expect(appliedLimits(config, 'c', 'case', greedy)).toEqual({ timeoutMs: 20_000, memoryMb: 1024 });
  });

  it('add the start-up time of the language and lift its memory to the floor', () => {
    const wish = { timeoutMs: 100, memoryMb: 32 };
    expect(appliedLimits(config, 'java', 'run', wish)).toEqual({ timeoutMs: 600, memoryMb: 128 });
    expect(appliedLimits(config, 'javascript', 'case', wish)).toEqual({ timeoutMs: 200, memoryMb: 96 });
    expect(appliedLimits(config, 'go', 'run', wish)).toEqual({ timeoutMs: 100, memoryMb: 64 });
    expect(appliedLimits(config, 'java', 'run', { ...wish, timeoutMs: 30_000 }).timeoutMs).toBe(10_500);
  });

  it.each([
    [100, 1200],
    [5000, 11_000],
    [9000, 19_000],
    [20_000, 30_000],
  ])('%i ms of CPU go with %i ms on the wall', (cpuMs, wallMs) => expect(wallLimitMs(cpuMs)).toBe(wallMs));

  it('of steps', () => {
    expect(programLimits(config, { timeoutMs: 2000, memoryMb: 64 })).toEqual({
      cpuMs: 2000,
      wallMs: 5000,
      memoryKb: 65_536,
      outputBytes: 1024 * 1024,
      processes: 64,
    });
    expect(compileLimits(config)).toMatchObject({ cpuMs: 10_000, wallMs: 15_000, processes: 128 });
    expect(checkerLimits(config, 'java')).toMatchObject({ cpuMs: 10_500, memoryKb: 512 * 1024 });
  });
});
