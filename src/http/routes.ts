import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MethodNotAllowed } from '../kernel/errors.ts';
import type { Call } from './call.ts';
import { handle } from './context.ts';
import type { BoundOperation } from './contract.ts';
import type { Limits } from './limits.ts';
import type { Client } from './operation.ts';
import type { Pipeline } from './pipeline.ts';
import type { Replies } from './replies.ts';
import { isSecret } from './secret.ts';

export type RouteDeps = {
  readonly pipeline: Pipeline;
  readonly replies: Replies;
  readonly limits: Limits;
  /** Aborts when the server stops: requests that wait end then. */
  readonly draining: AbortSignal;
  /** Shared by the planes of one installation; null where no internal operation is served. */
  readonly internalSecret: string | null;
};

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const MAX_AGENT_LENGTH = 300;

/** Operations whose answers reflect nothing that was written. */
const immediate: ReadonlySet<string> = new Set(['getHealth', 'getInstance']);

/** Adds a route for each operation, and METHOD_NOT_ALLOWED for the other methods of their paths. */
export function addRoutes(
  server: FastifyInstance,
  operations: readonly BoundOperation[],
  deps: RouteDeps,
): void {
  const allowed = new Map<string, Set<string>>();
  for (const operation of operations) {
    const { method, path } = operation.entry;
    const url = path.replace(/\{(\w+)\}/g, ':$1');
    addRoute(server, url, operation, deps);
    const ofUrl = allowed.get(url) ?? new Set();
    ofUrl.add(method);
    if (method === 'GET') ofUrl.add('HEAD');
    allowed.set(url, ofUrl);
  }
  for (const [url, ofUrl] of allowed) refuseOthers(server, url, ofUrl);
}

function addRoute(server: FastifyInstance, url: string, operation: BoundOperation, deps: RouteDeps): void {
  const { pipeline, replies, limits } = deps;
  server.route({
    method: operation.entry.method,
    url,
    bodyLimit: operation.entry.maxBodyBytes,
    config: { operation, immediate: immediate.has(operation.id) },
    onRequest: async (request, reply) => {
      const call = createCall(operation, limits, createClient(request, reply, deps));
      request.call = call;
      await pipeline.identify(call, request.headers.authorization);
    },
    preValidation: async (request) => {
      const { params, query, headers, cookies, body } = request;
      pipeline.read(callOf(request), {
        params: params as Record<string, unknown>,
        query: query as Record<string, unknown>,
        headers,
        cookies,
        body,
      });
    },
    preHandler: async (request) => pipeline.admit(callOf(request), pathOf(request)),
    handler: (request, reply) => serve(callOf(request), reply, replies),
  });
}

async function serve(call: Call, reply: FastifyReply, replies: Replies): Promise<FastifyReply> {
  if (call.replay) return replies.replay(call, call.replay, reply);
  try {
    return replies.send(call, await handle(call), reply);
  } finally {
    call.claim?.end();
  }
}

function refuseOthers(server: FastifyInstance, url: string, allowed: ReadonlySet<string>): void {
  const allow = methods.filter((method) => allowed.has(method)).join(', ');
  server.route({
    method: methods.filter((method) => !allowed.has(method)),
    url,
    exposeHeadRoute: false,
    onRequest: async (_request, reply) => {
      reply.header('Allow', allow);
      throw MethodNotAllowed();
    },
    handler: async () => {},
  });
}

function createCall(operation: BoundOperation, limits: Limits, client: Client): Call {
  return {
    operation,
    spending: limits.spending(),
    client,
    caller: null,
    input: null,
    room: null,
    claim: null,
    replay: null,
    code: null,
  };
}

function createClient(request: FastifyRequest, reply: FastifyReply, deps: RouteDeps): Client {
  const { draining, internalSecret: secret } = deps;
  let signal: AbortSignal | undefined;
  return {
    address: request.ip,
    requestId: request.id,
    origin: request.headers.origin ?? null,
    cookie: (name) => request.cookies[name] ?? null,
    userAgent: request.headers['user-agent']?.slice(0, MAX_AGENT_LENGTH) ?? null,
    isPlane: isSecret(secret, request.headers['x-internal-secret']),
    get signal() {
      signal ??= AbortSignal.any([closed(reply), draining]);
      return signal;
    },
  };
}

/** Aborts when the connection ends before the answer has left, and harmlessly after it has. */
function closed(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  if (reply.raw.destroyed) controller.abort();
  else reply.raw.once('close', () => controller.abort());
  return controller.signal;
}

function callOf({ call }: FastifyRequest): Call {
  if (!call) throw new Error('a route without an operation');
  return call;
}

function pathOf({ url }: FastifyRequest): string {
  const at = url.indexOf('?');
  return at < 0 ? url : url.slice(0, at);
}
