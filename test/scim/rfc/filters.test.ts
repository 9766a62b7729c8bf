import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/scim/json.js';
import type { ProfileName, RuleName } from '../../../src/scim/profiles.js';
import { dialectOf, select, typeNamed } from './core.js';
import { fixturesOf } from './fixtures.js';

interface FilterTable {
  section?: string;
  profile?: ProfileName;
  resourceType?: string;
  resources: JsonObject[];
  filters: { filter: string; expected: string[]; rules?: RuleName[] }[];
  refused?: { filter: string; scimType: string }[];
}

for (const { name, section, content } of fixturesOf<FilterTable>('filters')) {
  const { resources, filters, refused = [] } = content;
  const type = typeNamed(content.resourceType ?? 'User');
  const clause = content.section ?? section;

  describe(`${name} (${clause})`, () => {
    for (const { filter, expected, rules = [] } of filters) {
      test(`${filter} selects ${expected.join(', ') || 'nothing'}`, () => {
        const dialect = dialectOf(rules.length > 0 ? (content.profile ?? 'entra') : 'strict');
        expect(select(filter, resources, type, dialect)).toEqual(expected);
        expect(dialect.met.sort()).toEqual([...rules].sort());
      });

      test(`${filter} means the same to every profile that reads it`, () => {
        expect(select(filter, resources, type, dialectOf('entra'))).toEqual(expected);
        expect(select(filter, resources, type, dialectOf('okta'))).toEqual(expected);
      });

      if (rules.length === 0) continue;
      test(`${filter} is refused by the strict profile`, () => {
        expect(() => select(filter, resources, type, dialectOf('strict'))).toThrow(
          expect.objectContaining({ kind: 'invalidFilter' }),
        );
      });
    }

    for (const { filter, scimType } of refused) {
      test(`"${filter}" is refused: ${scimType} (RFC 7644 §3.4.2.2, table 3)`, () => {
        expect(() => select(filter, resources, type, dialectOf('strict'))).toThrow(
          expect.objectContaining({ kind: scimType }),
        );
      });
    }
  });
}
