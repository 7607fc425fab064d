import { type Command, type Entry, type Language, pathOf, type Toolchain } from './language.ts';

const HEAP_SHARE = 0.75;

/** What javascript and typescript have in common. */
export const onNode: Pick<Language, 'startupMs' | 'memoryFloorMb' | 'programs' | 'entry' | 'run'> = {
  startupMs: 100,
  memoryFloorMb: 96,
  programs: [],
  entry: () => 'main.js',
  run: runOnNode,
};

function runOnNode(programs: Toolchain['programs'], entry: Entry, memoryMb: number): Command {
  const heapMb = Math.floor(memoryMb * HEAP_SHARE);
  return { argv: [pathOf(programs, 'node'), `--max-old-space-size=${heapMb}`, `/app/${entry}`] };
}
