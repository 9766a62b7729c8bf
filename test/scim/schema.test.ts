import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { isObject, type Json, type JsonObject } from '../../src/scim/json.js';
import type { AttributeDocument, SchemaDocument } from '../../src/scim/schema/characteristics.js';
import { departures } from '../support/departures.js';
import { readSchemaFile } from './rfc/core.js';
import { fixture, fixturesOf } from './rfc/fixtures.js';

const FOLDER = path.resolve(import.meta.dirname, '../../schemas');
const files = readdirSync(FOLDER).map((file) => path.basename(file, '.json'));
const resourceTypes = files.filter((file) => file.endsWith('.resource-type'));
const schemas = files.filter((file) => !resourceTypes.includes(file));

const schemaSchema = readSchemaFile('schema');
const resourceTypeSchema = readSchemaFile('resource-type');
const serviceProviderConfigSchema = readSchemaFile('service-provider-config');

describe('schemas/*.json', () => {
  for (const name of schemas) {
    test(`${name} conforms to the schema of schemas (RFC 7643 §7, §8.7.2)`, () => {
      const document = readSchemaFile<JsonObject>(name);
      expect(document.schemas).toEqual(['urn:ietf:params:scim:schemas:core:2.0:Schema']);
      expect(departures(document, schemaSchema.attributes)).toEqual([]);
    });
  }

  for (const name of resourceTypes) {
    test(`${name} conforms to the schema of resource types (RFC 7643 §6)`, () => {
      const { 'scim-target': _, ...document } = readSchemaFile<JsonObject>(name);
      expect(document.schemas).toEqual(['urn:ietf:params:scim:schemas:core:2.0:ResourceType']);
      expect(departures(document, resourceTypeSchema.attributes)).toEqual([]);
    });
  }

  for (const name of files) {
    test(`${name} has no null: Entra takes none in a schema`, () => {
      expect(readFileSync(path.join(FOLDER, `${name}.json`), 'utf8')).not.toMatch(/\bnull\b/);
    });
  }

  for (const name of schemas) {
    test(`${name} says every characteristic, so that no client needs to know a default (RFC 7643 §2.2)`, () => {
      for (const [place, attribute] of flat(readSchemaFile(name).attributes)) {
        const { type, subAttributes, ...rest } = attribute;
        const wanted = ['name', 'multiValued', 'description', 'required', 'mutability', 'returned'];
        expect(Object.keys(rest), place).toEqual(expect.arrayContaining(wanted));
        if (type === 'string') expect(rest.caseExact, place).toBeTypeOf('boolean');
        expect(rest.referenceTypes !== undefined, place).toBe(type === 'reference');
        expect(subAttributes !== undefined, place).toBe(type === 'complex');
      }
    });
  }

  test('each type of a value suggests its labels, from which Entra derives its paths; three have none to suggest', () => {
    const suggested = flat(readSchemaFile('user').attributes)
      .filter(([place]) => place.endsWith('.type'))
      .map(([place, { canonicalValues }]) => [place, canonicalValues]);
    expect(Object.fromEntries(suggested)).toEqual({
      'emails.type': ['work', 'home', 'other'],
      'phoneNumbers.type': ['work', 'home', 'mobile', 'fax', 'pager', 'other'],
      'ims.type': ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo'],
      'photos.type': ['photo', 'thumbnail'],
      'addresses.type': ['work', 'home', 'other'],
      'groups.type': ['direct', 'indirect'],
      'entitlements.type': undefined,
      'roles.type': undefined,
      'x509Certificates.type': undefined,
    });
  });
});

type Flat = [place: string, attribute: AttributeDocument][];

function flat(attributes: readonly AttributeDocument[], place = ''): Flat {
  return attributes.flatMap(
    (attribute): Flat => [
      [`${place}${attribute.name}`, attribute],
      ...flat(attribute.subAttributes ?? [], `${place}${attribute.name}.`),
    ],
  );
}

/** RFC 7643 §2.2: what an attribute is that says nothing of itself. An empty list suggests nothing. */
function characteristics(attribute: AttributeDocument): Record<string, Json> {
  return {
    type: attribute.type,
    multiValued: attribute.multiValued ?? false,
    required: attribute.required ?? false,
    caseExact: attribute.caseExact ?? false,
    mutability: attribute.mutability ?? 'readWrite',
    returned: attribute.returned ?? 'default',
    uniqueness: attribute.uniqueness ?? 'none',
    canonicalValues: attribute.canonicalValues ?? [],
    referenceTypes: attribute.referenceTypes ?? [],
  };
}

/** `place.characteristic: theirs → ours`, and attributes that only one of the two has. */
function differences(theirs: SchemaDocument, ours: SchemaDocument): string[] {
  const [before, after] = [new Map(flat(theirs.attributes)), new Map(flat(ours.attributes))];
  const places = [...new Set([...before.keys(), ...after.keys()])];
  return places.flatMap((place) => {
    const [old, now] = [before.get(place), after.get(place)];
    if (!old || !now) return [old ? `${place}: left out` : `${place}: added`];
    const [was, is] = [characteristics(old), characteristics(now)];
    const changed = Object.keys(was).filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
    return changed.map((name) => `${place}.${name}: ${change(was[name], is[name])}`);
  });
}

function change(was: Json | undefined, is: Json | undefined): string {
  if (Array.isArray(was) && Array.isArray(is) && was.every((value) => is.includes(value))) {
    return `${is.filter((value) => !was.includes(value)).join(', ')} added`;
  }
  return `${JSON.stringify(was)} → ${JSON.stringify(is)}`;
}

