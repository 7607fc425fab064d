import path from 'node:path';
import { percentile } from '../figures.ts';
import type { Measure } from '../measure.ts';
import { compileNatively } from '../native.ts';
import { burnInCpp, burning } from '../problems.ts';
import { makeInstallation, register, startProduct, whenLanguagesTried } from '../program.ts';
import { openCodingRoom, submitCode } from '../room.ts';

const SLUG = 'hundred-cases';
const PROCESSES = 2;

/** Cases a second of a long submission, beside a bare loop of starts on as many cores. */
export const submissionMeasure: Measure = {
  name: 'submission',
  async run({ directory, problems, spawnLoop, isQuick }) {
    const data = path.join(directory, 'submission');
    await makeInstallation(data, [problems]);
    const server = await startProduct(data);
    try {
      await whenLanguagesTried(server.url);
      const [host, person] = [await register(server.url, 'host'), await register(server.url, 'runner')];
      const { roomId } = await openCodingRoom(host, person, SLUG);
      const { program } = compileNatively(directory, 'burn.cpp', burnInCpp(1));
      const [product, bare]: [number[], number[]] = [[], []];
      await submitCode(person, roomId, 'cpp', burnInCpp(1));
      for (let round = 0; round < (isQuick ? 2 : 10); round++) {
        const start = performance.now();
        await submitCode(person, roomId, 'cpp', burnInCpp(1));
        product.push((burning[SLUG] / (performance.now() - start)) * 1000);
        const loop = await spawnLoop(PROCESSES, burning[SLUG] / PROCESSES, [program]);
        bare.push((burning[SLUG] / loop.wallMs) * 1000);
      }
      return [
        {
          what: '100 cases of a 1 ms C++ program, compiled before',
          measured: percentile(product, 0.5),
          baseline: percentile(bare, 0.5),
          relation: 'ratio',
          unit: 'cases/s',
          target: { atLeast: 0.2 },
        },
      ];
    } finally {
      await server.stop();
    }
  },
};
