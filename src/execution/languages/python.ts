import { candidateFirst, type Language, pathOf, plainFiles } from './language.ts';

export const python: Language = {
  name: 'python',
  startupMs: 0,
  memoryFloorMb: 32,
  programs: ['python3'],
  tools: [],
  versionCommand: (programs) => ({ argv: [pathOf(programs, 'python3'), '--version'] }),
  files: plainFiles('py'),
  entry: () => 'main.py',
  compile: (programs, sources) => ({
    argv: [pathOf(programs, 'python3'), '-B', '-m', 'py_compile', ...candidateFirst(sources)],
    // The sources are read-only; the byte code is only made to see whether it can be.
    env: { PYTHONPYCACHEPREFIX: '/box' },
    output: null,
  }),
  run: (programs, entry) => ({ argv: [pathOf(programs, 'python3'), '-B', `/app/${entry}`] }),
  sample: 'print(input().upper())\n',
};
