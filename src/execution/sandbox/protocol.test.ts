import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  fatalTag,
  frame,
  framePayloadMax,
  jailDescriptors,
  protocolVersion,
  readyTag,
  resultTag,
  runTag,
  specTag,
} from './protocol.ts';

const sources = join(import.meta.dirname, '../../../sandbox/src');
const header = readFileSync(join(sources, 'protocol.h'), 'utf8');

/** `NAME = 3` of the header whose name begins with a prefix, the rest in camel case. */
function namesOf(prefix: string): Record<string, number> {
  const found = [...header.matchAll(new RegExp(`\\b${prefix}_([A-Z_]+) = (\\d+)`, 'g'))];
  return Object.fromEntries(
    found.map(([, name = '', number]) => [
      name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      Number(number),
    ]),
  );
}

describe('the protocol has the same numbers on both sides', () => {
  it.each([
    ['FRAME', frame],
    ['RUN', runTag],
    ['RESULT', resultTag],
    ['READY', readyTag],
    ['FATAL', fatalTag],
    ['PROTOCOL', { version: protocolVersion }],
  ])('%s', (prefix, numbers) => {
    expect(namesOf(prefix)).toEqual(numbers);
  });

  it('SPEC, without the lines of the supervisor', () => {
    expect(namesOf('SPEC')).toEqual({ groupVersion: 1, groupFiles: 2, ...specTag });
  });

  it('descriptors and sizes', () => {
    const descriptors = namesOf('JAIL_FD');
    expect(Math.min(...Object.values(descriptors))).toBe(jailDescriptors.first);
    expect(descriptors.end).toBe(jailDescriptors.end);
    expect(readFileSync(join(sources, 'frame.h'), 'utf8')).toContain('FRAME_PAYLOAD_MAX = 128 << 20');
    expect(framePayloadMax).toBe(128 << 20);
  });
});
