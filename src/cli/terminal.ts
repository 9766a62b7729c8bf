/** What a command has of the world: its environment, and where to write. Tests bring their own. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results, to standard output. The text brings its own line ends. */
  out(text: string): void;
  /** Messages, to standard error. */
  err(text: string): void;
}

/** The process's own. */
export function processTerminal(): Terminal {
  return {
    env: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  };
}

/**
 * Rows under headings, in columns two blanks apart, without blanks at line ends.
 * `[['NAME', 'PROFILE'], ['acme', 'entra']]`; an undefined cell shows as a hyphen.
 */
export function table(rows: readonly (readonly (string | undefined)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell ?? '-'));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
