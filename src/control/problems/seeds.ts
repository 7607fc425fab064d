import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { productPath } from '../../config/product.ts';
import type { Db, Tx } from '../../db/types.ts';
import { write } from '../../db/write.ts';
import { foldCase } from './content.ts';
import { type ProblemPackage, readPackage } from './package/package.ts';
import { upsertSeed } from './queries/changes.ts';
import { findAnyProblem, findProblemByTitle, findSeed } from './queries/reads.ts';
import { reviseProblem, type StorageDeps, storeProblem } from './storage.ts';

/**
 * What seeding did with one package. kept: edited here since, or deleted, so it was left alone; titleTaken: another
 * problem has its title, so it was left out.
 */
export type SeedOutcome = {
  readonly slug: string;
  readonly title: string;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'kept' | 'titleTaken';
};

export type SeedDeps = StorageDeps & {
  readonly db: Db;
  /** Folder of package folders; builtInProblems() for the set that comes with the program. */
  readonly directory: string;
};

/** The folder of packages that comes with this program. */
export function builtInProblems(): string {
  return productPath('templates', 'problems');
}

/** Reads all packages of a folder, in the order of their folders' names. Throws PackageInvalid, and on a slug used twice. */
async function readPackages(directory: string): Promise<ProblemPackage[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const packages: ProblemPackage[] = [];
  for (const folder of folders.sort()) packages.push(await readPackage(join(directory, folder)));
  const slugs = packages.map(({ slug }) => slug);
  const twice = slugs.find((slug, index) => slugs.indexOf(slug) !== index);
  if (twice !== undefined) throw new Error(`Two packages in ${directory} have the slug ${twice}`);
  return packages;
}

/**
 * Brings the problems of a folder into the database, published: a new package becomes a problem, a changed one a new
 * version of its problem. Run again it does nothing. Problems that were edited or deleted here are kept as they are,
 * unless `force` brings the package's content back. Nothing is written when one package is invalid.
 */
export async function seedProblems(
  deps: SeedDeps,
  { force = false }: { force?: boolean } = {},
): Promise<SeedOutcome[]> {
  const packages = await readPackages(deps.directory);
  const outcomes: SeedOutcome[] = [];
  for (const found of packages) {
    const outcome = await write(deps.db, (tx) => seedOne(deps, tx, found, force));
    outcomes.push({ slug: found.slug, title: found.content.title, outcome });
  }
  return outcomes;
}

function seedOne(
  deps: SeedDeps,
  tx: Tx,
  { slug, hash, content }: ProblemPackage,
  force: boolean,
): SeedOutcome['outcome'] {
  const seed = findSeed(tx, slug);
  const problem = seed === null ? null : findAnyProblem(tx, seed.problemId);
  const isTouched =
    problem !== null && (problem.deletedAt !== null || problem.updatedAt !== seed?.problemUpdatedAt);
  if (isTouched && !force) return 'kept';
  if (problem !== null && !isTouched && seed?.packageHash === hash) return 'unchanged';
  const holder = findProblemByTitle(tx, foldCase(content.title));
  if (holder !== null && holder.id !== problem?.id) return 'titleTaken';
  const { problemId, updatedAt } =
    problem === null
      ? storeProblem(deps, tx, content, true)
      : { problemId: problem.id, ...reviseProblem(deps, tx, problem, { content, isPublished: true }) };
  upsertSeed(tx, {
    slug,
    problemId,
    packageHash: hash,
    problemUpdatedAt: updatedAt,
    seededAt: deps.clock.now(),
  });
  return problem === null ? 'created' : 'updated';
}
