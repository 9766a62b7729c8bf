/** What the server says of itself: RFC 7643 §5 to §7, RFC 7644 §4. */
import { describe, expect, test } from 'vitest';
import { expectError, expectList, type Resource, URN } from '../support/client.js';
import { onEachStore } from '../support/target.js';

const DOCUMENTS = [
  '/ServiceProviderConfig',
  '/Schemas',
  `/Schemas/${URN.user}`,
  '/ResourceTypes',
  '/ResourceTypes/Group',
];

/** Every object inside, the document itself first. */
function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (Array.isArray(value)) for (const item of value) yield* objectsIn(item);
  else if (typeof value === 'object' && value !== null) {
    yield value as Record<string, unknown>;
    for (const inner of Object.values(value)) yield* objectsIn(inner);
  }
}

onEachStore('discovery', (suite) => {
  test('ServiceProviderConfig announces what works, and nothing else (RFC 7643 §5)', async () => {
    const client = await suite.tenant();
    const response = await client.get('/ServiceProviderConfig');
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toMatch(/^application\/scim\+json\b/);
    expect(response.body).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 1000 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      authenticationSchemes: ['oauthbearertoken', 'oauth2'].map((type) => ({
        type,
        name: expect.any(String),
        description: expect.any(String),
      })),
      meta: { resourceType: 'ServiceProviderConfig', location: `${suite.origin}/scim/v2/ServiceProviderConfig` },
    });
    expect((await client.get('/Me')).status).toBe(501);
  });

  test('ServiceProviderConfig announces HTTP Basic where the tenant takes it', async () => {
    const client = await suite.tenant();
    const settings = { allowsBasic: true, requestLimit: undefined };
    await suite.target.store.updateTenant(client.tenant.id, { settings });
    const { body } = await client.get('/ServiceProviderConfig');
    const types = [...objectsIn(body.authenticationSchemes)].map(({ type }) => type);
    expect(types).toEqual(['oauthbearertoken', 'oauth2', 'httpbasic']);
  });

  test('/Schemas lists the core schemas and the extension, with every characteristic and without null (RFC 7643 §7)', async () => {
    const client = await suite.tenant();
    const schemas = expectList(await client.get('/Schemas'), 3);
    expect(schemas.map(({ id }) => id)).toEqual([URN.user, URN.group, URN.enterprise]);
    for (const schema of schemas) {
      expect(schema.schemas).toEqual(['urn:ietf:params:scim:schemas:core:2.0:Schema']);
      expect(schema.meta).toEqual({ resourceType: 'Schema', location: `${suite.origin}/scim/v2/Schemas/${schema.id}` });
      for (const attribute of objectsIn(schema.attributes)) {
        const name = `${schema.id}: ${attribute.name}`;
        expect(Object.values(attribute), name).not.toContain(null);
        expect(['readOnly', 'readWrite', 'immutable', 'writeOnly'], name).toContain(attribute.mutability);
        expect(['always', 'never', 'default', 'request'], name).toContain(attribute.returned);
        expect(typeof attribute.type, name).toBe('string');
      }
    }
  });

  test('e-mails, phones and addresses have canonical types, so that Entra can derive typed paths', async () => {
    const client = await suite.tenant();
    const { attributes } = (await client.get(`/Schemas/${URN.user}`)).body;
    for (const [name, wanted] of [
      ['emails', 'work'],
      ['phoneNumbers', 'fax'],
      ['addresses', 'work'],
    ]) {
      const attribute = attributes.find((one: Resource) => one.name === name);
      const type = attribute.subAttributes.find((one: Resource) => one.name === 'type');
      expect(type.canonicalValues, name).toContain(wanted);
    }
  });

  test('each schema is found by its URN, in any case, and is as it is in the list', async () => {
    const client = await suite.tenant();
    for (const schema of expectList(await client.get('/Schemas'), 3)) {
      for (const id of [schema.id, schema.id.toUpperCase()]) {
        const response = await client.get(`/Schemas/${id}`);
        expect([response.status, response.body]).toEqual([200, schema]);
      }
    }
  });

  test('/ResourceTypes lists User first, then Group, and nothing of how they are kept (RFC 7643 §6)', async () => {
    const client = await suite.tenant();
    const types = expectList(await client.get('/ResourceTypes'), 2);
    expect(types).toEqual([
      {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
        id: 'User',
        name: 'User',
        description: expect.any(String),
        endpoint: '/Users',
        schema: URN.user,
        schemaExtensions: [{ schema: URN.enterprise, required: false }],
        meta: { resourceType: 'ResourceType', location: `${suite.origin}/scim/v2/ResourceTypes/User` },
      },
      expect.objectContaining({ id: 'Group', endpoint: '/Groups', schema: URN.group }),
    ]);
    for (const type of types) {
      expect(type).not.toHaveProperty('scim-target');
      expect((await client.get(`/ResourceTypes/${type.id}`)).body).toEqual(type);
    }
  });

  test('below /tenants/{t} the locations are below it as well', async () => {
    const plain = await suite.tenant();
    const base = `/tenants/${plain.tenant.name}/scim/v2`;
    for (const address of DOCUMENTS) {
      const response = await plain.at(base).get(address);
      expect(response.status).toBe(200);
      for (const { location } of objectsIn(response.body)) {
        if (location !== undefined) expect(location).toEqual(expect.stringContaining(suite.origin + base));
      }
    }
  });

  describe.each(DOCUMENTS)('%s', (address) => {
    test('a filter is 403, lest a part be taken for the whole (RFC 7644 §4)', async () => {
      const client = await suite.tenant();
      expectError(await client.get(address, { filter: 'name eq "User"' }), 403);
      expectError(await client.get(address, { FILTER: '' }), 403);
    });

    test('sorting and paging are passed over (RFC 7644 §4)', async () => {
      const client = await suite.tenant();
      const plain = await client.get(address);
      const query = { sortBy: 'nonexistent', startIndex: 5, count: 1 };
      expect((await client.get(address, query)).body).toEqual(plain.body);
    });

    test('without a token it is 401', async () => {
      const client = await suite.tenant();
      expectError(await client.get(address, {}, { Authorization: '' }), 401);
    });
  });
});
