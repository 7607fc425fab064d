import { createHash, createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyPurposes } from '../../src/config/keys.ts';
import { write } from '../../src/db/write.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type RawAnswer, request, sendRaw } from './support/raw.ts';

const PASSWORD = 'correct horse battery';

let server: TestServer;
let ada: Signed;
beforeAll(async () => {
  server = await startTestServer({
    planes: ['collab'],
    settings: { 'limits.failedLoginsPerAddressPerMinute': 0, 'limits.passwordResetsPerAddressPerMinute': 0 },
  });
  ada = await register('ada');
});
afterAll(() => server.close());

type Signed = {
  readonly id: string;
  readonly token: string;
  readonly cookie: string;
  readonly answer: RawAnswer;
};

const send = (method: string, address: string, body?: unknown, headers: Record<string, string> = {}) =>
  sendRaw(
    server.port,
    request(method, address, { headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
  );
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const codeOf = ({ status, body }: RawAnswer) =>
  body === '' ? `${status}` : `${status} ${(JSON.parse(body) as { code?: string }).code ?? ''}`.trim();
const rows = (sql: string, ...values: unknown[]) =>
  server.control.core.db.raw.prepare(sql).all(...values) as Record<string, unknown>[];
const change = (sql: string, ...values: unknown[]) =>
  write(server.control.core.db, (tx) => void tx.raw.prepare(sql).run(...values));

async function register(username: string): Promise<Signed> {
  const body = { username, email: `${username}@example.org`, password: PASSWORD };
  return signedBy(await send('POST', '/auth/register', body));
}
function signedBy(answer: RawAnswer): Signed {
  if (answer.status >= 300) throw new Error(answer.body);
  const { accessToken, user } = JSON.parse(answer.body) as { accessToken: string; user: { id: string } };
  const cookie = /refreshToken=([^;]*)/.exec(answer.headers['set-cookie'] ?? '')?.[1] ?? '';
  return { id: user.id, token: accessToken, cookie, answer };
}

describe('answers to strangers', () => {
  /** All of an answer that could tell one account from another: everything but its own id, trace and times. */
  const shown = ({ status, headers, body }: RawAnswer) => {
    const { 'x-request-id': _id, 'x-trace-id': _trace, date: _date, ...rest } = headers;
    return { status, rest, body: body.replace(/"timestamp":"[^"]+"/, '') };
  };

  it('are the same for accounts that are there, banned, deleted, and not there [S3]', async () => {
    const [banned, deleted] = [await register('banned'), await register('deleted')];
    await change('UPDATE users SET banned_at = 1 WHERE id = ?', banned.id);
    await change('UPDATE users SET deleted_at = 1 WHERE id = ?', deleted.id);
    const names = ['ada', 'banned', 'deleted', 'nobody'];
    for (const identifier of [...names, ...names.map((name) => `${name}@example.org`)]) {
      const answer = await send('POST', '/auth/login', { identifier, password: 'wrong horse battery' });
      const reference = await send('POST', '/auth/login', {
        identifier: 'x',
        password: 'wrong horse battery',
      });
      expect([identifier, shown(answer)]).toEqual([identifier, shown(reference)]);
      expect(codeOf(answer)).toBe('401 AUTH_INVALID_CREDENTIALS');
    }
    const replies = await Promise.all(
      names.map((name) => send('POST', '/auth/forgot-password', { email: `${name}@example.org` })),
    );
    for (const reply of replies) expect(shown(reply)).toEqual(shown(replies[0] as RawAnswer));
    expect(codeOf(replies[0] as RawAnswer)).toBe('204');
    const tokens = ['x'.repeat(43), 'y'.repeat(43)];
    const resets = await Promise.all(
      tokens.map((token) => send('POST', '/auth/reset-password', { token, newPassword: 'another good one' })),
    );
    expect(shown(resets[0] as RawAnswer)).toEqual(shown(resets[1] as RawAnswer));
    expect(codeOf(resets[0] as RawAnswer)).toBe('400 AUTH_RESET_TOKEN_INVALID');
  });
});

describe('a reset link', () => {
  it('is of the configured address whatever the Host header says, holds 256 bits in the fragment, and is stored as a hash [S5]', async () => {
    await register('eve');
    const forged = {
      Host: 'evil.example',
      'X-Forwarded-Host': 'evil.example',
      Origin: 'http://evil.example',
    };
    const asked = await send('POST', '/auth/forgot-password', { email: 'eve@example.org' }, forged);
    expect(asked.status).toBe(204);
    const find = () => rows("SELECT link FROM mails WHERE recipient = 'eve@example.org'");
    await expect.poll(() => find().length, { timeout: 20_000 }).toBe(1);
    const [mail] = find();
    const [address, token = ''] = String(mail?.link).split('#');
    expect(address).toBe(`http://127.0.0.1:${server.port}/app/reset-password`);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const hash = createHash('sha256').update(token).digest('hex');
    expect(rows('SELECT token_hash FROM reset_tokens WHERE token_hash = ?', hash)).toHaveLength(1);
    const used = { token, newPassword: 'another good one' };
    expect((await send('POST', '/auth/reset-password', used)).status).toBe(204);
    expect(find()).toEqual([{ link: null }]);
    expect(codeOf(await send('POST', '/auth/reset-password', used))).toBe('400 AUTH_RESET_TOKEN_INVALID');
    const tables = ['mails', 'reset_tokens', 'reset_requests', 'audit_log', 'jobs'];
    const dump = JSON.stringify(tables.map((table) => rows(`SELECT * FROM ${table}`)));
    expect(dump).not.toContain(token);
  });
});

describe('an access token', () => {
  const keyOf = (purpose: string) => {
    const file = path.join(server.directory, 'keys', `${purpose}.json`);
    const { current } = JSON.parse(readFileSync(file, 'utf8')) as {
      current: { kid: string; secret: string };
    };
    return { kid: current.kid, secret: Buffer.from(current.secret, 'base64url') };
  };
  const use = async (token: string) => codeOf(await send('GET', '/users/me', undefined, bearer(token)));
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('lives for 15 minutes, and says neither role nor email [S9]', () => {
    const { iat = 0, exp = 0, ...rest } = decodeJwt(ada.token);
    expect(Math.round((exp - iat) * 1000)).toBe(15 * 60_000);
    expect(Object.keys(rest).sort()).toEqual(['aud', 'iss', 'jti', 'sid', 'sub']);
    expect(decodeProtectedHeader(ada.token)).toEqual({ alg: 'HS256', kid: keyOf('access').kid });
  });

  it('gives the right that the database knows at the next request, not the one of its issue [S9]', async () => {
    const { id, token } = await register('promoted');
    const role = async () => JSON.parse((await send('GET', '/users/me', undefined, bearer(token))).body).role;
    const problem = '/problems/01890000-0000-7000-8000-000000000001?includeHidden=true';
    const mayAsk = async () => codeOf(await send('GET', problem, undefined, bearer(token)));
    expect([await role(), await mayAsk()]).toEqual(['user', '403 FORBIDDEN']);
    await change("UPDATE users SET role = 'admin' WHERE id = ?", id);
    expect([await role(), await mayAsk()]).toEqual(['admin', '404 PROBLEM_NOT_FOUND']);
    await change("UPDATE users SET role = 'user' WHERE id = ?", id);
    expect([await role(), await mayAsk()]).toEqual(['user', '403 FORBIDDEN']);
    await change('UPDATE users SET banned_at = 1 WHERE id = ?', id);
    expect(await use(token)).toBe('403 USER_BANNED');
    await change('UPDATE users SET banned_at = NULL, deleted_at = 1 WHERE id = ?', id);
    expect(await use(token)).toBe('401 UNAUTHORIZED');
  });

  it('is refused under any other algorithm, key, kid or form, even where the forger knows the keys [S8]', async () => {
    const claims = decodeJwt(ada.token);
    const { kid, secret } = keyOf('access');
    const sign = (header: object, key: Buffer, hash: string, payload: object = claims) => {
      const text = `${encode(header)}.${encode(payload)}`;
      return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
    };
    const genuine = { alg: 'HS256', kid };
    expect(await use(sign(genuine, secret, 'sha256'))).toBe('200');
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const rsa = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
    const pem = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }));
    const [head, payload, signature] = ada.token.split('.');
    const forged: [string, string][] = [
      ['none', `${encode({ alg: 'none', kid })}.${payload}.`],
      ['None', `${encode({ alg: 'None', kid })}.${payload}.${signature}`],
      ['no algorithm', sign({ kid }, secret, 'sha256')],
      ['HS384 with the key', sign({ alg: 'HS384', kid }, secret, 'sha384')],
      ['HS512 with the key', sign({ alg: 'HS512', kid }, secret, 'sha512')],
      ['RS256', rsa],
      ['HS256 with a public key', sign(genuine, pem, 'sha256')],
      ['HS256 with nothing', sign(genuine, Buffer.alloc(0), 'sha256')],
      ['without kid', sign({ alg: 'HS256' }, secret, 'sha256')],
      ['a kid that is a path', sign({ alg: 'HS256', kid: '../../dev/null' }, secret, 'sha256')],
      [
        'a kid of another purpose',
        sign({ alg: 'HS256', kid: keyOf('collab').kid }, keyOf('collab').secret, 'sha256'),
      ],
      [
        'a key in the header',
        sign({ ...genuine, jwk: { kty: 'oct', k: 'AAAA' } }, Buffer.from('AAAA', 'base64url'), 'sha256'),
      ],
      ['a header that must be understood', sign({ ...genuine, crit: ['x'], x: 1 }, secret, 'sha256')],
      ['another signature', `${head}.${payload}.${Buffer.alloc(32).toString('base64url')}`],
      ['a shorter signature', `${head}.${payload}.${signature?.slice(0, -2)}`],
      ['no signature', `${head}.${payload}`],
      ...['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp'].map((name): [string, string] => [
        `without ${name}`,
        sign(genuine, secret, 'sha256', { ...claims, [name]: undefined }),
      ]),
      ['of another issuer', sign(genuine, secret, 'sha256', { ...claims, iss: 'other' })],
      ['for another audience', sign(genuine, secret, 'sha256', { ...claims, aud: 'refresh' })],
      ['of the future', sign(genuine, secret, 'sha256', { ...claims, iat: Date.now() / 1000 + 60 })],
      ['not yet valid', sign(genuine, secret, 'sha256', { ...claims, nbf: Date.now() / 1000 + 60 })],
    ];
    for (const [name, token] of forged) expect([name, await use(token)]).toEqual([name, '401 UNAUTHORIZED']);
    const late = { ...claims, iat: 1, exp: Date.now() / 1000 - 60 };
    expect(await use(sign(genuine, secret, 'sha256', late))).toBe('401 AUTH_TOKEN_EXPIRED');
    const nowhere = { ...claims, sid: randomUUID() };
    expect(await use(sign(genuine, secret, 'sha256', nowhere))).toBe('401 AUTH_TOKEN_REVOKED');
  });

  it('of one purpose is none of another, and each purpose has a key of its own of 256 bits [S8]', async () => {
    const made = keyPurposes.map((purpose) => keyOf(purpose));
    expect(new Set(made.map(({ kid }) => kid)).size).toBe(keyPurposes.length);
    expect(new Set(made.map(({ secret }) => secret.toString('hex'))).size).toBe(keyPurposes.length);
    for (const { secret } of made) expect(secret).toHaveLength(32);
    const room = await send('POST', '/rooms', { mode: 'peer' }, bearer(ada.token));
    const { collab } = JSON.parse(room.body) as { collab: { token: string } };
    for (const token of [collab.token, ada.cookie]) expect(await use(token)).toBe('401 UNAUTHORIZED');
    for (const token of [collab.token, ada.token]) {
      const answer = await send('POST', '/auth/refresh', undefined, { Cookie: `refreshToken=${token}` });
      expect(codeOf(answer)).toBe('401 UNAUTHORIZED');
    }
  });
});

