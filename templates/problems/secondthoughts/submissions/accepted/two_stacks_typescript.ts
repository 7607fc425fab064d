import { readFileSync } from 'node:fs';

const keys: string = readFileSync(0, 'utf8').split('\n')[1]?.trim() ?? '';
const text: string[] = [];
const taken: string[] = [];

function move(from: string[], to: string[]): void {
  const letter = from.pop();
  if (letter !== undefined) to.push(letter);
}

for (const key of keys) {
  if (key === '<') move(text, taken);
  else if (key === '>') move(taken, text);
  else {
    text.push(key);
    taken.length = 0;
  }
}
console.log(text.join('') || '(empty)');
