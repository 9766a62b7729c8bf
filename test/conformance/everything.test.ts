/**
 * A server that offers everything that is optional, asked everything by the command as people run it: nothing fails and
 * nothing is skipped. What the tenant's profile rules out by its nature is left out by --reads, and is nothing else than
 * what that server really fails.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueCredential } from '../../src/access/credentials.js';
import { Registries } from '../../src/access/registries.js';
import { setSchemas } from '../../src/access/tenant-schemas.js';
import type { Report, Result } from '../../src/conformance/model.js';
import { EXEMPTIONS, type Reading } from '../../src/conformance/readings.js';
import { CHECKS } from '../../src/conformance/suites/index.js';
import { bundledDocuments } from '../../src/schema-files.js';
import { command, temporaryFolder } from '../cli/command.js';
import { type Client, URN } from '../support/client.js';
import { onEachStore, Suite } from '../support/target.js';
import { judge, told } from './judge.js';

const EXTENSION = 'urn:example:scim:schemas:extension:Badge:2.0:User';

/** A type and an extension of the tenant's own, with an attribute that is always returned; roles as Okta knows them. */
const OWN_SCHEMAS = {
  schemas: [
    {
      id: 'urn:example:scim:schemas:Device',
      name: 'Device',
      attributes: [{ name: 'serial', type: 'string', required: true, uniqueness: 'server' }],
    },
    {
      id: EXTENSION,
      name: 'Badge',
      attributes: [
        { name: 'number', type: 'string' },
        { name: 'color', type: 'string', returned: 'always' },
      ],
    },
  ],
  resourceTypes: [{ name: 'Device', endpoint: '/Devices', schema: 'urn:example:scim:schemas:Device' }],
  policy: { User: { extensions: [{ schema: EXTENSION, required: false }] } },
  roles: 'okta',
  checkRoles: false,
};

/** A tenant that offers everything, with somebody in it. */
async function tenantWithEverything(
  suite: Suite,
  profile: 'entra' | 'strict',
): Promise<{ client: Client; me: string }> {
  const client = await suite.tenant(profile);
  const { store } = suite.target;
  await store.updateTenant(client.tenant.id, { settings: { ...client.tenant.settings, allowsBasic: true } });
  const tenant = await store.tenantById(client.tenant.id);
  if (!tenant) throw new Error('no tenant');
  await setSchemas(store, new Registries(bundledDocuments()), tenant, JSON.stringify(OWN_SCHEMAS));
  const vendor = await suite.client(tenant.name, ['scim:read', 'scim:catalog']);
  for (const name of ['Role', 'Entitlement'] as const) {
    const endpoint = name === 'Role' ? '/Roles' : '/Entitlements';
    const made = { schemas: [`urn:okta:scim:schemas:core:1.0:${name}`], value: 'agent', displayName: 'Agent' };
    expect((await vendor.post(endpoint, made)).status).toBe(201);
  }
  const { id: user } = await client.user('resident', { schemas: [URN.user] });
  const wanted = { tenant, kind: 'token', name: 'own', expires: undefined, scopes: ['scim:read'], user } as const;
  const sources = { clock: () => new Date().toISOString(), newId: randomUUID, randomBytes };
  const { secret } = await issueCredential(store, { ...wanted, ...sources });
  return { client, me: secret as string };
}

const folder = temporaryFolder();
afterAll(() => folder.remove());

const READINGS = { entra: 'lenient', strict: 'strict' } as const;
const PROFILES = ['entra', 'strict'] as const;

function exempt(reading: Reading): string[] {
  return EXEMPTIONS.flatMap((exemption) => (exemption.reading === reading ? exemption.checks : []));
}

onEachStore(
  'a server with every option',
  (suite) => {
    test.each(PROFILES)(
      'passes all that a client asks of the profile %s, and nothing is skipped',
      async (profile) => {
        const { client, me } = await tenantWithEverything(suite, profile);
        const file = path.join(folder.path, `${suite.engine.replace(':', '')}-${profile}.json`);
        const env = { SCIM_CONFORMANCE_TOKEN: client.token, SCIM_CONFORMANCE_ME_TOKEN: me };
        const what = ['--suite', 'rfc,entra,okta,clients', '--reads', READINGS[profile], '--seed', '7'];
        const ended = await command(
          folder.path,
          ['conformance', '--url', `${suite.origin}/scim/v2`, ...what, '--json', file],
          env,
        );
        const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
        expect(report.results.filter(({ verdict }) => verdict !== 'passed').map(told)).toEqual([]);
        expect(report.counts).toMatchObject({ failed: 0, skipped: 0, warned: 0 });
        expect(ended.code).toBe(0);
        expect(report.cleanUp.left).toEqual([]);
        expect(report.counts.passed).toBe(CHECKS.length - exempt(READINGS[profile]).length);
      },
      180_000,
    );
  },
  { passwords: 'hash' },
);

describe('what is left out by --reads', () => {
  test('is known, and is left out once, for a reason that is a sentence', () => {
    const known = new Set(CHECKS.map(({ id }) => id));
    for (const reading of ['strict', 'lenient'] as const) {
      const ids = exempt(reading);
      expect(ids.filter((id) => !known.has(id))).toEqual([]);
      expect(new Set(ids).size).toBe(ids.length);
    }
    expect(EXEMPTIONS.filter(({ reason }) => !/^[A-Z].*[.]$/s.test(reason))).toEqual([]);
  });

  const suite = new Suite('memory:', { passwords: 'hash' });
  beforeAll(() => suite.start());
  afterAll(() => suite.stop());

  test.each(PROFILES)(
    'is failed by the profile %s, each of it',
    async (profile) => {
      const { client } = await tenantWithEverything(suite, profile);
      const ids = exempt(READINGS[profile]);
      const checks = CHECKS.filter(({ id }) => ids.includes(id));
      const results = await judge(`${suite.origin}/scim/v2`, client.token, checks);
      // One cannot even make the user that it is about.
      const isRefused = ({ verdict, reason }: Result) =>
        verdict === 'failed' || verdict === 'warned' || /could not be made/.test(reason ?? '');
      expect(results.filter((result) => !isRefused(result)).map(told)).toEqual([]);
    },
    60_000,
  );
});
