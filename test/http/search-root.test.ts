/** Searching all types at the base URL: RFC 7644 §3.4.2.1, §3.4.3. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/scim/json.js';
import { fixture } from '../scim/rfc/fixtures.js';
import {
  type Client,
  type Direction,
  expectError,
  expectList,
  type Query,
  type Resource,
  URN,
} from '../support/client.js';
import { onEachStore } from '../support/target.js';

const SCHEMAS = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];

/** Names of both types in turn when they are sorted: a (user), b (group), c (user), d (group); `nameless` has none. */
async function populated(client: Client): Promise<Client> {
  await client.user('nameless');
  await client.group('d');
  await client.user('u-c', { displayName: 'c' });
  await client.group('B');
  await client.user('u-a', { displayName: 'a' });
  return client;
}

/** `User:a`, or what the resource has besides. */
function shown(resources: readonly Record<string, unknown>[]): string[] {
  return resources.map(({ meta, displayName, userName }) => {
    const { resourceType } = meta as { resourceType: string };
    return `${resourceType}:${displayName ?? userName}`;
  });
}

/** Follows a cursor to the end; gives the names, page by page. */
async function follow(client: Client, ...list: [query: Query, which: Direction, cursor?: string]): Promise<string[][]> {
  return (await client.follow('/', ...list)).map(shown);
}

const IN_ORDER = ['User:nameless', 'User:c', 'User:a', 'Group:d', 'Group:B'];
const ASCENDING = ['User:a', 'Group:B', 'User:c', 'Group:d', 'User:nameless'];

