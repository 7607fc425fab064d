/**
 * Consecutive days up to today or yesterday on which something was done. Days are counted since 1970 UTC; their order
 * and repetitions do not matter.
 */
export function streakDays(days: Iterable<number>, today: number): number {
  const active = new Set(days);
  const last = active.has(today) ? today : today - 1;
  let length = 0;
  while (active.has(last - length)) length += 1;
  return length;
}
