import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { codeText } from '../../../src/collab/content-limits.ts';
import { documentName } from '../../../src/collab/names.ts';
import { findDocument } from '../../../src/collab/store-queries.ts';
import { productPath } from '../../../src/config/product.ts';
import { DATABASE_FILE } from '../../../src/db/data-directory.ts';
import { openReader } from '../../../src/db/reader.ts';
import { Guest, type Tab } from '../../interview/support/guest.ts';
import { settingsEnvironment } from '../../interview/support/program.ts';
import { gather } from '../../interview/support/stage.ts';
import { until } from '../../interview/support/wait.ts';
import { documentFrom } from './stored.ts';

export type RestartPlan = {
  readonly rooms: number;
  /** kill: as a power cut ends it; stop: as an update does. */
  readonly end: 'kill' | 'stop';
  readonly say?: (line: string) => void;
};

/** Milliseconds since the end of the program until it answered again, and until clients were live again. */
export type RestartFigures = {
  readonly answersMs: number;
  readonly liveMs: readonly number[];
  /** Letters typed in all, and rooms whose texts are not what was typed, or not the same everywhere. */
  readonly letters: number;
  readonly faults: readonly string[];
};

type Room = { readonly roomId: string; readonly tabs: readonly Tab[]; readonly typed: string[] };
type Program = { readonly port: number; readonly url: string; end(signal: NodeJS.Signals): Promise<void> };

const LETTER_MS = 250;
const ROOMS_AT_ONCE = 4;
const POLL_MS = 20;
/** Three to a room: host and candidate type, the observer reads. */
const LETTERS = ['h', 'c'] as const;

const environment = settingsEnvironment({
  'limits.registrationsPerAddressPerMinute': 0,
  'limits.registrationsPerAddressPerHour': 0,
  'limits.requestsPerUserPerMinute': 0,
  'limits.requestsPerAddressPerMinute': 0,
});

/** The built program as a process of its own, without what runs programs; resolves when it answers. */
async function startServer(directory: string, port = 0): Promise<Program> {
  const words = [
    '--data-dir',
    directory,
    '--port',
    `${port}`,
    '--planes',
    'control,collab',
    '--init',
    '--json',
  ];
  const child = spawn(productPath('bin/syncode'), ['serve', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, UV_THREADPOOL_SIZE: '16', SYNCODE_LOG_LEVEL: 'error', ...environment },
  });
  const gone = once(child, 'close');
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    gone.then(() => Promise.reject(new Error('the program ended before it answered'))),
  ])) as [string];
  const { url, port: listening } = JSON.parse(line) as { url: string; port: number };
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await gone;
  };
  return { url, port: listening, end };
}

/** Ends the program while two people type in each room, starts it anew, and waits until everybody is live again. */
export async function playRestart(plan: RestartPlan): Promise<RestartFigures> {
  const directory = mkdtempSync(path.join(tmpdir(), 'syncode-restart-'));
  let program = await startServer(directory);
  const rooms: Room[] = [];
  try {
    await openRooms(plan, program.url, rooms);
    const typing = setInterval(() => typeEverywhere(rooms), LETTER_MS);
    let figures: Pick<RestartFigures, 'answersMs' | 'liveMs'>;
    try {
      await until('everybody has typed', () => rooms.every(({ typed }) => typed.length >= 6));
      const beganAt = performance.now();
      await program.end(plan.end === 'kill' ? 'SIGKILL' : 'SIGTERM');
      program = await startServer(directory, program.port);
      const answersMs = performance.now() - beganAt;
      figures = { answersMs, liveMs: await untilLive(rooms, beganAt) };
    } finally {
      clearInterval(typing);
    }
    const faults = await settle(rooms);
    for (const { tabs } of rooms) for (const { connection } of tabs) connection.leave();
    await program.end('SIGTERM');
    faults.push(...compareStored(directory, rooms));
    return { ...figures, letters: rooms.reduce((sum, { typed }) => sum + typed.length, 0), faults };
  } finally {
    for (const { tabs } of rooms) for (const { connection } of tabs) connection.leave();
    await program.end('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

async function openRooms({ rooms: count, say }: RestartPlan, url: string, rooms: Room[]): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) {
      const at = next++;
      const people = ['host', 'candidate', 'observer'].map((name) => new Guest(`${name}${at}`, url));
      for (const person of people) await person.register();
      const [host, ...others] = people as [Guest, ...Guest[]];
      const { room, tabs } = await gather(host, others);
      rooms.push({ roomId: room.roomId, tabs, typed: [] });
    }
  };
  await Promise.all(Array.from({ length: ROOMS_AT_ONCE }, work));
  say?.(`${rooms.length} rooms, ${rooms.length * 3} clients`);
}

/** A letter at a random place, connected or not: what is typed meanwhile is merged. */
function typeEverywhere(rooms: readonly Room[]): void {
  for (const { tabs, typed } of rooms)
    for (const [at, letter] of LETTERS.entries()) {
      const text = tabs[at]?.text();
      if (!text || !tabs[at]?.connection.canEdit('code')) continue;
      text.insert(Math.floor(Math.random() * (text.length + 1)), letter);
      typed.push(letter);
    }
}

/** When each client had everything again, in the order in which they came. */
async function untilLive(rooms: readonly Room[], beganAt: number): Promise<number[]> {
  const waiting = new Set(rooms.flatMap(({ tabs }) => tabs));
  const liveMs: number[] = [];
  await until(
    'everybody is live again',
    () => {
      for (const tab of waiting)
        if (tab.heard('room-state').length > 1 && tab.connection.state.status !== 'offline') {
          waiting.delete(tab);
          liveMs.push(performance.now() - beganAt);
        }
      return waiting.size === 0;
    },
    POLL_MS,
  );
  return liveMs;
}

/** Everything is with everybody: the texts of a room are the same, and hold what was typed, each letter once. */
async function settle(rooms: readonly Room[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { roomId, tabs, typed } of rooms) {
    for (const tab of tabs) await tab.settled();
    const textOf = (tab: Tab) => tab.text().toString();
    const [first] = tabs as [Tab];
    await until(`the texts of ${roomId} are equal`, () =>
      tabs.every((tab) => textOf(tab) === textOf(first) && textOf(tab).length >= typed.length),
    );
    if ([...textOf(first)].sort().join('') !== [...typed].sort().join(''))
      faults.push(`${roomId}: ${textOf(first)} is not what was typed`);
  }
  return faults;
}

function compareStored(directory: string, rooms: readonly Room[]): string[] {
  const reader = openReader(path.join(directory, DATABASE_FILE));
  try {
    return rooms.flatMap(({ roomId, tabs }) => {
      const stored = findDocument(reader, documentName(roomId, 'code'));
      const document = documentFrom([stored?.state, ...(stored?.rows ?? []).map(({ bytes }) => bytes)]);
      const text = codeText(document, 'python').toString();
      return text === tabs[0]?.text().toString() ? [] : [`${roomId}: ${text} is stored`];
    });
  } finally {
    reader.close();
  }
}
