import { readFileSync } from 'node:fs';

type Line = { a: number; b: number; s: number; p: number; k: number; d: number };

function latestStart(n: number, t: number, lines: Line[]): number {
  // TODO: return the latest minute at which Nora can board her first bus, or -1.
  return -2;
}

const [[n = 0, , t = 0] = [], ...rows] = readFileSync(0, 'utf8')
  .trim()
  .split('\n')
  .map((row) => row.split(' ').map(Number));
const lines: Line[] = rows.map(([a = 0, b = 0, s = 0, p = 0, k = 0, d = 0]) => ({ a, b, s, p, k, d }));
console.log(latestStart(n, t, lines));
