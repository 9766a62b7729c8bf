/** Requests whose body is held back until the credential that let them in is no longer good. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { revokeCredential } from '../../src/access/credentials.js';
import { type Client, expectList, URN } from '../support/client.js';
import { onEachStore, type Suite } from '../support/target.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A write that has been let in, and of which the body is still to come. */
async function begin(suite: Suite, client: Client, path: string, message: object) {
  const lookUps = vi.spyOn(suite.target.store, 'findBearer');
  const body = JSON.stringify(message);
  const begun = request(`${suite.origin}/scim/v2${path}`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${client.token}`,
      'Content-Type': 'application/scim+json',
      'Content-Length': Buffer.byteLength(body),
    },
  });
  begun.flushHeaders();
  await vi.waitFor(() => expect(lookUps).toHaveBeenCalled(), 10_000);
  return async (): Promise<number | undefined> => {
    const later = performance.now() + 60_000;
    vi.spyOn(performance, 'now').mockReturnValue(later);
    begun.end(body);
    const [response] = (await once(begun, 'response')) as [IncomingMessage];
    response.resume();
    vi.restoreAllMocks();
    return response.statusCode;
  };
}

onEachStore('a body that comes late', (suite) => {
  const user = { schemas: [URN.user], userName: 'late' };
  const bulk = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations: [{ method: 'POST', path: '/Users', bulkId: 'a', data: user }],
  };

  test.each([
    ['/Users', user, 201],
    ['/Bulk', bulk, 200],
  ])('to %s is taken while its credential is good, and refused once that is revoked', async (path, message, done) => {
    const client = await suite.tenant();
    const other = await suite.client(client.tenant.name);
    const [credential] = await suite.target.store.credentials(client.tenant.id);
    const id = credential?.credential.id as string;
    const finish = await begin(suite, client, path, message);
    await revokeCredential(suite.target.store, client.tenant, { id }, () => new Date().toISOString());
    expect(await finish()).toBe(401);
    expectList(await other.get('/Users'), 0);
    const finishOther = await begin(suite, other, path, message);
    expect(await finishOther()).toBe(done);
    expectList(await other.get('/Users'), 1);
  });
});
