import path from 'node:path';
import { createCollab } from '../collab/plane.ts';
import type { Config } from '../config/schema.ts';
import { createExecutionPlane } from '../execution/plane.ts';
import type { App } from '../http/app.ts';
import type { CollabPlane } from '../ports/collab.ts';
import type { ExecutionPlane } from '../ports/execution.ts';
import { absentCollab, absentExecution } from './absent-planes.ts';
import type { Control } from './control.ts';
import type { Installation } from './installation.ts';
import type { Kernel } from './kernel.ts';

/** Planes that a process may run beside the control plane. */
export const planeNames = ['collab', 'execution'] as const;
export type PlaneName = (typeof planeNames)[number];

/** The planes of this process; those that were not asked for refuse. */
export type Planes = {
  readonly collab: CollabPlane;
  readonly execution: ExecutionPlane;
  collabState(): 'ok' | 'fail' | 'disabled';
  /** Hands socket upgrades to the collaboration plane. */
  attach(app: App): void;
  start(): Promise<void>;
  /** Stops all of them at the same time. */
  stop(deadlineMs: number): Promise<void>;
  /** The planes that run, control first. */
  readonly names: readonly string[];
  /** Who is connected to this process. */
  presence(): { readonly rooms: number; readonly users: number; readonly connections: number };
  /** Resolves when programs can be run, or are known not to be, with what the operator should know of it. */
  ready(): Promise<string[]>;
};

export type PlanesDeps = {
  readonly kernel: Kernel;
  readonly installation: Installation;
  readonly names: readonly PlaneName[];
  /** The control plane, which is made after the planes and before they start. */
  readonly control: () => Control;
};

function createCollabPlane({ kernel, installation, control }: PlanesDeps) {
  const { config, clock, ids, log } = kernel;
  return createCollab({
    config,
    db: installation.db,
    clock,
    ids,
    log,
    control: {
      callbacks: {
        authorizeJoin: (request) => control().rooms.callbacks.authorizeJoin(request),
        userDisconnected: (event) => control().rooms.callbacks.userDisconnected(event),
        snapshotReady: (snapshot) => control().rooms.callbacks.snapshotReady(snapshot),
        participantsHeartbeat: (participants) =>
          control().rooms.callbacks.participantsHeartbeat(participants),
      },
      tokens: {
        issue: (claims) => control().accounts.collabTokens.issue(claims),
        verify: (token) => control().accounts.collabTokens.verify(token),
      },
    },
  });
}

const SYSTEM_DIRECTORY = '/var/lib/syncode';
const SYSTEM_CACHE = '/var/cache/syncode';

/** Where compiled programs are kept: as configured, else the service's cache, else below the data directory. */
export function cacheDirectory(config: Config, dataDirectory: string): string {
  const configured = config['execution.cacheDir'];
  if (configured !== '') return configured;
  return dataDirectory === SYSTEM_DIRECTORY ? SYSTEM_CACHE : path.join(dataDirectory, 'cache');
}

function createExecution({ kernel, installation, control }: PlanesDeps) {
  const { config, clock, log } = kernel;
  const dataDirectory = installation.paths.directory;
  return createExecutionPlane({
    store: () => {
      const { core, results } = control();
      return { db: core.db, queue: core.queue, results };
    },
    config,
    clock,
    log,
    places: { dataDirectory, cacheDir: cacheDirectory(config, dataDirectory) },
  });
}

/** Languages that can be run, with the versions of their toolchains, as one line; none: nothing. */
function describeLanguages(execution: ExecutionPlane): string[] {
  const known = execution.languages().filter(({ available }) => available);
  if (known.length === 0) return [];
  return [
    `languages       ${known.map(({ language, version }) => `${language} (${version ?? '?'})`).join(', ')}`,
  ];
}

/** The driver that makes jails, and why it is this one; without one, nothing: a remark says why. */
function describeSandbox(execution: ExecutionPlane): string[] {
  const sandbox = execution.sandbox();
  return sandbox.state === 'ok' ? [`sandbox         ${sandbox.driver} (${sandbox.why})`] : [];
}

export function createPlanes(deps: PlanesDeps): Planes {
  const collab = deps.names.includes('collab') ? createCollabPlane(deps) : null;
  const execution = deps.names.includes('execution') ? createExecution(deps) : null;
  const port = execution ?? absentExecution(deps.kernel.config);
  return {
    collab: collab?.port ?? absentCollab,
    execution: port,
    collabState: () => (collab === null ? 'disabled' : collab.port.health() === 'ok' ? 'ok' : 'fail'),
    attach: (app) =>
      collab?.attach(app.server.server, {
        isOriginAllowed: (origin) => app.isAllowedOrigin(origin),
        addressOf: (request) => app.addressOf(request),
      }),
    async start() {
      await collab?.start();
      await execution?.start();
    },
    async stop(deadlineMs) {
      execution?.drain();
      const ended = await Promise.allSettled([collab?.stop(), execution?.stop(deadlineMs)]);
      for (const end of ended) {
        if (end.status === 'rejected') deps.kernel.log.error({ err: end.reason }, 'a plane failed to stop');
      }
    },
    names: ['control', ...[collab, execution].flatMap((plane) => (plane === null ? [] : [plane.name]))],
    presence: () => collab?.healthDetails() ?? { rooms: 0, users: 0, connections: 0 },
    async ready() {
      if (execution === null) return [];
      const remarks = await execution.ready();
      return [...describeSandbox(execution), ...describeLanguages(execution), ...remarks];
    },
  };
}
