import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Forbidden, NotFound, ServiceUnavailable } from '../kernel/errors.ts';
import type { App } from './app.ts';
import { endWithRefusal } from './raw-refusal.ts';

/** Takes a connection over from HTTP, as `WebSocketServer.handleUpgrade` does. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Hands WebSocket upgrades of the paths named to their planes, and refuses all others. Pages of foreign origins are
 * refused; clients that are no browsers send no Origin and show their token in the first message like everybody.
 */
export function addUpgrades(app: App, upgrades: Readonly<Record<string, Upgrade>>): void {
  app.server.server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const path = request.url?.split('?')[0] ?? '';
    const upgrade = Object.hasOwn(upgrades, path) ? upgrades[path] : undefined;
    const { origin } = request.headers;
    if (!upgrade) endWithRefusal(socket, NotFound());
    else if (app.isDraining()) endWithRefusal(socket, ServiceUnavailable());
    else if (origin !== undefined && !app.isAllowedOrigin(origin)) endWithRefusal(socket, Forbidden());
    else upgrade(request, socket, head);
  });
}
