/** Members of groups and groups of users: one set of edges, seen from both ends (RFC 7643 §4.1.2, §4.2). */
import { describe, expect, test } from 'vitest';
import { type Client, expectError, expectList, expectNoChange, type Resource, URN } from '../support/client.js';
import { onEachStore } from '../support/target.js';

/** `direct Sales`, in order. */
function groupsOf(user: Resource): string[] {
  const groups = (user.groups ?? []) as { type: string; display: string }[];
  return groups.map(({ type, display }) => `${type} ${display}`).sort();
}

async function patch(client: Client, group: string, op: string, members: string[]): Promise<void> {
  const value = members.map((id) => ({ value: id }));
  expect((await client.patch(`/Groups/${group}`, { op, path: 'members', value })).status).toBe(204);
}

onEachStore('memberships', (suite) => {
  test('a user shows its groups, direct and through other groups, with display and $ref', async () => {
    const client = await suite.tenant();
    const user = await client.user('lin');
    const inner = await client.group('Inner', [user.id]);
    const middle = await client.group('Middle', [inner.id]);
    const outer = await client.group('Outer', [middle.id]);
    await client.group('Other');
    const shown = await client.read(`/Users/${user.id}`);
    expect(groupsOf(shown)).toEqual(['direct Inner', 'indirect Middle', 'indirect Outer']);
    expect(shown.groups.find(({ value }: Resource) => value === outer.id)).toEqual({
      value: outer.id,
      $ref: `${suite.origin}/scim/v2/Groups/${outer.id}`,
      display: 'Outer',
      type: 'indirect',
    });
    const [listed] = expectList(await client.get('/Users'), 1);
    expect(groupsOf(listed)).toEqual(groupsOf(shown));
  });

  test('the ETag of a user covers the groups it is shown with; If-Match asks for the version alone', async () => {
    const client = await suite.tenant();
    const user = await client.user('lin');
    const address = `/Users/${user.id}`;
    const before = (await client.get(address)).headers.etag as string;
    const group = await client.group('Sales', [user.id]);
    const withGroup = await client.send('get', address, undefined, { 'If-None-Match': before });
    expect(withGroup.status).toBe(200);
    const tag = withGroup.headers.etag as string;
    expect([tag, before]).toEqual([withGroup.body.meta.version, 'W/"1"']);
    expect((await client.send('get', address, undefined, { 'If-None-Match': tag })).status).toBe(304);
    await client.patch(`/Groups/${group.id}`, { op: 'replace', path: 'displayName', value: 'Sales EMEA' });
    expect((await client.send('get', address, undefined, { 'If-None-Match': tag })).status).toBe(200);

    const title = { schemas: [URN.patch], Operations: [{ op: 'replace', path: 'title', value: 'x' }] };
    expect((await client.send('patch', address, title, { 'If-Match': tag })).status).toBe(200);
    expect((await client.send('patch', address, title, { 'If-Match': tag })).status).toBe(412);
  });

  test('a group that holds a user both ways is direct, once; a circle of groups comes to an end', async () => {
    const client = await suite.tenant();
    const user = await client.user('lin');
    const a = await client.group('A', [user.id]);
    const b = await client.group('B', [a.id, user.id]);
    await patch(client, a.id, 'add', [b.id, a.id]);
    expect(groupsOf(await client.read(`/Users/${user.id}`))).toEqual(['direct A', 'direct B']);
    expect((await client.delete(`/Groups/${a.id}`)).status).toBe(204);
    expect(groupsOf(await client.read(`/Users/${user.id}`))).toEqual(['direct B']);
  });

  test('renaming a group renames it among the groups of its members, and a member among the members', async () => {
    const client = await suite.tenant();
    const user = await client.user('lin', { displayName: 'Lin' });
    const group = await client.group('Sales', [user.id]);
    expect((await client.read(`/Groups/${group.id}`)).members[0].display).toBe('Lin');
    await client.patch(`/Groups/${group.id}`, { op: 'replace', path: 'displayName', value: 'Sales EMEA' });
    await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'displayName', value: 'Lin Ng' });
    expect(groupsOf(await client.read(`/Users/${user.id}`))).toEqual(['direct Sales EMEA']);
    expect((await client.read(`/Groups/${group.id}`)).members[0]).toMatchObject({
      value: user.id,
      display: 'Lin Ng',
      type: 'User',
    });
  });

  test.each([
    [
      'PATCH',
      async (client: Client, { id }: Resource) =>
        client.patch(`/Users/${id}`, { op: 'add', path: 'groups', value: [{ value: 'x' }] }),
    ],
  ])('groups of a user are read-only: %s is mutability (RFC 7643 §4.1.2)', async (_, request) => {
    const client = await suite.tenant();
    const user = await client.user('lin');
    await expectNoChange(client, async () => expectError(await request(client, user), 400, 'mutability'));
  });

  test('groups in a POST or PUT of a user are passed over', async () => {
    const client = await suite.tenant();
    const group = await client.group('Sales');
    const user = await client.user('lin', { groups: [{ value: group.id }] });
    const body = { schemas: [URN.user], userName: 'lin', groups: [{ value: group.id }] };
    expect((await client.put(`/Users/${user.id}`, body)).status).toBe(200);
    expect(await client.read(`/Users/${user.id}`)).not.toHaveProperty('groups');
    expect(await client.members(group.id)).toEqual([]);
  });

  test('a disabled user keeps its memberships, and has them when it is enabled again', async () => {
    const client = await suite.tenant();
    const user = await client.user('lin');
    const group = await client.group('Sales', [user.id]);
    for (const active of [false, true]) {
      await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'active', value: active });
      expect(await client.members(group.id)).toEqual([user.id]);
      expect(groupsOf(await client.read(`/Users/${user.id}`))).toEqual(['direct Sales']);
    }
  });

  test('deleting a user takes it out of its groups, each with a change and a version of its own', async () => {
    const client = await suite.tenant();
    const [user, other] = [await client.user('lin'), await client.user('bo')];
    const groups = [await client.group('A', [user.id, other.id]), await client.group('B', [user.id])];
    await client.group('C', [other.id]);
    const before = await client.changes();
    const response = await client.delete(`/Users/${user.id}`);
    expect(response.status).toBe(204);
    const made = (await client.changes()).slice(before.length);
    const requestId = response.headers['x-request-id'];
    expect(
      made
        .filter(({ key }) => key.type === 'Group')
        .map(({ key }) => key.id)
        .sort(),
    ).toEqual(groups.map(({ id }) => id).sort());
    for (const change of made) {
      expect(change.requestId).toBe(requestId);
      const isGroup = change.key.type === 'Group';
      expect(change).toMatchObject(
        isGroup
          ? { operation: 'patch', version: 2, added: [], removed: [user.id], difference: [] }
          : { operation: 'delete', version: 1, added: [], removed: [], key: { type: 'User', id: user.id } },
      );
    }
    expect(made).toHaveLength(3);
    expect(await client.members(groups[0]?.id)).toEqual([other.id]);
    expect(await client.members(groups[1]?.id)).toEqual([]);
    expect((await client.read(`/Groups/${groups[1]?.id}`)).meta.version).toBe('W/"2"');
  });

  test('deleting a group takes it out of the groups that hold it and off its members, and deletes no member', async () => {
    const client = await suite.tenant();
    const user = await client.user('lin');
    const inner = await client.group('Inner', [user.id]);
    const outer = await client.group('Outer', [inner.id]);
    expect((await client.delete(`/Groups/${inner.id}`)).status).toBe(204);
    expect(await client.members(outer.id)).toEqual([]);
    expect(await client.read(`/Users/${user.id}`)).not.toHaveProperty('groups');
    const change = (await client.changes()).find(({ operation }) => operation === 'delete');
    expect(change).toMatchObject({ key: { id: inner.id }, removed: [user.id], added: [] });
  });

  describe('filters', () => {
    const prepared = async (): Promise<[Client, Resource, Resource, Resource]> => {
      const client = await suite.tenant();
      const [user, other] = [await client.user('lin', { displayName: 'Lin' }), await client.user('bo')];
      const inner = await client.group('Inner', [user.id]);
      const outer = await client.group('Outer', [inner.id, other.id]);
      return [client, user, inner, outer];
    };

    const found = async (client: Client, address: string, filter: string): Promise<string[]> => {
      const response = await client.filter(address, filter);
      expect(response.status, response.text).toBe(200);
      return response.body.Resources.map(({ displayName, userName }: Resource) => userName ?? displayName).sort();
    };

    test('on members find the groups that hold them', async () => {
      const [client, user, inner, outer] = await prepared();
      const hits: [string, string[]][] = [
        [`members eq "${user.id}"`, ['Inner']],
        [`members.value eq "${user.id}"`, ['Inner']],
        [`members[value eq "${inner.id}"]`, ['Outer']],
        ['members[type eq "User"]', ['Inner', 'Outer']],
        ['members.type eq "group"', ['Outer']],
        ['members.display eq "lin"', ['Inner']],
        ['members[type eq "User" and display sw "L"]', ['Inner']],
        [`id eq "${outer.id}" and members eq "${inner.id}"`, ['Outer']],
        [`members eq "${inner.id}" and id eq "${outer.id}"`, ['Outer']],
        [`id eq "${outer.id}" and members eq "${user.id}"`, []],
        ['members pr', ['Inner', 'Outer']],
        ['not (members pr)', []],
        ['members ne "x"', ['Inner', 'Outer']],
      ];
      for (const [filter, names] of hits) expect(await found(client, '/Groups', filter), filter).toEqual(names);
    });

    test('on groups find the users that are in them, directly or not', async () => {
      const [client, , inner, outer] = await prepared();
      const hits: [string, string[]][] = [
        [`groups.value eq "${inner.id}"`, ['lin']],
        [`groups eq "${outer.id}"`, ['bo', 'lin']],
        ['groups.display eq "OUTER"', ['bo', 'lin']],
        ['groups[display eq "Outer" and type eq "direct"]', ['bo']],
        ['groups[type eq "indirect"]', ['lin']],
        ['not (groups.display eq "Inner")', ['bo']],
      ];
      for (const [filter, names] of hits) expect(await found(client, '/Users', filter), filter).toEqual(names);
    });

    test('the membership check of Entra answers the id alone (attributes=id)', async () => {
      const [client, user, inner] = await prepared();
      const filter = `id eq "${inner.id}" and members eq "${user.id}"`;
      const response = await client.get('/Groups', { filter, attributes: 'id' });
      expect(expectList(response, 1)).toEqual([{ schemas: [URN.group], id: inner.id }]);
    });
  });

  test('removing the last member deletes members: an empty list is no value (RFC 7643 §2.5)', async () => {
    const client = await suite.tenant();
    const user = await client.user('lin');
    const group = await client.group('Sales', [user.id]);
    await patch(client, group.id, 'remove', [user.id]);
    const shown = await client.read(`/Groups/${group.id}`);
    expect(shown.members ?? []).toEqual([]);
    expectList(await client.filter('/Groups', 'members pr'), 0);
  });
});
