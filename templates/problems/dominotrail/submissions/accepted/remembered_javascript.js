const { readFileSync } = require('node:fs');

const [n, ...pips] = readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
// By set of used dominoes and open number: the longest way to go on, and the domino that begins it.
const lengths = new Int8Array((1 << n) * 7).fill(-1);
const choices = new Int8Array((1 << n) * 7).fill(-1);

function otherHalf(i, number) {
  if (pips[2 * i] === number) return pips[2 * i + 1];
  return pips[2 * i + 1] === number ? pips[2 * i] : -1;
}

function longest(used, end) {
  const key = used * 7 + end;
  if (lengths[key] >= 0) return lengths[key];
  lengths[key] = 0;
  for (let i = 0; i < n; i++) {
    if (used & (1 << i)) continue;
    const other = otherHalf(i, end);
    if (other < 0) continue;
    const length = 1 + longest(used | (1 << i), other);
    if (length > lengths[key]) {
      lengths[key] = length;
      choices[key] = i;
    }
  }
  return lengths[key];
}

let end = 0;
for (let number = 1; number < 7; number++) if (longest(0, number) > longest(0, end)) end = number;
const lines = [longest(0, end)];
for (let used = 0, i = choices[end]; i >= 0; i = choices[used * 7 + end]) {
  const other = otherHalf(i, end);
  lines.push(`${end} ${other}`);
  used |= 1 << i;
  end = other;
}
console.log(lines.join('\n'));
