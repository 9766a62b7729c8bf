/** Users, groups and their history, as the admin page reads them. */
import { describe, expect, test } from 'vitest';
import type {
  ChangeList,
  MemberList,
  Problem,
  ResourceList,
  ResourceView,
  TypeView,
} from '../../../src/http/admin/messages.js';
import { type AdminClient, adminOf } from '../../support/admin-client.js';
import { type Client, URN } from '../../support/client.js';
import { onEachStore, type Suite } from '../../support/target.js';

const SECRET = 'MARKED-5f2c9-Passw0rd';

const owners = new WeakMap<Suite, Promise<AdminClient>>();

/** One for all tests of a suite: making an admin costs a hash. */
function ownerOf(suite: Suite): Promise<AdminClient> {
  const known = owners.get(suite) ?? adminOf(suite).then(({ client }) => client);
  owners.set(suite, known);
  return known;
}

/** A new tenant with a client, and an admin who sees it. */
async function begin(suite: Suite, profile?: 'entra' | 'okta' | 'strict') {
  const client = await suite.tenant(profile);
  const admin = await ownerOf(suite);
  const path = `/tenants/${client.tenant.name}`;
  const get = async <Body>(address: string): Promise<Body> => {
    const response = await admin.get(path + address);
    expect(response.status, response.text).toBe(200);
    return response.body as Body;
  };
  return { client, admin, path, get };
}

async function problemOf(admin: AdminClient, address: string, status: number): Promise<Problem> {
  const response = await admin.get(address);
  expect(response.status, response.text).toBe(status);
  expect(response.headers['content-type']).toContain('application/problem+json');
  return response.body as Problem;
}

const filter = (text: string) => `?filter=${encodeURIComponent(text)}`;

