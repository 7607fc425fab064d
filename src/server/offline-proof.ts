import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { productPath } from '../config/product.ts';
import { type Finding, fail, ok, warning } from './finding.ts';

const CHECK = 'offline proof';
const PATIENCE_MS = 10 * 60_000;
const MAX_OUTPUT = 4 * 1024 * 1024;
const MARK = '=== counters ===';

/** Addresses kept for documentation (RFC 5737, RFC 3849): whoever dials them means nobody. */
const dial = `
const net = require('node:net');
for (const host of ['192.0.2.1', '2001:db8::1']) net.connect({ host, port: 9 }).on('error', () => {});`;

/** Plays the demo, then shows the counters of this network namespace, dials out on purpose, and shows them again. */
const script = `
"$1" demo; code=$?
show() { echo '${MARK}'; cat /proc/self/net/snmp; cat /proc/self/net/snmp6 2>/dev/null; }
show
"$2" -e "$3"
show
exit $code`;

/** What a network namespace has counted since it was made. */
export type Counters = {
  /** Attempts to reach an address that no interface leads to. */
  readonly noRoutes: number;
  /** Datagrams sent, as name servers are asked; the product sends none. */
  readonly datagrams: number;
};

function fieldOf(text: string, table: string, field: string): number {
  const [head = '', values = ''] = text.split('\n').filter((line) => line.startsWith(`${table}: `));
  const at = head.split(' ').indexOf(field);
  return at < 0 ? 0 : Number(values.split(' ')[at] ?? 0);
}

const field6 = (text: string, name: string) =>
  Number(new RegExp(`^${name}\\s+(\\d+)$`, 'm').exec(text)?.[1] ?? 0);

/** Reads what /proc/net/snmp and /proc/net/snmp6 say, one behind the other. */
export function parseCounters(text: string): Counters {
  return {
    noRoutes: fieldOf(text, 'Ip', 'OutNoRoutes') + field6(text, 'Ip6OutNoRoutes'),
    datagrams: fieldOf(text, 'Udp', 'OutDatagrams') + field6(text, 'Udp6OutDatagrams'),
  };
}

/** What the counters after the demo, and those after a dial on purpose, prove. */
export function judgeProof(story: string, after: Counters, control: Counters): Finding {
  if (control.noRoutes <= after.noRoutes)
    return warning(
      CHECK,
      'This kernel does not count what is dialled, so nothing is proven',
      'Pull the network cable and run: syncode demo',
    );
  if (after.noRoutes > 0 || after.datagrams > 0)
    return fail(
      CHECK,
      `The demo tried to reach other machines: ${after.noRoutes} connections, ${after.datagrams} datagrams`,
      'Report this with the output of: syncode version',
    );
  const runs = /^ *accepted: /m.test(story)
    ? 'programs run and judged included'
    : 'but no program could be run in it';
  return ok(
    CHECK,
    `A whole demo (sign-up, room, typing, ${runs}) without any network dialled nothing; a dial on purpose was seen`,
  );
}

const run = promisify(execFile);

/** Words of a shell that has this machine's files, and a network with nothing but itself. */
function words(bubblewrap: string): string[] {
  const isRoot = process.geteuid?.() === 0;
  const capabilities = isRoot ? ['--cap-add', 'ALL'] : [];
  const program = [productPath('bin/syncode'), process.execPath, dial];
  return [
    bubblewrap,
    ...capabilities,
    '--dev-bind',
    '/',
    '/',
    '--unshare-net',
    '--',
    '/bin/sh',
    '-c',
    script,
    'sh',
    ...program,
  ];
}

/**
 * Plays the demo in a network namespace that leads nowhere and looks whether anything dialled out. It takes as long as
 * the demo; the installation is not touched.
 */
export async function proveOffline(): Promise<Finding> {
  const bubblewrap = ['/usr/local/bin/bwrap', '/usr/bin/bwrap'].find((place) => existsSync(place));
  if (bubblewrap === undefined)
    return warning(CHECK, 'It needs bubblewrap, which is not here', 'apt-get install bubblewrap');
  const [program = '', ...args] = words(bubblewrap);
  try {
    const { stdout } = await run(program, args, { timeout: PATIENCE_MS, maxBuffer: MAX_OUTPUT });
    const [story = '', after = '', control = ''] = stdout.split(`${MARK}\n`);
    return judgeProof(story, parseCounters(after), parseCounters(control));
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const said = (stderr ?? '').trim().split('\n').at(-1) || message.split('\n')[0];
    return fail(CHECK, `The demo does not run without a network: ${said}`, 'See it by itself: syncode demo');
  }
}
