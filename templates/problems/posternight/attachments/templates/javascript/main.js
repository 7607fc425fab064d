const { readFileSync } = require('node:fs');

function firstMinute(needed, printers) {
  // TODO: return the first minute at which enough posters are finished, or -1; a printer is { w, p, c }.
  return -2;
}

const [first, ...lines] = readFileSync(0, 'utf8').trim().split('\n');
const needed = Number(first.split(' ')[1]);
const printers = lines.map((line) => {
  const [w, p, c] = line.split(' ').map(Number);
  return { w, p, c };
});
console.log(String(firstMinute(needed, printers)));
