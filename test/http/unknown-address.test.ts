import { expect, test } from 'vitest';
import { readOptions } from '../../src/options.js';
import { startServer } from '../../src/server.js';

test('the standalone server tells of the right Tenant URL at a wrong one, and keeps the request until it stops', async () => {
  const server = await startServer(readOptions({}, { store: 'memory:', port: '0', logLevel: 'silent' }));
  const { store } = server;
  const kept: unknown[] = [];
  const { appendActivity } = store;
  store.appendActivity = (entries) => {
    kept.push(...entries);
    return appendActivity.call(store, entries);
  };
  try {
    const response = await fetch(`${server.url}/tenants/acme/Users?filter=x`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toMatch(/^application\/scim\+json/);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('below /tenants/acme/scim/v2.') });
  } finally {
    await server.close();
  }
  expect(kept).toMatchObject([{ path: '/tenants/acme/Users', status: 404, outcome: 'refused' }]);
});
