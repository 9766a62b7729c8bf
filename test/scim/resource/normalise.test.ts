import { afterEach, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/scim/json.js';
import { findAttribute } from '../../../src/scim/path/resolve.js';
import type { ProfileName, RuleName } from '../../../src/scim/profiles.js';
import { edgeIds, place, readResource } from '../../../src/scim/resource/normalise.js';
import type { Attribute, ResourceType, SchemaDocument } from '../../../src/scim/schema/characteristics.js';
import { loadRegistry } from '../../../src/scim/schema/load.js';
import { dialectOf, readSchemaFile, typeNamed } from '../rfc/core.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ACME = 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User';
const user = typeNamed('User');
const group = typeNamed('Group');
const GROUP = group.schema;

const read = (body: Json | undefined, profile: ProfileName = 'strict', type = user) =>
  readResource(body, type, dialectOf(profile));
const document = (body: JsonObject, profile: ProfileName = 'strict') =>
  read({ schemas: [CORE, ENTERPRISE, ACME], ...body }, profile).document;

function expectRefused(body: Json | undefined, kind: string, detail: string, profile: ProfileName = 'strict'): void {
  expect(() => read(body, profile)).toThrow(expect.objectContaining({ kind }));
  expect(() => read(body, profile)).toThrow(detail);
}

const PROTOTYPE = Object.getOwnPropertyNames(Object.prototype);
afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(PROTOTYPE);
});

describe('a body becomes a canonical document (RFC 7644 §3.3)', () => {
  const rows: [what: string, body: JsonObject, expected: JsonObject][] = [
    [
      'names have no case (RFC 7643 §2.1)',
      { USERNAME: 'x', Name: { GIVENNAME: 'A' } },
      { userName: 'x', name: { givenName: 'A' } },
    ],
    [
      'null, [] and {} are unassigned (RFC 7643 §2.5)',
      { userName: 'x', title: null, emails: [], name: {}, ims: [{}], roles: [null] },
      { userName: 'x' },
    ],
    [
      'what is read-only is passed over, whatever it is',
      { userName: 'x', id: 5, meta: 'x', groups: { a: 1 } },
      { userName: 'x' },
    ],
    [
      'a read-only sub-attribute is passed over',
      { [ENTERPRISE]: { manager: { value: '1', displayName: 'M' } } },
      { [ENTERPRISE]: { manager: { value: '1' } } },
    ],
    [
      'an extension is named without regard to case',
      { [ENTERPRISE.toUpperCase()]: { DEPARTMENT: 'D' } },
      { [ENTERPRISE]: { department: 'D' } },
    ],
    ['an empty extension is none', { userName: 'x', [ENTERPRISE]: {} }, { userName: 'x' }],
    ['a custom extension', { [ACME]: { badge: 'B', floors: [1, 2] } }, { [ACME]: { badge: 'B', floors: [1, 2] } }],
    [
      'the URI of a manager is not kept, the id is',
      { [ENTERPRISE]: { manager: { $ref: '../Users/42' } } },
      { [ENTERPRISE]: { manager: { value: '42' } } },
    ],
    ['a password is not kept', { userName: 'x', password: 'secret' }, { userName: 'x' }],
    ['nothing at all', {}, {}],
  ];
  test.each(rows)('%s', (_, body, expected) => {
    expect(document(body)).toStrictEqual(expected);
  });

  test('the body is left as it was', () => {
    const body = {
      schemas: [CORE, ENTERPRISE],
      userName: 'x',
      emails: [{ value: 'a', type: null }],
      [ENTERPRISE]: { manager: { $ref: '../1' } },
    };
    const before = structuredClone(body);
    read(body, 'entra');
    expect(body).toEqual(before);
  });

  test.each([undefined, null, 'x', 5, [], [{ userName: 'x' }]] as (Json | undefined)[])(
    '%j is no User: invalidSyntax',
    (body) => {
      for (const profile of ['strict', 'entra'] as const)
        expectRefused(body, 'invalidSyntax', 'Send a User as a JSON object.', profile);
    },
  );

  test('a password of another type is refused, though it is not kept: invalidValue', () => {
    expectRefused(
      { schemas: [CORE], password: { a: 1 } },
      'invalidValue',
      'password is of type string; send a string.',
    );
  });

  test('an attribute that is given twice is refused: invalidSyntax', () => {
    expectRefused(
      { schemas: [CORE], userName: 'x', UserName: 'y' },
      'invalidSyntax',
      'The attribute "UserName" is given twice.',
    );
  });

  test.each(['__proto__', 'constructor', 'prototype'])(
    'the key %s is refused at every depth: invalidSyntax',
    (name) => {
      for (const text of [
        `{"schemas":["${CORE}"],"${name}":{"polluted":1}}`,
        `{"schemas":["${CORE}"],"name":{"${name}":{"polluted":1}}}`,
        `{"schemas":["${CORE}"],"emails":[{"${name}":{"polluted":1}}]}`,
        `{"schemas":["${CORE}","${ENTERPRISE}"],"${ENTERPRISE}":{"${name}":{"polluted":1}}}`,
        `{"schemas":["${CORE}","${ENTERPRISE}"],"${ENTERPRISE}":{"manager":{"${name}":{"polluted":1}}}}`,
      ]) {
        for (const profile of ['strict', 'entra', 'okta'] as const) {
          expectRefused(JSON.parse(text) as Json, 'invalidSyntax', `"${name}" cannot be an attribute name.`, profile);
        }
      }
      expect(({} as JsonObject).polluted).toBeUndefined();
    },
  );
});

