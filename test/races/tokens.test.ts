import { afterEach, expect, it, vi } from 'vitest';
import type { SettingKey } from '../../src/config/schema.ts';
import { banUser } from '../../src/control/admin/index.ts';
import { atOnce, LONG_MS, startWorld, tally, type World } from './world.ts';

let world: World;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
afterEach(() => world.close());

const calm: Partial<Record<SettingKey, unknown>> = {
  'limits.refreshesPerAddressPerMinute': 0,
  'limits.refreshesPerLoginPerMinute': 0,
  'limits.failedLoginsPerAddressPerMinute': 0,
  'limits.passwordChangesPerUserPerMinute': 0,
  'limits.passwordResetsPerAddressPerMinute': 0,
};
const PASSWORD = 'correct horse battery';
const NEW_PASSWORD = 'battery horse correct';
const GRACE_MS = 10_000;

type Tab = {
  readonly status: number;
  readonly code: string;
  readonly bearer: string;
  readonly cookie: string;
};

async function ask(path: string, cookie: string, body?: object, bearer = ''): Promise<Tab> {
  const answer = await fetch(world.server.url + path, {
    method: 'POST',
    headers: {
      ...(cookie === '' ? {} : { cookie: `refreshToken=${cookie}` }),
      ...(bearer === '' ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const { code = '', accessToken = '' } = text === '' ? {} : JSON.parse(text);
  const set = answer.headers.getSetCookie().find((line) => line.startsWith('refreshToken='));
  return { status: answer.status, code, bearer: accessToken, cookie: /=([^;]*)/.exec(set ?? '')?.[1] ?? '' };
}
const refresh = (cookie: string) => ask('/auth/refresh', cookie);
const signIn = (username: string, password = PASSWORD) =>
  ask('/auth/login', '', { identifier: username, password });
/** Whether an access token opens anything; the code of the refusal if not. */
async function looksAt(bearer: string): Promise<string> {
  const { status, code } = await world.get({ userId: '', username: '', bearer }, '/users/me');
  return status === 200 ? 'open' : code;
}
const livingLogins = (userId: string) =>
  world.rows('SELECT id FROM logins WHERE user_id = ? AND ended_at IS NULL', userId).length;

it('two tabs that refresh at once both go on; the old token used later ends them both', async () => {
  world = await startWorld(calm);
  await world.person('ada');
  const { cookie } = await signIn('ada');
  const tabs = await atOnce(2, () => refresh(cookie));
  expect(tally(tabs)).toEqual({ 200: 2 });
  expect(new Set(tabs.map((tab) => tab.cookie)).size).toBe(2);
  for (const tab of tabs) {
    expect(await looksAt(tab.bearer)).toBe('open');
    expect((await refresh(tab.cookie)).status).toBe(200);
  }
  world.clock.pass(GRACE_MS + 1);
  const thief = await refresh(cookie);
  expect([thief.code, thief.cookie]).toEqual(['AUTH_TOKEN_REVOKED', '']);
  for (const tab of tabs) {
    expect(await looksAt(tab.bearer)).toBe('AUTH_TOKEN_REVOKED');
    expect((await refresh(tab.cookie)).code).toBe('AUTH_TOKEN_REVOKED');
  }
  expect(world.rows("SELECT 1 FROM audit_log WHERE action = 'auth.token_reuse'")).toHaveLength(1);
});

it('fifty tabs at once spend a token once, and each gets a successor of its own', async () => {
  world = await startWorld(calm);
  await world.person('ada');
  const { cookie } = await signIn('ada');
  const tabs = await atOnce(50, () => refresh(cookie));
  expect(tally(tabs)).toEqual({ 200: 50 });
  expect(new Set(tabs.map((tab) => tab.cookie)).size).toBe(50);
});

it('without a grace one of twenty tabs goes on at most, and the family ends as stolen, once', async () => {
  world = await startWorld({ ...calm, 'timers.refreshReuseGraceMs': 0 });
  const { userId } = await world.person('ada');
  const { cookie } = await signIn('ada');
  const before = livingLogins(userId);
  const tabs = await atOnce(20, () => refresh(cookie));
  expect(tally(tabs)).toEqual({ 200: 1, AUTH_TOKEN_REVOKED: 19 });
  const winner = tabs.find(({ status }) => status === 200);
  expect(await looksAt(winner?.bearer ?? '')).toBe('AUTH_TOKEN_REVOKED');
  expect(livingLogins(userId)).toBe(before - 1);
  expect(world.rows("SELECT 1 FROM audit_log WHERE action = 'auth.token_reuse'")).toHaveLength(1);
});

it('thefts found at once are one theft', async () => {
  world = await startWorld(calm);
  await world.person('ada');
  const { cookie } = await signIn('ada');
  await refresh(cookie);
  world.clock.pass(GRACE_MS + 1);
  expect(tally(await atOnce(20, () => refresh(cookie)))).toEqual({ AUTH_TOKEN_REVOKED: 20 });
  expect(world.rows("SELECT 1 FROM audit_log WHERE action = 'auth.token_reuse'")).toHaveLength(1);
});

it('logging out against refreshing: afterwards nothing of the login opens anything', async () => {
  world = await startWorld(calm);
  await world.person('ada');
  for (let round = 0; round < 10; round += 1) {
    const { cookie, bearer } = await signIn('ada');
    const refreshes = atOnce(5, () => refresh(cookie));
    const logouts = await atOnce(3, () => ask('/auth/logout', cookie));
    expect(tally(logouts)).toEqual({ 204: 3 });
    for (const tab of await refreshes) {
      expect([200, 'AUTH_TOKEN_REVOKED']).toContain(tab.code || tab.status);
      if (tab.status !== 200) continue;
      expect(await looksAt(tab.bearer)).toBe('AUTH_TOKEN_REVOKED');
      expect((await refresh(tab.cookie)).code).toBe('AUTH_TOKEN_REVOKED');
    }
    expect(await looksAt(bearer)).toBe('AUTH_TOKEN_REVOKED');
  }
  expect(world.rows("SELECT 1 FROM audit_log WHERE action = 'auth.logout'")).toHaveLength(10);
});

it('a ban against sign-ins: no login lives on, whichever came first', async () => {
  world = await startWorld(calm);
  const { admin } = world.server.control;
  for (let round = 0; round < 5; round += 1) {
    const { userId, username, bearer } = await world.person(`ada_${round}`);
    // More than ten passwords of one name under way are refused, right ones too.
    const signIns = atOnce(8, () => signIn(username));
    const action = { userId, actorId: null, origin: { ip: null, requestId: null } };
    const turn = new Promise((resolve) => setTimeout(resolve, round));
    await turn.then(() => banUser(admin, action, 'test'));
    for (const tab of await signIns) {
      expect([200, 'USER_BANNED']).toContain(tab.code || tab.status);
      if (tab.status !== 200) continue;
      expect(await looksAt(tab.bearer)).toBe('USER_BANNED');
      expect((await refresh(tab.cookie)).code).toBe('USER_BANNED');
    }
    expect(await looksAt(bearer)).toBe('USER_BANNED');
    expect(livingLogins(userId)).toBe(0);
    expect((await signIn(username)).code).toBe('USER_BANNED');
  }
});

it('ten changes of one password: one is right, and of all logins only its own is left', async () => {
  world = await startWorld(calm);
  const { userId } = await world.person('ada');
  const tabs = await atOnce(10, () => signIn('ada'));
  const replies = await atOnce(10, (at) =>
    ask(
      '/auth/change-password',
      '',
      { currentPassword: PASSWORD, newPassword: `${NEW_PASSWORD} ${at}` },
      tabs[at]?.bearer,
    ),
  );
  const winner = replies.findIndex(({ status }) => status === 204);
  const codes = new Set(replies.map(({ status, code }) => code || status));
  for (const code of codes) expect([204, 'AUTH_INVALID_CREDENTIALS', 'AUTH_TOKEN_REVOKED']).toContain(code);
  expect(replies.filter(({ status }) => status === 204)).toHaveLength(1);
  expect((await signIn('ada')).code).toBe('AUTH_INVALID_CREDENTIALS');
  expect(livingLogins(userId)).toBe(1);
  expect(await looksAt(tabs[winner]?.bearer ?? '')).toBe('open');
  expect((await signIn('ada', `${NEW_PASSWORD} ${winner}`)).status).toBe(200);
});

it('a password changed while others refresh: their families end', async () => {
  world = await startWorld(calm);
  const { userId } = await world.person('ada');
  const own = await signIn('ada');
  const other = await signIn('ada');
  const refreshes = atOnce(8, () => refresh(other.cookie));
  const change = await ask(
    '/auth/change-password',
    '',
    { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
    own.bearer,
  );
  expect(change.status).toBe(204);
  for (const tab of await refreshes)
    if (tab.status === 200) expect(await looksAt(tab.bearer)).toBe('AUTH_TOKEN_REVOKED');
  expect(livingLogins(userId)).toBe(1);
  expect((await refresh(change.cookie)).status).toBe(200);
});
