/** Where a document is wrong, as the server says it: “line 5: Device: size: has the unknown type number”. */

export interface Mistake {
  /** From 1. */
  readonly line: number;
  readonly rule: string;
}

/** Undefined where no line is named. */
export function readMistake(message: string): Mistake | undefined {
  const [, line, rule] = /^line (\d+): (.+)$/is.exec(message) ?? [];
  return line === undefined || rule === undefined ? undefined : { line: Number(line), rule };
}

/** The characters of a line, from 1: where it begins, and where it ends without its break. */
export function rangeOf(text: string, line: number): readonly [start: number, end: number] {
  const before = text.split('\n').slice(0, line - 1);
  const start = before.reduce((sum, one) => sum + one.length + 1, 0);
  const end = text.indexOf('\n', start);
  return [Math.min(start, text.length), end === -1 ? text.length : end];
}
