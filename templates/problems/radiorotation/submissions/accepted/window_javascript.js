const { readFileSync } = require('node:fs');

const [, limit, ...artists] = readFileSync(0, 'utf8').split(/\s+/).filter((word) => word !== '');
const k = Number(limit);
const counts = new Map();
let left = 0;
let best = 0;
let start = 0;
for (let right = 0; right < artists.length; right++) {
  const artist = artists[right];
  counts.set(artist, (counts.get(artist) ?? 0) + 1);
  while (counts.get(artist) > k) {
    counts.set(artists[left], counts.get(artists[left]) - 1);
    left++;
  }
  if (right - left + 1 > best) {
    best = right - left + 1;
    start = left + 1;
  }
}
console.log(`${best} ${start}`);
