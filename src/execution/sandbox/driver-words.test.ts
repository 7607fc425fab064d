import { describe, expect, it } from 'vitest';
import { bubblewrapWords } from './bubblewrap.ts';
import type { JailRequest } from './jail.ts';
import { nsjailWords } from './nsjail.ts';
import { planStage } from './stage.ts';
import { type JailView, readHostView, viewOf } from './view.ts';

const view: JailView = {
  mounts: [{ source: '/usr', target: '/usr' }],
  links: [{ path: '/bin', target: 'usr/bin' }],
  directories: ['/box'],
};
const identity = { uid: 700_003, gid: 700_003 };

/** The words that follow `word`, each time. */
function following(words: readonly string[], word: string, count: number): string[][] {
  return words.flatMap((one, index) => (one === word ? [words.slice(index + 1, index + 1 + count)] : []));
}

describe('bubblewrap', () => {
  const words = bubblewrapWords('/usr/bin/bwrap', view);

  it('closes the root last, then starts init', () => {
    const made = ['--ro-bind', '--symlink', '--dir', '--dev-bind', '--proc'].map((word) =>
      words.lastIndexOf(word),
    );
    expect(words.indexOf('--remount-ro')).toBeGreaterThan(Math.max(...made));
    expect(words.slice(-3)).toEqual(['--', '/.jail', 'init']);
  });

  it('unshares all but what init unshares, and keeps two capabilities for it', () => {
    expect(words.filter((word) => word.startsWith('--unshare'))).toEqual([
      '--unshare-user',
      '--unshare-pid',
      '--unshare-ipc',
      '--unshare-uts',
    ]);
    expect(following(words, '--cap-add', 1).flat()).toEqual(['CAP_SYS_ADMIN', 'CAP_SETPCAP']);
    expect(words).toContain('--die-with-parent');
  });
});

describe('nsjail', () => {
  const words = nsjailWords('/usr/local/bin/nsjail', view, identity);

  it('maps to the slot’s user and passes every descriptor', () => {
    expect(following(words, '--user', 1)).toEqual([['65534:700003:1']]);
    expect(following(words, '--pass_fd', 1).flat()).toEqual(['3', '4', '5', '6', '7', '8', '9', '10']);
    expect(words.slice(-3)).toEqual(['--', '/.jail', 'init']);
  });

  it('mounts the same as bubblewrap', () => {
    const inBubblewrap = following(bubblewrapWords('/b', view), '--ro-bind', 2).map(
      ([source, target]) => `${source}:${target}`,
    );
    expect(following(words, '-R', 1).flat()).toEqual(inBubblewrap);
  });

  it('refuses what it cannot quote', () => {
    const colon = { ...view, mounts: [{ source: '/srv/a:b', target: '/app' }] };
    expect(() => nsjailWords('/n', colon, identity)).toThrow('colon');
  });
});

describe('what is shown of the host [S24]', () => {
  const options = {
    driver: { name: 'bubblewrap', path: '/usr/bin/bwrap' },
    jailBinary: '/srv/x/syncode-jail',
    cgroupBase: { version: 2, dir: '/sys/fs/cgroup/x' },
    slot: 0,
    host: { node: '/srv/x/node', esbuild: '/srv/x/esbuild', roots: ['/var/cache/x', '/var/cache/x/deep'] },
  } as const;
  const request = { argv: ['/app/a'], app: '/var/cache/x/1', tools: ['node'] } as unknown as JailRequest;

  it('as root everything comes from the stage, by the longest root', () => {
    const stage = planStage({ ...options, identity });
    expect(stage.visible.path('/var/cache/x/1')).toBe('/mnt/root0/1');
    expect(stage.visible.path('/var/cache/x/deep/1')).toBe('/mnt/root1/1');
    expect(following(stage.words, '--bind', 1).flat()).toContain('root0=/var/cache/x');
    const sources = viewOf({ mounts: [], links: [], directories: [] }, request, stage.visible).mounts;
    expect(sources).toEqual([
      { source: '/mnt/jail', target: '/.jail' },
      { source: '/mnt/root0/1', target: '/app' },
      { source: '/mnt/node', target: '/opt/node' },
    ]);
  });

  it('as a user everything is where it is', () => {
    const stage = planStage({ ...options, identity: null });
    expect(stage.words).toEqual([]);
    expect(stage.visible.path('/var/cache/x/1')).toBe('/var/cache/x/1');
  });

  it.each(['/etc', '/var/cache/xy', '/var/cache/x/../y', '/var/cache/x/', 'relative', '/'])(
    '%s is no part',
    (path) => {
      expect(() => planStage({ ...options, identity }).visible.path(path)).toThrow(TypeError);
      expect(() => planStage({ ...options, identity: null }).visible.path(path)).toThrow(TypeError);
    },
  );

  it('never the whole of /etc', () => {
    const etc = readHostView().mounts.filter((mount) => mount.target.startsWith('/etc'));
    expect(
      etc.every((mount) => /^\/etc\/(ld\.so\.cache|alternatives|java-\d+-openjdk)$/.test(mount.target)),
    ).toBe(true);
  });
});
