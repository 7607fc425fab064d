/**
 * `npm run bench [-- NAME...] [--quick] [--json FILE]`: measures the product beside bare baselines in the same run and prints a
 * table; exit 1 when a target is missed. Wants an idle machine with two cores or more.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Judged, judge, table } from './figures.ts';
import type { Ground, Measure } from './measure.ts';
import { classMeasure } from './measures/class.ts';
import { compileMeasure } from './measures/compile.ts';
import { helloMeasure } from './measures/hello.ts';
import { jailMeasure } from './measures/jail.ts';
import { keystrokeMeasure } from './measures/keystroke.ts';
import { requestMeasure } from './measures/requests.ts';
import { signInMeasure } from './measures/sign-in.ts';
import { startupMeasure } from './measures/startup.ts';
import { submissionMeasure } from './measures/submission.ts';
import { buildSpawnLoop } from './native.ts';
import { writeProblems } from './problems.ts';
import { makeDirectory, removeDirectory } from './program.ts';

const measures: readonly Measure[] = [
  startupMeasure,
  helloMeasure,
  jailMeasure,
  submissionMeasure,
  compileMeasure,
  keystrokeMeasure,
  requestMeasure,
  signInMeasure,
  classMeasure,
];

const say = (line: string) => void process.stderr.write(`${line}\n`);

function machine() {
  const [first] = cpus();
  return {
    cpu: first?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
  };
}

function choose(names: readonly string[]): readonly Measure[] {
  const unknown = names.find((name) => measures.every((measure) => measure.name !== name));
  if (unknown !== undefined)
    throw new Error(`There is no ${unknown}; there are ${measures.map(({ name }) => name).join(', ')}`);
  return names.length === 0 ? measures : measures.filter(({ name }) => names.includes(name));
}

async function runAll(chosen: readonly Measure[], ground: Ground): Promise<Judged[]> {
  const found: Judged[] = [];
  for (const measure of chosen) {
    say(`measuring ${measure.name} ...`);
    const figures = (await measure.run(ground)).map(judge);
    say(table(figures));
    found.push(...figures);
  }
  return found;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
    allowPositionals: true,
  });
  const chosen = choose(positionals);
  const directory = makeDirectory();
  try {
    const problems = path.join(directory, 'problems');
    mkdirSync(problems);
    writeProblems(problems);
    const facts = machine();
    const spawnLoop = buildSpawnLoop(directory);
    const figures = await runAll(chosen, { directory, problems, spawnLoop, isQuick: values.quick, say });
    process.stdout.write(`${JSON.stringify(facts)}\n\n${table(figures)}\n`);
    if (values.json !== undefined)
      writeFileSync(values.json, `${JSON.stringify({ v: 1, machine: facts, figures }, null, 2)}\n`);
    if (figures.some(({ met }) => met === false)) process.exitCode = 1;
  } finally {
    removeDirectory(directory);
  }
}

await main();
