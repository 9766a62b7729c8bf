import { describe, expect, test } from 'vitest';
import type {
  AttributeDocument,
  DirectoryHints,
  ResourceType,
  ResourceTypeDocument,
  SchemaDocument,
} from '../../../src/scim/schema/characteristics.js';
import { everyAttribute, loadRegistry, SchemaDocumentError } from '../../../src/scim/schema/load.js';
import { readSchemaFile, typeNamed } from '../rfc/core.js';

const common = readSchemaFile('common');
const WIDGET = 'urn:example:Widget';

interface Documents {
  attributes: unknown;
  hints?: DirectoryHints;
  type?: Partial<ResourceTypeDocument>;
  extension?: unknown;
}

function load({ attributes, hints, type, extension }: Documents) {
  const schemas = [{ id: WIDGET, name: 'Widget', attributes: attributes as AttributeDocument[] }] as SchemaDocument[];
  if (extension) schemas.push({ id: 'urn:example:Extra', name: 'Extra', attributes: extension as AttributeDocument[] });
  const schemaExtensions = extension ? [{ schema: 'urn:example:Extra', required: false }] : [];
  return loadRegistry({
    common,
    schemas,
    resourceTypes: [
      { name: 'Widget', endpoint: '/Widgets', schema: WIDGET, schemaExtensions, 'scim-target': hints, ...type },
    ],
  });
}

const typeOf = (documents: Documents) => load(documents).resourceType('Widget') as ResourceType;
const attributeOf = (document: object) =>
  typeOf({ attributes: [document] }).attributes.get((document as { name: string }).name.toLowerCase());

const a = { name: 'a', type: 'string' };
const complex = (...subAttributes: object[]) => ({ name: 'c', type: 'complex', subAttributes });

