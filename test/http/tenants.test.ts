/** Two tenants: the token of one cannot see, change or learn of what the other has, whatever the route and method. */
import type { Response } from 'supertest';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, expectError, expectList, expectNoChange, type Method, URN } from '../support/client.js';
import { onEachStore, type Suite } from '../support/target.js';

/** What A and B have; the names of both are the same on purpose. */
interface World {
  a: Client;
  b: Client;
  ofA: { user: string; group: string };
  ofB: { user: string; group: string };
}

const NAMES = { user: 'lin@example.com', group: 'Sales' };

async function populate(client: Client): Promise<{ user: string; group: string }> {
  const emails = [{ value: NAMES.user, type: 'work' }];
  const user = await client.user(NAMES.user, {
    externalId: 'x-1',
    displayName: `Secret of ${client.tenant.name}`,
    emails,
  });
  const group = await client.group(NAMES.group, [user.id], { externalId: 'g-1' });
  return { user: user.id, group: group.id };
}

async function twoTenants(suite: Suite): Promise<World> {
  const [a, b] = [await suite.tenant(), await suite.tenant()];
  return { a, b, ofA: await populate(a), ofB: await populate(b) };
}

/** One request of A's. `B` stands for what is B's. */
interface Attempt {
  method: Method;
  address: (world: World) => string;
  body?: (world: World) => object;
}

const patchOp = (...Operations: object[]): object => ({ schemas: [URN.patch], Operations });
const replaceName = () => patchOp({ op: 'replace', path: 'displayName', value: 'Taken over' });

/** Every method on a resource of B's. */
const ON_ITEMS: [string, Attempt][] = (['Users', 'Groups'] as const).flatMap((endpoint): [string, Attempt][] => {
  const address = ({ ofB }: World) => `/${endpoint}/${endpoint === 'Users' ? ofB.user : ofB.group}`;
  const whole = () =>
    endpoint === 'Users' ? { schemas: [URN.user], userName: 'new' } : { schemas: [URN.group], displayName: 'new' };
  const bodies: [Method, Attempt['body']][] = [
    ['get', undefined],
    ['head', undefined],
    ['put', whole],
    ['patch', replaceName],
    ['delete', undefined],
  ];
  return bodies.map(([method, body]) => [`${method.toUpperCase()} /${endpoint}/{id of B}`, { method, address, body }]);
});

/** Every route and method below B's own address, with A's token. */
const ROUTES = [
  ...['/Users', '/Groups'].flatMap((path): [Method, string][] => [
    ['get', path],
    ['post', path],
    ['post', `${path}/.search`],
    ...(['get', 'put', 'patch', 'delete'] as const).map((method): [Method, string] => [method, `${path}/{id}`]),
  ]),
  ['post', '/Bulk'] as [Method, string],
  ...[
    '/ServiceProviderConfig',
    '/Schemas',
    `/Schemas/${URN.user}`,
    '/ResourceTypes',
    '/ResourceTypes/User',
    '/Nothing',
  ].map((path): [Method, string] => ['get', path]),
] satisfies [Method, string][];

function send(client: Client, world: World, { method, address, body }: Attempt): Promise<Response> {
  return Promise.resolve(client.send(method, address(world), body?.(world)));
}

/** Nothing of B in an answer: not its ids, not its names. */
function expectNothingOf({ b, ofB }: World, response: Response): void {
  for (const secret of [`Secret of ${b.tenant.name}`, b.tenant.id, ofB.user, ofB.group]) {
    expect(response.text).not.toContain(secret);
  }
  expect(response.headers.etag).toBeUndefined();
}

