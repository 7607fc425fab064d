import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PreconditionFailed } from '../kernel/errors.ts';
import { addressKey, createProxyTrust } from './addresses.ts';
import { checkIfMatch, isUnchanged, strongTag, weakTag } from './etag.ts';
import { formats } from './formats.ts';

describe('date-time', () => {
  const isDateTime = formats['date-time'];

  it('takes every time that Date writes, and only what Date understands', () => {
    const from = new Date('0001-01-01T00:00:00Z');
    const to = new Date('9999-12-31T23:59:59.999Z');
    fc.assert(
      fc.property(fc.date({ min: from, max: to, noInvalidDate: true }), (date) => {
        expect(isDateTime(date.toISOString())).toBe(true);
      }),
    );
    const two = fc.nat(99).map((value) => String(value).padStart(2, '0'));
    fc.assert(
      fc.property(two, two, two, two, two, (month, day, hour, minute, second) => {
        const text = `2026-${month}-${day}T${hour}:${minute}:${second}Z`;
        if (isDateTime(text)) expect(new Date(text).toISOString()).toBe(text.replace('Z', '.000Z'));
      }),
    );
  });

  it.each([
    ['2024-02-29T00:00:00Z', true],
    ['2026-02-29T00:00:00Z', false],
    ['2026-01-01T00:00:00+02:00', true],
    ['2026-01-01T00:00:00.123456-00:30', true],
    ['2026-01-01T23:59:60Z', false],
    ['2026-01-01 00:00:00Z', false],
    ['2026-01-01T00:00:00', false],
    ['2026-01-01', false],
    ['2026-13-01T00:00:00Z', false],
    ['2026-01-00T00:00:00Z', false],
    ['2026-01-01T24:00:00Z', false],
    ['20260101T000000Z', false],
  ])('%s: %s', (text, expected) => {
    expect(isDateTime(text)).toBe(expected);
  });
});

describe('email and uri', () => {
  it.each([
    ['ada@example.org', true],
    ["o'brien+x@mail.example.co.uk", true],
    ['ada@localhost', false],
    ['ada@example..org', false],
    ['.ada@example.org', false],
    ['ada example@example.org', false],
    ['ada@-example.org', false],
    ['', false],
  ])('%s: %s', (text, expected) => {
    expect(formats.email.test(text)).toBe(expected);
  });

  it.each([
    ['https://example.org/x?y#z', true],
    ['wss://example.org/collab', true],
    ['/files/avatar', false],
    ['javascript:alert(1)', false],
    ['https://', false],
  ])('%s: %s', (text, expected) => {
    expect(formats.uri(text)).toBe(expected);
  });
});

describe('keys of addresses', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('%s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  it('are the same for all addresses of one /64, and differ between two', () => {
    const group = fc.nat(0xffff).map((value) => value.toString(16));
    const four = fc.tuple(group, group, group, group);
    fc.assert(
      fc.property(four, four, four, (prefix, a, b) => {
        const key = (tail: string[]) => addressKey([...prefix, ...tail].join(':'));
        expect(key(a)).toBe(key(b));
        expect(addressKey([...a, ...b].join(':')) === key(a)).toBe(a.join() === prefix.join());
      }),
    );
  });
});

describe('trusted proxies', () => {
  it('are exactly those configured, in either writing', () => {
    const isProxy = createProxyTrust(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32']);
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.1', '2001:db8::9'])
      expect(isProxy(address)).toBe(true);
    for (const address of ['11.0.0.1', '192.0.2.2', '2001:db9::1', 'nonsense', ''])
      expect(isProxy(address)).toBe(false);
    expect(createProxyTrust([])('127.0.0.1')).toBe(false);
  });
});

describe('tags', () => {
  const tag = weakTag(1700000000000, { a: 1 });

  it('weak ones hold time and content', () => {
    expect(tag).toMatch(/^W\/"1700000000000\.[\w-]{12}"$/);
    expect(weakTag(1700000000000, { a: 2 })).not.toBe(tag);
    expect(strongTag('a')).toMatch(/^"[\w-]{22}"$/);
  });

  it.each([
    [undefined, false],
    [tag, true],
    [tag.slice(2), true],
    [`"x", ${tag}`, true],
    ['*', true],
    ['"x"', false],
  ])('If-None-Match %s: unchanged %s', (header, expected) => {
    expect(isUnchanged(header, tag)).toBe(expected);
  });

  it.each([undefined, tag, '*', 'W/"1700000000000.other"', `"x", ${tag}`])('If-Match %s fits', (header) => {
    expect(() => checkIfMatch(header, 1700000000000)).not.toThrow();
  });

  it.each(['W/"1600000000000.x"', '"x"', '', 'W/"17000000000001.x"', 'W/"1700000000000"'])(
    'If-Match %s is stale',
    (header) => {
      expect(() => checkIfMatch(header, 1700000000000)).toThrow(PreconditionFailed().message);
    },
  );
});
