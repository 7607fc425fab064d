import { closeSync, fdatasync, fstatSync, openSync, statSync } from 'node:fs';

/** The file that a flush makes durable. */
export type WalFile = {
  /** Makes everything written until now durable, without holding up the event loop; then calls back. */
  sync(done: (error: Error | null) => void): void;
  /** Bytes. */
  size(): number;
  /** Whether another file has taken its place: then flushes would go to the wrong one. */
  isReplaced(): boolean;
  close(): void;
};

/**
 * Keeps a descriptor of the -wal file for the life of the connection. Never do the same with the database file or -shm:
 * closing any descriptor of those drops SQLite's POSIX locks on them.
 */
export function openWalFile(path: string): WalFile {
  const fd = openSync(path, 'r+');
  return {
    sync: (done) => fdatasync(fd, done),
    size: () => fstatSync(fd).size,
    isReplaced: () => {
      const mine = fstatSync(fd);
      const there = statSync(path, { throwIfNoEntry: false });
      return there?.ino !== mine.ino || there.dev !== mine.dev;
    },
    close: () => closeSync(fd),
  };
}

/** For connections whose commits are durable by themselves (synchronous=FULL). */
export const noWalFile: WalFile = {
  sync: (done) => setImmediate(done, null),
  size: () => 0,
  isReplaced: () => false,
  close: () => {},
};
