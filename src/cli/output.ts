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

/** Columns padded to their widest cell, two blanks between them; the last column is not padded. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}
