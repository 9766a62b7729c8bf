import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Registries } from '../../src/access/registries.js';
import { setSchemas } from '../../src/access/tenant-schemas.js';
import { bundledDocuments } from '../../src/schema-files.js';
import type { Tenant } from '../../src/store/store.js';
import type { Client } from '../support/client.js';
import { onEachStore, type Suite } from '../support/target.js';

const URN = 'urn:example:scim:schemas:Device';
const EXTENSION = 'urn:example:scim:schemas:extension:Badge';
const LOAN = 'urn:example:scim:schemas:Loan';

const DEVICES = {
  schemas: [
    {
      id: URN,
      name: 'Device',
      attributes: [
        { name: 'serial', type: 'string', required: true, uniqueness: 'server' },
        { name: 'size', type: 'integer' },
        { name: 'tags', type: 'complex', multiValued: true, subAttributes: [{ name: 'value', type: 'string' }] },
      ],
    },
    { id: EXTENSION, name: 'Badge', attributes: [{ name: 'number', type: 'string', required: true }] },
  ],
  resourceTypes: [{ name: 'Device', endpoint: '/Devices', schema: URN }],
  policy: {
    User: {
      required: ['active', 'name.familyName'],
      hidden: ['title', 'name.middleName'],
      extensions: [{ schema: EXTENSION, required: false }],
    },
  },
};

const registries = new Registries(bundledDocuments());

async function give(suite: Suite, client: Client, document: object | null): Promise<void> {
  const tenant = await suite.target.store.tenantByName(client.tenant.name);
  if (!tenant) throw new Error('no tenant');
  await setSchemas(suite.target.store, registries, tenant, document && JSON.stringify(document));
}

const device = (serial: string) => ({ schemas: [URN], serial, size: 3, tags: [{ value: 'red' }] });
const user = (userName: string) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName,
  active: true,
  name: { familyName: 'Reyes' },
});

