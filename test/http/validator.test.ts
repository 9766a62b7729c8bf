/** Microsoft's SCIM Validator (https://scimvalidator.microsoft.com), test by test. */
import { expect, test } from 'vitest';
import { type Client, expectError, expectList, idsOf, URN } from '../support/client.js';
import { mappedUser, valueAt } from '../support/paths.js';
import { onEachStore } from '../support/target.js';

const MANAGER = `${URN.enterprise}:manager`;
let serial = 0;

/** A fresh value, as the validator generates one per test. */
function random(): string {
  return `v${++serial}x${Math.random().toString(36).slice(2, 10)}`;
}

function postUser(userName: string): object {
  return {
    schemas: [URN.user, URN.enterprise],
    externalId: `ext-${userName}`,
    userName,
    active: true,
    displayName: `Display ${userName}`,
    title: 'Engineer',
    preferredLanguage: 'nb-NO',
    nickName: 'Lin',
    name: { formatted: 'Lin Ng', familyName: 'Ng', givenName: 'Lin' },
    emails: [
      { primary: true, type: 'work', value: `${userName}@example.com` },
      { primary: false, type: 'home', value: `${userName}@home.example` },
    ],
    phoneNumbers: [{ primary: true, type: 'work', value: '+47 555 00 001' }],
    addresses: [{ primary: true, type: 'work', country: 'NO', streetAddress: 'Gate 1', formatted: 'Room 4' }],
    [URN.enterprise]: { employeeNumber: 'E-7', department: 'Ops' },
    meta: { resourceType: 'User' },
  };
}

/** The one user with this name, through the joining property. */
async function joined(client: Client, userName: string) {
  const [user] = expectList(await client.filter('/Users', `userName eq "${userName}"`), 1);
  return user;
}

