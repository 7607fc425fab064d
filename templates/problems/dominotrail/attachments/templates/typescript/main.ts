import { readFileSync } from 'node:fs';

type Domino = [left: number, right: number];

function longestTrail(dominoes: Domino[]): Domino[] {
  // TODO: return a longest trail from left to right.
  return [[-1, -1]];
}

const [, ...lines] = readFileSync(0, 'utf8').trim().split('\n');
const trail = longestTrail(lines.map((line) => line.split(' ').map(Number) as Domino));
console.log(trail.length);
for (const [left, right] of trail) console.log(`${left} ${right}`);
