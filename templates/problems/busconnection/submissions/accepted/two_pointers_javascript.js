const { readFileSync } = require('node:fs');

const [n, m, seats, walk, ...minutes] = readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
const buses = minutes.slice(n);
let [left, waiting, bus, taken] = [0, 0, 0, 0];
for (let i = 0; i < n; i++) {
  const ready = minutes[i] + walk;
  while (bus < m && (taken === seats || buses[bus] < ready)) {
    bus++;
    taken = 0;
  }
  if (bus === m) break;
  left++;
  taken++;
  waiting += buses[bus] - ready;
}
console.log(`${left} ${waiting}`);
