const { readFileSync } = require('node:fs');

// Mistake: an undo without letters, or a redo without anything to put back, takes from an empty list.
const keys = readFileSync(0, 'utf8').split('\n')[1].trim();

function take(list) {
  if (list.length === 0) throw new RangeError('nothing to take');
  return list.pop();
}

const text = [];
let taken = [];
for (const key of keys) {
  if (key === '<') taken.push(take(text));
  else if (key === '>') text.push(take(taken));
  else {
    text.push(key);
    taken = [];
  }
}
console.log(text.join('') || '(empty)');
