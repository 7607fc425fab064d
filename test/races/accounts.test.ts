import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { atOnce, crowd, LONG_MS, type Person, startWorld, tally, type World } from './world.ts';

let world: World;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
beforeAll(async () => {
  world = await startWorld({
    'limits.failedLoginsPerAddressPerMinute': 0,
    'limits.passwordResetsPerAddressPerMinute': 0,
  });
});
afterAll(() => world.close());

const PASSWORD = 'correct horse battery';
const nobody: Person = { userId: '', username: '', bearer: 'none' };
const post = (path: string, body: object) => world.post(nobody, path, body);
const register = (username: string, email: string) =>
  post('/auth/register', { username, email, password: PASSWORD });

it('of twenty who register one username at once exactly one gets it', async () => {
  const replies = await atOnce(20, (at) =>
    register(at % 2 === 0 ? 'wanted' : 'WANTED', `wanted${at}@example.org`),
  );
  expect(tally(replies)).toEqual({ 201: 1, AUTH_USERNAME_TAKEN: 19 });
  const rows = world.rows("SELECT id FROM users WHERE username = 'wanted' COLLATE NOCASE");
  expect(rows).toHaveLength(1);
  // Whoever was refused has no account, and no trace of one.
  expect(world.rows("SELECT 1 FROM users WHERE email LIKE 'wanted%'")).toHaveLength(1);
  expect(
    world.rows("SELECT 1 FROM audit_log WHERE action = 'auth.register' AND target_id = ?", rows[0]?.id),
  ).toHaveLength(1);
});

it('of twenty who register one address at once exactly one gets it', async () => {
  const replies = await atOnce(20, (at) =>
    register(`address_${at}`, at % 2 === 0 ? 'one@example.org' : 'One@Example.ORG'),
  );
  expect(tally(replies)).toEqual({ 201: 1, AUTH_EMAIL_TAKEN: 19 });
  expect(world.rows("SELECT 1 FROM users WHERE email = 'one@example.org'")).toHaveLength(1);
});

it('a username wanted by ten accounts and five newcomers goes to one', async () => {
  const people = await crowd(world, 10, 'renaming');
  const replies = await atOnce(15, (at) =>
    at < 10
      ? world.ask(people[at] as Person, 'PATCH', '/users/me', { username: 'prize' })
      : register('prize', `prize${at}@example.org`),
  );
  expect(replies.filter(({ status }) => status < 300)).toHaveLength(1);
  for (const { status, code } of replies)
    expect([200, 201, 'USER_USERNAME_TAKEN', 'AUTH_USERNAME_TAKEN']).toContain(code || status);
  expect(world.rows("SELECT 1 FROM users WHERE username = 'prize' COLLATE NOCASE")).toHaveLength(1);
});

it('two tabs that change one profile by its tag: one of them is told', async () => {
  const person = await world.person('tagged');
  for (let round = 0; round < 10; round += 1) {
    const tag = (await world.get(person, '/users/me')).headers.get('etag') ?? '';
    world.clock.pass(1);
    const replies = await atOnce(5, (at) =>
      world.ask(person, 'PATCH', '/users/me', { bio: `${round} ${at}` }, { headers: { 'if-match': tag } }),
    );
    expect(tally(replies)).toEqual({ 200: 1, PRECONDITION_FAILED: 4 });
  }
});

it('forty wrong passwords at once are ten guesses, and a lock', async () => {
  await world.person('guarded');
  const replies = await atOnce(40, (at) =>
    post('/auth/login', { identifier: 'guarded', password: `wrong ${at}` }),
  );
  expect(tally(replies)).toEqual({ AUTH_INVALID_CREDENTIALS: 10, AUTH_TOO_MANY_ATTEMPTS: 30 });
  const right = await post('/auth/login', { identifier: 'guarded', password: PASSWORD });
  expect(right.code).toBe('AUTH_TOO_MANY_ATTEMPTS');
  expect(world.rows("SELECT 1 FROM audit_log WHERE action = 'auth.locked'")).toHaveLength(1);
});

it('a reset token used ten times at once is used once', async () => {
  const { username, userId } = await world.person('forgetful');
  const email = `${username}@example.org`;
  expect((await post('/auth/forgot-password', { email })).status).toBe(204);
  const mail = await vi.waitFor(
    () => {
      const [row] = world.rows<{ link: string | null }>('SELECT link FROM mails WHERE user_id = ?', userId);
      if (!row?.link) throw new Error('no mail yet');
      return row.link;
    },
    { timeout: 60_000, interval: 20 },
  );
  const token = new URL(mail).hash.replace(/^#(?:.*token=)?/, '');
  const replies = await atOnce(10, (at) =>
    post('/auth/reset-password', { token, newPassword: `new password ${at}` }),
  );
  expect(tally(replies)).toEqual({ 204: 1, AUTH_RESET_TOKEN_INVALID: 9 });
  const winner = replies.findIndex(({ status }) => status === 204);
  expect(
    (await post('/auth/login', { identifier: username, password: `new password ${winner}` })).status,
  ).toBe(200);
});
