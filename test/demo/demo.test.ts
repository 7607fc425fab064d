import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { productPath } from '../../src/config/product.ts';
import { instanceGroupName } from '../../src/execution/sandbox/cgroup.ts';

const program = productPath('bin/syncode');
const temporary = mkdtempSync(path.join(tmpdir(), 'syncode-demo-test-'));
const environment = { TMPDIR: temporary };
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** Control groups of this name, wherever they are; groups of others come and go meanwhile. */
function findGroups(directory: string, name: string): string[] {
  const entries = readdirSyncOrNothing(directory);
  return entries.flatMap((entry) => {
    const place = path.join(directory, entry);
    return entry === name ? [place] : findGroups(place, name);
  });
}

function readdirSyncOrNothing(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

const leftovers = () => readdirSync(temporary).filter((name) => name.startsWith('syncode-demo-'));

describe('syncode demo', () => {
  it('plays a whole interview with real runs and verdicts, ends with 0 and leaves nothing', async () => {
    const { exitCode, stdout } = await execa(program, ['demo'], {
      env: environment,
      all: true,
      reject: false,
    });
    expect(stdout).toMatch(/Ada is in as interviewer, Ben as candidate; both are connected/);
    expect(stdout).toMatch(/Both type at once: \d+ characters later the text is the same on both sides/);
    expect(stdout).toMatch(/success after \d+ ms, it printed: Hello from the jail, 42/);
    expect(stdout).toMatch(/wrong_answer: \d+ of 18 cases/);
    expect(stdout).toMatch(/accepted: 18 of 18 cases/);
    expect(stdout).toMatch(/The room is finished \(completed\)/);
    expect([exitCode, leftovers()]).toEqual([0, []]);
  });

  it('with --keep goes on serving for the two sign-ins it prints; what is killed is removed by the next demo', async () => {
    const kept = execa(program, ['demo', '--keep'], { env: environment, reject: false });
    const said = await new Promise<string>((resolve) => {
      let text = '';
      kept.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('Ctrl-C ends it')) resolve(text);
      });
    });
    const url = /goes on at (\S+) /.exec(said)?.[1] ?? '';
    const password = /ben\s+password (\S+)/.exec(said)?.[1];
    const signIn = await fetch(`${url}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identifier: 'ben', password }),
    });
    expect(signIn.status).toBe(200);
    const [directory = ''] = leftovers();
    expect(directory).not.toBe('');
    const group = instanceGroupName(path.join(temporary, directory));
    const groupsOf = () => findGroups('/sys/fs/cgroup', group);
    expect(groupsOf()).not.toEqual([]);
    kept.kill('SIGKILL');
    await kept;
    expect(existsSync(path.join(temporary, directory))).toBe(true);

    const next = await execa(program, ['demo'], { env: environment, reject: false });
    expect(next.stdout).toContain('Removed what 1 earlier demo had left.');
    expect([next.exitCode, leftovers(), groupsOf()]).toEqual([0, [], []]);
  });
});
