import type { CodeSnapshotTrigger } from '../../generated/api.ts';

/** What one session may keep. */
export type SnapshotLimits = { readonly count: number; readonly bytes: number };

type Kept = { readonly id: string; readonly trigger: CodeSnapshotTrigger; readonly codeBytes: number };

/** Who goes first once the periodic ones are thinned out; that of the end never goes. */
const ORDER = ['periodic', 'manual', 'phase_change', 'submission'] as const;

/**
 * Which snapshots of a session go, given oldest first: every second periodic one, again and again while there are too
 * many, so that what is left is spread over the whole session; then, oldest first, those of the other triggers.
 */
export function chooseDropped(kept: readonly Kept[], limits: SnapshotLimits): string[] {
  const left = new Map(kept.map((snapshot) => [snapshot.id, snapshot]));
  const isOver = () => {
    const bytes = [...left.values()].reduce((sum, { codeBytes }) => sum + codeBytes, 0);
    return left.size > limits.count || bytes > limits.bytes;
  };
  const ofTrigger = (trigger: CodeSnapshotTrigger) =>
    [...left.values()].filter((snapshot) => snapshot.trigger === trigger);
  for (
    let periodic = ofTrigger('periodic');
    isOver() && periodic.length > 1;
    periodic = ofTrigger('periodic')
  )
    // The newest of them stays, whatever their number.
    for (const [index, { id }] of periodic.entries())
      if ((periodic.length - index) % 2 === 0) left.delete(id);
  for (const trigger of ORDER)
    for (const { id } of ofTrigger(trigger)) {
      if (!isOver()) break;
      left.delete(id);
    }
  return kept.map(({ id }) => id).filter((id) => !left.has(id));
}
