import { candidateFirst, type Language, pathOf, plainFiles } from './language.ts';
import { onNode } from './node.ts';

export const typescript: Language = {
  ...onNode,
  name: 'typescript',
  tools: ['node', 'esbuild'],
  versionCommand: (programs) => ({ argv: [pathOf(programs, 'esbuild'), '--version'] }),
  files: plainFiles('ts'),
  compile: (programs, sources) => ({
    argv: [
      pathOf(programs, 'esbuild'),
      ...candidateFirst(sources),
      '--outdir=/box/out',
      '--target=node24',
      '--log-level=warning',
      '--color=false',
      // A tsconfig.json of some folder above must not matter.
      '--tsconfig-raw={}',
    ],
    output: 'out',
  }),
  sample:
    "import { readFileSync } from 'node:fs';\nconst line: string = readFileSync(0, 'utf8').trim();\nconsole.log(line.toUpperCase());\n",
};
