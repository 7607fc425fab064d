import { readFileSync } from 'node:fs';

type Printer = { w: number; p: number; c: number };

const [first = '', ...lines] = readFileSync(0, 'utf8').trim().split('\n');
const needed = Number(first.split(' ')[1]);
const printers: Printer[] = lines.map((line) => {
  const [w, p, c] = line.split(' ').map(Number) as [number, number, number];
  return { w, p, c };
});

// All numbers stay below 2 ** 53, so ordinary ones are exact.
function isEnough(minute: number): boolean {
  const finished = ({ w, p, c }: Printer) => Math.min(c, Math.max(0, Math.floor((minute - w) / p)));
  return printers.reduce((sum, printer) => sum + finished(printer), 0) >= needed;
}

function firstMinute(low: number, high: number): number {
  if (low === high) return low;
  const middle = Math.floor((low + high) / 2);
  return isEnough(middle) ? firstMinute(low, middle) : firstMinute(middle + 1, high);
}

const last = Math.max(...printers.map(({ w, p, c }) => w + p * c));
console.log(isEnough(last) ? String(firstMinute(0, last)) : '-1');
