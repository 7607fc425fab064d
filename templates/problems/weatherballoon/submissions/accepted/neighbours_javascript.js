const { readFileSync } = require('node:fs');

const numbers = readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
const signals = [];
for (let i = 1; i < numbers.length; i += 2) signals.push([numbers[i], numbers[i + 1]]);
signals.sort(([a], [b]) => a - b);
let best = Number.NEGATIVE_INFINITY;
for (let i = 1; i < signals.length; i++) {
  const [[before, low], [after, high]] = [signals[i - 1], signals[i]];
  best = Math.max(best, (high - low) / (after - before));
}
console.log(best.toFixed(9));
