import { afterAll, beforeAll, describe } from 'vitest';
import type { DriverName } from '../../../src/execution/sandbox/jail.ts';
import { collectSuite } from './collect-suite.ts';
import { isolationSuite } from './isolation-suite.ts';
import { lifeSuite } from './life-suite.ts';
import { limitsSuite } from './limits-suite.ts';
import { type Bench, findDriver, openBench } from './support.ts';

/** The contract of a jail: every driver passes the same. One that is not on PATH is named, not tested. */
export function jailContract(name: DriverName): void {
  const driver = findDriver(name);
  if (driver === null) {
    describe.skip(`${name} (not tested: it is not on PATH)`, () => {});
    return;
  }
  describe(name, () => {
    let bench: Bench | undefined;
    const current = (): Bench => {
      if (bench === undefined) throw new Error('no bench');
      return bench;
    };
    beforeAll(() => {
      bench = openBench(driver);
    });
    afterAll(async () => {
      await bench?.close();
    });
    describe('limits [S25]', () => limitsSuite(current));
    describe('isolation [S24]', () => isolationSuite(current));
    describe('life [S25]', () => lifeSuite(current));
    describe('collecting', () => collectSuite(current));
  });
}
