import type { HealthResponse, ServiceState } from '../../generated/api.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isoTime } from '../../kernel/clock.ts';

type Services = HealthResponse['services'];
/** Asks one part of the installation how it is; a rejection, or no answer in time, is `fail`. */
export type Probe = () => ServiceState | Promise<ServiceState>;
export type Probes = { readonly [Part in keyof Services]: Probe };

const PROBE_TIMEOUT_MS = 2000;
const SHARED_FOR_MS = 5000;
/** Without these nothing works; a failure of any other part only degrades. */
const VITAL = ['database', 'storage', 'queue'] as const satisfies (keyof Services)[];

async function ask(probe: Probe): Promise<ServiceState> {
  const { promise: late, resolve } = Promise.withResolvers<ServiceState>();
  const timer = setTimeout(() => resolve('fail'), PROBE_TIMEOUT_MS);
  try {
    return await Promise.race([Promise.resolve().then(probe), late]);
  } catch {
    return 'fail';
  } finally {
    clearTimeout(timer);
  }
}

/** The state of the whole from the states of its parts. */
export function overallStatus(services: Services): HealthResponse['status'] {
  if (VITAL.some((part) => services[part] === 'fail')) return 'down';
  return Object.values(services).includes('fail') ? 'degraded' : 'ok';
}

async function probeAll(probes: Probes, clock: Clock): Promise<HealthResponse> {
  const parts = Object.keys(probes) as (keyof Services)[];
  const states = await Promise.all(parts.map(async (part) => [part, await ask(probes[part])] as const));
  const services = Object.fromEntries(states) as Services;
  return { status: overallStatus(services), services, timestamp: isoTime(clock.now()) };
}

/** Probes at most once in 5 s, whoever asks; those who ask meanwhile share the answer. */
export function createHealthCheck(probes: Probes, clock: Clock): () => Promise<HealthResponse> {
  let shared: Promise<HealthResponse> | undefined;
  let sharedUntil = 0;
  return () => {
    if (shared === undefined || performance.now() >= sharedUntil) {
      sharedUntil = performance.now() + SHARED_FOR_MS;
      shared = probeAll(probes, clock);
    }
    return shared;
  };
}
