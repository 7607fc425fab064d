const { readFileSync } = require('node:fs');

function bestWalk(altitudes, points) {
  // TODO: return the largest sum of points of stops that are each strictly higher than the one before.
  return 0;
}

const numbers = readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
const altitudes = [];
const points = [];
for (let i = 0; i < numbers[0]; i++) {
  altitudes.push(numbers[1 + 2 * i]);
  points.push(numbers[2 + 2 * i]);
}
console.log(bestWalk(altitudes, points));
