/** POST to .search: RFC 7644 §3.4.3. */
import { expect, test } from 'vitest';
import { type Client, expectError, expectList } from '../support/client.js';
import { onEachStore } from '../support/target.js';

const SCHEMAS = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];

async function withUsers(client: Client): Promise<Client> {
  for (const name of ['ann', 'bob', 'cyd']) await client.user(name);
  return client;
}

onEachStore('search by body', (suite) => {
  test('finds what GET finds with the same parameters', async () => {
    const client = await withUsers(await suite.tenant('strict'));
    const filter = 'userName gt "ann"';
    const byBody = await client.post('/Users/.search', {
      schemas: SCHEMAS,
      filter,
      sortBy: 'userName',
      sortOrder: 'descending',
      startIndex: 1,
      count: 2,
      attributes: ['userName', 'emails.value'],
    });
    const query = { filter, sortBy: 'userName', sortOrder: 'descending', startIndex: 1, count: 2 };
    const byQuery = await client.get('/Users', { ...query, attributes: 'userName,emails.value' });
    expect(expectList(byBody, 2).map(({ userName }) => userName)).toEqual(['cyd', 'bob']);
    expect(byBody.body).toEqual(byQuery.body);
    expect(byBody.headers['content-type']).toMatch(/^application\/scim\+json\b/);
  });

  test('an empty request lists everything, excludedAttributes leaves out, names are read in any case', async () => {
    const client = await withUsers(await suite.tenant());
    expectList(await client.post('/Users/.search', { schemas: SCHEMAS }), 3);
    const [user] = expectList(
      await client.post('/Users/.search', {
        Schemas: SCHEMAS,
        schemas: SCHEMAS,
        Count: 1,
        excludedattributes: ['userName'],
      }),
      3,
    );
    expect(user).toHaveProperty('id');
    expect(user).not.toHaveProperty('userName');
  });

  test.each([
    ['no SearchRequest', { filter: 'userName pr' }, 'invalidSyntax'],
    ['an array', [], 'invalidSyntax'],
    ['attributes as a text', { schemas: SCHEMAS, attributes: 'userName' }, 'invalidValue'],
    ['a filter that is no text', { schemas: SCHEMAS, filter: { userName: 'ann' } }, 'invalidValue'],
    ['a count that is no number', { schemas: SCHEMAS, count: '2' }, 'invalidValue'],
    ['a filter that cannot be read', { schemas: SCHEMAS, filter: 'userName eq' }, 'invalidFilter'],
  ])('%s is refused', async (_, body, scimType) => {
    const client = await suite.tenant();
    expectError(await client.post('/Users/.search', body), 400, scimType);
  });

  test('another tenant is not searched', async () => {
    await withUsers(await suite.tenant());
    const other = await suite.tenant();
    expectList(await other.post('/Users/.search', { schemas: SCHEMAS, filter: 'userName eq "ann"' }), 0);
  });

  test('it needs scim:read and no more, and is no place for another method', async () => {
    const reader = await suite.tenant('entra', ['scim:read']);
    expectList(await reader.post('/Users/.search', { schemas: SCHEMAS }), 0);
    const writer = await suite.tenant('entra', ['scim:write']);
    expectError(await writer.post('/Users/.search', { schemas: SCHEMAS }), 403);
    expectError(await reader.get('/Users/.search'), 405);
  });
});
