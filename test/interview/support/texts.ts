/** Whether all letters of `part` stand in `whole` in their order: nothing of it was lost, whatever came between. */
export function isWithin(part: string, whole: string): boolean {
  let at = 0;
  for (const letter of part) {
    at = whole.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** How often a letter stands in a text. */
export function countOf(letter: string, text: string): number {
  return text.split(letter).length - 1;
}
