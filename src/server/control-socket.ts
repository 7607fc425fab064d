import { chmodSync, existsSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import { DomainError, isDomainError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';

/** A command for a running server: one JSON line there, one back. */
const requestSchema = z.strictObject({
  v: z.literal(1),
  command: z.string().min(1).max(64),
  args: z.record(z.string(), z.unknown()),
  osUser: z.string().max(64),
});
const replySchema = z.discriminatedUnion('ok', [
  z.object({ v: z.literal(1), ok: z.literal(true), result: z.unknown() }),
  z.object({
    v: z.literal(1),
    ok: z.literal(false),
    error: z.object({
      code: z.string(),
      status: z.number(),
      message: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
]);

export type OperatorRequest = Omit<z.infer<typeof requestSchema>, 'v'>;
/** Carries a command out; what it throws as DomainError is told to the caller, anything else only as a failure. */
export type Operator = (request: OperatorRequest) => Promise<unknown>;

const SOCKET_FILE = 'syncode.sock';
/** What the kernel takes as the address of a Unix socket, without the final NUL. */
const MAX_PATH_BYTES = 107;
const MAX_LINE_BYTES = 256 * 1024;
const REPLY_TIMEOUT_MS = 60_000;
const MAX_CONNECTIONS = 16;

/** Path of the control socket of a data directory; a path too long for the kernel is an error with a remedy. */
export function controlSocketPath(dataDirectory: string): string {
  const file = path.join(dataDirectory, SOCKET_FILE);
  if (Buffer.byteLength(file) > MAX_PATH_BYTES) {
    throw new ControlSocketError(
      `The path ${file} is too long for a control socket (${MAX_PATH_BYTES} bytes at most). Use a data directory with a shorter path.`,
    );
  }
  return file;
}

export class ControlSocketError extends Error {
  override readonly name = 'ControlSocketError';
}

/** Collects one line of at most MAX_LINE_BYTES; null when the other end goes before it is whole. */
function readLine(socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (line: string | null) => {
      socket.removeAllListeners('data');
      resolve(line);
    };
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (chunk.includes(10)) finish(Buffer.concat(chunks).toString('utf8').split('\n')[0] ?? '');
      else if (bytes > MAX_LINE_BYTES) finish(null);
    });
    socket.on('close', () => finish(null));
    socket.on('error', () => finish(null));
  });
}

function parseRequest(line: string): OperatorRequest | null {
  try {
    const parsed = requestSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function describe(error: unknown, log: Log) {
  if (isDomainError(error)) {
    const { code, status, message, details } = error;
    return { code, status, message, details };
  }
  log.error({ err: error }, 'a command over the control socket failed');
  return { code: 'INTERNAL_ERROR', status: 500, message: 'The server failed; its log says why' };
}

export type ControlSocketDeps = {
  readonly operator: Operator;
  readonly log: Log;
  /** Resolves when everything committed so far is on disk; nothing is answered before. */
  readonly settled: () => Promise<void>;
};

async function answer(socket: Socket, { operator, log, settled }: ControlSocketDeps): Promise<void> {
  const line = await readLine(socket);
  if (line === null) {
    socket.destroy();
    return;
  }
  let reply: object;
  try {
    const request = parseRequest(line);
    if (request === null)
      throw new DomainError({ code: 'VALIDATION_FAILED', status: 400, message: 'Not a command' });
    const result = await operator(request);
    await settled();
    reply = { v: 1, ok: true, result: result ?? null };
  } catch (error) {
    reply = { v: 1, ok: false, error: describe(error, log) };
  }
  socket.end(`${JSON.stringify(reply)}\n`);
}

/** Listens on the data directory's control socket; only the directory's owner can reach it. */
export async function listenOnControlSocket(dataDirectory: string, deps: ControlSocketDeps): Promise<Server> {
  const file = controlSocketPath(dataDirectory);
  // The directory's lock is held, so a socket file that is there belongs to a dead process.
  rmSync(file, { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    void answer(socket, deps);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(file, resolve);
  });
  chmodSync(file, 0o600);
  return server;
}

function tryConnect(file: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(file);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(null));
  });
}

/** Sends a command to the server that runs on this directory; `running: false` when there is none. */
export async function callRunningServer(
  dataDirectory: string,
  request: OperatorRequest,
): Promise<{ running: false } | { running: true; result: unknown }> {
  const file = controlSocketPath(dataDirectory);
  const socket = existsSync(file) ? await tryConnect(file) : null;
  if (socket === null) return { running: false };
  socket.setTimeout(REPLY_TIMEOUT_MS, () => socket.destroy());
  const reading = readLine(socket);
  socket.write(`${JSON.stringify({ v: 1, ...request })}\n`);
  const line = await reading;
  socket.destroy();
  if (line === null) throw new ControlSocketError('The running server did not answer; its log may say why.');
  const reply = replySchema.parse(JSON.parse(line));
  if (reply.ok) return { running: true, result: reply.result };
  const { details, ...definition } = reply.error;
  throw new DomainError(definition, details);
}
