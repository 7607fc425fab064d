import type { Config } from '../config/schema.ts';

/**
 * Where this server's own pages come from: the public URL; while none is set, the three names of this machine with the
 * port listened on. Never the Host header.
 */
export function ownOrigins(config: Config, port: number): string[] {
  const publicUrl = config['server.publicUrl'];
  if (publicUrl !== '') return [new URL(publicUrl).origin];
  return ['localhost', '127.0.0.1', '[::1]'].map((host) => `http://${host}:${port}`);
}

/** Whether a browser page of this origin may call the API and open sockets. */
export function isAllowedOrigin(config: Config, port: number, origin: string): boolean {
  return ownOrigins(config, port).includes(origin) || config['server.corsOrigins'].includes(origin);
}
