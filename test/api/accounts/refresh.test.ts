import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { banUser, unbanUser } from '../../../src/control/admin/index.ts';
import { type Server, signIn, signUp, startServer } from './server.ts';
import { DAY, HOUR, MINUTE } from './world.ts';

const operator = { ip: null, requestId: null, osUser: 'root' };

let server: Server;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

const refresh = (cookie: string, headers: Record<string, string> = {}) =>
  server.post('/auth/refresh', undefined, { cookie, headers });
const me = (bearer: unknown) => server.request('GET', '/users/me', { bearer: String(bearer) });
const codeOf = (reply: { status: number; body: { code?: string } }) => [reply.status, reply.body.code];

describe('refreshSession [S10]', () => {
  it('trades the cookie for a new pair of the same login', async () => {
    const { id, cookie, bearer } = await signUp(server);
    server.clock.pass(MINUTE);
    const reply = await refresh(cookie);
    expect(reply.status).toBe(200);
    expect(reply.body.user).toMatchObject({ id });
    expect(reply.refreshToken).not.toBe(cookie);
    expect((await me(reply.body.accessToken)).status).toBe(200);
    expect((await me(bearer)).status).toBe(200);
    expect(server.rows('SELECT id FROM logins')).toHaveLength(1);
    const tokens = server.rows<{ id: string; parent: string | null; spent: number | null }>(
      'SELECT id, parent_id AS parent, spent_at AS spent FROM refresh_tokens ORDER BY issued_at',
    );
    expect(tokens).toMatchObject([
      { parent: null, spent: server.clock.now() },
      { parent: tokens[0]?.id, spent: null },
    ]);
  });

  it('gives parallel tabs successors within the grace, without alarm', async () => {
    const { cookie } = await signUp(server);
    const replies = await Promise.all([refresh(cookie), refresh(cookie), refresh(cookie)]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    server.clock.pass(10_000);
    expect((await refresh(cookie)).status).toBe(200);
    for (const { refreshToken } of replies) expect((await refresh(refreshToken ?? '')).status).toBe(200);
    expect(server.audit('auth.token_reuse')).toHaveLength(0);
  });

  it('takes a later repetition for theft: family ended, cookie cleared, audited, told', async () => {
    const { id, cookie, bearer } = await signUp(server);
    const other = await signIn(server, 'ada');
    const next = await refresh(cookie);
    server.clock.pass(10_001);
    const reply = await refresh(cookie);
    expect(codeOf(reply)).toEqual([401, 'AUTH_TOKEN_REVOKED']);
    expect(reply.headers.getSetCookie()).toEqual([
      'refreshToken=; HttpOnly; Secure; SameSite=Strict; Path=/auth; Max-Age=0',
    ]);
    expect(codeOf(await refresh(next.refreshToken ?? ''))).toEqual([401, 'AUTH_TOKEN_REVOKED']);
    expect(codeOf(await me(bearer))).toEqual([401, 'AUTH_TOKEN_REVOKED']);
    expect((await refresh(other.refreshToken ?? '')).status).toBe(200);
    expect(server.audit('auth.token_reuse')).toMatchObject([{ actorId: id, targetId: id }]);
    expect(server.events).toEqual([
      {
        name: 'login.ended',
        payload: { userId: id, sids: [server.audit('auth.token_reuse')[0]?.metadata?.loginId] },
      },
    ]);
  });

  it('knows no grace where it is switched off', async () => {
    const strict = await startServer({ settings: { 'timers.refreshReuseGraceMs': 0 } });
    try {
      const { cookie } = await signUp(strict);
      const replies = [
        await strict.post('/auth/refresh', undefined, { cookie }),
        await strict.post('/auth/refresh', undefined, { cookie }),
      ];
      expect(replies.map(({ status }) => status)).toEqual([200, 401]);
    } finally {
      await strict.close();
    }
  });

  it('answers an expired cookie with AUTH_TOKEN_EXPIRED', async () => {
    const { cookie } = await signUp(server);
    server.clock.pass(7 * DAY + 6000);
    expect(codeOf(await refresh(cookie))).toEqual([401, 'AUTH_TOKEN_EXPIRED']);
  });

  it('keeps a login for 30 days at most, however often it is refreshed', async () => {
    const { cookie } = await signUp(server);
    let current = cookie;
    for (let day = 6; day <= 30; day += 6) {
      server.clock.pass(6 * DAY - (day === 30 ? MINUTE : 0));
      const reply = await refresh(current);
      expect(reply.status).toBe(200);
      current = reply.refreshToken ?? '';
    }
    const bearer = (await refresh(current)).body.accessToken;
    server.clock.pass(MINUTE + 6000);
    expect(codeOf(await refresh(current))).toEqual([401, 'AUTH_TOKEN_EXPIRED']);
    expect(codeOf(await me(bearer))).toEqual([401, 'AUTH_TOKEN_EXPIRED']);
  });

  it('refuses a missing, malformed or foreign cookie with UNAUTHORIZED', async () => {
    const { bearer } = await signUp(server);
    expect(codeOf(await server.post('/auth/refresh'))).toEqual([401, 'UNAUTHORIZED']);
    for (const cookie of ['nonsense', 'a.b.c', bearer, 'x'.repeat(4097)])
      expect(codeOf(await refresh(cookie))).toEqual([401, 'UNAUTHORIZED']);
  });

  it('refuses a page of a foreign origin, spends nothing then, and takes own pages [S12]', async () => {
    const { cookie } = await signUp(server);
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1'])
      expect(codeOf(await refresh(cookie, { origin }))).toEqual([403, 'FORBIDDEN']);
    expect(server.rows('SELECT id FROM refresh_tokens WHERE spent_at IS NOT NULL')).toEqual([]);
    expect((await refresh(cookie, { origin: server.url })).status).toBe(200);
  });

  it('judges in the order of every bearer request: deleted, banned, ended', async () => {
    const { id, cookie } = await signUp(server);
    await banUser(server.admin, { userId: id, actorId: null, origin: operator }, null);
    expect(codeOf(await refresh(cookie))).toEqual([403, 'USER_BANNED']);
    // No operation served here deletes an account.
    await server.change('UPDATE users SET deleted_at = 1 WHERE id = ?', id);
    expect(codeOf(await refresh(cookie))).toEqual([401, 'UNAUTHORIZED']);
    await server.change('UPDATE users SET deleted_at = NULL WHERE id = ?', id);
    await unbanUser(server.admin, { userId: id, actorId: null, origin: operator });
    expect(codeOf(await refresh(cookie))).toEqual([401, 'AUTH_TOKEN_REVOKED']);
  });

  it('does not take a genuine token that the database does not know, as after restoring a backup', async () => {
    const { cookie } = await signUp(server);
    const next = await refresh(cookie);
    // A backup from before the refresh knows the login, but not its newest token.
    await server.change('DELETE FROM refresh_tokens WHERE parent_id IS NOT NULL');
    expect(codeOf(await refresh(next.refreshToken ?? ''))).toEqual([401, 'AUTH_TOKEN_REVOKED']);
    await server.change('DELETE FROM logins');
    expect(codeOf(await refresh(cookie))).toEqual([401, 'AUTH_TOKEN_REVOKED']);
  });

  it('is limited to 30 a minute for one login', async () => {
    const { cookie } = await signUp(server);
    for (let index = 0; index < 30; index++) expect((await refresh(cookie)).status).toBe(200);
    const reply = await refresh(cookie);
    expect(codeOf(reply)).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
    expect(reply.headers.get('retry-after')).toBe('60');
    expect((await refresh((await signUp(server, 'eve')).cookie)).status).toBe(200);
  });
});

describe('logout', () => {
  const logout = (cookie: string, headers: Record<string, string> = {}) =>
    server.post('/auth/logout', undefined, { cookie, headers });

  it('ends this login at once, leaves others, clears the cookie, is audited and told', async () => {
    const { id, cookie, bearer } = await signUp(server);
    const other = await signIn(server, 'ada');
    const reply = await logout(cookie);
    expect([reply.status, reply.refreshToken]).toEqual([204, '']);
    expect(reply.headers.getSetCookie()[0]).toContain('Max-Age=0');
    expect(codeOf(await me(bearer))).toEqual([401, 'AUTH_TOKEN_REVOKED']);
    expect(codeOf(await refresh(cookie))).toEqual([401, 'AUTH_TOKEN_REVOKED']);
    expect((await me(other.body.accessToken)).status).toBe(200);
    const [entry] = server.audit('auth.logout');
    expect(entry).toMatchObject({ actorId: id, targetId: id });
    expect(server.events).toEqual([
      { name: 'login.ended', payload: { userId: id, sids: [entry?.metadata?.loginId] } },
    ]);
  });

  it('answers 204 for a cookie that is spent, expired or of an ended login, which it does not end again', async () => {
    const { cookie } = await signUp(server);
    await refresh(cookie);
    expect((await logout(cookie)).status).toBe(204);
    expect((await logout(cookie)).status).toBe(204);
    server.clock.pass(8 * DAY);
    expect((await logout(cookie)).status).toBe(204);
    expect(server.audit('auth.logout')).toHaveLength(1);
    expect(server.events).toHaveLength(1);
  });

  it('ends a login whose cookie has expired', async () => {
    const { cookie } = await signUp(server);
    server.clock.pass(8 * DAY);
    expect((await logout(cookie)).status).toBe(204);
    expect(server.audit('auth.logout')).toHaveLength(1);
  });

  it('answers UNAUTHORIZED without a cookie or with a forged one, FORBIDDEN to foreign pages', async () => {
    const { cookie, bearer } = await signUp(server);
    expect(codeOf(await server.post('/auth/logout'))).toEqual([401, 'UNAUTHORIZED']);
    expect(codeOf(await logout(bearer))).toEqual([401, 'UNAUTHORIZED']);
    expect(codeOf(await logout(cookie, { origin: 'https://evil.example' }))).toEqual([403, 'FORBIDDEN']);
    expect((await me(bearer)).status).toBe(200);
  });
});

describe('token families under any sequence of tabs and thieves [S10]', () => {
  /** What the family is, told by the rule alone: which tokens were spent when, and whether it lives. */
  type Model = { alive: boolean; issued: { token: string; spentAt: number | null; bornAt: number }[] };
  const step = fc.record({ pauseMs: fc.constantFrom(0, 1, 5000, 10_000, 10_001, HOUR), pick: fc.nat(20) });

  it('behave as the rule says (property)', async () => {
    const free = await startServer({
      settings: {
        'limits.refreshesPerLoginPerMinute': 0,
        'limits.refreshesPerAddressPerMinute': 0,
        'limits.requestsPerAddressPerMinute': 0,
      },
    });
    let people = 0;
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
          people += 1;
          const { cookie } = await signUp(free, `person${people}`);
          const model: Model = {
            alive: true,
            issued: [{ token: cookie, spentAt: null, bornAt: free.clock.now() }],
          };
          for (const { pauseMs, pick } of steps) {
            free.clock.pass(pauseMs);
            const now = free.clock.now();
            const used = model.issued[pick % model.issued.length];
            if (used === undefined || now - used.bornAt > 6 * DAY) continue;
            const reply = await free.post('/auth/refresh', undefined, { cookie: used.token });
            const isTheft = used.spentAt !== null && now - used.spentAt > 10_000;
            if (!model.alive || isTheft) {
              expect(codeOf(reply)).toEqual([401, 'AUTH_TOKEN_REVOKED']);
              expect(reply.refreshToken).toBe(model.alive ? '' : null);
              model.alive = false;
            } else {
              expect(reply.status).toBe(200);
              used.spentAt ??= now;
              model.issued.push({ token: reply.refreshToken ?? '', spentAt: null, bornAt: now });
            }
          }
        }),
        { numRuns: 40 },
      );
    } finally {
      await free.close();
    }
  }, 60_000);

  it('give every one of many simultaneous uses a successor, and spend the token once [S10]', async () => {
    const { cookie } = await signUp(server);
    const replies = await Promise.all(Array.from({ length: 20 }, () => refresh(cookie)));
    expect(new Set(replies.map(({ refreshToken }) => refreshToken)).size).toBe(20);
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    expect(server.rows('SELECT id FROM refresh_tokens WHERE spent_at IS NOT NULL')).toHaveLength(1);
    expect(server.rows('SELECT id FROM refresh_tokens')).toHaveLength(21);
  });
});
