/**
 * Microsoft's SCIM validation Logic App: the tests that call the endpoint directly
 * (rows 15 to 20 and 23 to 25; 21 and 22 need a token endpoint).
 */
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/scim/json.js';
import type { AttributeDocument, SchemaDocument } from '../../src/scim/schema/characteristics.js';
import { type Client, expectList, URN } from '../support/client.js';
import { putAt, valueAt } from '../support/paths.js';
import { onEachStore } from '../support/target.js';

/** Target attributes of a non-gallery app's default mapping. */
const USER_MAPPING = [
  ...['userName', 'active', 'displayName', 'title', 'preferredLanguage', 'externalId'],
  ...['name.givenName', 'name.familyName', 'name.formatted', 'emails[type eq "work"].value'],
  ...['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'].map(
    (name) => `addresses[type eq "work"].${name}`,
  ),
  ...['work', 'mobile', 'fax'].map((type) => `phoneNumbers[type eq "${type}"].value`),
  ...['employeeNumber', 'department', 'manager'].map((name) => `${URN.enterprise}:${name}`),
];
const GROUP_MAPPING = ['displayName', 'externalId', 'members'];

/** What the Logic App neither clears nor updates. */
const EXCLUDED = /^(?:userName|active|externalId|password|groups\b.*|roles\b.*|members|(?:urn:.*:)?manager)$/;

const random = (): string => Math.random().toString(36).slice(2, 10).padEnd(8, '0');

async function schemasOf(client: Client): Promise<SchemaDocument[]> {
  return (await client.get('/Schemas').expect(200)).body.Resources as SchemaDocument[];
}

/** The Logic App's reading of /Schemas (row 15). */
function flatten({ id, attributes }: SchemaDocument): string[] {
  const isCore = id === URN.user || id === URN.group;
  return isCore ? attributes.flatMap(flattenAttribute) : attributes.map(({ name }) => `${id}:${name}`);
}

function flattenAttribute({ name, type, multiValued, subAttributes = [] }: AttributeDocument): string[] {
  if (name === 'manager' || name === 'members') return [name];
  if (type !== 'complex') return type === 'reference' ? [] : [name];
  if (!multiValued) {
    const simple = subAttributes.filter((sub) => sub.type !== 'complex' && sub.type !== 'reference');
    return simple.map((sub) => `${name}.${sub.name}`);
  }
  const kinds = subAttributes.find((sub) => sub.name === 'type')?.canonicalValues ?? [];
  const selectors = kinds.length > 0 ? kinds.map((kind) => `type eq "${kind}"`) : ['primary eq "True"'];
  const shown = subAttributes.filter((sub) => sub.name !== 'primary' && (sub.name !== 'type' || kinds.length === 0));
  return selectors.flatMap((selector) => shown.map((sub) => `${name}[${selector}].${sub.name}`));
}

/** Every path of a user that can be cleared and updated, by /Schemas and by the mapping. */
async function optionalPaths(client: Client): Promise<string[]> {
  const schemas = (await schemasOf(client)).filter(({ id }) => id !== URN.group);
  const paths = [...new Set([...schemas.flatMap(flatten), ...USER_MAPPING])];
  return paths.filter((path) => !EXCLUDED.test(path));
}

/** A POST body with a value at each of these paths: arrays out of filtered names, extensions by URN (row 17). */
function bodyOf(paths: readonly string[], value: (path: string) => Json): JsonObject {
  const body: JsonObject = {
    schemas: [URN.user, URN.enterprise],
    userName: `la-${random()}@example.com`,
    active: true,
  };
  for (const path of paths) putAt(body, path, value(path));
  return body;
}

async function createWith(client: Client, paths: readonly string[]): Promise<JsonObject> {
  const response = await client.post(
    '/Users',
    bodyOf(paths, () => `Test${random()}`),
  );
  expect(response.status, response.text).toBe(201);
  return response.body as JsonObject;
}

