/** Runs a program that sleeps, until it is killed. Started by sweep.test.ts. */

import type { SupervisorOptions } from '../../../src/execution/sandbox/jail.ts';
import { createSupervisor } from '../../../src/execution/sandbox/supervisor.ts';
import { makeRequest } from './support.ts';

const { options, app } = JSON.parse(process.argv[2] ?? '') as { options: SupervisorOptions; app: string };
await createSupervisor(options).run(
  makeRequest(['/app/probe', 'sleep'], app, { limits: { wallMs: 60_000 } }),
);
