import { candidateFirst, type Language, pathOf, plainFiles } from './language.ts';
import { onNode } from './node.ts';

export const javascript: Language = {
  ...onNode,
  name: 'javascript',
  tools: ['node'],
  versionCommand: (programs) => ({ argv: [pathOf(programs, 'node'), '--version'] }),
  files: plainFiles('js'),
  compile: (programs, sources) => {
    const node = pathOf(programs, 'node');
    const [first = '', second] = candidateFirst(sources);
    // Node checks one file at a time.
    const argv =
      second === undefined
        ? [node, '--check', first]
        : ['/bin/sh', '-c', '"$0" --check "$1" && "$0" --check "$2"', node, first, second];
    return { argv, output: null };
  },
  sample: "console.log(require('node:fs').readFileSync(0, 'utf8').trim().toUpperCase());\n",
};
