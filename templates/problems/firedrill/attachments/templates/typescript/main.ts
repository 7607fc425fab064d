import { readFileSync } from 'node:fs';

type Drill = { out: number; steps: number; longest: number };

function drill(plan: string[]): Drill {
  // TODO: find how many people get out, the sum of their steps and the longest walk.
  return { out: 0, steps: 0, longest: 0 };
}

const plan: string[] = readFileSync(0, 'utf8').trim().split('\n').slice(1);
const { out, steps, longest } = drill(plan);
console.log(`out: ${out}`);
console.log(`steps: ${steps}`);
console.log(`longest: ${longest}`);
