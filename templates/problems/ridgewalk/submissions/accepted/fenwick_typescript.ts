import { readFileSync } from 'node:fs';

type Viewpoint = { altitude: number; points: number };

class PrefixMaximum {
  private readonly tree: number[];

  constructor(size: number) {
    this.tree = new Array<number>(size + 1).fill(0);
  }

  below(rank: number): number {
    let most = 0;
    for (let i = rank - 1; i > 0; i &= i - 1) most = Math.max(most, this.tree[i] as number);
    return most;
  }

  raise(rank: number, value: number): void {
    for (let i = rank; i < this.tree.length; i += i & -i) this.tree[i] = Math.max(this.tree[i] as number, value);
  }
}

const trail: Viewpoint[] = readFileSync(0, 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [altitude, points] = line.split(' ').map(Number);
    return { altitude: altitude as number, points: points as number };
  });
const sorted = [...new Set(trail.map((viewpoint) => viewpoint.altitude))].sort((a, b) => a - b);
const rank = new Map<number, number>(sorted.map((altitude, i) => [altitude, i + 1]));
const sums = new PrefixMaximum(sorted.length);
let best = 0;
for (const { altitude, points } of trail) {
  const at = rank.get(altitude) as number;
  const total = sums.below(at) + points;
  sums.raise(at, total);
  best = Math.max(best, total);
}
console.log(String(best));
