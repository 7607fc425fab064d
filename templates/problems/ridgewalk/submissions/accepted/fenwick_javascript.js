const { readFileSync } = require('node:fs');

const numbers = readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
const n = numbers[0];
const altitudes = [];
for (let i = 0; i < n; i++) altitudes.push(numbers[1 + 2 * i]);
const rank = new Map([...new Set(altitudes)].sort((a, b) => a - b).map((altitude, i) => [altitude, i + 1]));
const tree = new Array(rank.size + 1).fill(0);
let best = 0;
altitudes.forEach((altitude, k) => {
  let total = 0;
  for (let i = rank.get(altitude) - 1; i > 0; i &= i - 1) total = Math.max(total, tree[i]);
  total += numbers[2 + 2 * k];
  best = Math.max(best, total);
  for (let i = rank.get(altitude); i < tree.length; i += i & -i) tree[i] = Math.max(tree[i], total);
});
console.log(String(best));