onEachStore('Logic App, users', (suite) => {
  test('15 Schema_Discoverability: every attribute of the default mapping is found in /Schemas', async () => {
    const client = await suite.tenant();
    const schemas = await schemasOf(client);
    expect(JSON.stringify(schemas)).not.toContain('null');
    const groups = schemas.filter(({ id }) => id === URN.group).flatMap(flatten);
    const users = schemas.filter(({ id }) => id !== URN.group).flatMap(flatten);
    const missing = (mapping: string[], found: string[]): string[] => {
      const known = new Set(found.map((path) => path.toLowerCase()));
      return mapping.filter((path) => !known.has(path.toLowerCase()));
    };
    expect({ users: missing(USER_MAPPING, users), groups: missing(GROUP_MAPPING, groups) }).toEqual({
      users: [],
      groups: [],
    });
  });

  test.each([
    ['the empty string, then null', ['', null]],
    ['null, then the empty string', [null, '']],
  ])('16 SCIM_Null_Update: every optional path is cleared by %s', async (_, values) => {
    const client = await suite.tenant();
    const paths = await optionalPaths(client);
    expect(paths.length).toBeGreaterThan(50);
    const created = await createWith(client, paths);
    for (const path of paths) expect(valueAt(created, path), `${path} before`).toBeTruthy();
    for (const value of values) {
      const operations = paths.map((path) => ({ op: 'replace', path, value }));
      const response = await client.patch(`/Users/${created.id}`, operations);
      expect([200, 204], response.text).toContain(response.status);
      const user = await client.read(`/Users/${created.id}`);
      for (const path of paths)
        expect(valueAt(user, path) || null, `${path} after ${JSON.stringify(value)}`).toBeNull();
      expect(user).toMatchObject({ userName: created.userName, active: true });
    }
    expect((await client.delete(`/Users/${created.id}`)).status).toBe(204);
  });

  test('16 SCIM_Null_Update: each optional path is cleared by a request of its own', async () => {
    const client = await suite.tenant();
    const created = await createWith(
      client,
      USER_MAPPING.filter((path) => !EXCLUDED.test(path)),
    );
    for (const path of USER_MAPPING.filter((one) => !EXCLUDED.test(one))) {
      const response = await client.patch(`/Users/${created.id}`, { op: 'replace', path, value: '' });
      expect([200, 204], `${path}: ${response.text}`).toContain(response.status);
      expect(valueAt(await client.read(`/Users/${created.id}`), path) || null, path).toBeNull();
    }
  });

  test('17 SCIM_User_Create: a POST of all target attributes answers 201 with id, userName and every value', async () => {
    const client = await suite.tenant();
    const paths = await optionalPaths(client);
    const body = bodyOf(paths, () => `Test${random()}`);
    const response = await client.post('/Users', body);
    expect(response.status, response.text).toBe(201);
    expect(response.body).toMatchObject({ id: expect.stringMatching(/./), userName: body.userName });
    const user = await client.read(`/Users/${response.body.id}`);
    for (const path of paths) expect(valueAt(user, path), path).toEqual(valueAt(body, path));
  });

  test('18 SCIM_User_Update: upd-xxxxxxxx in any string attribute is kept, whatever the attribute means', async () => {
    const client = await suite.tenant();
    const paths = [...(await optionalPaths(client)), 'userName', 'externalId'];
    const created = await createWith(
      client,
      paths.filter((path) => !EXCLUDED.test(path)),
    );
    const values = new Map<string, Json>(paths.map((path) => [path, `upd-${random()}`]));
    values.set('active', false);
    const operations = [...values].map(([path, value]) => ({ op: 'Replace', path, value }));
    const response = await client.patch(`/Users/${created.id}`, operations);
    expect([200, 204], response.text).toContain(response.status);
    const user = await client.read(`/Users/${created.id}`);
    for (const [path, value] of values) expect(valueAt(user, path), path).toBe(value);
  });

  test('23 SCIM_User_Pagination: pages of 5 echo startIndex and show every user once', async () => {
    const client = await suite.tenant();
    const made: string[] = [];
    for (let i = 0; i < 12; i++) made.push((await client.user(`page-${i}-${random()}`)).id);
    expect(await readPages(client, '/Users')).toEqual(made.sort());
    for (const id of made) expect((await client.delete(`/Users/${id}`)).status).toBe(204);
    expectList(await client.get('/Users'), 0);
  });

  test.each([
    ['a string', (id: string) => id, ''],
    ['an object', (value: string) => ({ value }), { value: '' }],
    ['an array', (value: string) => [{ value }], ''],
  ])('25 SCIM_Update_Manager: Add, Replace and Replace with empty as %s', async (_, form, empty) => {
    const client = await suite.tenant();
    const path = `${URN.enterprise}:manager`;
    const { id } = await client.user(random());
    for (const op of ['Add', 'Replace']) {
      const manager = await client.user(random());
      const response = await client.patch(`/Users/${id}`, { op, path, value: form(manager.id) });
      expect([200, 204], response.text).toContain(response.status);
      expect(valueAt(await client.read(`/Users/${id}`), `${path}.value`)).toBe(manager.id);
    }
    const response = await client.patch(`/Users/${id}`, { op: 'Replace', path, value: empty });
    expect([200, 204], response.text).toContain(response.status);
    expect(JSON.stringify(await client.read(`/Users/${id}`))).not.toContain('manager');
  });
});

