import type { Config } from '../../config/schema.ts';

/** Name of the cookie that carries the refresh token. */
export const REFRESH_COOKIE = 'refreshToken';

/** Values of Set-Cookie; without Domain, so that only this very host gets the cookie back. */
export type RefreshCookies = { set(token: string): string; clear(): string };

/** Secure is left out under server.insecureHttp only. */
export function createRefreshCookies(
  config: Pick<Config, 'server.insecureHttp' | 'timers.refreshTokenMs'>,
): RefreshCookies {
  const secure = config['server.insecureHttp'] ? '' : ' Secure;';
  const write = (value: string, maxAgeSeconds: number) =>
    `${REFRESH_COOKIE}=${value}; HttpOnly;${secure} SameSite=Strict; Path=/auth; Max-Age=${maxAgeSeconds}`;
  return {
    set: (token) => write(token, Math.floor(config['timers.refreshTokenMs'] / 1000)),
    clear: () => write('', 0),
  };
}
