/** A schema of one's own: every mutability, and attributes of kinds that User and Group lack. */
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/scim/json.js';
import { applyPatch } from '../../../src/scim/patch/apply.js';
import { PATCH_OP_URN, parsePatch } from '../../../src/scim/patch/operation.js';
import type { ProfileName } from '../../../src/scim/profiles.js';
import type { ResourceType, SchemaDocument } from '../../../src/scim/schema/characteristics.js';
import { loadRegistry } from '../../../src/scim/schema/load.js';
import { dialectOf, LIMITS, readSchemaFile } from '../rfc/core.js';

const DEVICE: SchemaDocument = {
  id: 'urn:example:Device',
  name: 'Device',
  attributes: [
    { name: 'label', type: 'string' },
    { name: 'serial', type: 'string', mutability: 'immutable' },
    { name: 'state', type: 'string', mutability: 'readOnly' },
    { name: 'pin', type: 'string', mutability: 'writeOnly', returned: 'never' },
    { name: 'hint', type: 'string', mutability: 'writeOnly', returned: 'request' },
    { name: 'vault', type: 'complex', returned: 'never', subAttributes: [{ name: 'code', type: 'integer' }] },
    { name: 'tags', type: 'string', multiValued: true },
    { name: 'sizes', type: 'integer', multiValued: true },
    { name: 'ports', type: 'string', multiValued: true, mutability: 'immutable' },
    {
      name: 'case',
      type: 'complex',
      mutability: 'immutable',
      subAttributes: [{ name: 'color', type: 'string' }],
    },
    {
      name: 'place',
      type: 'complex',
      subAttributes: [
        { name: 'room', type: 'string', required: true },
        { name: 'desk', type: 'string' },
        { name: 'built', type: 'dateTime', mutability: 'immutable' },
        { name: 'seen', type: 'dateTime', mutability: 'readOnly' },
        { name: 'alarm', type: 'string', returned: 'never' },
      ],
    },
    {
      name: 'checks',
      type: 'complex',
      multiValued: true,
      subAttributes: [
        { name: 'value', type: 'string' },
        { name: 'marks', type: 'string', multiValued: true },
        { name: 'stamp', type: 'string', mutability: 'immutable' },
        { name: 'by', type: 'string', mutability: 'readOnly' },
      ],
    },
  ],
};

const device = loadRegistry({
  common: readSchemaFile('common'),
  schemas: [DEVICE],
  resourceTypes: [{ name: 'Device', endpoint: '/Devices', schema: DEVICE.id }],
}).resourceType('Device') as ResourceType;

interface Op {
  op: string;
  path?: string;
  value?: Json;
}
const set = (path: string, value: Json): Op => ({ op: 'replace', path, value });
const add = (path: string, value: Json): Op => ({ op: 'add', path, value });
const remove = (path: string, value?: Json): Op => ({ op: 'remove', path, ...(value !== undefined && { value }) });

function patched(before: JsonObject, operations: Op | Op[], profile: ProfileName = 'strict'): JsonObject {
  const dialect = dialectOf(profile);
  const body = { schemas: [PATCH_OP_URN], Operations: [operations].flat() as unknown as Json };
  return applyPatch(before, parsePatch(body, device, dialect, LIMITS), device, dialect);
}

type Rows = [what: string, before: JsonObject, operations: Op | Op[], after: JsonObject][];
type Refused = [what: string, before: JsonObject, operations: Op | Op[]][];

const mutability = expect.objectContaining({ kind: 'mutability' });

