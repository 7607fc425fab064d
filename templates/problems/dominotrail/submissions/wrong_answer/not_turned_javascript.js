const { readFileSync } = require('node:fs');

// Mistake: finds a longest trail, but prints the dominoes as they were given instead of as they lie.
const [, ...lines] = readFileSync(0, 'utf8').trim().split('\n');
const dominoes = lines.map((line) => line.split(' ').map(Number));
const known = new Map();

function longest(used, end) {
  const key = used * 7 + end;
  const found = known.get(key);
  if (found !== undefined) return found;
  let best = [];
  dominoes.forEach((domino, i) => {
    if (used & (1 << i) || !domino.includes(end)) return;
    const other = domino[0] === end ? domino[1] : domino[0];
    const trail = [domino, ...longest(used | (1 << i), other)];
    if (trail.length > best.length) best = trail;
  });
  known.set(key, best);
  return best;
}

const trails = [0, 1, 2, 3, 4, 5, 6].map((number) => longest(0, number));
const best = trails.reduce((a, b) => (b.length > a.length ? b : a));
console.log([best.length, ...best.map((domino) => domino.join(' '))].join('\n'));
