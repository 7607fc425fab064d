import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { percentile } from '../figures.ts';
import type { Measure } from '../measure.ts';
import { makeInstallation, register, startProduct, whenLanguagesTried } from '../program.ts';
import { openCodingRoom, runCode } from '../room.ts';

const hello = (mark: string) => `print("hello")  # ${mark}\n`;

/** A run of a small Python program, from the request until the client has the result. */
export const helloMeasure: Measure = {
  name: 'hello',
  async run({ directory, spawnLoop, isQuick }) {
    const data = path.join(directory, 'hello');
    await makeInstallation(data, []);
    const server = await startProduct(data);
    try {
      await whenLanguagesTried(server.url);
      const [host, person] = [await register(server.url, 'host'), await register(server.url, 'runner')];
      const { roomId } = await openCodingRoom(host, person);
      const file = path.join(directory, 'hello.py');
      writeFileSync(file, hello('same'));
      const [cached, fresh, bare]: [number[], number[], number[]] = [[], [], []];
      const timed = async (samples: number[], mark: string) => {
        const start = performance.now();
        await runCode(person, roomId, 'python', hello(mark));
        samples.push(performance.now() - start);
      };
      await timed([], 'same');
      const rounds = isQuick ? 3 : 20;
      for (let round = 0; round < rounds; round++) {
        for (let at = 0; at < 10; at++) await timed(cached, 'same');
        for (let at = 0; at < 3; at++) await timed(fresh, `${round} ${at}`);
        bare.push(...(await spawnLoop(1, 10, ['/usr/bin/python3', file])).each);
      }
      const row = (what: string, samples: number[], share: number) => ({
        what,
        measured: percentile(samples, share),
        baseline: percentile(bare, share),
        relation: 'difference' as const,
        unit: 'ms',
      });
      return [
        { ...row('Python hello, request to result, seen before, p50', cached, 0.5), target: { atMost: 10 } },
        { ...row('... p95', cached, 0.95), target: { atMost: 30 } },
        { ...row('Python hello, first time (with its check step), p50', fresh, 0.5) },
        { ...row('... p95', fresh, 0.95) },
      ];
    } finally {
      await server.stop();
    }
  },
};
