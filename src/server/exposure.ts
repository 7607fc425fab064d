import { isIP } from 'node:net';
import type { Config } from '../config/schema.ts';

const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** Why a server must not listen as configured; null when it may. */
export function refuseExposure(config: Config): string[] | null {
  const host = config['server.host'];
  if (isLoopback(host) || config['server.publicUrl'] !== '') return null;
  return [
    `The address ${host} can be reached from other machines, but no public URL is set.`,
    'Without it browsers, reset links and cookies do not know where the server is.',
    'With a TLS proxy in front:  syncode config set server.publicUrl https://your.name.example',
    `For a class on plain http:  syncode config set server.publicUrl http://THIS-MACHINE:${config['server.port']}`,
    '                            syncode config set server.insecureHttp true',
    'Over plain http anybody in that network can read passwords and code: use it in a network you trust only.',
  ];
}

/** What is served in a way that a careful operator would want to know of, at every start. */
export function warnExposure(config: Config): string[] {
  const warnings: string[] = [];
  if (config['server.insecureHttp']) {
    warnings.push(
      'server.insecureHttp is on: the sign-in cookie also travels over plain http, readable in the network.',
    );
  }
  if (config['server.publicUrl'].startsWith('http:') && !config['server.insecureHttp']) {
    warnings.push(
      'The public URL is plain http, so browsers will not keep the sign-in cookie: see server.insecureHttp.',
    );
  }
  if (process.getuid?.() === 0) {
    warnings.push(
      'Running as root, which is meant for demo and tests; ./install.sh makes a service with a user of its own.',
    );
  }
  return warnings;
}
