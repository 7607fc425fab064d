/**
 * Everybody who uses the server, in a process that dies with it: ten people who type and chat in three rooms, runs and
 * submissions, locks and roles that flip. Its argument is ClientsOptions as JSON; it writes the ledger.
 */
import { createRandom } from '../../support/random.ts';
import { flipLock, flipRole, flipRoles, keepBusy } from '../flips.ts';
import { openLedger } from '../ledger.ts';
import { createPerson, type Person } from '../person.ts';
import { type Style, Typist } from '../typist.ts';
import { endWith, startWorkload } from '../workload.ts';
import type { World } from '../world.ts';

export type ClientsOptions = {
  readonly url: string;
  readonly world: World;
  readonly ledger: string;
  readonly recording?: string;
  readonly seed: number;
  /** Distinguishes the marks of this load from those of others. */
  readonly name: string;
};

/** What the parent is told, over and over. */
export type ClientsReport = {
  /** Edits acknowledged or refused, of whoever has fewest. */
  readonly leastSettled: number;
  readonly runs: number;
  readonly submissions: number;
  readonly isRunning: boolean;
  /** Nobody types or flips any more, and all is acknowledged. */
  readonly isQuiet: boolean;
};

const REPORT_MS = 20;
const options = JSON.parse(process.argv[2] ?? '') as ClientsOptions;
const { url, world, name, seed } = options;
const ledger = openLedger(options.ledger, options.recording);
const ended = endWith(ledger);
process.on('unhandledRejection', ended);

let streams = 0;
/** Each actor has numbers of its own: whoever is late disturbs nobody's. */
const nextRandom = () => createRandom(seed + 7919 * ++streams);

const people = new Map<string, Person>(
  world.accounts.map((account) => [account.userId, createPerson(url, account, ledger)]),
);
const personOf = (userId: string | undefined) => people.get(userId ?? '') as Person;

/** One of each in every room. An observer may type into the notes only, so the careless one is refused; so is the candidate of the room that waits, now and then. */
function styleOf(phase: string, place: number): Style {
  if (place === 2) return 'careless';
  return place === (phase === 'waiting' ? 0 : 1) ? 'hasty' : 'careful';
}

const flips = { isQuiet: false };
const typists: Typist[] = [];

async function seatEverybody(): Promise<void> {
  for (const { roomId, phase, people: members } of world.rooms)
    for (const [place, userId] of members.entries()) {
      const person = personOf(userId);
      await person.api.refresh();
      const collab = await person.join(roomId);
      const prefix = `${name}.${person.name}`;
      typists.push(
        new Typist({
          person,
          roomId,
          collab,
          style: styleOf(phase, place),
          prefix,
          ledger,
          random: nextRandom(),
        }),
      );
    }
}

function startFlips(): void {
  for (const { roomId, phase, people: members } of world.rooms) {
    const [host, candidate] = [personOf(members[0]), personOf(members[1])];
    void flipLock(host, roomId, nextRandom(), flips).catch(ended);
    if (phase === 'coding') void flipRoles([host, candidate], roomId, nextRandom(), flips).catch(ended);
    else void flipRole(host, { roomId, userId: candidate.userId }, nextRandom(), flips).catch(ended);
  }
  void keepBusy([...people.values()], name, nextRandom()).catch(ended);
}

await seatEverybody();
for (const typist of typists) void typist.run().catch(ended);
startFlips();
const interviews = world.rooms.filter(({ phase }) => phase === 'coding');
const seats = [0, 1].flatMap((place) =>
  interviews.map(({ roomId, people: members }) => ({ person: personOf(members[place]), roomId })),
);
const workload = startWorkload(seats, { prefix: name, ledger, random: nextRandom() });

let isQuiet = false;
process.on('message', async () => {
  flips.isQuiet = true;
  await Promise.all(typists.map((typist) => typist.quiet()));
  isQuiet = true;
});
setInterval(() => {
  const leastSettled = Math.min(...typists.map(({ settled }) => settled));
  const { runs, submissions, isRunning } = workload;
  process.send?.({ leastSettled, runs, submissions, isRunning, isQuiet } satisfies ClientsReport);
}, REPORT_MS);
