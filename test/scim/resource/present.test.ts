import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/scim/json.js';
import {
  entityTag,
  fingerprint,
  type Locate,
  present,
  withCommonAttributes,
  withReferences,
} from '../../../src/scim/resource/present.js';
import type { ResourceType, SchemaDocument } from '../../../src/scim/schema/characteristics.js';
import { loadRegistry } from '../../../src/scim/schema/load.js';
import { readSchemaFile, typeNamed } from '../rfc/core.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ACME = 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User';
const user = typeNamed('User');
const group = typeNamed('Group');
const meta = { id: '1', version: 3, created: '2026-01-01T00:00:00Z', lastModified: '2026-01-02T00:00:00Z' };

const ENDPOINTS: Record<string, string> = { User: 'Users', Group: 'Groups', Device: 'Devices' };
const locate: Locate = (name, id) => (ENDPOINTS[name] ? `https://example.com/v2/${ENDPOINTS[name]}/${id}` : undefined);
const link = (kind: string, id: string): string => `https://example.com/v2/${kind}/${id}`;

describe('the common attributes (RFC 7643 §3.1)', () => {
  test('schemas, id and meta are put around the document', () => {
    expect(present({ userName: 'x' }, meta, user, locate)).toStrictEqual({
      schemas: [user.schema],
      id: '1',
      userName: 'x',
      meta: {
        resourceType: 'User',
        created: meta.created,
        lastModified: meta.lastModified,
        location: link('Users', '1'),
        version: 'W/"3"',
      },
    });
  });

  test.each([
    [{}, []],
    [{ [ENTERPRISE]: { department: 'D' } }, [ENTERPRISE]],
    [{ [ACME]: { badge: 'B' } }, [ACME]],
    [{ [ACME]: { badge: 'B' }, [ENTERPRISE]: { department: 'D' } }, [ENTERPRISE, ACME]],
  ] as [JsonObject, string[]][])(
    'schemas lists the extensions that %j has, in the order of the type',
    (document, urns) => {
      expect(present(document, meta, user, locate).schemas).toEqual([user.schema, ...urns]);
    },
  );

  test('without a base URL there is no location: nothing of it is stored', () => {
    const whole = withCommonAttributes({ userName: 'x' }, meta, user);
    expect(whole.meta).not.toHaveProperty('location');
    expect(whole).toMatchObject({ id: '1', meta: { resourceType: 'User', version: 'W/"3"' } });
  });

  test('nothing in a document takes the place of what the server knows', () => {
    expect(withCommonAttributes({ meta: { version: 'x' } }, meta, user).meta).toMatchObject({ version: 'W/"3"' });
  });

  test.each([
    [{ version: 1 }, 'W/"1"'],
    [{ version: 1234567 }, 'W/"1234567"'],
    [{ version: 3, memberships: undefined }, 'W/"3"'],
    // What is shown of others changes the tag and not the version.
    [{ version: 3, memberships: '1x9k2' }, 'W/"3.1x9k2"'],
  ])('the tag of %j is %s (RFC 7644 §3.14)', (version, tag) => {
    expect(entityTag(version)).toBe(tag);
    expect(withCommonAttributes({}, { ...meta, ...version }, user).meta).toMatchObject({ version: tag });
  });

  test('the fingerprint of a value is short, fit for a tag, and another one when the value is another', () => {
    const groups = [
      { value: '7', display: 'Sales' },
      { value: '8', display: 'Größe 😀' },
    ];
    const others = [
      [],
      [groups[0]],
      [groups[1], groups[0]],
      [{ ...groups[0], display: 'sales' }, groups[1]],
      null,
      '',
    ] as Json[];
    const prints = [groups, ...others].map(fingerprint);
    expect(new Set(prints).size).toBe(prints.length);
    for (const print of prints) expect(print).toMatch(/^[0-9a-z]{1,7}$/);
    expect(fingerprint(structuredClone(groups))).toBe(fingerprint(groups));
  });
});

