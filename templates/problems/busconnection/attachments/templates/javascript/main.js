const { readFileSync } = require('node:fs');

function connect(seats, walk, arrivals, buses) {
  // TODO: find how many hikers leave by bus and their minutes of waiting in all.
  return { left: -1, waiting: -1 };
}

const [n, m, seats, walk, ...minutes] = readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
const { left, waiting } = connect(seats, walk, minutes.slice(0, n), minutes.slice(n));
console.log(`${left} ${waiting}`);
