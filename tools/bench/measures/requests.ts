import path from 'node:path';
import { Pool } from 'undici';
import type { Figure } from '../figures.ts';
import { percentile } from '../figures.ts';
import type { Measure } from '../measure.ts';
import { makeInstallation, register, startBaseline, startProduct } from '../program.ts';
import { openCodingRoom } from '../room.ts';

const CONNECTIONS = 16;

type Target = { readonly pool: Pool; readonly path: string; readonly token: string | null };

/** Requests a second over so many connections, each sending its next request when the last was answered. */
async function requestRate({ pool, path: target, token }: Target, durationMs: number): Promise<number> {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const end = performance.now() + durationMs;
  let answered = 0;
  const client = async () => {
    while (performance.now() < end) {
      const { statusCode, body } = await pool.request({ method: 'GET', path: target, headers });
      await body.dump();
      if (statusCode !== 200) throw new Error(`${target} answered ${statusCode}`);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  return (answered / durationMs) * 1000;
}

/** Two reads that every client makes often, beside an empty route. */
export const requestMeasure: Measure = {
  name: 'requests',
  async run({ directory, problems, isQuick }) {
    const data = path.join(directory, 'requests');
    await makeInstallation(data, [problems]);
    const [server, bare] = [await startProduct(data), await startBaseline('fastify')];
    const pools = [server.url, bare.url].map((url) => new Pool(url, { connections: CONNECTIONS }));
    const [productPool, barePool] = pools as [Pool, Pool];
    try {
      const [host, person] = [await register(server.url, 'host'), await register(server.url, 'reader')];
      const { roomId } = await openCodingRoom(host, person);
      const token = person.token();
      const targets: Record<string, Target> = {
        empty: { pool: barePool, path: '/', token: null },
        'GET /problems, 20 rows': { pool: productPool, path: '/problems?limit=20', token },
        'GET /rooms/{roomId}': { pool: productPool, path: `/rooms/${roomId}`, token },
      };
      const rates = new Map<string, number[]>();
      const [rounds, durationMs] = isQuick ? [1, 1000] : [5, 3000];
      // The first round warms the code up and does not count.
      for (let round = -1; round < rounds; round++) {
        for (const [name, target] of Object.entries(targets)) {
          const rate = await requestRate(target, durationMs);
          if (round >= 0) rates.set(name, [...(rates.get(name) ?? []), rate]);
        }
      }
      const baseline = percentile(rates.get('empty') ?? [], 0.5);
      return [...rates].flatMap(([what, samples]): Figure[] => {
        if (what === 'empty') return [];
        const measured = percentile(samples, 0.5);
        return [
          { what, measured, baseline, relation: 'ratio', unit: 'requests/s', target: { atLeast: 0.25 } },
        ];
      });
    } finally {
      for (const pool of pools) await pool.close();
      await Promise.all([server.stop(), bare.stop()]);
    }
  },
};
