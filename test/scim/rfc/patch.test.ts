import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/scim/json.js';
import { parsePatch } from '../../../src/scim/patch/operation.js';
import { assertedPart, dialectOf, hold, isSame, LIMITS, patch, show, typeNamed, typeOf } from './core.js';
import { fixture, fixturesOf } from './fixtures.js';

interface Example {
  section: string;
  resourceType: string;
  resource: JsonObject;
  request: JsonObject;
  expected: JsonObject;
  unchanged?: boolean;
}

interface Rule {
  name: string;
  section: string;
  resource: JsonObject;
  request: JsonObject;
  expected?: JsonObject;
  scimType?: string;
  unchanged?: boolean;
}

interface Path {
  path: string;
  resourceType: string;
  resolves?: string;
  scimType?: string;
}

function expectResult({ resource, request, expected, unchanged }: Omit<Example, 'section' | 'resourceType'>): void {
  const type = typeOf(resource);
  const before = hold(resource, type);
  const untouched = structuredClone(before);
  const after = patch(before, request, type, dialectOf('strict'));
  expect(assertedPart(show(after, type, String(resource.id)), type)).toEqual(assertedPart(expected, type));
  expect(isSame(before, after)).toBe(unchanged ?? false);
  expect(before, 'the document before is left as it was').toEqual(untouched);
}

describe('the PATCH requests that the RFC shows', () => {
  for (const { name, section, content } of fixturesOf<Example>('patch-example')) {
    test(`${name} gives the result that the RFC describes (${section})`, () => {
      expectResult(content);
    });
  }

  test('the basic structure of a request is read (RFC 7644 §3.5.2, figure 6)', () => {
    const request = fixture<JsonObject>('patch-structure');
    expect(parsePatch(request, typeNamed('Group'), dialectOf('strict'), LIMITS)).toMatchObject([
      { op: 'add', target: { path: 'members' }, selection: undefined },
    ]);
  });

  for (const row of fixture<{ paths: Path[] }>('paths').paths) {
    const outcome = row.resolves ? `names ${row.resolves} of ${row.resourceType}` : `is refused: ${row.scimType}`;
    test(`the path ${row.path} ${outcome} (RFC 7644 §3.5.2, figure 8)`, () => {
      const request = {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'remove', path: row.path }],
      };
      const read = () => parsePatch(request, typeNamed(row.resourceType), dialectOf('strict'), LIMITS);
      if (row.scimType) expect(read).toThrow(expect.objectContaining({ kind: row.scimType }));
      else expect(read()).toMatchObject([{ target: { path: row.resolves } }]);
    });
  }
});

describe('the sentences of RFC 7644 §3.5.2', () => {
  for (const { name, section, ...row } of fixture<{ rows: Rule[] }>('patch-rules').rows) {
    if (row.expected) {
      const { expected } = row;
      test(`${name} (${section})`, () => {
        expectResult({ ...row, expected });
      });
    } else {
      test(`${name}: ${row.scimType} (${section})`, () => {
        const type = typeOf(row.resource);
        const before = hold(row.resource, type);
        const untouched = structuredClone(before);
        expect(() => patch(before, row.request, type, dialectOf('strict'))).toThrow(
          expect.objectContaining({ kind: row.scimType }),
        );
        expect(before, 'the document before is left as it was').toEqual(untouched);
      });
    }
  }
});
