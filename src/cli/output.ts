/** How a command speaks: results on standard output, everything else on standard error. */
export type Output = {
  readonly json: boolean;
  /** The command's result: one versioned document with --json, else the text for people. */
  result(document: Record<string, unknown>, text: () => string): void;
  /** Words beside the result; never on standard output. */
  note(text: string): void;
};

export function createOutput(json: boolean): Output {
  return {
    json,
    result(document, text) {
      const shown = json ? JSON.stringify({ v: 1, ...document }) : text();
      process.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
    },
    note(text) {
      process.stderr.write(`${text}\n`);
    },
  };
}

type Rows = readonly (readonly string[])[];

/** Each row as a block of its own, one cell a line. */
function blocks(head: readonly string[], rows: Rows): string {
  const width = Math.max(...head.map((name) => name.length));
  const block = (row: readonly string[]) =>
    head.map((name, column) => `${name.padEnd(width)}  ${row[column] ?? ''}`.trimEnd()).join('\n');
  return `${rows.map(block).join('\n\n')}\n`;
}

/**
 * Columns padded to their widest cell, two blanks between them; on a terminal that is too narrow for them (`columns`;
 * none or 0 where nobody knows) rows become blocks of lines.
 */
export function table(head: readonly string[], rows: Rows, columns = process.stdout.columns): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const whole = widths.reduce((sum, width) => sum + width + 2, -2);
  if (columns && whole > columns && rows.length > 0) return blocks(head, rows);
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}

/** A time for people: their own clock, with its zone. */
export function localTime(time: number | string, exactTo: 'minutes' | 'seconds' = 'minutes'): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const zone = date.toLocaleTimeString('en-GB', { timeZoneName: 'short' }).split(' ').at(-1);
  const seconds = exactTo === 'seconds' ? `:${two(date.getSeconds())}` : '';
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}${seconds} ${zone}`;
}
