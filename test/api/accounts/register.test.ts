import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PASSWORD, type Server, signUp, startServer } from './server.ts';
import { START } from './world.ts';

let server: Server;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

const ada = { username: 'ada', email: 'ada@example.org', password: PASSWORD };
const register = (change: Record<string, unknown> = {}) =>
  server.post('/auth/register', { ...ada, ...change });

describe('register', () => {
  it('makes an account of role user, signs it in and sets the refresh cookie [S10]', async () => {
    const reply = await register({ username: '  Ada_L ', email: ' ADA@Example.org ' });
    expect(reply.status).toBe(201);
    const time = new Date(START).toISOString();
    expect(reply.body).toEqual({
      accessToken: expect.any(String),
      user: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        email: 'ada@example.org',
        username: 'Ada_L',
        displayName: null,
        role: 'user',
        avatarUrl: null,
        bio: null,
        stats: { totalSessions: 3, totalProblems: 2, streakDays: 1 },
        createdAt: time,
        updatedAt: time,
      },
    });
    expect(reply.headers.getSetCookie()).toEqual([
      `refreshToken=${reply.refreshToken}; HttpOnly; Secure; SameSite=Strict; Path=/auth; Max-Age=604800`,
    ]);
    const me = await server.request('GET', '/users/me', { bearer: String(reply.body.accessToken) });
    expect(me.body).toEqual(reply.body.user);
  });

  it('keeps neither password nor token in clear, and is audited with address and request id [S13]', async () => {
    const requestId = '0189c2b4-0000-7000-8000-000000000001';
    const reply = await server.post('/auth/register', ada, { headers: { 'x-request-id': requestId } });
    const { id } = reply.body.user as { id: string };
    const dump = JSON.stringify([
      server.rows('SELECT * FROM users'),
      server.rows('SELECT * FROM logins'),
      server.rows('SELECT * FROM refresh_tokens'),
      server.rows('SELECT * FROM audit_log'),
    ]);
    expect(dump).toContain('$argon2id$');
    for (const secret of [PASSWORD, reply.refreshToken, String(reply.body.accessToken)])
      expect(dump).not.toContain(secret);
    expect(server.audit()).toEqual([
      { action: 'auth.register', actorId: id, targetId: id, metadata: null, ip: '127.0.0.1', requestId },
    ]);
  });

  it.each([
    ['email, whatever its case', { username: 'other', email: 'Ada@EXAMPLE.org' }, 'AUTH_EMAIL_TAKEN'],
    ['username, whatever its case', { username: 'ADA', email: 'other@example.org' }, 'AUTH_USERNAME_TAKEN'],
    ['both: email wins', {}, 'AUTH_EMAIL_TAKEN'],
    [
      'the name of deleted users',
      { username: 'Deleted_User', email: 'x@example.org' },
      'AUTH_USERNAME_TAKEN',
    ],
  ])('refuses a taken %s', async (_, change, code) => {
    await signUp(server);
    const reply = await register(change);
    expect([reply.status, reply.body.code, reply.refreshToken]).toEqual([409, code, null]);
    expect(server.rows('SELECT id FROM users')).toHaveLength(1);
  });

  it('gives one of two at the same moment the name', async () => {
    const replies = await Promise.all([register(), register({ username: 'ADA' })]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(server.rows('SELECT id FROM users')).toHaveLength(1);
    expect(server.rows('SELECT id FROM logins')).toHaveLength(1);
  });

  it('finds the names of deleted accounts free', async () => {
    const { id } = await signUp(server);
    // No operation served here deletes an account.
    await server.change('UPDATE users SET deleted_at = 1 WHERE id = ?', id);
    expect((await register()).status).toBe(201);
  });

  it.each([
    ['username', 'a', 'minLength', 'a'],
    ['username', 'x'.repeat(31), 'maxLength', 'x'.repeat(31)],
    ['username', 'a b c', 'matches', 'a b c'],
    ['email', 'nobody', 'isEmail', 'nobody'],
    ['password', 'seven77', 'minLength', null],
    ['password', 'x'.repeat(129), 'maxLength', null],
    ['password', 'Ada@example.ORG', 'notIdentifier', null],
    ['password', 12345678, 'isString', null],
    ['role', 'admin', 'unknownField', null],
  ])('refuses %s %s [S2]', async (field, given, constraint, value) => {
    const reply = await register({ [field]: given });
    expect([reply.status, reply.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(reply.body.details?.fields).toEqual([{ field, constraint, value }]);
    expect(server.rows('SELECT id FROM users')).toHaveLength(0);
  });

  it('takes a password of 128 characters with spaces at its ends as it is [S2]', async () => {
    const password = ` ${'é'.repeat(126)} `;
    expect((await register({ password })).status).toBe(201);
    const login = (given: string) => server.post('/auth/login', { identifier: 'ada', password: given });
    expect((await login(password.trim())).status).toBe(401);
    expect((await login(password.normalize('NFD'))).status).toBe(400);
    expect((await login(password)).status).toBe(200);
  });

  it('is refused before names are looked up where registration is closed [S6]', async () => {
    const closed = await startServer({ settings: { 'auth.registration': 'closed' } });
    try {
      const reply = await closed.post('/auth/register', ada);
      expect([reply.status, reply.body.code]).toEqual([403, 'AUTH_REGISTRATION_DISABLED']);
      expect(closed.rows('SELECT id FROM users')).toHaveLength(0);
    } finally {
      await closed.close();
    }
  });
});
