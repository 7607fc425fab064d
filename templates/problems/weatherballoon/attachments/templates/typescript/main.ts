import { readFileSync } from 'node:fs';

type Signal = { time: number; altitude: number };

function largestRate(signals: Signal[]): number {
  // TODO: return the largest climb rate.
  return 0;
}

const lines: string[] = readFileSync(0, 'utf8').trim().split('\n').slice(1);
const signals: Signal[] = lines.map((line) => {
  const [time = 0, altitude = 0] = line.split(' ').map(Number);
  return { time, altitude };
});
console.log(largestRate(signals).toFixed(9));
