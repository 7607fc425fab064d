import argon2 from 'argon2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { banUser } from '../../../src/control/admin/index.ts';
import { PASSWORD, type Server, signIn, signUp, startServer } from './server.ts';
import { DAY, MINUTE } from './world.ts';

const operator = { ip: null, requestId: null, osUser: 'root' };

let server: Server;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

const wrong = (identifier: string, cookie?: string) =>
  signIn(server, identifier, 'wrong password', cookie === undefined ? {} : { cookie });
async function failTimes(identifier: string, times: number) {
  for (let index = 0; index < times; index++) expect((await wrong(identifier)).status).toBe(401);
}

describe('login', () => {
  it.each(['ada', 'ADA', ' ada@example.org ', 'Ada@Example.ORG'])('signs in %s', async (identifier) => {
    const { id } = await signUp(server);
    server.clock.pass(MINUTE);
    const reply = await signIn(server, identifier);
    expect(reply.status).toBe(200);
    expect(reply.body.user).toMatchObject({ id, username: 'ada' });
    expect(reply.headers.getSetCookie()[0]).toMatch(
      /^refreshToken=[\w.-]+; HttpOnly; Secure; SameSite=Strict; Path=\/auth; Max-Age=604800$/,
    );
    expect(server.audit('auth.login')).toMatchObject([{ actorId: id, targetId: id, ip: '127.0.0.1' }]);
    expect(server.rows('SELECT last_login_at FROM users')).toEqual([{ last_login_at: server.clock.now() }]);
  });

  it('starts a login of its own each time', async () => {
    await signUp(server);
    const [first, second] = [await signIn(server, 'ada'), await signIn(server, 'ada')];
    await server.post('/auth/logout', undefined, { cookie: first.refreshToken ?? '' });
    const me = (token: unknown) => server.request('GET', '/users/me', { bearer: String(token) });
    expect((await me(first.body.accessToken)).body.code).toBe('AUTH_TOKEN_REVOKED');
    expect((await me(second.body.accessToken)).status).toBe(200);
  });

  it('answers alike whether the account exists or not, and hashes in both cases [S3]', async () => {
    await signUp(server);
    const verified: string[] = [];
    const verify = argon2.verify;
    argon2.verify = async (digest, password) => {
      verified.push(digest.split('$').slice(1, 4).join());
      return verify(digest, password);
    };
    try {
      const replies = [await wrong('ada'), await wrong('nobody'), await wrong('nobody@example.org')];
      const shown = replies.map(({ status, body, refreshToken }) => {
        const { timestamp, ...rest } = body;
        return { status, rest, refreshToken, hasTime: timestamp !== undefined };
      });
      expect(shown[0]).toMatchObject({ status: 401, rest: { code: 'AUTH_INVALID_CREDENTIALS' } });
      expect(shown[1]).toEqual(shown[0]);
      expect(shown[2]).toEqual(shown[0]);
      const names = replies.map(({ headers }) => [...headers.keys()].sort());
      expect(names[1]).toEqual(names[0]);
    } finally {
      argon2.verify = verify;
    }
    expect(verified).toEqual(new Array(3).fill('argon2id,v=19,m=1024,p=1,t=1'));
  });

  it('audits failures without the text that was typed [S13]', async () => {
    const { id } = await signUp(server);
    await wrong('ada');
    await wrong('my-password-in-the-wrong-field');
    const failed = server.audit('auth.login_failed');
    expect(failed).toMatchObject([
      { actorId: null, targetId: id, metadata: { reason: 'credentials' } },
      { actorId: null, targetId: 'unknown' },
    ]);
    expect(failed[0]?.metadata?.identifierHash).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(server.rows('SELECT * FROM audit_log'))).not.toContain('wrong-field');
    expect(JSON.stringify(server.rows('SELECT * FROM lockouts'))).not.toContain('ada');
  });

  it('tells of a ban only who knows the password [S3]', async () => {
    const { id } = await signUp(server);
    await banUser(server.admin, { userId: id, actorId: null, origin: operator }, 'spam');
    expect((await wrong('ada')).body.code).toBe('AUTH_INVALID_CREDENTIALS');
    const reply = await signIn(server, 'ada');
    expect([reply.status, reply.body.code, reply.refreshToken]).toEqual([403, 'USER_BANNED', null]);
    expect(JSON.stringify(reply.body)).not.toContain('spam');
    expect(server.audit('auth.login_failed').at(-1)?.metadata).toMatchObject({ reason: 'banned' });
  });

  it('does not know deleted accounts', async () => {
    const { id } = await signUp(server);
    // No operation served here deletes an account.
    await server.change('UPDATE users SET deleted_at = 1 WHERE id = ?', id);
    expect((await signIn(server, 'ada')).body.code).toBe('AUTH_INVALID_CREDENTIALS');
  });

  it('renews a hash that was made with other parameters [S1]', async () => {
    const { id } = await signUp(server);
    const old = await argon2.hash(PASSWORD, {
      type: argon2.argon2id,
      memoryCost: 2048,
      timeCost: 1,
      parallelism: 1,
    });
    await server.change('UPDATE users SET password_hash = ? WHERE id = ?', old, id);
    expect((await signIn(server, 'ada')).status).toBe(200);
    const [row] = server.rows<{ hash: string }>('SELECT password_hash AS hash FROM users');
    expect(row?.hash).toContain('m=1024,p=1,t=1');
    expect((await signIn(server, 'ada')).status).toBe(200);
  });

  it.each([
    [{ identifier: '', password: 'x' }, 'identifier', 'minLength'],
    [{ identifier: 'ada' }, 'password', 'required'],
    [{ identifier: 'ada', password: 'x', remember: true }, 'remember', 'unknownField'],
  ])('refuses %j', async (body, field, constraint) => {
    const reply = await server.post('/auth/login', body);
    expect([reply.status, reply.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(reply.body.details?.fields).toMatchObject([{ field, constraint }]);
  });
});

describe('lock-out [S4]', () => {
  it('refuses even the right password after ten failures in a row, says for how long, and is audited', async () => {
    const { id } = await signUp(server);
    await failTimes('ada', 10);
    const reply = await signIn(server, 'ada');
    expect([reply.status, reply.body.code]).toEqual([429, 'AUTH_TOO_MANY_ATTEMPTS']);
    expect(reply.headers.get('retry-after')).toBe('900');
    expect(server.audit('auth.locked')).toMatchObject([
      { targetId: id, metadata: { lockedForMs: 15 * MINUTE } },
    ]);
    server.clock.pass(15 * MINUTE - 1000);
    expect((await signIn(server, 'ada')).headers.get('retry-after')).toBe('1');
    server.clock.pass(1000);
    expect((await signIn(server, 'ada')).status).toBe(200);
  });

  it('comes to identifiers without an account too, in the same way', async () => {
    await failTimes('nobody', 10);
    const reply = await signIn(server, 'NOBODY');
    expect([reply.status, reply.body.code]).toEqual([429, 'AUTH_TOO_MANY_ATTEMPTS']);
    expect(reply.headers.get('retry-after')).toBe('900');
  });

  it('counts email and username of one account apart', async () => {
    await signUp(server);
    await failTimes('ada', 10);
    expect((await signIn(server, 'ada@example.org')).status).toBe(200);
    expect((await signIn(server, 'ada')).status).toBe(429);
  });

  it('counts failures in a row: a right password begins anew', async () => {
    await signUp(server);
    await failTimes('ada', 9);
    expect((await signIn(server, 'ada')).status).toBe(200);
    await failTimes('ada', 9);
    expect((await signIn(server, 'ada')).status).toBe(200);
  });

  it('lasts twice as long the next time, and is forgotten after a day', async () => {
    await signUp(server);
    await failTimes('ada', 10);
    server.clock.pass(15 * MINUTE);
    await failTimes('ada', 10);
    expect((await signIn(server, 'ada')).headers.get('retry-after')).toBe('1800');
    server.clock.pass(DAY);
    await failTimes('ada', 10);
    expect((await signIn(server, 'ada')).headers.get('retry-after')).toBe('900');
  });

  it('survives a restart: it stands in the database', async () => {
    await failTimes('ada', 10);
    expect(server.rows('SELECT locks FROM lockouts WHERE locked_until > ?', server.clock.now())).toEqual([
      { locks: 1 },
    ]);
  });

  it('does not lock the owner out of a browser with a live refresh cookie, and bounds guesses from there', async () => {
    const { cookie } = await signUp(server);
    const stranger = await signUp(server, 'eve');
    await failTimes('ada', 10);
    expect((await signIn(server, 'ada', PASSWORD, { cookie: stranger.cookie })).status).toBe(429);
    expect((await signIn(server, 'ada', PASSWORD, { cookie: 'a.b.c' })).status).toBe(429);
    for (let index = 0; index < 10; index++) expect((await wrong('ada', cookie)).status).toBe(401);
    expect((await signIn(server, 'ada', PASSWORD, { cookie })).status).toBe(429);
    server.clock.pass(15 * MINUTE);
    await failTimes('ada', 10);
    expect((await signIn(server, 'ada', PASSWORD, { cookie })).status).toBe(200);
    expect((await signIn(server, 'ada')).status).toBe(200);
  });

  it('takes no cookie for live that is spent, revoked, or of an ended login', async () => {
    const { cookie } = await signUp(server);
    const next = await server.post('/auth/refresh', undefined, { cookie });
    await failTimes('ada', 10);
    expect((await signIn(server, 'ada', PASSWORD, { cookie })).status).toBe(429);
    await server.post('/auth/logout', undefined, { cookie: next.refreshToken ?? '' });
    expect((await signIn(server, 'ada', PASSWORD, { cookie: next.refreshToken ?? '' })).status).toBe(429);
  });

  it('cannot be outrun: guesses at the same moment count while they are under way', async () => {
    await signUp(server);
    const replies = await Promise.all(Array.from({ length: 30 }, () => wrong('ada')));
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    expect((await signIn(server, 'ada')).status).toBe(429);
    expect(server.audit('auth.login_failed')).toHaveLength(10);
  });

  it('leaves nothing under way behind: right passwords at the same moment do not add up', async () => {
    await signUp(server);
    for (let round = 0; round < 3; round++) {
      const replies = await Promise.all(Array.from({ length: 10 }, () => signIn(server, 'ada')));
      expect(replies.map(({ status }) => status)).toEqual(new Array(10).fill(200));
    }
  });

  it('can be switched off', async () => {
    const open = await startServer({ settings: { 'limits.failedPasswords': 0 } });
    try {
      await signUp(open);
      for (let index = 0; index < 15; index++) expect((await signIn(open, 'ada', 'wrong')).status).toBe(401);
      expect((await signIn(open, 'ada')).status).toBe(200);
    } finally {
      await open.close();
    }
  });
});

describe('hashing under load [S1]', () => {
  it('refuses sign-ins above the bound with SERVICE_UNAVAILABLE and Retry-After, and then goes on', async () => {
    const busy = await startServer({
      settings: { 'limits.waitingHashes': 1, 'limits.failedPasswords': 0 },
      // As in use, so that twenty requests meet however slowly they come in.
      hashCost: { memoryKb: 64 * 1024, iterations: 3, parallelism: 1 },
    });
    try {
      await signUp(busy);
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, index) => signIn(busy, `user${index}`, 'x')),
      );
      const refused = replies.filter(({ status }) => status === 503);
      expect(refused.length).toBeGreaterThan(0);
      for (const { body, headers } of refused) {
        expect(body.code).toBe('SERVICE_UNAVAILABLE');
        expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      }
      expect((await signIn(busy, 'ada')).status).toBe(200);
    } finally {
      await busy.close();
    }
  });
});
