const { readFileSync } = require('node:fs');

function daysOfLoss(n, bridges) {
  // TODO: return the days on which the islands 2 to n lose their supply; a bridge is a pair of islands.
  return new Array(n - 1).fill(-1);
}

const [[n], ...bridges] = readFileSync(0, 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(' ').map(Number));
console.log(daysOfLoss(n, bridges).join('\n'));
