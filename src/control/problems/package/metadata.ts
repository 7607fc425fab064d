import { parseDocument } from 'yaml';
import { z } from 'zod';
import { difficultyValues, hintLevelValues } from '../../../generated/enums.ts';
import { PackageInvalid, refuse, refuseUnsupported } from './fault.ts';
import type { PackageTree } from './tree.ts';

const MAX_YAML_BYTES = 65_536;

/** Accepted as the format has it, and of no consequence here. */
const ignored = z.unknown().optional();
const words = z.array(z.union([z.string(), z.number()]).transform(String));

const limits = z.strictObject({
  time_limit: z.number().min(0.1).max(60).optional(),
  memory: z.int().min(32).max(1024).optional(),
  time_multipliers: ignored,
  time_resolution: ignored,
  output: ignored,
  code: ignored,
  compilation_time: ignored,
  compilation_memory: ignored,
  validation_time: ignored,
  validation_memory: ignored,
  validation_output: ignored,
  validation_passes: ignored,
});

const problemYaml = z.strictObject({
  problem_format_version: z.literal('2025-09'),
  type: z.union([z.string(), z.array(z.string()).min(1)]).default('pass-fail'),
  name: z.union([z.string(), z.record(z.string(), z.string())]),
  uuid: z.string().min(1),
  version: ignored,
  credits: ignored,
  source: ignored,
  license: ignored,
  rights_owner: ignored,
  embargo_until: ignored,
  limits: limits.default({}),
  keywords: z.array(z.string()).default([]),
  languages: z.union([z.string(), z.array(z.string()).min(1)]).default('all'),
  allow_file_writing: ignored,
  constants: z.record(z.string(), z.unknown()).default({}),
});
export type ProblemYaml = z.infer<typeof problemYaml>;

const testSettings = {
  args: words.default([]),
  input_validator_args: ignored,
  output_validator_args: words.optional(),
  input_visualizer_args: ignored,
  output_visualizer_args: ignored,
  full_feedback: z.boolean().optional(),
};
const groupYaml = z.strictObject({
  ...testSettings,
  max_score: z.union([z.int().min(0), z.literal('unbounded')]).optional(),
  score_aggregation: z.enum(['pass-fail', 'sum', 'min']).optional(),
  static_validation_score: ignored,
  require_pass: z.union([z.string(), z.array(z.string())]).default([]),
  static_validator_args: ignored,
});
export type GroupYaml = z.infer<typeof groupYaml>;

const caseYaml = z.strictObject({
  ...testSettings,
  hint: ignored,
  description: z.string().max(255).optional(),
});
export type CaseYaml = z.infer<typeof caseYaml>;

const metaYaml = z.strictObject({
  slug: z
    .string()
    .max(60)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'words of small letters and digits, joined by hyphens'),
  difficulty: z.enum(difficultyValues),
  company: z.string().trim().min(1).max(100).nullable().default(null),
  /** Names of cases in data/sample, in the order of showing; all samples without it. */
  examples: z
    .array(z.strictObject({ sample: z.string(), explanation: z.string().max(10_000).optional() }))
    .max(20)
    .optional(),
});
export type MetaYaml = z.infer<typeof metaYaml>;

const hintsYaml = z
  .array(z.strictObject({ level: z.enum(hintLevelValues), text: z.string().trim().min(1).max(1000) }))
  .max(9);

async function readYaml<Schema extends z.ZodType>(
  tree: PackageTree,
  path: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const document = parseDocument(await tree.readText(path, MAX_YAML_BYTES));
  const broken = document.errors[0];
  if (broken) return refuse(path, broken.message.split('\n')[0] ?? 'not YAML');
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 20).map((issue) => ({
    file: path,
    field: issue.path.length === 0 ? null : issue.path.join('.'),
    message: issue.message,
  }));
  throw new PackageInvalid(faults);
}

/** problem.yaml, refused where it asks for what this product does not have. */
export async function readProblemYaml(tree: PackageTree): Promise<ProblemYaml> {
  const path = 'problem.yaml';
  const problem = await readYaml(tree, path, problemYaml);
  const types = [problem.type].flat();
  const strange = types.find((type) => type !== 'pass-fail' && type !== 'scoring');
  if (strange !== undefined) refuseUnsupported(path, `problems of type ${strange} are`, 'type');
  if ([problem.languages].flat().join() !== 'all')
    refuseUnsupported(path, 'a choice of languages is', 'languages');
  if (Object.keys(problem.constants).length > 0) refuseUnsupported(path, 'constants are', 'constants');
  if (problem.embargo_until !== undefined) refuseUnsupported(path, 'an embargo is', 'embargo_until');
  const { time_limit, memory, time_multipliers, time_resolution, ...others } = problem.limits;
  const demanded = Object.keys(others)[0];
  if (demanded !== undefined) refuseUnsupported(path, 'a limit of its own for this is', `limits.${demanded}`);
  return problem;
}

export function readGroupYaml(tree: PackageTree, path: string): Promise<GroupYaml> {
  return readYaml(tree, path, groupYaml);
}

export function readCaseYaml(tree: PackageTree, path: string): Promise<CaseYaml> {
  return readYaml(tree, path, caseYaml);
}

/** syncode/meta.yaml; null in packages made for other systems. */
export async function readMeta(tree: PackageTree): Promise<MetaYaml | null> {
  const path = 'syncode/meta.yaml';
  return tree.has(path) ? readYaml(tree, path, metaYaml) : null;
}

/** syncode/hints.yaml; empty without the file. */
export async function readHints(tree: PackageTree): Promise<z.infer<typeof hintsYaml>> {
  const path = 'syncode/hints.yaml';
  return tree.has(path) ? readYaml(tree, path, hintsYaml) : [];
}
