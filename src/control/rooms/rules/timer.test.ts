import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  elapsedMs,
  freezeTimer,
  limitReachedAt,
  pauseTimer,
  recoverTimer,
  resumeTimer,
  startTimer,
  type Timer,
} from './timer.ts';

const running: Timer = { accumulatedMs: 1000, runningSince: 5000, pauseCause: null };
const paused: Timer = { accumulatedMs: 1000, runningSince: null, pauseCause: 'person' };

describe('timer', () => {
  it('counts only while running, and never backwards', () => {
    expect(elapsedMs(running, 5300)).toBe(1300);
    expect(elapsedMs(running, 4000)).toBe(1000);
    expect(elapsedMs(paused, 99_000)).toBe(1000);
  });

  it('pauses and resumes once; the same again changes nothing', () => {
    expect(pauseTimer(running, 'person', 5300)).toEqual({
      accumulatedMs: 1300,
      runningSince: null,
      pauseCause: 'person',
    });
    expect(pauseTimer(paused, 'person', 5300)).toBeNull();
    expect(resumeTimer(paused, 9000)).toEqual({ accumulatedMs: 1000, runningSince: 9000, pauseCause: null });
    expect(resumeTimer(running, 9000)).toBeNull();
  });

  it('keeps the pause of a person when nobody is there and somebody comes back', () => {
    expect(pauseTimer(paused, 'nobody', 6000)).toBeNull();
    expect(resumeTimer(paused, 6000, 'nobody')).toBeNull();
    const empty = pauseTimer(running, 'nobody', 6000);
    expect(empty?.pauseCause).toBe('nobody');
    expect(empty && resumeTimer(empty, 7000, 'nobody')).toMatchObject({
      accumulatedMs: 2000,
      runningSince: 7000,
    });
  });

  it('does not count the time the server was down', () => {
    expect(recoverTimer(running, 6000, 60_000)).toEqual({
      accumulatedMs: 2000,
      runningSince: 60_000,
      pauseCause: null,
    });
    expect(recoverTimer(paused, 6000, 60_000)).toBeNull();
  });

  it('knows when the limit is reached; a paused timer never gets there', () => {
    expect(limitReachedAt({ ...running, maxDurationMin: 5 })).toBe(5000 + 300_000 - 1000);
    expect(limitReachedAt({ ...paused, maxDurationMin: 5 })).toBeNull();
  });

  it('equals the sum of the spans in which it ran, whatever is pressed', () => {
    type Press = { kind: 'pause' | 'empty' | 'resume' | 'back' | 'freeze'; afterMs: number };
    const press = fc.record<Press>({
      kind: fc.constantFrom('pause', 'empty', 'resume', 'back', 'freeze'),
      afterMs: fc.integer({ min: 0, max: 60_000 }),
    });
    fc.assert(
      fc.property(fc.array(press, { maxLength: 30 }), (presses) => {
        let now = 1_000;
        let timer = startTimer(now);
        let expected = 0;
        let before = 0;
        for (const { kind, afterMs } of presses) {
          if (timer.runningSince !== null) expected += afterMs;
          now += afterMs;
          expect(elapsedMs(timer, now)).toBe(expected);
          expect(elapsedMs(timer, now)).toBeGreaterThanOrEqual(before);
          before = expected;
          const next = {
            pause: () => pauseTimer(timer, 'person', now),
            empty: () => pauseTimer(timer, 'nobody', now),
            resume: () => resumeTimer(timer, now),
            back: () => resumeTimer(timer, now, 'nobody'),
            freeze: () => freezeTimer(timer, now),
          }[kind]();
          timer = next ?? timer;
          expect(elapsedMs(timer, now)).toBe(expected);
          expect(timer.runningSince === null || timer.pauseCause === null).toBe(true);
        }
      }),
    );
  });
});