onEachStore('validator, users', (suite) => {
  test('U1 a created user has every attribute that was sent, when it is fetched by the joining property', async () => {
    const client = await suite.tenant();
    const name = random();
    const sent = postUser(name);
    const roles = [{ primary: 'True', display: 'Admin', value: 'admin', type: 'WindowsAzureActiveDirectoryRole' }];
    const response = await client.post('/Users', { ...sent, roles });
    expect(response.status).toBe(201);
    const { meta: _, ...attributes } = sent as Record<string, unknown>;
    expect(await joined(client, name)).toMatchObject({ ...attributes, roles: [{ ...roles[0], primary: true }] });
  });

  test('U2 a second user of the same userName is refused with 409 uniqueness', async () => {
    const client = await suite.tenant();
    const name = random();
    await client.user(name);
    expectError(await client.post('/Users', postUser(name)), 409, 'uniqueness');
  });

  test('U3 the filter for an existing user answers a list of one with its required fields', async () => {
    const client = await suite.tenant();
    const name = random();
    const { id } = await client.user(name, { displayName: 'Lin' });
    await client.user(random());
    const [user] = expectList(await client.filter('/Users', `userName eq "${name}"`), 1);
    expect(user).toMatchObject({ schemas: [URN.user], id, userName: name, active: true, displayName: 'Lin' });
    expect(user.meta).toMatchObject({ resourceType: 'User', location: expect.stringContaining(`/Users/${id}`) });
  });

  test('U4 the filter for a user that does not exist answers 200 and an empty list', async () => {
    const client = await suite.tenant();
    await client.user(random());
    const response = await client.filter('/Users', `userName eq "${random()}"`);
    expect(expectList(response, 0)).toEqual([]);
    expect(response.body).toMatchObject({ startIndex: 1, itemsPerPage: 0, Resources: [] });
  });

  test('U5 the filter finds a user by its name in another case', async () => {
    const client = await suite.tenant();
    const name = random();
    const { id } = await client.user(name);
    expect(await joined(client, name.toUpperCase())).toMatchObject({ id, userName: name });
  });

  test('U6 36 replaces, one for each attribute, are all there afterwards', async () => {
    const client = await suite.tenant();
    const name = random();
    const before = { ...postUser(name), roles: [{ primary: 'True', value: 'old', display: 'Old', type: 'old' }] };
    const { body } = await client.post('/Users', before).expect(201);
    const wanted = { ...mappedUser(random()), externalId: random() };
    const operations = Object.entries(wanted).map(([path, value]) => ({ op: 'replace', path, value }));
    expect(operations.length).toBeGreaterThanOrEqual(36);
    const response = await client.patch(`/Users/${body.id}`, operations);
    expect(response.status, response.text).toBe(200);
    const user = await client.read(`/Users/${body.id}`);
    for (const [path, value] of Object.entries(wanted)) {
      expect(valueAt(response.body, path), `${path} in the answer`).toBe(value);
      expect(valueAt(user, path), path).toBe(value);
    }
    expect(user.roles).toHaveLength(1);
    expect(user.emails).toHaveLength(3);
  });

  test.each([
    ['a path', (userName: string) => ({ op: 'replace', path: 'userName', value: userName })],
    ['a value without path', (userName: string) => ({ op: 'replace', value: { userName } })],
  ])('U7 userName is replaced by %s', async (_, operation) => {
    const client = await suite.tenant();
    const [old, now] = [random(), random()];
    const { id } = await client.user(old);
    expect((await client.patch(`/Users/${id}`, operation(now))).status).toBe(200);
    expect(await joined(client, now)).toMatchObject({ id });
    expectList(await client.filter('/Users', `userName eq "${old}"`), 0);
  });

  test.each([
    [{ op: 'replace', path: 'active', value: false }],
    [{ op: 'replace', path: 'active', value: 'False' }],
    [{ op: 'replace', value: { active: false } }],
  ])('U8 a user disabled by %j is still found, by id and by filter', async (operation) => {
    const client = await suite.tenant();
    const name = random();
    const { id } = await client.user(name);
    expect((await client.patch(`/Users/${id}`, operation)).status).toBe(200);
    expect((await client.read(`/Users/${id}`)).active).toBe(false);
    expect(await joined(client, name)).toMatchObject({ id, active: false });
  });

  test('U9 36 adds to a user with nothing but the joining property create every element', async () => {
    const client = await suite.tenant();
    const { id } = await client.user(random());
    const wanted = { ...mappedUser(random()), externalId: random() };
    // The validator writes primary before the value.
    const paths = Object.keys(wanted).sort((a, b) => Number(b.endsWith('.primary')) - Number(a.endsWith('.primary')));
    const operations = paths.map((path) => ({ op: 'add', path, value: wanted[path as keyof typeof wanted] }));
    const response = await client.patch(`/Users/${id}`, operations);
    expect(response.status, response.text).toBe(200);
    const user = await client.read(`/Users/${id}`);
    for (const [path, value] of Object.entries(wanted)) expect(valueAt(user, path), path).toBe(value);
    expect([user.emails, user.phoneNumbers, user.addresses, user.roles].map(({ length }) => length)).toEqual([
      3, 3, 1, 1,
    ]);
    expect(user.schemas).toEqual([URN.user, URN.enterprise]);
  });

  test.each([
    ['a string', (id: string) => id],
    ['an object', (value: string) => ({ value })],
  ])('U10, U11 the manager is added and replaced as %s', async (_, form) => {
    const client = await suite.tenant();
    const { id } = await client.user(random());
    for (const op of ['add', 'replace']) {
      const manager = await client.user(random());
      expect((await client.patch(`/Users/${id}`, { op, path: MANAGER, value: form(manager.id) })).status).toBe(200);
      expect(valueAt(await client.read(`/Users/${id}`), `${MANAGER}.value`)).toBe(manager.id);
    }
  });

  test.each([
    [{ op: 'replace', path: MANAGER, value: { value: '' } }],
    [{ op: 'replace', path: MANAGER, value: '' }],
    [{ op: 'remove', path: MANAGER }],
  ])('U12 the manager is removed by %j', async (operation) => {
    const client = await suite.tenant();
    const manager = await client.user(random());
    const { id } = await client.user(random(), { enterprise: { department: 'Ops', manager: { value: manager.id } } });
    expect((await client.patch(`/Users/${id}`, operation)).status).toBe(200);
    const user = await client.read(`/Users/${id}`);
    expect(user[URN.enterprise]).toEqual({ department: 'Ops' });
  });

  test('U13, P3, P4 a deleted user is gone, and so is one that never was (204, then 404)', async () => {
    const client = await suite.tenant();
    const name = random();
    const { id } = await client.user(name);
    const response = await client.delete(`/Users/${id}`);
    expect([response.status, response.text]).toEqual([204, '']);
    expectError(await client.get(`/Users/${id}`), 404);
    expectList(await client.filter('/Users', `userName eq "${name}"`), 0);
    expectError(await client.delete(`/Users/${id}`), 404);
    expectError(await client.delete(`/Users/${random()}`), 404);
    expect((await client.user(name)).id).not.toBe(id);
  });

  test('P1 add, replace and remove of different attributes in one request are all applied', async () => {
    const client = await suite.tenant();
    const { id } = await client.user(random(), { displayName: 'Lin', nickName: 'Bo' });
    const response = await client.patch(`/Users/${id}`, [
      { op: 'add', path: 'emails[type eq "work"].value', value: 'lin@example.com' },
      { op: 'replace', path: 'displayName', value: 'Lin Ng' },
      { op: 'remove', path: 'nickName' },
    ]);
    expect(response.status).toBe(200);
    const user = await client.read(`/Users/${id}`);
    expect(user).toMatchObject({ displayName: 'Lin Ng', emails: [{ type: 'work', value: 'lin@example.com' }] });
    expect(user).not.toHaveProperty('nickName');
  });

  test('P2 of several operations on one attribute the last one wins', async () => {
    const client = await suite.tenant();
    const { id } = await client.user(random(), { displayName: 'First' });
    const path = 'displayName';
    const operations = [
      { op: 'remove', path },
      { op: 'add', path, value: 'Second' },
      { op: 'replace', path, value: 'Third' },
    ];
    expect((await client.patch(`/Users/${id}`, operations)).status).toBe(200);
    expect((await client.read(`/Users/${id}`)).displayName).toBe('Third');
  });
});

