import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { chooseIdentity } from './identity.ts';

describe('the user of a slot', () => {
  let etc = '';

  beforeAll(() => {
    etc = mkdtempSync(join(tmpdir(), 'syncode-etc-'));
    writeFileSync(join(etc, 'passwd'), 'root:x:0:0::/root:/bin/sh\nmine:x:700002:700002::/:/bin/sh\n');
    writeFileSync(join(etc, 'group'), 'games:x:700003:\n');
    writeFileSync(join(etc, 'subuid'), 'somebody:700010:10\n');
  });
  afterAll(() => rmSync(etc, { recursive: true }));
  afterEach(() => vi.restoreAllMocks());

  it('as root: its own, and nobody else’s', () => {
    vi.spyOn(process, 'geteuid').mockReturnValue(0);
    expect(chooseIdentity(700_000, 1, etc)).toEqual({ ok: true, identity: { uid: 700_001, gid: 700_001 } });
    expect(chooseIdentity(700_000, 2, etc)).toMatchObject({
      ok: false,
      why: expect.stringContaining('mine in'),
    });
    expect(chooseIdentity(700_000, 3, etc)).toMatchObject({
      ok: false,
      why: expect.stringContaining('games in'),
    });
    expect(chooseIdentity(700_000, 9, etc)).toMatchObject({ ok: true });
    expect(chooseIdentity(700_000, 10, etc)).toMatchObject({
      ok: false,
      why: expect.stringContaining('somebody in'),
    });
    expect(chooseIdentity(700_000, 19, etc)).toMatchObject({ ok: false });
    expect(chooseIdentity(700_000, 20, etc)).toMatchObject({ ok: true });
  });

  it.each([0, -5, 2 ** 31, 1.5])('as root: %d is none', (base) => {
    vi.spyOn(process, 'geteuid').mockReturnValue(0);
    expect(chooseIdentity(base, 0, etc)).toMatchObject({ ok: false });
  });

  it('not as root: the service’s', () => {
    vi.spyOn(process, 'geteuid').mockReturnValue(1000);
    expect(chooseIdentity(700_000, 2, etc)).toEqual({ ok: true, identity: null });
  });
});
