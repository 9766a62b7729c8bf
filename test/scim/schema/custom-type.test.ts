/** A resource type that no RFC knows, from two JSON documents alone, through everything the core does with one. */
import { describe, expect, test } from 'vitest';
import { matches } from '../../../src/scim/filter/matches.js';
import { parseFilter } from '../../../src/scim/filter/parse.js';
import { resolveFilter } from '../../../src/scim/filter/resolve.js';
import type { Json, JsonObject } from '../../../src/scim/json.js';
import { applyPatch } from '../../../src/scim/patch/apply.js';
import { applyDifference, difference } from '../../../src/scim/patch/difference.js';
import { planEdges } from '../../../src/scim/patch/edge-plan.js';
import { PATCH_OP_URN, parsePatch } from '../../../src/scim/patch/operation.js';
import { readResource } from '../../../src/scim/resource/normalise.js';
import { present, withCommonAttributes } from '../../../src/scim/resource/present.js';
import { project, readProjection } from '../../../src/scim/resource/project.js';
import { toSearchIndex } from '../../../src/scim/resource/search-form.js';
import { validate } from '../../../src/scim/resource/validate.js';
import type { ResourceType, ResourceTypeDocument, SchemaDocument } from '../../../src/scim/schema/characteristics.js';
import { loadRegistry } from '../../../src/scim/schema/load.js';
import { resolveSort } from '../../../src/scim/sort.js';
import { dialectOf, LIMITS, readSchemaFile } from '../rfc/core.js';

const SCHEMA = `{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
  "id": "urn:example:params:scim:schemas:Room:1.5",
  "name": "Room",
  "attributes": [
    { "name": "number", "type": "string", "required": true, "uniqueness": "server", "caseExact": true },
    { "name": "seats", "type": "integer" },
    { "name": "area", "type": "decimal" },
    { "name": "opened", "type": "dateTime", "mutability": "immutable" },
    { "name": "bookable", "type": "boolean" },
    { "name": "doorCode", "type": "string", "mutability": "writeOnly", "returned": "never" },
    { "name": "names", "type": "string", "multiValued": true },
    { "name": "equipment", "type": "complex", "multiValued": true, "subAttributes": [
      { "name": "value", "type": "string" },
      { "name": "type", "type": "string" },
      { "name": "primary", "type": "boolean" },
      { "name": "checked", "type": "dateTime", "mutability": "readOnly" }
    ] },
    { "name": "keyHolders", "type": "complex", "multiValued": true, "subAttributes": [
      { "name": "value", "type": "string", "caseExact": true },
      { "name": "$ref", "type": "reference", "referenceTypes": ["Room"] }
    ] }
  ]
}`;
const TYPE = `{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
  "name": "Room",
  "endpoint": "/Rooms",
  "schema": "urn:example:params:scim:schemas:Room:1.5",
  "scim-target": {
    "lookups": ["names", "equipment.value"],
    "display": "number",
    "edges": "keyHolders",
    "defaults": { "bookable": true }
  }
}`;

const schema = JSON.parse(SCHEMA) as SchemaDocument;
const room = loadRegistry({
  common: readSchemaFile('common'),
  schemas: [schema],
  resourceTypes: [JSON.parse(TYPE) as ResourceTypeDocument],
}).resourceType('Room') as ResourceType;

const strict = () => dialectOf('strict');
const meta = { id: '7', version: 2, created: '2026-01-01T00:00:00Z', lastModified: '2026-01-02T00:00:00Z' };

const BODY: JsonObject = {
  schemas: [schema.id],
  NUMBER: 'A-101',
  seats: 12,
  area: 30.5,
  opened: '2020-05-01T09:00:00+02:00',
  doorCode: '1234',
  names: ['Aula', 'Große Halle'],
  equipment: [{ value: 'Beamer', type: 'video', primary: true, checked: '2026-01-01T00:00:00Z' }, { value: 'Piano' }],
  keyHolders: [{ value: '8', $ref: 'https://example.com/Rooms/8' }],
};
const DOCUMENT: JsonObject = {
  bookable: true,
  number: 'A-101',
  seats: 12,
  area: 30.5,
  opened: '2020-05-01T09:00:00+02:00',
  names: ['Aula', 'Große Halle'],
  equipment: [{ value: 'Beamer', type: 'video', primary: true }, { value: 'Piano' }],
};

const patched = (...operations: Json[]) => {
  const read = parsePatch({ schemas: [PATCH_OP_URN], Operations: operations }, room, strict(), LIMITS);
  return {
    document: applyPatch(DOCUMENT, read, room, strict()),
    edges: planEdges(read, room.edges, strict(), undefined),
  };
};

