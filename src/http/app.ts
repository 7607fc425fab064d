import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import fastifyCookie from '@fastify/cookie';
import fastifyCors from '@fastify/cors';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Config } from '../config/schema.ts';
import type { Db } from '../db/types.ts';
import { apiVersion } from '../generated/tables.ts';
import type { Clock } from '../kernel/clock.ts';
import { ApiVersionUnsupported, invalidFields, NotFound, ServiceUnavailable } from '../kernel/errors.ts';
import { isUuid } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import type { Callers } from '../ports/callers.ts';
import type { RoomAccess } from '../ports/room-access.ts';
import { clientAddress, createProxyTrust } from './addresses.ts';
import type { AnswerCheck } from './answers.ts';
import { createBrokenRequests } from './broken-request.ts';
import { bind } from './contract.ts';
import { createIdempotency } from './idempotency.ts';
import { checkCharset, parseJson } from './json-body.ts';
import { createLimits } from './limits.ts';
import { createMetrics, type OperationMetrics } from './metrics.ts';
import type { Binding } from './operation.ts';
import { isAllowedOrigin } from './origins.ts';
import { createPipeline } from './pipeline.ts';
import { addReference } from './reference.ts';
import { createReplies } from './replies.ts';
import { addRoutes } from './routes.ts';
import { apiPolicy, commonHeaders } from './security-headers.ts';

export type AppDeps = {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly db: Db;
  readonly callers: Callers;
  readonly rooms: RoomAccess;
};

export type AppOptions = {
  readonly bindings: readonly Binding[];
  /** Serves the operations between planes, to whoever knows this secret; without it they are not found. */
  readonly internalSecret?: string;
  /** For tests: every answer is looked at, and an unsound one becomes a loud INTERNAL_ERROR. */
  readonly checkAnswers?: AnswerCheck;
};

/** The HTTP side of a server: the API of the bindings, its reference, and the place for pages and sockets. */
export type App = {
  readonly server: FastifyInstance;
  /** Refuses new requests with SERVICE_UNAVAILABLE and lets waiting ones end early. */
  drain(): void;
  isDraining(): boolean;
  /** Count, refusals, failures and latencies by operation, since the start. */
  metrics(): OperationMetrics[];
  /** Whether a browser page of this origin may call the API and open sockets. */
  isAllowedOrigin(origin: string): boolean;
  /** The client's address of a request that the app does not see, such as an upgrade. */
  addressOf(request: IncomingMessage): string;
  /** The port listened on, also where a free one was asked for. */
  port(): number;
};

/** Largest request line with all headers, in bytes. */
const MAX_HEADER_BYTES = 16 * 1024;
/** Time for a request to arrive as a whole. */
const REQUEST_TIMEOUT_MS = 60_000;
/** Longer than proxies keep connections, so that they close first. */
const KEEP_ALIVE_MS = 72_000;

const exposedHeaders = [
  'ETag',
  'Location',
  'Retry-After',
  'Idempotency-Replayed',
  'X-API-Version',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'X-Request-Id',
  'X-Trace-Id',
];

/** Builds the app; nothing listens yet. Throws where the bindings do not fit the contract. */
export async function createApp(deps: AppDeps, options: AppOptions): Promise<App> {
  const { config, clock } = deps;
  const operations = bind(options.bindings).filter(
    ({ entry }) => !entry.internal || options.internalSecret !== undefined,
  );
  const isProxy = createProxyTrust(config['server.trustedProxies']);
  const server = createServer(deps, isProxy);
  const port = () => portOf(server, config);
  const isAllowed = (origin: string) => isAllowedOrigin(config, port(), origin);
  const draining = new AbortController();
  const metrics = createMetrics();
  const replies = createReplies({ ...deps, metrics, check: options.checkAnswers });
  server.setErrorHandler((error, request, reply) => replies.refuse(error, request, reply));
  addHeaders(server, deps, isProxy);
  await server.register(fastifyCookie);
  await allowOrigins(server, isAllowed);
  addRefusals(server, draining.signal);
  replies.addHooks(server);
  addRoutes(server, operations, {
    pipeline: createPipeline({ ...deps, idempotency: createIdempotency(deps), isAllowedOrigin: isAllowed }),
    replies,
    limits: createLimits(config, clock),
    draining: draining.signal,
    internalSecret: options.internalSecret ?? null,
  });
  await addReference(server, operations);
  return {
    server,
    port,
    isAllowedOrigin: isAllowed,
    addressOf: (request) => clientAddress(request, isProxy),
    isDraining: () => draining.signal.aborted,
    metrics: () => metrics.list(),
    drain: () => draining.abort(),
  };
}

