/** Who makes a request: read from the database at every request, never from the token. */
export type Caller = {
  readonly userId: string;
  /** The login (token family) that the access token belongs to. */
  readonly sid: string;
  readonly role: 'user' | 'admin';
  readonly username: string;
  readonly displayName: string | null;
};

/** Turns a bearer token into a caller. */
export type Callers = {
  /**
   * Throws, in this order: UNAUTHORIZED (forged, wrong kind), AUTH_TOKEN_EXPIRED, UNAUTHORIZED (deleted user),
   * USER_BANNED, AUTH_TOKEN_REVOKED (ended login).
   */
  authenticate(bearerToken: string): Promise<Caller>;
};
