import { readFileSync } from 'node:fs';

type Printer = { w: number; p: number; c: number };

function firstMinute(needed: number, printers: Printer[]): number {
  // TODO: return the first minute at which enough posters are finished, or -1.
  return -2;
}

const [first = '', ...lines] = readFileSync(0, 'utf8').trim().split('\n');
const needed = Number(first.split(' ')[1]);
const printers: Printer[] = lines.map((line) => {
  const [w = 0, p = 0, c = 0] = line.split(' ').map(Number);
  return { w, p, c };
});
console.log(String(firstMinute(needed, printers)));
