import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyPurposes, rotateKey } from '../../../src/config/keys.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import { type Server, type SignedUp, signUp, startServer } from './server.ts';
import { DAY, MINUTE } from './world.ts';

let server: Server;
let ada: SignedUp;
beforeEach(async () => {
  server = await startServer();
  ada = await signUp(server);
});
afterEach(() => server.close());

const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error: { code?: string }) => error.code,
  );

describe('collab tokens [S29]', () => {
  const claims = () => ({ userId: ada.id, sid: randomUUID(), roomId: randomUUID(), role: 'candidate' });

  it('open one room to one login for 15 minutes', async () => {
    const { collabTokens } = server.accounts;
    const { role, ...who } = claims();
    const { token, expiresAt } = await collabTokens.issue({ ...who, role });
    expect(expiresAt).toBe(server.clock.now() + 15 * MINUTE);
    expect(await collabTokens.verify(token)).toEqual({ ...who, issuedAtMs: server.clock.now() });
    server.clock.pass(15 * MINUTE + 6000);
    expect(await outcome(collabTokens.verify(token))).toBe('AUTH_TOKEN_EXPIRED');
  });

  it('carry the claims that the protocol names', async () => {
    const given = claims();
    const { token } = await server.accounts.collabTokens.issue(given);
    const shown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(shown).toMatchObject({
      iss: 'syncode',
      aud: 'collab',
      sub: ada.id,
      sid: given.sid,
      roomId: given.roomId,
      role: 'candidate',
      type: 'collab',
    });
  });

  it('are no bearer tokens, and bearer tokens and cookies open no room', async () => {
    const { callers, collabTokens } = server.accounts;
    const { token } = await collabTokens.issue(claims());
    expect(await outcome(callers.authenticate(token))).toBe('UNAUTHORIZED');
    expect(await outcome(collabTokens.verify(ada.bearer))).toBe('UNAUTHORIZED');
    expect(await outcome(collabTokens.verify(ada.cookie))).toBe('UNAUTHORIZED');
  });
});

describe('rotation of keys while the server runs [S8]', () => {
  it('signs nobody out who refreshes within a token life', async () => {
    for (const purpose of keyPurposes)
      rotateKey(server.keyDirectory, purpose, systemRandom, server.clock.now());
    server.keys.reload();
    const me = (bearer: string) => server.request('GET', '/users/me', { bearer });
    expect((await me(ada.bearer)).status).toBe(200);
    server.clock.pass(6 * DAY);
    const reply = await server.post('/auth/refresh', undefined, { cookie: ada.cookie });
    expect(reply.status).toBe(200);
    for (const purpose of keyPurposes)
      rotateKey(server.keyDirectory, purpose, systemRandom, server.clock.now());
    server.keys.reload();
    expect((await me(String(reply.body.accessToken))).status).toBe(200);
  });

  it('makes tokens of the key before the last one worthless', async () => {
    for (let round = 0; round < 2; round++) {
      rotateKey(server.keyDirectory, 'refresh', systemRandom, server.clock.now());
      server.keys.reload();
    }
    const reply = await server.post('/auth/refresh', undefined, { cookie: ada.cookie });
    expect([reply.status, reply.body.code]).toEqual([401, 'UNAUTHORIZED']);
  });
});

describe('what other features ask of users', () => {
  it('are names as others see them, deleted users under a stand-in', async () => {
    const eve = await signUp(server, 'eve');
    await server.change('UPDATE users SET deleted_at = 1 WHERE id = ?', eve.id);
    const names = server.accounts.users.names(server.test.db, [ada.id, eve.id, randomUUID()]);
    expect([...names]).toEqual(
      expect.arrayContaining([
        [ada.id, { username: 'ada', displayName: null, avatarUrl: null }],
        [eve.id, { username: 'deleted_user', displayName: 'Deleted user', avatarUrl: null }],
      ]),
    );
    expect(names.size).toBe(2);
  });

  it('is whether a login lives', async () => {
    const { users } = server.accounts;
    const [login] = server.rows<{ id: string }>('SELECT id FROM logins');
    const state = (userId: string, sid: string) => users.loginState(server.test.db, userId, sid);
    expect(state(ada.id, login?.id ?? '')).toBe('live');
    expect(state(ada.id, randomUUID())).toBe('ended');
    expect(state(randomUUID(), login?.id ?? '')).toBe('disabled');
    await server.post('/auth/logout', undefined, { cookie: ada.cookie });
    expect(state(ada.id, login?.id ?? '')).toBe('ended');
    await server.change('UPDATE users SET banned_at = 1 WHERE id = ?', ada.id);
    expect(state(ada.id, login?.id ?? '')).toBe('disabled');
  });
});

describe('the sweep', () => {
  it('removes logins a day after their last cookie expired, and lock-outs once forgotten', async () => {
    await server.post('/auth/login', { identifier: 'nobody', password: 'x' });
    server.clock.pass(DAY);
    await server.accounts.sweep();
    expect(server.rows('SELECT key FROM lockouts')).toHaveLength(1);
    server.clock.pass(1);
    await server.accounts.sweep();
    expect(server.rows('SELECT key FROM lockouts')).toHaveLength(0);
    server.clock.pass(7 * DAY - 1);
    await server.accounts.sweep();
    expect(server.rows('SELECT id FROM logins')).toHaveLength(1);
    server.clock.pass(1);
    await server.accounts.sweep();
    expect(server.rows('SELECT id FROM logins')).toHaveLength(0);
    expect(server.rows('SELECT id FROM refresh_tokens')).toHaveLength(0);
  });
});
