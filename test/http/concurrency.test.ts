/** Requests at the same moment, and groups that are large: nothing is lost, nothing is written over. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, expectError, expectList, idsOf, type Resource, URN } from '../support/client.js';
import { seedUsers } from '../support/seed.js';
import { onEachStore } from '../support/target.js';

/** How often each status was answered: `{200: 1, 412: 19}`. */
function statuses(responses: readonly { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of responses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const times = <Value>(count: number, make: (i: number) => Value): Value[] =>
  Array.from({ length: count }, (_, i) => make(i));

onEachStore('requests at once', (suite) => {
  test('50 PATCHes that add one member each make a group of 50, in 50 versions and changes', async () => {
    const client = await suite.tenant();
    const ids = await seedUsers(suite.target, client.tenant, 50);
    const { id } = await client.group('Sales');
    const add = (value: string) => client.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value }] });
    expect(statuses(await Promise.all(ids.map(add)))).toEqual({ 204: 50 });
    const group = await client.read(`/Groups/${id}`);
    expect(idsOf(group.members)).toEqual([...ids].sort());
    expect(group.meta.version).toBe('W/"51"');
    const changes = (await client.changes()).filter(({ key, operation }) => key.id === id && operation === 'patch');
    expect(changes.flatMap(({ added }) => added).sort()).toEqual([...ids].sort());
    expect(changes.map(({ version }) => version)).toEqual(times(50, (i) => i + 2));
  });

  test('50 PATCHes that remove one member each empty the group', async () => {
    const client = await suite.tenant();
    const ids = await seedUsers(suite.target, client.tenant, 50);
    const { id } = await client.group('Sales', ids);
    const remove = (value: string) =>
      client.patch(`/Groups/${id}`, { op: 'remove', path: `members[value eq "${value}"]` });
    expect(statuses(await Promise.all(ids.map(remove)))).toEqual({ 204: 50 });
    expect(await client.members(id)).toEqual([]);
  });

  test('20 POSTs of one userName in different case: one 201, nineteen 409', async () => {
    const client = await suite.tenant();
    const name = 'abcdefgh@example.com';
    const spelled = (i: number): string =>
      [...name].map((letter, at) => ((i >> (at % 5)) & 1 ? letter.toUpperCase() : letter)).join('');
    const responses = await Promise.all(
      times(20, (i) => client.post('/Users', { schemas: [URN.user], userName: spelled(i) })),
    );
    expect(statuses(responses)).toEqual({ 201: 1, 409: 19 });
    for (const response of responses) if (response.status === 409) expectError(response, 409, 'uniqueness');
    const [user] = expectList(await client.get('/Users'), 1);
    expect(user.id).toBe(responses.find(({ status }) => status === 201)?.body.id);
    expect(await client.changes()).toHaveLength(1);
  });

  test('20 users renamed to one name: one 200, nineteen 409', async () => {
    const client = await suite.tenant();
    const ids = await seedUsers(suite.target, client.tenant, 20);
    const rename = (id: string) => client.patch(`/Users/${id}`, { op: 'replace', path: 'userName', value: 'wanted' });
    expect(statuses(await Promise.all(ids.map(rename)))).toEqual({ 200: 1, 409: 19 });
    expectList(await client.filter('/Users', 'userName eq "WANTED"'), 1);
  });

  test('20 PUTs with one If-Match: one 200, the rest 412', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('lin');
    const put = (i: number) =>
      client.put(
        `/Users/${id}`,
        { schemas: [URN.user], userName: 'lin', displayName: `Lin ${i}` },
        { 'If-Match': 'W/"1"' },
      );
    const responses = await Promise.all(times(20, put));
    expect(statuses(responses)).toEqual({ 200: 1, 412: 19 });
    const winner = responses.find(({ status }) => status === 200);
    expect(await client.read(`/Users/${id}`)).toEqual(winner?.body);
    expect(winner?.body.meta.version).toBe('W/"2"');
  });

  test('20 PATCHes of different attributes without If-Match all take effect (no lost update)', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('lin');
    const types = times(20, (i) => `t${i}`);
    const responses = await Promise.all(
      types.map((type) =>
        client.patch(`/Users/${id}`, { op: 'add', path: 'emails', value: [{ type, value: `${type}@x` }] }),
      ),
    );
    expect(statuses(responses)).toEqual({ 200: 20 });
    const user = await client.read(`/Users/${id}`);
    expect(user.emails.map(({ type }: Resource) => type).sort()).toEqual([...types].sort());
    expect(user.meta.version).toBe('W/"21"');
    expect(responses.map(({ headers }) => headers.etag).sort()).toEqual(times(20, (i) => `W/"${i + 2}"`).sort());
  });

  test('10 DELETEs of one user: one 204, nine 404, one change', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('lin');
    expect(statuses(await Promise.all(times(10, () => client.delete(`/Users/${id}`))))).toEqual({ 204: 1, 404: 9 });
    expect((await client.changes()).map(({ operation }) => operation)).toEqual(['create', 'delete']);
  });

  test('a user that is deleted while groups take it is in no group afterwards', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('lin');
    const groups = await Promise.all(times(10, (i) => client.group(`G${i}`)));
    const add = (group: Resource) =>
      client.patch(`/Groups/${group.id}`, { op: 'add', path: 'members', value: [{ value: id }] });
    const [deleted, ...added] = await Promise.all([client.delete(`/Users/${id}`), ...groups.map(add)]);
    expect(deleted.status).toBe(204);
    for (const { status } of added) expect([204, 400]).toContain(status);
    for (const group of groups) expect(await client.members(group.id)).toEqual([]);
    const changes = await client.changes();
    const net = (list: 'added' | 'removed'): number => changes.flatMap((change) => change[list]).length;
    expect(net('added')).toBe(net('removed'));
  });

  test('changes made at once are numbered without gaps, in the order of their versions', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('lin');
    await Promise.all(times(30, (i) => client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: `t${i}` })));
    const changes = await client.changes();
    expect(changes.map(({ sequence }) => sequence)).toEqual(times(31, (i) => i + 1));
    expect(changes.map(({ version }) => version)).toEqual(times(31, (i) => i + 1));
    for (const [at, change] of changes.entries()) {
      if (at < 2) continue;
      const before = changes[at - 1]?.difference.find(({ path }) => path[0] === 'title')?.after;
      expect(change.difference).toMatchObject([{ path: ['title'], before }]);
    }
  });
});