describe('a document that contradicts itself is refused: document, place and rule', () => {
  const rows: [what: string, documents: Documents, message: string][] = [
    [
      'a schema that is not there',
      { attributes: [a], type: { schema: 'urn:example:Other' } },
      'Widget: schema: there is no schema urn:example:Other',
    ],
    [
      'an extension that is not there',
      { attributes: [a], type: { schemaExtensions: [{ schema: 'urn:example:Other', required: false }] } },
      'Widget: schema: there is no schema urn:example:Other',
    ],
    ...['Widgets', '/', '/a/b', '/1a', '/a b', '/a/', '', '//a', 'https://example.com/a'].map(
      (endpoint): [string, Documents, string] => [
        `the endpoint ${JSON.stringify(endpoint)}`,
        { attributes: [a], type: { endpoint } },
        'Widget: endpoint: must be a slash and one path segment',
      ],
    ),
    ...['', '1a', 'a.b', 'a b', 'a:b', '$a', '_a', 'é', '__proto__', 'constructor', 'prototype', 'a$'].map(
      (name): [string, Documents, string] => [
        `the attribute name ${JSON.stringify(name)}`,
        { attributes: [{ ...a, name }] },
        `Widget: ${name}: is not an attribute name (RFC 7643 §2.1)`,
      ],
    ),
    [
      'an attribute without a name',
      { attributes: [{ type: 'string' }] },
      'Widget: undefined: is not an attribute name (RFC 7643 §2.1)',
    ],
    [
      'a name that is no text',
      { attributes: [{ name: 5, type: 'string' }] },
      'Widget: 5: is not an attribute name (RFC 7643 §2.1)',
    ],
    [
      'a sub-attribute that has no name',
      { attributes: [complex({ name: 'x.y', type: 'string' })] },
      'Widget: c.x.y: is not an attribute name (RFC 7643 §2.1)',
    ],
    [
      'an unknown type',
      { attributes: [{ name: 'a', type: 'text' }] },
      'Widget: a: has the unknown type text (RFC 7643 §2.3)',
    ],
    [
      'a type in another case',
      { attributes: [{ name: 'a', type: 'String' }] },
      'Widget: a: has the unknown type String (RFC 7643 §2.3)',
    ],
    ['no type', { attributes: [{ name: 'a' }] }, 'Widget: a: has the unknown type undefined (RFC 7643 §2.3)'],
    [
      'a complex attribute without sub-attributes',
      { attributes: [{ name: 'c', type: 'complex' }] },
      'Widget: c: must have subAttributes when, and only when, it is complex (RFC 7643 §2.3.8)',
    ],
    [
      'a simple attribute with sub-attributes',
      { attributes: [{ ...a, subAttributes: [] }] },
      'Widget: a: must have subAttributes when, and only when, it is complex (RFC 7643 §2.3.8)',
    ],
    [
      'a complex attribute inside another',
      { attributes: [complex({ name: 'd', type: 'complex', subAttributes: [] })] },
      'Widget: c.d: is complex inside a complex attribute (RFC 7643 §2.3.8)',
    ],
    [
      'a complex attribute inside another in an extension',
      { attributes: [a], extension: [complex({ name: 'd', type: 'complex', subAttributes: [] })] },
      'Widget: urn:example:Extra:c.d: is complex inside a complex attribute (RFC 7643 §2.3.8)',
    ],
    ['an attribute twice', { attributes: [a, { name: 'A', type: 'integer' }] }, 'Widget: A: is defined twice'],
    ['a common attribute again', { attributes: [{ name: 'ID', type: 'string' }] }, 'Widget: ID: is defined twice'],
    ['a sub-attribute twice', { attributes: [complex(a, a)] }, 'Widget: c.a: is defined twice'],
    [
      'an attribute of an extension twice',
      { attributes: [a], extension: [a, a] },
      'Widget: urn:example:Extra:a: is defined twice',
    ],
    ...(['display', 'edges', 'memberships'] as const).map((hint): [string, Documents, string] => [
      `the hint ${hint} to no attribute`,
      { attributes: [a], hints: { [hint]: 'b' } },
      `Widget: scim-target.${hint}: there is no attribute b`,
    ]),
    [
      'a look-up of no attribute',
      { attributes: [a], hints: { lookups: ['a', 'a.b'] } },
      'Widget: scim-target.lookups: there is no attribute a.b',
    ],
    [
      'unique by profile, but no attribute',
      { attributes: [a], hints: { uniqueByProfile: ['b'] } },
      'Widget: scim-target.uniqueByProfile: there is no attribute b',
    ],
    [
      'unique by profile, but no look-up',
      { attributes: [a], hints: { uniqueByProfile: ['a'] } },
      'Widget: a: a unique attribute must be a look-up',
    ],
    ...[
      ['for no attribute', { b: 'x' }],
      ['under a name in another case', { A: 'x' }],
      ['of another type', { a: 5 }],
      ['that is null', { a: null }],
      ['that is an object', { a: {} }],
    ].map(([what, defaults]): [string, Documents, string] => [
      `a default ${what as string}`,
      { attributes: [a], hints: { defaults: defaults as DirectoryHints['defaults'] } },
      `Widget: scim-target.defaults.${Object.keys(defaults as object)[0]}: must name an attribute and fit its type`,
    ]),
    [
      'a number for a boolean',
      { attributes: [{ name: 'b', type: 'boolean' }], hints: { defaults: { b: 1 } } },
      'Widget: scim-target.defaults.b: must name an attribute and fit its type',
    ],
    [
      'a text for a number',
      { attributes: [{ name: 'n', type: 'integer' }], hints: { defaults: { n: '1' } } },
      'Widget: scim-target.defaults.n: must name an attribute and fit its type',
    ],
    [
      'a default for a complex attribute',
      { attributes: [complex(a)], hints: { defaults: { c: {} } } },
      'Widget: scim-target.defaults.c: must name an attribute and fit its type',
    ],
    [
      'a text for a complex attribute',
      { attributes: [complex(a)], hints: { defaults: { c: 'x' } } },
      'Widget: scim-target.defaults.c: must name an attribute and fit its type',
    ],
  ];
  test.each(rows)('%s', (_, documents, message) => {
    expect(() => load(documents)).toThrow(SchemaDocumentError);
    expect(() => load(documents)).toThrow(expect.objectContaining({ message }));
  });

  const wanted: [what: string, documents: Documents][] = [
    ['a reserved name in another case, which no client could write', { attributes: [{ ...a, name: 'Constructor' }] }],
    ['an unknown mutability, which would make it writable', { attributes: [{ ...a, mutability: 'readonly' }] }],
    ['an unknown returned, which would show it', { attributes: [{ ...a, returned: 'Never' }] }],
    ['an unknown uniqueness', { attributes: [{ ...a, uniqueness: 'tenant' }] }],
    ['a schema without attributes', { attributes: undefined }],
    ['an attribute that is null', { attributes: [null] }],
    [
      'one value as the default of many',
      { attributes: [{ ...a, multiValued: true }], hints: { defaults: { a: 'x' } } },
    ],
    ['a default that is no date-time', { attributes: [{ ...a, type: 'dateTime' }], hints: { defaults: { a: 'x' } } }],
    ['edges that are no complex attribute with many values', { attributes: [a], hints: { edges: 'a' } }],
  ];
  test.each(wanted)('%s', (_, documents) => {
    expect(() => load(documents)).toThrow(SchemaDocumentError);
  });

  test('two resource types of one name, or at one endpoint', () => {
    const type = { name: 'Widget', endpoint: '/Widgets', schema: WIDGET };
    const schemas = [{ id: WIDGET, name: 'Widget', attributes: [] }];
    const both = (second: object) => () =>
      loadRegistry({ common, schemas, resourceTypes: [type, { ...type, ...second }] });
    expect(both({ endpoint: '/Others' })).toThrow(SchemaDocumentError);
    expect(both({ name: 'Other' })).toThrow(SchemaDocumentError);
  });

  test('the error says its parts, and has a name of its own', () => {
    const error = new SchemaDocumentError('Widget', 'c.a', 'is defined twice');
    expect([error.message, error.name]).toEqual(['Widget: c.a: is defined twice', 'SchemaDocumentError']);
  });
});

