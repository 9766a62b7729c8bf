/** POST to /Bulk: RFC 7644 §3.7. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore, type RegistryDocuments } from '../../src/index.js';
import { bundledDocuments } from '../../src/schema-files.js';
import type { Json, JsonObject } from '../../src/scim/json.js';
import { type Store, StoreUnavailable, VersionConflict } from '../../src/store/store.js';
import { fixture } from '../scim/rfc/fixtures.js';
import { type Client, expectError, expectList, expectNoChange, type Resource, URN } from '../support/client.js';
import { onEachStore, Suite } from '../support/target.js';

type Operation = JsonObject;

const user = (bulkId: string, userName: string, rest: JsonObject = {}): Operation => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { schemas: [URN.user], userName, ...rest },
});
const group = (bulkId: string, displayName: string, ...members: string[]): Operation => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { schemas: [URN.group], displayName, members: members.map((value) => ({ value })) },
});
const patch = (path: string, operation: JsonObject, rest: JsonObject = {}): Operation => ({
  method: 'PATCH',
  path,
  data: { schemas: [URN.patch], Operations: [operation] },
  ...rest,
});
const addMember = (path: string, ...members: string[]): Operation =>
  patch(path, { op: 'add', path: 'members', value: members.map((value) => ({ value })) });
const setTitle = (path: string, value: string, rest: JsonObject = {}): Operation =>
  patch(path, { op: 'replace', path: 'title', value }, rest);
const remove = (path: string, rest: JsonObject = {}): Operation => ({ method: 'DELETE', path, ...rest });

function send(client: Client, operations: readonly Json[], rest: JsonObject = {}) {
  return client.post('/Bulk', { schemas: [URN.bulk], ...rest, Operations: operations });
}

/** The results of a request that is answered at all. */
async function results(client: Client, operations: readonly Json[], rest: JsonObject = {}): Promise<Resource[]> {
  const response = await send(client, operations, rest);
  expect(response.status, response.text).toBe(200);
  expect(response.headers['content-type']).toMatch(/^application\/scim\+json\b/);
  expect(response.body.schemas).toEqual([URN.bulkResponse]);
  for (const { status, response: error } of response.body.Operations) {
    expect(status).toMatch(/^\d{3}$/);
    if (Number(status) < 300) expect(error).toBeUndefined();
    else expect(error).toMatchObject({ schemas: [URN.error], status, detail: expect.any(String) });
  }
  return response.body.Operations;
}

const statuses = (all: readonly Resource[]): string[] => all.map(({ status }) => status);
const idOf = ({ location }: Resource): string => location.split('/').at(-1);
const list = async (client: Client, endpoint: string): Promise<Resource[]> =>
  (await client.get(endpoint, { count: 1000 })).body.Resources;

const GADGET = { id: 'urn:example:Gadget', name: 'Gadget', attributes: [{ name: 'label', type: 'string' }] };

function withGadgets(): RegistryDocuments {
  const bundled = bundledDocuments();
  const type = { name: 'Gadget', endpoint: '/Gadgets', schema: GADGET.id };
  return {
    ...bundled,
    schemas: [...bundled.schemas, GADGET],
    resourceTypes: [...bundled.resourceTypes, type],
  } as RegistryDocuments;
}

