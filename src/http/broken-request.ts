import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { systemClock } from '../kernel/clock.ts';
import { invalidFields, NotFound } from '../kernel/errors.ts';
import { errorBody } from './errors.ts';
import { endWithRefusal } from './raw-refusal.ts';

/** Answers a request whose address cannot be decoded: before any hook, so with the least of headers. */
export function refuseBrokenAddress(_error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  const refusal = NotFound();
  reply
    .code(refusal.status)
    .headers({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(errorBody(refusal, systemClock)));
}

/** Answers what is no HTTP request (or one that did not arrive in time) and closes the connection. */
export function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const constraint = error.code === 'HPE_HEADER_OVERFLOW' ? 'headersTooLarge' : 'http';
  endWithRefusal(socket, invalidFields({ field: '', constraint, value: null }));
}