describe('schemas (RFC 7643 §3.1)', () => {
  const rows: [what: string, body: JsonObject, kind: string, detail: string, rule: RuleName | undefined][] = [
    ['is missing', { userName: 'x' }, 'invalidSyntax', 'The body must contain schemas.', 'unlisted-schema'],
    ['is null', { schemas: null, userName: 'x' }, 'invalidSyntax', 'The body must contain schemas.', 'unlisted-schema'],
    [
      'does not list the core schema',
      { schemas: [], userName: 'x' },
      'invalidValue',
      `schemas must list ${CORE}.`,
      'unlisted-schema',
    ],
    [
      'does not list an extension that is used',
      { schemas: [CORE], userName: 'x', [ENTERPRISE]: {} },
      'invalidValue',
      `schemas must list ${ENTERPRISE}.`,
      'unlisted-schema',
    ],
    [
      'lists one that the type does not have',
      { schemas: [CORE, 'urn:scim:schemas:core:1.0'], userName: 'x' },
      'invalidValue',
      'User has no schema "urn:scim:schemas:core:1.0".',
      'unknown-schema',
    ],
    ['is a string', { schemas: CORE, userName: 'x' }, 'invalidSyntax', 'schemas must be an array of URNs.', undefined],
    [
      'lists something else',
      { schemas: [CORE, 5], userName: 'x' },
      'invalidSyntax',
      'schemas must be an array of URNs.',
      undefined,
    ],
  ];
  test.each(rows)('that %s is refused; Entra and Okta go on where a rule says so', (_, body, kind, detail, rule) => {
    expectRefused(body, kind, detail);
    if (!rule) return expectRefused(body, kind, detail, 'entra');
    const dialect = dialectOf('entra');
    expect(readResource(body, user, dialect).document).toEqual({ userName: 'x' });
    expect(dialect.met).toEqual([rule]);
  });

  test('may list an extension that is not used, twice and in any case', () => {
    const schemas = [CORE.toUpperCase(), CORE, ENTERPRISE, ENTERPRISE.toLowerCase()];
    expect(read({ SCHEMAS: schemas, userName: 'x' }).document).toEqual({ userName: 'x' });
  });
});

describe('keys that are no names of attributes', () => {
  const rows: [what: string, body: JsonObject, lenient: JsonObject, rules: RuleName[]][] = [
    ['an unknown name', { nothing: 1, title: 'T' }, { title: 'T' }, ['unknown-attribute']],
    ['an unknown name in an extension', { [ENTERPRISE]: { nothing: 1 } }, {}, ['unknown-attribute']],
    ['a path', { 'name.givenName': 'A' }, { name: { givenName: 'A' } }, ['path-as-key']],
    [
      'a path beside its attribute',
      { name: { familyName: 'B' }, 'name.givenName': 'A' },
      { name: { familyName: 'B', givenName: 'A' } },
      ['path-as-key'],
    ],
    [
      'a path before its attribute',
      { 'name.givenName': 'A', name: { familyName: 'B' } },
      { name: { familyName: 'B', givenName: 'A' } },
      ['path-as-key'],
    ],
    ['a URN', { [`${ENTERPRISE}:department`]: 'D' }, { [ENTERPRISE]: { department: 'D' } }, ['path-as-key']],
    ['a URN of the core schema', { [`${CORE}:title`]: 'T' }, { title: 'T' }, ['path-as-key']],
    [
      'a URN with a sub-attribute',
      { [`${ENTERPRISE}:manager.value`]: '1', [ENTERPRISE]: { department: 'D' } },
      { [ENTERPRISE]: { manager: { value: '1' }, department: 'D' } },
      ['path-as-key'],
    ],
    [
      'an extension attribute without its URN',
      { department: 'D' },
      { [ENTERPRISE]: { department: 'D' } },
      ['extension-without-urn', 'path-as-key'],
    ],
    [
      'a path into many values, which says of none',
      { 'emails.value': 'a', title: 'T' },
      { title: 'T' },
      ['unknown-attribute'],
    ],
    ['a path to what is read-only', { 'meta.created': 'x' }, {}, ['path-as-key']],
    ['a path to the password', { [`${CORE}:password`]: 'x' }, {}, ['path-as-key']],
  ];
  test.each(rows)('%s: refused by the strict profile, read by the others', (_, body, lenient, rules) => {
    expect(() => document(body)).toThrow(expect.objectContaining({ kind: 'invalidSyntax' }));
    const dialect = dialectOf('entra');
    expect(readResource({ schemas: [CORE, ENTERPRISE], ...body }, user, dialect).document).toStrictEqual(lenient);
    expect(dialect.met.sort()).toEqual([...rules].sort());
    expect(document(body, 'okta')).toStrictEqual(lenient);
  });

  const schema: SchemaDocument = {
    id: 'urn:example:Device',
    name: 'Device',
    attributes: [
      {
        name: 'state',
        type: 'complex',
        mutability: 'readOnly',
        subAttributes: [{ name: 'level', type: 'string' }],
      },
      { name: 'vault', type: 'complex', returned: 'never', subAttributes: [{ name: 'code', type: 'string' }] },
    ],
  };
  const device = loadRegistry({
    common: readSchemaFile('common'),
    schemas: [schema],
    resourceTypes: [{ name: 'Device', endpoint: '/Devices', schema: schema.id }],
  }).resourceType('Device') as ResourceType;

  test('what belongs to a read-only attribute is read-only, whatever its own schema says', () => {
    expect(read({ 'state.level': 'x', state: { level: 'y' } }, 'entra', device).document).toEqual({});
  });

  test('what belongs to an attribute that is never returned is not kept', () => {
    expect(read({ vault: { code: 'x' } }, 'entra', device).document).toEqual({});
  });

  test('what belongs to an attribute that is never returned is not kept when its path is the key', () => {
    expect(read({ 'vault.code': 'x' }, 'entra', device).document).toEqual({});
  });

  test('the URI of a manager is not kept either when its path is the key (RFC 7643 §2.3.7)', () => {
    expect(document({ [`${ENTERPRISE}:manager.$ref`]: '../Users/42' }, 'entra')).toEqual({
      [ENTERPRISE]: { manager: { value: '42' } },
    });
  });
});

