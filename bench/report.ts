/** What was found: tables for people, figures for machines, and whether the limits hold. */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/** One number that was measured. */
export interface Figure {
  /** `single/POST user/ratio` */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit?: Limit;
}

export interface Limit {
  readonly kind: 'at least' | 'at most';
  readonly value: number;
}

export function atLeast(value: number): Limit {
  return { kind: 'at least', value };
}

export function atMost(value: number): Limit {
  return { kind: 'at most', value };
}

export class Report {
  private readonly figures: Figure[] = [];
  private readonly problems: string[] = [];
  private readonly notes: string[] = [];

  /** Keeps a figure and gives it back as a cell. */
  add(name: string, value: number, unit: string, limit?: Limit): string {
    const figure = { name, value, unit, ...(limit && { limit }) };
    this.figures.push(figure);
    return limit ? `${shown(value)} ${mark(figure)}` : shown(value);
  }

  /** Something that makes the figures worthless. */
  problem(text: string): void {
    this.problems.push(text);
    console.log(`PROBLEM: ${text}`);
  }

  /** Something to know when reading the figures. */
  note(text: string): void {
    this.notes.push(text);
    console.log(`note: ${text}`);
  }

  get hasProblems(): boolean {
    return this.problems.length > 0;
  }

  get missed(): Figure[] {
    return this.figures.filter((figure) => !holds(figure));
  }

  /** Everything that has a limit, in one table. */
  summarise(): void {
    const limited = this.figures.filter(({ limit }) => limit);
    heading('Summary');
    table([
      ['figure', 'value', 'limit', ''],
      ...limited.map((figure) => [
        figure.name,
        shown(figure.value),
        `${figure.limit?.kind} ${figure.limit?.value}`,
        mark(figure),
      ]),
    ]);
    console.log(`\n${limited.length - this.missed.length} of ${limited.length} limits hold.`);
    for (const problem of this.problems) console.log(`PROBLEM: ${problem}`);
  }

  write(file: string, options: object): void {
    const machine = { node: process.version, cpu: cpus()[0]?.model, cores: availableParallelism() };
    const figures = this.figures.map((figure) => ({ ...figure, ...(figure.limit && { holds: holds(figure) }) }));
    writeFileSync(
      file,
      `${JSON.stringify({ machine, options, figures, notes: this.notes, problems: this.problems }, undefined, 2)}\n`,
    );
  }
}

function holds({ value, limit }: Figure): boolean {
  if (!limit) return true;
  return limit.kind === 'at least' ? value >= limit.value : value <= limit.value;
}

function mark(figure: Figure): string {
  return holds(figure) ? 'pass' : 'FAIL';
}

export function heading(text: string): void {
  console.log(`\n${text}\n${'='.repeat(text.length)}`);
}

/** Rows under headings. The first column is words, the others are numbers. */
export function table(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const [i, row] of rows.entries()) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(cells.join('  ').trimEnd());
    if (i === 0) console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  }
}

/** With as many digits as mean something. */
export function shown(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
