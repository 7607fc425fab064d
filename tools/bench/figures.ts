/** What a measurement found: a figure, what it was held against in the same run, and the target where there is one. */
export type Figure = {
  readonly what: string;
  readonly measured: number | null;
  readonly baseline: number | null;
  /** ratio: measured / baseline; difference: measured - baseline; alone: there is nothing to hold it against. */
  readonly relation: 'ratio' | 'difference' | 'alone';
  readonly unit: string;
  /** Most (or, where more is better, least) that the relation may be; absent: recorded only. */
  readonly target?: { readonly atMost: number } | { readonly atLeast: number };
  readonly note?: string;
};

export type Judged = Figure & {
  readonly value: number | null;
  readonly met: boolean | null;
};

/** Sample at a share of the way through the sorted ones, nearest rank; null without samples. */
export function percentile(samples: readonly number[], share: number): number | null {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.min(sorted.length - 1, Math.max(0, rank - 1))] ?? null;
}

function relate({ measured, baseline, relation }: Figure): number | null {
  if (measured === null || relation === 'alone') return measured;
  if (baseline === null) return null;
  return relation === 'ratio' ? measured / baseline : measured - baseline;
}

function isMet(value: number | null, target: Figure['target']): boolean | null {
  if (target === undefined || value === null) return null;
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}

/** The figure's value against its baseline, and whether it meets the target; null where that cannot be said. */
export function judge(figure: Figure): Judged {
  const value = relate(figure);
  return { ...figure, value, met: isMet(value, figure.target) };
}

export const round = (value: number) =>
  Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));

const text = (value: number | null) => (value === null ? '-' : `${round(value)}`);

function cellsOf({ what, measured, baseline, relation, unit, value, target, met, note }: Judged): string[] {
  const against = relation === 'ratio' ? `${text(value)} x` : `${text(value)} ${unit}`;
  let wanted = '';
  if (target !== undefined)
    wanted = 'atMost' in target ? `<= ${round(target.atMost)}` : `>= ${round(target.atLeast)}`;
  const verdict = met === null ? '' : met ? 'met' : 'MISSED';
  return [
    what,
    `${text(measured)} ${unit}`,
    baseline === null ? '' : `${text(baseline)} ${unit}`,
    relation === 'alone' ? '' : against,
    wanted,
    verdict,
    note ?? '',
  ];
}

const HEAD = ['What', 'Measured', 'Baseline', 'Against it', 'Target', '', 'Note'];

/** A table in Markdown, its columns aligned. */
export function table(figures: readonly Judged[]): string {
  const rows = [HEAD, ...figures.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(HEAD), rule, ...rows.slice(1).map(line)].join('\n');
}
