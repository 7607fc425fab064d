import { readFileSync } from 'node:fs';

const words: string[] = readFileSync(0, 'utf8').split(/\s+/).filter((word) => word !== '');
const last = new Map<number, number>();
let best = -1;
words.slice(1).forEach((word: string, i: number) => {
  const floor = Number(word);
  const before = last.get(floor);
  if (before !== undefined && (best === -1 || i - before < best)) best = i - before;
  last.set(floor, i);
});
console.log(best);
