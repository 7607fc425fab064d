import { checkLength, refuse, refuseUnsupported } from './fault.ts';
import type { ProblemYaml } from './metadata.ts';
import type { PackageTree } from './tree.ts';

export type Statement = {
  readonly title: string;
  readonly description: string;
  readonly constraints: string | null;
};

const FILE = /^problem\.([a-zA-Z-]+)\.(md|tex|pdf)$/;
/** A section "## Constraints" up to the next heading of this level. */
const CONSTRAINTS = /^## Constraints[ \t]*\n([\s\S]*?)(?=^## |(?![\s\S]))/m;
/** Places where other systems put samples; here they stand beside the statement. */
const SAMPLES = /^[ \t]*\{\{(?:next|remaining)samples?\}\}[ \t]*\n?/gm;

/** Title and statement: English where there is English, else the first language by its code. */
export async function readStatement(tree: PackageTree, { name }: ProblemYaml): Promise<Statement> {
  const path = statementFile(tree);
  const language = FILE.exec(path.slice('statement/'.length))?.[1] ?? '';
  const title = (typeof name === 'string' ? name : name[language])?.trim() ?? '';
  if (title === '') refuse('problem.yaml', `no name for the language ${language} of the statement`, 'name');
  const text = (await tree.readText(path, 1_048_576)).replace(SAMPLES, '');
  const constraints = CONSTRAINTS.exec(text)?.[1]?.trim() || null;
  const description = text.replace(CONSTRAINTS, '').trim();
  if (description === '') refuse(path, 'is empty');
  return {
    title: checkLength('problem.yaml', title, 200, 'name'),
    description: checkLength(path, description, 100_000),
    constraints: constraints === null ? null : checkLength(path, constraints, 50_000, 'Constraints'),
  };
}

function statementFile(tree: PackageTree): string {
  const names = tree.names('statement').filter((name) => FILE.test(name));
  const markdown = names.filter((name) => name.endsWith('.md'));
  const chosen = markdown.find((name) => name === 'problem.en.md') ?? markdown[0];
  if (chosen !== undefined) return `statement/${chosen}`;
  const other = names[0];
  if (other !== undefined)
    return refuseUnsupported(`statement/${other}`, 'statements other than Markdown are');
  return refuse('statement', 'no problem.<language>.md');
}
