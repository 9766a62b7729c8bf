/** SQL as fragments that carry their values, so that no value is ever part of the text. */
import type { SqlValue } from './driver.js';

/** A piece of SQL. The text depends on the shape of a query only; its values are bound, in this order. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** `sql\`a = ${value} AND ${fragment}\``: fragments are spliced in, everything else becomes a placeholder. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | SqlValue)[]): Sql {
  let text = strings[0] as string;
  const values: SqlValue[] = [];
  for (const [i, part] of parts.entries()) {
    if (part !== null && typeof part === 'object') {
      text += part.text;
      values.push(...part.values);
    } else {
      text += '?';
      values.push(part);
    }
    text += strings[i + 1] as string;
  }
  return { text, values };
}

/** Joins in halves, so that the depth of the expression is the logarithm of its terms; SQLite limits depth to 1000. */
export function joined(terms: readonly Sql[], operator: 'and' | 'or'): Sql {
  const [first] = terms;
  if (first === undefined) return operator === 'and' ? sql`1` : sql`0`;
  if (terms.length === 1) return first;
  const middle = terms.length >> 1;
  const [left, right] = [joined(terms.slice(0, middle), operator), joined(terms.slice(middle), operator)];
  return operator === 'and' ? sql`(${left} AND ${right})` : sql`(${left} OR ${right})`;
}

/** Table aliases that are unique within one query. */
export class Aliases {
  private count = 0;

  /** `e1`, `e2` … The prefix is the compiler's own word, never a client's. */
  next(prefix: 'e' | 'x' | 'm'): Sql {
    this.count++;
    return { text: `${prefix}${this.count}`, values: [] };
  }
}
