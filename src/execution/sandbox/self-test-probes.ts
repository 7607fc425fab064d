import type { JailFacts, JailLimits } from './jail.ts';

/** One limit: a JavaScript program that goes against it, and what the facts then must say. */
export interface Probe {
  readonly limit: string;
  readonly program: string;
  readonly limits?: Partial<JailLimits>;
  /** Null when it held, else what was seen. */
  readonly judge: (facts: JailFacts, said: string) => string | null;
}

function saw(facts: JailFacts, said: string): string {
  const end = facts.status === 'exited' ? `exit ${facts.exitCode}` : `signal ${facts.signal}`;
  const text = said.trim().slice(0, 200);
  return `${end}, killed by ${facts.killedBy}, OOM kill ${facts.oomKilled}, CPU ${Math.round(facts.cpuMs)} ms, output "${text}"`;
}

function killedFor(reason: JailFacts['killedBy']): Probe['judge'] {
  return (facts, said) => (facts.killedBy === reason ? null : saw(facts, said));
}

/** The program prints `held` when the call was refused inside. */
const saysHeld: Probe['judge'] = (facts, said) => (said.trim() === 'held' ? null : saw(facts, said));

const mb = 1024 * 1024;

/** Programs for every limit; `port` is a listener on the host's loopback that must not be reached. */
export function probes(port: number): Probe[] {
  return [
    {
      limit: 'nothing',
      program: `console.log('held')`,
      judge: (facts, said) => (facts.exitCode === 0 ? saysHeld(facts, said) : saw(facts, said)),
    },
    {
      limit: 'memory',
      program: `const kept = []; for (;;) kept.push(Buffer.alloc(8 * ${mb}, 1));`,
      judge: (facts, said) => (facts.oomKilled ? null : saw(facts, said)),
    },
    {
      limit: 'processes',
      limits: { pids: 16 },
      program: `const { spawn } = require('child_process'); let held = false;
        const kept = []; for (let i = 0; i < 20; i++) {
          const child = spawn('/usr/bin/sleep', ['5']); kept.push(child);
          child.on('error', (error) => { held ||= error.code === 'EAGAIN'; }); }
        setTimeout(() => { console.log(held ? 'held' : 'all started'); process.exit(0); }, 50);`,
      judge: saysHeld,
    },
    { limit: 'CPU time', limits: { cpuMs: 300 }, program: 'for (;;);', judge: killedFor('cpu') },
    {
      limit: 'wall time',
      limits: { wallMs: 500 },
      program: 'setTimeout(() => {}, 60_000);',
      judge: killedFor('wall'),
    },
    {
      limit: 'output',
      program: `const text = 'x'.repeat(65536); const more = () => process.stdout.write(text, more); more();`,
      judge: killedFor('output'),
    },
    {
      limit: 'file size',
      limits: { fileBytes: mb },
      program: `process.on('SIGXFSZ', () => {});
        try { require('fs').writeFileSync('/box/large', Buffer.alloc(2 * ${mb})); console.log('written'); }
        catch (error) { console.log(error.code === 'EFBIG' ? 'held' : error.code); }`,
      judge: saysHeld,
    },
    {
      limit: 'all files',
      limits: { tmpfsBytes: 2 * mb },
      program: `const fs = require('fs'); try {
        for (const place of ['/box', '/tmp', '/dev/shm']) fs.writeFileSync(place + '/part', Buffer.alloc(${mb}));
        console.log('written'); } catch (error) { console.log(error.code === 'ENOSPC' ? 'held' : error.code); }`,
      judge: saysHeld,
    },
    {
      limit: 'network',
      program: `const socket = require('net').connect(${port}, '127.0.0.1');
        socket.on('connect', () => { console.log('connected'); process.exit(0); });
        socket.on('error', (error) => console.log(/UNREACH|REFUSED|DOWN/.test(error.code) ? 'held' : error.code));`,
      judge: saysHeld,
    },
    {
      limit: 'files of the host',
      program: `const fs = require('fs'); const seen = [];
        for (const path of ['/etc/passwd', '/etc/shadow', '/root', '/home', '/var', '/proc/1/environ'])
          try { fs.statSync(path).isDirectory() ? fs.readdirSync(path) : fs.readFileSync(path); seen.push(path); } catch {}
        for (const path of ['/', '/usr', '/etc', '/dev'])
          try { fs.writeFileSync(path + '/syncode-probe', ''); seen.push('wrote ' + path); } catch {}
        console.log(seen.length === 0 ? 'held' : seen.join(' '));`,
      judge: saysHeld,
    },
  ];
}
