import { readFileSync } from 'node:fs';

function longestBlock(artists: string[], k: number): [length: number, start: number] {
  // TODO: return the length of the longest allowed block and the number of its first song (from 1).
  return [0, 0];
}

const words: string[] = readFileSync(0, 'utf8').trim().split(/\s+/);
const k = Number(words[1]);
const artists = words.slice(2);
console.log(longestBlock(artists, k).join(' '));
