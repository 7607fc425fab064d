import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { isDomainError, ServiceUnavailable } from '../kernel/errors.ts';
import { silentLog } from '../kernel/log.ts';
import { createDurable, type DurableLimits } from './durable.ts';
import type { Durable } from './types.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A disk whose syncs end when the test says so; knows what each one covers. */
function createDisk() {
  let running: { covers: number; done: (error: Error | null) => void } | null = null;
  const disk = {
    written: 0,
    durable: 0,
    syncs: 0,
    closed: false,
    get isSyncing() {
      return running !== null;
    },
    sync(done: (error: Error | null) => void) {
      if (running) throw new Error('two syncs at once');
      disk.syncs++;
      running = { covers: disk.written, done };
    },
    end(error: Error | null = null) {
      const ending = running;
      running = null;
      if (!ending) return;
      if (!error) disk.durable = ending.covers;
      ending.done(error);
    },
    size: () => 0,
    isReplaced: () => false,
    close: () => {
      disk.closed = true;
    },
  };
  return disk;
}

const opened: Durable[] = [];
function setUp(limits: Partial<DurableLimits> = {}) {
  const disk = createDisk();
  const deaths: string[] = [];
  const die = () => deaths.push('SIGKILL');
  const durable = createDurable({ wal: disk, log: silentLog, die, limits });
  opened.push(durable);
  const write = () => {
    disk.written++;
    durable.touch();
  };
  return { disk, deaths, durable, write };
}
afterEach(() => {
  for (const durable of opened.splice(0)) durable.stop();
});

describe('the flush', () => {
  it('calls back at once when nothing is unflushed', () => {
    const { durable } = setUp();
    const heard: unknown[] = [];
    durable.whenDurable((failed) => heard.push(failed));
    expect(heard).toEqual([undefined]);
  });

  it('serves whoever came before it began, and the others with the next', async () => {
    const { disk, durable, write } = setUp();
    const heard: string[] = [];
    write();
    durable.whenDurable(() => heard.push('first'));
    await turn();
    write();
    durable.whenDurable(() => heard.push('second'));
    disk.end();
    expect(heard).toEqual(['first']);
    expect(disk.isSyncing).toBe(true);
    disk.end();
    expect(heard).toEqual(['first', 'second']);
    expect(durable.unflushed).toBe(false);
    expect(disk.syncs).toBe(2);
  });

  it('makes a reader wait for the running flush, whose content it may have seen', async () => {
    const { disk, durable, write } = setUp();
    write();
    await turn();
    const heard: string[] = [];
    durable.whenDurable(() => heard.push('reader'));
    expect(heard).toEqual([]);
    disk.end();
    expect(heard).toEqual(['reader']);
  });

  it('goes on for the others when a waiter throws', async () => {
    const { disk, durable, write } = setUp();
    const heard: string[] = [];
    write();
    durable.whenDurable(() => {
      throw new Error('broken waiter');
    });
    durable.whenDurable(() => heard.push('other'));
    await turn();
    disk.end();
    expect(heard).toEqual(['other']);
  });

  it('commits batches when it starts, so that they are part of it', async () => {
    const { disk, durable } = setUp();
    const order: string[] = [];
    durable.onBatch(() => {
      order.push(`commit, syncing: ${disk.isSyncing}`);
      disk.written++;
    });
    durable.touch();
    durable.whenDurable(() => order.push(`durable: ${disk.durable}`));
    await turn();
    disk.end();
    expect(order).toEqual(['commit, syncing: false', 'durable: 1']);
  });

  it('tells the owner of a refused batch before anybody is released, and goes on', async () => {
    const { disk, durable } = setUp();
    const order: string[] = [];
    durable.onBatch(
      () => {
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      },
      (error) => order.push(isDomainError(error, ServiceUnavailable) ? 'refused' : 'wrong error'),
    );
    durable.onBatch(() => order.push('other batch'));
    durable.touch();
    durable.whenDurable(() => order.push('durable'));
    await turn();
    disk.end();
    expect(order).toEqual(['refused', 'other batch', 'durable']);
    expect(durable.health().refusedBatches).toBe(1);
    expect(durable.failure).toBeNull();
  });

  it('starts nothing and commits no batch while paused, and goes on afterwards', async () => {
    const { disk, durable, write } = setUp();
    let commits = 0;
    durable.onBatch(() => commits++);
    write();
    await turn();
    let isPaused = false;
    const pause = durable.pause().then(() => {
      isPaused = true;
    });
    write();
    await turn();
    expect(isPaused).toBe(false);
    disk.end();
    await pause;
    await turn();
    expect([disk.isSyncing, commits]).toEqual([false, 1]);
    durable.resume();
    await turn();
    expect([disk.isSyncing, commits]).toEqual([true, 2]);
  });

  it('fails every waiter and dies once when a sync fails', async () => {
    const { disk, deaths, durable, write } = setUp();
    const heard: unknown[] = [];
    write();
    durable.whenDurable((failed) => heard.push(failed));
    await turn();
    write();
    durable.whenDurable((failed) => heard.push(failed));
    disk.end(new Error('EIO'));
    expect(heard).toHaveLength(2);
    expect(heard.every((failed) => isDomainError(failed, ServiceUnavailable))).toBe(true);
    expect(() => durable.touch()).toThrow(ServiceUnavailable.message);
    durable.whenDurable((failed) => heard.push(failed));
    expect(heard[2]).toBe(durable.failure);
    await turn();
    expect([deaths, disk.syncs, durable.health().status]).toEqual([['SIGKILL'], 1, 'fail']);
  });

  it('gives up answers that are held too long, but not those that wait for as long as it takes', async () => {
    const { disk, durable, write } = setUp({ holdMs: 30, watchMs: 5, slowMs: 10 });
    const heard: string[] = [];
    write();
    durable.whenDurable(() => heard.push('socket'), { holdMs: Number.POSITIVE_INFINITY });
    await expect(durable.settled()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(heard).toEqual([]);
    expect(durable.health()).toMatchObject({ status: 'fail', waiters: 1 });
    disk.end();
    expect(heard).toEqual(['socket']);
    expect(durable.health()).toMatchObject({ status: 'ok', waiters: 0, underWayMs: 0 });
  });

  it.each(['flush', 'pause'])('dies when a %s does not end', async (what) => {
    const { deaths, durable, write } = setUp({ deadMs: 30, watchMs: 5 });
    if (what === 'pause') await durable.pause();
    write();
    const settled = durable.settled({ holdMs: Number.POSITIVE_INFINITY });
    await expect(settled).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(deaths).toEqual(['SIGKILL']);
  });

  it('refuses more waiters than it may hold', () => {
    const { durable, write } = setUp({ maxWaiters: 1 });
    const heard: unknown[] = [];
    write();
    durable.whenDurable(() => heard.push('held'));
    durable.whenDurable((failed) => heard.push(isDomainError(failed, ServiceUnavailable)));
    expect(heard).toEqual([true]);
  });

  it('keeps the descriptor until a sync that still runs has ended', async () => {
    const { disk, durable, write } = setUp();
    write();
    await turn();
    durable.stop();
    expect(disk.closed).toBe(false);
    disk.end();
    expect(disk.closed).toBe(true);
  });
});

type Command = 'write' | 'append' | 'wait' | 'turn' | 'end' | 'pause' | 'resume' | 'fail';
const command = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Command>('write', 'append', 'wait', 'turn', 'end') },
  { weight: 1, arbitrary: fc.constantFrom<Command>('pause', 'resume') },
  { weight: 1, arbitrary: fc.constant<Command>('fail') },
);

