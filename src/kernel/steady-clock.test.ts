import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIds } from './ids.ts';
import { systemRandom } from './random.ts';
import { createSteadyClock } from './steady-clock.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

/** A machine whose clock can be set and which can be put to sleep. */
function createMachine() {
  let [wall, elapsed, uptime] = [START, 1000, 50_000];
  const jumps: number[] = [];
  const times = { wall: () => wall, elapsed: () => elapsed, awakeAndAsleep: () => uptime };
  const clock = createSteadyClock({ times, onJump: (byMs) => jumps.push(byMs) });
  return {
    clock,
    jumps,
    pass(ms: number) {
      wall += ms;
      elapsed += ms;
      uptime += ms;
    },
    sleep(ms: number) {
      wall += ms;
      uptime += ms;
    },
    set(byMs: number) {
      wall += byMs;
    },
    wall: () => wall,
  };
}

describe('a steady clock', () => {
  it('is the system’s while nobody sets that, corrections included', () => {
    const machine = createMachine();
    for (const ms of [0, 1, 17, 60_000, 9 * HOUR]) {
      machine.pass(ms);
      machine.set(ms % 2 === 0 ? 100 : -100);
      expect(machine.clock.now()).toBe(machine.wall());
    }
    expect(machine.jumps).toEqual([]);
  });

  it.each([HOUR, -HOUR, 30 * 24 * HOUR, -30 * 24 * HOUR])(
    'goes on through a jump by %i ms, tells it once, and follows by a 20th of the time that passes',
    (byMs) => {
      const machine = createMachine();
      machine.pass(5000);
      const before = machine.clock.now();
      machine.set(byMs);
      expect(machine.clock.now()).toBe(before);
      machine.pass(100_000);
      expect(machine.clock.now()).toBe(before + 100_000 + Math.sign(byMs) * 5000);
      expect(machine.jumps).toEqual([byMs]);
      machine.pass(20 * Math.abs(byMs));
      machine.clock.now();
      expect(machine.clock.now()).toBe(machine.wall());
      machine.set(2 * HOUR);
      machine.clock.now();
      expect(machine.jumps).toEqual([byMs, 2 * HOUR]);
    },
  );

  it('counts the time that the machine slept, at once and without a remark', () => {
    const machine = createMachine();
    machine.clock.now();
    machine.sleep(8 * HOUR);
    expect(machine.clock.now()).toBe(machine.wall());
    machine.pass(1000);
    expect(machine.clock.now()).toBe(machine.wall());
    expect(machine.jumps).toEqual([]);
  });

  it('tells apart what was slept and what was set in the same night', () => {
    const machine = createMachine();
    machine.clock.now();
    machine.sleep(8 * HOUR);
    machine.set(-HOUR);
    const now = machine.clock.now();
    expect(machine.jumps).toEqual([]);
    expect(now).toBe(machine.wall());
    machine.set(-HOUR);
    expect(machine.clock.now()).toBe(now);
    expect(machine.jumps).toEqual([-HOUR]);
  });

  it('never goes back, and counts durations within a 20th, whatever the system’s clock does', () => {
    const steps = fc.array(
      fc.record({ passMs: fc.integer({ min: 0, max: HOUR }), setMs: fc.integer({ min: -1e12, max: 1e12 }) }),
      { maxLength: 50 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const machine = createMachine();
        for (const { passMs, setMs } of all) {
          // Small corrections are followed, which may be back by so much.
          const before = machine.clock.now();
          machine.set(setMs);
          machine.pass(passMs);
          const took = machine.clock.now() - before;
          expect(took).toBeGreaterThanOrEqual(passMs * 0.95 - 251);
          expect(took).toBeLessThanOrEqual(passMs * 1.05 + 251);
        }
      }),
    );
  });
});

describe('ids', () => {
  it('stay in order on a clock that is set back as on a steady one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e9, max: 1e9 }), { maxLength: 100 }), (jumps) => {
        let wall = START;
        const ids = createIds({ now: () => wall }, systemRandom);
        const made = [ids.next()];
        for (const byMs of jumps) {
          wall = Math.max(0, wall + byMs);
          made.push(ids.next(), ids.next());
        }
        expect([...made].sort()).toEqual(made);
        expect(new Set(made).size).toBe(made.length);
      }),
    );
  });
});
