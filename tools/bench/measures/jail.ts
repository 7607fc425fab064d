import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../../src/config/load.ts';
import { cacheFolders } from '../../../src/execution/cache-folders.ts';
import { setUpJails } from '../../../src/execution/jail-setup.ts';
import { findProductFiles } from '../../../src/execution/product-files.ts';
import type { JailRequest, Supervisor } from '../../../src/execution/sandbox/jail.ts';
import { createSupervisor } from '../../../src/execution/sandbox/supervisor.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import { type Figure, percentile } from '../figures.ts';
import type { Ground, Measure } from '../measure.ts';
import { compileNatively } from '../native.ts';

const MIB = 1024 * 1024;

const emptyRequest = (app: string): JailRequest => ({
  argv: ['/app/empty'],
  env: {},
  app,
  stdin: new Uint8Array(),
  limits: {
    wallMs: 10_000,
    cpuMs: 5_000,
    memoryKb: 256 * 1024,
    outputBytes: MIB,
    pids: 64,
    fileBytes: 16 * MIB,
    tmpfsBytes: 64 * MIB,
    tmpfsInodes: 1024,
    openFiles: 64,
    stackBytes: 64 * MIB,
    cores: 1,
  },
  stdout: { from: 'start', bytes: 1024 },
  stderr: { from: 'end', bytes: 1024 },
});

/** Wall time of one jail, and of the program in it, in ms. */
async function timeJail(supervisor: Supervisor, request: JailRequest) {
  const start = performance.now();
  const facts = await supervisor.run(request);
  if (facts.jailFailure !== null || facts.exitCode !== 0)
    throw new Error(`a jail failed: ${facts.jailFailure ?? facts.exitCode}`);
  return { all: performance.now() - start, program: facts.wallMs };
}

async function measureAll({ directory, spawnLoop, isQuick }: Ground): Promise<Figure[]> {
  const [data, cacheDir] = [path.join(directory, 'jail'), path.join(directory, 'cache')];
  for (const folder of [data, cacheDir]) mkdirSync(folder, { mode: 0o755 });
  const { config } = loadConfig({ flags: { 'sandbox.driver': 'auto', 'sandbox.uidBase': 760_000 } });
  const files = findProductFiles();
  const setup = await setUpJails({ config, log: silentLog, dataDirectory: data, cacheDir, slots: 1, files });
  if (!setup.ok) throw new Error(`${setup.why}. ${setup.remedy}`);
  const app = path.join(cacheFolders(cacheDir).artefacts, 'empty');
  mkdirSync(app, { mode: 0o755 });
  const source = 'int main(void) { return 0; }\n';
  const { program } = compileNatively(app, 'empty.c', source, '-static');
  const supervised = setup.drivers.map((driver) => {
    const [options] = setup.supervisors(driver);
    if (options === undefined) throw new Error('no supervisor');
    return {
      name: driver.name,
      supervisor: createSupervisor(options),
      all: [] as number[],
      program: [] as number[],
    };
  });
  const bare: number[] = [];
  // All in turn, so that what else the machine does falls on each alike.
  for (let round = 0; round < (isQuick ? 5 : 100); round++) {
    for (const one of supervised) {
      const { all, program: inside } = await timeJail(one.supervisor, emptyRequest(app));
      if (round === 0) continue;
      one.all.push(all);
      one.program.push(inside);
    }
    bare.push(...(await spawnLoop(1, 3, [program])).each);
  }
  for (const { supervisor } of supervised) await supervisor.close();
  await setup.release();
  const baseline = percentile(bare, 0.5);
  return supervised.flatMap(({ name, all, program: inside }): Figure[] => [
    {
      what: `empty program in a jail of ${name}, p50`,
      measured: percentile(all, 0.5),
      baseline,
      relation: 'difference',
      unit: 'ms',
      note: 'baseline: posix_spawn to exit',
    },
    {
      what: '... of it the program',
      measured: percentile(inside, 0.5),
      baseline,
      relation: 'alone',
      unit: 'ms',
    },
    {
      what: '... p95',
      measured: percentile(all, 0.95),
      baseline: percentile(bare, 0.95),
      relation: 'difference',
      unit: 'ms',
    },
  ]);
}

/** What a jail costs around a program that does nothing, by driver. */
export const jailMeasure: Measure = { name: 'jail', run: measureAll };
