import type { App } from '../http/app.ts';
import type { CollabPlane } from '../ports/collab.ts';
import type { ExecutionPlane } from '../ports/execution.ts';
import { absentCollab, absentExecution } from './absent-planes.ts';
import type { Control } from './control.ts';
import type { Installation } from './installation.ts';
import type { Kernel } from './kernel.ts';
import type { Stage } from './lifecycle.ts';

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
  /** Starts them in order; gives how to stop them. */
  start(): Promise<Stage[]>;
  /** What runs, in words for the operator. */
  describe(): string[];
  /** Resolves when programs can be run, or are known not to be, with what the operator should know of it. */
  ready(): Promise<string[]>;
  /** No new work from now on. */
  drain(): void;
};

export type PlanesDeps = {
  readonly kernel: Kernel;
  readonly installation: Installation;
  readonly names: readonly PlaneName[];
  /** The control plane, which is made after the planes and before they start. */
  readonly control: () => Control;
};

export function createPlanes({ kernel }: PlanesDeps): Planes {
  return {
    collab: absentCollab,
    execution: absentExecution(kernel.config),
    collabState: () => 'disabled',
    attach: () => {},
    start: async () => [],
    describe: () => [],
    ready: async () => [],
    drain: () => {},
  };
}
