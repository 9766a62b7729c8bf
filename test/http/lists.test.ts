/** Pages and orders of lists: RFC 7644 §3.4.2.3 and §3.4.2.4. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, expectList, type Query, type Resource, URN } from '../support/client.js';
import { onEachStore } from '../support/target.js';

const namesOf = (users: Resource[]): string[] => users.map(({ userName }) => userName);

onEachStore(
  'paging',
  (suite) => {
    let client: Client;
    beforeAll(async () => {
      client = await suite.tenant();
      for (let i = 1; i <= 7; i++) await client.user(`u${i}`);
    });

    test.each<[string, Query, string[], number]>([
      ['neither parameter: the page size', {}, ['u1', 'u2', 'u3'], 1],
      ['count 2', { count: 2 }, ['u1', 'u2'], 1],
      ['count 0: the total alone', { count: 0 }, [], 1],
      ['count -1: as 0', { count: -1 }, [], 1],
      ['count beyond the limit: the limit', { count: 100 }, ['u1', 'u2', 'u3', 'u4', 'u5'], 1],
      ['startIndex 0: as 1', { startIndex: 0, count: 1 }, ['u1'], 1],
      ['startIndex -1: as 1', { startIndex: -1, count: 1 }, ['u1'], 1],
      ['startIndex 3', { startIndex: 3, count: 2 }, ['u3', 'u4'], 3],
      ['the last page', { startIndex: 6, count: 5 }, ['u6', 'u7'], 6],
      ['just past the end', { startIndex: 8 }, [], 8],
      ['far past the end', { startIndex: 999_999_999_999_999 }, [], 999_999_999_999_999],
      ['parameter names in lower case', { startindex: 7, COUNT: 1 }, ['u7'], 7],
      ['empty parameters', { startIndex: '', count: '' }, ['u1', 'u2', 'u3'], 1],
    ])('%s (RFC 7644 §3.4.2.4)', async (_, query, names, startIndex) => {
      const response = await client.get('/Users', query);
      expect(namesOf(expectList(response, 7))).toEqual(names);
      expect(response.body.startIndex).toBe(startIndex);
    });

    test('pages of a filtered list count the hits', async () => {
      const response = await client.filter('/Users', 'userName ne "u3"', { startIndex: 3, count: 2 });
      expect(namesOf(expectList(response, 6))).toEqual(['u4', 'u5']);
    });

    test('the page limit is announced in ServiceProviderConfig (RFC 7643 §5)', async () => {
      expect((await client.get('/ServiceProviderConfig')).body.filter).toEqual({ supported: true, maxResults: 5 });
    });
  },
  { pageSize: 3, maxPageSize: 5 },
);

onEachStore('sorting', (suite) => {
  let client: Client;
  beforeAll(async () => {
    client = await suite.tenant();
    await client.user('Bob', { externalId: 'b', name: { familyName: 'Ng' }, emails: [{ value: 'z@x' }], title: 'T' });
    await client.user('alice', {
      externalId: 'a',
      emails: [{ value: 'y@x' }, { value: 'a@x', primary: true }],
      enterprise: { employeeNumber: '10' },
      active: false,
    });
    await client.user('Émile', {
      externalId: 'C',
      name: { familyName: 'abel' },
      title: 't',
      enterprise: { employeeNumber: '9' },
    });
    await client.user('carol', { externalId: 'B', name: { familyName: 'Zorn' }, emails: [{ value: 'M@x' }] });
  });

  const sorted = async (query: Query): Promise<string[]> => namesOf(expectList(await client.get('/Users', query), 4));

  test.each<[string, string, string[]]>([
    ['a text without regard to case', 'userName', ['alice', 'Bob', 'carol', 'Émile']],
    ['an exact text by code point', 'externalId', ['carol', 'Émile', 'alice', 'Bob']],
    ['a sub-attribute, those without it last', 'name.familyName', ['Émile', 'Bob', 'carol', 'alice']],
    ['a multi-valued attribute by its primary value, or its first', 'emails', ['alice', 'carol', 'Bob', 'Émile']],
    ['its value named', 'emails.value', ['alice', 'carol', 'Bob', 'Émile']],
    ['an attribute of an extension', `${URN.enterprise}:employeeNumber`, ['alice', 'Émile', 'Bob', 'carol']],
    ['a name in another case', 'USERNAME', ['alice', 'Bob', 'carol', 'Émile']],
    ['the time of creation', 'meta.created', ['Bob', 'alice', 'Émile', 'carol']],
  ])('by %s, and the reverse when descending (RFC 7644 §3.4.2.3)', async (_, sortBy, names) => {
    expect(await sorted({ sortBy })).toEqual(names);
    expect(await sorted({ sortBy, sortOrder: 'ascending' })).toEqual(names);
    const descending = await sorted({ sortBy, sortOrder: 'DESCENDING' });
    if (sortBy === 'meta.created') expect(descending.sort()).toEqual([...names].sort());
    else if (sortBy.includes('employeeNumber')) expect(descending.slice(-2)).toEqual(['Émile', 'alice']);
    else expect(descending).toEqual([...names].reverse());
  });

  test('those without a value, and ties, are in the order of creation', async () => {
    expect(await sorted({ sortBy: 'title' })).toEqual(['Bob', 'Émile', 'alice', 'carol']);
    expect(await sorted({ sortBy: 'title', sortOrder: 'descending' })).toEqual(['alice', 'carol', 'Bob', 'Émile']);
    expect(await sorted({ sortBy: 'active' })).toEqual(['alice', 'Bob', 'Émile', 'carol']);
  });

  test('without sortBy the order is that of creation, and sortOrder alone does nothing', async () => {
    expect(await sorted({ sortOrder: 'descending' })).toEqual(['Bob', 'alice', 'Émile', 'carol']);
  });

  test('pages of a sorted list follow each other', async () => {
    const pages: string[] = [];
    for (let startIndex = 1; startIndex <= 4; startIndex++) {
      pages.push(...(await sorted({ sortBy: 'name.familyName', startIndex, count: 1 })));
    }
    expect(pages).toEqual(['Émile', 'Bob', 'carol', 'alice']);
  });

  test('a filter and a sort work together', async () => {
    const response = await client.get('/Users', {
      filter: 'emails pr',
      sortBy: 'emails.value',
      sortOrder: 'descending',
    });
    expect(namesOf(expectList(response, 3))).toEqual(['Bob', 'carol', 'alice']);
  });

  describe('beyond the basic plane', () => {
    test('texts are in the order of code points, as databases have it', async () => {
      const own = await suite.tenant();
      const names = ['\u{1f600}', '\uff5e', '\ue000', 'z'];
      for (const name of names) await own.user(name, { externalId: name });
      const response = await own.get('/Users', { sortBy: 'externalId' });
      expect(namesOf(expectList(response, 4))).toEqual(['z', '\ue000', '\uff5e', '\u{1f600}']);
    });
  });
});
