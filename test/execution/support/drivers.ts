import { describe } from 'vitest';
import type { DriverName } from '../../../src/execution/sandbox/jail.ts';
import { findDriver } from '../jail/support.ts';

/** A suite for each driver; for one that is not on this machine a skipped suite that says so. */
export function describeDrivers(
  title: (driver: DriverName) => string,
  suite: (driver: DriverName) => void,
): void {
  for (const driver of ['bubblewrap', 'nsjail'] as const) {
    // bubblewrap must be there: without it the suite is to fail, not to be left out.
    if (driver === 'bubblewrap' || findDriver(driver) !== null) describe(title(driver), () => suite(driver));
    else describe.skip(`${title(driver)} (not tested: it is not on PATH)`, () => {});
  }
}
