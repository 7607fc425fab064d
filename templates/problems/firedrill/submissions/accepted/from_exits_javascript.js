const { readFileSync } = require('node:fs');

const [rows, columns, ...plan] = readFileSync(0, 'utf8').trim().split(/\s+/);
const width = Number(columns) + 2;
const edge = '#'.repeat(width);
const squares = edge + plan.map((line) => `#${line}#`).join('') + edge;
const distance = new Int32Array(squares.length).fill(-1);
const queue = [];
for (let i = 0; i < squares.length; i++) {
  if (squares[i] === 'E') {
    distance[i] = 0;
    queue.push(i);
  }
}
for (let head = 0; head < queue.length; head++) {
  const i = queue[head];
  for (const j of [i - width, i - 1, i + 1, i + width]) {
    if (distance[j] < 0 && squares[j] !== '#') {
      distance[j] = distance[i] + 1;
      queue.push(j);
    }
  }
}
let out = 0;
let steps = 0;
let longest = 0;
for (let i = 0; i < squares.length; i++) {
  if (squares[i] === 'P' && distance[i] >= 0) {
    out++;
    steps += distance[i];
    longest = Math.max(longest, distance[i]);
  }
}
console.log(`out: ${out}\nsteps: ${steps}\nlongest: ${longest}`);
