import { readFileSync } from 'node:fs';

type Signal = { time: number; altitude: number };

const [, ...lines]: string[] = readFileSync(0, 'utf8').trim().split('\n');
const signals: Signal[] = lines
  .map((line) => {
    const [time, altitude] = line.split(' ').map(Number);
    return { time: time as number, altitude: altitude as number };
  })
  .sort((a, b) => a.time - b.time);
const best = signals.slice(1).reduce((most: number, later, i) => {
  const earlier = signals[i] as Signal;
  return Math.max(most, (later.altitude - earlier.altitude) / (later.time - earlier.time));
}, Number.NEGATIVE_INFINITY);
console.log(best.toFixed(9));
