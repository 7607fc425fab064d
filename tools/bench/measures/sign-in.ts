import path from 'node:path';
import { percentile } from '../figures.ts';
import type { Measure } from '../measure.ts';
import { makeInstallation, type Person, register, registerAll, signIn, startProduct } from '../program.ts';
import { openCodingRoom } from '../room.ts';

const CLASS = 40;
const PAUSE_MS = 10;

/** Reads and a small write, one after the other, until told to stop; the time of each in ms. */
async function useTheRest(person: Person, roomId: string, isOver: () => boolean): Promise<number[]> {
  const times: number[] = [];
  const acts = [
    () => person.api.call('GET /problems', { query: { limit: 20 } }),
    () => person.api.call('GET /rooms/{roomId}', { params: { roomId } }),
    () => person.api.call('PATCH /users/me', { body: { displayName: `name ${times.length}` } }),
  ];
  while (!isOver()) {
    for (const act of acts) {
      const start = performance.now();
      await act();
      times.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  return times;
}

/** A class that signs in at once, and how everything else fares meanwhile. */
export const signInMeasure: Measure = {
  name: 'sign-in',
  async run({ directory, problems, isQuick }) {
    const data = path.join(directory, 'sign-in');
    await makeInstallation(data, [problems]);
    const server = await startProduct(data);
    try {
      await registerAll(server.url, 'student', CLASS);
      const [host, person] = [await register(server.url, 'host'), await register(server.url, 'bystander')];
      const { roomId } = await openCodingRoom(host, person);
      const start = performance.now();
      const calm = await useTheRest(person, roomId, () => performance.now() - start > 2000);
      const [busy, ends]: [number[], number[]] = [[], []];
      for (let round = 0; round < (isQuick ? 1 : 3); round++) {
        let isOver = false;
        const rest = useTheRest(person, roomId, () => isOver);
        const begin = performance.now();
        await Promise.all(
          Array.from({ length: CLASS }, async (_, at) => {
            await signIn(server.url, `student${at}`);
            ends.push(performance.now() - begin);
          }),
        );
        isOver = true;
        busy.push(...(await rest));
      }
      return [
        {
          what: `${CLASS} sign-ins at once, last answered`,
          measured: Math.max(...ends),
          baseline: null,
          relation: 'alone',
          unit: 'ms',
          note: 'argon2id, 64 MiB; all were answered',
        },
        {
          what: '... other operations meanwhile, p99',
          measured: percentile(busy, 0.99),
          baseline: percentile(calm, 0.99),
          relation: 'alone',
          unit: 'ms',
          target: { atMost: 50 },
          note: 'baseline: the same without sign-ins',
        },
      ];
    } finally {
      await server.stop();
    }
  },
};
