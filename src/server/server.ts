import type { HashCost } from '../control/accounts/index.ts';
import { createHealthCheck, healthRoutes } from '../control/health/index.ts';
import { startCheckpoints } from '../db/checkpoint.ts';
import { type StorageMonitor, watchStorage } from '../db/storage-monitor.ts';
import { write } from '../db/write.ts';
import { apiVersion } from '../generated/tables.ts';
import type { AnswerCheck } from '../http/answers.ts';
import { type App, createApp } from '../http/app.ts';
import { forgetOldKeys } from '../http/idempotency.ts';
import { createBackgroundJobs } from '../jobs/background.ts';
import type { ExecutionPlane } from '../ports/execution.ts';
import { type Control, createControl } from './control.ts';
import { listenOnControlSocket } from './control-socket.ts';
import type { Installation } from './installation.ts';
import type { Kernel } from './kernel.ts';
import { repeat, type Stage, stopAll } from './lifecycle.ts';
import { createOperator } from './operator.ts';
import type { PlaneName, Planes } from './planes.ts';
import { createPlanes } from './planes.ts';
import { createStatus } from './status.ts';
import { subscribe } from './subscriptions.ts';

export type ServerOptions = {
  readonly kernel: Kernel;
  readonly installation: Installation;
  /** Planes beside control, which is always there. */
  readonly planes: readonly PlaneName[];
  /** What only tests ask for. */
  readonly tests?: {
    readonly hashCost?: HashCost;
    readonly checkAnswers?: AnswerCheck;
    /** Stands in for the execution plane, to bring it into states that no request can cause. */
    readonly execution?: ExecutionPlane;
  };
};

type HealthCheck = ReturnType<typeof createHealthCheck>;

export type RunningServer = {
  readonly kernel: Kernel;
  readonly control: Control;
  readonly planes: Planes;
  readonly port: number;
  /** Address for people on this machine, or the public URL. */
  readonly url: string;
  /** Drains and stops everything within the deadline, then closes the database and frees the lock. Repeated calls give the same promise. */
  stop(deadlineMs?: number): Promise<void>;
};