describe('$ref (RFC 7643 §2.4, §2.3.7)', () => {
  const ofUser = (document: JsonObject) => present(document, meta, user, locate);
  const ofGroup = (members: Json) => present({ members }, meta, group, locate).members;

  test('where only one type is meant, it follows from the id', () => {
    expect(ofUser({ [ENTERPRISE]: { manager: { value: '42' } } })[ENTERPRISE]).toEqual({
      manager: { value: '42', $ref: link('Users', '42') },
    });
    expect(ofUser({ groups: [{ value: '7', type: 'direct' }] }).groups).toEqual([
      { value: '7', type: 'direct', $ref: link('Groups', '7') },
    ]);
  });

  test.each([
    ['a user', { value: '1', type: 'User' }, link('Users', '1')],
    ['a group', { value: '2', type: 'Group' }, link('Groups', '2')],
    ['a member whose type is not known', { value: '3' }, undefined],
    ['a member of a type that the server does not have', { value: '4', type: 'Printer' }, undefined],
    ['a member whose type is no text', { value: '5', type: 5 }, undefined],
    ['a member without an id', { type: 'User' }, undefined],
    ['a member whose id is no text', { value: 5, type: 'User' }, undefined],
  ] as [string, JsonObject, string | undefined][])(
    'where several may be, it follows from the type: %s',
    (_, member, $ref) => {
      expect(ofGroup([member])).toStrictEqual([$ref ? { ...member, $ref } : member]);
    },
  );

  test('each member has its own', () => {
    expect(ofGroup([{ value: '1', type: 'User' }, 'x', { value: '2', type: 'Group' }])).toEqual([
      { value: '1', type: 'User', $ref: link('Users', '1') },
      'x',
      { value: '2', type: 'Group', $ref: link('Groups', '2') },
    ]);
  });

  test('what is stored is left as it was', () => {
    const document = { groups: [{ value: '7' }], [ENTERPRISE]: { manager: { value: '42' }, department: 'D' } };
    const before = structuredClone(document);
    present(document, meta, user, locate);
    withReferences(document, user, locate);
    expect(document).toEqual(before);
  });

  test('a part of a resource gets its references, and nothing else', () => {
    expect(withReferences({ members: [{ value: '1', type: 'User' }] }, group, locate)).toStrictEqual({
      members: [{ value: '1', type: 'User', $ref: link('Users', '1') }],
    });
    expect(withReferences({ displayName: 'G' }, group, locate)).toStrictEqual({ displayName: 'G' });
  });

  test("a reference to what is not a resource of this server is the client's, and stays", () => {
    const schema: SchemaDocument = {
      id: 'urn:example:Device',
      name: 'Device',
      attributes: [
        {
          name: 'manual',
          type: 'complex',
          subAttributes: [
            { name: 'value', type: 'string' },
            { name: '$ref', type: 'reference', referenceTypes: ['external'] },
          ],
        },
        {
          name: 'owner',
          type: 'complex',
          subAttributes: [
            { name: 'value', type: 'string' },
            { name: '$ref', type: 'reference', referenceTypes: ['Device', 'Person'] },
            { name: 'type', type: 'string' },
          ],
        },
      ],
    };
    const device = loadRegistry({
      common: readSchemaFile('common'),
      schemas: [schema],
      resourceTypes: [{ name: 'Device', endpoint: '/Devices', schema: schema.id }],
    }).resourceType('Device') as ResourceType;
    const manual = { value: 'm', $ref: 'https://example.org/m' };
    expect(withReferences({ manual, owner: { value: '2', type: 'Device' } }, device, locate)).toEqual({
      manual,
      owner: { value: '2', type: 'Device', $ref: link('Devices', '2') },
    });
    expect(withReferences({ owner: { value: '2', type: 'Person' } }, device, locate)).toEqual({
      owner: { value: '2', type: 'Person' },
    });
  });
});
