const { readFileSync } = require('node:fs');

function largestRate(signals) {
  // TODO: return the largest climb rate; a signal is an object { time, altitude }.
  return 0;
}

const lines = readFileSync(0, 'utf8').trim().split('\n').slice(1);
const signals = lines.map((line) => {
  const [time, altitude] = line.split(' ').map(Number);
  return { time, altitude };
});
console.log(largestRate(signals).toFixed(9));
