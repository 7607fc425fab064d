/** What has become of a refresh token since it was issued; times in ms. */
export type RefreshTokenState = { readonly spentAt: number | null; readonly revokedAt: number | null };

/**
 * spend: the family's current token; again: spent a moment ago by a parallel tab, which gets a successor too;
 * theft: spent long ago, so two parties hold the family; revoked: made worthless by a password change.
 */
export type RefreshVerdict = 'spend' | 'again' | 'theft' | 'revoked';

/** Judges a genuine, unexpired refresh token of a living login; graceMs 0 makes every repetition theft. */
export function judgeRefresh(token: RefreshTokenState, now: number, graceMs: number): RefreshVerdict {
  const { spentAt, revokedAt } = token;
  if (spentAt !== null && (graceMs === 0 || now - spentAt > graceMs)) return 'theft';
  if (revokedAt !== null) return 'revoked';
  return spentAt === null ? 'spend' : 'again';
}
