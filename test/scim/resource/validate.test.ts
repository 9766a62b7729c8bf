import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/scim/json.js';
import { checkImmutable, validate } from '../../../src/scim/resource/validate.js';
import type { ResourceType, SchemaDocument } from '../../../src/scim/schema/characteristics.js';
import { loadRegistry } from '../../../src/scim/schema/load.js';
import { readSchemaFile, typeNamed } from '../rfc/core.js';

const DEVICE: SchemaDocument = {
  id: 'urn:example:Device',
  name: 'Device',
  attributes: [
    { name: 'label', type: 'string', required: true },
    { name: 'size', type: 'integer', required: true },
    { name: 'pin', type: 'string', required: true, returned: 'never' },
    { name: 'state', type: 'string', required: true, mutability: 'readOnly' },
    { name: 'serial', type: 'string', mutability: 'immutable' },
    { name: 'ports', type: 'string', multiValued: true, mutability: 'immutable' },
    {
      name: 'place',
      type: 'complex',
      subAttributes: [
        { name: 'room', type: 'string', required: true },
        { name: 'built', type: 'dateTime', mutability: 'immutable' },
      ],
    },
    {
      name: 'checks',
      type: 'complex',
      multiValued: true,
      subAttributes: [
        { name: 'value', type: 'string', required: true },
        { name: 'primary', type: 'boolean' },
      ],
    },
  ],
};
const WARRANTY: SchemaDocument = {
  id: 'urn:example:warranty:Device',
  name: 'Warranty',
  attributes: [
    { name: 'contract', type: 'string', required: true },
    { name: 'from', type: 'dateTime', mutability: 'immutable' },
  ],
};

function load(required: boolean): ResourceType {
  return loadRegistry({
    common: readSchemaFile('common'),
    schemas: [DEVICE, WARRANTY],
    resourceTypes: [
      {
        name: 'Device',
        endpoint: '/Devices',
        schema: DEVICE.id,
        schemaExtensions: [{ schema: WARRANTY.id, required }],
      },
    ],
  }).resourceType('Device') as ResourceType;
}
const device = load(false);
const ENOUGH = { label: 'L', size: 0 };

describe('validate: what must be there (RFC 7643 §7, required)', () => {
  test.each([
    ['the least', {}],
    ['zero is a value', { size: 0 }],
    ['a complex attribute with what it must have', { place: { room: '1' } }],
    ['one primary value', { checks: [{ value: 'a', primary: true }, { value: 'b', primary: false }, { value: 'c' }] }],
    ['an extension with what it must have', { [WARRANTY.id]: { contract: 'C' } }],
  ] as [string, JsonObject][])('%s', (_, document) => {
    expect(() => validate({ ...ENOUGH, ...document }, device)).not.toThrow();
  });

  test.each([
    ['a required attribute', { label: undefined }, 'label is required.'],
    ['a required text without a letter', { label: '' }, 'label is required.'],
    ['a required text of spaces', { label: ' \t\n' }, 'label is required.'],
    ['a required number', { size: undefined }, 'size is required.'],
    ['a required sub-attribute', { place: { built: '2026-01-01T00:00:00Z' } }, 'place.room is required.'],
    [
      'a required sub-attribute of one value among several',
      { checks: [{ value: 'a' }, { primary: true }] },
      'checks.value is required.',
    ],
    [
      'a required attribute of an extension',
      { [WARRANTY.id]: { from: '2026-01-01T00:00:00Z' } },
      `${WARRANTY.id}:contract is required.`,
    ],
  ] as [string, JsonObject, string][])('%s is missing: invalidValue', (_, document, detail) => {
    expect(() => validate({ ...ENOUGH, ...document }, device)).toThrow(
      expect.objectContaining({ kind: 'invalidValue' }),
    );
    expect(() => validate({ ...ENOUGH, ...document }, device)).toThrow(detail);
  });

  test('an extension is missing that the resource type requires (RFC 7643 §6)', () => {
    expect(() => validate(ENOUGH, load(true))).toThrow(`${WARRANTY.id} is required.`);
    expect(() => validate({ ...ENOUGH, [WARRANTY.id]: { contract: 'C' } }, load(true))).not.toThrow();
  });

  test('members are checked where they are kept, not here', () => {
    expect(() => validate({ displayName: 'G' }, typeNamed('Group'))).not.toThrow();
    expect(() =>
      validate({ displayName: 'G', members: [{ primary: true }, { primary: true }] }, typeNamed('Group')),
    ).not.toThrow();
  });

  test('two primary values are refused: invalidValue (RFC 7643 §2.4)', () => {
    const checks = [
      { value: 'a', primary: true },
      { value: 'b', primary: true },
    ];
    expect(() => validate({ ...ENOUGH, checks }, device)).toThrow('At most one element of checks may be primary.');
    expect(() => validate({ ...ENOUGH, checks }, device)).toThrow(expect.objectContaining({ kind: 'invalidValue' }));
  });
});

describe('checkImmutable: what a PUT may not change (RFC 7644 §3.5.1)', () => {
  const before = {
    label: 'L',
    serial: 'S',
    ports: ['a', 'b'],
    place: { room: '1', built: '2026-01-01T00:00:00Z' },
    [WARRANTY.id]: { contract: 'C', from: '2026-01-01T00:00:00Z' },
  };
  const check = (from: JsonObject, to: JsonObject) => () => checkImmutable(from, to, device.attributes);

  test.each([
    ['the same', before],
    ['another value of what may change', { ...before, label: 'M', place: { ...before.place, room: '2' } }],
  ])('%s is allowed', (_, after) => {
    expect(check(before, after)).not.toThrow();
  });

  test('setting what was not set is allowed', () => {
    expect(check({ label: 'L' }, before)).not.toThrow();
    expect(check({ ...before, place: { room: '1' } }, before)).not.toThrow();
  });

  test.each([
    ['another value', { serial: 'T' }, 'serial'],
    ['the value in another case', { serial: 's' }, 'serial'],
    ['no value', { serial: undefined }, 'serial'],
    ['values in another order', { ports: ['b', 'a'] }, 'ports'],
    ['fewer values', { ports: ['a'] }, 'ports'],
    ['another value of a sub-attribute', { place: { room: '1', built: '2027-01-01T00:00:00Z' } }, 'place.built'],
    ['no value of a sub-attribute', { place: { room: '1' } }, 'place.built'],
    ['no value of what holds it', { place: undefined }, 'place.built'],
    [
      'another value in an extension',
      { [WARRANTY.id]: { contract: 'C', from: '2027-01-01T00:00:00Z' } },
      `${WARRANTY.id}:from`,
    ],
    ['no extension', { [WARRANTY.id]: undefined }, `${WARRANTY.id}:from`],
  ] as [string, JsonObject, string][])('%s is refused: mutability', (_, change, path) => {
    expect(check(before, { ...before, ...change })).toThrow(expect.objectContaining({ kind: 'mutability' }));
    expect(check(before, { ...before, ...change })).toThrow(`${path} cannot be changed once it is set.`);
  });
});
