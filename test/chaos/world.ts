import type { Ledger } from './ledger.ts';
import type { Account } from './person.ts';
import { createPerson, register } from './person.ts';

/** A room with its people: host and interviewer, candidate, observers. */
export type WorldRoom = {
  readonly roomId: string;
  readonly phase: 'coding' | 'waiting';
  readonly people: readonly string[];
  /** An observer who only comes to look, with empty documents. */
  readonly watcher: string;
};
export type World = { readonly accounts: readonly Account[]; readonly rooms: readonly WorldRoom[] };

/** Ten people: two interviews under way, and a room that waits, where roles change. */
const plan = [
  { phase: 'coding', size: 4 },
  { phase: 'coding', size: 3 },
  { phase: 'waiting', size: 3 },
] as const;

/** Registers everybody and opens the rooms. */
export async function createWorld(baseUrl: string, ledger: Ledger): Promise<World> {
  const accounts: Account[] = [];
  const rooms: WorldRoom[] = [];
  for (const { phase, size } of plan) {
    const mine: Account[] = [];
    for (let at = 0; at <= size; at++)
      mine.push(await register(baseUrl, `person${accounts.length + at}`, ledger));
    accounts.push(...mine);
    const people = mine.map((account) => createPerson(baseUrl, account, ledger));
    for (const person of people) await person.api.refresh();
    const [host] = people as [(typeof people)[number]];
    const found = await host.api.call('GET /problems', { query: { search: 'Same Floor' } });
    const problemId = found.data[0]?.id ?? '';
    const body = { mode: 'peer', problemId, language: 'python', config: { maxParticipants: 8 } } as const;
    const room = await host.act('POST /rooms', { body });
    if (!room) throw new Error('no room could be opened');
    const { roomId, roomCode } = room;
    for (const person of people) await person.join(roomId, person === host ? undefined : roomCode);
    if (phase === 'coding')
      for (const targetStatus of ['warmup', 'coding'] as const)
        await host.act('POST /rooms/{roomId}/control/transition', {
          params: { roomId },
          body: { targetStatus },
        });
    const ids = mine.map(({ userId }) => userId);
    rooms.push({ roomId, phase, people: ids.slice(0, size), watcher: ids.at(-1) ?? '' });
  }
  return { accounts, rooms };
}

/** The accounts with the cookies that people hold now. */
export function withCookies(world: World, cookies: ReadonlyMap<string, { cookie: string }>): World {
  const accounts = world.accounts.map((one) => ({
    ...one,
    cookie: cookies.get(one.userId)?.cookie ?? one.cookie,
  }));
  return { ...world, accounts };
}
