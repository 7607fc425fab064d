import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** An IPv4 address written as IPv6 as plain IPv4; zone names are cut off. */
function plain(address: string): string {
  const bare = address.split('%')[0] ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  return mapped?.[1] ?? bare;
}

/** The eight groups of an IPv6 address as numbers. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const read = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const left = read(head);
  if (tail === undefined) return left;
  const right = read(tail);
  return [...left, ...new Array<number>(Math.max(0, 8 - left.length - right.length)).fill(0), ...right];
}

/** What buckets per address count by: an IPv4 address, or the first 64 bits of an IPv6 address. */
export function addressKey(address: string): string {
  const bare = plain(address);
  if (!isIPv6(bare)) return bare.slice(0, 64);
  const prefix = groupsOf(bare).slice(0, 4);
  return `${prefix.map((group) => group.toString(16)).join(':')}::/64`;
}

/**
 * Whether an address is one of the configured proxies; entries are addresses or CIDR ranges. Throws on an entry that is
 * neither.
 */
export function createProxyTrust(proxies: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of proxies) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    const prefix = Number(bits);
    const isRange =
      bits === undefined || (/^\d{1,3}$/.test(bits) && prefix <= (family === 'ipv4' ? 32 : 128));
    if (isIP(address) === 0 || !isRange)
      throw new Error(`server.trustedProxies: ${entry} is no address or range`);
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, prefix, family);
  }
  return (address) => {
    const bare = plain(address);
    return isIP(bare) !== 0 && list.check(bare, isIPv4(bare) ? 'ipv4' : 'ipv6');
  };
}

/**
 * The client's address of a request that is not the app's (an upgrade): the last hop of X-Forwarded-For that is no
 * believed proxy, else the socket's.
 */
export function clientAddress(request: IncomingMessage, isProxy: (address: string) => boolean): string {
  const header = request.headers['x-forwarded-for'];
  const hops = String(header ?? '')
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => isIP(hop) !== 0);
  let address = request.socket.remoteAddress ?? '';
  for (let hop = hops.pop(); hop !== undefined && isProxy(address); hop = hops.pop()) address = hop;
  return address;
}
