import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientAddress, createProxyTrust } from './addresses.ts';

const request = (remoteAddress: string, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

describe('clientAddress [S17]', () => {
  const isProxy = createProxyTrust(['10.0.0.0/8', '::1']);

  it.each([
    ['nobody forwards', '203.0.113.9', undefined, '203.0.113.9'],
    ['a stranger claims an address', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['a believed proxy tells', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['a client claims one behind a proxy', '10.0.0.1', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
    ['two proxies in a row', '::1', '198.51.100.1, 10.1.1.1', '198.51.100.1'],
    ['garbage between', '10.0.0.1', 'unknown, 198.51.100.1', '198.51.100.1'],
    ['a proxy that tells nothing', '10.0.0.1', undefined, '10.0.0.1'],
  ])('%s', (_what, remote, forwarded, client) => {
    expect(clientAddress(request(remote, forwarded), isProxy)).toBe(client);
  });
});
