/** A bare Hocuspocus: nobody is asked for anything, nothing is stored, updates leave at once. */
import { Server } from '@hocuspocus/server';

const server = new Server({ port: 0, address: '127.0.0.1', quiet: true, flushDelay: 0, stopOnSignals: true });
await server.listen();
process.stdout.write(`${JSON.stringify({ url: server.webSocketURL })}\n`);