onEachStore('tenants', (suite) => {
  let world: World;
  beforeAll(async () => {
    world = await twoTenants(suite);
  });

  test.each(ON_ITEMS)('%s with the token of A is 404, as for an id that nobody has', async (_, attempt) => {
    const { a, b } = world;
    await expectNoChange(b, () =>
      expectNoChange(a, async () => {
        const response = await send(a, world, attempt);
        const unknown = await a.send(
          attempt.method,
          attempt.address({ ...world, ofB: { user: 'no-such-id', group: 'no-such-id' } }),
          attempt.body?.(world),
        );
        expect([response.status, unknown.status]).toEqual([404, 404]);
        if (attempt.method === 'head') return;
        expectError(response, 404);
        const normal = (text: string): string => text.replaceAll(/no-such-id|[\da-f]{8}-[\da-f-]{27}/g, 'id');
        expect(normal(response.text)).toBe(normal(unknown.text));
      }),
    );
  });

  test.each(ROUTES)(
    '%s /tenants/{B}/scim/v2%s with the token of A is 404, as for a tenant that nobody has',
    async (method, path) => {
      const { a, b, ofB } = world;
      const id = path.startsWith('/Users') ? ofB.user : ofB.group;
      const body = ['post', 'put', 'patch'].includes(method) ? replaceName() : undefined;
      await expectNoChange(b, async () => {
        const answers: Response[] = [];
        for (const name of [b.tenant.name, 'nobody', 'constructor', '%2e%2e']) {
          const other = a.at(`/tenants/${name}/scim/v2`);
          answers.push(await other.send(method, path.replace('{id}', id), body));
        }
        for (const answer of answers) {
          expectError(answer, 404);
          expectNothingOf(world, answer);
          expect(answer.body).toEqual(answers[0]?.body);
        }
      });
    },
  );

  test('below its own address, in any case, a token works as it does without the tenant in the path', async () => {
    const { a, ofA } = world;
    for (const name of [a.tenant.name, a.tenant.name.toUpperCase()]) {
      const response = await a.at(`/tenants/${name}/scim/v2`).get(`/Users/${ofA.user}`);
      expect(response.status).toBe(200);
      expect(response.body.id).toBe(ofA.user);
    }
  });

  describe('lists and filters', () => {
    test.each([
      ['/Users', ''],
      ['/Users', 'userName eq "lin@example.com"'],
      ['/Users', 'externalId eq "x-1"'],
      ['/Users', 'emails.value eq "lin@example.com"'],
      ['/Users', 'emails[type eq "work" and value co "lin"]'],
      ['/Users', 'displayName sw "Secret"'],
      ['/Users', 'id pr'],
      ['/Users', 'not (userName eq "x")'],
      ['/Users', 'userName ne "x" or id pr'],
      ['/Users', 'groups.display eq "Sales"'],
      ['/Groups', ''],
      ['/Groups', 'displayName eq "Sales"'],
      ['/Groups', 'externalId eq "g-1"'],
      ['/Groups', 'members pr'],
      ['/Groups', 'members[type eq "User"]'],
    ])("%s with the filter %j shows A what is A's alone", async (address, filter) => {
      const { a, b, ofA, ofB } = world;
      for (const [client, own] of [
        [a, ofA],
        [b, ofB],
      ] as const) {
        const response = await client.get(address, filter === '' ? {} : { filter });
        const [only] = expectList(response, 1);
        expect(only.id).toBe(address === '/Users' ? own.user : own.group);
      }
    });

    test("filters that name what is B's find nothing for A", async () => {
      const { a, b, ofB } = world;
      const filters: [string, string][] = [
        ['/Users', `id eq "${ofB.user}"`],
        ['/Users', `groups.value eq "${ofB.group}"`],
        ['/Users', `displayName eq "Secret of ${b.tenant.name}"`],
        ['/Groups', `id eq "${ofB.group}"`],
        ['/Groups', `members.value eq "${ofB.user}"`],
        ['/Groups', `members eq "${ofB.user}"`],
        ['/Groups', `id eq "${ofB.group}" and members eq "${ofB.user}"`],
      ];
      for (const [address, filter] of filters) {
        const response = await a.filter(address, filter);
        expect(expectList(response, 0), filter).toEqual([]);
        expectNothingOf(world, response);
      }
    });

    test("sorting and paging count what is A's alone", async () => {
      const { a, ofA } = world;
      const sorted = expectList(await a.get('/Users', { sortBy: 'displayName', sortOrder: 'descending' }), 1);
      expect(sorted.map(({ id }) => id)).toEqual([ofA.user]);
      expect(expectList(await a.get('/Users', { startIndex: 2 }), 1)).toEqual([]);
      expect(expectList(await a.get('/Users', { count: 0 }), 1)).toEqual([]);
    });
  });

  describe('members', () => {
    const tries: [string, (a: Client, world: World, value: string) => Promise<Response>][] = [
      [
        'POST',
        async (a, _, value) => a.post('/Groups', { schemas: [URN.group], displayName: 'Mix', members: [{ value }] }),
      ],
      [
        'PUT',
        async (a, { ofA }, value) =>
          a.put(`/Groups/${ofA.group}`, { schemas: [URN.group], displayName: 'Mix', members: [{ value }] }),
      ],
      [
        'PATCH add',
        async (a, { ofA }, value) =>
          a.patch(`/Groups/${ofA.group}`, { op: 'add', path: 'members', value: [{ value: ofA.user }, { value }] }),
      ],
      [
        'PATCH replace',
        async (a, { ofA }, value) =>
          a.patch(`/Groups/${ofA.group}`, { op: 'replace', path: 'members', value: [{ value }] }),
      ],
    ];

    test.each(tries)('%s with an id of B as a member is refused like an unknown id', async (_, attempt) => {
      const { a, b, ofB } = world;
      for (const id of [ofB.user, ofB.group]) {
        await expectNoChange(b, () =>
          expectNoChange(a, async () => {
            const response = await attempt(a, world, id);
            expectError(response, 400, 'invalidValue');
            const unknown = await attempt(a, world, 'no-such-id');
            expect(response.text.replaceAll(id, 'id')).toBe(unknown.text.replaceAll('no-such-id', 'id'));
          }),
        );
      }
    });

    test("removing an id of B's from a group of A's changes nothing anywhere", async () => {
      const { a, b, ofA, ofB } = world;
      await expectNoChange(b, () =>
        expectNoChange(a, async () => {
          for (const operation of [
            { op: 'remove', path: `members[value eq "${ofB.user}"]` },
            { op: 'remove', path: 'members', value: [{ value: ofB.user }] },
          ]) {
            expect((await a.patch(`/Groups/${ofA.group}`, operation)).status).toBe(204);
          }
        }),
      );
    });
  });

  test('what is unique is unique within a tenant: both have the same userName, group name and externalId', async () => {
    const { a, b, ofA, ofB } = world;
    for (const [client, own] of [
      [a, ofA],
      [b, ofB],
    ] as const) {
      expect(await client.read(`/Users/${own.user}`)).toMatchObject({ userName: NAMES.user, externalId: 'x-1' });
      expect(await client.read(`/Groups/${own.group}`)).toMatchObject({ displayName: NAMES.group, externalId: 'g-1' });
    }
    expect(ofA.user).not.toBe(ofB.user);
  });

  test("a manager that is B's is kept as the text it is, and nothing of B is shown through it", async () => {
    const { a, ofB } = world;
    const user = await a.user('managed', { enterprise: { manager: { value: ofB.user } } });
    const response = await a.get(`/Users/${user.id}`);
    expect(response.text).not.toContain('Secret of');
    expect(response.body[URN.enterprise].manager).not.toHaveProperty('displayName');
    expect((await a.delete(`/Users/${user.id}`)).status).toBe(204);
  });

  test('the history of each tenant holds its own changes alone, numbered from 1 without gaps', async () => {
    const own = await twoTenants(suite);
    for (const [client, ids] of [
      [own.a, own.ofA],
      [own.b, own.ofB],
    ] as const) {
      const changes = await client.changes();
      expect(changes.map(({ key }) => key)).toEqual([
        { tenant: client.tenant.id, type: 'User', id: ids.user },
        { tenant: client.tenant.id, type: 'Group', id: ids.group },
      ]);
      expect(changes.map(({ sequence }) => sequence)).toEqual([1, 2]);
    }
  });

  test('deleting everything of A leaves everything of B', async () => {
    const own = await twoTenants(suite);
    await expectNoChange(own.b, async () => {
      expect((await own.a.delete(`/Users/${own.ofA.user}`)).status).toBe(204);
      expect((await own.a.delete(`/Groups/${own.ofA.group}`)).status).toBe(204);
    });
    expectList(await own.a.get('/Users'), 0);
  });
});
