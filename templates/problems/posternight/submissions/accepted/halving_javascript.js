const { readFileSync } = require('node:fs');

// All numbers stay below 2 ** 53, so ordinary ones are exact.
const [n, needed, ...numbers] = readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);

function finishedBy(minute) {
  let finished = 0;
  for (let i = 0; i < 3 * n; i += 3) {
    if (minute > numbers[i]) finished += Math.min(numbers[i + 2], Math.floor((minute - numbers[i]) / numbers[i + 1]));
  }
  return finished;
}

let low = 0;
let high = 1_000_000_001_000_000;
if (finishedBy(high) < needed) {
  console.log('-1');
} else {
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (finishedBy(middle) >= needed) high = middle;
    else low = middle + 1;
  }
  console.log(String(low));
}
