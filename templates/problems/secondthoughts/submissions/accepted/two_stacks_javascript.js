const { readFileSync } = require('node:fs');

const keys = readFileSync(0, 'utf8').split('\n')[1].trim();
const text = [];
let taken = [];
for (const key of keys) {
  if (key === '<') {
    if (text.length > 0) taken.push(text.pop());
  } else if (key === '>') {
    if (taken.length > 0) text.push(taken.pop());
  } else {
    text.push(key);
    taken = [];
  }
}
console.log(text.join('') || '(empty)');
