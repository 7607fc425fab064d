import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import type { SettingKey } from '../../src/config/schema.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { createLog, silentLog } from '../../src/kernel/log.ts';
import type { Random } from '../../src/kernel/random.ts';
import type { ExecutionPlane } from '../../src/ports/execution.ts';
import { createInstallation, openInstallation } from '../../src/server/installation.ts';
import { createKernel } from '../../src/server/kernel.ts';
import type { PlaneName } from '../../src/server/planes.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import { createNotedCheck } from './answers-seen.ts';

/** Hashes that take a millisecond; everything else about them is as in use. */
const CHEAP_HASH = { memoryKb: 1024, iterations: 1, parallelism: 1 } as const;

export type TestServerOptions = {
  /** Settings by key; rates are off and the port is free unless given. */
  readonly settings?: Partial<Record<SettingKey, unknown>>;
  readonly planes?: readonly PlaneName[];
  readonly clock?: Clock;
  readonly random?: Random;
  /** Stands in for the execution plane. */
  readonly execution?: ExecutionPlane;
  /** An existing data directory, which then is not removed at the end. */
  readonly directory?: string;
};

export type TestServer = RunningServer & { readonly directory: string; close(): Promise<void> };

const calmSettings: Partial<Record<SettingKey, unknown>> = {
  'server.port': 0,
  'limits.requestsPerUserPerMinute': 0,
  'limits.requestsPerAddressPerMinute': 0,
  'limits.pollsPerUserPerMinute': 0,
  'limits.registrationsPerAddressPerMinute': 0,
  'limits.registrationsPerAddressPerHour': 0,
  'limits.roomsPerUserPerHour': 0,
  'limits.hostedRooms': 0,
  'limits.joinsPerUserPerMinute': 0,
  'limits.lookupsPerUserPerMinute': 0,
  'limits.runsPerUserPerMinute': 0,
  'limits.submissionsPerUserPerMinute': 0,
};

const answerCheck = createNotedCheck();

/** A real server on a throw-away data directory; every answer is held against the contract. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const directory = options.directory ?? mkdtempSync(path.join(tmpdir(), 'syncode-server-'));
  createInstallation(directory);
  const log = process.env.SYNCODE_TEST_LOG === undefined ? silentLog : createLog('debug');
  const { config } = loadConfig({ flags: { ...calmSettings, ...options.settings } });
  const { clock, random, execution } = options;
  const kernel = createKernel(config, log, { ...(clock && { clock }), ...(random && { random }) });
  const installation = openInstallation(directory, { log, mode: 'server', migrate: true });
  const server = await startServer({
    kernel,
    installation,
    planes: options.planes ?? [],
    tests: { hashCost: CHEAP_HASH, checkAnswers: answerCheck, ...(execution && { execution }) },
  });
  const close = async () => {
    await server.stop();
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  };
  return { ...server, directory, close };
}
