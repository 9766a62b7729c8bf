/** Where resources are said to be, and which of their attributes are shown: RFC 7644 §3.3, §3.9. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/scim/json.js';
import { type Client, expectList, type Resource, URN } from '../support/client.js';
import { onEachStore } from '../support/target.js';

onEachStore('addresses', (suite) => {
  test('a Tenant URL with a slash at its end, which makes two, reaches the same resources', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('lin');
    expectList(await client.get('//Users'), 1);
    expect((await client.read(`//Users/${id}`)).userName).toBe('lin');
  });

  test.each([
    ['/scim/v2', () => '/scim/v2'],
    ['/tenants/{t}/scim/v2', (client: Client) => `/tenants/${client.tenant.name}/scim/v2`],
  ])('below %s every location and reference is an address that answers with that resource', async (_, baseOf) => {
    const plain = await suite.tenant();
    const client = plain.at(baseOf(plain));
    const base = suite.origin + client.base;
    const boss = await client.user('boss');
    const body = { schemas: [URN.user], userName: 'lin', [URN.enterprise]: { manager: { value: boss.id } } };
    const created = await client.post('/Users', body);
    const user = created.body as Resource;
    expect([created.headers.location, user.meta.location]).toEqual([
      `${base}/Users/${user.id}`,
      `${base}/Users/${user.id}`,
    ]);
    expect(user[URN.enterprise].manager.$ref).toBe(`${base}/Users/${boss.id}`);
    const inner = await client.group('Inner', [user.id]);
    const outer = await client.group('Outer', [inner.id]);
    expect(inner.members[0]).toMatchObject({ value: user.id, type: 'User', $ref: `${base}/Users/${user.id}` });
    expect(outer.members[0]).toMatchObject({ value: inner.id, type: 'Group', $ref: `${base}/Groups/${inner.id}` });
    const { groups } = await client.read(`/Users/${user.id}`);
    expect(groups.map(({ $ref }: Resource) => $ref).sort()).toEqual(
      [inner, outer].map(({ id }) => `${base}/Groups/${id}`).sort(),
    );
    for (const response of [
      await client.get(`/Users/${user.id}`),
      await client.put(`/Users/${user.id}`, { ...body, title: 'x' }),
      await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'title', value: 'y' }),
    ]) {
      expect([response.headers.location, response.body.meta.location]).toEqual([
        user.meta.location,
        user.meta.location,
      ]);
    }
    const listed = expectList(await client.get('/Users'), 2)
      .map(({ meta }) => meta.location)
      .sort();
    expect(listed).toEqual([boss, user].map(({ id }) => `${base}/Users/${id}`).sort());
  });

  test.each([
    ['a form', '?filter=userName+eq+%22lin%2Btest@example.com%22', 'lin+test@example.com'],
    ['a URI', '?filter=userName%20eq%20%22lin+test@example.com%22', 'lin+test@example.com'],
    [
      'a URI, all escaped',
      '?filter=userName%20eq%20%22lin%2Btest%40example.com%22&attributes=id,userName',
      'lin+test@example.com',
    ],
    ['a URI, with an escape in the text', '?filter=userName%20eq%20%22a%5C%22+b%22', 'a"+b'],
    ['a form, and its value as a URI', '?filter=userName+eq+%22Lin%20Ng%22', 'Lin Ng'],
    ['a form, text and all', '?attributes=userName,+id&filter=userName+eq+%22Lin+Ng%22', 'Lin Ng'],
  ])('a query is written as %s: %s', async (_, query, userName) => {
    const client = await suite.tenant();
    for (const name of ['lin+test@example.com', 'lin test@example.com', 'a"+b', 'a" b', 'Lin Ng', 'Lin+Ng'])
      await client.user(name);
    const [found] = expectList(await client.get(`/Users${query}`), 1);
    expect(found.userName).toBe(userName);
  });

  test('a query in the Tenant URL does not get into a location', async () => {
    const client = await suite.tenant();
    const response = await client.post('/Users?aadOptscim062020', { schemas: [URN.user], userName: 'lin' });
    expect(response.headers.location).toBe(`${suite.origin}/scim/v2/Users/${response.body.id}`);
  });
});

onEachStore(
  'addresses behind a proxy',
  (suite) => {
    test('publicUrl stands in every location, whatever Host says; the path of the mount stays', async () => {
      const client = await suite.tenant();
      const created = await client.post('/Users', { schemas: [URN.user], userName: 'lin' }, { Host: 'internal:8080' });
      const wanted = `https://scim.example.com/idp/scim/v2/Users/${created.body.id}`;
      expect([created.headers.location, created.body.meta.location]).toEqual([wanted, wanted]);
      const config = await client.get('/ServiceProviderConfig');
      expect(config.body.meta.location).toBe('https://scim.example.com/idp/scim/v2/ServiceProviderConfig');
    });
  },
  { publicUrl: 'https://scim.example.com/idp' },
);

onEachStore('attributes and excludedAttributes', (suite) => {
  const body = {
    schemas: [URN.user, URN.enterprise],
    userName: 'lin',
    displayName: 'Lin',
    password: 'secret-of-lin',
    name: { givenName: 'Lin', familyName: 'Ng' },
    emails: [{ type: 'work', value: 'lin@example.com', primary: true }],
    [URN.enterprise]: { department: 'Ops', employeeNumber: 'E-7' },
  };
  const always = (id: string) => ({ schemas: [URN.user, URN.enterprise], id });

  async function prepared(): Promise<[Client, string]> {
    const client = await suite.tenant();
    const response = await client.post('/Users', body);
    expect(response.status).toBe(201);
    return [client, response.body.id];
  }

  const SELECTIONS: [string, Record<string, Json>][] = [
    ['userName', { userName: 'lin' }],
    ['USERNAME,displayname', { userName: 'lin', displayName: 'Lin' }],
    ['name', { name: body.name }],
    ['name.givenName', { name: { givenName: 'Lin' } }],
    ['emails.value', { emails: [{ value: 'lin@example.com' }] }],
    [`${URN.user}:displayName`, { displayName: 'Lin' }],
    [URN.enterprise, { [URN.enterprise]: body[URN.enterprise] }],
    [`${URN.enterprise}:department`, { [URN.enterprise]: { department: 'Ops' } }],
    ['meta.resourceType', { meta: { resourceType: 'User' } }],
    ['password', {}],
    ['title', {}],
    ['id', {}],
  ];

  test.each(SELECTIONS)(
    'attributes=%s shows that and what is always returned, on every method (RFC 7644 §3.9)',
    async (attributes, shown) => {
      const [client, id] = await prepared();
      const query = `?attributes=${encodeURIComponent(attributes)}`;
      const wanted = { ...always(id), ...shown };
      expect((await client.get(`/Users/${id}${query}`)).body).toEqual(wanted);
      expect(expectList(await client.get('/Users', { attributes, filter: 'userName eq "lin"' }), 1)).toEqual([wanted]);
      expect((await client.put(`/Users/${id}${query}`, body)).body).toEqual(wanted);
      const patched = await client.patch(`/Users/${id}${query}`, { op: 'add', path: 'nickName', value: 'L' });
      expect(patched.body).toEqual(wanted);
      const created = await client.post(`/Users${query}`, { ...body, userName: 'bo' });
      const userName = 'userName' in shown ? { userName: 'bo' } : {};
      expect(created.body).toEqual({ ...wanted, id: created.body.id, ...userName });
    },
  );

  test('excludedAttributes hides what it names, never what is always returned, on every method', async () => {
    const [client, id] = await prepared();
    const query = `?excludedAttributes=${encodeURIComponent(`id,schemas,userName,name.familyName,meta,${URN.enterprise}`)}`;
    const { displayName, emails } = body;
    const wanted = { ...always(id), displayName, emails, active: true, name: { givenName: 'Lin' } };
    expect((await client.get(`/Users/${id}${query}`)).body).toEqual(wanted);
    expect(expectList(await client.get(`/Users${query}`), 1)).toEqual([wanted]);
    expect((await client.put(`/Users/${id}${query}`, body)).body).toEqual(wanted);
    expect((await client.patch(`/Users/${id}${query}`, { op: 'remove', path: 'title' })).body).toEqual(wanted);
    const created = await client.post(`/Users${query}`, { ...body, userName: 'bo' });
    expect(created.body).toEqual({ ...wanted, id: created.body.id });
  });

  test('members are shown or left out as asked, on every method that answers with a group', async () => {
    const [client, id] = await prepared();
    const whole = { schemas: [URN.group], displayName: 'Sales', members: [{ value: id }] };
    const created = await client.post('/Groups?excludedAttributes=members', whole);
    expect(created.status).toBe(201);
    const address = `/Groups/${created.body.id}`;
    const touch = { op: 'add', path: 'externalId', value: 'g-1' };
    for (const response of [
      created,
      await client.get(`${address}?excludedAttributes=members`),
      await client.put(`${address}?excludedAttributes=MEMBERS`, whole),
      await client.patch(`${address}?excludedAttributes=members`, touch),
    ]) {
      expect(response.body.displayName).toBe('Sales');
      expect(response.body).not.toHaveProperty('members');
    }
    for (const response of [
      await client.get(`${address}?attributes=members.value`),
      await client.put(`${address}?attributes=members.value`, whole),
      await client.patch(`${address}?attributes=members.value`, touch),
    ]) {
      expect(response.body).toEqual({ schemas: [URN.group], id: created.body.id, members: [{ value: id }] });
    }
  });

  test('a password is returned by no method and found by no search', async () => {
    const [client, id] = await prepared();
    const answers = [
      await client.post('/Users', { ...body, userName: 'bo' }),
      await client.get(`/Users/${id}`),
      await client.get('/Users'),
      await client.put(`/Users/${id}`, body),
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'password', value: 'secret-of-lin' }),
    ];
    for (const { status, text } of answers) {
      expect(status).toBeLessThan(300);
      expect(text).not.toMatch(/secret-of-lin|password/);
    }
    expect(JSON.stringify(await client.changes())).not.toContain('secret-of-lin');
    expect(suite.logText).not.toContain('secret-of-lin');
  });

  describe('an answer', () => {
    test('has the attributes of the request in the names and types of the schema', async () => {
      const client = await suite.tenant();
      const response = await client.post('/Users', {
        SCHEMAS: [URN.user],
        USERNAME: 'lin',
        NAME: { GIVENNAME: 'Lin' },
      });
      expect(response.status).toBe(201);
      expect(response.body).toMatchObject({ userName: 'lin', name: { givenName: 'Lin' }, active: true });
    });
  });
});
