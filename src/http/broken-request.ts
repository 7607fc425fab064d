import { randomBytes, randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../kernel/clock.ts';
import { type DomainError, invalidFields, NotFound } from '../kernel/errors.ts';
import { errorBody, retryAfterSeconds } from './errors.ts';
import { endWithRefusal } from './raw-refusal.ts';
import { apiPolicy, commonHeaders } from './security-headers.ts';

/** Refusals of what never becomes a request of the app, so that no hook sees it. */
export type BrokenRequests = {
  /** Answers a request whose address cannot be decoded. */
  refuseAddress(error: unknown, request: FastifyRequest, reply: FastifyReply): void;
  /** Answers what is no HTTP request (or one that did not arrive in time) and closes the connection. */
  refuse(error: NodeJS.ErrnoException, socket: Socket): void;
  /** Answers the request for a socket that is not opened, and closes the connection. */
  refuseUpgrade(stream: Duplex, refusal: DomainError): void;
};

export function createBrokenRequests(config: Config, clock: Clock): BrokenRequests {
  const common = {
    ...commonHeaders(config),
    'Content-Security-Policy': apiPolicy,
    'Cache-Control': 'no-store',
  };
  const headers = (requestId: string) => ({
    ...common,
    'X-Request-Id': requestId,
    'X-Trace-Id': randomBytes(16).toString('hex'),
  });
  return {
    refuseAddress(_error, request, reply) {
      const refusal = NotFound();
      reply
        .code(refusal.status)
        .headers(headers(request.id))
        .type('application/json; charset=utf-8')
        .send(JSON.stringify(errorBody(refusal, clock)));
    },
    refuse(error, socket) {
      if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
        socket.destroy();
        return;
      }
      const constraint = error.code === 'HPE_HEADER_OVERFLOW' ? 'headersTooLarge' : 'http';
      const refusal = invalidFields({ field: '', constraint, value: null });
      endWithRefusal(
        socket,
        { status: refusal.status, body: errorBody(refusal, clock) },
        headers(randomUUID()),
      );
    },
    refuseUpgrade(stream, refusal) {
      stream.on('error', () => stream.destroy());
      const seconds = retryAfterSeconds(refusal);
      endWithRefusal(
        stream,
        { status: refusal.status, body: errorBody(refusal, clock) },
        { ...headers(randomUUID()), ...(seconds === null ? {} : { 'Retry-After': `${seconds}` }) },
      );
    },
  };
}
