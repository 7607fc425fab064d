import { chmodSync, existsSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config/load.ts';
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
/** Time for a request to arrive as a whole. */
const REQUEST_TIMEOUT_MS = 10_000;
const REPLY_TIMEOUT_MS = 60_000;
const MAX_CONNECTIONS = 16;

/** Path of the control socket of a data directory. Throws ConfigError when it is too long for the kernel. */
export function controlSocketPath(dataDirectory: string): string {
  const file = path.join(dataDirectory, SOCKET_FILE);
  if (Buffer.byteLength(file) <= MAX_PATH_BYTES) return file;
  throw new ConfigError(
    [
      `The path ${file} is too long.`,
      `A control socket's path has at most ${MAX_PATH_BYTES} bytes, and this one has ${Buffer.byteLength(file)}.`,
      'Use a data directory with a shorter path (--data-dir, SYNCODE_DATA_DIR).',
    ].join('\n'),
  );
}

/** The server that has the socket gave no answer that can be used; what and what to do, one line each. */
export class ControlSocketError extends Error {
  override readonly name = 'ControlSocketError';
}

/** A line, or why there is none: it was too long, or the other end went or fell silent before it was whole. */
type Reading = { readonly line: string } | 'too long' | 'ended';

function readLine(socket: Socket): Promise<Reading> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (reading: Reading) => {
      socket.removeAllListeners('data');
      resolve(reading);
    };
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      const end = chunk.indexOf(10);
      const length = end < 0 ? bytes : bytes - chunk.length + end;
      if (length > MAX_LINE_BYTES) finish('too long');
      else if (end >= 0) finish({ line: Buffer.concat(chunks).toString('utf8', 0, length) });
    });
    socket.once('close', () => finish('ended'));
    socket.once('error', () => finish('ended'));
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
  /** Commands that only look, and tell even while the disk hangs. */
  readonly unsettled?: readonly string[];
};

/** Carries out what was sent; what goes wrong is the answer. */
async function reply(
  reading: { readonly line: string } | 'too long',
  { operator, log, settled, unsettled = [] }: ControlSocketDeps,
): Promise<object> {
  try {
    const request = reading === 'too long' ? null : parseRequest(reading.line);
    if (request === null) {
      const message = reading === 'too long' ? 'The command is too long' : 'That is not a command';
      throw new DomainError({ code: 'VALIDATION_FAILED', status: 400, message });
    }
    const result = await operator(request);
    if (!unsettled.includes(request.command)) await settled();
    return { v: 1, ok: true, result: result ?? null };
  } catch (error) {
    return { v: 1, ok: false, error: describe(error, log) };
  }
}

export type ControlSocket = {
  /** Takes no more commands, lets those under way end within the deadline, and removes the socket. */
  stop(deadlineMs: number): Promise<void>;
};

/** Listens on the data directory's control socket; only the directory's owner can reach it. */
export async function listenOnControlSocket(
  dataDirectory: string,
  deps: ControlSocketDeps,
): Promise<ControlSocket> {
  const file = controlSocketPath(dataDirectory);
  // The directory's lock is held, so a socket file that is there belongs to a dead process.
  rmSync(file, { force: true });
  /** Connections, true while the command of one is carried out. */
  const connections = new Map<Socket, boolean>();
  const server = createServer(async (socket) => {
    connections.set(socket, false);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => connections.delete(socket));
    socket.setTimeout(REQUEST_TIMEOUT_MS, () => socket.destroy());
    const reading = await readLine(socket);
    if (reading === 'ended') return void socket.destroy();
    socket.setTimeout(0);
    connections.set(socket, true);
    const answer = await reply(reading, deps);
    // What is still sent is thrown away, and who does not go is put out.
    socket.resume().setTimeout(REQUEST_TIMEOUT_MS);
    socket.end(`${JSON.stringify(answer)}\n`);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(file, resolve);
  });
  chmodSync(file, 0o600);
  const stop = async (deadlineMs: number) => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const [socket, isBusy] of connections) if (!isBusy) socket.destroy();
    const timer = setTimeout(() => {
      for (const socket of connections.keys()) socket.destroy();
    }, deadlineMs);
    await closed;
    clearTimeout(timer);
  };
  return { stop };
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
  { timeoutMs = REPLY_TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<{ running: false } | { running: true; result: unknown }> {
  const file = controlSocketPath(dataDirectory);
  const socket = existsSync(file) ? await tryConnect(file) : null;
  if (socket === null) return { running: false };
  socket.setTimeout(timeoutMs, () => socket.destroy());
  const reading = readLine(socket);
  socket.write(`${JSON.stringify({ v: 1, ...request })}\n`);
  const received = await reading;
  socket.destroy();
  const answer = parseReply(received);
  if (answer.ok) return { running: true, result: answer.result };
  const { details, ...definition } = answer.error;
  throw new DomainError(definition, details);
}

function parseReply(reading: Reading): z.infer<typeof replySchema> {
  if (reading === 'ended') {
    throw new ControlSocketError(
      'The running server did not answer.\nThe end of its log may say why (journalctl -u syncode).',
    );
  }
  try {
    return replySchema.parse(reading === 'too long' ? null : JSON.parse(reading.line));
  } catch (error) {
    throw new ControlSocketError(
      'What answers for the running server does not speak its language.\nIt may be of another version: restart it.',
      { cause: error },
    );
  }
}
