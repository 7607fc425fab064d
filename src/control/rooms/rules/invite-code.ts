import type { Random } from '../../../kernel/random.ts';

/** No I, L, O, 0 and 1: they are taken for each other. */
export const CODE_ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 6;

/** Draws one of the 31^6 codes, all equally likely. */
export function drawCode(random: Random): string {
  return Array.from({ length: CODE_LENGTH }, () => CODE_ALPHABET[random.below(CODE_ALPHABET.length)]).join(
    '',
  );
}