onEachStore(
  'bulk with a type of its own, and other limits',
  (suite) => {
    const gadget = (bulkId: string, label: string): Operation => ({
      method: 'POST',
      path: '/Gadgets',
      bulkId,
      data: { schemas: [GADGET.id], label },
    });

    test('operations may be about every resource type', async () => {
      const client = await suite.tenant();
      const answered = await results(client, [gadget('a', 'bulkId:u'), user('u', 'u')]);
      expect(statuses(answered)).toEqual(['201', '201']);
      expect((await client.read(`/Gadgets/${idOf(answered[0])}`)).label).toBe(idOf(answered[1]));
      const path = `/Gadgets/${idOf(answered[0])}`;
      const label = patch(path, { op: 'replace', path: 'label', value: 'x' });
      expect(statuses(await results(client, [label, remove(path)]))).toEqual(['200', '204']);
    });

    test('the limits are those that are announced', async () => {
      const client = await suite.tenant();
      const { bulk } = await client.read('/ServiceProviderConfig');
      expect(bulk).toEqual({ supported: true, maxOperations: 2, maxPayloadSize: 1024 });
      expectError(await send(client, [gadget('a', 'a'), gadget('b', 'b'), gadget('c', 'c')]), 413);
      const body = (length: number): string =>
        JSON.stringify({ schemas: [URN.bulk], Operations: [gadget('a', 'a')] }).padEnd(length);
      expectError(await client.post('/Bulk', body(1025)), 413);
      expect((await client.post('/Bulk', body(1024))).status).toBe(200);
      // Without a Content-Length the body is counted while it is read.
      const chunked = await fetch(`${suite.origin}/scim/v2/Bulk`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${client.token}`, 'Content-Type': 'application/scim+json' },
        body: new Blob([body(1025)]).stream(),
        duplex: 'half',
      } as RequestInit);
      expect(chunked.status).toBe(413);
      expect(((await chunked.json()) as Resource).detail).toContain('maxPayloadSize (1024');
    });
  },
  { schemas: withGadgets(), bulkMaxOperations: 2, bulkMaxPayload: 1024 },
);

onEachStore('bulk', (suite) => {
  describe('the examples of the RFC', () => {
    test('groups that refer to each other are made, each a member of the other (§3.7.1)', async () => {
      const client = await suite.tenant('strict');
      const request = fixture<JsonObject>('bulk-request', 'circular_conflict');
      const [a, b] = await results(client, request.Operations as Json[]);
      expect(statuses([a, b])).toEqual(['201', '201']);
      const wanted = fixture<{ Resources: Resource[] }>('bulk-result').Resources;
      for (const [one, other, { displayName }] of [
        [a, b, wanted[0]],
        [b, a, wanted[1]],
      ] as const) {
        const shown = await client.read(`/Groups/${idOf(one)}`);
        expect(shown).toMatchObject({ displayName, meta: { location: one.location } });
        expect(shown.members).toEqual([
          expect.objectContaining({ value: idOf(other), type: 'Group', $ref: other.location }),
        ]);
      }
    });

    test('a group gets the user that the same request creates (§3.7.2)', async () => {
      const client = await suite.tenant('strict');
      const request = fixture<JsonObject>('bulk-request', 'temporary_identifier');
      const answered = await results(client, request.Operations as Json[]);
      const shown = fixture<JsonObject>('bulk-response', 'temporary_identifier').Operations as Resource[];
      for (const [index, { method, bulkId, status }] of shown.entries()) {
        expect(answered[index]).toEqual({
          location: expect.stringMatching(new RegExp(`^${suite.origin}/scim/v2/(Users|Groups)/[\\w-]+$`)),
          method,
          bulkId,
          version: expect.stringMatching(/^W\/"1/),
          status,
        });
      }
      expect(await client.members(idOf(answered[1]))).toEqual([idOf(answered[0])]);
      for (const { location, version } of answered) {
        expect((await client.read(location.slice(`${suite.origin}/scim/v2`.length))).meta.version).toBe(version);
      }
    });

    test('a reference within an extension is resolved (§3.7.2)', async () => {
      const client = await suite.tenant('strict');
      const request = fixture<JsonObject>('bulk-request', 'enterprise_user');
      const [alice, bob] = await results(client, request.Operations as Json[]);
      const { manager } = (await client.read(`/Users/${idOf(bob)}`))[URN.enterprise];
      expect(manager).toMatchObject({ value: idOf(alice), $ref: alice.location });
    });

    /** Those of the RFC's ids and versions that are there, by the ids and versions of users of this test. */
    async function prepared(client: Client): Promise<{ operations: Operation[]; ids: string[] }> {
      const made = [
        await client.user('Robert'),
        await client.user('David', { nickName: 'Dave' }),
        await client.user('x'),
      ];
      const { Operations } = fixture<{ Operations: Operation[] }>('bulk-request', 'multiple_operations');
      const operations = Operations.map((operation, index): Operation => {
        const resource = made[index - 1];
        return resource ? { ...operation, path: `/Users/${resource.id}`, version: resource.meta.version } : operation;
      });
      return { operations, ids: made.map(({ id }) => id) };
    }

    test('POST, PUT, PATCH and DELETE in one request (§3.7.3)', async () => {
      const client = await suite.tenant('strict');
      const { operations, ids } = await prepared(client);
      const answered = await results(client, operations, { failOnErrors: 1 });
      const shown = fixture<JsonObject>('bulk-response', 'multiple_operations').Operations as Resource[];
      expect(answered.map(({ location, version, ...rest }) => rest)).toEqual(
        shown.map(({ location, version, ...rest }) => rest),
      );
      expect(answered.map(({ location }) => location.split('/').at(-1)).slice(1)).toEqual(ids);
      expect(answered.map(({ version }) => version)).toEqual(['W/"1"', 'W/"2"', 'W/"2"', undefined]);
      expect(expectList(await client.get('/Users'), 3).map(({ userName }) => userName)).toEqual([
        'Bob',
        'Dave',
        'Alice',
      ]);
    });

    test('each with its own error (§3.7.3)', async () => {
      const client = await suite.tenant('strict');
      const { operations, ids } = await prepared(client);
      await client.patch(`/Users/${ids[0]}`, { op: 'add', path: 'title', value: 'x' });
      await client.patch(`/Users/${ids[1]}`, { op: 'add', path: 'title', value: 'x' });
      await client.delete(`/Users/${ids[2]}`);
      const broken = operations.with(0, { ...operations[0], data: { schemas: 'x' } } as Operation);
      await expectNoChange(client, async () => {
        const answered = await results(client, broken);
        const shown = fixture<JsonObject>('bulk-response', 'multiple_errors').Operations as Resource[];
        const plain = ({ location, response, ...rest }: Resource): object => ({
          ...rest,
          hasLocation: location !== undefined,
          scimType: response.scimType,
        });
        expect(answered.map(plain)).toEqual(shown.map(plain));
      });
    });

    test('more bytes than maxPayloadSize are refused with its name (§3.7.4)', async () => {
      const client = await suite.tenant();
      await expectNoChange(client, async () => {
        const response = await send(client, [user('a', 'x'.repeat(1_048_576))]);
        expectError(response, 413, fixture<Resource>('error', 'payload_too_large').scimType);
        expect(response.body.detail).toContain('maxPayloadSize (1048576');
      });
    });
  });

  describe('references', () => {
    test('reach forward, backward, through several, into paths and into other types', async () => {
      const client = await suite.tenant();
      const old = await client.group('Old');
      const answered = await results(client, [
        setTitle('/Users/bulkId:lin', 'Boss'),
        addMember(`/Groups/${old.id}`, 'bulkId:all', 'bulkId:lin'),
        group('all', 'All', 'bulkId:some'),
        group('some', 'Some', 'bulkId:lin', 'bulkId:ada'),
        user('lin', 'lin'),
        user('ada', 'ada', {
          schemas: [URN.user, URN.enterprise],
          [URN.enterprise]: { manager: { value: 'bulkId:lin' } },
        }),
      ]);
      expect(statuses(answered)).toEqual(['200', '200', '201', '201', '201', '201']);
      const [all, some, lin, ada] = answered.slice(2).map(idOf) as [string, string, string, string];
      expect(await client.members(old.id)).toEqual([all, lin].sort());
      expect(await client.members(some)).toEqual([lin, ada].sort());
      expect((await client.read(`/Users/${lin}`)).title).toBe('Boss');
      expect((await client.read(`/Users/${ada}`))[URN.enterprise].manager.value).toBe(lin);
      expect(answered[0].location).toBe(answered[4].location);
    });

    test('see what operations before them in the unit did, members too', async () => {
      const client = await suite.tenant();
      const [ann, bob] = [await client.user('ann', { displayName: 'Ann' }), await client.user('bob')];
      const sales = await client.group('Sales', [bob.id]);
      const path = `/Groups/${sales.id}`;
      const answered = await results(client, [
        user('new', 'new', { displayName: 'New' }),
        addMember(path, ann.id, 'bulkId:new'),
        patch(path, { op: 'remove', path: 'members[display eq "ann" or display eq "new"]' }, { version: 'W/"2"' }),
        addMember(path, 'bulkId:new'),
        remove(`/Users/${bob.id}`),
        patch(path, { op: 'replace', path: 'displayName', value: 'Sold' }),
      ]);
      expect(statuses(answered)).toEqual(['201', '200', '200', '200', '204', '200']);
      expect(await client.members(sales.id)).toEqual([idOf(answered[0])]);
      // Bob leaves with a change of the group's own, and is in no group that refers to what this request creates.
      expect(answered[3].version).toBe('W/"4"');
      const changes = (await client.changes()).filter(({ key }) => key.id === sales.id);
      expect(changes.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
    });

    test('to what nothing creates are the failure of that operation alone', async () => {
      const client = await suite.tenant();
      const answered = await results(client, [group('g', 'G', 'bulkId:nobody'), user('a', 'a')]);
      expect(statuses(answered)).toEqual(['400', '201']);
      expect(answered[0].response).toMatchObject({
        scimType: 'invalidValue',
        detail: expect.stringContaining('"nobody"'),
      });
      expect(answered[0]).not.toHaveProperty('location');
    });

    test.each<[string, Operation, string, string | undefined]>([
      ['is no resource', { ...user('bad', 'x'), data: { schemas: [URN.user] } }, '400', 'invalidValue'],
      ['has a taken userName', user('bad', 'TAKEN'), '409', 'uniqueness'],
      ['has a userName of another of them', user('bad', 'lin'), '409', 'uniqueness'],
      ['has no endpoint', { ...user('bad', 'x'), path: '/Nothing' }, '404', undefined],
    ])('hold operations together: when one %s, none is done', async (_, bad, status, scimType) => {
      const client = await suite.tenant();
      await client.user('taken');
      const before = await client.everything();
      const answered = await results(client, [
        user('lin', 'lin'),
        bad,
        group('g', 'G', 'bulkId:lin', 'bulkId:bad'),
        user('free', 'free'),
      ]);
      expect(statuses(answered)).toEqual(['424', status, '424', '201']);
      expect(answered[1].response.scimType).toBe(scimType);
      for (const { response } of [answered[0], answered[2]]) {
        expect(response.scimType).toBeUndefined();
        expect(response.detail).toContain('Operations[1] (bulkId "bad")');
      }
      for (const failed of answered.slice(0, 3)) expect(failed).not.toHaveProperty('location');
      expect((await client.delete(`/Users/${idOf(answered[3])}`)).status).toBe(204);
      const { users, groups } = (await client.everything()) as Resource;
      expect({ users, groups }).toEqual({ users: (before as Resource).users, groups: (before as Resource).groups });
    });

    test('a member that is missing is the failure of the group that names it', async () => {
      const client = await suite.tenant();
      await expectNoChange(client, async () => {
        const answered = await results(client, [
          user('lin', 'lin'),
          group('good', 'Good', 'bulkId:lin'),
          group('bad', 'Bad', 'bulkId:lin', 'no-such-id'),
        ]);
        expect(statuses(answered)).toEqual(['424', '424', '400']);
        expect(answered[2].response).toMatchObject({
          scimType: 'invalidValue',
          detail: expect.stringContaining('no-such-id'),
        });
      });
    });

    test('what is created and deleted again leaves its history', async () => {
      const client = await suite.tenant();
      const answered = await results(client, [user('a', 'a'), remove('/Users/bulkId:a')]);
      expect(statuses(answered)).toEqual(['201', '204']);
      expectError(await client.get(`/Users/${idOf(answered[0])}`), 404);
      expect((await client.changes()).map(({ operation }) => operation)).toEqual(['create', 'delete']);
    });
  });

  describe('operations that do not refer to each other', () => {
    test('succeed and fail by themselves, in order', async () => {
      const client = await suite.tenant();
      const { id } = await client.user('lin');
      const answered = await results(client, [
        user('taken', 'LIN'),
        setTitle(`/Users/${id}`, 'one'),
        { method: 'GET', path: `/Users/${id}` },
        patch(`/Users/${id}`, { op: 'replace', path: 'userName', value: 'linda' }),
        user('free', 'lin'),
        { method: 'POST', path: '/Users', data: {} },
        { method: 'PUT', path: `/Users/${id}`, data: { schemas: [URN.user], userName: 'linda' } },
        { method: 'PATCH', path: '/Nothing/1', data: {} },
        remove(`/Users/${id}`),
        setTitle(`/Users/${id}`, 'two'),
        user('last', 'linda'),
        { ...user('odd', 'odd'), bulkId: 7 },
      ]);
      expect(statuses(answered)).toEqual([
        '409',
        '200',
        '405',
        '200',
        '201',
        '400',
        '200',
        '404',
        '204',
        '404',
        '201',
        '400',
      ]);
      expect(answered.map(({ method }) => method).slice(1, 4)).toEqual(['PATCH', 'GET', 'PATCH']);
      expect(answered.map(({ version }) => version).slice(1, 7)).toEqual([
        'W/"2"',
        undefined,
        'W/"3"',
        'W/"1"',
        undefined,
        'W/"4"',
      ]);
      expect(answered[9].location).toBe(`${suite.origin}/scim/v2/Users/${id}`);
      expect(expectList(await client.get('/Users'), 2).map(({ userName }) => userName)).toEqual(['lin', 'linda']);
    });

    test('a group grows by one member per operation', async () => {
      const client = await suite.tenant();
      const { id } = await client.group('Sales');
      const made = await results(
        client,
        Array.from({ length: 150 }, (_, i) => user(`u${i}`, `u${i}`)),
      );
      const added = await results(
        client,
        made.map((one) => addMember(`/Groups/${id}`, idOf(one))),
      );
      expect(new Set(statuses(added))).toEqual(new Set(['200']));
      expect(added.at(-1).version).toBe('W/"151"');
      expect(await client.members(id)).toEqual(made.map(idOf).sort());
    });

    test('one that changes nothing keeps the version', async () => {
      const client = await suite.tenant();
      const { id, meta } = await client.user('lin', { title: 'x' });
      await expectNoChange(client, async () => {
        const [result] = await results(client, [setTitle(`/Users/${id}`, 'x')]);
        expect(result).toMatchObject({ status: '200', version: meta.version });
      });
    });

    test('a random batch leaves the same as its operations one by one', async () => {
      const operation = fc.record({
        kind: fc.constantFrom('create', 'rename', 'title', 'replace', 'delete', 'join', 'leave', 'group'),
        on: fc.nat(3),
        name: fc.nat(4),
      });
      const run = async (drawn: { kind: string; on: number; name: number }[]): Promise<void> => {
        const outcomes: object[] = [];
        for (const isBulk of [true, false]) {
          const client = await suite.tenant();
          const ids: string[] = [];
          for (let i = 0; i < 4; i++) ids.push((await client.user(`n${i}`)).id);
          const staff = await client.group('staff', [ids[0] as string]);
          const operations = drawn.map(({ kind, on, name }, index): Operation => {
            const path = `/Users/${ids[on]}`;
            const members = `/Groups/${staff.id}`;
            switch (kind) {
              case 'create':
                return user(`b${index}`, `n${name}`);
              case 'rename':
                return patch(path, { op: 'replace', path: 'userName', value: `n${name}` });
              case 'title':
                return setTitle(path, `t${name}`);
              case 'replace':
                return { method: 'PUT', path, data: { schemas: [URN.user], userName: `n${name}` } };
              case 'delete':
                return remove(path);
              case 'join':
                return addMember(members, ids[on] as string);
              case 'leave':
                return patch(members, { op: 'remove', path: `members[value eq "${ids[on]}"]` });
              default:
                return group(`b${index}`, `g${name}`, ids[on] as string);
            }
          });
          const done = isBulk ? statuses(await results(client, operations)) : await oneByOne(client, operations);
          outcomes.push({ done, ...(await normalState(client)) });
        }
        expect(outcomes[0]).toEqual(outcomes[1]);
      };
      await fc.assert(fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 15 }), run), {
        numRuns: suite.engine === 'memory:' ? 60 : 15,
      });
    }, 120_000);
  });

  describe('failOnErrors', () => {
    const many = (count: number): Operation[] =>
      Array.from({ length: count }, (_, i) =>
        i % 2 === 0 ? remove(`/Users/${randomUUID()}`) : user(`u${i}`, `u${i}`),
      );

    test.each([1, 2, 5])('%i: the job ends there, and only what was tried is in the answer', async (failOnErrors) => {
      const client = await suite.tenant();
      const answered = await results(client, many(20), { failOnErrors });
      expect(answered.length).toBe(2 * failOnErrors - 1);
      expect(statuses(answered).filter((status) => status === '404').length).toBe(failOnErrors);
      expectList(await client.get('/Users'), failOnErrors - 1);
    });

    test('without it all operations are tried', async () => {
      expect((await results(await suite.tenant(), many(20))).length).toBe(20);
    });

    test('each operation of a unit that fails counts', async () => {
      const client = await suite.tenant();
      const unit = [user('a', 'a'), group('b', 'B', 'bulkId:a', 'nobody')];
      expect(statuses(await results(client, [...unit, user('c', 'c')], { failOnErrors: 3 }))).toEqual([
        '424',
        '400',
        '201',
      ]);
      expect(statuses(await results(client, [...unit, user('d', 'd')], { failOnErrors: 2 }))).toEqual(['424', '400']);
    });
  });

  describe('version', () => {
    test('is an If-Match of the operation (§3.7, §3.14)', async () => {
      const client = await suite.tenant();
      const { id, meta } = await client.user('lin');
      const path = `/Users/${id}`;
      const answered = await results(client, [
        setTitle(path, 'one', { version: 'W/"9"' }),
        setTitle(path, 'two', { version: meta.version }),
        setTitle(path, 'three', { version: meta.version }),
        remove(path, { version: meta.version }),
        setTitle(path, 'four', { version: '*' }),
        remove(path, { version: 'W/"3"' }),
      ]);
      expect(statuses(answered)).toEqual(['412', '200', '412', '412', '200', '204']);
    });
  });

  describe('the request', () => {
    test('more operations than maxOperations are refused with its name, and nothing is done', async () => {
      const client = await suite.tenant();
      await expectNoChange(client, async () => {
        const response = await send(
          client,
          Array.from({ length: 1001 }, (_, i) => user(`${i}`, `${i}`)),
        );
        expectError(response, 413);
        expect(response.body.detail).toContain('maxOperations (1000)');
      });
    });

    test('as many as maxOperations are done', async () => {
      const client = await suite.tenant();
      const answered = await results(
        client,
        Array.from({ length: 1000 }, (_, i) => user(`${i}`, `u${i}`)),
      );
      expect(new Set(statuses(answered))).toEqual(new Set(['201']));
      expect((await client.get('/Users', { count: 0 })).body.totalResults).toBe(1000);
    });

    test.each<[string, object | string, string]>([
      ['no JSON', '{', 'invalidSyntax'],
      ['no BulkRequest', { Operations: [remove('/Users/1')] }, 'invalidSyntax'],
      ['no Operations', { schemas: [URN.bulk] }, 'invalidSyntax'],
      ['one bulkId twice', { schemas: [URN.bulk], Operations: [user('a', 'a'), user('a', 'b')] }, 'invalidValue'],
      ['failOnErrors 0', { schemas: [URN.bulk], failOnErrors: 0, Operations: [user('a', 'a')] }, 'invalidValue'],
    ])('%s is 400 for all of it', async (_, body, scimType) => {
      const client = await suite.tenant();
      await expectNoChange(client, async () => expectError(await client.post('/Bulk', body), 400, scimType));
    });

    test('is a POST', async () => {
      const client = await suite.tenant();
      for (const method of ['get', 'put', 'patch', 'delete'] as const) {
        const response = await client.send(method, '/Bulk', method === 'get' ? undefined : {});
        expectError(response, 405);
        expect(response.headers.allow).toBe('POST');
      }
      expectError(await client.post('/Bulk', 'x', { 'Content-Type': 'text/plain' }), 415);
    });

    test("each operation is read in the dialect of the caller's profile, and the log names the rules", async () => {
      const operations = [patch('/Users/bulkId:a', { op: 'Replace', path: 'active', value: 'False' }), user('a', 'a')];
      expect(statuses(await results(await suite.tenant('strict'), operations))).toEqual(['400', '424']);
      const lenient = await suite.tenant('entra');
      const response = await send(lenient, operations);
      expect(statuses(response.body.Operations)).toEqual(['200', '201']);
      expect(await suite.rulesOf(response)).toEqual(['any-case-op', 'string-boolean']);
      const line = await suite.lineOf(response);
      expect(line).toMatchObject({ method: 'POST', path: '/scim/v2/Bulk', status: 200 });
    });

    test('the history has a change for each operation, all with the id of the one request', async () => {
      const client = await suite.tenant();
      const response = await send(client, [user('a', 'a'), user('b', 'b'), group('g', 'G', 'bulkId:b')]);
      const changes = await client.changes();
      expect(changes.map(({ operation, key }) => [operation, key.type])).toEqual([
        ['create', 'User'],
        ['create', 'User'],
        ['create', 'Group'],
      ]);
      expect(new Set(changes.map(({ requestId }) => requestId))).toEqual(new Set([response.headers['x-request-id']]));
    });
  });

  test('of several requests at once each has its say, and nothing is done twice', async () => {
    const client = await suite.tenant();
    const { id } = await client.group('Sales');
    const names = Array.from({ length: 40 }, (_, i) => `u${i}`);
    const request = (n: number): Operation[] => [
      ...names.map((name) => user(name, name)),
      user('own', `own-${n}`),
      addMember(`/Groups/${id}`, 'bulkId:own'),
    ];
    const all = await Promise.all([1, 2, 3, 4].map((n) => results(client, request(n))));
    for (const index of names.keys()) {
      expect(all.map((answered) => answered[index].status).sort()).toEqual(['201', '409', '409', '409']);
    }
    const own = all.map((answered) => idOf(answered.at(-2)));
    expect(await client.members(id)).toEqual([...own].sort());
    expect((await client.changes()).map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 1 + 40 + 8 }, (_, i) => i + 1),
    );
  });

  test("another tenant's resources are 404 and no members", async () => {
    const [a, b] = [await suite.tenant(), await suite.tenant()];
    const lin = await b.user('lin');
    const sales = await b.group('Sales', [lin.id]);
    await expectNoChange(b, async () => {
      const answered = await results(a, [
        setTitle(`/Users/${lin.id}`, 'x'),
        remove(`/Groups/${sales.id}`),
        group('g', 'G', lin.id),
        addMember(`/Groups/${sales.id}`, 'bulkId:u'),
        user('u', 'u'),
        user('lin', 'lin'),
      ]);
      expect(statuses(answered)).toEqual(['404', '404', '400', '404', '424', '201']);
    });
  });
});

/** The status of each as a request of its own. */
async function oneByOne(client: Client, operations: readonly Operation[]): Promise<string[]> {
  const done: string[] = [];
  for (const { method, path, data } of operations) {
    const name = String(method).toLowerCase() as 'post' | 'put' | 'patch' | 'delete';
    const { status } = await client.send(name, String(path), data as JsonObject | undefined);
    done.push(String(status === 204 && name === 'patch' ? 200 : status));
  }
  return done;
}

/** What a tenant has, with names in place of ids, without times, and the history of each resource by itself. */
async function normalState(client: Client): Promise<object> {
  const all = [...(await list(client, '/Users')), ...(await list(client, '/Groups'))];
  const names = new Map(all.map(({ id, userName, displayName }) => [id, userName ?? displayName]));
  const histories = new Map<string, object[]>();
  for (const { key, operation, version, added, removed, difference } of await client.changes()) {
    const change = { operation, version, difference, counts: [added.length, removed.length] };
    histories.set(key.id, [...(histories.get(key.id) ?? []), change]);
  }
  const resources = all.map(({ userName, displayName, title, members = [], meta }) => ({
    name: userName ?? displayName,
    title,
    members: members.map(({ value }: Resource) => names.get(value)).sort(),
    version: meta.version.replace(/\..*/, ''),
  }));
  return { resources, histories: [...histories.values()].map((changes) => JSON.stringify(changes)).sort() };
}

describe('a store that fails in the middle of a bulk request', () => {
  let suite: Suite;
  let client: Client;
  /** What the next call of `apply` fails with, or its `durable` where it is `lost`; undefined: nothing. */
  let failure: () => Error | undefined = () => undefined;

  beforeAll(async () => {
    const store = await openStore('memory:');
    const fragile = new Proxy(store, {
      get(target, name: keyof Store) {
        const method: unknown = target[name];
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          const error = name === 'apply' ? failure() : undefined;
          if (error === lost) return Promise.resolve({ durable: Promise.reject(error) });
          return error ? Promise.reject(error) : method.apply(target, args);
        };
      },
    });
    suite = new Suite('memory:', { store: fragile });
    await suite.start();
    client = await suite.tenant();
  });

  afterAll(() => suite.stop());

  /** @param errors by call; undefined: the call succeeds. The last one is for all calls that follow. */
  async function whileFailing<Value>(
    errors: readonly (Error | undefined)[],
    run: () => Promise<Value>,
  ): Promise<Value> {
    let calls = 0;
    failure = () => errors[Math.min(calls++, errors.length - 1)];
    try {
      return await run();
    } finally {
      failure = () => undefined;
    }
  }

  const three = [user('a', 'a'), user('b', 'b'), user('c', 'c')];
  const away = new StoreUnavailable(new Error('the disk is away'));
  const lost = new StoreUnavailable(new Error('the disk is full'));
  const conflict = new VersionConflict({ tenant: 't', type: 'User', id: 'x' });

  test('before anything was kept: 503 for all of it, with Retry-After', async () => {
    await expectNoChange(client, async () => {
      const response = await whileFailing([away], async () => send(client, three));
      expectError(response, 503);
      expect(response.headers['retry-after']).toBeDefined();
    });
  });

  test('after something was kept: the rest is 503 each, and the log has the reason once', async () => {
    const response = await whileFailing([undefined, away], async () => send(client, three));
    expect(statuses(response.body.Operations)).toEqual(['201', '503', '503']);
    await suite.lineOf(response);
    const lines = suite.log.filter(({ requestId }) => requestId === response.headers['x-request-id']);
    expect(lines.map(({ msg }) => msg)).toEqual(['request failed', 'request']);
    expectList(await client.get('/Users'), 1);
    expect((await client.delete(`/Users/${idOf(response.body.Operations[0])}`)).status).toBe(204);
  });

  test('with failOnErrors the job ends there', async () => {
    const ended = await whileFailing([undefined, away], () => results(client, three, { failOnErrors: 1 }));
    expect(statuses(ended)).toEqual(['201', '503']);
  });

  test('what is applied and then not durable has failed', async () => {
    const operations = [user('d', 'd'), user('e', 'e'), user('f', 'f')];
    const answered = await whileFailing([undefined, lost, undefined], () => results(client, operations));
    expect(statuses(answered)).toEqual(['201', '503', '201']);
    expectError(await whileFailing([lost], async () => send(client, [user('g', 'g'), user('h', 'h')])), 503);
  });

  test('a race that is lost is planned again, and one that is always lost is given up', async () => {
    expect(
      statuses(await whileFailing([conflict, conflict, undefined], () => results(client, [user('r', 'r')]))),
    ).toEqual(['201']);
    expect(statuses(await whileFailing([conflict], () => results(client, [user('s', 's')])))).toEqual(['503']);
  });

  test('what nobody thought of is 500 for its operation, and the client learns nothing of it', async () => {
    const operations = [user('x', 'x'), user('y', 'y'), user('z', 'z')];
    const mistake = new TypeError('a secret of the inside');
    const answered = await whileFailing([undefined, mistake, undefined], () => results(client, operations));
    expect(statuses(answered)).toEqual(['201', '500', '201']);
    expect(JSON.stringify(answered)).not.toContain('secret');
    expect(suite.logText).toContain('a secret of the inside');
  });
});
