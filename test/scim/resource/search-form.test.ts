import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/scim/json.js';
import { findAttribute } from '../../../src/scim/path/resolve.js';
import { formOf, searchText, searchValue, toSearchIndex } from '../../../src/scim/resource/search-form.js';
import type { Attribute, ResourceType, SchemaDocument } from '../../../src/scim/schema/characteristics.js';
import { loadRegistry } from '../../../src/scim/schema/load.js';
import { dialectOf, readSchemaFile, typeNamed } from '../rfc/core.js';

const DEVICE: SchemaDocument = {
  id: 'urn:example:Device',
  name: 'Device',
  attributes: [
    { name: 'label', type: 'string' },
    { name: 'serial', type: 'string', caseExact: true, uniqueness: 'server' },
    { name: 'number', type: 'integer', uniqueness: 'server' },
    { name: 'built', type: 'dateTime' },
    { name: 'link', type: 'reference', referenceTypes: ['external'] },
    { name: 'image', type: 'binary' },
    { name: 'pin', type: 'string', returned: 'never' },
    { name: 'tags', type: 'string', multiValued: true },
    {
      name: 'checks',
      type: 'complex',
      multiValued: true,
      subAttributes: [
        { name: 'value', type: 'string' },
        { name: 'time', type: 'dateTime' },
        { name: 'key', type: 'string', returned: 'never' },
        { name: 'marks', type: 'string', multiValued: true },
      ],
    },
  ],
};

const device = loadRegistry({
  common: readSchemaFile('common'),
  schemas: [DEVICE],
  resourceTypes: [
    {
      name: 'Device',
      endpoint: '/Devices',
      schema: DEVICE.id,
      'scim-target': { lookups: ['tags', 'checks.value', 'built'], display: 'checks.value' },
    },
  ],
}).resourceType('Device') as ResourceType;

const attribute = (path: string, type = device) => findAttribute(type, path, dialectOf('strict')) as Attribute;

describe('the form in which values are compared (RFC 7643 §2.2)', () => {
  test.each([
    ['label', 'Straße', 'strasse'],
    ['serial', 'Straße', 'Straße'],
    ['link', 'https://Example.com', 'https://Example.com'],
    ['image', 'QQ==', 'QQ=='],
    ['built', '2011-05-13T06:42:34+02:00', '2011-05-13T04:42:34.000000000Z'],
    ['built', 'no date-time', 'no date-time'],
  ])('%s: %s is %s', (path, text, expected) => {
    expect(searchText(attribute(path), text)).toBe(expected);
    expect(searchValue(attribute(path), text)).toBe(expected);
  });

  test('numbers and booleans are as they are', () => {
    expect([searchValue(attribute('number'), 5), searchValue(attribute('label'), true)]).toEqual([5, true]);
  });

  test('has the shape of the resource, in the names of the schema', () => {
    const resource = {
      LABEL: 'A',
      serial: 'B',
      number: 5,
      tags: ['X', 'y'],
      checks: [{ value: 'A', time: '2011-05-13T06:42:34+02:00', marks: ['Q', 'r'] }, {}],
      meta: { resourceType: 'Device', created: '2011-05-13T04:42:34Z' },
      schemas: ['urn:example:Device'],
    };
    expect(formOf(resource, device.attributes)).toStrictEqual({
      label: 'a',
      serial: 'B',
      number: 5,
      tags: ['x', 'y'],
      checks: [{ value: 'a', time: '2011-05-13T04:42:34.000000000Z', marks: ['q', 'r'] }, {}],
      meta: { resourceType: 'Device', created: '2011-05-13T04:42:34.000000000Z' },
      // URNs are compared without regard to case (RFC 8141 §3.1).
      schemas: ['urn:example:device'],
    });
  });

  test('has nothing of what is never returned, of what has no value and of what no schema knows', () => {
    const resource = {
      label: 'a',
      pin: 'secret',
      tags: undefined,
      nothing: 1,
      checks: [{ value: 'a', key: 'secret', x: 1 }],
    };
    expect(formOf(resource, device.attributes)).toStrictEqual({ label: 'a', checks: [{ value: 'a' }] });
  });

  test('the resource is left as it was', () => {
    const resource = { tags: ['X'], checks: [{ value: 'A' }] };
    formOf(resource, device.attributes);
    expect(resource).toEqual({ tags: ['X'], checks: [{ value: 'A' }] });
  });
});

describe('what a store is given beside a resource', () => {
  const index = (resource: JsonObject, type = device, unique: Attribute[] = []) =>
    toSearchIndex(resource, type, unique);

  test('look-ups: each value once, in the form that is compared, and whether it is unique', () => {
    const resource = {
      serial: 'S',
      tags: ['X', 'x', 'Y'],
      checks: [{ value: 'A' }, {}, { value: 'b' }],
      label: 'L',
      built: '2011-05-13T06:42:34+02:00',
    };
    const { lookups } = index(resource, device, [attribute('serial')]);
    const found = lookups.map(({ path, value, unique }) => `${path} ${value} ${unique}`);
    expect(found.sort()).toEqual([
      'built 2011-05-13T04:42:34.000000000Z false',
      'checks.value a false',
      'checks.value b false',
      'serial S true',
      'tags x false',
      'tags y false',
    ]);
  });

  test('a resource without values has none', () => {
    expect(index({})).toStrictEqual({ form: {}, lookups: [], display: undefined });
  });

  test('a number that is unique by its schema is a look-up too, or nothing would keep it unique', () => {
    expect(index({ number: 5 }, device, [attribute('number')]).lookups).toHaveLength(1);
  });

  test.each([
    [{ checks: [{ value: 'First' }, { value: 'second' }] }, 'First'],
    [{ checks: [{}, { value: 'Second' }] }, 'Second'],
    [{ checks: [] }, undefined],
    [{}, undefined],
  ] as [JsonObject, string | undefined][])('display of %j is %s, as it is written', (resource, display) => {
    expect(index(resource).display).toBe(display);
  });

  test('a User is found by what its resource type names, and shown by its displayName', () => {
    const user = typeNamed('User');
    const extension = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    const resource = {
      id: '1',
      userName: 'BJensen',
      externalId: 'E',
      displayName: 'Babs',
      emails: [{ value: 'B@example.com' }],
      [extension]: { employeeNumber: 'N1', department: 'D' },
    };
    const { lookups, display } = index(resource, user, [...user.unique]);
    expect(display).toBe('Babs');
    expect(lookups).toEqual([
      { path: 'externalId', value: 'E', unique: false },
      { path: 'userName', value: 'bjensen', unique: true },
      { path: 'displayName', value: 'babs', unique: false },
      { path: 'emails.value', value: 'b@example.com', unique: false },
      { path: `${extension}:employeeNumber`, value: 'n1', unique: false },
    ]);
  });

  test('the name of a Group is unique where the profile asks for it', () => {
    const group = typeNamed('Group');
    const lookups = (unique: readonly Attribute[]) => index({ displayName: 'Sales' }, group, [...unique]).lookups;
    expect(lookups(group.unique)).toEqual([{ path: 'displayName', value: 'sales', unique: false }]);
    expect(lookups(group.uniqueByProfile)).toEqual([{ path: 'displayName', value: 'sales', unique: true }]);
  });
});
