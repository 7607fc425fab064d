import { spawn } from 'node:child_process';

/** The service manager that started this process, if one did: it learns how the server is. */
export type ServiceManagerLink = { ready(): void; stopping(): void };

export type ServiceManagerOptions = {
  /** Whether systemd waits to be told; otherwise nothing happens. */
  readonly isSupervised: boolean;
  /** Time without a sign of life after which systemd ends the process; null: it does not watch. */
  readonly watchdogMs: number | null;
  /** What could not be told is said here, once. */
  readonly say: (line: string) => void;
};

/** Signs of life in each watchdog time: one may be lost. */
const SIGNS = 3;

/**
 * Node.js has no datagram sockets of the file system, so systemd-notify speaks for us. A small shell that is started once
 * does the starting: forks of the server itself would copy its page tables every few seconds. It ends with our end of
 * its pipe. Signs of life come from the event loop: a server that hangs is killed and started anew.
 */
export function linkServiceManager({
  isSupervised,
  watchdogMs,
  say,
}: ServiceManagerOptions): ServiceManagerLink {
  if (!isSupervised) return { ready: () => {}, stopping: () => {} };
  const script = 'while read -r state; do systemd-notify "$state" || echo failed >&2; done';
  const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'pipe'] });
  let hasFailed = false;
  const fail = (why: string) => {
    if (!hasFailed) say(`systemd could not be told how the server is: ${why}`);
    hasFailed = true;
  };
  shell.on('error', (error) => fail(error.message));
  shell.stdin.on('error', (error) => fail(error.message));
  shell.stderr.on('data', (text: Buffer) => fail(text.toString().trim()));
  shell.unref();
  // Neither keeps a server that has stopped from ending.
  for (const stream of [shell.stdin, shell.stderr]) (stream as unknown as { unref?(): void }).unref?.();
  const tell = (state: string) => {
    if (shell.stdin.writable) shell.stdin.write(`${state}\n`);
  };
  return {
    ready: () => {
      tell('READY=1');
      if (watchdogMs !== null) setInterval(tell, Math.max(100, watchdogMs / SIGNS), 'WATCHDOG=1').unref();
    },
    stopping: () => tell('STOPPING=1'),
  };
}
