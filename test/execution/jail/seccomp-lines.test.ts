import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bubblewrapWords } from '../../../src/execution/sandbox/bubblewrap.ts';
import { createFrameReader } from '../../../src/execution/sandbox/frames.ts';
import type { CgroupBase, SupervisorOptions } from '../../../src/execution/sandbox/jail.ts';
import { frame } from '../../../src/execution/sandbox/protocol.ts';
import { decodeResult } from '../../../src/execution/sandbox/result-frame.ts';
import { encodeRun } from '../../../src/execution/sandbox/run-frame.ts';
import { planStage } from '../../../src/execution/sandbox/stage.ts';
import { supervisorWords } from '../../../src/execution/sandbox/supervisor-process.ts';
import { readHostView, viewOf } from '../../../src/execution/sandbox/view.ts';
import {
  build,
  compile,
  findDriver,
  hostPaths,
  makeRequest,
  removeInstance,
  seen,
  takeCgroup,
  takeIdentity,
  testBinary,
} from './support.ts';

let directory = '';
let cgroup: CgroupBase;

/** Answers of calls.c in a jail whose supervisor was built for tests and leaves lines of the table out. */
async function answersWithout(lines: string): Promise<Map<string, string>> {
  const driver = findDriver('bubblewrap');
  if (driver === null) throw new Error('bubblewrap is not on PATH');
  const identity = takeIdentity(3);
  const host = { ...hostPaths, roots: [directory] };
  const options: SupervisorOptions = {
    driver,
    jailBinary: testBinary,
    cgroupBase: cgroup,
    slot: 3,
    identity,
    host,
  };
  const stage = planStage(options);
  const request = makeRequest(['/app/calls'], join(directory, 'app'));
  const words = bubblewrapWords(driver.path, viewOf(readHostView(), request, stage.visible));
  const env = { SYNCODE_JAIL_TEST_OMIT: `,${lines},` };
  const child: ChildProcess = spawn(testBinary, [...supervisorWords(options), ...stage.words], { env });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const result = await new Promise<Buffer>((resolve, reject) => {
    const take = createFrameReader((kind, payload) => {
      if (kind === frame.result) resolve(Buffer.from(payload));
      if (kind === frame.fatal) reject(new Error(payload.toString()));
    });
    child.stdout?.on('data', take);
    child.stdin?.write(encodeRun(request, { id: 1, words, visiblePath: stage.visible.path }));
  });
  child.stdin?.end();
  const status = await new Promise((resolve) => child.once('close', resolve));
  expect({ status, said }).toEqual({ status: 0, said: '' }); // no leak, nothing undefined
  const { out } = seen(decodeResult(result).facts);
  return new Map(
    out
      .trim()
      .split('\n')
      .map((line) => line.split('=') as [string, string]),
  );
}

/** What a line of the table holds back on an ordinary kernel; other lines are a second wall behind something else. */
const carrying: readonly (readonly [line: string, call: string])[] = [
  ['unshare', 'unshare user'],
  ['clone', 'clone user'],
  ['clone', 'clone net high'],
  ['clone3', 'clone3'],
  ['open_tree', 'open_tree'],
  ['open_tree', 'open_tree high'],
  ['io_uring_setup', 'io_uring_setup'],
  ['io_setup', 'io_setup'],
  ['keyctl', 'keyctl'],
  ['add_key', 'add_key'],
  ['request_key', 'request_key'],
  ['bpf', 'bpf'],
  ['perf_event_open', 'perf_event_open'],
  ['userfaultfd', 'userfaultfd'],
  ['fanotify_init', 'fanotify_init'],
  ['name_to_handle_at', 'name_to_handle_at'],
  ['kcmp', 'kcmp'],
  ['modify_ldt', 'modify_ldt'],
  ['adjtimex', 'adjtimex'],
  ['ioctl', 'TIOCSTI'],
  ['ioctl', 'TIOCSTI high'],
  ['ioctl', 'TIOCLINUX'],
  ['ptrace', 'ptrace me'],
  ['process_vm_readv', 'process_vm_readv'],
  ['process_vm_writev', 'process_vm_writev'],
  ['prlimit64', 'prlimit64 init'],
  ['prlimit64', 'prlimit64 init high'],
  ['sched_setaffinity', 'sched_setaffinity init'],
  ['sched_setscheduler', 'sched_setscheduler init'],
  ['sched_setparam', 'sched_setparam init'],
  ['sched_setattr', 'sched_setattr init'],
  ['setpriority', 'setpriority init'],
  ['setpriority', 'setpriority group'],
  ['setpriority', 'setpriority user'],
  ['ioprio_set', 'ioprio_set init'],
  ['socket', 'socket family 40 high'],
  ['socket', 'socket netlink audit'],
  ['socket', 'socket netlink netfilter'],
  ['socket', 'socket netlink netfilter high'],
  ['socketpair', 'socketpair tipc'],
  ['later', 'open_tree_attr (later)'],
  ['later', 'file_getattr (later)'],
];

describe('the seccomp table [S24]', () => {
  let complete: Map<string, string>;
  const known = new Map<string, Promise<Map<string, string>>>();

  /** One jail for each line, however many calls it holds back. */
  function answersOf(line: string): Promise<Map<string, string>> {
    const answers = known.get(line) ?? answersWithout(line);
    known.set(line, answers);
    return answers;
  }

  beforeAll(async () => {
    build('syncode-jail-test');
    directory = mkdtempSync(join(tmpdir(), 'syncode-jail-'));
    chmodSync(directory, 0o755);
    mkdirSync(join(directory, 'app'));
    compile('calls.c', join(directory, 'app/calls'));
    cgroup = takeCgroup(directory);
    complete = await answersWithout('');
  });

  afterAll(async () => {
    await removeInstance(cgroup, directory);
  });

  it.each(carrying)('without the line %s the call "%s" is no longer refused by it', async (line, call) => {
    const without = await answersOf(line);
    expect(complete.get(call)).toMatch(/^(EPERM|ENOSYS)$/);
    expect(without.get(call)).toBeDefined();
    expect(without.get(call)).not.toBe(complete.get(call));
  });

  it('without any line much more is possible, so the list above can fail', async () => {
    const without = await answersWithout('all,badarch,later,socket,socketpair');
    const changed = [...complete].filter(([call, answer]) => without.get(call) !== answer);
    expect(changed.length).toBeGreaterThan(carrying.length);
  });
});
