import type { JSONWebKeySet } from 'jose';
import request from 'supertest';
import { expect, test } from 'vitest';
import type { AuditView, SigningKeyList } from '../../../src/http/admin/messages.js';
import { adminOf } from '../../support/admin-client.js';
import { onEachStore } from '../../support/target.js';

onEachStore('the keys that sign security event tokens, in the admin API', (suite) => {
  const published = async () => {
    const { text } = await request(suite.server).get('/events/jwks').expect(200);
    return (JSON.parse(text) as JSONWebKeySet).keys.map(({ kid }) => kid);
  };

  test('are those of the JWK Set, and are replaced with an overlap or at once', async () => {
    const { client: owner } = await adminOf(suite);
    const seen = async () => ((await owner.get('/signing-keys')).body as SigningKeyList).items;
    const rotated = async (overlapHours: number) => {
      const answer = await owner.post('/signing-keys/rotate', { overlapHours });
      expect(answer.status, answer.text).toBe(200);
      expect(answer.text).not.toContain('"d"');
      return (answer.body as SigningKeyList).items;
    };
    const [first] = await seen();
    expect(first).toEqual({ id: (await published())[0], created: expect.any(String), ends: null });
    const [second, old] = await rotated(24);
    expect(second).toMatchObject({ ends: null });
    expect(old).toEqual({ ...first, ends: expect.any(String) });
    expect(await published()).toEqual([second?.id, first?.id]);
    const third = await rotated(0);
    expect(third).toHaveLength(1);
    expect(await seen()).toEqual(third);
    expect(await published()).toEqual([third[0]?.id]);
    const { items } = (await owner.get('/audit?action=signing-key.rotate')).body as { items: AuditView[] };
    expect(items.slice(0, 2)).toMatchObject([
      { target: third[0]?.id, details: { overlapHours: 0 }, tenant: null },
      { target: second?.id, details: { overlapHours: 24 }, tenant: null },
    ]);
    for (const overlapHours of [-1, 721, '1', null]) {
      expect((await owner.post('/signing-keys/rotate', { overlapHours })).status).toBe(400);
    }
    expect(await published()).toEqual([third[0]?.id]);
  });

  test('are for whoever runs the server, and not for admins of one tenant', async () => {
    const { tenant } = await suite.tenant();
    const { client: owner } = await adminOf(suite);
    const { client: bound } = await adminOf(suite, 'tenant-admin', tenant.name);
    const before = await published();
    for (const client of [bound, await owner.script('viewer'), await owner.script('tenant-admin', tenant.name)]) {
      expect((await client.get('/signing-keys')).status).toBe(403);
      expect((await client.post('/signing-keys/rotate', { overlapHours: 0 })).status).toBe(403);
    }
    expect(await published()).toEqual(before);
    expect((await (await owner.script('operator')).get('/signing-keys')).status).toBe(200);
  });
});
