import { readFileSync } from 'node:fs';

type Way = { to: number; day: number };

const [n, m, ...ends] = readFileSync(0, 'utf8').trim().split(/\s+/).map(Number) as [number, number, ...number[]];
const ways: Way[][] = Array.from({ length: n + 1 }, () => []);
for (let day = 1; day <= m; day++) {
  const [a, b] = [ends[2 * day - 2] as number, ends[2 * day - 1] as number];
  ways[a]?.push({ to: b, day });
  ways[b]?.push({ to: a, day });
}

// An island is lost with the first bridge of the way to it that holds longest. Bridges that lead on from supplied islands
// wait in buckets by their day; the latest is used first.
const waiting: number[][] = Array.from({ length: m + 1 }, () => []);
const lost: number[] = new Array<number>(n + 1).fill(0);
const seen = new Set<number>();

function supply(island: number, until: number): void {
  seen.add(island);
  lost[island] = until;
  const open: number[] = [island];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const { to, day } of ways[from] ?? []) {
      if (seen.has(to)) continue;
      if (day < until) waiting[day]?.push(to);
      else {
        seen.add(to);
        lost[to] = until;
        open.push(to);
      }
    }
  }
}

supply(1, m + 1);
for (let day = m; day > 0; day--) {
  for (const island of waiting[day] ?? []) if (!seen.has(island)) supply(island, day);
}
console.log(lost.slice(2).join('\n'));
