import type { Log } from '../kernel/log.ts';
import { createOrm } from './client.ts';
import { createDatabaseFile, openConnection } from './connection.ts';
import { checkPrivateFile } from './data-directory.ts';
import { createDurable, type DurableLimits } from './durable.ts';
import { createGate } from './gate.ts';
import { createRefusals } from './refusals.ts';
import type { Db } from './types.ts';
import { noWalFile, openWalFile } from './wal-file.ts';

/** How long the server waits for the write lock; short, since the event loop waits too. */
const SERVER_TIMEOUT_MS = 50;
const COMMAND_TIMEOUT_MS = 5_000;

export type OpenOptions = {
  readonly path: string;
  readonly log: Log;
  /** server: commits do not wait for the disk, the shared flush does; command: each commit is durable by itself. */
  readonly mode: 'server' | 'command';
  /** Creates a missing file; otherwise that is an error. */
  readonly create?: boolean;
  /** Ends the process when storage has failed; for tests. SIGKILL to itself otherwise. */
  readonly die?: () => void;
  readonly limits?: Partial<DurableLimits>;
};

/**
 * Opens the database for writing; the caller holds the data directory's lock. Throws StorageError when the file is
 * missing, in use, foreign, or readable by others.
 */
export function openDb(options: OpenOptions): Db {
  const { path, log, mode } = options;
  const isServer = mode === 'server';
  if (options.create) createDatabaseFile(path);
  checkPrivateFile(path);
  const raw = openConnection(path, { synchronous: isServer ? 'NORMAL' : 'FULL' });
  // Checkpoints of a server are the checkpoint worker's: one on the event loop would hold up everybody.
  if (isServer) raw.pragma('wal_autocheckpoint = 0');
  raw.pragma(`busy_timeout = ${isServer ? SERVER_TIMEOUT_MS : COMMAND_TIMEOUT_MS}`);
  const durable = createDurable({
    wal: isServer ? openWalFile(`${path}-wal`) : noWalFile,
    log,
    die: options.die ?? (() => process.kill(process.pid, 'SIGKILL')),
    limits: options.limits ?? {},
  });
  const gate = createGate();
  const finish = async () => {
    gate.shut();
    await durable.settled();
    durable.stop();
    raw.close();
  };
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= finish();
    return closing;
  };
  return { path, log, raw, orm: createOrm(raw), durable, gate, refusals: createRefusals(), close };
}
