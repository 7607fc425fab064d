import type { Config } from '../../config/schema.ts';
import type { HealthResponse, Instance } from '../../generated/api.ts';
import { type Binding, operation } from '../../http/operation.ts';
import type { ExecutionPlane } from '../../ports/execution.ts';

/** Of the API, as in X-API-Version. */
export type HealthDeps = {
  readonly config: Config;
  readonly apiVersion: string;
  readonly execution: Pick<ExecutionPlane, 'languages'>;
  readonly check: () => Promise<HealthResponse>;
};

const MAX_SOURCE_BYTES = 262_144;
const MAX_STDIN_BYTES = 1_048_576;

function describeInstance({ config, apiVersion, execution }: HealthDeps): Instance {
  return {
    name: config['instance.name'],
    apiVersion,
    registrationOpen: config['auth.registration'] === 'open',
    languages: execution
      .languages()
      .map(({ language, available, version, reason }) => ({ language, available, version, reason })),
    // Neither plane exists yet; rooms work without them.
    ai: { mode: 'off', available: false },
    media: false,
    mail: false,
    limits: {
      maxSourceBytes: MAX_SOURCE_BYTES,
      maxStdinBytes: MAX_STDIN_BYTES,
      maxTimeoutMs: config['execution.maxRunTimeoutMs'],
      maxMemoryMb: config['execution.maxMemoryMb'],
    },
  };
}

export function healthRoutes(deps: HealthDeps): Binding[] {
  return [
    operation('getHealth', {}, async ({ answer }) => {
      const health = await deps.check();
      return health.status === 'down' ? answer(503, health) : answer(200, health);
    }),
    operation('getInstance', {}, ({ answer }) => answer(200, describeInstance(deps))),
  ];
}
