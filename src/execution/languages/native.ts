import type { Language } from './language.ts';

/** What languages have in common whose artefact is a program called main. */
export const native: Pick<Language, 'startupMs' | 'memoryFloorMb' | 'tools' | 'entry' | 'run'> = {
  startupMs: 0,
  memoryFloorMb: 16,
  tools: [],
  entry: () => 'main',
  run: (_, entry) => ({ argv: [`/app/${entry}`] }),
};
