import { expect, it } from 'vitest';
import { signalName } from './signals.ts';

it.each([
  [6, 'SIGABRT'],
  [9, 'SIGKILL'],
  [11, 'SIGSEGV'],
  [25, 'SIGXFSZ'],
  [31, 'SIGSYS'],
  [34, 'SIG34'],
])('signal %i is %s', (signal, name) => {
  expect(signalName(signal)).toBe(name);
});
