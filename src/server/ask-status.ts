import { z } from 'zod';
import { callRunningServer } from './control-socket.ts';

const statusSchema = z.object({
  version: z.string(),
  node: z.string(),
  pid: z.number(),
  startedAt: z.string(),
  uptimeMs: z.number(),
  url: z.string(),
  port: z.number(),
  planes: z.array(z.string()),
  usersOnline: z.number(),
  connections: z.number(),
  rooms: z.object({ open: z.number(), live: z.number() }),
  queue: z.object({ waiting: z.number(), running: z.number() }),
  memoryBytes: z.number(),
  walBytes: z.number(),
  storage: z.string(),
  sandbox: z.object({ state: z.string(), driver: z.string().optional(), why: z.string().optional() }),
  languages: z.array(
    z.object({
      language: z.string(),
      available: z.boolean(),
      version: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
  lastBackup: z.object({ name: z.string(), at: z.string(), bytes: z.number() }).nullable(),
});

/** The state of a running server as it came over the control socket. */
export type ShownStatus = z.infer<typeof statusSchema>;

/** A server that hangs should be noticed before anybody asks again. */
export const STATUS_PATIENCE_MS = 15_000;

/** Asks the server that runs on a data directory; null when there is none. Throws as callRunningServer does. */
export async function askStatus(directory: string, osUser: string): Promise<ShownStatus | null> {
  const request = { command: 'status', args: {}, osUser };
  const reply = await callRunningServer(directory, request, { timeoutMs: STATUS_PATIENCE_MS });
  return reply.running ? statusSchema.parse(reply.result) : null;
}

/** Which driver makes the jails and why, or why there are none. */
export function describeSandbox({ state, driver, why }: ShownStatus['sandbox']): string {
  if (state === 'ok') return `${driver} (${why})`;
  if (state === 'broken') return `NOT USABLE: ${why}`;
  return state === 'starting' ? 'being tried' : 'this server runs no programs';
}