describe('immutable (RFC 7644 §3.5.2, RFC 7643 §7): set once', () => {
  const rows: Rows = [
    ['a value where there was none', {}, set('serial', 'A'), { serial: 'A' }],
    ['two values in one request, which is one change', {}, [set('serial', 'A'), set('serial', 'B')], { serial: 'B' }],
    ['the value that is there', { serial: 'A' }, set('serial', 'A'), { serial: 'A' }],
    ['the value that is there, added', { serial: 'A' }, add('serial', 'A'), { serial: 'A' }],
    ['removing what is not there', { label: 'L' }, remove('serial'), { label: 'L' }],
    ['several values where there were none', {}, add('ports', ['a', 'b']), { ports: ['a', 'b'] }],
    ['the values that are there', { ports: ['a'] }, set('ports', ['a']), { ports: ['a'] }],
    ['a complex value where there was none', {}, set('case', { color: 'red' }), { case: { color: 'red' } }],
    [
      'a sub-attribute where there was none',
      { place: { room: '1' } },
      set('place.built', '2026-01-01T00:00:00Z'),
      { place: { room: '1', built: '2026-01-01T00:00:00Z' } },
    ],
    [
      'a sub-attribute of a selected value where there was none',
      { checks: [{ value: 'a' }] },
      add('checks[value eq "a"].stamp', '1'),
      { checks: [{ value: 'a', stamp: '1' }] },
    ],
    [
      'the same sub-attribute again',
      { checks: [{ value: 'a', stamp: '1' }] },
      set('checks[value eq "a"].stamp', '1'),
      { checks: [{ value: 'a', stamp: '1' }] },
    ],
    [
      'what holds an immutable value may go as a whole',
      { checks: [{ value: 'a', stamp: '1' }] },
      remove('checks[value eq "a"]'),
      {},
    ],
  ];
  test.each(rows)('allowed: %s', (_, before, operations, after) => {
    expect(patched(before, operations)).toEqual(after);
  });

  const refused: Refused = [
    ['another value', { serial: 'A' }, set('serial', 'B')],
    ['another value, added', { serial: 'A' }, add('serial', 'B')],
    ['the value in another case', { serial: 'A' }, set('serial', 'a')],
    ['null', { serial: 'A' }, set('serial', null)],
    ['removing it', { serial: 'A' }, remove('serial')],
    ['another value without a path', { serial: 'A' }, { op: 'replace', value: { serial: 'B' } }],
    ['removing and setting it in the same request', { serial: 'A' }, [remove('serial'), set('serial', 'B')]],
    ['other values', { ports: ['a'] }, set('ports', ['b'])],
    ['removing values', { ports: ['a'] }, remove('ports')],
    ['removing the only selected value', { ports: ['a'] }, remove('ports[value eq "a"]')],
    ['removing a complex value', { case: { color: 'red' } }, remove('case')],
    [
      'a sub-attribute',
      { place: { room: '1', built: '2026-01-01T00:00:00Z' } },
      set('place.built', '2027-01-01T00:00:00Z'),
    ],
    [
      'a sub-attribute in a complex value',
      { place: { room: '1', built: '2026-01-01T00:00:00Z' } },
      set('place', { built: '2027-01-01T00:00:00Z' }),
    ],
    [
      'a sub-attribute of a selected value',
      { checks: [{ value: 'a', stamp: '1' }] },
      set('checks[value eq "a"].stamp', '2'),
    ],
    [
      'removing a sub-attribute of a selected value',
      { checks: [{ value: 'a', stamp: '1' }] },
      remove('checks[value eq "a"].stamp'),
    ],
    ['a sub-attribute of every value', { checks: [{ value: 'a', stamp: '1' }] }, set('checks.stamp', '2')],
  ];
  test.each(refused)('mutability: %s', (_, before, operations) => {
    expect(() => patched(before, operations)).toThrow(mutability);
  });

  const wrong: [...Refused[number], ProfileName?][] = [
    ['a sub-attribute of an immutable complex value', { case: { color: 'red' } }, set('case.color', 'blue')],
    ['an immutable complex value, with a sub-attribute', { case: { color: 'red' } }, set('case', { color: 'blue' })],
    ['removing a sub-attribute of an immutable complex value', { case: { color: 'red' } }, remove('case.color')],
    ['one more value', { ports: ['a'] }, add('ports', ['b'])],
    ['removing one selected value of several', { ports: ['a', 'b'] }, remove('ports[value eq "a"]')],
    ['replacing a selected value', { ports: ['a', 'b'] }, set('ports[value eq "a"]', 'c')],
    ['removing a listed value', { ports: ['a', 'b'] }, remove('ports', ['a']), 'entra'],
    [
      'a sub-attribute of a value that is added again',
      { checks: [{ value: 'a', stamp: '1' }] },
      add('checks', [{ value: 'a', stamp: '2' }]),
    ],
  ];
  test.each(wrong)('mutability: %s, too', (_, before, operations, profile) => {
    expect(() => patched(before, operations, profile)).toThrow(mutability);
  });
});

describe('readOnly (RFC 7643 §7)', () => {
  test.each(['add', 'remove', 'replace'])('%s by path is refused: mutability', (op) => {
    for (const path of ['state', 'place.seen', 'checks.by', 'checks[value eq "a"].by']) {
      expect(() => patched({ checks: [{ value: 'a' }] }, { op, path, value: 'x' })).toThrow(mutability);
    }
  });

  test('in the value of a complex attribute it is passed over, and what was there stays', () => {
    const before = { place: { room: '1', seen: '2026-01-01T00:00:00Z' } };
    expect(patched(before, set('place', { room: '2', seen: '2027-01-01T00:00:00Z' }))).toEqual({
      place: { room: '2', seen: '2026-01-01T00:00:00Z' },
    });
    expect(patched({}, add('checks', [{ value: 'a', by: 'x' }]))).toEqual({ checks: [{ value: 'a' }] });
  });
});

