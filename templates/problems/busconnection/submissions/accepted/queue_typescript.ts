import { readFileSync } from 'node:fs';

const numbers: number[] = readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
const [n, , seats, walk] = numbers as [number, number, number, number];
const ready: number[] = numbers.slice(4, 4 + n).map((minute) => minute + walk);
const buses: number[] = numbers.slice(4 + n);
let front = 0;
let waiting = 0;
for (const departure of buses) {
  const full = front + seats;
  for (; front < full && front < n && (ready[front] as number) <= departure; front++) {
    waiting += departure - (ready[front] as number);
  }
}
console.log(`${front} ${waiting}`);
