/** A server with an extension and roles of its own: nothing of the suites entra and okta is skipped for want of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Registries } from '../../src/access/registries.js';
import { setSchemas } from '../../src/access/tenant-schemas.js';
import { CHECKS } from '../../src/conformance/suites/index.js';
import { bundledDocuments } from '../../src/schema-files.js';
import type { RegistryDocuments } from '../../src/scim/schema/load.js';
import { documentsWithAcme } from '../support/documents.js';
import { Suite } from '../support/target.js';
import { judge, told } from './judge.js';

const ROLE_URN = 'urn:okta:scim:schemas:core:1.0:Role';

function documentsWithRoles(): RegistryDocuments {
  const documents = documentsWithAcme();
  const text = {
    type: 'string',
    multiValued: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
  } as const;
  const role = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id: ROLE_URN,
    name: 'Role',
    description: 'What a user may do',
    attributes: [
      { ...text, name: 'displayName', description: 'As people read it', required: true, uniqueness: 'none' },
    ],
  } as const;
  const type = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: 'Role',
    name: 'Role',
    description: 'What a user may do',
    endpoint: '/Roles',
    schema: ROLE_URN,
  };
  return {
    ...documents,
    schemas: [...documents.schemas, role as unknown as (typeof documents.schemas)[number]],
    resourceTypes: [...documents.resourceTypes, type as unknown as (typeof documents.resourceTypes)[number]],
  };
}

const suite = new Suite('memory:', { schemas: documentsWithRoles() });
beforeAll(() => suite.start());
afterAll(() => suite.stop());

test.each(['entra', 'okta'] as const)(
  'every check of the suite %s applies, and passes',
  async (name) => {
    const client = await suite.tenant(name);
    for (const displayName of ['Requester', 'Agent']) {
      expect((await client.post('/Roles', { schemas: [ROLE_URN], displayName })).status).toBe(201);
    }
    const checks = CHECKS.filter((check) => check.suite === name);
    const results = await judge(`${suite.origin}/scim/v2`, client.token, checks);
    expect(results.filter(({ verdict }) => verdict !== 'passed').map(told)).toEqual([]);
  },
  60_000,
);

test('the profile of Entra passes what Okta asks, too', async () => {
  const client = await suite.tenant('entra');
  await client.post('/Roles', { schemas: [ROLE_URN], displayName: 'Requester' });
  const results = await judge(
    `${suite.origin}/scim/v2`,
    client.token,
    CHECKS.filter((check) => check.suite === 'okta'),
  );
  expect(results.filter(({ verdict }) => verdict === 'failed' || verdict === 'warned').map(told)).toEqual([]);
}, 60_000);

test('the entitlements of Okta are those of a tenant that offers roles as Okta knows them', async () => {
  const plain = new Suite('memory:');
  await plain.start();
  try {
    const client = await plain.tenant('okta');
    const tenant = await plain.target.store.tenantByName(client.tenant.name);
    if (!tenant) throw new Error('no tenant');
    await setSchemas(plain.target.store, new Registries(bundledDocuments()), tenant, '{"roles":"okta"}');
    const vendor = await plain.client(tenant.name, ['scim:read', 'scim:catalog']);
    for (const [endpoint, name] of [
      ['/Roles', 'Role'],
      ['/Entitlements', 'Entitlement'],
    ] as const) {
      const made = { schemas: [`urn:okta:scim:schemas:core:1.0:${name}`], value: 'agent', displayName: 'Agent' };
      expect((await vendor.post(endpoint, made)).status).toBe(201);
    }
    const checks = CHECKS.filter(({ id }) => id.startsWith('okta.entitlements.'));
    expect(checks.length).toBeGreaterThan(4);
    const results = await judge(`${plain.origin}/scim/v2`, client.token, checks);
    expect(results.filter(({ verdict }) => verdict !== 'passed').map(told)).toEqual([]);
  } finally {
    await plain.stop();
  }
}, 60_000);