describe('a Room', () => {
  test('is read from a body (RFC 7644 §3.3)', () => {
    const { document, edges } = readResource(BODY, room, strict());
    const complete = { ...room.defaults, ...document };
    validate(complete, room);
    expect(complete).toStrictEqual(DOCUMENT);
    expect(edges).toEqual(['8']);
  });

  test.each([
    ['without its number', { number: undefined }, 'number is required.'],
    ['with a blank number', { number: ' ' }, 'number is required.'],
    [
      'with two primary pieces',
      { equipment: [{ primary: true }, { primary: true }] },
      'At most one element of equipment may be primary.',
    ],
  ] as [string, JsonObject, string][])('is not valid %s (RFC 7643 §7)', (_, change, detail) => {
    expect(() => validate({ ...DOCUMENT, ...change }, room)).toThrow(detail);
  });

  test('is patched (RFC 7644 §3.5.2)', () => {
    const { document, edges } = patched(
      { op: 'add', path: 'names', value: ['aula', 'Saal'] },
      { op: 'replace', path: 'equipment[type eq "VIDEO"].value', value: 'Screen' },
      {
        op: 'add',
        path: 'urn:example:params:scim:schemas:Room:1.5:equipment',
        value: [{ value: 'Mic', primary: true }],
      },
      { op: 'remove', path: 'area' },
      { op: 'replace', value: { seats: 14, doorCode: '9' } },
      { op: 'remove', path: 'keyHolders[value eq "8"]' },
      { op: 'add', path: 'keyHolders', value: [{ $ref: '../Rooms/9' }] },
    );
    const { area: _, ...rest } = DOCUMENT;
    expect(document).toStrictEqual({
      ...rest,
      seats: 14,
      names: ['Aula', 'Große Halle', 'Saal'],
      equipment: [
        { value: 'Screen', type: 'video', primary: false },
        { value: 'Piano' },
        { value: 'Mic', primary: true },
      ],
    });
    expect(edges).toEqual({ isCleared: false, added: new Set(['9']), removed: new Set(['8']) });
    expect(
      applyDifference(
        document,
        difference(DOCUMENT, document, () => false),
        'undo',
      ),
    ).toEqual(DOCUMENT);
  });

  test.each([
    [{ op: 'replace', path: 'opened', value: '2021-01-01T00:00:00Z' }, 'mutability'],
    [{ op: 'replace', path: 'equipment.checked', value: '2021-01-01T00:00:00Z' }, 'mutability'],
    [{ op: 'remove', path: 'number' }, 'mutability'],
    [{ op: 'remove', path: 'bookable' }, 'invalidValue'],
    [{ op: 'replace', path: 'seats', value: 1.5 }, 'invalidValue'],
    [{ op: 'replace', path: 'equipment[type eq "audio"].value', value: 'x' }, 'noTarget'],
    [{ op: 'replace', path: 'colour', value: 'x' }, 'invalidPath'],
  ])('is not patched by %j: %s', (operation, kind) => {
    expect(() => patched(operation)).toThrow(expect.objectContaining({ kind }));
  });

  test.each([
    ['number eq "A-101"', true],
    ['number eq "a-101"', false],
    ['urn:example:params:scim:schemas:Room:1.5:number sw "A"', true],
    ['seats ge 12 and area lt 30.6', true],
    ['opened eq "2020-05-01T07:00:00Z"', true],
    ['names eq "GROSSE HALLE"', true],
    ['names[value sw "a" and value ew "e"]', false],
    ['equipment[type eq "video" and value eq "beamer"]', true],
    ['equipment[type eq "video"].value eq "piano"', false],
    ['equipment.primary eq true and not (bookable eq false)', true],
    ['meta.resourceType eq "Room" and id eq "7"', true],
  ])('is selected by %s: %s (RFC 7644 §3.4.2.2)', (text, expected) => {
    const { form } = toSearchIndex(withCommonAttributes(DOCUMENT, meta, room), room, room.unique);
    const node = resolveFilter(parseFilter(text, LIMITS, strict()), room, strict());
    expect(matches(form, node)).toBe(expected);
  });

  test.each(['doorCode pr', 'doorCode eq "1234"', 'userName pr', 'seats co "1"', 'keyHolders.$ref eq "x"'])(
    'is not selected by %s: invalidFilter',
    (text) => {
      expect(() => resolveFilter(parseFilter(text, LIMITS, strict()), room, strict())).toThrow(
        expect.objectContaining({ kind: 'invalidFilter' }),
      );
    },
  );

  test('is found, sorted and shown to others by what its documents say', () => {
    const { lookups, display } = toSearchIndex(withCommonAttributes(DOCUMENT, meta, room), room, room.unique);
    expect(lookups.map(({ path, value, unique }) => `${path} ${value} ${unique}`)).toEqual([
      'number A-101 true',
      'names aula false',
      'names grosse halle false',
      'equipment.value beamer false',
      'equipment.value piano false',
    ]);
    expect(display).toBe('A-101');
    expect(resolveSort(room, 'equipment', 'descending', strict())).toMatchObject({
      attribute: { path: 'equipment.value' },
      descending: true,
    });
    expect(() => resolveSort(room, 'keyHolders', undefined, strict())).toThrow(
      expect.objectContaining({ kind: 'invalidPath' }),
    );
  });

  test('is answered with its references, and as a client asks for it (RFC 7644 §3.9)', () => {
    const locate = (name: string, id: string) => (name === 'Room' ? `https://example.com/Rooms/${id}` : undefined);
    const whole = present({ ...DOCUMENT, keyHolders: [{ value: '8' }] }, meta, room, locate);
    const shown = (attributes?: string, excluded?: string) =>
      project(whole, room, readProjection(room, attributes, excluded, strict()));
    expect(shown('number,keyHolders.$ref')).toStrictEqual({
      schemas: [schema.id],
      id: '7',
      number: 'A-101',
      keyHolders: [{ $ref: 'https://example.com/Rooms/8' }],
    });
    expect(shown(undefined, 'meta,equipment.value,names')).toStrictEqual({
      schemas: [schema.id],
      id: '7',
      number: 'A-101',
      seats: 12,
      area: 30.5,
      opened: '2020-05-01T09:00:00+02:00',
      bookable: true,
      equipment: [{ type: 'video', primary: true }, {}],
      keyHolders: [{ value: '8', $ref: 'https://example.com/Rooms/8' }],
    });
    expect(shown('doorCode')).toStrictEqual({ schemas: [schema.id], id: '7' });
    expect(shown()).toMatchObject({
      meta: { resourceType: 'Room', location: 'https://example.com/Rooms/7', version: 'W/"2"' },
    });
  });
});