onEachStore('search at the root', (suite) => {
  test('lists all types, one after the other, each resource with its own address', async () => {
    const client = await populated(await suite.tenant());
    const resources = expectList(await client.get('/'), 5);
    expect(shown(resources)).toEqual(IN_ORDER);
    for (const { id, meta } of resources) {
      const { resourceType, location } = meta as { resourceType: string; location: string };
      expect(location).toBe(`${suite.origin}/scim/v2/${resourceType}s/${id}`);
    }
    expect((await client.get('')).body).toEqual((await client.get('/')).body);
    expect((await client.post('/.search', { schemas: SCHEMAS })).body).toEqual((await client.get('/')).body);
  });

  test.each([1, 2, 3, 4])('pages of %i join to the whole list, sorted or not', async (count) => {
    const client = await populated(await suite.tenant());
    const queries: { query: Query; expected: string[] }[] = [
      { query: {}, expected: IN_ORDER },
      { query: { sortBy: 'displayName' }, expected: ASCENDING },
      { query: { sortBy: 'displayName', sortOrder: 'descending' }, expected: ASCENDING.toReversed() },
    ];
    for (const { query, expected } of queries) {
      const found: string[] = [];
      for (let startIndex = 1; startIndex <= 5; startIndex += count) {
        const answer = await client.get('/', { ...query, startIndex, count });
        expect(answer.body.startIndex).toBe(startIndex);
        found.push(...shown(expectList(answer, 5)));
      }
      expect(found).toEqual(expected);
    }
  });

  test('count=0 tells the total alone, and behind the end there is nothing', async () => {
    const client = await populated(await suite.tenant());
    const sorts: Query[] = [{}, { sortBy: 'displayName' }, { sortBy: 'userName' }];
    const pages: Query[] = [{ count: 0 }, { startIndex: 6 }];
    for (const query of pages) {
      for (const sort of sorts) {
        const { body } = await client.get('/', { ...query, ...sort });
        expect(body).toMatchObject({ totalResults: 5, itemsPerPage: 0 });
        expect(body.Resources ?? []).toEqual([]);
      }
    }
  });

  test('types without the attribute of the order come last, when descending first (RFC 7644 §3.4.2.3)', async () => {
    const client = await populated(await suite.tenant());
    const users = ['User:nameless', 'User:a', 'User:c'];
    const ascending = expectList(await client.get('/', { sortBy: 'userName' }), 5);
    expect(shown(ascending)).toEqual([...users, 'Group:d', 'Group:B']);
    const descending = expectList(await client.get('/', { sortBy: 'userName', sortOrder: 'descending' }), 5);
    expect(shown(descending)).toEqual(['Group:d', 'Group:B', ...users.toReversed()]);
  });

  test.each([
    ['displayName gt "b"', ['User:c', 'Group:d']],
    ['displayName pr', ['User:c', 'User:a', 'Group:d', 'Group:B']],
    ['meta.resourceType eq "Group"', ['Group:d', 'Group:B']],
    ['meta.resourceType ne "Group" and displayName pr', ['User:c', 'User:a']],
    ['not (meta.resourceType eq "User") or userName eq "u-a"', ['User:a', 'Group:d', 'Group:B']],
    [`schemas eq "${URN.group}"`, ['Group:d', 'Group:B']],
    [`${URN.group}:displayName pr`, ['Group:d', 'Group:B']],
    [`${URN.user}:displayName eq "a"`, ['User:a']],
    // RFC 7644 §3.4.2.1: what a type does not have is as if it had no value.
    ['userName sw "u"', ['User:c', 'User:a']],
    ['userName eq "u-a" or displayName eq "d"', ['User:a', 'Group:d']],
    ['userName pr', ['User:nameless', 'User:c', 'User:a']],
    ['not (userName pr)', ['Group:d', 'Group:B']],
    ['userName ne "u-a"', ['User:nameless', 'User:c', 'Group:d', 'Group:B']],
    ['userName eq null', ['Group:d', 'Group:B']],
    ['emails[type eq "work"] or displayName eq "B"', ['Group:B']],
    ['userName eq "nobody"', []],
  ])('%s', async (filter, expected) => {
    const client = await populated(await suite.tenant('strict'));
    expect(shown(expectList(await client.filter('/', filter), expected.length))).toEqual(expected);
    const body = await client.post('/.search', { schemas: SCHEMAS, filter });
    expect(shown(expectList(body, expected.length))).toEqual(expected);
  });

  test.each([
    ['a name that no type has', { filter: 'shoeSize eq 43' }, 'invalidFilter'],
    ['a filter that cannot be read', { filter: 'userName eq' }, 'invalidFilter'],
    [
      'a comparison without a meaning for the one type that has the attribute',
      { filter: 'active gt true' },
      'invalidFilter',
    ],
    ['an order that no type has', { sortBy: 'shoeSize' }, 'invalidPath'],
    ['a direction that is none', { sortBy: 'userName', sortOrder: 'up' }, 'invalidValue'],
    ['a cursor that is none', { cursor: 'x' }, 'invalidCursor'],
    ['a cursor beside startIndex', { cursor: '', startIndex: 1 }, 'invalidValue'],
    ['a cursor with a count of none', { cursor: '', count: 0 }, 'invalidCount'],
    ['a startIndex that is no number', { startIndex: 'x' }, 'invalidValue'],
  ])('%s is refused', async (_, query, scimType) => {
    const client = await suite.tenant('strict');
    expectError(await client.get('/', query), 400, scimType);
  });

  test('the search that the RFC shows finds the user and the group that it shows (RFC 7644 §3.4.3)', async () => {
    const client = await suite.tenant('strict');
    const shownByRfc = fixture<{ Resources: Resource[] }>('search', 'list_response').Resources;
    for (const { userName, displayName } of shownByRfc) {
      if (userName) await client.user(userName, { displayName });
      else await client.group(displayName);
    }
    await client.user('blacksmith', { displayName: 'Blacksmith' });
    const answer = await client.post('/.search', fixture<JsonObject>('search', 'search_request'));
    const found = expectList(answer, 2).map(({ id: _, schemas: __, ...rest }) => rest);
    expect(found).toEqual(shownByRfc.map(({ id: _, ...rest }) => rest));
  });

  test('shows of each type what is asked for, members too', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('ann', { nickName: 'A', displayName: 'Ann' });
    await client.group('Guides', [id as string]);
    const some = expectList(await client.get('/', { attributes: 'userName,members' }), 2);
    expect(some[0]).toMatchObject({ userName: 'ann' });
    expect(some[0]).not.toHaveProperty('displayName');
    expect(some[1]).toMatchObject({ members: [{ value: id }] });
    expect(some[1]).not.toHaveProperty('displayName');
    const [user, group] = expectList(await client.get('/', { excludedAttributes: 'nickName,members' }), 2);
    expect(user).not.toHaveProperty('nickName');
    expect(group).not.toHaveProperty('members');
  });

  test('another tenant is not searched', async () => {
    await populated(await suite.tenant());
    const other = await suite.tenant();
    expectList(await other.get('/'), 0);
    expectList(await other.get('/', { sortBy: 'displayName' }), 0);
  });

  test('it needs scim:read and no more, and is no place for another method', async () => {
    const reader = await suite.tenant('entra', ['scim:read']);
    expectList(await reader.post('/.search', { schemas: SCHEMAS }), 0);
    const writer = await suite.tenant('entra', ['scim:write']);
    expectError(await writer.get('/'), 403);
    expectError(await writer.post('/.search', { schemas: SCHEMAS }), 403);
    expectError(await reader.get('/.search'), 405);
    expectError(await reader.post('/', { schemas: SCHEMAS }), 405);
  });

  test('lists that are longer than a portion are merged without a gap', async () => {
    const client = await suite.tenant();
    const operations = Array.from({ length: 600 }, (_, i) => {
      const displayName = `n${String((i * 7) % 600).padStart(3, '0')}`;
      const data =
        i % 3 ? { schemas: [URN.user], userName: `u${i}`, displayName } : { schemas: [URN.group], displayName };
      return { method: 'POST', path: i % 3 ? '/Users' : '/Groups', bulkId: `b${i}`, data };
    });
    expect((await client.post('/Bulk', { schemas: [URN.bulk], Operations: operations })).status).toBe(200);
    const query = { sortBy: 'displayName', sortOrder: 'descending', attributes: 'displayName' };
    for (const [startIndex, count] of [
      [1, 600],
      [450, 60],
      [598, 10],
    ] as const) {
      const page = expectList(await client.get('/', { ...query, startIndex, count }), 600);
      const expected = Array.from({ length: Math.min(count, 601 - startIndex) }, (_, i) => 600 - startIndex - i);
      expect(page.map(({ displayName }) => Number(String(displayName).slice(1)))).toEqual(expected);
    }
  });

  describe('by cursor', () => {
    const QUERIES: { query: Query; expected: string[] }[] = [
      { query: {}, expected: IN_ORDER },
      { query: { sortBy: 'displayName' }, expected: ASCENDING },
      { query: { sortBy: 'displayName', sortOrder: 'descending' }, expected: ASCENDING.toReversed() },
      { query: { sortBy: 'userName' }, expected: ['User:nameless', 'User:a', 'User:c', 'Group:d', 'Group:B'] },
    ];

    test.each([1, 2, 3, 4, 5])('pages of %i join to the whole list, forth and back (RFC 9865 §2)', async (count) => {
      const client = await populated(await suite.tenant());
      for (const { query, expected } of QUERIES) {
        const first = await client.get('/', { ...query, count, cursor: '' });
        expect(first.body).toMatchObject({ totalResults: 5, itemsPerPage: count });
        expect(first.body).not.toHaveProperty('startIndex');
        expect(first.body).not.toHaveProperty('previousCursor');
        const pages = await follow(client, { ...query, count }, 'nextCursor');
        expect(pages.flat()).toEqual(expected);
        expect(pages).toHaveLength(Math.ceil(5 / count));
        let cursor = '';
        for (let page = first.body; page.nextCursor; ) {
          cursor = page.nextCursor;
          page = (await client.get('/', { ...query, count, cursor })).body;
        }
        const back = await follow(client, { ...query, count }, 'previousCursor', cursor);
        expect(back.toReversed().flat()).toEqual(expected);
      }
    });

    test('a search by body is paged the same', async () => {
      const client = await populated(await suite.tenant());
      const body = { schemas: SCHEMAS, filter: 'displayName pr', sortBy: 'displayName', count: 3 };
      const first = await client.post('/.search', { ...body, cursor: '' });
      expect(first.body.totalResults).toBe(4);
      expect(shown(first.body.Resources)).toEqual(['User:a', 'Group:B', 'User:c']);
      const second = await client.post('/.search', { ...body, cursor: first.body.nextCursor });
      expect(shown(second.body.Resources)).toEqual(['Group:d']);
      expect(second.body).not.toHaveProperty('nextCursor');
    });

    test.each(QUERIES)('what is there throughout is seen once, whatever comes and goes: $query', async ({ query }) => {
      const client = await populated(await suite.tenant());
      const { body } = await client.get('/', { ...query, cursor: '', count: 2 });
      const before = shown(body.Resources);
      for (const { id, meta } of body.Resources) await client.delete(`/${meta.resourceType}s/${id}`);
      await client.user('new', { displayName: 'aa' });
      await client.group('zz');
      const pages = await follow(client, { ...query, count: 2 }, 'nextCursor', body.nextCursor);
      const rest = pages.flat().filter((one) => !['User:aa', 'Group:zz'].includes(one));
      expect([...before, ...rest].sort()).toEqual(IN_ORDER.toSorted());
    });

    test('a cursor is good for its own list alone: 400 invalidCursor', async () => {
      const client = await populated(await suite.tenant());
      const { nextCursor: cursor } = (await client.get('/', { cursor: '', count: 2 })).body;
      const ofUsers = (await client.get('/Users', { cursor: '', count: 2 })).body.nextCursor;
      const stranger = await populated(await suite.tenant());
      expectError(await stranger.get('/', { cursor }), 400, 'invalidCursor');
      expectError(await client.get('/Users', { cursor }), 400, 'invalidCursor');
      expectError(await client.get('/', { cursor, filter: 'id pr' }), 400, 'invalidCursor');
      expectError(await client.get('/', { cursor, sortBy: 'displayName' }), 400, 'invalidCursor');
      expectError(await client.get('/', { cursor: ofUsers }), 400, 'invalidCursor');
      const justUsers = { cursor: ofUsers, filter: 'meta.resourceType eq "User"' };
      expectError(await client.get('/', justUsers), 400, 'invalidCursor');
      expect((await client.get('/', { cursor })).status).toBe(200);
    });

    test('the pages put together are the list by index', async () => {
      // Where several groups may have one name.
      const client = await suite.tenant('strict');
      for (const [i, name] of ['b', 'a', undefined, 'B', 'c', 'a', 'ä'].entries()) {
        await client.user(`u${i}`, name === undefined ? {} : { displayName: name });
        if (name !== undefined) await client.group(name);
      }
      const question = fc.record(
        {
          filter: fc.constantFrom('displayName pr', 'displayName sw "a"', 'userName pr', 'not (displayName eq "b")'),
          sortBy: fc.constantFrom('displayName', 'userName', 'meta.created', 'id', 'meta.resourceType'),
          sortOrder: fc.constantFrom('ascending', 'descending'),
          count: fc.integer({ min: 1, max: 6 }),
        },
        { requiredKeys: ['count'] },
      );
      const property = fc.asyncProperty(question, async (query) => {
        const whole = (await client.get('/', { ...query, count: 100 })).body.Resources ?? [];
        expect((await follow(client, query, 'nextCursor')).flat()).toEqual(shown(whole));
      });
      await fc.assert(property, { numRuns: 25 });
    });
  });
});
