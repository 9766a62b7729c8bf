/** Every rule of the profiles: a request that needs it and no other, the log line that says so, and the strict answer. */
import type { Response } from 'supertest';
import { describe, expect, test } from 'vitest';
import type { ScimType } from '../../src/scim/errors.js';
import { PROFILES, RULES, type RuleName } from '../../src/scim/profiles.js';
import { type Client, expectError, expectList, type PatchOperation, URN } from '../support/client.js';
import { valueAt } from '../support/paths.js';
import { onEachStore } from '../support/target.js';

interface Case {
  /** Sent by a client of a tenant that has the user and the group below. */
  request: (client: Client, world: World) => Promise<Response>;
  /** What holds where the rule is in force. */
  bent: (response: Response, client: Client, world: World) => void | Promise<void>;
  /** The scimType of the strict refusal, or what holds of the strict answer. */
  strict: ScimType | ((response: Response, client: Client, world: World) => void | Promise<void>);
  /** Rules that no request can do without when it needs this one. */
  also?: RuleName[];
}

interface World {
  user: string;
  group: string;
}

const MANAGER = `${URN.enterprise}:manager`;
const NAMES = Object.keys(RULES) as RuleName[];

async function world(client: Client): Promise<World> {
  const emails = [{ type: 'home', value: 'lin@home.example' }];
  const user = await client.user('lin@example.com', { nickName: 'Bo', emails });
  return { user: user.id, group: (await client.group('Sales', [user.id])).id };
}

/** A case of one PATCH operation on the user; `shows` are values of the user afterwards, by path. */
function onUser(operation: PatchOperation, shows: Record<string, unknown>, strict: Case['strict']): Case {
  return {
    request: async (client, { user }) => client.patch(`/Users/${user}`, operation),
    bent: (response) => expectValues(response, shows),
    strict,
  };
}

function expectValues(response: Response, shows: Record<string, unknown>): void {
  expect(response.status, response.text).toBe(200);
  for (const [path, value] of Object.entries(shows)) expect(valueAt(response.body, path) ?? null, path).toEqual(value);
}

/** A case of one POST of a user. */
function onPost(attributes: object, shows: Record<string, unknown>, strict: Case['strict']): Case {
  return {
    request: async (client) => client.post('/Users', { schemas: [URN.user], userName: 'new', ...attributes }),
    bent: (response) => {
      expect(response.status, response.text).toBe(201);
      for (const [path, value] of Object.entries(shows))
        expect(valueAt(response.body, path) ?? null, path).toEqual(value);
    },
    strict,
  };
}

function onFilter(filter: string, strict: Case['strict']): Case {
  return {
    request: async (client) => client.filter('/Users', filter),
    bent: (response) => void expectList(response, 1),
    strict,
  };
}

const CASES: Record<RuleName, Case> = {
  'any-case-op': onUser({ op: 'Replace', path: 'active', value: false }, { active: false }, 'invalidSyntax'),
  'string-boolean': onUser({ op: 'replace', path: 'active', value: 'False' }, { active: false }, 'invalidValue'),
  'number-as-string': onPost({ title: 4711 }, { title: '4711' }, 'invalidValue'),
  'patch-without-schemas': {
    request: async (client, { user }) =>
      client.send('patch', `/Users/${user}`, { Operations: [{ op: 'replace', path: 'nickName', value: 'Al' }] }),
    bent: (response) => expectValues(response, { nickName: 'Al' }),
    strict: 'invalidSyntax',
  },
  'create-from-filter': onUser(
    { op: 'replace', path: 'emails[type eq "work"].value', value: 'lin@example.com' },
    { 'emails[type eq "work"]': { type: 'work', value: 'lin@example.com' } },
    'noTarget',
  ),
  'path-as-key': onUser(
    { op: 'replace', value: { 'name.givenName': 'Lin', [`${URN.enterprise}:department`]: 'Ops' } },
    { 'name.givenName': 'Lin', [`${URN.enterprise}:department`]: 'Ops' },
    'invalidSyntax',
  ),
  'extension-without-urn': onUser(
    { op: 'add', path: 'department', value: 'Ops' },
    { [`${URN.enterprise}:department`]: 'Ops' },
    'invalidPath',
  ),
  'urn-dot': onUser(
    { op: 'add', path: `${URN.enterprise}.department`, value: 'Ops' },
    { [`${URN.enterprise}:department`]: 'Ops' },
    'invalidPath',
  ),
  'remove-listed-values': {
    request: async (client, { group }) =>
      client.patch(`/Groups/${group}?attributes=members`, {
        op: 'remove',
        path: 'members',
        value: [{ value: 'unknown' }],
      }),
    bent: async (_, client, { user, group }) => expect(await client.members(group)).toEqual([user]),
    strict: async (response, client, { group }) => {
      expect(response.status).toBe(200);
      expect(await client.members(group)).toEqual([]);
    },
  },
  'bare-value': onUser({ op: 'add', path: MANAGER, value: '42' }, { [`${MANAGER}.value`]: '42' }, 'invalidValue'),
  'array-for-single': onUser(
    { op: 'add', path: MANAGER, value: [{ value: '42' }] },
    { [`${MANAGER}.value`]: '42' },
    'invalidValue',
  ),
  'single-for-array': onUser(
    { op: 'add', path: 'emails', value: { value: 'lin@example.com', type: 'work' } },
    { 'emails[type eq "work"].value': 'lin@example.com', 'emails[type eq "home"].value': 'lin@home.example' },
    'invalidValue',
  ),
  'empty-clears': onUser({ op: 'replace', path: 'nickName', value: '' }, { nickName: null }, (response) =>
    expectValues(response, { nickName: '' }),
  ),
  'unknown-attribute': onPost({ favouriteColour: 'red' }, { favouriteColour: null }, 'invalidSyntax'),
  'unknown-schema': onPost(
    { schemas: [URN.user, 'urn:scim:schemas:core:1.0'] },
    { schemas: [URN.user] },
    'invalidValue',
  ),
  'unlisted-schema': onPost(
    { [URN.enterprise]: { department: 'Ops' } },
    { schemas: [URN.user, URN.enterprise], [`${URN.enterprise}:department`]: 'Ops' },
    'invalidValue',
  ),
  'read-only-ignored': onUser(
    { op: 'replace', value: { id: '9067', nickName: 'Al' } },
    { nickName: 'Al' },
    'mutability',
  ),
  'unquoted-literal': onFilter('userName sw lin', 'invalidFilter'),
  'value-path-in-attributes': {
    request: async (client, { user }) => client.get(`/Users/${user}`, { attributes: 'emails[type eq "home"]' }),
    bent: (response) => expectValues(response, { 'emails[type eq "home"].value': 'lin@home.example', userName: null }),
    strict: (response, _, { user }) => expect(response.body).toEqual({ schemas: [URN.user], id: user }),
  },
  'members-kept-by-put': {
    request: async (client, { group }) =>
      client.put(`/Groups/${group}`, { schemas: [URN.group], displayName: 'Sales EMEA' }),
    bent: async (response, client, { user, group }) => {
      expect(response.body.displayName).toBe('Sales EMEA');
      expect(await client.members(group)).toEqual([user]);
    },
    strict: async (response, client, { group }) => {
      expect(response.body.displayName).toBe('Sales EMEA');
      expect(await client.members(group)).toEqual([]);
    },
  },
  'unique-group-name': {
    request: async (client) => client.post('/Groups', { schemas: [URN.group], displayName: 'SALES' }),
    bent: (response) => expectError(response, 409, 'uniqueness'),
    strict: (response) => expect(response.status).toBe(201),
  },
  'no-body-after-group-patch': {
    request: async (client, { group }) =>
      client.patch(`/Groups/${group}`, { op: 'replace', path: 'displayName', value: 'B' }),
    bent: (response) => expect([response.status, response.text]).toEqual([204, '']),
    strict: (response, _, { group }) => {
      expect(response.status).toBe(200);
      expect(response.body).toMatchObject({ id: group, displayName: 'B' });
    },
  },
  'hide-unreadable': {
    request: async (client) => client.get(`/Schemas/${URN.user}`),
    bent: (response) => expect(attributeNames(response)).not.toContain('password'),
    strict: (response) => expect(attributeNames(response)).toContain('password'),
    also: ['list-external-id'],
  },
  'list-external-id': {
    request: async (client) => client.get(`/Schemas/${URN.group}`),
    bent: (response) => expect(attributeNames(response)).toContain('externalId'),
    strict: (response) => expect(attributeNames(response)).not.toContain('externalId'),
  },
};

