const { readFileSync } = require('node:fs');

const [[n, , t], ...lines] = readFileSync(0, 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(' ').map(Number));
const into = Array.from({ length: n + 1 }, () => []);
for (const line of lines) into[line[1]].push(line);
const late = new Array(n + 1).fill(-1);
const settled = new Array(n + 1).fill(false);
late[n] = t;
// Without a heap: there are few enough towns to look through all of them.
for (;;) {
  let town = 0;
  for (let i = 1; i <= n; i++) if (!settled[i] && late[i] > late[town]) town = i;
  if (town === 0) break;
  settled[town] = true;
  for (const [a, , s, p, k, d] of into[town]) {
    const bus = Math.min(k - 1, Math.floor((late[town] - d - s) / p));
    if (bus >= 0) late[a] = Math.max(late[a], s + bus * p);
  }
}
console.log(late[1]);
