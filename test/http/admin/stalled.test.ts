/** Requests whose body is held back until whoever sends it may do less than when it began. */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { expect, test, vi } from 'vitest';
import type { AdminView } from '../../../src/http/admin/messages.js';
import { type AdminClient, adminOf } from '../../support/admin-client.js';
import { onEachStore, type Suite } from '../../support/target.js';

/** A request that has been let in, and of which the body is still to come. */
async function begin(suite: Suite, method: string, path: string, client: AdminClient, body: string) {
  const lookUps = vi.spyOn(suite.target.store, 'adminKeyByHash');
  const begun: ClientRequest = request(`${suite.origin}/admin/api${path}`, {
    method,
    headers: {
      Cookie: client.cookie as string,
      'X-CSRF-Token': client.csrf as string,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    },
  });
  begun.flushHeaders();
  await vi.waitFor(() => expect(lookUps).toHaveBeenCalled(), 10_000);
  lookUps.mockRestore();
  return async (): Promise<number | undefined> => {
    begun.end(body);
    const [response] = (await once(begun, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  };
}

async function find(client: AdminClient, email: string): Promise<AdminView> {
  const { items } = (await client.get('/admins')).body as { items: AdminView[] };
  return items.find((admin) => admin.email === email) as AdminView;
}

onEachStore('a request whose body comes late', (suite) => {
  const invitation = JSON.stringify({ email: null, role: 'owner', tenant: null });

  test('invites nobody once its sender is no owner any more', async () => {
    const [owner, leaving] = [await adminOf(suite), await adminOf(suite)];
    const { id } = await find(owner.client, leaving.email);
    const finish = await begin(suite, 'POST', '/invitations', leaving.client, invitation);
    expect((await owner.client.patch(`/admins/${id}`, { role: 'viewer' })).status).toBe(200);
    expect(await finish()).toBe(403);
    expect((await owner.client.get('/invitations')).body).toEqual({ items: [] });
  });

  test('does nothing once its sender is removed', async () => {
    const [owner, leaving] = [await adminOf(suite), await adminOf(suite)];
    const { id } = await find(owner.client, leaving.email);
    const finish = await begin(suite, 'POST', '/invitations', leaving.client, invitation);
    expect((await owner.client.delete(`/admins/${id}`)).status).toBe(204);
    expect(await finish()).toBe(401);
    expect((await owner.client.get('/invitations')).body).toEqual({ items: [] });
  });

  test('does not put back the limit that a tenant had when it began', async () => {
    const owner = await adminOf(suite);
    const tenant = await suite.tenant();
    const path = `/tenants/${tenant.tenant.name}`;
    const customer = await adminOf(suite, 'tenant-admin', tenant.tenant.name);
    const finish = await begin(suite, 'PATCH', path, customer.client, JSON.stringify({ allowsBasic: true }));
    expect((await owner.client.patch(path, { requestLimit: 5 })).status).toBe(200);
    expect(await finish()).toBe(200);
    expect((await owner.client.get(path)).body).toMatchObject({ allowsBasic: true, requestLimit: 5 });
  });
});