onEachStore(
  'large groups',
  (suite) => {
    // More than is read at once. The stand-in for MongoDB writes each of many documents by itself, in a millisecond.
    const large = suite.engine === 'mongodb:' ? 1_200 : 5_000;

    const prepared = async (count: number): Promise<[Client, string[]]> => {
      const client = await suite.tenant();
      return [client, (await seedUsers(suite.target, client.tenant, count)).sort()];
    };

    /** A tenant for all tests that look at one group alone: to make so many users takes longer than what is tested. */
    let client: Client;
    let everybody: readonly string[];
    beforeAll(async () => {
      [client, everybody] = await prepared(Math.max(large, 2_001));
    });

    test(`${large} members are shown whole, by id and in a list, with type and display`, async () => {
      const [client, ids] = await prepared(large);
      const { id } = await client.group('Large', ids);
      const small = await client.group('Small', ids.slice(0, 1));
      const { members, ...head } = await client.read(`/Groups/${id}`);
      expect(idsOf(members)).toEqual(ids);
      for (const member of members) {
        expect(member).toEqual({
          value: member.value,
          type: 'User',
          display: expect.stringMatching(/^Seed \d+$/),
          $ref: `${suite.origin}/scim/v2/Users/${member.value}`,
        });
      }
      expect(head).toEqual((await client.get(`/Groups/${id}?excludedAttributes=members`)).body);
      const listed = expectList(await client.get('/Groups', { sortBy: 'displayName' }), 2);
      expect(listed.map((group) => group.id)).toEqual([id, small.id]);
      expect(listed.map((group) => idsOf(group.members))).toEqual([ids, ids.slice(0, 1)]);
      const values = await client.get(`/Groups/${id}?attributes=members.value`);
      expect(values.body.members).toHaveLength(large);
      expect(Object.keys(values.body.members[0])).toEqual(['value']);
    });

    describe('around the size of a page that is read at once', () => {
      test.each([0, 1, 999, 1_000, 1_001, 1_999, 2_000, 2_001])('%i members', async (count) => {
        const ids = everybody.slice(0, count);
        const { id } = await client.group(`Group of ${count}`, ids);
        expect(idsOf((await client.read(`/Groups/${id}`)).members)).toEqual(ids);
        const [listed] = expectList(await client.filter('/Groups', `displayName eq "Group of ${count}"`), 1);
        expect(idsOf(listed.members)).toEqual(ids);
      });
    });

    test(`one member is added to and removed from ${large} by naming it; all are replaced and removed`, async () => {
      const ids = everybody.slice(0, large);
      const [first = '', ...rest] = ids;
      const { id } = await client.group('Large', rest);
      await client.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: first }] });
      expect(await client.members(id)).toEqual(ids);
      await client.patch(`/Groups/${id}`, { op: 'remove', path: 'members', value: [{ value: first }] });
      expect(await client.members(id)).toEqual(rest);
      await client.patch(`/Groups/${id}`, { op: 'remove', path: 'members[display co "1"]' });
      const left = await client.read(`/Groups/${id}`);
      expect(left.members.length).toBeGreaterThan(0);
      expect(left.members.filter(({ display }: Resource) => display.includes('1'))).toEqual([]);
      await client.patch(`/Groups/${id}`, { op: 'replace', path: 'members', value: ids.map((value) => ({ value })) });
      expect(await client.members(id)).toEqual(ids);
      await client.patch(`/Groups/${id}`, { op: 'remove', path: 'members' });
      expect(await client.members(id)).toEqual([]);
    });

    test('more members in one request than the limit are 413, and nothing changes', async () => {
      const client = await suite.tenant();
      const members = times(5_001, () => ({ value: randomUUID() }));
      const { id } = await client.group('Sales');
      expectError(await client.post('/Groups', { schemas: [URN.group], displayName: 'X', members }), 413);
      expectError(await client.put(`/Groups/${id}`, { schemas: [URN.group], displayName: 'Sales', members }), 413);
      expectError(await client.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: members }), 413);
      expect(await client.members(id)).toEqual([]);
      expectList(await client.get('/Groups'), 1);
    });
  },
  { maxMembers: 5_000 },
);