describe('characteristics that a document leaves out (RFC 7643 §2.2)', () => {
  test('have the defaults of the RFC', () => {
    expect(attributeOf(a)).toMatchObject({
      name: 'a',
      path: 'a',
      type: 'string',
      multiValued: false,
      required: false,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'none',
      canonicalValues: [],
      referenceTypes: [],
      schema: WIDGET,
      isExtension: false,
      isLookup: false,
      isDerivedReference: false,
    });
  });

  test.each([
    ['reference', true],
    ['binary', true],
    ['string', false],
    ['integer', false],
  ])('a %s is case exact: %s (RFC 7643 §2.3.6, §2.3.7)', (type, expected) => {
    expect(attributeOf({ name: 'a', type })?.caseExact).toBe(expected);
  });

  test('are taken from the document where it has them', () => {
    const document = {
      name: 'a',
      type: 'reference',
      multiValued: true,
      required: true,
      caseExact: false,
      mutability: 'immutable',
      returned: 'request',
      uniqueness: 'global',
      canonicalValues: ['x'],
      referenceTypes: ['uri'],
    };
    expect(attributeOf(document)).toMatchObject(document);
  });
});

describe('how attributes hang together', () => {
  const type = typeOf({
    attributes: [
      a,
      complex({ name: 'x', type: 'string' }, { name: '$ref', type: 'reference', referenceTypes: ['Widget'] }),
    ],
    extension: [
      { name: 'a', type: 'string' },
      complex({ name: 'y', type: 'string' }, { name: '$ref', type: 'reference', referenceTypes: ['external'] }),
    ],
  });
  const own = [...everyAttribute(type.attributes)];
  const at = (path: string) => own.find((attribute) => attribute.path === path);

  test('paths are those of RFC 7644 §3.10, and each is there once', () => {
    const paths = own.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'id',
        'meta.version',
        'a',
        'c',
        'c.x',
        'c.$ref',
        'urn:example:Extra',
        'urn:example:Extra:a',
        'urn:example:Extra:c.y',
      ]),
    );
    expect(new Set(paths).size).toBe(paths.length);
  });

  test('a lineage runs from the top of the resource to the attribute', () => {
    expect(at('urn:example:Extra:c.y')?.lineage.map(({ path }) => path)).toEqual([
      'urn:example:Extra',
      'urn:example:Extra:c',
      'urn:example:Extra:c.y',
    ]);
    for (const attribute of own) {
      expect(attribute.lineage.at(-1)).toBe(attribute);
      expect(attribute.lineage.at(-2)).toBe(attribute.parent);
      if (attribute.parent) expect(attribute.parent.subAttributes.get(attribute.name.toLowerCase())).toBe(attribute);
    }
  });

  test('an extension is a complex attribute that is named by its URN', () => {
    expect(at('urn:example:Extra')).toMatchObject({
      type: 'complex',
      isExtension: true,
      multiValued: false,
      required: false,
      schema: 'urn:example:Extra',
    });
    expect(type.extensions).toEqual([at('urn:example:Extra')]);
    expect(type.attributes.get('urn:example:extra')).toBe(at('urn:example:Extra'));
    expect(at('urn:example:Extra:a')).toMatchObject({ schema: 'urn:example:Extra', isExtension: false });
  });

  test('a reference is derived when it points at a type of this server', () => {
    expect([at('c.$ref')?.isDerivedReference, at('urn:example:Extra:c.$ref')?.isDerivedReference]).toEqual([
      true,
      false,
    ]);
    expect(typeNamed('Group').attributes.get('members')?.subAttributes.get('$ref')?.isDerivedReference).toBe(true);
    expect(typeNamed('User').attributes.get('profileurl')?.isDerivedReference).toBe(false);
  });
});