describe('the refresh cookie', () => {
  const attributes = 'HttpOnly; Secure; SameSite=Strict; Path=/auth; Max-Age=604800';
  const setCookie = ({ headers }: RawAnswer) => headers['set-cookie'];

  it('has all its attributes and no domain wherever it is set or cleared [S10]', async () => {
    const { answer, cookie, token } = await register('cookies');
    expect(setCookie(answer)).toBe(`refreshToken=${cookie}; ${attributes}`);
    const login = signedBy(await send('POST', '/auth/login', { identifier: 'cookies', password: PASSWORD }));
    expect(setCookie(login.answer)).toBe(`refreshToken=${login.cookie}; ${attributes}`);
    const next = signedBy(
      await send('POST', '/auth/refresh', undefined, { Cookie: `refreshToken=${cookie}` }),
    );
    expect(setCookie(next.answer)).toBe(`refreshToken=${next.cookie}; ${attributes}`);
    const passwords = { currentPassword: PASSWORD, newPassword: 'another good one' };
    const changed = await send('POST', '/auth/change-password', passwords, bearer(token));
    expect(setCookie(changed)).toMatch(new RegExp(`^refreshToken=[^;]+; ${attributes}$`));
    const own = /refreshToken=([^;]+)/.exec(setCookie(changed) ?? '')?.[1];
    const out = await send('POST', '/auth/logout', undefined, { Cookie: `refreshToken=${own}` });
    expect(setCookie(out)).toBe(`refreshToken=; ${attributes.replace('604800', '0')}`);
  });

  it('is stored as a hash with family, parent and times, and spent once [S10]', async () => {
    const first = await register('family');
    const Cookie = `refreshToken=${first.cookie}`;
    const [one, two] = await Promise.all(
      [1, 2].map(() => send('POST', '/auth/refresh', undefined, { Cookie })),
    );
    expect([one?.status, two?.status]).toEqual([200, 200]);
    const { sid, jti } = decodeJwt(first.cookie) as { sid: string; jti: string };
    const stored = rows('SELECT * FROM refresh_tokens WHERE login_id = ? ORDER BY issued_at, id', sid);
    const hash = createHash('sha256').update(first.cookie).digest('hex');
    expect(stored.filter(({ id }) => id === jti)).toEqual([
      expect.objectContaining({ token_hash: hash, parent_id: null, spent_at: expect.any(Number) }),
    ]);
    expect(stored.filter(({ id }) => id !== jti).map((row) => [row.parent_id, row.spent_at])).toEqual([
      [jti, null],
      [jti, null],
    ]);
    for (const row of stored) expect(Number(row.expires_at)).toBeGreaterThan(Number(row.issued_at));
    expect(JSON.stringify(stored)).not.toContain(first.cookie);
  });
});
