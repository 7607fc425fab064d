// The answer goes to the real standard output, whatever the solution prints to standard error.
const answer = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

const { readFileSync } = require('node:fs');
const { warnAll } = require('./solution.js');

const [n, ...numbers] = readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
const result = warnAll([0, ...numbers.slice(0, n - 1)], [0, ...numbers.slice(n - 1)]);
answer(`${result}\n`);
