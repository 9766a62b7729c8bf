/** Paging by cursor: RFC 9865. */
import fc from 'fast-check';
import type { Response } from 'supertest';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/scim/json.js';
import { fixture } from '../scim/rfc/fixtures.js';
import { type Client, type Direction, expectError, type Query, type Resource, URN } from '../support/client.js';
import { seedUsers } from '../support/seed.js';
import { onEachStore, Suite } from '../support/target.js';

const NAMES = ['ann', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gil'];
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

async function withUsers(client: Client): Promise<Client> {
  for (const [i, name] of NAMES.entries()) await client.user(name, { title: i % 2 ? 'odd' : 'even' });
  return client;
}

const namesOf = (users: Resource[]): string[] => users.map(({ userName }) => userName);

/** Follows a cursor to the end; gives the names, page by page. */
async function follow(client: Client, ...list: [query: Query, which: Direction, cursor?: string]): Promise<string[][]> {
  return (await client.follow('/Users', ...list)).map(namesOf);
}

let now = Date.parse('2026-03-01T00:00:00Z');

onEachStore(
  'paging by cursor',
  (suite) => {
    test('it is announced beside paging by index, which stays the default', async () => {
      const client = await suite.tenant();
      expect((await client.get('/ServiceProviderConfig')).body.pagination).toEqual({
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: 3,
        maxPageSize: 5,
        cursorTimeout: 600,
      });
      expect((await client.get('/Users')).body).not.toHaveProperty('nextCursor');
    });

    test('an empty cursor is the first page; nextCursor leads on until it is absent', async () => {
      const client = await withUsers(await suite.tenant());
      const first = await client.get('/Users', { cursor: '', count: 2 });
      expect(namesOf(first.body.Resources)).toEqual(['ann', 'bob']);
      expect(first.body).toMatchObject({
        totalResults: 7,
        itemsPerPage: 2,
        nextCursor: expect.stringMatching(/^[\w.-]+$/),
      });
      expect(first.body).not.toHaveProperty('previousCursor');
      expect(first.body).not.toHaveProperty('startIndex');
      expect(await follow(client, { count: 2 }, 'nextCursor')).toEqual([
        ['ann', 'bob'],
        ['cyd', 'dan'],
        ['eve', 'fay'],
        ['gil'],
      ]);
      expect(await follow(client, {}, 'nextCursor')).toEqual([NAMES.slice(0, 3), NAMES.slice(3, 6), NAMES.slice(6)]);
      expect(await follow(client, { count: 100 }, 'nextCursor')).toEqual([NAMES.slice(0, 5), NAMES.slice(5)]);
    });

    test('previousCursor leads back, with a filter and an order too', async () => {
      const client = await withUsers(await suite.tenant());
      const query = { filter: 'title eq "even"', sortBy: 'userName', sortOrder: 'descending', count: 2 };
      const first = await client.get('/Users', { ...query, cursor: '' });
      expect(namesOf(first.body.Resources)).toEqual(['gil', 'eve']);
      const second = await client.get('/Users', { ...query, cursor: first.body.nextCursor });
      expect(namesOf(second.body.Resources)).toEqual(['cyd', 'ann']);
      expect(second.body.totalResults).toBe(4);
      expect(second.body).not.toHaveProperty('nextCursor');
      const back = await client.get('/Users', { ...query, cursor: second.body.previousCursor });
      expect(namesOf(back.body.Resources)).toEqual(['gil', 'eve']);
    });

    test('what is there throughout is seen once, whatever comes and goes meanwhile', async () => {
      const client = await withUsers(await suite.tenant());
      const first = await client.get('/Users', { cursor: '', count: 3 });
      const [ann] = first.body.Resources as Resource[];
      await client.delete(`/Users/${ann?.id}`);
      await client.user('hal');
      const rest = await follow(client, { count: 3 }, 'nextCursor', first.body.nextCursor);
      expect(rest.flat()).toEqual(['dan', 'eve', 'fay', 'gil', 'hal']);
    });

    test('a search by body is paged with a cursor in it', async () => {
      const client = await withUsers(await suite.tenant());
      const body = { schemas: [SEARCH], filter: 'title eq "odd"', count: 2 };
      const first = await client.post('/Users/.search', { ...body, cursor: '' });
      const second = await client.post('/Users/.search', { ...body, cursor: first.body.nextCursor });
      expect([first, second].map(({ body: { Resources } }) => namesOf(Resources))).toEqual([['bob', 'dan'], ['fay']]);
    });

    test('the requests that the RFC shows are answered with what it shows, page by page (RFC 9865 §2, §3)', async () => {
      const client = await suite.tenant('strict');
      for (let i = 0; i < 7; i++) await client.user(`J${i}`, { displayName: `Smith ${i}` });
      await client.user('other');
      const members = (page: object) => Object.keys(page).sort();
      const [first, second] = fixture<{ queries: Query[] }>('cursor-queries').queries;
      const one = await client.get('/Users', { ...first, count: 3 });
      expect(members(one.body)).toEqual(members(fixture('cursor-page', '2-list_response-first_page')));
      const two = await client.get('/Users', { ...second, cursor: one.body.nextCursor, count: 3 });
      expect(members(two.body)).toEqual(members(fixture('cursor-page', '2-list_response-second_page')));
      expect(namesOf([...one.body.Resources, ...two.body.Resources])).toEqual(['J0', 'J1', 'J2', 'J3', 'J4', 'J5']);
      const search = fixture<JsonObject>('cursor-search');
      const found = await client.post('/Users/.search', { ...search, count: 3 });
      expect(members(found.body)).toEqual(members(fixture('cursor-page', '3-list_response-first_page')));
      expect(found.body.totalResults).toBe(7);
    });

    test('every process on the store reads the cursors of the others', async () => {
      const client = await withUsers(await suite.tenant());
      const other = new Suite(suite.engine, { store: suite.target.store, clock: () => new Date(now) });
      await other.start();
      const { nextCursor: cursor } = (await client.get('/Users', { cursor: '', count: 6 })).body;
      const elsewhere = await other.client(client.tenant.name);
      expect(namesOf((await elsewhere.get('/Users', { cursor })).body.Resources)).toEqual(['fay', 'gil']);
      await other.stop();
    });

    test('groups with their members are paged as well', async () => {
      const client = await suite.tenant();
      const { id } = await client.user('ann');
      for (const name of ['a', 'b', 'c']) await client.group(name, [id]);
      const { body } = await client.get('/Groups', { cursor: '', count: 2 });
      expect(body).toMatchObject({ totalResults: 3, itemsPerPage: 2, nextCursor: expect.any(String) });
      expect(body.Resources[0].members).toMatchObject([{ value: id }]);
    });

    test('parameters may be written in another way, as in the example of RFC 9865 §2', async () => {
      const client = await withUsers(await suite.tenant());
      const query = { filter: 'userName gt "a" and title eq "odd"', sortBy: 'userName', count: 2 };
      const { nextCursor: cursor } = (await client.get('/Users', { ...query, cursor: '' })).body;
      for (const other of [
        { ...query, filter: 'username  GT "A" and (TITLE eq "Odd")' },
        { ...query, sortBy: 'urn:ietf:params:scim:schemas:core:2.0:User:USERNAME' },
        { ...query, sortOrder: 'ascending' },
        { ...query, startIndex: '' },
        { ...query, count: 3, attributes: 'userName' },
      ]) {
        const response = await client.get('/Users', { ...other, cursor });
        expect(response.status, response.text).toBe(200);
        expect(namesOf(response.body.Resources)).toEqual(['fay']);
      }
    });

    test('the pages by cursor put together are the list by index', async () => {
      const client = await suite.tenant();
      const titles = ['b', 'a', undefined, 'B', 'ä', 'a', undefined, 'c', 'b'];
      for (const [i, title] of titles.entries()) await client.user(`u${i}`, title === undefined ? {} : { title });
      const question = fc.record(
        {
          filter: fc.constantFrom(
            'title pr',
            'not (title eq "b")',
            'userName sw "u" and title le "b"',
            'userName eq "u4"',
          ),
          sortBy: fc.constantFrom('title', 'userName', 'meta.created', 'id'),
          sortOrder: fc.constantFrom('ascending', 'descending'),
          count: fc.integer({ min: 1, max: 5 }),
        },
        { requiredKeys: ['count'] },
      );
      const property = fc.asyncProperty(question, async (query) => {
        const byIndex: string[] = [];
        for (let startIndex = 1; startIndex <= titles.length; startIndex += query.count) {
          byIndex.push(...namesOf((await client.get('/Users', { ...query, startIndex })).body.Resources));
        }
        expect((await follow(client, query, 'nextCursor')).flat()).toEqual(byIndex);
      });
      await fc.assert(property, { numRuns: 25 });
    });

    describe('refusals', () => {
      const cursorOf = async (client: Client, query: Query = {}): Promise<string> =>
        (await client.get('/Users', { ...query, cursor: '', count: 2 })).body.nextCursor;

      test('a cursor is good for its own list alone: 400 invalidCursor', async () => {
        const client = await withUsers(await suite.tenant());
        const cursor = await cursorOf(client, { filter: 'userName pr' });
        const others: [string, Query][] = [
          ['/Users', {}],
          ['/Users', { filter: 'title pr' }],
          ['/Users', { filter: 'userName pr', sortBy: 'userName' }],
          ['/Groups', { filter: 'userName pr' }],
        ];
        for (const [path, query] of others) {
          const response = await client.get(path, { ...query, cursor });
          // A group has no userName, which is found first.
          expectError(response, 400, path === '/Groups' ? 'invalidFilter' : 'invalidCursor');
        }
        const sorted = await cursorOf(client, { sortBy: 'userName' });
        const descending = { sortBy: 'userName', sortOrder: 'descending' };
        expectError(await client.get('/Users', { ...descending, cursor: sorted }), 400, 'invalidCursor');
        expectError(await client.get('/Users', { sortBy: 'title', cursor: sorted }), 400, 'invalidCursor');
        const ofUsers = await cursorOf(client);
        expectError(await client.get('/Groups', { cursor: ofUsers }), 400, 'invalidCursor');
        const stranger = await withUsers(await suite.tenant());
        expectError(await stranger.get('/Users', { filter: 'userName pr', cursor }), 400, 'invalidCursor');
        expect((await client.get('/Users', { filter: 'userName pr', cursor })).status).toBe(200);
      });

      test('any changed, added or lost character makes it invalid', async () => {
        const client = await withUsers(await suite.tenant());
        const cursor = await cursorOf(client);
        const forged = [...cursor].map(
          (char, i) => cursor.slice(0, i) + (char === 'A' ? 'B' : 'A') + cursor.slice(i + 1),
        );
        for (const wrong of [
          ...forged,
          `${cursor}A`,
          `${cursor}.A`,
          cursor.slice(1),
          cursor.slice(0, -1),
          'x',
          '.',
          'a.b',
        ]) {
          expectError(await client.get('/Users', { cursor: wrong }), 400, 'invalidCursor');
        }
      });

      test('an old one has expired: 400 expiredCursor', async () => {
        const client = await withUsers(await suite.tenant());
        const cursor = await cursorOf(client);
        now += 599_000;
        expect((await client.get('/Users', { cursor })).status).toBe(200);
        now += 1_000;
        expectError(await client.get('/Users', { cursor }), 400, 'expiredCursor');
      });

      test.each(['0', '-1', 'two', '1.5'])('count=%s is 400 invalidCount', async (count) => {
        const client = await suite.tenant();
        expectError(await client.get('/Users', { cursor: '', count }), 400, 'invalidCount');
      });

      test.each([
        [{ cursor: '', count: 0 }, 'invalidCount'],
        [{ cursor: '', count: '2' }, 'invalidCount'],
        [{ cursor: '', count: 1.5 }, 'invalidCount'],
        [{ cursor: 5 }, 'invalidCursor'],
        [{ cursor: 'x' }, 'invalidCursor'],
        [{ cursor: null, count: '2' }, 'invalidValue'],
        [{ cursor: '', startIndex: 1 }, 'invalidValue'],
      ])('%j in a body is 400 %s', async (members, scimType) => {
        const client = await suite.tenant();
        expectError(await client.post('/Users/.search', { schemas: [SEARCH], ...members }), 400, scimType);
      });

      test('not with startIndex: 400 invalidValue', async () => {
        const client = await suite.tenant();
        expectError(await client.get('/Users', { cursor: '', startIndex: 1 }), 400, 'invalidValue');
      });
    });
  },
  { pageSize: 3, maxPageSize: 5, cursorTimeout: 600, clock: () => new Date(now) },
);

const PAGES = 20;

onEachStore('paging by cursor through a crowd', (suite) => {
  // What goes through everything takes long on the stand-in for MongoDB.
  const size = suite.engine === 'mongodb:' ? 25 : 250;

  /** Somebody else, who between and during the pages makes, deletes and renames users all over the list. */
  async function meddle(client: Client, ids: readonly string[], gone: Set<string>, round: number): Promise<void> {
    // Strides that meet what was seen and what was not.
    const pick = (stride: number): string => ids[(round * stride) % ids.length] as string;
    const [leaver, renamed] = [pick(1_237), pick(2_003)];
    const rename = { op: 'replace', path: 'userName', value: `renamed-${round}` };
    const [made, left] = await Promise.all([
      client.post('/Users', { schemas: [URN.user], userName: `new-${round}`, displayName: `Seed ${round}` }),
      client.delete(`/Users/${leaver}`),
      gone.has(renamed) || renamed === leaver ? undefined : client.patch(`/Users/${renamed}`, rename),
    ]);
    expect([made.status, left.status]).toEqual([201, gone.has(leaver) ? 404 : 204]);
    gone.add(leaver);
  }

  test.each<Query>([{}, { sortBy: 'displayName' }, { sortBy: 'displayName', sortOrder: 'descending' }])(
    'whoever is there throughout is seen exactly once while others write: %j',
    async (query) => {
      const client = await suite.tenant();
      const ids = await seedUsers(suite.target, client.tenant, PAGES * size);
      const gone = new Set<string>();
      const seen = new Map<string, number>();
      let round = 0;
      for (let cursor: string | undefined = ''; cursor !== undefined; ) {
        const meddled = meddle(client, ids, gone, ++round);
        const answer: Response = await client.get('/Users', { ...query, count: size, attributes: 'id', cursor });
        await meddled;
        expect(answer.status, answer.text).toBe(200);
        for (const { id } of answer.body.Resources) seen.set(id, (seen.get(id) ?? 0) + 1);
        cursor = answer.body.nextCursor;
      }
      expect(round).toBeGreaterThanOrEqual(PAGES);
      expect(ids.filter((id) => !gone.has(id) && seen.get(id) !== 1)).toEqual([]);
      expect([...seen.values()].filter((times) => times > 1)).toEqual([]);
    },
    60_000,
  );
});
