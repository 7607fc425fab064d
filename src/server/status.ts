import { productVersion } from '../config/product.ts';
import { isoTime } from '../kernel/clock.ts';
import type { SandboxState } from '../ports/execution.ts';
import type { LanguageState } from '../ports/steps.ts';
import { newestBackup } from './backups.ts';
import type { Control } from './control.ts';
import type { Installation } from './installation.ts';
import type { Kernel } from './kernel.ts';
import type { Planes } from './planes.ts';

/** How a running server is, for its operator. Times ISO, durations in ms, sizes in bytes. */
export type ServerStatus = {
  readonly version: string;
  readonly node: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly uptimeMs: number;
  readonly url: string;
  readonly port: number;
  readonly planes: readonly string[];
  /** People with a live connection to a room, and how many connections that are. */
  readonly usersOnline: number;
  readonly connections: number;
  /** Unfinished rooms, and those whose documents are in memory. */
  readonly rooms: { readonly open: number; readonly live: number };
  /** Runs and submissions. */
  readonly queue: { readonly waiting: number; readonly running: number };
  readonly memoryBytes: number;
  readonly walBytes: number;
  readonly storage: 'ok' | 'fail';
  readonly sandbox: SandboxState;
  readonly languages: readonly LanguageState[];
  /** The newest file of the folder backups; null without one. */
  readonly lastBackup: { readonly name: string; readonly at: string; readonly bytes: number } | null;
};

export type StatusDeps = {
  readonly kernel: Kernel;
  readonly installation: Installation;
  readonly planes: Planes;
  readonly control: Control;
  /** Whether the disk takes what is written. */
  readonly storage: () => 'ok' | 'fail';
  /** The address for people, and the port. */
  readonly address: () => { readonly url: string; readonly port: number };
};

const counting = (where: string, { db }: Control['core']) =>
  db.raw.prepare(`SELECT count(*) FROM ${where}`).pluck().get() as number;

function showBackup(folder: string): ServerStatus['lastBackup'] {
  const newest = newestBackup(folder);
  return newest && { name: newest.name, at: isoTime(newest.atMs), bytes: newest.bytes };
}

/** Gives the state of the server at each call; cheap, since it runs on the event loop. */
export function createStatus(deps: StatusDeps): () => ServerStatus {
  const { kernel, installation, planes, control } = deps;
  const startedAtMs = kernel.clock.now();
  const startedAt = performance.now();
  return () => {
    const { rooms: live, users, connections } = planes.presence();
    const { durable } = installation.db;
    return {
      version: productVersion,
      node: process.versions.node,
      pid: process.pid,
      startedAt: isoTime(startedAtMs),
      uptimeMs: Math.round(performance.now() - startedAt),
      ...deps.address(),
      planes: planes.names,
      usersOnline: users,
      connections,
      rooms: { open: counting("rooms WHERE status <> 'finished'", control.core), live },
      queue: {
        waiting: counting("jobs WHERE lane IS NOT NULL AND state = 'queued'", control.core),
        running: counting("jobs WHERE lane IS NOT NULL AND state = 'running'", control.core),
      },
      memoryBytes: process.memoryUsage.rss(),
      walBytes: durable.walBytes(),
      storage: deps.storage(),
      sandbox: planes.execution.sandbox(),
      languages: planes.execution.languages(),
      lastBackup: showBackup(installation.paths.backups),
    };
  };
}
