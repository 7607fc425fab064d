import { once } from 'node:events';
import { connect } from 'node:tls';
import type { Config } from '../config/schema.ts';
import { refuseExposure, warnExposure } from './exposure.ts';
import { type Finding, fail, ok, warning } from './finding.ts';

const PATIENCE_MS = 5000;
const DAY_MS = 86_400_000;
const CERTIFICATE_DAYS = 14;
const GUIDE = 'See docs/OPERATIONS.md, "What each warning means"';

/** What went wrong with a connection, for people. */
const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known here',
  EAI_AGAIN: 'its name cannot be looked up',
  ECONNREFUSED: 'nothing listens there',
  ETIMEDOUT: 'no answer',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  TimeoutError: 'no answer within 5 seconds',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by nobody that this machine knows',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by nobody that this machine knows',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by nobody that this machine knows',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  const code = cause?.code ?? name ?? 'unknown';
  return reasons[code] ?? `it failed with ${code}`;
}

/** Days for which a server's certificate is still good; null when it cannot be had. */
async function certificateDays(url: URL): Promise<number | null> {
  const socket = connect({
    host: url.hostname,
    port: Number(url.port || 443),
    servername: url.hostname,
    timeout: PATIENCE_MS,
  });
  socket.on('error', () => {});
  socket.once('timeout', () => socket.destroy());
  try {
    await Promise.race([
      once(socket, 'secureConnect'),
      once(socket, 'close').then(() => Promise.reject(new Error('closed'))),
    ]);
    return (Date.parse(socket.getPeerCertificate().valid_to) - Date.now()) / DAY_MS;
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}

/** Asks the public address, as a browser would, whether it leads to a server of this kind. */
async function checkReached(publicUrl: string): Promise<Finding> {
  const check = 'public address';
  const remedy =
    'Look at the proxy in front, its certificate, and the name in the DNS; from other machines it may be well';
  try {
    const options = { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'manual' } as const;
    const answer = await fetch(new URL('/health', publicUrl), options);
    if (answer.headers.get('x-api-version') === null)
      return warning(check, `${publicUrl} is answered by something else (status ${answer.status})`, remedy);
  } catch (error) {
    return warning(check, `${publicUrl} does not answer from this machine: ${reasonOf(error)}`, remedy);
  }
  const url = new URL(publicUrl);
  const days = url.protocol === 'https:' ? await certificateDays(url) : null;
  if (days !== null && days < CERTIFICATE_DAYS)
    return warning(
      check,
      `The certificate of ${publicUrl} is good for ${Math.floor(days)} more days`,
      'Renew it at the proxy',
    );
  return ok(check, `${publicUrl} leads here`);
}

/** One address for a whole class would also mean one limit for all of them. */
function checkProxies(config: Config): Finding[] {
  const isBehindProxy = config['server.publicUrl'].startsWith('https:');
  if (!isBehindProxy) return [];
  if (config['server.trustedProxies'].length > 0)
    return [ok('proxy', `believed: ${config['server.trustedProxies'].join(', ')}`)];
  return [
    warning(
      'proxy',
      'The public URL is https, so a proxy stands in front, but none is believed: everybody seems to come from one address and shares its limits',
      'syncode config set server.trustedProxies 127.0.0.1 (the address of the proxy), then start the server again',
    ),
  ];
}

/** Where people reach the server, and whether the sign-in cookie gets to them. Makes no connection. */
export function examineAddress(config: Config): Finding[] {
  const [refusal, , , remedy] = refuseExposure(config) ?? [];
  if (refusal !== undefined) return [fail('address', refusal, remedy ?? GUIDE)];
  const warnings = warnExposure(config).map((text) => warning('address', text, GUIDE));
  const place = config['server.publicUrl'] || `this machine only (${config['server.host']})`;
  return [...(warnings.length > 0 ? warnings : [ok('address', place)]), ...checkProxies(config)];
}

/** Whether the public address leads to the running server; nothing without one. */
export async function examineReach(config: Config): Promise<Finding[]> {
  const publicUrl = config['server.publicUrl'];
  return publicUrl === '' ? [] : [await checkReached(publicUrl)];
}
