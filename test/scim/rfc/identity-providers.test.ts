import { describe, expect, test } from 'vitest';
import { ScimError } from '../../../src/scim/errors.js';
import type { JsonObject } from '../../../src/scim/json.js';
import { equal } from '../../../src/scim/patch/difference.js';
import { type Dialect, type ProfileName, RULES, type RuleName } from '../../../src/scim/profiles.js';
import type { ResourceType } from '../../../src/scim/schema/characteristics.js';
import { assertedPart, dialectOf, type Held, hold, isSame, patch, select, show, typeNamed, write } from './core.js';
import { fixture, fixturesOf } from './fixtures.js';

interface Row {
  name: string;
  /** The resource before; absent for a POST. */
  before?: JsonObject;
  /** `put` for a PUT; otherwise a row with `before` is a PATCH, and one without a POST. */
  operation?: 'put';
  request: JsonObject;
  expected?: JsonObject;
  /** Paths that have no value afterwards; in place of `expected`. */
  absent?: string[];
  scimType?: string;
  unchanged?: boolean;
  /** The rules of the profile that the request needs, no more and no fewer. */
  rules?: RuleName[];
}

interface Table {
  profile: ProfileName;
  source: string;
  resourceType: string;
  rows: Row[];
}

function run(row: Row, type: ResourceType, dialect: Dialect): Held {
  if (!row.before || row.operation === 'put') return write(row.request, type, dialect);
  return patch(hold(row.before, type), row.request, type, dialect);
}

/** What the strict profile makes of the request: the asserted part, or the name of the error. */
function strictOutcome(row: Row, type: ResourceType): JsonObject | string {
  try {
    return assertedPart(show(run(row, type, dialectOf('strict')), type, 'x'), type);
  } catch (error) {
    if (error instanceof ScimError) return error.kind;
    throw error;
  }
}

/** Whether the stored resource is the same afterwards. A POST has nothing before it. */
function expectChange(row: Row, after: Held, type: ResourceType): void {
  if (!row.before || row.operation === 'put') return;
  const isBare = Object.keys(row.before).length === 2;
  expect(isSame(hold(row.before, type), after)).toBe(row.expected ? (row.unchanged ?? false) : isBare);
}

for (const { name, section, content } of fixturesOf<Table>('idp-table')) {
  const { profile, source, rows } = content;
  const type = typeNamed(content.resourceType);

  describe(`${name} (${section}; ${source})`, () => {
    for (const row of rows) {
      const { expected, rules } = row;
      if (row.scimType) {
        test(`${row.name}: ${row.scimType}`, () => {
          expect(() => run(row, type, dialectOf(profile))).toThrow(expect.objectContaining({ kind: row.scimType }));
        });
        continue;
      }

      test(row.name, () => {
        const dialect = dialectOf(profile);
        const after = run(row, type, dialect);
        const shown = show(after, type, 'x');
        if (expected) expect(assertedPart(shown, type)).toEqual(assertedPart(expected, type));
        for (const path of row.absent ?? []) {
          expect(select(`${path} pr`, [shown], type, dialectOf('strict')), `${path} is cleared`).toEqual([]);
        }
        if (rules) expect(dialect.met.sort()).toEqual([...rules].sort());
        expectChange(row, after, type);
      });

      if (!expected || !rules) continue;
      const verdict = rules.length === 0 ? 'does the same' : 'does otherwise';
      test(`${row.name}: the strict profile ${verdict}`, () => {
        const outcome = strictOutcome(row, type);
        const isSameOutcome = typeof outcome !== 'string' && equal(outcome, assertedPart(expected, type));
        expect(isSameOutcome, JSON.stringify(outcome)).toBe(rules.length === 0);
      });
    }
  });
}

describe('the rules of the profiles', () => {
  /** Not of the core: they are seen where requests are answered. */
  const elsewhere: RuleName[] = [
    'value-path-in-attributes',
    'members-kept-by-put',
    'unique-group-name',
    'no-body-after-group-patch',
    'hide-unreadable',
    'list-external-id',
  ];

  test('every rule of the core is needed by a recorded request', () => {
    const tables = fixturesOf<Table>('idp-table').flatMap(({ content }) => content.rows);
    const filters = ['filters', 'filters-group'].flatMap((name) => {
      const found = fixturesOf<{ filters: Row[] }>('filters').find((file) => file.name === name);
      return found?.content.filters ?? [];
    });
    const needed = new Set([...tables, ...filters].flatMap(({ rules = [] }) => rules));
    const unseen = (Object.keys(RULES) as RuleName[]).filter((rule) => !needed.has(rule) && !elsewhere.includes(rule));
    expect(unseen).toEqual([]);
  });

  test('the custom extension of the fixtures is one that Entra can name (urn:ietf:params:scim:schemas:extension:…)', () => {
    expect(fixture<{ id: string }>('custom-extension').id).toMatch(
      /^urn:ietf:params:scim:schemas:extension:\w+:2\.0:User$/,
    );
  });
});
