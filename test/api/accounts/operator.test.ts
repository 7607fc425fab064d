import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AmbiguousUser,
  banUser,
  createAccount,
  findUserByName,
  readResetLink,
  sweepAuditLog,
  unbanUser,
} from '../../../src/control/admin/index.ts';
import { write } from '../../../src/db/write.ts';
import { PASSWORD, type Server, type SignedUp, signIn, signUp, startServer } from './server.ts';
import { DAY } from './world.ts';

const operator = { ip: null, requestId: null, osUser: 'root' };

let server: Server;
let ada: SignedUp;
beforeEach(async () => {
  server = await startServer();
  ada = await signUp(server);
});
afterEach(() => server.close());

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: { code?: string }) => error.code,
  );
const order = {
  username: 'root_admin',
  email: 'Root@Example.org',
  displayName: 'Root',
  password: PASSWORD,
} as const;

describe('accounts made by the operator', () => {
  it('may be the first administrator, can sign in, and are audited [S6]', async () => {
    const user = await createAccount(server.admin, { ...order, role: 'admin' }, operator);
    expect(user).toMatchObject({
      email: 'root@example.org',
      username: 'root_admin',
      displayName: 'Root',
      role: 'admin',
    });
    const reply = await signIn(server, 'root_admin');
    expect(reply.body.user).toMatchObject({ id: user.id, role: 'admin' });
    expect(server.audit('cli.user.create')).toMatchObject([
      {
        actorId: null,
        targetId: user.id,
        metadata: { role: 'admin', osUser: 'root' },
        ip: null,
        requestId: null,
      },
    ]);
  });

  it('come into being where registration is closed', async () => {
    const closed = await startServer({ settings: { 'auth.registration': 'closed' } });
    try {
      await createAccount(closed.admin, { ...order, role: 'user' }, operator);
      expect((await signIn(closed, 'root_admin')).status).toBe(200);
    } finally {
      await closed.close();
    }
  });

  it('are refused with a taken name or a bad field, and leave nothing', async () => {
    const make = (change: object) =>
      createAccount(server.admin, { ...order, role: 'user', ...change }, operator);
    expect(await codeOf(make({ email: 'ADA@example.org' }))).toBe('AUTH_EMAIL_TAKEN');
    expect(await codeOf(make({ username: 'ADA' }))).toBe('AUTH_USERNAME_TAKEN');
    expect(await codeOf(make({ username: 'no spaces' }))).toBe('VALIDATION_FAILED');
    expect(await codeOf(make({ password: 'root_admin' }))).toBe('VALIDATION_FAILED');
    expect(server.rows('SELECT id FROM users')).toHaveLength(1);
    expect(server.audit('cli.user.create')).toHaveLength(0);
  });
});

describe('a ban', () => {
  const ban = (actorId: string | null = null, reason: string | null = null, userId = ada.id) =>
    banUser(server.admin, { userId, actorId, origin: operator }, reason);

  it('ends logins and rooms in its transaction, and is told and audited', async () => {
    expect(await ban(null, 'spam')).toEqual({ changed: true });
    expect(server.rows('SELECT banned_at, banned_reason, banned_by FROM users')).toEqual([
      { banned_at: server.clock.now(), banned_reason: 'spam', banned_by: null },
    ]);
    expect(server.rows('SELECT end_reason FROM logins')).toEqual([{ end_reason: 'banned' }]);
    expect(server.closedRooms).toEqual([[ada.id, 'banned']]);
    expect(server.events).toEqual([{ name: 'account.closed', payload: { userId: ada.id, kind: 'banned' } }]);
    expect(server.audit('cli.user.ban')).toMatchObject([
      { actorId: null, targetId: ada.id, metadata: { osUser: 'root' } },
    ]);
    const me = await server.request('GET', '/users/me', { bearer: ada.bearer });
    expect([me.status, me.body.code]).toEqual([403, 'USER_BANNED']);
  });

  it('by an administrator is audited as theirs', async () => {
    const root = await createAccount(server.admin, { ...order, role: 'admin' }, operator);
    await ban(root.id);
    expect(server.audit('admin.user.ban')).toMatchObject([{ actorId: root.id, targetId: ada.id }]);
    expect(server.rows('SELECT banned_by FROM users WHERE id = ?', ada.id)).toEqual([{ banned_by: root.id }]);
  });

  it('is not undone by anything when the rooms cannot be closed', async () => {
    const broken = {
      ...server.admin,
      closeRoomsOf: () => {
        throw new Error('rooms are in the way');
      },
    };
    await expect(banUser(broken, { userId: ada.id, actorId: null, origin: operator }, null)).rejects.toThrow(
      'in the way',
    );
    expect(server.rows('SELECT banned_at FROM users')).toEqual([{ banned_at: null }]);
    expect(server.events).toEqual([]);
    expect(server.audit('cli.user.ban')).toEqual([]);
    expect((await server.request('GET', '/users/me', { bearer: ada.bearer })).status).toBe(200);
  });

  it('repeated changes the reason at most, and closes nothing again', async () => {
    await ban(null, 'spam');
    server.clock.pass(DAY);
    expect(await ban(null, 'spam')).toEqual({ changed: false });
    expect(await ban(null, 'abuse')).toEqual({ changed: true });
    expect(server.rows('SELECT banned_at, banned_reason FROM users')).toEqual([
      { banned_at: server.clock.now() - DAY, banned_reason: 'abuse' },
    ]);
    expect(server.closedRooms).toHaveLength(1);
    expect(server.events).toHaveLength(1);
  });

  it('does not come over administrators, oneself, or nobody', async () => {
    const root = await createAccount(server.admin, { ...order, role: 'admin' }, operator);
    expect(await codeOf(ban(null, null, root.id))).toBe('ADMIN_TARGET_PROTECTED');
    expect(await codeOf(ban(root.id, null, root.id))).toBe('ADMIN_SELF_MODIFICATION');
    expect(await codeOf(ban(null, null, '0189c2b4-0000-7000-8000-000000000001'))).toBe('USER_NOT_FOUND');
    await server.change('UPDATE users SET deleted_at = 1 WHERE id = ?', ada.id);
    expect(await codeOf(ban())).toBe('USER_NOT_FOUND');
  });

  it('lifted lets the user sign in again; old logins stay ended', async () => {
    const lift = () => unbanUser(server.admin, { userId: ada.id, actorId: null, origin: operator });
    expect(await lift()).toEqual({ changed: false });
    await ban(null, 'spam');
    expect(await lift()).toEqual({ changed: true });
    expect(server.audit('cli.user.unban')).toHaveLength(1);
    const me = await server.request('GET', '/users/me', { bearer: ada.bearer });
    expect([me.status, me.body.code]).toEqual([401, 'AUTH_TOKEN_REVOKED']);
    expect((await signIn(server, 'ada')).status).toBe(200);
  });
});

