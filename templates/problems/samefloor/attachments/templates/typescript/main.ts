import { readFileSync } from 'node:fs';

function closestReturn(floors: number[]): number {
  // TODO: return the smallest distance between two stops at the same floor, or -1.
  return -1;
}

const numbers: number[] = readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
const floors = numbers.slice(1);
console.log(closestReturn(floors));
