import { expect, test } from 'vitest';
import { OPTIONS, PROGRAM_OPTIONS } from '../../../src/options.js';
import { AdminClient, adminOf } from '../../support/admin-client.js';
import { operationsOf, readDescription } from '../../support/description.js';
import { onEachStore } from '../../support/target.js';

const OPERATIONS = operationsOf(readDescription());
const SECRET = 'a client secret that is nobody else’s business';

onEachStore(
  'the admin API',
  (suite) => {
    test('answers every refusal as a problem that says what was wrong, under a request id', async () => {
      const { client } = await adminOf(suite);
      const nobody = new AdminClient(suite.server);
      for (const [answer, status] of [
        [await nobody.get('/tenants'), 401],
        [await client.get('/no/such/address'), 404],
        [await client.get('/tenants/none'), 404],
        [await client.patch('/session', {}), 405],
        [await client.post('/tenants', []), 400],
        [await client.post('/tenants', {}, { 'Content-Type': 'text/plain' }), 415],
      ] as const) {
        expect(answer.status).toBe(status);
        expect(answer.headers['content-type']).toBe('application/problem+json');
        expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
        expect(answer.headers['cache-control']).toBe('no-store');
        expect(answer.body).toMatchObject({ type: 'about:blank', title: expect.any(String), status });
        expect(answer.body.detail).toMatch(/^[A-Z].*\.$/);
      }
      expect((await client.patch('/session', {})).headers.allow).toBe('HEAD, GET, POST, DELETE');
    });

    test('names every field that is wrong, and tells nothing but that of what was sent', async () => {
      const { client } = await adminOf(suite);
      const refused = await client.post('/invitations', { email: 7, role: null, colour: 'a secret value' });
      expect(refused.status).toBe(400);
      expect(refused.body.errors).toEqual(
        expect.arrayContaining([
          { field: 'email', message: expect.any(String) },
          { field: 'role', message: 'must be a string' },
          { field: 'tenant', message: 'is needed' },
          { field: 'colour', message: 'is not known here' },
        ]),
      );
      expect(refused.text).not.toContain('a secret value');
    });

    test('refuses what does not go together with what is there, as the description of the operation says', async () => {
      const { client } = await adminOf(suite);
      const tenant = `/tenants/${(await suite.tenant()).tenant.name}/credentials`;
      const wanted = { name: 'x', scopes: ['scim:read'], expires: null };
      const { body } = await client.post(tenant, { ...wanted, kind: 'token' });
      const credential = `${tenant}/${body.credential.id}`;
      await client.post(`${credential}/revoke`, {});
      const refusals = {
        issueCredential: await client.post(tenant, { ...wanted, kind: 'basic' }),
        changeCredential: await client.patch(credential, { name: 'y' }),
        rotateCredential: await client.post(`${credential}/rotate`, { overlapHours: 1 }),
        revokeCredential: await client.post(`${credential}/revoke`, {}),
      };
      for (const [operationId, { status }] of Object.entries(refusals)) {
        expect(status, operationId).toBe(409);
        expect(OPERATIONS.find((one) => one.operationId === operationId)?.responses).toHaveProperty('409');
      }
    });

    test('takes bodies of up to 64 KiB, of JSON', async () => {
      const { client } = await adminOf(suite);
      const large = { name: 'x'.repeat(70_000), profile: 'entra' };
      expect((await client.post('/tenants', large)).status).toBe(413);
      const broken = await fetch(`${suite.origin}/admin/api/session`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"email":',
      });
      expect([broken.status, ((await broken.json()) as { detail: string }).detail]).toEqual([
        400,
        'The body is not valid JSON.',
      ]);
    });

    test('does not read the body of somebody who may not ask', async () => {
      const nobody = new AdminClient(suite.server);
      expect((await nobody.post('/tenants', { name: 'x'.repeat(70_000) })).status).toBe(401);
    });

    test('has the settings in force with their meaning, and no secret', async () => {
      const { client } = await adminOf(suite);
      const answer = await client.get('/settings');
      const { options, profiles, version } = answer.body;
      expect(version).toMatch(/^\d+\.\d+\.\d+/);
      const ofTarget = OPTIONS.filter(({ name }) => !(PROGRAM_OPTIONS as readonly string[]).includes(name));
      expect(options.map(({ name }: { name: string }) => name)).toEqual(ofTarget.map(({ name }) => name));
      const of = (name: string) => options.find((option: { name: string }) => option.name === name);
      expect(of('maxMembers')).toMatchObject({
        value: 123,
        unit: 'members',
        isDefault: false,
        env: 'SCIM_TARGET_MAX_MEMBERS',
      });
      expect(of('pageSize')).toMatchObject({ value: 100, isDefault: true });
      expect(of('ssoClientSecret')).toMatchObject({ value: '(set, not shown)', isDefault: false });
      expect(answer.text).not.toContain(SECRET);
      expect(profiles.map(({ name }: { name: string }) => name)).toEqual(['entra', 'okta', 'strict']);
    });

    test('may not be framed, and runs nothing', async () => {
      const { headers } = await new AdminClient(suite.server).get('/config');
      expect(headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-powered-by']).toBeUndefined();
    });

    test('writes no line with a secret to the log', async () => {
      const { client } = await adminOf(suite);
      await client.script('owner');
      for (const secret of [client.cookie?.split('=')[1], client.csrf]) {
        expect(secret).toMatch(/^[\w-]{43}$/);
        expect(suite.logText).not.toContain(secret);
      }
    });
  },
  { maxMembers: 123, ssoIssuer: 'https://sso.example.com', ssoClientId: 'scim', ssoClientSecret: SECRET },
);
