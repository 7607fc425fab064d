import { readFileSync } from 'node:fs';

type Connection = { left: number; waiting: number };

function connect(seats: number, walk: number, arrivals: number[], buses: number[]): Connection {
  // TODO: find how many hikers leave by bus and their minutes of waiting in all.
  return { left: -1, waiting: -1 };
}

const numbers: number[] = readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
const [n = 0, , seats = 0, walk = 0, ...minutes] = numbers;
const { left, waiting } = connect(seats, walk, minutes.slice(0, n), minutes.slice(n));
console.log(`${left} ${waiting}`);