async function allowOrigins(server: FastifyInstance, isAllowed: (origin: string) => boolean): Promise<void> {
  await server.register(fastifyCors, {
    origin: (origin, done) => done(null, origin !== undefined && isAllowed(origin)),
    credentials: true,
    maxAge: 600,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders,
    strictPreflight: false,
  });
}

function createServer({ config, clock }: AppDeps, isProxy: (address: string) => boolean): FastifyInstance {
  const broken = createBrokenRequests(config, clock);
  const server = fastify({
    logger: false,
    trustProxy: (address) => isProxy(address),
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && isUuid(given) ? given.toLowerCase() : randomUUID();
    },
    requestIdHeader: false,
    return503OnClosing: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // What Node.js would refuse by itself would lack the headers of every answer.
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      requireHostHeader: false,
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    routerOptions: { maxParamLength: 1000 },
    clientErrorHandler: broken.refuse,
    frameworkErrors: broken.refuseAddress,
  });
  server.server.on('checkExpectation', (request, response) =>
    server.server.emit('request', request, response),
  );
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      checkCharset(request.headers['content-type']);
      done(null, parseJson(body as Buffer));
    } catch (error) {
      done(error as Error, undefined);
    }
  });
  server.decorateRequest('call', null);
  server.decorateRequest('startedAtMs', 0);
  server.decorateRequest('traceId', '');
  return server;
}

/** Headers that every answer has, errors included. */
function addHeaders(
  server: FastifyInstance,
  { config, clock }: AppDeps,
  isProxy: (a: string) => boolean,
): void {
  const common = commonHeaders(config);
  server.addHook('onRequest', async (request, reply) => {
    request.startedAtMs = clock.now();
    request.traceId = traceId(request, isProxy);
    reply.headers(common);
    reply.headers({ 'X-Request-Id': request.id, 'X-Trace-Id': request.traceId });
    // Pages put their own in the place of these.
    reply.headers({ 'Content-Security-Policy': apiPolicy, 'Cache-Control': 'no-store' });
  });
}

/** The trace that a trusted proxy names (W3C traceparent), else a new one. */
function traceId(request: FastifyRequest, isProxy: (address: string) => boolean): string {
  const parent = request.headers.traceparent;
  const match =
    typeof parent === 'string' ? /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(parent) : null;
  const isTrusted = isProxy(request.socket.remoteAddress ?? '');
  return isTrusted && match?.[1] ? match[1] : randomBytes(16).toString('hex');
}

/** What is refused before anybody is asked who they are: a draining server, a foreign version, an unknown address. */
function addRefusals(server: FastifyInstance, draining: AbortSignal): void {
  server.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    if (draining.aborted) {
      reply.header('Connection', 'close');
      throw ServiceUnavailable();
    }
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      throw invalidFields({ field: 'header.Host', constraint: 'required', value: null });
    }
    if (request.is404) throw NotFound();
    const version = request.headers['accept-version'];
    if (version !== undefined && version !== apiVersion && request.routeOptions.config.operation) {
      throw ApiVersionUnsupported({ supported: [apiVersion] });
    }
  });
  server.setNotFoundHandler(() => {
    throw NotFound();
  });
}

function portOf(server: FastifyInstance, config: Config): number {
  const address = server.server.address();
  return typeof address === 'object' && address !== null ? address.port : config['server.port'];
}
