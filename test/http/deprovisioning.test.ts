/** Users who go and come back, as clients have it: disabled, renamed out of the way, deleted, restored. */
import { describe, expect, test } from 'vitest';
import { type Client, expectError, expectList, URN } from '../support/client.js';
import { onEachStore } from '../support/target.js';

const DISABLE = { op: 'Replace', path: 'active', value: 'False' };
const ENABLE = { op: 'Replace', path: 'active', value: 'True' };

/** What a 409 says of the one who has the value. */
async function conflictOf(answer: ReturnType<Client['post']>): Promise<string> {
  const response = await answer;
  expectError(response, 409, 'uniqueness');
  return (response.body as { detail: string }).detail;
}

onEachStore('deprovisioning', (suite) => {
  test('who is disabled stays where they are: id, memberships, and found by filters', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('ann');
    const { id: group } = await client.group('Guides', [id as string]);
    expect((await client.patch(`/Users/${id}`, DISABLE)).body).toMatchObject({ id, active: false });
    expectList(await client.filter('/Users', 'userName eq "ann"'), 1);
    expect(await client.read(`/Groups/${group}`)).toMatchObject({ members: [{ value: id }] });
    const restored = await client.patch(`/Users/${id}`, [ENABLE, { op: 'Add', path: 'title', value: 'Guide' }]);
    expect(restored.body).toMatchObject({ id, active: true, title: 'Guide', groups: [{ value: group }] });
  });

  test('a name out of the way is free meanwhile, and can be taken back with the same id and memberships', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('ann@example.com');
    const { id: group } = await client.group('Guides', [id as string]);
    // Entra puts the object id before the name of whoever is in its recycle bin.
    const away = 'f4b9d2c05f1e4f0d9f3f0a5c7b6e8d21ann@example.com';
    await client.patch(`/Users/${id}`, [DISABLE, { op: 'Replace', path: 'userName', value: away }]);
    const { id: other } = await client.user('ann@example.com');
    expect(other).not.toBe(id);
    const back = [ENABLE, { op: 'Replace', path: 'userName', value: 'ann@example.com' }];
    const detail = await conflictOf(client.patch(`/Users/${id}`, back));
    expect(detail).toBe('The userName "ann@example.com" is in use by another User.');
    expect(await client.read(`/Users/${id}`)).toMatchObject({ userName: away, active: false });
    expect((await client.delete(`/Users/${other}`)).status).toBe(204);
    const restored = await client.patch(`/Users/${id}`, back);
    expect(restored.body).toMatchObject({ id, userName: 'ann@example.com', active: true, groups: [{ value: group }] });
  });

  test('who is deleted is gone at once, twice too, and their name is free for somebody new', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('ann');
    await client.patch(`/Users/${id}`, DISABLE);
    expect((await client.delete(`/Users/${id}`)).status).toBe(204);
    expectError(await client.delete(`/Users/${id}`), 404);
    expectError(await client.get(`/Users/${id}`), 404);
    expect((await client.user('ann')).id).not.toBe(id);
  });

  describe('a value that somebody inactive has', () => {
    const REMEDY = /which is inactive: find it with the filter userName eq "ANN", and activate it/;

    test('is refused with how to find them, however it is written', async () => {
      const client = await suite.tenant();
      const { id } = await client.user('ann');
      const { id: other } = await client.user('bob');
      await client.patch(`/Users/${id}`, DISABLE);
      const taken = { schemas: [URN.user], userName: 'ANN' };
      expect(await conflictOf(client.post('/Users', taken))).toMatch(REMEDY);
      expect(await conflictOf(client.put(`/Users/${other}`, taken))).toMatch(REMEDY);
      const rename = { op: 'replace', path: 'userName', value: 'ANN' };
      expect(await conflictOf(client.patch(`/Users/${other}`, rename))).toMatch(REMEDY);
      const operation = { method: 'POST', path: '/Users', bulkId: 'a', data: taken };
      const bulk = await client.post('/Bulk', { schemas: [URN.bulk], Operations: [operation] });
      expect(bulk.body.Operations[0].response).toMatchObject({ status: '409', detail: expect.stringMatching(REMEDY) });
      // What it tells to do works.
      const [found] = expectList(await client.filter('/Users', 'userName eq "ANN"'), 1);
      expect((await client.patch(`/Users/${found?.id}`, ENABLE)).body).toMatchObject({ id, active: true });
      expect(await conflictOf(client.post('/Users', taken))).toBe('The userName "ANN" is in use by another User.');
    });

    test("of another tenant is nobody's business", async () => {
      const other = await suite.tenant();
      const { id } = await other.user('ann');
      await other.patch(`/Users/${id}`, DISABLE);
      const client = await suite.tenant();
      expect((await client.post('/Users', { schemas: [URN.user], userName: 'ann' })).status).toBe(201);
      expect(await conflictOf(client.post('/Users', { schemas: [URN.user], userName: 'ann' }))).not.toMatch(/inactive/);
    });
  });

  describe('the name of a group', () => {
    test.each(['entra', 'okta'] as const)('is unique for the profile %s, however it is written', async (profile) => {
      const client = await suite.tenant(profile);
      await client.group('Guides');
      const { id } = await client.group('Others');
      const taken = { schemas: [URN.group], displayName: 'GUIDES' };
      await conflictOf(client.post('/Groups', taken));
      await conflictOf(client.put(`/Groups/${id}`, taken));
      await conflictOf(client.patch(`/Groups/${id}`, { op: 'replace', path: 'displayName', value: 'guides' }));
      expect(await client.read(`/Groups/${id}`)).toMatchObject({ displayName: 'Others' });
      // Its own name in another case is no conflict.
      const renamed = await client.put(`/Groups/${id}`, { ...taken, displayName: 'OTHERS' });
      expect(renamed.status).toBe(200);
    });

    test('is not for the strict one (RFC 7643 §8.7.1)', async () => {
      const client = await suite.tenant('strict');
      await client.group('Guides');
      await client.group('guides');
      expectList(await client.filter('/Groups', 'displayName eq "GUIDES"'), 2);
    });
  });
});
