/** How the rows of an area of the RFC become checks. */
import type { Check } from '../../check.js';
import type { Feature, Level } from '../../model.js';

/** What every row says of itself. */
export interface Heading {
  /** Behind the area: `eq` for `rfc.filter.eq`. */
  readonly id: string;
  readonly title: string;
  readonly fix: string;
  /** `must` unless said otherwise. */
  readonly level?: Level;
  /** That of the area unless said otherwise. */
  readonly source?: string;
  /** Besides what the whole area needs. */
  readonly needs?: readonly Feature[];
}

export interface Row extends Heading, Pick<Check, 'readsOnly' | 'run'> {}

/** @returns what makes a check of a row. `areaNeeds`: what all of them need */
export function rfcArea(area: string, areaSource: string, ...areaNeeds: readonly Feature[]): (row: Row) => Check {
  return ({ id, title, level = 'must', source = areaSource, fix, needs = [], readsOnly, run }) => ({
    id: `rfc.${area}.${id}`,
    suite: 'rfc',
    title,
    level,
    source,
    fix,
    needs: [...areaNeeds, ...needs],
    readsOnly,
    run,
  });
}
