import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { banUser, readResetLink } from '../../../src/control/admin/index.ts';
import { PASSWORD, type Server, type SignedUp, signIn, signUp, startServer } from './server.ts';
import { DAY, HOUR, MINUTE } from './world.ts';

const operator = { ip: null, requestId: null, osUser: 'root' };
const NEW = 'another good one';

let server: Server;
let ada: SignedUp;
beforeEach(async () => {
  server = await startServer();
  ada = await signUp(server);
});
afterEach(() => server.close());

const me = (bearer: unknown) => server.request('GET', '/users/me', { bearer: String(bearer) });
const codeOf = (reply: { status: number; body: { code?: string } }) => [reply.status, reply.body.code];

describe('changePassword', () => {
  const change = (body: Record<string, unknown> = {}, bearer = ada.bearer) =>
    server.post(
      '/auth/change-password',
      { currentPassword: PASSWORD, newPassword: NEW, ...body },
      { bearer },
    );

  it('ends all other logins, goes on with this one under a new cookie, and is audited', async () => {
    const other = await signIn(server, 'ada');
    const reply = await change();
    expect(reply.status).toBe(204);
    expect(reply.refreshToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect((await me(ada.bearer)).status).toBe(200);
    expect(codeOf(await me(other.body.accessToken))).toEqual([401, 'AUTH_TOKEN_REVOKED']);
    const refresh = (cookie: string | null) =>
      server.post('/auth/refresh', undefined, { cookie: cookie ?? '' });
    expect(codeOf(await refresh(other.refreshToken))).toEqual([401, 'AUTH_TOKEN_REVOKED']);
    expect((await refresh(reply.refreshToken)).status).toBe(200);
    expect((await signIn(server, 'ada', NEW)).status).toBe(200);
    expect((await signIn(server, 'ada')).status).toBe(401);
    expect(server.audit('auth.password_change')).toMatchObject([
      { actorId: ada.id, targetId: ada.id, metadata: { endedLogins: 1 } },
    ]);
    expect(server.events).toMatchObject([
      { name: 'login.ended', payload: { userId: ada.id, sids: [expect.any(String)] } },
    ]);
  });

  it('makes the old cookie of this login worthless, within the grace too, without an alarm', async () => {
    const next = await server.post('/auth/refresh', undefined, { cookie: ada.cookie });
    expect((await change()).status).toBe(204);
    for (const cookie of [ada.cookie, next.refreshToken ?? ''])
      expect(codeOf(await server.post('/auth/refresh', undefined, { cookie }))).toEqual([
        401,
        'AUTH_TOKEN_REVOKED',
      ]);
    expect((await me(ada.bearer)).status).toBe(200);
    expect(server.audit('auth.token_reuse')).toHaveLength(0);
  });

  it('refuses a wrong current password, and locks the user after ten [S4]', async () => {
    const free = await startServer({ settings: { 'limits.passwordChangesPerUserPerMinute': 0 } });
    try {
      const { bearer, id } = await signUp(free);
      const attempt = (currentPassword: string) =>
        free.post('/auth/change-password', { currentPassword, newPassword: NEW }, { bearer });
      for (let index = 0; index < 10; index++)
        expect(codeOf(await attempt('wrong'))).toEqual([401, 'AUTH_INVALID_CREDENTIALS']);
      const reply = await attempt(PASSWORD);
      expect(codeOf(reply)).toEqual([429, 'AUTH_TOO_MANY_ATTEMPTS']);
      expect(reply.headers.get('retry-after')).toBe('900');
      expect(free.audit('auth.locked')).toMatchObject([
        { actorId: id, metadata: { operation: 'changePassword' } },
      ]);
      expect((await signIn(free, 'ada')).status).toBe(200);
      free.clock.pass(15 * MINUTE + 1);
      const later = await signIn(free, 'ada');
      const again = await free.post(
        '/auth/change-password',
        { currentPassword: PASSWORD, newPassword: NEW },
        { bearer: String(later.body.accessToken) },
      );
      expect(again.status).toBe(204);
    } finally {
      await free.close();
    }
  });

  it.each([
    [{ newPassword: PASSWORD }, 'notCurrentPassword'],
    [{ currentPassword: 'wrong one', newPassword: 'wrong one' }, 'notCurrentPassword'],
    [{ newPassword: 'ADA@example.org' }, 'notIdentifier'],
    [{ newPassword: 'short' }, 'minLength'],
  ])('refuses %j before any password is checked', async (body, constraint) => {
    const reply = await change(body);
    expect(codeOf(reply)).toEqual([400, 'VALIDATION_FAILED']);
    expect(reply.body.details?.fields).toEqual([{ field: 'newPassword', constraint, value: null }]);
    expect(server.rows('SELECT key FROM lockouts')).toEqual([]);
  });

  it('voids pending reset links and erases them from the outbox', async () => {
    await server.post('/auth/forgot-password', { email: ada.email });
    await server.runChores();
    expect(await readResetLink(server.admin, ada.id, operator)).not.toBeNull();
    expect((await change()).status).toBe(204);
    expect(await readResetLink(server.admin, ada.id, operator)).toBeNull();
    expect(server.rows('SELECT link FROM mails')).toEqual([{ link: null }]);
    expect(server.rows('SELECT voided_at FROM reset_tokens')).toEqual([{ voided_at: server.clock.now() }]);
  });

  it('lets one of two changes at the same moment win', async () => {
    const replies = await Promise.all([change(), change({ newPassword: 'a third one' })]);
    expect(replies.map(({ status }) => status).sort()).toEqual([204, 401]);
  });

  it('is limited to 5 a minute, and needs a bearer token', async () => {
    for (let index = 0; index < 5; index++) await change({ currentPassword: 'wrong' });
    expect(codeOf(await change())).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
    expect(codeOf(await server.post('/auth/change-password', {}))).toEqual([401, 'UNAUTHORIZED']);
  });
});

describe('requestPasswordReset', () => {
  const forgot = (email: string) => server.post('/auth/forgot-password', { email });

  it('answers 204 and leaves the same rows for known and unknown addresses [S3]', async () => {
    const replies = [await forgot(' ADA@example.org '), await forgot('nobody@example.org')];
    expect(replies.map(({ status, body }) => [status, body])).toEqual([
      [204, {}],
      [204, {}],
    ]);
    const rows = server.rows<Record<string, unknown>>('SELECT * FROM reset_requests ORDER BY id');
    expect(rows.map(({ address }) => address)).toEqual(['ada@example.org', 'nobody@example.org']);
    const strip = ({ id, address_key, address, request_id, ...rest }: Record<string, unknown>) => rest;
    expect(strip(rows[0] ?? {})).toEqual(strip(rows[1] ?? {}));
    expect(server.rows('SELECT id FROM mails')).toEqual([]);
    expect(server.rows('SELECT id FROM reset_tokens')).toEqual([]);
  });

  it('makes a link for the known address only, of the public address and with the token in the fragment [S5]', async () => {
    await forgot(ada.email);
    await forgot('nobody@example.org');
    expect(await server.runChores()).toBe(2);
    const mails = server.rows<{ link: string }>(
      'SELECT user_id, recipient, link, expires_at, sent_at FROM mails',
    );
    expect(mails).toMatchObject([
      { user_id: ada.id, recipient: ada.email, expires_at: server.clock.now() + HOUR, sent_at: null },
    ]);
    expect(mails[0]?.link).toMatch(/^http:\/\/127\.0\.0\.1:8080\/app\/reset-password#[\w-]{43}$/);
    const token = mails[0]?.link.split('#')[1];
    expect(JSON.stringify(server.rows('SELECT * FROM reset_tokens'))).not.toContain(token);
    expect(JSON.stringify(server.rows('SELECT * FROM audit_log'))).not.toContain(token);
    expect(server.rows('SELECT address, ip FROM reset_requests')).toEqual([
      { address: null, ip: null },
      { address: null, ip: null },
    ]);
    expect(server.audit('auth.password_reset_request')).toMatchObject([
      { actorId: null, targetId: ada.id, ip: '127.0.0.1' },
      { actorId: null, targetId: 'unknown', ip: '127.0.0.1' },
    ]);
  });

  it('does nothing more when its chore is repeated after a crash', async () => {
    await forgot(ada.email);
    const [request] = server.rows<{ id: string }>('SELECT id FROM reset_requests');
    await server.runChores();
    const before = server.rows('SELECT token_hash FROM reset_tokens');
    await server.accounts.chores['accounts.resetLink']?.({ payload: { requestId: request?.id } });
    expect(server.rows('SELECT token_hash FROM reset_tokens')).toEqual(before);
    expect(server.rows('SELECT id FROM mails')).toHaveLength(1);
  });

  it('drops more than three an hour for one address without a word', async () => {
    for (let index = 0; index < 5; index++) expect((await forgot(ada.email)).status).toBe(204);
    expect(server.rows('SELECT id FROM reset_requests')).toHaveLength(3);
    expect((await forgot('nobody@example.org')).status).toBe(204);
    expect(server.rows('SELECT id FROM reset_requests')).toHaveLength(4);
    server.clock.pass(HOUR);
    await forgot(ada.email);
    expect(server.rows('SELECT id FROM reset_requests')).toHaveLength(5);
  });

  it('refuses what is no address', async () => {
    const reply = await forgot('ada');
    expect(codeOf(reply)).toEqual([400, 'VALIDATION_FAILED']);
    expect(reply.body.details?.fields).toMatchObject([{ field: 'email', constraint: 'isEmail' }]);
  });

  it('is limited to 60 a minute for one address of the network', async () => {
    for (let index = 0; index < 60; index++) await forgot(`user${index}@example.org`);
    expect(codeOf(await forgot('one@example.org'))).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
  });
});

describe('resetPassword', () => {
  const reset = (token: string, newPassword = NEW) =>
    server.post('/auth/reset-password', { token, newPassword });
  async function askForToken(): Promise<string> {
    await server.post('/auth/forgot-password', { email: ada.email });
    await server.runChores();
    const found = await readResetLink(server.admin, ada.id, operator);
    return found?.link.split('#')[1] ?? '';
  }

  it('sets the password once, ends every login, clears lock and cookie, and is audited [S5]', async () => {
    const token = await askForToken();
    for (let index = 0; index < 10; index++) await signIn(server, 'ada', 'wrong');
    for (let index = 0; index < 10; index++) await signIn(server, ada.email, 'wrong');
    const reply = await reset(token);
    expect([reply.status, reply.refreshToken]).toEqual([204, '']);
    expect(codeOf(await me(ada.bearer))).toEqual([401, 'AUTH_TOKEN_REVOKED']);
    expect(codeOf(await server.post('/auth/refresh', undefined, { cookie: ada.cookie }))).toEqual([
      401,
      'AUTH_TOKEN_REVOKED',
    ]);
    expect((await signIn(server, 'ada', NEW)).status).toBe(200);
    expect((await signIn(server, ada.email, NEW)).status).toBe(200);
    expect(server.audit('auth.password_reset')).toMatchObject([
      { actorId: ada.id, targetId: ada.id, metadata: { endedLogins: 1 } },
    ]);
    expect(server.events).toEqual([{ name: 'login.ended', payload: { userId: ada.id, sids: 'all' } }]);
    expect(codeOf(await reset(token, 'yet another one'))).toEqual([400, 'AUTH_RESET_TOKEN_INVALID']);
    expect(server.rows('SELECT link FROM mails')).toEqual([{ link: null }]);
  });

  it('takes the newest token only [S5]', async () => {
    const first = await askForToken();
    const second = await askForToken();
    expect(second).not.toBe(first);
    expect(codeOf(await reset(first))).toEqual([400, 'AUTH_RESET_TOKEN_INVALID']);
    expect((await reset(second)).status).toBe(204);
  });

  it.each([
    ['unknown', async () => 'x'.repeat(43)],
    [
      'expired',
      async () => {
        const token = await askForToken();
        server.clock.pass(HOUR);
        return token;
      },
    ],
    [
      'of a deleted account',
      async () => {
        const token = await askForToken();
        // No operation served here deletes an account.
        await server.change('UPDATE users SET deleted_at = 1 WHERE id = ?', ada.id);
        return token;
      },
    ],
  ])('answers a token that is %s with one and the same error [S3]', async (_, make) => {
    const reply = await reset(await make());
    expect(codeOf(reply)).toEqual([400, 'AUTH_RESET_TOKEN_INVALID']);
    expect(reply.body.details).toBeUndefined();
    expect(reply.refreshToken).toBeNull();
  });

  it('does not use a token up for a password that is refused', async () => {
    const token = await askForToken();
    const reply = await reset(token, 'ada@EXAMPLE.org');
    expect(reply.body.details?.fields).toEqual([
      { field: 'newPassword', constraint: 'notIdentifier', value: null },
    ]);
    expect((await reset(token, 'short')).status).toBe(400);
    expect((await reset(token)).status).toBe(204);
  });

  it('lets one of many uses at the same moment win [S5]', async () => {
    const token = await askForToken();
    const at = <Result>(use: (index: number) => Promise<Result>) =>
      Promise.all(Array.from({ length: 12 }, (_, index) => use(index)));
    // Connections are open then, so that all look the token up while the first still hashes.
    await at(() => server.request('GET', '/nowhere'));
    const replies = await at((index) => reset(token, `another good one ${index}`));
    const statuses = replies.map(({ status }) => status).sort();
    expect(statuses).toEqual([204, ...new Array(11).fill(400)]);
    expect(server.audit('auth.password_reset')).toHaveLength(1);
  });

  it('is open to a banned account, which stays banned', async () => {
    const token = await askForToken();
    await banUser(server.admin, { userId: ada.id, actorId: null, origin: operator }, null);
    expect((await reset(token)).status).toBe(204);
    expect(codeOf(await signIn(server, 'ada', NEW))).toEqual([403, 'USER_BANNED']);
  });

  it('is open for an hour, and links and rows go afterwards [S5]', async () => {
    const token = await askForToken();
    server.clock.pass(HOUR - 1);
    expect(await readResetLink(server.admin, ada.id, operator)).not.toBeNull();
    server.clock.pass(1);
    expect(await readResetLink(server.admin, ada.id, operator)).toBeNull();
    await server.accounts.sweep();
    expect(server.rows('SELECT link FROM mails')).toEqual([{ link: null }]);
    expect(codeOf(await reset(token))).toEqual([400, 'AUTH_RESET_TOKEN_INVALID']);
    server.clock.pass(DAY + 1);
    await server.accounts.sweep();
    for (const table of ['mails', 'reset_tokens', 'reset_requests'])
      expect(server.rows(`SELECT id FROM ${table}`)).toEqual([]);
  });
});