/** Follows startIndex + length until the total is reached, at most ten pages; the ids that were shown, in order. */
async function readPages(client: Client, address: string): Promise<string[]> {
  const seen: string[] = [];
  let pages = 0;
  for (let startIndex = 1, total = 1; startIndex <= total && pages < 10; pages++) {
    const response = await client.get(address, { startIndex, count: 5 });
    expect(response.status).toBe(200);
    expect(response.body.startIndex).toBe(startIndex);
    total = response.body.totalResults as number;
    const page = response.body.Resources as { id: string }[];
    expect(page.length).toBeGreaterThan(0);
    seen.push(...page.map(({ id }) => id));
    startIndex += page.length;
  }
  expect(pages).toBeGreaterThanOrEqual(2);
  return seen.sort();
}

onEachStore('Logic App, groups', (suite) => {
  test('19 SCIM_Group_Create: a group is created with the name that was sent, brackets and all', async () => {
    const client = await suite.tenant();
    const displayName = `LACreateGroup-(${random()})`;
    const response = await client.post('/Groups', { schemas: [URN.group], displayName, externalId: random() });
    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({ id: expect.stringMatching(/./), displayName });
    const [found] = expectList(await client.filter('/Groups', `displayName eq "${displayName}"`), 1);
    expect(found.id).toBe(response.body.id);
  });

  test('20 SCIM_Group_Update: displayName and externalId are replaced', async () => {
    const client = await suite.tenant();
    const { id } = await client.group(`LAGroup-(${random()})`, [], { externalId: random() });
    const [displayName, externalId] = [`upd-${random()}`, `upd-${random()}`];
    const response = await client.patch(`/Groups/${id}`, [
      { op: 'Replace', path: 'displayName', value: displayName },
      { op: 'Replace', path: 'externalId', value: externalId },
    ]);
    expect([200, 204]).toContain(response.status);
    expect(await client.read(`/Groups/${id}`)).toMatchObject({ displayName, externalId });
  });

  test('24 SCIM_Group_Pagination: pages of 5 echo startIndex and show every group once', async () => {
    const client = await suite.tenant();
    const made: string[] = [];
    for (let i = 0; i < 11; i++) made.push((await client.group(`page-${i}-${random()}`)).id);
    expect(await readPages(client, '/Groups')).toEqual(made.sort());
  });
});
