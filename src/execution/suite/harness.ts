import { randomBytes } from 'node:crypto';
import { createServer, type ListenOptions, type Server } from 'node:net';

/** Listeners on the host that programs must not reach. */
export type Harness = {
  /** Under the names that an input has them by. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Connections so far. */
  reached(): number;
  close(): Promise<void>;
};

async function listen(server: Server, where: ListenOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, resolve);
  });
}

/** Opens what a case asks for: a port of the loopback address, an abstract socket. */
export async function openHarness(wanted: readonly ('tcpCanary' | 'abstractCanary')[]): Promise<Harness> {
  const servers: Server[] = [];
  const addresses: Record<string, string> = {};
  let reached = 0;
  const open = async (where: ListenOptions) => {
    const server = createServer((socket) => {
      reached++;
      socket.destroy();
    });
    await listen(server, where);
    servers.push(server);
    return server.address();
  };
  if (wanted.includes('tcpCanary')) {
    const address = await open({ port: 0, host: '127.0.0.1' });
    if (address === null || typeof address === 'string') throw new Error('A port has no number');
    addresses.CANARY_TCP_PORT = String(address.port);
  }
  if (wanted.includes('abstractCanary')) {
    const name = `syncode-canary-${randomBytes(6).toString('hex')}`;
    await open({ path: `\0${name}` });
    addresses.CANARY_ABSTRACT = name;
  }
  return {
    addresses,
    reached: () => reached,
    close: async () => {
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
