import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CollectRefusal } from '../../../src/execution/sandbox/jail.ts';
import { type Bench, mb } from './support.ts';

/** Bringing files out. */
export function collectSuite(bench: () => Bench): void {
  async function collect(what: string, path = 'out') {
    const into = bench().freshDirectory();
    const { facts } = await bench().probe('make', what, {
      collect: { path, into, maxBytes: 4 * mb, maxFiles: 20 },
    });
    return { into, facts, collected: facts.collected };
  }

  it('a directory with its tree', async () => {
    const { into, collected } = await collect('tree');
    if (!collected?.ok) throw new Error(`refused: ${collected?.message}`);
    const files = [...collected.files].sort((a, b) => a.path.localeCompare(b.path));
    expect(files).toEqual([
      { path: 'deep/er/leaf', bytes: 0, executable: false },
      { path: 'file', bytes: 0, executable: false },
      { path: 'tool', bytes: 10, executable: true },
    ]);
    expect(readFileSync(join(into, 'tool'), 'utf8')).toBe('#!/bin/sh\n');
    expect(lstatSync(join(into, 'tool')).mode & 0o7777).toBe(0o555);
    expect(lstatSync(join(into, 'deep/er/leaf')).mode & 0o7777).toBe(0o444);
  });

  it('one file, and it can be run from there', async () => {
    const { into, collected } = await collect('tree', 'out/tool');
    expect(collected).toEqual({ ok: true, files: [{ path: 'out/tool', bytes: 10, executable: true }] });
    const { facts } = await bench().run(['/app/out/tool'], { app: into });
    expect(facts).toMatchObject({ exitCode: 0, jailFailure: null });
  });

  it.each<[string, CollectRefusal]>([
    ['symlink', 'notRegular'],
    ['fifo', 'notRegular'],
    ['many', 'tooMany'],
    ['large', 'tooLarge'],
  ])('%s: refused as %s, the run stands', async (what, refusal) => {
    const { facts, collected } = await collect(what);
    expect(collected).toMatchObject({ ok: false, refusal });
    expect(facts).toMatchObject({ status: 'exited', exitCode: 0, killedBy: 'none', jailFailure: null });
  });

  it.each(['missing', 'out/missing'])('%s: nothing there', async (path) => {
    const { collected, into } = await collect('tree', path);
    expect(collected).toMatchObject({ ok: false, refusal: 'missing' });
    expect(readdirSync(into)).toEqual([]);
  });

  it.each(['../etc/ld.so.cache', 'out/../../etc/ld.so.cache'])('%s stays inside', async (path) => {
    const { collected, into } = await collect('tree', path);
    expect(collected).toMatchObject({ ok: false });
    expect(readdirSync(into)).toEqual([]);
  });

  it('a process that swaps files for links is dead before they are read', async () => {
    for (let i = 0; i < 20; i++) {
      const { into, collected } = await collect('racer');
      if (collected?.ok) expect(collected.files.every((file) => file.bytes === 0)).toBe(true);
      else expect(collected).toMatchObject({ refusal: 'notRegular' });
      for (const name of readdirSync(into)) expect(lstatSync(join(into, name))).toMatchObject({ size: 0 });
    }
  });

  it('only after exit 0', async () => {
    const { collected, into, facts } = await collect('fail');
    expect(facts.exitCode).toBe(1);
    expect(collected).toBeNull();
    expect(readdirSync(into)).toEqual([]);
  });

  it('a directory to collect into that is not there is the jail’s failure', async () => {
    const into = join(bench().directory, 'not-there');
    const { facts } = await bench().probe('make', 'tree', {
      collect: { path: 'out', into, maxBytes: mb, maxFiles: 9 },
    });
    expect(facts.jailFailure).toContain('opening');
    expect(facts.status).toBeNull();
  });
}