function attributeNames(response: Response): string[] {
  expect(response.status).toBe(200);
  return (response.body.attributes as { name: string }[]).map(({ name }) => name);
}

onEachStore('rules of the profiles', (suite) => {
  test('no rule is left out, and each says whose it is, what is seen, and which clause it bends', () => {
    expect(Object.keys(CASES).sort()).toEqual([...NAMES].sort());
    for (const name of NAMES) {
      for (const text of Object.values(RULES[name])) expect(text, name).toMatch(/\S/);
      expect(RULES[name].bends, name).toMatch(/RFC 764[34] §\d/);
    }
  });

  describe.each(NAMES)('%s', (name) => {
    const { request, bent, strict, also = [] } = CASES[name];

    test('an entra tenant bends, and the log line of the request names this rule and no other', async () => {
      const client = await suite.tenant('entra');
      const made = await world(client);
      const response = await request(client, made);
      await bent(response, client, made);
      expect((await suite.rulesOf(response)).sort()).toEqual([name, ...also].sort());
    });

    test('an okta tenant does as its profile says', async () => {
      const client = await suite.tenant('okta');
      const made = await world(client);
      const response = await request(client, made);
      if (PROFILES.okta.has(name)) await bent(response, client, made);
      else if (typeof strict === 'function') await strict(response, client, made);
      else expectError(response, 400, strict);
    });

    test('a strict tenant reads it as the RFC says, and needs no rule', async () => {
      const client = await suite.tenant('strict');
      const made = await world(client);
      const response = await request(client, made);
      if (typeof strict === 'function') await strict(response, client, made);
      else expectError(response, 400, strict);
      expect(await suite.rulesOf(response)).toEqual([]);
    });
  });

  test('a request that is plain SCIM needs no rule: its log line names none', async () => {
    const client = await suite.tenant('entra');
    const { user } = await world(client);
    const responses = [
      await client.get(`/Users/${user}`),
      await client.filter('/Users', 'userName eq "lin@example.com"'),
      await client.patch(`/Users/${user}`, { op: 'replace', path: 'nickName', value: 'Al' }),
      await client.put(`/Users/${user}`, { schemas: [URN.user], userName: 'lin@example.com' }),
    ];
    for (const response of responses) {
      expect(response.status).toBe(200);
      expect(await suite.lineOf(response)).not.toHaveProperty('rules');
    }
  });

  test('several rules that one request needed are all named', async () => {
    const client = await suite.tenant('entra');
    const { user } = await world(client);
    const response = await client.patch(`/Users/${user}`, { op: 'Add', path: 'manager', value: [{ value: '42' }] });
    expect(response.status).toBe(200);
    expect(await suite.rulesOf(response)).toEqual(['any-case-op', 'extension-without-urn', 'array-for-single']);
  });
});