describe('members are taken out of the document (RFC 7643 §4.2)', () => {
  const members = (value: Json, profile: ProfileName = 'strict') =>
    read({ schemas: [GROUP], displayName: 'G', members: value }, profile, group);

  test.each([
    [
      [{ value: 'a' }, { value: 'b', type: 'User', display: 'B', $ref: '../Users/b' }],
      ['a', 'b'],
    ],
    [[{ value: 'a' }, { value: 'a' }], ['a']],
    [[{ $ref: '../Users/a' }], ['a']],
    [[{ value: 'a' }, null], ['a']],
    [[], []],
    [null, []],
  ] as [Json, string[]][])('%j: %j', (value, ids) => {
    expect(members(value)).toStrictEqual({ document: { displayName: 'G' }, edges: ids });
  });

  test('a body that does not mention them says nothing of them', () => {
    expect(read({ schemas: [GROUP], displayName: 'G' }, 'strict', group)).toStrictEqual({
      document: { displayName: 'G' },
      edges: undefined,
    });
    expect(read({ schemas: [CORE], userName: 'x' }).edges).toBeUndefined();
  });

  test.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    ['a', ['a']],
    [{ value: 'a' }, ['a']],
    ['', []],
    [[5], ['5']],
  ] as [Json, string[]][])('%j is read for Entra alone', (value, ids) => {
    expect(() => members(value)).toThrow(expect.objectContaining({ kind: 'invalidValue' }));
    expect(members(value, 'entra').edges).toEqual(ids);
  });

  test('the URN of the core schema may stand before the name', () => {
    const body = { schemas: [GROUP], [`${GROUP}:members`]: [{ value: 'a' }] };
    expect(read(body, 'entra', group)).toStrictEqual({ document: {}, edges: ['a'] });
  });

  test.each([[{ type: 'User' }], [{ value: '' }], [{ value: 'a' }, {}], [['a']]] as Json[][])(
    'an element without an id is refused: %j: invalidValue',
    (...value) => {
      for (const profile of ['strict', 'entra'] as const) {
        expect(() => edgeIds(group.edges as Attribute, value, dialectOf(profile))).toThrow(
          expect.objectContaining({ kind: 'invalidValue' }),
        );
      }
    },
  );
});

describe('place', () => {
  const at = (path: string) => findAttribute(user, path, dialectOf('strict')) as Attribute;
  const rows: [path: string, before: JsonObject, value: Json, after: JsonObject][] = [
    ['title', {}, 'T', { title: 'T' }],
    ['title', { title: 'S' }, 'T', { title: 'T' }],
    ['name.givenName', {}, 'A', { name: { givenName: 'A' } }],
    ['name.givenName', { name: { familyName: 'B' } }, 'A', { name: { familyName: 'B', givenName: 'A' } }],
    [
      `${ENTERPRISE}:manager.value`,
      { [ENTERPRISE]: { department: 'D' } },
      '1',
      { [ENTERPRISE]: { department: 'D', manager: { value: '1' } } },
    ],
    [
      'name',
      { name: { familyName: 'B', givenName: 'X' } },
      { givenName: 'A' },
      { name: { familyName: 'B', givenName: 'A' } },
    ],
    ['emails', { emails: [{ value: 'a' }] }, [{ value: 'b' }], { emails: [{ value: 'b' }] }],
  ];
  test.each(rows)('%s in %j', (path, before, value, after) => {
    place(before, at(path), value);
    expect(before).toEqual(after);
  });
});
