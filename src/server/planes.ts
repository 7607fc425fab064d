import { createCollab } from '../collab/plane.ts';
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
  /** What runs, in words for the operator. */
  describe(): string[];
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

export function createPlanes(deps: PlanesDeps): Planes {
  const collab = deps.names.includes('collab') ? createCollabPlane(deps) : null;
  return {
    collab: collab?.port ?? absentCollab,
    execution: absentExecution(deps.kernel.config),
    collabState: () => (collab === null ? 'disabled' : collab.port.health() === 'ok' ? 'ok' : 'fail'),
    attach: (app) =>
      collab?.attach(app.server.server, {
        isOriginAllowed: (origin) => app.isAllowedOrigin(origin),
        addressOf: (request) => app.addressOf(request),
      }),
    start: async () => collab?.start(),
    stop: async () => {
      await collab?.stop();
    },
    describe: () => [],
    ready: async () => [],
  };
}