onEachStore('the directory for admins', (suite) => {
  describe('types', () => {
    test('have every attribute that a filter may name, with what it is, and columns for a list', async () => {
      const { get } = await begin(suite);
      const { items } = await get<{ items: TypeView[] }>('/types');
      const [user, group] = items as [TypeView, TypeView];
      expect(items.map(({ name, endpoint, hasMembers }) => [name, endpoint, hasMembers])).toEqual([
        ['User', '/Users', false],
        ['Group', '/Groups', true],
      ]);
      const path = (wanted: string) => user.attributes.find(({ path }) => path === wanted);
      expect(path('userName')).toEqual({
        path: 'userName',
        type: 'string',
        multiValued: false,
        sortable: true,
        description: expect.stringMatching(/\w/),
      });
      expect(path('emails.value')).toMatchObject({ multiValued: true, sortable: true });
      expect(path('active')).toMatchObject({ type: 'boolean' });
      expect(path(`${URN.enterprise}:department`)).toMatchObject({ type: 'string' });
      expect(path('groups.value')).toMatchObject({ sortable: false });
      expect(user.attributes.map(({ path }) => path)).not.toContain('password');
      expect(user.attributes.map(({ path }) => path)).not.toContain('name');
      expect(user.columns).toEqual([
        'userName',
        'displayName',
        'active',
        'externalId',
        'emails.value',
        'meta.lastModified',
      ]);
      expect(group.columns).toEqual(['displayName', 'externalId', 'meta.lastModified']);
    });

    test('every attribute that they have can be filtered by, and every sortable one sorted by', async () => {
      const { get } = await begin(suite);
      const { items } = await get<{ items: TypeView[] }>('/types');
      for (const { name, attributes } of items) {
        for (const { path } of attributes) await get(`/resources/${name}${filter(`${path} pr`)}`);
        for (const { path, sortable } of attributes) {
          if (sortable) await get(`/resources/${name}?sortBy=${encodeURIComponent(path)}`);
        }
      }
    });
  });

  describe('a list', () => {
    test('has a page of what the tenant has, as SCIM shows it, without members', async () => {
      const { client, get } = await begin(suite);
      const user = await client.user('lin', { name: { givenName: 'Lin' }, password: SECRET });
      const group = await client.group('Ops', [user.id]);
      const { total, startIndex, items } = await get<ResourceList>('/resources/Group');
      expect([total, startIndex, items.length]).toEqual([1, 1, 1]);
      const { members: _, ...shown } = await client
        .at(`/tenants/${client.tenant.name}/scim/v2`)
        .read(`/Groups/${group.id}`);
      expect(items[0]).toEqual({
        id: group.id,
        type: 'Group',
        version: 'W/"1"',
        created: group.meta.created,
        lastModified: group.meta.lastModified,
        resource: shown,
      });
      const users = await get<ResourceList>('/resources/User');
      expect(users.items[0]?.resource).toMatchObject({ userName: 'lin', groups: [{ value: group.id }] });
      expect(JSON.stringify(users)).not.toContain(SECRET);
    });

    test('is filtered, sorted and paged as SCIM does it', async () => {
      const { client, get } = await begin(suite);
      for (const name of ['c', 'a', 'd', 'b']) await client.user(name, { active: name !== 'd' });
      const names = ({ items }: ResourceList) => items.map(({ resource }) => resource.userName);
      const sorted = '?sortBy=userName&sortOrder=descending';
      expect(names(await get<ResourceList>(`/resources/User${sorted}`))).toEqual(['d', 'c', 'b', 'a']);
      expect(names(await get<ResourceList>(`/resources/User${sorted}&startIndex=2&count=2`))).toEqual(['c', 'b']);
      const active = await get<ResourceList>(`/resources/User${filter('active eq true and userName gt "a"')}`);
      expect([active.total, names(active)]).toEqual([2, ['c', 'b']]);
      expect(await get<ResourceList>('/resources/User?count=0')).toEqual({ total: 4, startIndex: 1, items: [] });
    });

    test.each([
      ['userName eq "lin', 12],
      ['userName ist "lin"', 9],
      ['(userName pr', 12],
      ['userName pr xor active pr', 12],
      ['userName eq lin', 12],
    ])('says where the filter %j is wrong', async (text, position) => {
      const { admin, path } = await begin(suite, 'strict');
      const problem = await problemOf(admin, `${path}/resources/User${filter(text)}`, 400);
      expect(problem).toMatchObject({ status: 400, position, detail: expect.stringMatching(/filter/) });
    });

    test('refuses filters by what does not exist or is secret, and says so', async () => {
      const { client, admin, path } = await begin(suite);
      await client.user('lin', { password: SECRET });
      const unknown = await problemOf(admin, `${path}/resources/User${filter('usrName eq "x"')}`, 400);
      expect(unknown.detail).toContain('usrName');
      const secret = await problemOf(admin, `${path}/resources/User${filter(`password eq "${SECRET}"`)}`, 400);
      expect(secret.detail).toContain('cannot be used in a filter');
    });

    test.each([
      ['count=201', 'count'],
      ['count=-1', 'count'],
      ['startIndex=0', 'startIndex'],
      ['startIndex=x', 'startIndex'],
      ['sortby=userName', 'sortby'],
      ['count=1&count=2', 'count'],
      ['__proto__=1', '__proto__'],
    ])('refuses the parameters %s', async (query, field) => {
      const { admin, path } = await begin(suite);
      const problem = await problemOf(admin, `${path}/resources/User?${query}`, 400);
      expect(problem.errors?.map((error) => error.field)).toEqual([field]);
      expect(problem.detail).toContain(field);
    });

    test('of an unknown type or an unknown order is refused', async () => {
      const { admin, path } = await begin(suite);
      await problemOf(admin, `${path}/resources/Device`, 404);
      await problemOf(admin, `${path}/resources/User?sortBy=nothing`, 400);
      await problemOf(admin, `${path}/resources/User?sortBy=userName&sortOrder=up`, 400);
    });
  });

  test('one resource is shown as SCIM shows it', async () => {
    const { client, admin, path, get } = await begin(suite);
    const user = await client.user('lin', { enterprise: { department: 'Ops' }, password: SECRET });
    const view = await get<ResourceView>(`/resources/User/${user.id}`);
    expect(view).toMatchObject({ id: user.id, type: 'User', version: 'W/"1"' });
    const base = `/tenants/${client.tenant.name}/scim/v2`;
    expect(view.resource).toEqual(await client.at(base).read(`/Users/${user.id}`));
    expect(JSON.stringify(view)).not.toContain(SECRET);
    await problemOf(admin, `${path}/resources/User/not-here`, 404);
    await problemOf(admin, `${path}/resources/Group/${user.id}`, 404);
  });

  describe('members', () => {
    test('are read page by page, by ascending id', async () => {
      const { client, get } = await begin(suite);
      const users = [];
      for (const name of ['a', 'b', 'c', 'd', 'e'])
        users.push(await client.user(name, { displayName: `User ${name}` }));
      const ids = users.map(({ id }) => id as string).sort();
      const group = await client.group('Ops', ids);
      const address = `/resources/Group/${group.id}/members`;
      const first = await get<MemberList>(`${address}?limit=2`);
      expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
      expect(first.items[0]).toEqual({ id: ids[0], type: 'User', display: expect.stringMatching(/^User /) });
      expect(first.next).toBe(ids[1]);
      const rest = await get<MemberList>(`${address}?limit=3&after=${first.next}`);
      expect(rest.items.map(({ id }) => id)).toEqual(ids.slice(2));
      expect(rest.next).toBeNull();
    });

    test('there are none of what has none', async () => {
      const { client, admin, path, get } = await begin(suite);
      const [user, group] = [await client.user('lin'), await client.group('Empty')];
      expect(await get<MemberList>(`/resources/Group/${group.id}/members`)).toEqual({ items: [], next: null });
      await problemOf(admin, `${path}/resources/User/${user.id}/members`, 404);
      await problemOf(admin, `${path}/resources/Group/not-here/members`, 404);
    });
  });

  describe('the history', () => {
    test('has each change, newest first, with both sides of every attribute as SCIM names them', async () => {
      const { client, get } = await begin(suite);
      const user = await client.user('lin', {
        name: { givenName: 'Lin', familyName: 'Yao' },
        enterprise: { department: 'Ops', manager: { value: 'm1' } },
      });
      const response = await client.patch(`/Users/${user.id}`, [
        { op: 'replace', path: 'name.givenName', value: 'Linda' },
        { op: 'replace', path: `${URN.enterprise}:department`, value: 'IT' },
        { op: 'replace', path: `${URN.enterprise}:manager.value`, value: 'm2' },
        { op: 'add', path: 'nickName', value: 'L' },
      ]);
      expect(response.status, response.text).toBe(200);
      const { items, next } = await get<ChangeList>(`/resources/User/${user.id}/history`);
      expect(next).toBeNull();
      expect(items.map(({ operation, version }) => [operation, version])).toEqual([
        ['patch', 2],
        ['create', 1],
      ]);
      const [change] = items;
      expect(change).toMatchObject({
        resource: { type: 'User', id: user.id },
        requestId: response.headers['x-request-id'],
        actor: { credential: expect.stringMatching(/\S/), name: `of ${client.tenant.name}`, address: '127.0.0.1' },
        added: [],
        removed: [],
      });
      expect(change?.difference.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
        { path: 'name.givenName', before: 'Lin', after: 'Linda' },
        { path: 'nickName', before: null, after: 'L' },
        { path: `${URN.enterprise}:department`, before: 'Ops', after: 'IT' },
        { path: `${URN.enterprise}:manager.value`, before: 'm1', after: 'm2' },
      ]);
      expect(items[1]?.difference).toContainEqual({ path: 'name.familyName', before: null, after: 'Yao' });
    });

    test('goes on after a resource is deleted, and is read page by page', async () => {
      const { client, get } = await begin(suite);
      const user = await client.user('lin');
      const group = await client.group('Ops', [user.id]);
      await client.delete(`/Users/${user.id}`);
      const address = `/resources/User/${user.id}/history`;
      const first = await get<ChangeList>(`${address}?limit=1`);
      expect(first.items.map(({ operation }) => operation)).toEqual(['delete']);
      expect(first.next).toBe(first.items[0]?.sequence);
      const second = await get<ChangeList>(`${address}?limit=1&before=${first.next}`);
      expect(second.items.map(({ operation }) => operation)).toEqual(['create']);
      expect(second.next).toBeNull();
      const ofGroup = await get<ChangeList>(`/resources/Group/${group.id}/history`);
      expect(ofGroup.items.map(({ added, removed }) => [added, removed])).toEqual([
        [[], [user.id]],
        [[user.id], []],
      ]);
    });

    test('never has what may only be written', async () => {
      const { client, get } = await begin(suite);
      const user = await client.user('lin', { password: SECRET });
      await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'password', value: `${SECRET}2` });
      await client.put(`/Users/${user.id}`, { schemas: [URN.user], userName: 'lin2', password: `${SECRET}3` });
      const history = await get<ChangeList>(`/resources/User/${user.id}/history`);
      expect(history.items.length).toBeGreaterThan(1);
      expect(JSON.stringify(history)).not.toContain(SECRET);
      expect(JSON.stringify(history)).not.toContain('password');
    });

    test('of what never was is not there', async () => {
      const { admin, path } = await begin(suite);
      await problemOf(admin, `${path}/resources/User/not-here/history`, 404);
    });
  });

  test('an admin of one tenant sees nothing of another, not even that it is there', async () => {
    const [own, other] = [await begin(suite), await begin(suite)];
    const { client: admin } = await adminOf(suite, 'tenant-admin', own.client.tenant.name);
    const user = await other.client.user('lin');
    const group = await other.client.group('Ops', [user.id]);
    const below = [
      '/types',
      '/resources/User',
      `/resources/User/${user.id}`,
      `/resources/Group/${group.id}/members`,
      `/resources/User/${user.id}/history`,
    ];
    for (const address of below) {
      const theirs = await problemOf(admin, other.path + address, 404);
      const nobodys = await problemOf(admin, `/tenants/nobody-here${address}`, 404);
      expect(theirs).toEqual(nobodys);
    }
    // By the id of another tenant's resource below the path of their own.
    for (const address of below.slice(2)) await problemOf(admin, own.path + address, 404);
  });

  test('looking changes nothing', async () => {
    const { client, get } = await begin(suite);
    const user = await client.user('lin');
    const before: Awaited<ReturnType<Client['everything']>> = await client.everything();
    await get(`/resources/User${filter('userName eq "LIN"')}`);
    await get(`/resources/User/${user.id}`);
    expect(await client.everything()).toEqual(before);
  });
});
