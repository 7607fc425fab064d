import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { banUser } from '../../../src/control/admin/index.ts';
import { type Server, type SignedUp, signUp, startServer } from './server.ts';
import { MINUTE, START } from './world.ts';

const operator = { ip: null, requestId: null, osUser: 'root' };

let server: Server;
let ada: SignedUp;
beforeEach(async () => {
  server = await startServer();
  ada = await signUp(server);
});
afterEach(() => server.close());

const getMe = (headers: Record<string, string> = {}, bearer = ada.bearer) =>
  server.request('GET', '/users/me', { bearer, headers });
const patch = (body: unknown, headers: Record<string, string> = {}) =>
  server.request('PATCH', '/users/me', { bearer: ada.bearer, body, headers });
const codeOf = (reply: { status: number; body: { code?: string } }) => [reply.status, reply.body.code];

describe('getMe', () => {
  it('gives the own profile with a weak tag, private to the client', async () => {
    const reply = await getMe();
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ id: ada.id, email: ada.email, username: 'ada', role: 'user' });
    expect(reply.headers.get('etag')).toMatch(new RegExp(`^W/"${START}\\.[\\w-]+"$`));
    expect(reply.headers.get('cache-control')).toBe('private, no-cache');
  });

  it('answers 304 without a body to whoever has it already', async () => {
    const tag = (await getMe()).headers.get('etag') ?? '';
    const reply = await getMe({ 'if-none-match': tag });
    expect([reply.status, reply.body]).toEqual([304, {}]);
    server.clock.pass(MINUTE);
    await patch({ bio: 'new' });
    expect((await getMe({ 'if-none-match': tag })).status).toBe(200);
  });

  it('shows the picture by its key', async () => {
    // Pictures are uploaded by an operation that is not served here.
    await server.change("UPDATE users SET avatar_key = 'abc.webp' WHERE id = ?", ada.id);
    expect((await getMe()).body.avatarUrl).toBe('http://127.0.0.1:8080/files/avatars/abc.webp');
    expect((await patch({ avatarUrl: null })).body.avatarUrl).toBeNull();
  });
});

