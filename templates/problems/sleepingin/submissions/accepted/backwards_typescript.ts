import { readFileSync } from 'node:fs';

type Line = { a: number; s: number; p: number; k: number; d: number };
type Stay = { town: number; minute: number };

/** A binary heap, the latest minute on top. */
class Heap {
  private readonly items: Stay[] = [];

  push(item: Stay): void {
    let i = this.items.push(item) - 1;
    while (i > 0) {
      const above = (i - 1) >> 1;
      if (this.at(above).minute >= item.minute) break;
      this.items[i] = this.at(above);
      i = above;
    }
    this.items[i] = item;
  }

  pop(): Stay | undefined {
    const [top] = this.items;
    const last = this.items.pop();
    if (last === undefined || this.items.length === 0) return top;
    let i = 0;
    for (let below = 1; below < this.items.length; below = 2 * i + 1) {
      if (below + 1 < this.items.length && this.at(below + 1).minute > this.at(below).minute) below++;
      if (this.at(below).minute <= last.minute) break;
      this.items[i] = this.at(below);
      i = below;
    }
    this.items[i] = last;
    return top;
  }

  private at(i: number): Stay {
    return this.items[i] as Stay;
  }
}

const [[n = 0, , t = 0] = [], ...rows] = readFileSync(0, 'utf8')
  .trim()
  .split('\n')
  .map((row) => row.split(' ').map(Number));
const into: Line[][] = Array.from({ length: n + 1 }, () => []);
for (const [a = 0, b = 0, s = 0, p = 0, k = 0, d = 0] of rows) into[b]?.push({ a, s, p, k, d });

const settled = new Set<number>();
const queue = new Heap();
let answer = -1;
for (let stay: Stay | undefined = { town: n, minute: t }; stay !== undefined; stay = queue.pop()) {
  const { town, minute } = stay;
  if (settled.has(town)) continue;
  settled.add(town);
  if (town === 1) {
    answer = minute;
    break;
  }
  for (const { a, s, p, k, d } of into[town] ?? []) {
    const bus = Math.min(k - 1, Math.floor((minute - d - s) / p));
    if (bus >= 0 && !settled.has(a)) queue.push({ town: a, minute: s + bus * p });
  }
}
console.log(answer);
