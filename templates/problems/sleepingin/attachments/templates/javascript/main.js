const { readFileSync } = require('node:fs');

function latestStart(n, t, lines) {
  // TODO: return the latest minute at which Nora can board her first bus, or -1; a line is { a, b, s, p, k, d }.
  return -2;
}

const [[n, , t], ...rows] = readFileSync(0, 'utf8')
  .trim()
  .split('\n')
  .map((row) => row.split(' ').map(Number));
const lines = rows.map(([a, b, s, p, k, d]) => ({ a, b, s, p, k, d }));
console.log(latestStart(n, t, lines));
