import { describe, expect, test } from 'vitest';
import { Registries } from '../../src/access/registries.js';
import { LONGEST_SCHEMAS, readSchemas } from '../../src/access/tenant-schemas.js';
import { bundledDocuments } from '../../src/schema-files.js';

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

test('the policy of one tenant leaves the schemas of the server alone', () => {
  const before = JSON.stringify(registries.common.schemas);
  const own = readSchemas('{"policy":{"User":{"required":["name.givenName"],"hidden":["title"]}}}', registries);
  expect(own.resourceType('User')?.attributes.get('name')?.required).toBe(true);
  expect(own.resourceType('User')?.attributes.has('title')).toBe(false);
  expect(JSON.stringify(registries.common.schemas)).toBe(before);
  expect(registries.common.resourceType('User')?.attributes.get('name')?.required).toBe(false);
});
