import { describe, expect, test } from 'vitest';
import { Registries } from '../../src/access/registries.js';
import { LONGEST_SCHEMAS, readSchemas, setSchemas } from '../../src/access/tenant-schemas.js';
import { bundledDocuments } from '../../src/schema-files.js';
import { fakeStore, newTenant } from './fakes.js';

const registries = new Registries(bundledDocuments());

/** A document of which one line, the fifth, is given. */
function withLine(line: string): string {
  return `{
  // devices of the customer
  "schemas": [{ "id": "urn:example:Device", "name": "Device", "attributes": [
    { "name": "serial", "type": "string" },
    ${line}
  ] }],
  "resourceTypes": [{ "name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device" }]
}`;
}

test('a document with comments is taken', () => {
  const registry = readSchemas(withLine('{ "name": "size", "type": "integer" }'), registries);
  expect(registry.byEndpoint('devices')?.attributes.get('size')?.type).toBe('integer');
});

describe('a document that breaks a rule is refused with the line and the rule', () => {
  test.each([
    ['{ "name": "size", "type": "number" }', 5, 'has the unknown type number'],
    ['{ "name": "Serial", "type": "string" }', 5, 'is defined twice'],
    ['{ "name": "size", "type": "integer", "multivalued": true }', 5, 'multivalued'],
    ['{ "name": "size", "type": "integer", "multiValued": "yes" }', 5, 'multiValued'],
    ['{ "name": "size", "type": "complex" }', 5, 'must have subAttributes'],
    ['{ "name": "__proto__", "type": "string" }', 5, 'is not an attribute name'],
    ['{ "name": "size", "type": "string", "returned": "sometimes" }', 5, 'unknown returned sometimes'],
    ['{ "name": "size", "name": "x", "type": "string" }', 5, 'is there twice'],
    ['{ "name": "size" "type": "string" }', 5, 'not valid JSON'],
  ])('%s', (line, number, rule) => {
    expect(() => readSchemas(withLine(line), registries)).toThrow(new RegExp(`^line ${number}: .*${rule}`));
  });

  test.each([
    ['[]', 'must be a JSON object'],
    ['{"types":[]}', 'types'],
    ['{"policy":{"Robot":{}}}', 'there is no such resource type'],
    ['{"policy":{"User":{"required":["wings"]}}}', 'User has no attribute wings'],
    ['{"policy":{"User":{"required":["groups"]}}}', 'clients cannot write groups'],
    ['{"policy":{"User":{"hidden":["userName"]}}}', 'is required and cannot be hidden'],
    ['{"policy":{"Group":{"hidden":["members"]}}}', 'kept by the server'],
    ['{"policy":{"User":{"extensions":[{"schema":"urn:example:Nothing","required":false}]}}}', 'there is no schema'],
    [
      '{"resourceTypes":[{"name":"User","endpoint":"/Others","schema":"urn:ietf:params:scim:schemas:core:2.0:User"}]}',
      'two resource types',
    ],
    [
      '{"resourceTypes":[{"name":"Bulk","endpoint":"/bulk","schema":"urn:ietf:params:scim:schemas:core:2.0:User"}]}',
      'is taken',
    ],
    [
      '{"schemas":[{"id":"urn:ietf:params:scim:schemas:core:2.0:User","name":"U","attributes":[{"name":"a","type":"string"}]}]}',
      'there are two of it',
    ],
    ['{"checkRoles":true}', 'nothing to check by'],
    [`{"x":"${'x'.repeat(LONGEST_SCHEMAS)}"}`, 'are the most'],
  ])('%s', (text, rule) => {
    expect(() => readSchemas(text, registries)).toThrow(rule);
  });
});

describe('a document that nests without end is refused like any other', () => {
  test.each([
    ['open arrays', '['.repeat(LONGEST_SCHEMAS - 1)],
    ['arrays', `{"schemas":${'['.repeat(24_000)}${']'.repeat(24_000)}}`],
    ['attributes', `{"schemas":[{"attributes":[${'{"subAttributes":['.repeat(900)}${']}'.repeat(900)}]}]}`],
  ])('%s', (_, text) => {
    expect(() => readSchemas(`\n${text}`, registries)).toThrow('line 2: it nests deeper than 32 levels');
  });
});

test('brackets in texts and comments are no nesting', () => {
  const brackets = '['.repeat(40);
  const line = `{ "name": "size", "type": "integer", "description": "${brackets}" } // ${brackets}`;
  expect(readSchemas(withLine(line), registries).byEndpoint('devices')).toBeDefined();
});

test('what others have set since the tenant was looked at stays', async () => {
  const store = fakeStore();
  const tenant = await newTenant(store);
  await store.updateTenant(tenant.id, { settings: { requestLimit: 5 } });
  const text = withLine('{ "name": "size", "type": "integer" }');
  const { settings } = await setSchemas(store, registries, tenant, text);
  expect(settings).toEqual({ allowsBasic: false, requestLimit: 5, schemas: text });
  expect((await setSchemas(store, registries, tenant, null)).settings).toEqual({ allowsBasic: false, requestLimit: 5 });
});

test('the policy of one tenant leaves the schemas of the server alone', () => {
  const before = JSON.stringify(registries.common.schemas);
  const own = readSchemas('{"policy":{"User":{"required":["name.givenName"],"hidden":["title"]}}}', registries);
  expect(own.resourceType('User')?.attributes.get('name')?.required).toBe(true);
  expect(own.resourceType('User')?.attributes.has('title')).toBe(false);
  expect(JSON.stringify(registries.common.schemas)).toBe(before);
  expect(registries.common.resourceType('User')?.attributes.get('name')?.required).toBe(false);
});