onEachStore('schemas of a tenant', (suite) => {
  let client: Client;
  let other: Client;
  beforeAll(async () => {
    client = await suite.tenant();
    other = await suite.tenant();
    await give(suite, client, DEVICES);
  });

  test('a new type is created, filtered, sorted, patched, replaced, deleted and written in bulk', async () => {
    const made = await client.post('/Devices', device('A-1'));
    expect(made.status).toBe(201);
    expect(made.body.meta).toMatchObject({ resourceType: 'Device', location: expect.stringMatching(/\/Devices\//) });
    const at = `/devices/${made.body.id}`;
    const found = await client.get('/Devices?filter=serial eq "a-1" and tags.value eq "RED"&sortBy=size');
    expect(found.body.Resources).toMatchObject([{ id: made.body.id }]);
    const patched = await client.patch(at, [{ op: 'replace', path: 'size', value: 4 }]);
    expect(patched.body.size).toBe(4);
    expect((await client.post('/Devices', device('a-1'))).status).toBe(409);
    const bulk = await client.post('/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        { method: 'POST', path: '/Devices', bulkId: 'x', data: device('B-1') },
        { method: 'DELETE', path: `/Devices/${made.body.id}` },
      ],
    });
    expect(bulk.body.Operations.map(({ status }: { status: string }) => status)).toEqual(['201', '204']);
    expect((await client.get(at)).status).toBe(404);
  });

  test('another tenant has nothing of it', async () => {
    expect((await other.get('/Devices')).status).toBe(404);
    expect((await other.post('/Devices', device('A-1'))).status).toBe(404);
    expect((await other.get(`/Schemas/${URN}`)).status).toBe(404);
    expect((await other.get('/ResourceTypes')).body.totalResults).toBe(2);
    expect((await other.post('/Users', { ...user('free'), name: undefined })).status).toBe(201);
    const bulk = await other.post('/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [{ method: 'POST', path: '/Devices', bulkId: 'x', data: device('C-1') }],
    });
    expect(bulk.body.Operations[0].status).toBe('404');
  });

  test('discovery shows the types, extensions and requirements of the tenant', async () => {
    const types = await client.get('/ResourceTypes');
    expect(types.body.Resources.map(({ name }: { name: string }) => name)).toEqual(['User', 'Group', 'Device']);
    expect(types.body.Resources[0].schemaExtensions).toContainEqual({ schema: EXTENSION, required: false });
    expect((await client.get(`/Schemas/${EXTENSION}`)).status).toBe(200);
    const core = await client.get('/Schemas/urn:ietf:params:scim:schemas:core:2.0:User');
    const attributes: { name: string; required: boolean; subAttributes?: { name: string; required?: boolean }[] }[] =
      core.body.attributes;
    const name = attributes.find((attribute) => attribute.name === 'name');
    expect(name?.required).toBe(true);
    expect(name?.subAttributes?.find((sub) => sub.name === 'familyName')?.required).toBe(true);
    expect(name?.subAttributes?.some((sub) => sub.name === 'middleName')).toBe(false);
    expect(attributes.some((attribute) => attribute.name === 'title')).toBe(false);
  });

  test('discovery spells out what its documents leave out (RFC 7643 §8.7)', async () => {
    const schema = (await client.get(`/Schemas/${URN}`)).body;
    expect(schema.schemas).toEqual(['urn:ietf:params:scim:schemas:core:2.0:Schema']);
    expect(schema.attributes.filter(({ name }: { name: string }) => name !== 'externalId')).toMatchObject([
      { name: 'serial', multiValued: false },
      { name: 'size', multiValued: false },
      { name: 'tags', multiValued: true, subAttributes: [{ name: 'value', multiValued: false }] },
    ]);
    const type = (await client.get('/ResourceTypes/Device')).body;
    expect(type.schemas).toEqual(['urn:ietf:params:scim:schemas:core:2.0:ResourceType']);
  });

  test.each([
    ['active', { ...user('m'), active: undefined }],
    ['name.familyName', { ...user('m'), name: { givenName: 'Max' } }],
    ['name', { ...user('m'), name: undefined }],
    [`${EXTENSION}:number`, { ...user('m'), [EXTENSION]: {}, nickName: 'x' }],
  ])('%s is required where the tenant says so', async (path, body) => {
    const answer = await client.post('/Users', body);
    if (path.startsWith(EXTENSION)) {
      // An empty extension is none at all.
      expect(answer.status).toBe(201);
      return;
    }
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ scimType: 'invalidValue', detail: `${path} is required.` });
  });

  test('what is hidden is not offered, is kept through every write, and comes back with what finds it', async () => {
    const mine = await suite.tenant();
    const full = { ...user('kept'), title: 'Chief', name: { familyName: 'Reyes', middleName: 'May' } };
    const { id } = (await mine.post('/Users', full)).body;
    await give(suite, mine, DEVICES);
    const shown = await mine.get(`/Users/${id}`);
    expect(shown.body.title).toBeUndefined();
    expect(shown.body.name).toEqual({ familyName: 'Reyes' });
    expect((await mine.get('/Users?filter=title eq "Chief"')).body.scimType).toBe('invalidFilter');
    expect((await mine.put(`/Users/${id}`, { ...user('kept'), title: 'Clerk' })).status).toBe(200);
    await mine.patch(`/Users/${id}`, [{ op: 'replace', value: { name: { familyName: 'Reye' } } }]);
    await give(suite, mine, null);
    const back = await mine.get('/Users?filter=title eq "chief" and name.middleName eq "May"');
    expect(back.body.Resources).toMatchObject([
      { id, title: 'Chief', name: { familyName: 'Reye', middleName: 'May' } },
    ]);
  });

  test('are found at the root as well, by who has them', async () => {
    const [owner, stranger] = [await suite.tenant(), await suite.tenant()];
    await give(suite, owner, DEVICES);
    expect((await owner.post('/Devices', device('root-1'))).status).toBe(201);
    const found = await owner.get('/', { filter: 'serial eq "root-1"' });
    const Resources = [{ serial: 'root-1', meta: { resourceType: 'Device' } }];
    expect(found.body).toMatchObject({ totalResults: 1, Resources });
    expect((await owner.get('/', { filter: 'meta.resourceType eq "Device"' })).body.totalResults).toBe(1);
    const refused = await stranger.get('/', { filter: 'serial eq "root-1"' });
    expect(refused.body).toMatchObject({ status: '400', scimType: 'invalidFilter' });
  });

  describe('a change that resources would not fit', () => {
    test.each([
      ['a type that goes', { ...DEVICES, resourceTypes: [], schemas: DEVICES.schemas.slice(1) }, /it would be gone/],
      ['an attribute that goes', withDevice([DEVICES.schemas[0]?.attributes[0]]), /size would be gone/],
      ['another type of attribute', changing('size', { type: 'string' }), /size would become string/],
      ['more values', changing('size', { multiValued: true }), /size would become multi-valued/],
      ['uniqueness', changing('size', { uniqueness: 'server' }), /size would become unique/],
    ])('is refused with how many there are: %s', async (_, document, why) => {
      const mine = await suite.tenant();
      await give(suite, mine, DEVICES);
      await give(suite, mine, document);
      await give(suite, mine, DEVICES);
      await mine.post('/Devices', device('A-1'));
      await expect(give(suite, mine, document)).rejects.toThrow(why);
      await expect(give(suite, mine, document)).rejects.toThrow('1 resource of type Device');
      expect((await mine.get('/Devices?filter=size eq 3')).body.totalResults).toBe(1);
    });
  });

  test('the example of docs/custom-types.md does what is said there', async () => {
    const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/custom-types.md'), 'utf8');
    const example = /```jsonc\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const mine = await suite.tenant();
    const tenant = (await suite.target.store.tenantByName(mine.tenant.name)) as Tenant;
    await setSchemas(suite.target.store, registries, tenant, example);
    const made = await mine.post('/Devices', { schemas: [URN], serial: 'A-1', ports: [{ value: 'eth0', speed: 10 }] });
    expect(made.status).toBe(201);
    expect((await mine.get('/Devices?filter=ports[speed gt 9]')).body.totalResults).toBe(1);
    const refused = await mine.post('/Users', { ...user('ana'), name: { familyName: 'Reyes' } });
    expect(refused.body.detail).toBe('name.givenName is required.');
    const badge = 'urn:example:scim:schemas:extension:Badge';
    const whole = { ...user('ana'), name: { givenName: 'Ana', familyName: 'Reyes' }, [badge]: { number: '7' } };
    expect((await mine.post('/Users', whole)).status).toBe(201);
    expect((await mine.get(`/Users?filter=${badge}:number eq "7"`)).body.totalResults).toBe(1);
  });

  test('members may be of a type of the tenant, and a group shows them', async () => {
    const mine = await suite.tenant();
    await give(suite, mine, {
      schemas: [
        DEVICES.schemas[0],
        {
          id: LOAN,
          name: 'Loan',
          attributes: [
            { name: 'displayName', type: 'string', required: true },
            {
              name: 'members',
              type: 'complex',
              multiValued: true,
              subAttributes: [
                { name: 'value', type: 'string', mutability: 'immutable' },
                { name: '$ref', type: 'reference', referenceTypes: ['Device'], mutability: 'immutable' },
                { name: 'type', type: 'string', mutability: 'immutable' },
                { name: 'display', type: 'string', mutability: 'readOnly' },
              ],
            },
          ],
        },
      ],
      resourceTypes: [
        { ...DEVICES.resourceTypes[0], 'scim-target': { display: 'serial' } },
        { name: 'Loan', endpoint: '/Loans', schema: LOAN, 'scim-target': { edges: 'members' } },
      ],
    });
    const { id } = (await mine.post('/Devices', device('A-1'))).body;
    const loan = await mine.post('/Loans', { schemas: [LOAN], displayName: 'Desk', members: [{ value: id }] });
    expect(loan.status).toBe(201);
    expect((await mine.get(`/Loans?filter=members.value eq "${id}"`)).body.Resources).toMatchObject([
      { members: [{ value: id, $ref: expect.stringContaining(`/Devices/${id}`), display: 'A-1' }] },
    ]);
    expect((await mine.delete(`/Devices/${id}`)).status).toBe(204);
    expect((await mine.get(`/Loans/${loan.body.id}`)).body.members).toBeUndefined();
  });
});

function withDevice(attributes: unknown[]): object {
  return { ...DEVICES, schemas: [{ ...DEVICES.schemas[0], attributes }, DEVICES.schemas[1]] };
}

function changing(name: string, change: object): object {
  const attributes = DEVICES.schemas[0]?.attributes ?? [];
  return withDevice(attributes.map((attribute) => (attribute.name === name ? { ...attribute, ...change } : attribute)));
}
