import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeJwt } from 'jose';
import { afterEach, expect, it } from 'vitest';
import type { SettingKey } from '../../src/config/schema.ts';
import { write } from '../../src/db/write.ts';
import { RawClient } from '../collab/support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
const clients: RawClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await server.close();
});
const start = async (settings: Partial<Record<SettingKey, unknown>> = {}) => {
  server = await startTestServer({ planes: ['collab'], settings });
};

type Member = { readonly id: string; readonly bearer: string; readonly cookie: string };

const post = async (address: string, body: unknown, headers: Record<string, string> = {}) => {
  const answer = await fetch(server.url + address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  // biome-ignore lint/suspicious/noExplicitAny: answers of several operations, checked against the contract
  return { cookie, json: JSON.parse((await answer.text()) || '{}') as any };
};
async function register(username: string): Promise<Member> {
  const body = { username, email: `${username}@example.org`, password: 'correct horse battery' };
  const { cookie, json } = await post('/auth/register', body);
  return { id: json.user.id, bearer: `Bearer ${json.accessToken}`, cookie };
}
const as = ({ bearer }: Member) => ({ authorization: bearer });
async function openRoom(host: Member): Promise<{ roomId: string; roomCode: string; token: string }> {
  const { json } = await post('/rooms', { mode: 'peer' }, as(host));
  return { roomId: json.roomId, roomCode: json.roomCode, token: json.collab.token };
}
const change = (sql: string, ...values: unknown[]) =>
  write(server.control.core.db, (tx) => void tx.raw.prepare(sql).run(...values));

async function connect(query = ''): Promise<RawClient> {
  const client = await RawClient.open(`ws://127.0.0.1:${server.port}/collab${query}`);
  clients.push(client);
  return client;
}
/** Why a token does not open the room, with the code that closes the socket. */
async function refusal(roomId: string, token: string): Promise<string> {
  const client = await connect();
  client.auth(roomId, token);
  const denial = (await client.expect('denial', ({ kind }) => kind === 'denied')) as { reason: string };
  return `${denial.reason} ${await client.closeCode()}`;
}

it('a token in the address opens nothing: without one in a message the socket is closed with 4001 [S29]', async () => {
  await start({ 'timers.socketAdmissionMs': 300 });
  const { token } = await openRoom(await register('ada'));
  expect(await (await connect(`?token=${token}&access_token=${token}`)).closeCode()).toBe(4001);
});

it('a token is checked by signature, purpose, time and room, and then by what the database knows [S29]', async () => {
  await start();
  const [ada, bob] = [await register('ada'), await register('bob')];
  const { roomId, roomCode, token } = await openRoom(ada);
  const other = await openRoom(bob);
  const file = path.join(server.directory, 'keys/collab.json');
  const { current } = JSON.parse(readFileSync(file, 'utf8')) as { current: { kid: string; secret: string } };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sign = (claims: object, alg = 'HS256', key = Buffer.from(current.secret, 'base64url')) => {
    const text = `${encode({ alg, kid: current.kid })}.${encode(claims)}`;
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  };
  const claims = decodeJwt(token);
  expect(Math.round(((claims.exp ?? 0) - (claims.iat ?? 0)) * 1000)).toBe(15 * 60_000);
  // What is signed so is taken, so that the refusals below are of what was changed.
  await (await connect()).join(roomId, sign(claims));
  for (const [name, forged] of [
    ['another key', sign(claims, 'HS256', Buffer.alloc(32, 1))],
    ['no algorithm', sign(claims, 'none')],
    ['an access token', ada.bearer.slice('Bearer '.length)],
    ['another audience', sign({ ...claims, aud: 'access' })],
    ['no login', sign({ ...claims, sid: undefined })],
    ['another room', other.token],
    ['no room', sign({ ...claims, roomId: undefined })],
  ] as const)
    expect([name, await refusal(roomId, forged)]).toEqual([name, 'token-invalid 4001']);
  const late = sign({ ...claims, iat: 1, exp: Date.now() / 1000 - 60 });
  expect(await refusal(roomId, late)).toBe('token-expired 4001');
  // bob is in no way in the room of ada, whatever is signed for him.
  const stranger = decodeJwt(other.token);
  expect(await refusal(roomId, sign({ ...stranger, roomId }))).toBe('not-participant 4007');

  const { json } = await post(`/rooms/${roomId}/join`, { roomCode }, as(bob));
  const ofBob = json.collab.token as string;
  await change('UPDATE users SET banned_at = 1 WHERE id = ?', bob.id);
  expect(await refusal(roomId, ofBob)).toMatch(/ 4007$/);
  await change('UPDATE users SET banned_at = NULL WHERE id = ?', bob.id);
  await (await connect()).join(roomId, ofBob);
  await post('/auth/logout', undefined, { cookie: bob.cookie });
  expect(await refusal(roomId, ofBob)).toBe('login-ended 4001');
  await post(`/rooms/${roomId}/control/transition`, { targetStatus: 'finished' }, as(ada));
  expect(await refusal(roomId, sign(claims))).toMatch(/ 4003$/);
});
