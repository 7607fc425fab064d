import { isIP, isIPv4 } from 'node:net';
import { z } from 'zod';
import { choice, count, flag, list, text } from './setting.ts';

/** An http(s) address without path, query or fragment as its origin; or empty. */
const originOrNothing = z
  .string()
  .refine((value) => {
    if (value === '') return true;
    if (!URL.canParse(value)) return false;
    const { protocol, pathname, search, hash, username, password } = new URL(value);
    const isBare = `${pathname}${search}${hash}${username}${password}` === '/';
    return isBare && (protocol === 'http:' || protocol === 'https:');
  }, 'it must be an address such as https://syncode.example.org, without a path')
  .transform((value) => (value === '' ? '' : new URL(value).origin));

/** As browsers send it in the header Origin; never `*`. */
const exactOrigin = z
  .string()
  .refine(
    (value) =>
      URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) && new URL(value).origin === value,
    'each must be an exact origin such as https://app.example.org, without a path',
  );

const addressOrRange = z.string().refine((value) => {
  const [address = '', bits, ...rest] = value.split('/');
  const widest = isIPv4(address) ? 32 : 128;
  const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest);
  return isIP(address) !== 0 && isPrefix && rest.length === 0;
}, 'each must be an address or a range such as 10.0.0.0/8');

export const serverSettings = {
  'instance.name': text('Syncode', 'What the installation calls itself.', z.string().min(1).max(60)),
  'server.host': text(
    '127.0.0.1',
    'Address to listen on; another than loopback needs a public URL.',
    z.string().min(1).max(255),
  ),
  'server.port': count(8080, 'Port to listen on; 0 takes a free one.', 0, 65_535),
  'server.publicUrl': text(
    '',
    'Address under which people reach this server; empty while it serves this machine only.',
    originOrNothing,
  ),
  'server.insecureHttp': flag(
    false,
    'Sends the sign-in cookie over plain http too; for a trusted local network only.',
  ),
  'server.corsOrigins': list([], 'Exact foreign origins that may call the API from a browser.', exactOrigin),
  'server.trustedProxies': list(
    [],
    'Addresses of proxies whose forwarded headers are believed.',
    addressOrRange,
  ),
  'auth.registration': choice(['open', 'closed'], 'open', 'Whether people may register themselves.'),
  'log.level': choice(
    ['debug', 'info', 'warn', 'error', 'silent'],
    'info',
    'Least severity that is logged; on a terminal, while nobody has chosen one, it is warn.',
  ),
  'log.fileBytes': count(
    10 * 1024 * 1024,
    'Size of log/syncode.log in bytes, of which one older file is kept; 0 writes none. A service writes to the journal instead.',
    0,
    1024 * 1024 * 1024,
  ),
} as const;
