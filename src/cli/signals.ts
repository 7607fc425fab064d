import { exitCodes } from './failure.ts';

/** Stops at SIGTERM or SIGINT and resolves when that is done; a second signal ends the process at once. */
export function runUntilSignal(stop: (signal: NodeJS.Signals) => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let isStopping = false;
    const onSignal = (signal: NodeJS.Signals) => {
      if (isStopping) process.exit(exitCodes.failed);
      isStopping = true;
      process.stderr.write(`${signal}: stopping (again: at once).\n`);
      stop(signal).then(resolve, reject);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
