import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { systemClock } from '../kernel/clock.ts';
import type { DomainError } from '../kernel/errors.ts';
import { errorBody } from './errors.ts';

/** Writes a refusal onto a connection that is no request of the app (yet), and closes it. */
export function endWithRefusal(socket: Duplex, refusal: DomainError): void {
  const body = JSON.stringify(errorBody(refusal, systemClock));
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
