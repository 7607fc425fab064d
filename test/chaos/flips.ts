import { between, pick } from '../support/random.ts';
import type { Person } from './person.ts';
import { patiently } from './workload.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

type Pause = { isQuiet: boolean };

/** Locks and unlocks the editor of a room, over and over. */
export async function flipLock(
  host: Person,
  roomId: string,
  random: () => number,
  state: Pause,
): Promise<void> {
  for (;;) {
    await pause(between(random, 200, 900));
    if (state.isQuiet) continue;
    await host.act('POST /rooms/{roomId}/control/lock-editor', { params: { roomId } });
    await pause(between(random, 20, 250));
    await host.act('POST /rooms/{roomId}/control/unlock-editor', { params: { roomId } });
  }
}

/** Makes a candidate an observer and back, over and over; only a room that waits allows it. */
export async function flipRole(
  host: Person,
  target: { readonly roomId: string; readonly userId: string },
  random: () => number,
  state: Pause,
): Promise<void> {
  for (;;) {
    for (const role of ['observer', 'candidate'] as const) {
      await pause(between(random, 100, 600));
      if (state.isQuiet) continue;
      await host.act('PATCH /rooms/{roomId}/participants/{userId}', { params: target, body: { role } });
    }
  }
}

/** Two people trade their roles, over and over; what comes of a request is accepted, declined or withdrawn. */
export async function flipRoles(
  pair: readonly [Person, Person],
  roomId: string,
  random: () => number,
  state: Pause,
): Promise<void> {
  for (;;) {
    await pause(between(random, 100, 800));
    if (state.isQuiet) continue;
    const [asker, other] = random() < 0.5 ? pair : [pair[1], pair[0]];
    const swap = await asker.act('POST /rooms/{roomId}/control/role-swap', { params: { roomId } });
    if (!swap) continue;
    const params = { roomId, requestId: swap.requestId };
    const answers = random() < 0.8 ? other : asker;
    const accept = answers === other && random() < 0.8;
    await answers.act('POST /rooms/{roomId}/control/role-swap/{requestId}/respond', {
      params,
      body: { accept },
    });
  }
}

/** What else people do: new access tokens, names, rooms. */
export async function keepBusy(
  people: readonly Person[],
  prefix: string,
  random: () => number,
): Promise<void> {
  for (let turn = 0; ; turn++) {
    await pause(between(random, 50, 250));
    const person = pick(random, people);
    const choice = random();
    if (choice < 0.5) await patiently(() => person.api.refresh());
    else if (choice < 0.85)
      await person.act('PATCH /users/me', { body: { displayName: `${prefix} ${turn}` } });
    else await person.act('POST /rooms', { body: { mode: 'peer', name: `${prefix} ${turn}` } });
  }
}
