import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Writes a refusal onto a connection that is no request of the app, and closes it. */
export function endWithRefusal(
  socket: Duplex,
  refusal: { readonly status: number; readonly body: unknown },
  headers: Readonly<Record<string, string>>,
): void {
  const body = JSON.stringify(refusal.body);
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
