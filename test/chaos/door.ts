import { isDeepStrictEqual } from 'node:util';
import WebSocket from 'ws';
import type { DocumentKind } from '../../src/client/close-reactions.ts';
import { openRoomConnection, type RoomConnection } from '../../src/client/room-connection.ts';
import { until } from '../interview/support/wait.ts';
import { compareMarks } from './audit.ts';
import type { Asked, Body, Ledger, Promises } from './ledger.ts';
import type { Person } from './person.ts';
import { contentOf } from './replay.ts';
import { listMarks } from './typist.ts';
import type { World, WorldRoom } from './world.ts';

const kinds: readonly DocumentKind[] = ['code', 'board', 'notes'];
/** Operations that repeat their answer to whoever sends the key again. */
const REPEATABLE = [
  'POST /rooms/{roomId}/run',
  'POST /rooms/{roomId}/submit',
  'POST /rooms',
  'POST /rooms/{roomId}/control/role-swap',
];

/** Content of each document, by `<roomId>/<kind>`. */
export type Contents = ReadonlyMap<string, string>;

export type Door = {
  readonly url: string;
  readonly world: World;
  readonly people: ReadonlyMap<string, Person>;
};

type Entered = { readonly connection: RoomConnection; readonly messages: Map<string, Body> };

/** The room's watcher with empty documents, connected. */
async function enter(door: Door, room: WorldRoom): Promise<Entered> {
  const { roomId, watcher } = room;
  const person = door.people.get(watcher) as Person;
  await person.token();
  const collab = await person.join(roomId);
  const messages = new Map<string, Body>();
  const connection = openRoomConnection({
    collab,
    calls: { read: async () => null, join: () => person.join(roomId) },
    webSocket: WebSocket,
    handlers: { onMessage: ({ type, data }) => void messages.set(type, data) },
  });
  const isThere = () =>
    ['live', 'read-only'].includes(connection.state.status) && messages.has('chat-history');
  await until('a fresh client has everything', isThere);
  return { connection, messages };
}

/** What the server holds in memory, as fresh clients get it. */
export async function readContents(door: Door): Promise<Contents> {
  const contents = new Map<string, string>();
  for (const room of door.world.rooms) {
    const { connection } = await enter(door, room);
    for (const kind of kinds)
      contents.set(`${room.roomId}/${kind}`, contentOf(connection.document(kind), kind));
    connection.leave();
  }
  return contents;
}

/** Everything in which fresh clients see less, or more, than what was promised and what the database had. */
export async function checkRooms(door: Door, promises: Promises, before: Contents): Promise<string[]> {
  const faults: string[] = [];
  for (const room of door.world.rooms) {
    const { connection, messages } = await enter(door, room);
    for (const kind of kinds) {
      const name = `${room.roomId}/${kind}`;
      const doc = connection.document(kind);
      const marks = promises.marks.get(name);
      if (marks) faults.push(...compareMarks(`read anew, ${name}`, marks, listMarks(doc, kind)));
      if (contentOf(doc, kind) !== before.get(name)) faults.push(`${name}: not what it was before the kill`);
    }
    if (messages.get('room-state')?.phase !== room.phase) faults.push(`${room.roomId}: not in its phase`);
    faults.push(...compareChat(promises, room, messages.get('chat-history') ?? {}));
    connection.leave();
  }
  return faults;
}

/** The newest messages, as whoever comes is given them. */
function compareChat({ chat }: Promises, { roomId }: WorldRoom, history: Body): string[] {
  const shown = history.messages as Body[];
  const texts = new Set(shown.map(({ text }) => text));
  const oldest = String(shown[0]?.messageId ?? '');
  return [...chat]
    .filter(([id, message]) => message.roomId === roomId && id >= oldest && !texts.has(message.message.text))
    .map(([, { message }]) => `the chat message "${message.text}" is not shown any more`);
}

/** Sends the calls with a key once more: what was answered gets that answer, what was not is done now, or was. */
export async function repeatCalls(door: Door, calls: readonly Asked[], ledger: Ledger): Promise<string[]> {
  const faults: string[] = [];
  for (const asked of calls.filter(({ call }) => REPEATABLE.includes(call.route))) {
    const { key, userId, route } = asked.call;
    if (asked.answer && asked.answer.status >= 400) continue;
    if (asked.answer === null) await unlock(door, asked);
    const { status, replayed, body } = await send(door, asked);
    if (asked.answer === null) {
      ledger.add({ kind: 'answered', key, status, body });
      if (status >= 500) faults.push(`${route} of ${userId} was answered ${status} after the restart`);
    } else if (!replayed || !isDeepStrictEqual(withoutToken(asked.answer.body), body)) {
      faults.push(`${route} with the same key was answered ${status} ${JSON.stringify(body)}`);
    }
  }
  return faults;
}

const withoutToken = (body: Body | null) => (body && 'collab' in body ? { ...body, collab: null } : body);

/** A room whose editor the kill left locked takes no programs. */
async function unlock(door: Door, { call }: Asked): Promise<void> {
  const room = door.world.rooms.find(({ roomId }) => roomId === call.params.roomId);
  if (!room) return;
  const host = door.people.get(room.people[0] ?? '') as Person;
  const { editorLocked } = await host.api.call('GET /rooms/{roomId}', { params: { roomId: room.roomId } });
  if (editorLocked)
    await host.act('POST /rooms/{roomId}/control/unlock-editor', { params: { roomId: room.roomId } });
}

async function send(door: Door, { call }: Asked) {
  const [method = '', template = ''] = call.route.split(' ');
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => call.params[name] ?? '');
  const token = await door.people.get(call.userId)?.token();
  const response = await fetch(new URL(path, door.url), {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'idempotency-key': call.key,
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  });
  const body = (await response.json()) as Body;
  return { status: response.status, replayed: response.headers.get('idempotency-replayed') === 'true', body };
}

/** Waits until all runs and submissions are over; gives those that are not what they were shown as. */
export async function awaitResults(door: Door, promises: Promises, ledger: Ledger): Promise<string[]> {
  const faults: string[] = [];
  for (const { call, answer } of promises.calls.values()) {
    const person = door.people.get(call.userId);
    const { jobId, submissionId } = (answer?.body ?? {}) as { jobId?: string; submissionId?: string };
    if (!person || (jobId === undefined && submissionId === undefined)) continue;
    const id = String(jobId ?? submissionId);
    await person.token();
    const now = await until(`${id} is over`, async () => {
      const read = await readResult(person, { jobId, submissionId });
      return (read.status === 'completed' || read.status === 'failed') && read;
    });
    const shown = promises.results.get(id);
    if (!shown) ledger.add({ kind: 'result', id, body: now });
    else if (!isDeepStrictEqual(shown, now)) faults.push(`${id} is shown as another result than before`);
  }
  return faults;
}

async function readResult(
  person: Person,
  ids: { jobId?: string | undefined; submissionId?: string | undefined },
) {
  const query = { waitMs: 2000 };
  const { jobId, submissionId } = ids;
  const read =
    jobId === undefined
      ? await person.api.call('GET /submissions/{submissionId}', {
          params: { submissionId: submissionId ?? '' },
          query,
        })
      : await person.api.call('GET /execution/{jobId}', { params: { jobId }, query });
  return read as unknown as Body;
}
