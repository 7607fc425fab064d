import { readFileSync } from 'node:fs';

// Mistake: looks at climbs only, and takes the largest of them even when there is none.
const lines: string[] = readFileSync(0, 'utf8').trim().split('\n').slice(1);
const signals = lines.map((line) => line.split(' ').map(Number)).sort(([a = 0], [b = 0]) => a - b);
const climbs: number[] = [];
signals.forEach(([time = 0, altitude = 0], i) => {
  const [before = 0, low = 0] = signals[i - 1] ?? [];
  if (i > 0 && altitude >= low) climbs.push((altitude - low) / (time - before));
});
console.log(climbs.reduce((most, rate) => Math.max(most, rate)).toFixed(9));
