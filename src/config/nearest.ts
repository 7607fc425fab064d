/** Insertions, deletions, replacements and swaps of neighbours between two words. */
function distance(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= left.length; row++) {
    rows[row] = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      const isSwap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const costs = [
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (isSame ? 0 : 1),
      ];
      if (isSwap) costs.push(at(row - 2, column - 2) + 1);
      (rows[row] as number[])[column] = Math.min(...costs);
    }
  }
  return at(left.length, right.length);
}

/** Longer words are nobody's typing mistake, and comparing them would take long. */
const MAX_LENGTH = 100;

/** The candidate that was probably meant by a mistyped word, without regard to case; null when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (word === '' || word.length > MAX_LENGTH) return null;
  const typed = word.toLowerCase();
  const measured = candidates
    .map((candidate) => ({ candidate, steps: distance(typed, candidate.toLowerCase()) }))
    .sort((one, other) => one.steps - other.steps);
  const [best] = measured;
  return best !== undefined && best.steps <= Math.max(1, Math.floor(best.candidate.length / 3))
    ? best.candidate
    : null;
}
