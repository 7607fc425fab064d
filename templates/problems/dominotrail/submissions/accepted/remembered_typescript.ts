import { readFileSync } from 'node:fs';

type Domino = [left: number, right: number];
/** A trail as a linked list, so that its rest is shared and not copied. */
type Trail = { length: number; domino: Domino; rest: Trail } | null;

const [, ...lines] = readFileSync(0, 'utf8').trim().split('\n');
const dominoes: Domino[] = lines.map((line) => line.split(' ').map(Number) as Domino);
const known = new Map<number, Trail>();

function longest(used: number, end: number): Trail {
  const key = used * 7 + end;
  const found = known.get(key);
  if (found !== undefined) return found;
  let best: Trail = null;
  dominoes.forEach(([a, b], i) => {
    if (used & (1 << i) || (a !== end && b !== end)) return;
    const other = a === end ? b : a;
    const rest = longest(used | (1 << i), other);
    const length: number = 1 + (rest?.length ?? 0);
    if (length > (best?.length ?? 0)) best = { length, domino: [end, other], rest };
  });
  known.set(key, best);
  return best;
}

const trails: Trail[] = [0, 1, 2, 3, 4, 5, 6].map((number) => longest(0, number));
const best: Trail = trails.reduce((a, b) => ((b?.length ?? 0) > (a?.length ?? 0) ? b : a), null);
console.log(best?.length ?? 0);
for (let at: Trail = best; at !== null; at = at.rest) console.log(at.domino.join(' '));