const CASE_EXACT = 'caseExact: false → true';

/** Where §8.7 contradicts the text of RFC 7643, or itself; by the name of the fixture. The reason stands above. */
const CORRECTIONS: Readonly<Record<string, string[]>> = {
  'rfc7643-8.7.1-schema-user': [
    // §2.3.6, §2.3.7: a reference and a binary are case exact.
    `profileUrl.${CASE_EXACT}`,
    `photos.value.${CASE_EXACT}`,
    `groups.$ref.${CASE_EXACT}`,
    `x509Certificates.value.${CASE_EXACT}`,
    // §3.1: it is the id of another resource, and ids are case exact.
    `groups.value.${CASE_EXACT}`,
    // Its own description: the URI of the group.
    'groups.$ref.referenceTypes: ["User","Group"] → ["Group"]',
    // No password is the same in another case.
    `password.${CASE_EXACT}`,
    // §2.4, and the example of §8.2 has it.
    'addresses.primary: added',
  ],
  'rfc7643-8.7.1-schema-group': [
    // §4.2: REQUIRED.
    'displayName.required: false → true',
    `members.value.${CASE_EXACT}`,
    `members.$ref.${CASE_EXACT}`,
    // §2.4, and the example of §8.4 has it.
    'members.display: added',
  ],
  'rfc7643-8.7.1-schema-enterprise_user': [`manager.value.${CASE_EXACT}`, `manager.$ref.${CASE_EXACT}`],
  'rfc7643-8.7.2-schema-service_provider_configuration': [
    `documentationUri.${CASE_EXACT}`,
    `authenticationSchemes.specUri.${CASE_EXACT}`,
    `authenticationSchemes.documentationUri.${CASE_EXACT}`,
    // §5: REQUIRED.
    'etag: added',
    'etag.supported: added',
    // RFC 9865 §4.
    'pagination: added',
    ...'cursor index defaultPaginationMethod defaultPageSize maxPageSize cursorTimeout'
      .split(' ')
      .map((name) => `pagination.${name}: added`),
    // draft-ietf-scim-roles-entitlements.
    'RolesAndEntitlements: added',
    ...['roles', 'entitlements'].flatMap((name) => [
      `RolesAndEntitlements.${name}: added`,
      ...[
        'supported',
        `multiple${name === 'roles' ? 'Roles' : 'Entitlements'}Supported`,
        'primarySupported',
        'typeSupported',
      ].map((part) => `RolesAndEntitlements.${name}.${part}: added`),
    ]),
    // RFC 9967 §4.
    'securityEvents: added',
    'securityEvents.asyncRequest: added',
    'securityEvents.eventUris: added',
    'authenticationSchemes.type: added',
    // §2.4, and the example of §8.5 has it.
    'authenticationSchemes.primary: added',
  ],
  'rfc7643-8.7.2-schema-resource_type': [
    `endpoint.${CASE_EXACT}`,
    // §6: a list, and OPTIONAL.
    'schemaExtensions.multiValued: false → true',
    'schemaExtensions.required: true → false',
  ],
  'rfc7643-8.7.2-schema-schema': [
    // §2.3.6: binary is a type.
    'attributes.type.canonicalValues: binary added',
    'attributes.subAttributes.type.canonicalValues: binary added',
  ],
};

describe('the schemas beside RFC 7643 §8.7', () => {
  for (const { name, section, content } of fixturesOf<SchemaDocument>('schema')) {
    test(`${name} differs where the RFC contradicts itself, and nowhere else (${section})`, () => {
      const ours = schemas.map((file) => readSchemaFile(file)).find(({ id }) => id === content.id) as SchemaDocument;
      expect([ours.name, ours.description]).toEqual([content.name, content.description]);
      expect(differences(content, ours).sort()).toEqual([...(CORRECTIONS[name] ?? [])].sort());
    });
  }
});

describe('the discovery documents that the RFCs show', () => {
  for (const { name, section, content } of fixturesOf<JsonObject>('resource-type')) {
    test(`${name} conforms to our schema of resource types (${section})`, () => {
      expect(departures(content, resourceTypeSchema.attributes)).toEqual([]);
    });
  }

  test('the service provider configuration conforms to our schema of it (RFC 7643 §5, §8.5)', () => {
    expect(departures(fixture('service-provider-config'), serviceProviderConfigSchema.attributes)).toEqual([]);
  });

  test('our resource types are those that the RFC lists, but the extension is not required (RFC 7644 §4)', () => {
    const theirs = fixture<{ Resources: JsonObject[] }>('resource-type-list').Resources;
    const ours = ['user', 'group'].map((name) => readSchemaFile<JsonObject>(`${name}.resource-type`));
    const optional = (extensions: Json | undefined): Json[] =>
      (Array.isArray(extensions) ? extensions : [])
        .filter(isObject)
        .map((extension) => ({ ...extension, required: false }));
    const comparable = ({ meta: _, 'scim-target': __, schemaExtensions, ...document }: JsonObject) => ({
      ...document,
      schemaExtensions: optional(schemaExtensions),
    });
    expect(ours.map(comparable)).toEqual(theirs.map(comparable));
    expect(ours.map(({ schemaExtensions }) => schemaExtensions ?? [])).toEqual(
      ours.map(({ schemaExtensions }) => optional(schemaExtensions)),
    );
  });
});
