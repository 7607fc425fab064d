import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestDb } from '../support/database.ts';
import type { PlaneProcessOptions } from './children/plane-process.ts';
import type { WritersOptions } from './children/writers-process.ts';
import { FakeControl } from './support/fake-rooms.ts';
import { openMember } from './support/members.ts';
import { sleep, until } from './support/wait.ts';

const ROUNDS = 3;
// SYNCODE_TEST_SEED repeats the moments of the kills.
const seed = Number(process.env.SYNCODE_TEST_SEED ?? Date.now() % 1_000_000);
const children = new Set<ChildProcess>();
let directory: Awaited<ReturnType<typeof openTestDb>>;
let path: string;

beforeEach(async () => {
  directory = openTestDb();
  path = directory.db.path;
  directory.db.raw.pragma('wal_checkpoint(TRUNCATE)');
});
afterEach(async () => {
  for (const child of children) await kill(child);
  await directory.close().catch(() => {});
});

function start(script: string, options: unknown): ChildProcess {
  const child = fork(join(import.meta.dirname, 'children', script), [JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { PATH: process.env.PATH, UV_THREADPOOL_SIZE: '16' },
  });
  children.add(child);
  return child;
}
async function kill(child: ChildProcess): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'close');
  child.kill('SIGKILL');
  await gone;
}
async function startPlaneProcess(options: PlaneProcessOptions) {
  const child = start('plane-process.ts', options);
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return { child, url };
}

/** A repeatable number in [0, 1) of the round. */
function chance(round: number): number {
  const x = Math.sin(seed + round * 12.9898) * 43_758.5453;
  return x - Math.floor(x);
}

it(`kill -9 during typing: what was acknowledged is there, its authors gone (seed ${seed})`, async () => {
  const control = new FakeControl();
  const room = control.addRoom();
  const writers = [room.addMember('candidate'), room.addMember('interviewer')];
  const reader = room.addMember('observer');
  const options: PlaneProcessOptions = {
    path,
    rooms: [{ roomId: room.roomId, members: [...room.members.values()] }],
    compactionMs: 150,
  };
  // The parent's own connection would hold the file.
  await directory.db.close();
  const acknowledged: string[] = [];
  let plane = await startPlaneProcess(options);
  for (let round = 0; round < ROUNDS; round++) {
    const output = join(directory.directory, `acknowledged-${round}`);
    writeFileSync(output, '');
    const typing: WritersOptions = { url: plane.url, roomId: room.roomId, members: writers, output, round };
    const writing = start('writers-process.ts', typing);
    await until(
      'both ways of typing are acknowledged',
      () => ['c', 'r'].every((first) => new RegExp(`^${first}`, 'm').test(readFileSync(output, 'utf8'))),
      120_000,
    );
    await sleep(300 + chance(round) * 900);
    await kill(plane.child);
    await kill(writing);
    acknowledged.push(...readFileSync(output, 'utf8').split('\n').slice(0, -1));

    plane = await startPlaneProcess(options);
    const fresh = openMember({ control, url: plane.url }, room, reader);
    await fresh.saved();
    const words = new Set(fresh.text().split(';'));
    fresh.connection.leave();
    expect(acknowledged.filter((word) => !words.has(word))).toEqual([]);
  }
  expect(acknowledged.length).toBeGreaterThan(ROUNDS * 10);
}, 300_000);
