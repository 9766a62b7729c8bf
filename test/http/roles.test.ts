import { beforeAll, describe, expect, test } from 'vitest';
import { Registries } from '../../src/access/registries.js';
import { setSchemas } from '../../src/access/tenant-schemas.js';
import { bundledDocuments } from '../../src/schema-files.js';
import { readSchemaFile } from '../scim/rfc/core.js';
import type { Client } from '../support/client.js';
import { departures } from '../support/departures.js';
import { onEachStore, type Suite } from '../support/target.js';

const ROLE = 'urn:ietf:params:scim:schemas:core:2.0:Role';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const role = (value: string) => ({ schemas: [ROLE], value, display: value.toUpperCase() });
const user = (userName: string, ...roles: string[]) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName,
  roles: roles.map((value) => ({ value })),
});

async function offer(suite: Suite, client: Client, document: object): Promise<void> {
  const tenant = await suite.target.store.tenantByName(client.tenant.name);
  if (!tenant) throw new Error('no tenant');
  await setSchemas(suite.target.store, new Registries(bundledDocuments()), tenant, JSON.stringify(document));
}

onEachStore('roles and entitlements', (suite) => {
  let client: Client;
  let vendor: Client;
  beforeAll(async () => {
    client = await suite.tenant();
    vendor = await suite.client(client.tenant.name, ['scim:read', 'scim:catalog']);
    await offer(suite, client, { roles: true, checkRoles: true });
    for (const value of ['reader', 'author']) expect((await vendor.post('/Roles', role(value))).status).toBe(201);
    const retired = { ...role('retired'), supported: false };
    expect((await vendor.post('/Roles', retired)).status).toBe(201);
  });

  test('are not there where the tenant does not offer them', async () => {
    const other = await suite.tenant();
    expect((await other.get('/Roles')).status).toBe(404);
    expect((await other.get('/ServiceProviderConfig')).body.RolesAndEntitlements).toBeUndefined();
    expect((await other.post('/Users', user('free', 'anything'))).status).toBe(201);
  });

  test('are announced, and read by whoever may read', async () => {
    const { RolesAndEntitlements: announced } = (await client.get('/ServiceProviderConfig')).body;
    expect(announced).toMatchObject({ roles: { supported: true }, entitlements: { supported: true } });
    const schema = readSchemaFile('service-provider-config');
    const { meta: _, ...config } = (await client.get('/ServiceProviderConfig')).body;
    expect(departures(config, schema.attributes)).toEqual([]);
    const page = await client.get('/Roles?startIndex=1&count=1');
    expect(page.body).toMatchObject({ totalResults: 3, itemsPerPage: 1, startIndex: 1 });
    expect(page.body.Resources[0]).toMatchObject({ value: 'reader', display: 'READER', supported: true });
    expect((await client.get('/Entitlements')).body.totalResults).toBe(0);
  });

  describe('scim:write alone', () => {
    test('does not change them, and the answer names the scope that does', async () => {
      const [found] = (await client.get('/Roles?filter=value eq "reader"')).body.Resources;
      const at = `/Roles/${found.id}`;
      const answers = [
        await client.post('/Roles', role('mine')),
        await client.put(at, role('mine')),
        await client.patch(at, [{ op: 'replace', path: 'display', value: 'x' }]),
        await client.delete(at),
      ];
      for (const { status, body } of answers) {
        expect(status).toBe(403);
        expect(body.detail).toContain('scim:catalog');
      }
      expect((await client.get(at)).body).toEqual(found);
    });

    test('does not change them in bulk, where other operations are done', async () => {
      const { body } = await client.post('/Bulk', {
        schemas: [BULK],
        Operations: [
          { method: 'POST', path: '/Roles', bulkId: 'r', data: role('mine') },
          { method: 'POST', path: '/Users', bulkId: 'u', data: user('in-bulk') },
        ],
      });
      expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual(['403', '201']);
      expect((await client.get('/Roles')).body.totalResults).toBe(3);
    });
  });

  test('scim:catalog alone changes no users, in bulk or otherwise', async () => {
    expect((await vendor.post('/Users', user('vendor'))).status).toBe(403);
    const { body } = await vendor.post('/Bulk', {
      schemas: [BULK],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'u', data: user('vendor') },
        {
          method: 'POST',
          path: '/Entitlements',
          bulkId: 'e',
          data: { schemas: [ROLE.replace('Role', 'Entitlement')], value: 'seat' },
        },
      ],
    });
    expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual(['403', '201']);
    await vendor.delete(`/Entitlements/${body.Operations[1].location.split('/').at(-1)}`);
  });

  test('a user gets no role that is not offered, or not any more, and keeps the one that was', async () => {
    const made = await client.post('/Users', user('ana', 'reader'));
    expect(made.status).toBe(201);
    const at = `/Users/${made.body.id}`;
    for (const value of ['owner', 'retired']) {
      const refused = await client.patch(at, [{ op: 'add', path: 'roles', value: [{ value }] }]);
      expect(refused.status).toBe(400);
      expect(refused.body).toMatchObject({ scimType: 'invalidValue', detail: expect.stringContaining(value) });
      expect((await client.post('/Users', user('bo', value))).status).toBe(400);
    }
    expect((await client.get(at)).body.roles).toEqual([{ value: 'reader' }]);
    const [reader] = (await client.get('/Roles?filter=value eq "reader"')).body.Resources;
    await vendor.patch(`/Roles/${reader.id}`, [{ op: 'replace', path: 'supported', value: false }]);
    expect((await client.put(at, user('ana', 'reader', 'author'))).status).toBe(200);
    expect((await client.get(at)).body.roles).toHaveLength(2);
    await vendor.patch(`/Roles/${reader.id}`, [{ op: 'replace', path: 'supported', value: true }]);
  });

  test('stand under the URNs of Okta where the tenant says so', async () => {
    const mine = await suite.tenant('okta');
    await offer(suite, mine, { roles: 'okta' });
    const types = (await mine.get('/ResourceTypes')).body.Resources;
    const urns = types.map(({ schema }: { schema: string }) => schema).slice(2);
    expect(urns).toEqual(['urn:okta:scim:schemas:core:1.0:Role', 'urn:okta:scim:schemas:core:1.0:Entitlement']);
    const writer = await suite.client(mine.tenant.name, ['scim:catalog', 'scim:read']);
    const made = await writer.post('/Roles', { schemas: [urns[0]], value: 'admin', displayName: 'Admin' });
    expect(made.body).toMatchObject({ schemas: [urns[0]], displayName: 'Admin' });
  });
});
