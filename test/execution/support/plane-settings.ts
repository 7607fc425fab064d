/** Settings of the plane in tests: two workers, ids far from the product's default, and time for compilers on busy machines. */
export const TEST_SETTINGS = {
  'sandbox.uidBase': 780_000,
  'execution.workers': 2,
  'execution.compileTimeoutMs': 60_000,
  'execution.compileWallMs': 120_000,
} as const;
