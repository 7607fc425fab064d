const { readFileSync } = require('node:fs');

const [n, m, ...ends] = readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
const parent = Array.from({ length: n + 1 }, (_, island) => island);
const members = parent.map((island) => [island]);
const lost = new Array(n + 1).fill(0);

function find(island) {
  let root = island;
  while (parent[root] !== root) root = parent[root];
  while (parent[island] !== root) [parent[island], island] = [root, parent[island]];
  return root;
}

for (let day = m; day > 0; day--) {
  let large = find(ends[2 * day - 2]);
  let small = find(ends[2 * day - 1]);
  if (large === small) continue;
  const home = find(1);
  if (large === home) for (const island of members[small]) lost[island] = day;
  if (small === home) for (const island of members[large]) lost[island] = day;
  if (members[large].length < members[small].length) [large, small] = [small, large];
  for (const island of members[small]) members[large].push(island);
  members[small] = [];
  parent[small] = large;
}
console.log(lost.slice(2).join('\n'));