describe('who is let in by a bearer token', () => {
  it('is judged in this order: forged, expired, deleted, banned, ended [S9]', async () => {
    for (const bearer of ['nonsense', 'a.b.c', ada.cookie, `${ada.bearer}x`])
      expect(codeOf(await getMe({}, bearer))).toEqual([401, 'UNAUTHORIZED']);
    expect(codeOf(await server.request('GET', '/users/me'))).toEqual([401, 'UNAUTHORIZED']);
    await server.post('/auth/logout', undefined, { cookie: ada.cookie });
    expect(codeOf(await getMe())).toEqual([401, 'AUTH_TOKEN_REVOKED']);
    await banUser(server.admin, { userId: ada.id, actorId: null, origin: operator }, null);
    expect(codeOf(await getMe())).toEqual([403, 'USER_BANNED']);
    // No operation served here deletes an account.
    await server.change('UPDATE users SET deleted_at = 1 WHERE id = ?', ada.id);
    expect(codeOf(await getMe())).toEqual([401, 'UNAUTHORIZED']);
    server.clock.pass(15 * MINUTE + 6000);
    expect(codeOf(await getMe())).toEqual([401, 'AUTH_TOKEN_EXPIRED']);
  });

  it('is known by the database, not by the token: a new role counts at once [S9]', async () => {
    await server.change("UPDATE users SET role = 'admin' WHERE id = ?", ada.id);
    const caller = await server.accounts.callers.authenticate(ada.bearer);
    expect(caller).toMatchObject({ userId: ada.id, role: 'admin', username: 'ada', displayName: null });
    const claims = JSON.parse(Buffer.from(ada.bearer.split('.')[1] ?? '', 'base64url').toString());
    expect(Object.keys(claims).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub']);
    expect(claims.exp - claims.iat).toBe(15 * 60);
  });

  it('does not take a login of somebody else', async () => {
    const eve = await signUp(server, 'eve');
    await server.change('UPDATE logins SET user_id = ? WHERE user_id = ?', eve.id, ada.id);
    expect(codeOf(await getMe())).toEqual([401, 'AUTH_TOKEN_REVOKED']);
  });

  it('is noted as active every five minutes, not at every request', async () => {
    const lastActive = () => server.rows<{ at: number }>('SELECT last_active_at AS at FROM users')[0]?.at;
    server.clock.pass(5 * MINUTE - 1);
    await getMe();
    expect(lastActive()).toBe(START);
    server.clock.pass(1);
    await getMe();
    await expect.poll(lastActive).toBe(START + 5 * MINUTE);
  });
});

describe('updateMe', () => {
  it('changes what is given, keeps the rest, and gives the new tag', async () => {
    server.clock.pass(MINUTE);
    const first = await patch({
      username: ' Ada_L ',
      displayName: '  Ada Lovelace ',
      bio: 'Engines.\nNotes.',
    });
    expect(first.status).toBe(200);
    const shown = { username: 'Ada_L', displayName: 'Ada Lovelace', bio: 'Engines.\nNotes.' };
    const updatedAt = new Date(START + MINUTE).toISOString();
    expect(first.body).toMatchObject({ ...shown, email: ada.email, updatedAt });
    const second = await patch({ bio: null, displayName: '   ' });
    expect(second.body).toMatchObject({ username: 'Ada_L', displayName: null, bio: null });
    const read = await getMe();
    expect(read.body).toEqual(second.body);
    expect(read.headers.get('etag')).toBe(second.headers.get('etag'));
  });

  it('refuses a stale If-Match, changes nothing then, and takes *, the present one and its time alone', async () => {
    const tag = (await getMe()).headers.get('etag') ?? '';
    const next = await patch({ bio: 'one' }, { 'if-match': tag });
    expect(next.status).toBe(200);
    expect(next.headers.get('etag')).not.toBe(tag);
    expect(codeOf(await patch({ bio: 'two' }, { 'if-match': tag }))).toEqual([412, 'PRECONDITION_FAILED']);
    expect((await getMe()).body.bio).toBe('one');
    expect((await patch({ bio: 'three' }, { 'if-match': '*' })).status).toBe(200);
    const time = /^W\/"(\d+)\./.exec((await getMe()).headers.get('etag') ?? '')?.[1];
    expect((await patch({ bio: 'four' }, { 'if-match': `W/"${time}.otherhash"` })).status).toBe(200);
  });

  it('lets one of two changes based on the same state win, within one millisecond too', async () => {
    const tag = (await getMe()).headers.get('etag') ?? '';
    const replies = await Promise.all(['x', 'y'].map((bio) => patch({ bio }, { 'if-match': tag })));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('refuses names that are taken, but lets the case of the own one change', async () => {
    await signUp(server, 'eve');
    expect(codeOf(await patch({ username: 'EVE' }))).toEqual([409, 'USER_USERNAME_TAKEN']);
    expect(codeOf(await patch({ username: 'deleted_user' }))).toEqual([409, 'USER_USERNAME_TAKEN']);
    expect((await patch({ username: 'ADA' })).body.username).toBe('ADA');
    expect((await server.post('/auth/login', { identifier: 'ada', password: ada.password })).status).toBe(
      200,
    );
  });

  it.each([
    [{}, '', 'minProperties'],
    [{ email: 'x@example.org' }, 'email', 'unknownField'],
    [{ username: null }, 'username', 'isString'],
    [{ username: 'a-b' }, 'username', 'matches'],
    [{ displayName: 'x'.repeat(101) }, 'displayName', 'maxLength'],
    [{ bio: 'a\u0000b' }, 'bio', 'controlCharacter'],
    [{ avatarUrl: 'https://example.org/a.png' }, 'avatarUrl', expect.any(String)],
  ])('refuses %j', async (body, field, constraint) => {
    const reply = await patch(body);
    expect(codeOf(reply)).toEqual([400, 'VALIDATION_FAILED']);
    expect(reply.body.details?.fields).toMatchObject([{ field, constraint }]);
  });
});