/** Starts a server on an open installation; resolves when it listens. What had been started is stopped when it throws. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { kernel, installation } = options;
  const { config, log } = kernel;
  const stages: Stage[] = [{ name: 'database', stop: () => installation.close() }];
  try {
    return await start(options, stages);
  } catch (error) {
    await stopAll(stages, config['timers.drainMs'], log);
    throw error;
  }
}

async function start(options: ServerOptions, stages: Stage[]): Promise<RunningServer> {
  const { kernel, installation } = options;
  const { config, log, clock } = kernel;
  const { db, paths } = installation;
  const checkpoints = startCheckpoints({ db });
  stages.push({ name: 'checkpoints', stop: () => checkpoints.stop() });
  const storage = watchStorage({ db, checkpoints, directory: paths.temporary, log });
  stages.push({ name: 'storage monitor', stop: () => storage.stop() });

  let app: App | undefined;
  const port = () => app?.port() ?? config['server.port'];
  const baseUrl = () => config['server.publicUrl'].replace(/\/$/, '') || `http://127.0.0.1:${port()}`;
  const ownPlanes = createPlanes({ kernel, installation, names: options.planes, control: () => control });
  const planes = { ...ownPlanes, execution: options.tests?.execution ?? ownPlanes.execution };
  const control: Control = createControl({
    kernel,
    installation,
    collab: { plane: planes.collab, url: () => `${baseUrl().replace(/^http/, 'ws')}/collab` },
    execution: planes.execution,
    baseUrl,
    hashCost: options.tests?.hashCost,
  });
  subscribe({ kernel, collab: planes.collab, waiters: control.waiters });
  const health = createCheck(options, control, { planes, storage });
  app = await openApp(options, control, { planes, check: health });
  planes.attach(app);

  const background = createBackgroundJobs({
    db,
    queue: control.core.queue,
    clock,
    log,
    handlers: control.chores,
  });
  // Stopped after the planes: a server whose sockets live does not close.
  stages.push({ name: 'http', stop: (leftMs) => closeHttp(app as App, leftMs) });
  await control.rooms.sweeps.start();
  stages.push({ name: 'room sweeps', stop: () => control.rooms.sweeps.stop() });
  await planes.start();
  stages.push({ name: 'planes', stop: (leftMs) => planes.stop(leftMs) });
  await background.start();
  stages.push(background);
  const cleanUp = repeat('clean-up', config['timers.cleanUpMs'], () => cleanUpAll(options, control), log);
  stages.push({ name: 'clean-up', stop: cleanUp });
  await listen(app, config['server.host'], config['server.port']);
  const address = () => ({ url: baseUrl(), port: port() });
  const status = createStatus({ kernel, installation, planes, control, storage: storage.state, address });
  const operator = createOperator({ control, kernel, installation, view: { status, health } });
  const socket = await listenOnControlSocket(paths.directory, {
    operator,
    log,
    unsettled: ['status', 'health'],
    settled: () => db.durable.settled(),
  });
  stages.push({ name: 'control socket', stop: socket.stop });

  let stopping: Promise<void> | undefined;
  const stop = async (deadlineMs: number) => {
    log.info({}, 'stopping');
    app?.drain();
    await stopAll(stages, deadlineMs, log);
  };
  return {
    kernel,
    control,
    planes,
    port: port(),
    url: baseUrl(),
    stop: (deadlineMs = config['timers.drainMs']) => {
      stopping ??= stop(deadlineMs);
      return stopping;
    },
  };
}

type Parts = { readonly planes: Planes; readonly storage: StorageMonitor };

function createCheck(
  { kernel, installation }: ServerOptions,
  control: Control,
  { planes, storage }: Parts,
): HealthCheck {
  const { db } = installation;
  return createHealthCheck(
    {
      database: () => (db.raw.prepare('SELECT 1').get() ? 'ok' : 'fail'),
      storage: () => storage.state(),
      queue: () => (control.core.queue.countWaiting(db, null, ['run', 'submission']) >= 0 ? 'ok' : 'fail'),
      execution: () => planes.execution.health(),
      collab: () => planes.collabState(),
      ai: () => 'disabled',
      media: () => 'disabled',
    },
    kernel.clock,
  );
}

function openApp(
  { kernel, installation, tests }: ServerOptions,
  control: Control,
  { planes, check }: { planes: Planes; check: HealthCheck },
): Promise<App> {
  const { config, log, clock } = kernel;
  const { db } = installation;
  const bindings = [
    ...control.bindings,
    ...healthRoutes({ config, apiVersion, execution: planes.execution, check }),
  ];
  const { callers } = control.accounts;
  const { access: rooms } = control.rooms;
  const checkAnswers = tests?.checkAnswers;
  return createApp(
    { config, log, clock, db, callers, rooms },
    { bindings, ...(checkAnswers === undefined ? {} : { checkAnswers }) },
  );
}

async function cleanUpAll({ kernel, installation }: ServerOptions, control: Control): Promise<void> {
  await control.cleanUp();
  await write(installation.db, (tx) => forgetOldKeys(tx, kernel.config, kernel.clock.now()));
}

/** Thrown when the address cannot be listened on. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: string;

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    super(`${host}:${port}`, { cause });
    this.code = cause.code ?? 'UNKNOWN';
  }
}

async function listen(app: App, host: string, port: number): Promise<void> {
  try {
    await app.server.listen({ host, port });
  } catch (error) {
    throw new ListenError(host, port, error as NodeJS.ErrnoException);
  }
}

/** Waiting polls have been answered by the drain; what is left gets its answer, or is cut when time is over. */
async function closeHttp(app: App, leftMs: number): Promise<void> {
  const { server } = app.server;
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), Math.max(0, leftMs - 500));
  await app.server.close();
  clearTimeout(timer);
}
