import { describe, expect, it } from 'vitest';
import { createRefreshCookies } from './cookies.ts';

const timers = { 'timers.refreshTokenMs': 604_800_000 };

describe('the refresh cookie [S10, S11]', () => {
  it('goes to this host, below /auth, over TLS, never to scripts or foreign pages', () => {
    const cookies = createRefreshCookies({ 'server.insecureHttp': false, ...timers });
    expect(cookies.set('a.b.c')).toBe(
      'refreshToken=a.b.c; HttpOnly; Secure; SameSite=Strict; Path=/auth; Max-Age=604800',
    );
    expect(cookies.clear()).toBe('refreshToken=; HttpOnly; Secure; SameSite=Strict; Path=/auth; Max-Age=0');
  });

  it('goes over plain HTTP only where that was allowed', () => {
    const cookies = createRefreshCookies({ 'server.insecureHttp': true, ...timers });
    expect(cookies.set('a.b.c')).not.toContain('Secure');
  });
});
