import type { Actor, Fixture, Room } from './fixture.ts';
import { fillPath, type Operation } from './served.ts';
import { exampleOf, type Pool } from './values.ts';
import type { Question } from './wire.ts';

/** Who asks where, before anything is tampered with. */
export type Base = { readonly actor: Actor | null; readonly room: Room };

/** Values that mean something in the fixture, those that fit a request first. */
export function poolOf(fixture: Fixture, { actor, room }: Base): Pool {
  const { rooms, actors, problems, jobs } = fixture;
  const others = <T>(records: Readonly<Record<string, T>>, read: (one: T) => string) =>
    Object.values(records).map(read);
  const users = [actors.candidate.userId, ...others(actors, ({ userId }) => userId)];
  return {
    roomId: [room.roomId, ...others(rooms, ({ roomId }) => roomId)],
    roomCode: [room.roomCode, ...others(rooms, ({ roomCode }) => roomCode)],
    userId: users,
    targetUserId: users,
    newHostId: users,
    hostId: users,
    problemId: [problems.published, ...others(problems, (id) => id)],
    jobId: [...jobs.runs, ...jobs.submissions],
    submissionId: [...jobs.submissions, ...jobs.runs],
    requestId: [room.requestId ?? rooms.swapping.requestId ?? room.roomId],
    identifier: [actor?.username ?? 'host', 'candidate@example.org', 'nobody'],
    email: ['somebody.new@example.org', 'host@example.org'],
    username: ['somebody_new', 'candidate', 'deleted_user'],
    password: ['correct horse battery', 'another good password'],
    currentPassword: ['correct horse battery', 'wrong horse battery'],
    newPassword: ['another good password', 'correct horse battery'],
    token: ['x'.repeat(43)],
    tags: ['arrays', 'hashing'],
    search: ['sum'],
    company: ['acme'],
  };
}

/** A request that its operation would take, with every field of its body. */
export function validQuestion(fixture: Fixture, operation: Operation, base: Base): Question {
  const { document } = fixture.served;
  const pool = poolOf(fixture, base);
  const body = operation.body && exampleOf(document, operation.body, pool);
  const params = Object.fromEntries(
    operation.parameters
      .filter((parameter) => parameter.in === 'path')
      .map(({ name, schema }) => [name, String(exampleOf(document, schema, pool, name))]),
  );
  return {
    method: operation.method.toUpperCase(),
    path: fillPath(operation.path, params),
    headers: { ...credentials(operation, base.actor), ...(body === undefined ? {} : json) },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
  };
}

export const json = { 'content-type': 'application/json' } as const;

/** The headers with which an actor asks: the token, or the cookie where the operation reads one. */
export function credentials(operation: Operation, actor: Actor | null): Record<string, string> {
  if (actor === null) return {};
  const reads = operation.parameters.some((parameter) => parameter.in === 'cookie');
  const bearer = isOpen(operation) ? {} : { authorization: `Bearer ${actor.bearer}` };
  return { ...bearer, ...(reads ? { cookie: `refreshToken=${actor.refreshToken}` } : {}) };
}

/** Whether the operation asks for no token. */
export function isOpen({ operation }: Operation): boolean {
  return operation['x-permission'] === 'public';
}
