import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Bench, processesOf, runGroups, until } from './support.ts';

/** Lines of calls.c that are not refused with EPERM. */
const answers: Readonly<Record<string, string>> = {
  clone3: 'ENOSYS',
  io_uring_setup: 'ENOSYS',
  io_setup: 'ENOSYS',
  'open_tree_attr (later)': 'ENOSYS',
  'file_getattr (later)': 'ENOSYS',
  '999 (later)': 'ENOSYS',
  'prlimit64 self': 'yes',
  'setpriority self': 'yes',
  'kill init': 'yes',
  "open init's environ": 'EACCES',
  "open init's maps": 'EACCES',
  "open init's fd": 'EACCES',
  'socket unix': 'yes',
  'socket inet': 'yes',
  'socket inet6': 'yes',
  'socket netlink route': 'yes',
  'socketpair unix': 'yes',
  'x32 getpid': 'signal 31',
};

/** What a program sees, and what it cannot do. */
export function isolationSuite(bench: () => Bench): void {
  it('its streams can be opened by name; input ends', async () => {
    const stdin = Buffer.from('one\ntwo\n');
    const cat = await bench().run(
      ['/bin/sh', '-c', 'cat /dev/stdin > /dev/stdout; echo e > /dev/stderr; ls /dev/fd/'],
      { stdin },
    );
    expect(cat.out).toBe('one\ntwo\n0\n1\n2\n3\n');
    expect(cat.err).toBe('e\n');
    const program = `process.stdout.write(require('fs').readFileSync('/dev/stdin', 'utf8').toUpperCase())`;
    expect((await bench().run(['/opt/node', '-e', program], { stdin, tools: ['node'] })).out).toBe(
      'ONE\nTWO\n',
    );
    expect((await bench().run(['/bin/cat'])).out).toBe('');
  });

  it('a mebibyte of input goes through; one that is not read does no harm', async () => {
    const stdin = Buffer.alloc(1024 * 1024, 'abcdefg\n');
    const counted = await bench().run(['/usr/bin/wc', '-c'], { stdin });
    expect(counted.out.trim()).toBe(String(stdin.length));
    expect((await bench().probe('exit', '0', { stdin })).facts).toMatchObject({
      exitCode: 0,
      jailFailure: null,
    });
  });

  it('user, session, environment, directory and descriptors', async () => {
    const { out } = await bench().probe('self', '', { env: { A: '1', B: 'two words' } });
    expect(out).toBe(
      'uid 65534 gid 65534 groups 0 cwd /box umask 022 session 1 ppid 1\nA=1\nB=two words\nfd 0\nfd 1\nfd 2\n',
    );
    expect((await bench().probe('self', '', { cwd: '/tmp', env: {} })).out).toContain('cwd /tmp');
  });

  it('no capabilities, no new privileges, a filter [S24]', async () => {
    const { out } = await bench().probe('status');
    expect(out.split('\n').filter((line) => line.startsWith('Cap'))).toHaveLength(5);
    expect(out.match(/^Cap\w+:\t0{16}$/gm)).toHaveLength(5);
    expect(out).toContain('NoNewPrivs:\t1\n');
    expect(out).toContain('Seccomp:\t2\n');
  });

  it('only named parts of the host [S24]', async () => {
    const top = (await bench().probe('list', '/')).out;
    const names = top.trim().split(' ').slice(1);
    const allowed = ['.jail', 'app', 'bin', 'box', 'dev', 'etc', 'lib', 'lib64', 'proc', 'tmp', 'usr'];
    expect(names.filter((name) => !allowed.includes(name))).toEqual([]);
    const etc = (await bench().probe('list', '/etc')).out.trim().split(' ').slice(1);
    expect(etc.filter((name) => !/^(ld\.so\.cache|alternatives|java-\d+-openjdk)$/.test(name))).toEqual([]);
    const devices = (await bench().probe('list', '/dev')).out;
    expect(devices).toBe('/dev: fd null random shm stderr stdin stdout urandom zero\n');
    expect((await bench().probe('list', '/box')).out).toBe('/box:\n');
  });

  it.each([
    '/etc/passwd',
    '/etc/shadow',
    '/root',
    '/home',
    '/var',
    '/sys',
    '/run',
    '/mnt',
    '/dev/kmsg',
    '/proc/kcore',
  ])('%s cannot be opened', async (path) => {
    const { out } = await bench().probe('read', path);
    expect(out).toMatch(new RegExp(`^${path} (ENOENT|EACCES|EPERM)\n$`));
  });

  it.each([
    '/new',
    '/usr/new',
    '/etc/new',
    '/dev/new',
    '/app/new',
    '/app/probe',
    '/proc/sys/kernel/hostname',
  ])('%s cannot be written', async (path) => {
    const { out } = await bench().probe('write', path);
    expect(out).toMatch(new RegExp(`^${path} (EROFS|EACCES|EPERM|ENOENT|ETXTBSY)\n$`));
  });

  it('no network: loopback is down, the host is not there [S24]', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const { out } = await bench().probe('network', String(port));
    server.close();
    expect(out).toMatch(/^lo down connect (ENETUNREACH|ECONNREFUSED|ENETDOWN)\n/);
  });

  it('calls that are refused', async () => {
    const { out, facts } = await bench().run(['/app/calls']);
    expect(facts).toMatchObject({ exitCode: 0, jailFailure: null });
    const lines = out.trim().split('\n');
    expect(lines.length).toBeGreaterThan(140);
    const unexpected = lines.filter((line) => {
      const [name = '', answer] = line.split('=');
      if (name === 'i386 getpid') return !/^signal (31|11)$/.test(answer ?? ''); // 11: a kernel without i386
      return answer !== (answers[name] ?? 'EPERM');
    });
    expect(unexpected).toEqual([]);
  });

  it('the host sees an unprivileged user, a different one for each slot', async () => {
    const { identity, cgroup, supervisor, request } = bench();
    const stop = new AbortController();
    const running = supervisor.run(request(['/app/probe', 'sleep']), stop.signal);
    await until(() => runGroups(cgroup).some((group) => processesOf(cgroup, group).length > 0));
    const group = runGroups(cgroup)[0] ?? '';
    const status = readFileSync(`/proc/${processesOf(cgroup, group)[0]}/status`, 'utf8');
    stop.abort();
    await running;
    const uid = identity?.uid ?? process.geteuid?.();
    expect(uid).not.toBe(0);
    expect(status).toMatch(new RegExp(`^Uid:(\t${uid}){4}$`, 'm'));
    expect(status).toMatch(/^Groups:\t ?$/m);
  });

  it('nothing of one run is there in the next [S25]', async () => {
    expect((await bench().probe('leave')).out).toBe('shm 1\n');
    expect((await bench().probe('look')).out).toBe('/box:\n/tmp:\n/dev/shm:\nshm 0\n');
  });

  it('mounts and scratch directories', async () => {
    const { directory } = bench();
    mkdirSync(join(directory, 'data'), { recursive: true });
    writeFileSync(join(directory, 'data/input'), 'in');
    const changes = {
      mounts: [{ source: join(directory, 'data/input'), target: '/data/input' }],
      scratch: ['/data/feedback'],
    };
    const script = 'cat /data/input; echo x > /data/feedback/f && cat /data/feedback/f; echo y > /data/input';
    const { out, err } = await bench().run(['/bin/sh', '-c', script], changes);
    expect(out).toBe('inx\n');
    expect(err).toMatch(/\/data\/input/);
    expect(readFileSync(join(directory, 'data/input'), 'utf8')).toBe('in');
  });
}
