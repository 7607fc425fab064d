const { readFileSync } = require('node:fs');

function longestTrail(dominoes) {
  // TODO: return a longest trail from left to right; a domino is a pair [left, right].
  return [[-1, -1]];
}

const [, ...lines] = readFileSync(0, 'utf8').trim().split('\n');
const trail = longestTrail(lines.map((line) => line.split(' ').map(Number)));
console.log(trail.length);
for (const [left, right] of trail) console.log(`${left} ${right}`);
