import { readFileSync } from 'node:fs';

type Bridge = [a: number, b: number];

function daysOfLoss(n: number, bridges: Bridge[]): number[] {
  // TODO: return the days on which the islands 2 to n lose their supply.
  return new Array<number>(n - 1).fill(-1);
}

const [[n], ...bridges] = readFileSync(0, 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(' ').map(Number)) as [[number, number], ...Bridge[]];
console.log(daysOfLoss(n, bridges).join('\n'));
