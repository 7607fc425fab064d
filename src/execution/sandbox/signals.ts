import { constants } from 'node:os';

const names = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));
// Two names for one number: the usual one.
names.set(constants.signals.SIGABRT, 'SIGABRT');
names.set(constants.signals.SIGIO, 'SIGIO');

/** `SIGSEGV` for 11; `SIG<number>` where there is no name (real-time signals). */
export function signalName(signal: number): string {
  return names.get(signal) ?? `SIG${signal}`;
}
