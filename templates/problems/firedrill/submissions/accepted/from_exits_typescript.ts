import { readFileSync } from 'node:fs';

type Square = { y: number; x: number };

const plan: string[] = readFileSync(0, 'utf8').trim().split('\n').slice(1);
const distance: number[][] = plan.map((line) => [...line].map((square) => (square === 'E' ? 0 : -1)));
let border: Square[] = [];
distance.forEach((line, y) => line.forEach((steps, x) => steps === 0 && border.push({ y, x })));

for (let steps = 1; border.length > 0; steps++) {
  const following: Square[] = [];
  for (const { y, x } of border) {
    for (const next of [{ y: y - 1, x }, { y: y + 1, x }, { y, x: x - 1 }, { y, x: x + 1 }]) {
      const square = plan[next.y]?.[next.x] ?? '#';
      const line = distance[next.y];
      if (square === '#' || line === undefined || line[next.x] !== -1) continue;
      line[next.x] = steps;
      following.push(next);
    }
  }
  border = following;
}

const walks: number[] = distance.flatMap((line, y) => line.filter((steps, x) => steps > 0 && plan[y]?.[x] === 'P'));
const sum = walks.reduce((total, steps) => total + steps, 0);
const longest = walks.reduce((most, steps) => Math.max(most, steps), 0);
console.log(`out: ${walks.length}\nsteps: ${sum}\nlongest: ${longest}`);
