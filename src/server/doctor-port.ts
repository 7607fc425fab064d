import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../config/schema.ts';
import { type Finding, fail, ok } from './finding.ts';

/** Whether a server could listen where it is configured to; to be asked while none runs. */
export async function examinePort(config: Config): Promise<Finding[]> {
  const [host, port] = [config['server.host'], config['server.port']];
  if (port === 0) return [];
  const place = `${host}:${port}`;
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return [ok('port', `${place} is free`)];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      return [fail('port', `${place} is taken by another program`, `ss -ltnp 'sport = :${port}'`)];
    const detail = `${place} cannot be listened on: the system says ${code}`;
    return [fail('port', detail, 'syncode config set server.host 127.0.0.1')];
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