describe('writeOnly and never returned (RFC 7643 §7)', () => {
  test('what is never returned is checked and let go, by itself and in a complex attribute', () => {
    expect(patched({}, [set('pin', '1234'), set('vault.code', 1), set('place', { room: '1', alarm: 'x' })])).toEqual({
      place: { room: '1' },
    });
    expect(() => patched({}, set('pin', ['1', '2']))).toThrow(expect.objectContaining({ kind: 'invalidValue' }));
    expect(() => patched({}, set('vault.code', 'x'))).toThrow(expect.objectContaining({ kind: 'invalidValue' }));
    expect(() => patched({}, set('vault', 'x'))).toThrow(expect.objectContaining({ kind: 'invalidValue' }));
  });

  test('what is written only but may be asked for is kept', () => {
    expect(patched({}, set('hint', 'x'))).toEqual({ hint: 'x' });
  });
});

describe('required sub-attributes (RFC 7643 §7)', () => {
  test.each([
    ['removing one', { place: { room: '1', desk: '2' } }, remove('place.room'), 'mutability'],
    ['null for one', { place: { room: '1', desk: '2' } }, set('place.room', null), 'invalidValue'],
    [
      'null for one in a complex value',
      { place: { room: '1', desk: '2' } },
      set('place', { room: null }),
      'invalidValue',
    ],
    ['a complex value without one', {}, set('place', { desk: '2' }), 'invalidValue'],
    ['a sub-attribute beside one that is missing', {}, set('place.desk', '2'), 'invalidValue'],
  ] as [string, JsonObject, Op, string][])('%s is refused: %s', (_, before, operation, kind) => {
    expect(() => patched(before, operation)).toThrow(expect.objectContaining({ kind }));
  });

  test('removing one from what is not there changes nothing', () => {
    expect(patched({ label: 'L' }, remove('place.room'))).toEqual({ label: 'L' });
  });

  test('the whole complex attribute may go: only what is there must be complete', () => {
    expect(patched({ place: { room: '1' } }, remove('place'))).toEqual({});
  });
});

describe('simple attributes with many values (RFC 7643 §2.4)', () => {
  const rows: Rows = [
    ['add', { tags: ['a'] }, add('tags', ['b', 'c']), { tags: ['a', 'b', 'c'] }],
    ['add what is there', { tags: ['a'] }, add('tags', ['a']), { tags: ['a'] }],
    [
      'add what is there in another case: the first spelling stays',
      { tags: ['a'] },
      add('tags', ['A']),
      { tags: ['a'] },
    ],
    ['add to none', {}, add('tags', ['a', 'A', 'b']), { tags: ['a', 'b'] }],
    ['add numbers', { sizes: [1] }, add('sizes', [2, 1]), { sizes: [1, 2] }],
    ['replace', { tags: ['a', 'b'] }, set('tags', ['c']), { tags: ['c'] }],
    ['replace the selected', { tags: ['a', 'b'] }, set('tags[value eq "A"]', 'c'), { tags: ['c', 'b'] }],
    ['replace all that are selected', { sizes: [1, 5, 9] }, set('sizes[value gt 4]', 0), { sizes: [1, 0, 0] }],
    ['replace the selected with null', { tags: ['a', 'b'] }, set('tags[value eq "a"]', null), { tags: ['b'] }],
    [
      'replace one of two that are the same',
      { tags: ['a', 'a', 'b'] },
      set('tags[value eq "a"]', 'c'),
      { tags: ['c', 'c', 'b'] },
    ],
    ['remove the selected', { sizes: [1, 5, 9] }, remove('sizes[value ge 5]'), { sizes: [1] }],
    ['remove the last', { tags: ['a'] }, remove('tags[value eq "a"]'), {}],
    [
      'remove a value of a value',
      { checks: [{ value: 'a', marks: ['x'] }] },
      remove('checks[value eq "a"].marks'),
      { checks: [{ value: 'a' }] },
    ],
    [
      'add a value to a value',
      { checks: [{ value: 'a', marks: ['x'] }] },
      add('checks[value eq "a"].marks', ['y', 'x']),
      { checks: [{ value: 'a', marks: ['x', 'y'] }] },
    ],
  ];
  test.each(rows)('%s', (_, before, operations, after) => {
    expect(patched(before, operations)).toEqual(after);
  });

  test('no value can be made from a filter: noTarget', () => {
    for (const profile of ['strict', 'entra'] as const) {
      expect(() => patched({ tags: ['a'] }, set('tags[value eq "b"]', 'c'), profile)).toThrow(
        expect.objectContaining({ kind: 'noTarget' }),
      );
    }
  });

  test('listed values are removed without regard to case (entra)', () => {
    expect(patched({ tags: ['a', 'b', 'c'] }, remove('tags', ['A', 'c', 'd']), 'entra')).toEqual({ tags: ['b'] });
    expect(patched({ sizes: [1, 2] }, remove('sizes', '1'), 'entra')).toEqual({ sizes: [2] });
  });

  test('listed values of a sub-attribute: the last one unassigns it (RFC 7643 §2.5, entra)', () => {
    const before = { checks: [{ value: 'a', marks: ['x'] }] };
    expect(patched(before, remove('checks.marks', ['x']), 'entra')).toEqual({ checks: [{ value: 'a' }] });
  });
});
