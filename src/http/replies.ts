import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Db } from '../db/types.ts';
import type { Clock } from '../kernel/clock.ts';
import { type DomainError, InternalError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { type AnswerCheck, ContractBroken, requireSound, shapeBody } from './answers.ts';
import type { Call } from './call.ts';
import { findOmissions } from './context.ts';
import { errorBody, retryAfterSeconds, toDomainError } from './errors.ts';
import type { Replay } from './idempotency.ts';
import type { Metrics } from './metrics.ts';
import type { Answer } from './operation.ts';
import { apiPolicy } from './security-headers.ts';

export type RepliesDeps = {
  readonly log: Log;
  readonly clock: Clock;
  readonly db: Db;
  readonly metrics: Metrics;
  /** Looks at every answer, in tests. */
  readonly check: AnswerCheck | undefined;
};

/** How answers leave. */
export type Replies = {
  /** Sends what a handler answered, with its declared fields only. */
  send(call: Call, answer: Answer, reply: FastifyReply): FastifyReply;
  /** Sends an answer stored for an Idempotency-Key. */
  replay(call: Call, replay: Replay, reply: FastifyReply): FastifyReply;
  /** The one error handler. */
  refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void;
  /** Waits for the flush, settles the buckets and writes the log, for every answer. */
  addHooks(server: FastifyInstance): void;
};

const json = 'application/json; charset=utf-8';
/** What a handler may have set and must not leave with an error in its place. */
const answerHeaders = ['set-cookie', 'etag', 'location', 'idempotency-replayed', 'retry-after'];

export function createReplies(deps: RepliesDeps): Replies {
  const { check } = deps;

  function send(call: Call, answer: Answer, reply: FastifyReply): FastifyReply {
    const { id, entry } = call.operation;
    if (!entry.statuses.includes(answer.status)) throw new Error(`${id} does not declare ${answer.status}`);
    requireSound(check, id, answer.status, answer.body);
    noteOmissions(deps, call);
    reply.code(answer.status).headers(answer.headers);
    if (entry.tagged) reply.header('Cache-Control', 'private, no-cache');
    const body = shapeBody(id, answer.status, answer.body);
    return body === undefined ? reply.send() : reply.type(json).send(JSON.stringify(body));
  }

  function replay(_call: Call, stored: Replay, reply: FastifyReply): FastifyReply {
    reply.code(stored.status).headers(stored.headers).header('Idempotency-Replayed', 'true');
    return stored.json === null ? reply.send() : reply.type(json).send(stored.json);
  }

  function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const refusal = toRefusal(deps, error, request);
    for (const name of answerHeaders) reply.removeHeader(name);
    reply
      .header('Content-Security-Policy', apiPolicy)
      .type(json)
      .send(writeRefusal(deps, refusal, request, reply));
  }

  return { send, replay, refuse, addHooks: (server) => addHooks(deps, server) };
}

/** The refusal that a thrown value becomes; unexpected ones are logged, and told in tests. */
function toRefusal({ log, clock, check }: RepliesDeps, error: unknown, request: FastifyRequest): DomainError {
  const refusal = toDomainError(error, request.routeOptions.bodyLimit ?? 0);
  if (refusal.status >= 500) {
    const level = refusal.code === InternalError.code ? 'error' : 'warn';
    log[level]({ err: error, requestId: request.id, code: refusal.code }, 'request failed');
  }
  if (error instanceof ContractBroken) return InternalError(undefined, { message: error.message });
  const { call } = request;
  const problems = call && check ? check(call.operation.id, refusal.status, errorBody(refusal, clock)) : [];
  if (problems.length === 0) return refusal;
  const { message } = new ContractBroken(problems);
  log.error({ requestId: request.id }, message);
  return InternalError(undefined, { message });
}

/** Sets status and headers of a refusal and gives its body. */
function writeRefusal(
  { clock }: RepliesDeps,
  refusal: DomainError,
  request: FastifyRequest,
  reply: FastifyReply,
): string {
  if (request.call) request.call.code = refusal.code;
  reply.code(refusal.status).headers({ ...refusal.headers, 'Cache-Control': 'no-store' });
  const seconds = retryAfterSeconds(refusal);
  if (seconds !== null) reply.header('Retry-After', seconds);
  return JSON.stringify(errorBody(refusal, clock));
}

function noteOmissions({ log, check }: RepliesDeps, call: Call): void {
  const omissions = findOmissions(call);
  if (omissions.length === 0) return;
  if (check) throw new ContractBroken(omissions.map((omission) => `${call.operation.id}: ${omission}`));
  log.error({ operation: call.operation.id, omissions }, 'a handler did not do what its operation promises');
}

function addHooks(deps: RepliesDeps, server: FastifyInstance): void {
  addFlush(deps, server);
  server.addHook('onSend', async ({ call }, reply, payload) => {
    if (!call) return payload;
    const { id } = call.operation;
    call.spending.settle({ id, body: call.input?.body, status: reply.statusCode, code: call.code });
    reply.headers(call.spending.headers());
    return payload;
  });
  if (deps.check) addWireCheck(deps, deps.check, server);
  server.addHook('onResponse', async (request, reply) => {
    const { call } = request;
    if (call) deps.metrics.count(call.operation.id, reply.statusCode, reply.elapsedTime);
    const fields = {
      requestId: request.id,
      traceId: request.traceId,
      method: request.method,
      route: request.is404 ? null : request.routeOptions.url,
      operation: call?.operation.id,
      userId: call?.caller?.userId,
      status: reply.statusCode,
      code: call?.code ?? undefined,
      durationMs: Math.round(reply.elapsedTime),
    };
    deps.log.info(fields, 'request');
  });
}

/** Nothing leaves before what it reflects is durable; what cannot become durable leaves as SERVICE_UNAVAILABLE. */
function addFlush(deps: RepliesDeps, server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    if (request.routeOptions.config.immediate) {
      done(null, payload);
      return;
    }
    deps.db.durable.whenDurable((failed) => {
      if (!failed) return done(null, payload);
      for (const name of answerHeaders) reply.removeHeader(name);
      const refusal = toRefusal(deps, failed, request);
      return done(null, writeRefusal(deps, refusal, request, reply.type(json)));
    });
  });
}

/** The answer as it leaves against the contract, in tests. */
function addWireCheck(deps: RepliesDeps, check: AnswerCheck, server: FastifyInstance): void {
  server.addHook('onSend', async (request, reply, payload) => {
    const { call } = request;
    if (!call || (payload !== undefined && payload !== null && typeof payload !== 'string')) return payload;
    const body = typeof payload === 'string' && payload !== '' ? JSON.parse(payload) : undefined;
    if (body?.message?.startsWith('The answer breaks the contract')) return payload;
    const problems = check(call.operation.id, reply.statusCode, body);
    if (problems.length === 0) return payload;
    const { message } = new ContractBroken(problems);
    const refusal = InternalError(undefined, { message });
    return writeRefusal(deps, refusal, request, reply.type(json));
  });
}