onEachStore('validator, groups', (suite) => {
  test('G1, G2 a group is created once; its name in any case is then taken (201, 409)', async () => {
    const client = await suite.tenant();
    const name = random();
    const body = { schemas: [URN.group], displayName: name, externalId: random(), meta: { resourceType: 'Group' } };
    const response = await client.post('/Groups', body);
    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({ id: expect.any(String), displayName: name, externalId: body.externalId });
    expectError(await client.post('/Groups', body), 409, 'uniqueness');
    expectError(await client.post('/Groups', { ...body, displayName: name.toUpperCase() }), 409, 'uniqueness');
  });

  test('G3, G4, G5 members are left out where they are excluded, and shown where they are not', async () => {
    const client = await suite.tenant();
    const user = await client.user(random());
    const [name, externalId] = [random(), random()];
    const { id } = await client.group(name, [user.id], { externalId });
    const excluded = await client.get(`/Groups/${id}`, { excludedAttributes: 'members' });
    expect(excluded.status).toBe(200);
    expect(excluded.body).toMatchObject({ id, displayName: name });
    expect(excluded.body).not.toHaveProperty('members');
    for (const filter of [`displayName eq "${name}"`, `externalId eq "${externalId}"`]) {
      const [bare] = expectList(await client.filter('/Groups', filter, { excludedAttributes: 'members' }), 1);
      expect(bare).toMatchObject({ id });
      expect(bare).not.toHaveProperty('members');
      const [whole] = expectList(await client.filter('/Groups', filter), 1);
      expect(idsOf(whole.members)).toEqual([user.id]);
    }
  });

  test('G6, G7 the filter finds no group that is not there, and one by its name in another case', async () => {
    const client = await suite.tenant();
    const name = random();
    const { id } = await client.group(name);
    expectList(await client.filter('/Groups', `displayName eq "${random()}"`), 0);
    const [group] = expectList(await client.filter('/Groups', `displayName eq "${name.toUpperCase()}"`), 1);
    expect(group).toMatchObject({ id, displayName: name });
  });

  test.each([
    ['G8', 'displayName', 'without a path', (value: string) => ({ op: 'replace', value: { displayName: value } })],
    ['G9', 'displayName', 'by its path', (value: string) => ({ op: 'replace', path: 'displayName', value })],
    ['G9', 'externalId', 'by its path', (value: string) => ({ op: 'replace', path: 'externalId', value })],
    ['G9', 'externalId', 'without a path', (value: string) => ({ op: 'replace', value: { externalId: value } })],
  ])('%s replacing %s %s changes it and keeps the members', async (_row, attribute, _form, operation) => {
    const client = await suite.tenant();
    const user = await client.user(random());
    const { id } = await client.group(random(), [user.id], { externalId: random() });
    const value = random();
    expect([200, 204]).toContain((await client.patch(`/Groups/${id}`, operation(value))).status);
    const [group] = expectList(await client.filter('/Groups', `${attribute} eq "${value}"`), 1);
    expect(group).toMatchObject({ id, [attribute]: value });
    expect(idsOf(group.members)).toEqual([user.id]);
  });

  test.each([
    ['a filter', (id: string) => ({ op: 'remove', path: `members[value eq "${id}"]` })],
    ['a value array', (value: string) => ({ op: 'remove', path: 'members', value: [{ value }] })],
  ])('G10, G11 a member is added, and removed by %s without the others', async (_, removal) => {
    const client = await suite.tenant();
    const [first, second] = [await client.user(random()), await client.user(random())];
    const { id } = await client.group(random(), [first.id]);
    const added = await client.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: second.id }] });
    expect([200, 204]).toContain(added.status);
    expect(await client.members(id)).toEqual([first.id, second.id].sort());
    expect([200, 204]).toContain((await client.patch(`/Groups/${id}`, removal(second.id))).status);
    expect(await client.members(id)).toEqual([first.id]);
  });

  test('G12, P6, P7 a deleted group is gone, and so is one that never was (204, then 404)', async () => {
    const client = await suite.tenant();
    const { id } = await client.group(random());
    expect((await client.delete(`/Groups/${id}`)).status).toBe(204);
    expectError(await client.get(`/Groups/${id}`), 404);
    expectError(await client.delete(`/Groups/${id}`), 404);
    expectError(await client.delete(`/Groups/${random()}`), 404);
  });

  test('P5 members added and removed in one request leave the net effect', async () => {
    const client = await suite.tenant();
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push((await client.user(random())).id);
    const [a, b, c, d] = ids as [string, string, string, string];
    const { id } = await client.group(random(), [a, b]);
    const response = await client.patch(`/Groups/${id}`, [
      { op: 'add', path: 'members', value: [{ value: c }, { value: d }] },
      { op: 'remove', path: `members[value eq "${a}"]` },
      { op: 'remove', path: 'members', value: [{ value: d }] },
    ]);
    expect([200, 204]).toContain(response.status);
    expect(await client.members(id)).toEqual([b, c].sort());
  });
});