/** Plays the commands and checks at each step what must always hold. */
function createPlay() {
  const { disk, durable, write } = setUp();
  const calls: number[] = [];
  let waiters = 0;
  let appended = 0;
  let pausing: Promise<void> | null = null;
  let isIdle = false;
  // The flush catches what callbacks throw, so violations are gathered.
  const violations: string[] = [];
  durable.onBatch(() => {
    if (isIdle) violations.push('a batch was committed in a pause');
    disk.written += appended;
    appended = 0;
  });
  const check = (id: number, mustCover: () => boolean) => (failed?: Error) => {
    calls.push(id);
    if (!failed && !mustCover()) violations.push(`waiter ${id} was called too early`);
  };
  const wait = () => {
    const covered = disk.written + appended;
    durable.whenDurable(check(waiters++, () => disk.durable >= covered));
  };
  const pause = () => {
    pausing ??= durable.pause().then(() => {
      isIdle = true;
    });
    pausing.catch(() => {});
  };
  const resume = () => {
    if (!pausing || disk.isSyncing) return;
    pausing = null;
    isIdle = false;
    durable.resume();
  };
  const append = () => {
    appended++;
    durable.touch();
  };
  const run = async (what: Command) => {
    if (durable.failure && (what === 'write' || what === 'append')) return;
    if (what === 'write') write();
    else if (what === 'append') append();
    else if (what === 'wait') wait();
    else if (what === 'turn') await turn();
    else if (what === 'end') disk.end();
    else if (what === 'pause') pause();
    else if (what === 'resume') resume();
    else disk.end(new Error('EIO'));
    await Promise.resolve();
    if (isIdle) expect(disk.isSyncing).toBe(false);
  };
  const drain = async () => {
    for (let round = 0; round < 4; round++) {
      disk.end();
      await turn();
      resume();
      await turn();
    }
  };
  return { run, drain, durable, calls, violations, waiterCount: () => waiters };
}

describe('any sequence of writes, waits, syncs and pauses', () => {
  it('calls each waiter once, first in first out, and never before its writes are durable', async () => {
    const property = fc.asyncProperty(fc.array(command, { maxLength: 80 }), async (commands) => {
      const play = createPlay();
      for (const one of commands) await play.run(one);
      await play.drain();
      expect(play.calls).toEqual(Array.from({ length: play.waiterCount() }, (_, id) => id));
      expect(play.violations).toEqual([]);
      expect(play.durable.unflushed).toBe(false);
      play.durable.stop();
    });
    // A failure prints the seed.
    await fc.assert(property, { numRuns: 1000 });
  });
});
