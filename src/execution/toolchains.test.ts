import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lookUpPrograms } from './toolchains.ts';

const host = { node: process.execPath, esbuild: process.execPath };

describe('toolchains', () => {
  it('are found by name, with what tells one build from another', () => {
    const found = lookUpPrograms({ programs: ['sh'], tools: ['node'] }, host);
    if (!found.ok) throw new Error(found.reason);
    expect(found.programs.sh).toMatch(/^\/(usr\/)?(local\/)?bin\/sh$/);
    expect(found.programs.node).toBe('/opt/node');
    expect(found.identity.split('\n')).toHaveLength(2);
    expect(found.identity).toMatch(/ \d+ [\d.]+\n/);
  });

  it('that are missing say where they were looked for', () => {
    expect(lookUpPrograms({ programs: ['no-such-compiler'], tools: [] }, host)).toEqual({
      ok: false,
      reason: 'no-such-compiler was not found in /usr/local/bin, /usr/bin, /bin',
    });
  });

  it("of the product's own that are missing say so", () => {
    const found = lookUpPrograms(
      { programs: [], tools: ['esbuild'] },
      { ...host, esbuild: '/nowhere/esbuild' },
    );
    expect(found).toMatchObject({ ok: false, reason: expect.stringContaining('/nowhere/esbuild') });
  });

  it('through links of /etc/alternatives are found', ({ skip }) => {
    skip(!existsSync('/etc/alternatives/awk'), 'this machine has no alternatives');
    expect(lookUpPrograms({ programs: ['awk'], tools: [] }, host)).toMatchObject({ ok: true });
  });
});
