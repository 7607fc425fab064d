import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../figures.ts';
import type { Measure } from '../measure.ts';
import { makeInstallation, residentMib, startProduct } from '../program.ts';

const bareServer = `
const server = require('node:http').createServer((request, response) => response.end('{}'));
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: 'http://127.0.0.1:' + server.address().port })));
`;

/** Time from the start of a program to its first answer at /health. */
async function timeToHealth(start: () => Promise<{ url: string; stop(): Promise<void>; pid: number }>) {
  const begin = performance.now();
  const running = await start();
  const answer = await fetch(`${running.url}/health`);
  await answer.arrayBuffer();
  return { ms: performance.now() - begin, running };
}

async function startBare() {
  const child = spawn(process.execPath, ['-e', bareServer], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const stop = async () => {
    child.kill();
    await once(child, 'close');
  };
  return { ...(JSON.parse(`${line}`) as { url: string }), pid: child.pid ?? 0, stop };
}

/** How long the server takes to answer after its start, and the memory it then holds. */
export const startupMeasure: Measure = {
  name: 'startup',
  async run({ directory, problems, isQuick }) {
    const data = path.join(directory, 'startup');
    await makeInstallation(data, [problems]);
    const [product, bare]: [number[], number[]] = [[], []];
    let idleMib = 0;
    const rounds = isQuick ? 2 : 10;
    for (let round = 0; round < rounds; round++) {
      const first = await timeToHealth(() => startProduct(data));
      product.push(first.ms);
      if (round === rounds - 1) {
        await pause(isQuick ? 2000 : 20_000);
        idleMib = residentMib(first.running.pid);
      }
      await first.running.stop();
      const second = await timeToHealth(startBare);
      bare.push(second.ms);
      await second.running.stop();
    }
    return [
      {
        what: '`syncode serve` until /health answers, p50',
        measured: percentile(product, 0.5),
        baseline: percentile(bare, 0.5),
        relation: 'alone',
        unit: 'ms',
        target: { atMost: 700 },
        note: 'baseline: a bare node:http server',
      },
      {
        what: 'resident memory, idle',
        measured: idleMib,
        baseline: null,
        relation: 'alone',
        unit: 'MiB',
        target: { atMost: 160 },
      },
    ];
  },
};