describe('users named by the operator', () => {
  const find = (name: string, withDeleted = false) => findUserByName(server.test.db, name, { withDeleted });

  it('are found by id, email address and username, whatever the case', () => {
    for (const name of [ada.id, ada.id.toUpperCase(), ' ADA@example.org', 'Ada'])
      expect(find(name)?.id).toBe(ada.id);
    expect(find('nobody')).toBeNull();
  });

  it('may be ambiguous only where deleted ones count', async () => {
    await server.change('UPDATE users SET deleted_at = 1 WHERE id = ?', ada.id);
    expect(find('ada')).toBeNull();
    expect(find('ada', true)?.id).toBe(ada.id);
    const next = await signUp(server);
    expect(find('ada')?.id).toBe(next.id);
    expect(() => find('ada', true)).toThrow(AmbiguousUser);
    expect(find(ada.id, true)?.id).toBe(ada.id);
  });
});

describe('reset links in the outbox', () => {
  it('are shown to the operator, who is audited for each look', async () => {
    expect(await readResetLink(server.admin, ada.id, operator)).toBeNull();
    await server.post('/auth/forgot-password', { email: ada.email });
    await server.runChores();
    const found = await readResetLink(server.admin, ada.id, operator);
    expect(found?.link).toContain('/app/reset-password#');
    const entries = server.audit('cli.user.reset_link');
    expect(entries).toMatchObject([{ actorId: null, targetId: ada.id }]);
    expect(JSON.stringify(entries)).not.toContain(found?.link.split('#')[1]);
  });

  it('do not exist for unknown users', async () => {
    const look = readResetLink(server.admin, '0189c2b4-0000-7000-8000-000000000001', operator);
    expect(await codeOf(look)).toBe('USER_NOT_FOUND');
  });
});

describe('the audit log', () => {
  it('cannot be rewritten, but for blanking who and where', async () => {
    for (const change of [
      "action = 'x'",
      "target_id = 'x'",
      "metadata = '{}'",
      'created_at = 0',
      "ip = '::1'",
    ])
      await expect(server.change(`UPDATE audit_log SET ${change}`)).rejects.toThrow('append-only');
    await server.change('UPDATE audit_log SET ip = NULL, actor_id = NULL');
    expect(server.audit()).toMatchObject([{ action: 'auth.register', actorId: null, ip: null }]);
  });

  it('keeps entries for its time, then removes them, more than fit one transaction too', async () => {
    await write(server.test.db, (tx) => {
      const copy = tx.raw.prepare(
        'INSERT INTO audit_log SELECT ?, actor_id, action, target_type, target_id, metadata, ip, request_id, created_at FROM audit_log WHERE target_id = ? LIMIT 1',
      );
      for (let index = 0; index < 1500; index++) copy.run(`copy${index}`, ada.id);
    });
    const { db } = server.test;
    server.clock.pass(365 * DAY);
    expect(await sweepAuditLog(db, server.clock, 365 * DAY)).toBe(0);
    await signIn(server, 'ada');
    server.clock.pass(1);
    expect(await sweepAuditLog(db, server.clock, 365 * DAY)).toBe(1501);
    expect(server.audit()).toMatchObject([{ action: 'auth.login' }]);
  });
});
