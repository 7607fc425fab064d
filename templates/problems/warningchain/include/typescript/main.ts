import { readFileSync } from 'node:fs';

// The answer goes to the real standard output, whatever the solution prints to standard error.
const answer = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;

const { warnAll } = await import('./solution.js');

const [n = 1, ...numbers] = readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
const result: number = warnAll([0, ...numbers.slice(0, n - 1)], [0, ...numbers.slice(n - 1)]);
answer(`${result}\n`);
