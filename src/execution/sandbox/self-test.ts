import { createServer } from 'node:net';
import type { JailLimits, JailRequest, Supervisor } from './jail.ts';
import { inJail } from './jail.ts';
import { type Probe, probes } from './self-test-probes.ts';

/** What became of one limit; `why` says what was seen when it did not hold. */
export interface LimitCheck {
  readonly limit: string;
  readonly ok: boolean;
  readonly why: string | null;
}

const mb = 1024 * 1024;
const keptBytes = 64 * 1024;

const usualLimits: JailLimits = {
  wallMs: 20_000,
  cpuMs: 10_000,
  memoryKb: 128 * 1024,
  pids: 64,
  outputBytes: mb,
  fileBytes: 16 * mb,
  tmpfsBytes: 64 * mb,
  tmpfsInodes: 1024,
  openFiles: 64,
  stackBytes: 64 * mb,
  cores: 1,
};

function requestOf(probe: Probe): JailRequest {
  return {
    argv: [inJail.node, '-e', probe.program],
    env: { PATH: '/usr/bin:/bin', HOME: inJail.box },
    app: null,
    tools: ['node'],
    stdin: new Uint8Array(0),
    limits: { ...usualLimits, ...probe.limits },
    stdout: { from: 'start', bytes: keptBytes },
    stderr: { from: 'end', bytes: keptBytes },
  };
}

async function check(supervisor: Supervisor, probe: Probe): Promise<LimitCheck> {
  const facts = await supervisor.run(requestOf(probe));
  const said = Buffer.from(facts.stdout.bytes).toString('utf8');
  const why = facts.jailFailure ?? probe.judge(facts, said);
  return { limit: probe.limit, ok: why === null, why };
}

/** A listener that programs must not reach; resolves with its port and how often it was reached. */
async function openCanary(): Promise<{ port: number; reached: () => number; close: () => void }> {
  let reached = 0;
  const server = createServer((socket) => {
    reached++;
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return { port, reached: () => reached, close: () => void server.close() };
}

/** Runs one program against each limit, one after another; takes a second or two. */
export async function runSelfTest(supervisor: Supervisor): Promise<LimitCheck[]> {
  const canary = await openCanary();
  try {
    const checks: LimitCheck[] = [];
    for (const probe of probes(canary.port)) {
      const result = await check(supervisor, probe);
      const escaped = probe.limit === 'network' && canary.reached() > 0;
      checks.push(
        escaped ? { limit: probe.limit, ok: false, why: 'a listener on the host was reached' } : result,
      );
    }
    return checks;
  } finally {
    canary.close();
  }
}
