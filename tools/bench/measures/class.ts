import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RoomDetail } from '../../../src/generated/api.ts';
import { percentile } from '../figures.ts';
import type { Measure } from '../measure.ts';
import { burnInPython, burning } from '../problems.ts';
import { makeInstallation, registerAll, startProduct, whenLanguagesTried } from '../program.ts';
import { openCodingRoom, submitCode } from '../room.ts';

const SLUG = 'twenty-cases';
const CASE_MS = 100;
const CORES = 2;

/** A whole class that hands in at the same moment, each a program of their own. */
export const classMeasure: Measure = {
  name: 'class',
  async run({ directory, problems, spawnLoop, isQuick }) {
    const size = isQuick ? 6 : 40;
    const data = path.join(directory, 'class');
    await makeInstallation(data, [problems]);
    const server = await startProduct(data);
    try {
      await whenLanguagesTried(server.url);
      const people = await registerAll(server.url, 'student', size);
      const hosts = await registerAll(server.url, 'host', size);
      const rooms: RoomDetail[] = [];
      for (const [at, host] of hosts.entries())
        rooms.push(await openCodingRoom(host, people[at] ?? host, SLUG));
      const file = path.join(directory, 'burn.py');
      writeFileSync(file, burnInPython(CASE_MS));
      const bare = await spawnLoop(CORES, 40, ['/usr/bin/python3', file]);
      const bareMs = ((percentile(bare.each, 0.5) ?? 0) * size * burning[SLUG]) / CORES;
      const start = performance.now();
      const ends = await Promise.all(
        people.map(async (person, at) => {
          await submitCode(person, rooms[at]?.roomId ?? '', 'python', burnInPython(CASE_MS, person.username));
          return performance.now() - start;
        }),
      );
      return [
        {
          what: `${size} submissions of ${burning[SLUG]} Python cases of ${CASE_MS} ms at once, last verdict`,
          measured: Math.max(...ends) / 1000,
          baseline: bareMs / 1000,
          relation: 'ratio',
          unit: 's',
          target: { atMost: 1.3 },
          note: 'baseline: the bare programs on 2 cores',
        },
        {
          what: '... first verdict',
          measured: Math.min(...ends) / 1000,
          baseline: null,
          relation: 'alone',
          unit: 's',
        },
      ];
    } finally {
      await server.stop();
    }
  },
};