describe('what the hints say', () => {
  test('look-ups: those that are named, in any case, and all that are unique but for the id', () => {
    const type = typeOf({
      attributes: [
        a,
        { name: 'b', type: 'string', uniqueness: 'server' },
        { ...complex({ name: 'value', type: 'string' }), multiValued: true },
        { name: 'd', type: 'string' },
      ],
      hints: { lookups: ['A', 'c.VALUE'] },
    });
    expect(type.lookups.map(({ path }) => path)).toEqual(['a', 'b', 'c.value']);
    expect(type.unique.map(({ path }) => path)).toEqual(['b']);
    expect(type.uniqueByProfile).toEqual([]);
  });

  test('unique by profile', () => {
    const type = typeOf({ attributes: [a], hints: { lookups: ['a'], uniqueByProfile: ['a'] } });
    expect(type.uniqueByProfile.map(({ path }) => path)).toEqual(['a']);
    expect(type.unique).toEqual([]);
  });

  test('display, edges, memberships and defaults', () => {
    const members = {
      name: 'parts',
      type: 'complex',
      multiValued: true,
      subAttributes: [{ name: 'value', type: 'string' }],
    };
    const hints = { display: 'a', edges: 'parts', memberships: 'wholes', defaults: { a: 'x', n: 1.5, on: false } };
    const attributes = [
      a,
      { name: 'n', type: 'decimal' },
      { name: 'on', type: 'boolean' },
      members,
      { ...members, name: 'wholes' },
    ];
    const type = typeOf({ attributes, hints });
    expect([type.display?.path, type.edges?.path, type.memberships?.path]).toEqual(['a', 'parts', 'wholes']);
    expect(type.defaults).toEqual({ a: 'x', n: 1.5, on: false });
  });

  test('without them there is none of these', () => {
    expect(typeOf({ attributes: [a] })).toMatchObject({
      lookups: [],
      unique: [],
      uniqueByProfile: [],
      display: undefined,
      edges: undefined,
      memberships: undefined,
      defaults: {},
    });
  });
});
