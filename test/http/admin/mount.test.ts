import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, expect, test } from 'vitest';
import type { SessionView } from '../../../src/http/admin/messages.js';
import { createScimTarget, type ScimTarget } from '../../../src/target.js';
import { PASSWORD } from '../../support/admin-client.js';

let target: ScimTarget;
let server: Server;

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await target.close();
});

test('the admin API works below another path, behind the body parser of a larger app', async () => {
  target = await createScimTarget({ store: 'memory:' });
  const app = express().use(express.json(), express.urlencoded()).use('/tools/scim', target.adminRouter);
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${origin}/tools/scim/api${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  const { path, token } = await target.inviteAdmin({ role: 'owner' });
  expect(path).toBe(`/setup#${token}`);
  const accepted = await post('/invitation/accept', {
    token,
    email: 'ann@example.com',
    name: 'Ann',
    password: PASSWORD,
  });
  expect(accepted.status).toBe(200);
  const [cookie = ''] = accepted.headers.getSetCookie();
  expect(cookie).toContain('; Path=/tools/scim;');
  const { csrf } = (await accepted.json()) as SessionView;
  const headers = { Cookie: cookie.split(';')[0] as string, 'X-CSRF-Token': csrf };
  const invited = await post('/invitations', { email: null, role: 'viewer', tenant: null }, headers);
  expect(((await invited.json()) as { link: string }).link).toMatch(new RegExp(`^${origin}/tools/scim/setup#`));
  expect((await post('/tenants', { name: 'acme', profile: 'entra', colour: 'red' }, headers)).status).toBe(400);
  expect((await post('/tenants', { name: 'acme', profile: 'entra' }, headers)).status).toBe(201);
  const [created] = await target.store.audit({ action: 'invitation.create', limit: 5 }).then((all) => all.toReversed());
  expect(created).toMatchObject({ actor: { kind: 'app', name: 'the app' }, details: { role: 'owner' } });
});

test('an app invites nobody to a tenant that there is not, or to a role that does not go with it', async () => {
  target = await createScimTarget({ store: 'memory:' });
  server = express().listen(0, '127.0.0.1');
  await expect(target.inviteAdmin({ role: 'viewer', tenant: 'none' })).rejects.toThrow('no tenant named "none"');
  await target.createTenant({ name: 'acme' });
  await expect(target.inviteAdmin({ tenant: 'acme' })).rejects.toThrow('the role owner is for all tenants');
  expect(await target.store.adminKeys('invitation')).toEqual([]);
});
