import type { Figure } from './figures.ts';
import type { SpawnLoop } from './native.ts';

/** What every measurement gets. */
export type Ground = {
  /** Throw-away; removed at the end. */
  readonly directory: string;
  /** Folder of problem packages, see problems.ts. */
  readonly problems: string;
  readonly spawnLoop: SpawnLoop;
  /** Fewer samples: to see that it works, not to compare. */
  readonly isQuick: boolean;
  readonly say: (line: string) => void;
};

export type Measure = { readonly name: string; run(ground: Ground): Promise<Figure[]> };
