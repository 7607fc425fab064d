import { describe, expect, it } from 'vitest';
import type { JailFacts, Supervisor } from './jail.ts';
import { factsOfFailure } from './result-frame.ts';
import { runSelfTest } from './self-test.ts';

/** A supervisor whose jail holds nothing back: every program does what it wants and ends well. */
function open(facts: Partial<JailFacts>, said: string): Supervisor {
  const bytes = Buffer.from(said);
  const stdout = { bytes, totalBytes: bytes.length, truncated: false };
  const all: JailFacts = { ...factsOfFailure(null), status: 'exited', exitCode: 0, ...facts, stdout };
  return { run: () => Promise.resolve(all), close: () => Promise.resolve() };
}

describe('the self-test [S26]', () => {
  it('finds every limit missing in a jail that holds nothing', async () => {
    const checks = await runSelfTest(open({}, 'written'));
    expect(checks.filter((check) => check.ok)).toEqual([]);
    expect(checks.map((check) => check.limit)).toEqual([
      'nothing',
      'memory',
      'processes',
      'CPU time',
      'wall time',
      'output',
      'file size',
      'all files',
      'network',
      'files of the host',
    ]);
    expect(checks.every((check) => check.why?.includes('exit 0'))).toBe(true);
  });

  it('says what the jail said when it fails', async () => {
    const [first] = await runSelfTest(open({ jailFailure: 'no namespaces' }, 'held'));
    expect(first).toEqual({ limit: 'nothing', ok: false, why: 'no namespaces' });
  });
});
