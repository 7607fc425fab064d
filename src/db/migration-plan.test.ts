import { describe, expect, it } from 'vitest';
import { planMigrations } from './migration-plan.ts';

const migration = (version: number, sha256 = `hash ${version}`) => ({
  version,
  name: `000${version}_step`,
  sql: '',
  sha256,
});
const applied = (version: number, sha256?: string) => ({ ...migration(version, sha256), appliedAtMs: 0 });

describe('the plan of migrations', () => {
  it('is everything for a new database, what is left for an older one, nothing for a current one', () => {
    const all = [migration(1), migration(2), migration(4)];
    const names = (done: number[]) =>
      planMigrations(
        done.map((at) => applied(at)),
        all,
      ).map((m) => m.version);
    expect([names([]), names([1]), names([1, 2, 4])]).toEqual([[1, 2, 4], [2, 4], []]);
  });

  it.each([
    ['SCHEMA_NEWER', [applied(1), applied(2), applied(3)], [migration(1), migration(2)]],
    ['MIGRATION_MISSING', [applied(1), applied(2)], [migration(1), migration(3)]],
    ['MIGRATION_EDITED', [applied(1, 'another')], [migration(1)]],
    ['MIGRATION_OUT_OF_ORDER', [applied(1), applied(3)], [migration(1), migration(2), migration(3)]],
  ])('refuses with %s, naming the migration and a remedy', (code, done, files) => {
    expect(() => planMigrations(done, files)).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringMatching(code === 'SCHEMA_NEWER' ? /newer version/ : /000\d_step/),
        why: expect.any(String),
        remedy: expect.stringMatching(/[Ii]nstall/),
      }),
    );
  });
});
