import { readFileSync } from 'node:fs';

type Viewpoint = { altitude: number; points: number };

function bestWalk(trail: Viewpoint[]): number {
  // TODO: return the largest sum of points of stops that are each strictly higher than the one before.
  return 0;
}

const lines: string[] = readFileSync(0, 'utf8').trim().split('\n').slice(1);
const trail: Viewpoint[] = lines.map((line) => {
  const [altitude = 0, points = 0] = line.split(' ').map(Number);
  return { altitude, points };
});
console.log(bestWalk(trail));
