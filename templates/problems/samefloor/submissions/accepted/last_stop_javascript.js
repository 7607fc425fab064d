const { readFileSync } = require('node:fs');

const [, ...floors] = readFileSync(0, 'utf8').split(/\s+/).filter((word) => word !== '').map(Number);
const last = new Map();
let best = -1;
floors.forEach((floor, i) => {
  const before = last.get(floor);
  if (before !== undefined && (best === -1 || i - before < best)) best = i - before;
  last.set(floor, i);
});
console.log(best);
