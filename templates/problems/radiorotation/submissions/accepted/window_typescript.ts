import { readFileSync } from 'node:fs';

const words: string[] = readFileSync(0, 'utf8').split(/\s+/).filter((word) => word !== '');
const k = Number(words[1]);
const artists: string[] = words.slice(2);
const counts = new Map<string, number>();
let left = 0;
let best: { length: number; start: number } = { length: 0, start: 0 };
artists.forEach((artist: string, right: number) => {
  counts.set(artist, (counts.get(artist) ?? 0) + 1);
  while ((counts.get(artist) as number) > k) {
    const first = artists[left] as string;
    counts.set(first, (counts.get(first) as number) - 1);
    left++;
  }
  if (right - left + 1 > best.length) best = { length: right - left + 1, start: left + 1 };
});
console.log(`${best.length} ${best.start}`);
