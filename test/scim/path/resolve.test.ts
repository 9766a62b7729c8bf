import { describe, expect, test } from 'vitest';
import { findAttribute } from '../../../src/scim/path/resolve.js';
import type { ProfileName, RuleName } from '../../../src/scim/profiles.js';
import type { ResourceType, SchemaDocument } from '../../../src/scim/schema/characteristics.js';
import { everyAttribute, loadRegistry } from '../../../src/scim/schema/load.js';
import { dialectOf, readSchemaFile, typeNamed } from '../rfc/core.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ACME = 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User';
const user = typeNamed('User');

const find = (notation: string, profile: ProfileName = 'strict', type: ResourceType = user) =>
  findAttribute(type, notation, dialectOf(profile))?.path;

describe('attribute notation (RFC 7644 §3.10)', () => {
  test.each([
    ['userName', 'userName'],
    ['USERNAME', 'userName'],
    ['name.givenName', 'name.givenName'],
    ['NAME.GIVENNAME', 'name.givenName'],
    ['emails.value', 'emails.value'],
    ['id', 'id'],
    ['meta.created', 'meta.created'],
    ['schemas', 'schemas'],
    [`${CORE}:userName`, 'userName'],
    [`${CORE}:emails.type`, 'emails.type'],
    [`${CORE}:meta.version`, 'meta.version'],
    [`${CORE.toUpperCase()}:USERNAME`, 'userName'],
    [ENTERPRISE, ENTERPRISE],
    [ENTERPRISE.toLowerCase(), ENTERPRISE],
    [`${ENTERPRISE}:department`, `${ENTERPRISE}:department`],
    [`${ENTERPRISE}:MANAGER.VALUE`, `${ENTERPRISE}:manager.value`],
    [`${ENTERPRISE}:manager.$ref`, `${ENTERPRISE}:manager.$ref`],
    [ACME, ACME],
    [`${ACME}:badge`, `${ACME}:badge`],
  ])('%s names %s', (notation, path) => {
    for (const profile of ['strict', 'entra', 'okta'] as const) expect(find(notation, profile)).toBe(path);
  });

  test('every attribute is found by its own path, and by that in capitals', () => {
    for (const type of [user, typeNamed('Group')]) {
      for (const attribute of everyAttribute(type.attributes)) {
        expect(findAttribute(type, attribute.path, dialectOf('strict'))).toBe(attribute);
        expect(findAttribute(type, attribute.path.toUpperCase(), dialectOf('strict'))).toBe(attribute);
      }
    }
  });

  test.each([
    '',
    '.',
    ' userName',
    'userName ',
    'user',
    'userNames',
    'name.',
    '.givenName',
    'name..givenName',
    'name.givenName.x',
    'userName.value',
    'emails.value.x',
    CORE,
    `${CORE}:`,
    `${CORE}.`,
    `${CORE}::userName`,
    `${CORE}userName`,
    `${CORE}/userName`,
    `${CORE}:nothing`,
    `${ENTERPRISE}:`,
    `${ENTERPRISE}.`,
    `${ENTERPRISE}:userName`,
    `${ENTERPRISE}:manager.`,
    `${ENTERPRISE}:department.x`,
    `${CORE}:department`,
    `${CORE}:${ENTERPRISE}`,
    'urn:',
    'urn:x:userName',
    'urn:ietf:params:scim:schemas:core:2.0:Group:displayName',
    'constructor',
    '__proto__',
    'emails.__proto__',
    'toString',
    'name.constructor',
    'emails[type eq "work"]',
  ])('%j names nothing', (notation) => {
    // biome-ignore format: one a line would hide the others
    for (const profile of ['strict', 'entra', 'okta'] as const) expect(find(notation, profile)).toBeUndefined();
  });
});

describe('where a profile bends', () => {
  test.each([
    ['department', `${ENTERPRISE}:department`, ['extension-without-urn']],
    ['manager.value', `${ENTERPRISE}:manager.value`, ['extension-without-urn']],
    ['BADGE', `${ACME}:badge`, ['extension-without-urn']],
    [`${ENTERPRISE}.manager`, `${ENTERPRISE}:manager`, ['urn-dot']],
    [`${ENTERPRISE}.manager.value`, `${ENTERPRISE}:manager.value`, ['urn-dot']],
    [`${CORE}.userName`, 'userName', ['urn-dot']],
    ['userName', 'userName', []],
    [`${ENTERPRISE}:department`, `${ENTERPRISE}:department`, []],
    ['nothing', undefined, []],
  ] as [string, string | undefined, RuleName[]][])('%s names %s by the rules %j', (notation, path, rules) => {
    const dialect = dialectOf('entra');
    expect(findAttribute(user, notation, dialect)?.path).toBe(path);
    expect(dialect.met).toEqual(rules);
    if (rules.length > 0) expect(find(notation)).toBeUndefined();
  });
});

describe('several extensions', () => {
  const schema = (id: string, ...names: string[]): SchemaDocument => ({
    id,
    name: id,
    attributes: names.map((name) => ({ name, type: 'string' })),
  });
  const load = (core: SchemaDocument, ...extensions: SchemaDocument[]): ResourceType =>
    loadRegistry({
      common: readSchemaFile('common'),
      schemas: [core, ...extensions],
      resourceTypes: [
        {
          name: 'T',
          endpoint: '/Ts',
          schema: core.id,
          schemaExtensions: extensions.map(({ id }) => ({ schema: id, required: false })),
        },
      ],
    }).resourceType('T') as ResourceType;

  const type = load(
    schema('urn:x:T', 'a', 'both'),
    schema('urn:x:one', 'b', 'twice', 'both'),
    schema('urn:x:two', 'c', 'twice'),
  );

  test.each([
    ['b', 'urn:x:one:b'],
    ['c', 'urn:x:two:c'],
    // A name that two extensions have says neither.
    ['twice', undefined],
    // The core schema comes first.
    ['both', 'both'],
    ['urn:x:two:twice', 'urn:x:two:twice'],
  ])('%s names %s', (notation, path) => {
    expect(find(notation, 'entra', type)).toBe(path);
  });

  test.each([
    ['urn:x:two:b', undefined],
    ['urn:x:onex:b', undefined],
    ['urn:x:one:b', 'urn:x:one:b'],
  ])('%s, with a URN, names %s', (notation, path) => {
    expect(find(notation, 'strict', type)).toBe(path);
  });

  test.each([
    ['urn:x:T:Extra', 'urn:x:T:Extra'],
    ['urn:x:T:Extra:b', 'urn:x:T:Extra:b'],
    ['urn:x:one:More:c', 'urn:x:one:More:c'],
  ])('a URN that continues another one is found: %s', (notation, path) => {
    const continued = load(
      schema('urn:x:T', 'a'),
      schema('urn:x:one', 'a1'),
      schema('urn:x:T:Extra', 'b'),
      schema('urn:x:one:More', 'c'),
    );
    expect(find(notation, 'strict', continued)).toBe(path);
  });
});
