import { expect, it } from 'vitest';
import { type Bench, mb } from './support.ts';

/** Every limit, and that what ends a program is told apart. */
export function limitsSuite(bench: () => Bench): void {
  it.each([0, 1, 3, 124, 125, 126, 127, 128, 137, 139, 255])(
    'exit code %i comes back as it is',
    async (code) => {
      const { facts } = await bench().probe('exit', String(code));
      expect(facts).toMatchObject({
        status: 'exited',
        exitCode: code,
        signal: null,
        killedBy: 'none',
        jailFailure: null,
      });
    },
  );

  it.each([1, 2, 6, 8, 9, 11, 13, 15, 31])('signal %i comes back as it is', async (signal) => {
    const { facts } = await bench().probe('signal', String(signal));
    expect(facts).toMatchObject({
      status: 'signalled',
      exitCode: null,
      signal,
      killedBy: 'none',
      oomKilled: false,
    });
  });

  it('memory: an OOM kill is told [S25]', async () => {
    const { facts } = await bench().probe('memory', '200', { limits: { memoryKb: 64 * 1024 } });
    expect(facts).toMatchObject({ oomKilled: true, killedBy: 'none', jailFailure: null, signal: 9 });
    expect(facts.memoryKb ?? 64 * 1024).toBeGreaterThan(60 * 1024);
    expect(facts.memoryKb ?? 0).toBeLessThanOrEqual(64 * 1024);
  });

  it('memory: a child is killed and the first process exits 0', async () => {
    const { facts } = await bench().probe('memory-in-child', '200', { limits: { memoryKb: 64 * 1024 } });
    expect(facts).toMatchObject({ oomKilled: true, status: 'exited', exitCode: 0 });
  });

  it('memory: below the limit nothing happens, and the peak is measured', async () => {
    const { facts, out } = await bench().probe('memory', '40', { limits: { memoryKb: 64 * 1024 } });
    expect(facts).toMatchObject({ oomKilled: false, exitCode: 0 });
    expect(out).toBe('done\n');
    expect(facts.memoryKb ?? 41 * 1024).toBeGreaterThan(40 * 1024);
    expect(facts.memoryKb ?? 0).toBeLessThan(46 * 1024);
  });

  it('memory: files on the tmpfs count', async () => {
    const changes = { limits: { memoryKb: 16 * 1024, fileBytes: 64 * mb } };
    const { facts } = await bench().probe('write-file', String(32 * mb), changes);
    expect(facts.oomKilled).toBe(true);
  });

  it('processes: a further fork fails inside, the first one counts', async () => {
    const { facts, out } = await bench().probe('forks', '', { limits: { pids: 10 } });
    expect(facts).toMatchObject({ exitCode: 0, killedBy: 'none' });
    expect(out).toBe('9 EAGAIN\n');
  });

  it.each([1, 4])('CPU time: %i burning processes', async (processes) => {
    const { facts } = await bench().probe('spin', String(processes), { limits: { cpuMs: 200 } });
    expect(facts).toMatchObject({ killedBy: 'cpu', status: 'signalled', signal: 9, oomKilled: false });
    expect(facts.cpuMs).toBeGreaterThanOrEqual(200);
  });

  it('wall time: sleeping does not help', async () => {
    const { facts, out } = await bench().probe('sleep', '', { limits: { wallMs: 200, cpuMs: 100 } });
    expect(facts).toMatchObject({ killedBy: 'wall', status: 'signalled', signal: 9 });
    expect(facts.wallMs).toBeGreaterThanOrEqual(200);
    expect(out).toBe('sleeping\n');
  });

  it.each(['0', '0 both'])('output: a flood (%s) ends the program', async (argument) => {
    const { facts } = await bench().probe('flood', argument);
    expect(facts).toMatchObject({ killedBy: 'output', oomKilled: false, jailFailure: null });
    expect(facts.stdout.totalBytes + facts.stderr.totalBytes).toBe(mb + 1);
    expect(facts.stdout.bytes.length + facts.stderr.bytes.length).toBe(mb);
  });

  it('output: Node floods both streams', async () => {
    const program = `const t = 'x'.repeat(65536); for (;;) { process.stdout.write(t); process.stderr.write(t); }`;
    const { facts } = await bench().run(['/opt/node', '-e', program], { tools: ['node'] });
    expect(facts).toMatchObject({ killedBy: 'output', oomKilled: false });
  });

  it('output: exactly the limit is fine, one byte more is not', async () => {
    const limits = { outputBytes: 100_000 };
    const exact = await bench().probe('flood', '50000both', { limits });
    expect(exact.facts).toMatchObject({ killedBy: 'none', exitCode: 0 });
    expect(exact.facts.stdout.bytes.length + exact.facts.stderr.bytes.length).toBe(100_000);
    const over = await bench().probe('flood', '100001', { limits });
    expect(over.facts.killedBy).toBe('output');
  });

  it('output: overflow "drop" reads on, and keeps what is asked for', async () => {
    const changes = {
      overflow: 'drop',
      limits: { outputBytes: 1000 },
      stdout: { from: 'end', bytes: 12 },
    } as const;
    const { facts, out } = await bench().probe('count', '1000000', changes);
    expect(facts).toMatchObject({ killedBy: 'none', exitCode: 0 });
    expect(out).toBe('999\n1000000\n');
    expect(facts.stdout).toMatchObject({ truncated: true, totalBytes: 6_888_896 });
    const start = await bench().probe('count', '1000', { stdout: { from: 'start', bytes: 6 } });
    expect(start.out).toBe('1\n2\n3\n');
    expect(start.facts.stdout.truncated).toBe(true);
    const all = await bench().probe('count', '3', { stdout: { from: 'end', bytes: 6 } });
    expect(all.facts.stdout).toMatchObject({ truncated: false, totalBytes: 6 });
  });

  it('file size: SIGXFSZ at the limit', async () => {
    const limits = { fileBytes: mb };
    expect((await bench().probe('write-file', String(mb), { limits })).out).toBe('written\n');
    const over = await bench().probe('write-file', String(mb + 1), { limits });
    expect(over.facts).toMatchObject({ status: 'signalled', signal: 25 });
  });

  it('all files: one size for /box, /tmp and /dev/shm', async () => {
    const limits = { tmpfsBytes: 4 * mb };
    expect((await bench().probe('fill', String(mb), { limits })).out).toBe('written\n');
    expect((await bench().probe('fill', String(2 * mb), { limits })).out).toBe('ENOSPC\n');
  });

  it('all files: one number for /box and /tmp', async () => {
    const { out } = await bench().probe('inodes', '', { limits: { tmpfsInodes: 100 } });
    expect(out).toBe('100 ENOSPC\n');
  });

  it('open files, stack, core dumps', async () => {
    const { out } = await bench().probe('limits', '', { limits: { openFiles: 20, stackBytes: 8 * mb } });
    expect(out).toBe(`files 20 stack ${8 * mb} core 0 opened 17 EMFILE\n`);
  });

  it('a fork bomb stays in its jail [S25]', async () => {
    const { facts } = await bench().probe('bomb', '', { limits: { wallMs: 500, cpuMs: 5000 } });
    expect(['wall', 'cpu']).toContain(facts.killedBy);
    expect(facts.jailFailure).toBeNull();
  });
}
