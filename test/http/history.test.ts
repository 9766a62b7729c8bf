/** The change record of every write: who, what, when, under which request; and atomic requests that leave none. */
import type { Response } from 'supertest';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/store/store.js';
import { type Client, expectError, expectNoChange, type PatchOperation, URN } from '../support/client.js';
import { onEachStore } from '../support/target.js';

async function lastChange(client: Client): Promise<Change> {
  const change = (await client.changes()).at(-1);
  if (!change) throw new Error('no changes');
  return change;
}

/** By path joined with a space, so that order does not matter. */
function byPath({ difference }: Change): Record<string, [unknown, unknown]> {
  return Object.fromEntries(difference.map(({ path, before, after }) => [path.join(' '), [before, after]]));
}

onEachStore('change records', (suite) => {
  /** Who, when and under which request, as the answer shows it. */
  const expectOccasion = (change: Change, response: Response): void => {
    expect(change.requestId).toBe(response.headers['x-request-id']);
    expect(change.actor.name).toMatch(/^of tenant-/);
    expect(change.actor.address).toMatch(/127\.0\.0\.1$/);
    expect(change.actor.credential).toMatch(/\S/);
    expect(new Date(change.time).toISOString()).toBe(change.time);
    if (response.body?.meta) expect(change.time).toBe(response.body.meta.lastModified);
  };

  test('POST records every attribute with its value after, and none before', async () => {
    const client = await suite.tenant();
    const body = {
      schemas: [URN.user],
      userName: 'lin',
      name: { givenName: 'Lin' },
      [URN.enterprise]: { department: 'Ops' },
    };
    const response = await client.post('/Users', { ...body, password: 'secret', id: 'mine', meta: { version: 'x' } });
    const change = await lastChange(client);
    expectOccasion(change, response);
    expect(change).toMatchObject({
      sequence: 1,
      operation: 'create',
      version: 1,
      key: { tenant: client.tenant.id, type: 'User', id: response.body.id },
      added: [],
      removed: [],
    });
    expect(byPath(change)).toEqual({
      userName: [undefined, 'lin'],
      name: [undefined, { givenName: 'Lin' }],
      active: [undefined, true],
      [`${URN.enterprise} department`]: [undefined, 'Ops'],
    });
  });

  test('PUT records both sides of what changed, and nothing of what did not', async () => {
    const client = await suite.tenant();
    const enterprise = { department: 'Ops', division: 'X' };
    const { id } = await client.user('lin', { displayName: 'Lin', title: 'T', enterprise });
    const body = { schemas: [URN.user], userName: 'lin', displayName: 'Lin Ng', [URN.enterprise]: { division: 'X' } };
    const response = await client.put(`/Users/${id}`, body);
    const change = await lastChange(client);
    expectOccasion(change, response);
    expect(change).toMatchObject({ sequence: 2, operation: 'replace', version: 2 });
    expect(byPath(change)).toEqual({
      displayName: ['Lin', 'Lin Ng'],
      title: ['T', undefined],
      [`${URN.enterprise} department`]: ['Ops', undefined],
    });
  });

  test('PATCH records both sides of what changed', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('lin', { emails: [{ type: 'work', value: 'a@x' }], title: 'T' });
    const response = await client.patch(`/Users/${id}`, [
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'b@x' },
      { op: 'replace', path: 'title', value: 'T' },
      { op: 'add', path: `${URN.enterprise}:department`, value: 'Ops' },
    ]);
    const change = await lastChange(client);
    expectOccasion(change, response);
    expect(change).toMatchObject({ operation: 'patch', version: 2 });
    expect(byPath(change)).toEqual({
      emails: [[{ type: 'work', value: 'a@x' }], [{ type: 'work', value: 'b@x' }]],
      [`${URN.enterprise} department`]: [undefined, 'Ops'],
    });
  });

  test('DELETE records what was there', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('lin', { title: 'T' });
    const response = await client.delete(`/Users/${id}`);
    const change = await lastChange(client);
    expectOccasion(change, response);
    expect(change).toMatchObject({ operation: 'delete', version: 1 });
    expect(byPath(change)).toEqual({
      userName: ['lin', undefined],
      title: ['T', undefined],
      active: [true, undefined],
    });
  });

  test('members are recorded as those that came and went, exactly', async () => {
    const client = await suite.tenant();
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) ids.push((await client.user(name)).id);
    const [a, b, c] = ids as [string, string, string];
    const { id } = await client.group('Sales', [a, b]);
    const created = await lastChange(client);
    expect([[...created.added].sort(), created.removed]).toEqual([[a, b].sort(), []]);
    const requests: [() => PromiseLike<Response>, string[], string[]][] = [
      [
        () => client.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: b }, { value: c }] }),
        [c],
        [],
      ],
      [
        () => client.patch(`/Groups/${id}`, { op: 'replace', path: 'members', value: [{ value: a }] }),
        [],
        [b, c].sort(),
      ],
      [
        () => client.put(`/Groups/${id}`, { schemas: [URN.group], displayName: 'Sales', members: [{ value: b }] }),
        [b],
        [a],
      ],
      [() => client.patch(`/Groups/${id}`, { op: 'remove', path: 'members' }), [], [b]],
    ];
    for (const [request, added, removed] of requests) {
      const response = await request();
      const change = await lastChange(client);
      expectOccasion(change, response);
      expect([[...change.added].sort(), [...change.removed].sort(), change.difference]).toEqual([added, removed, []]);
    }
  });

  test('each answer has an id of its own, refused requests too; the log line carries it', async () => {
    const client = await suite.tenant();
    const answers = [
      await client.get('/Users'),
      await client.get('/Users/none'),
      await client.get('/Users', {}, { Authorization: '' }),
      await client.post('/Users', '{'),
    ];
    const ids = answers.map(({ headers }) => headers['x-request-id']);
    expect(new Set(ids).size).toBe(4);
    for (const answer of answers) {
      const line = await suite.lineOf(answer);
      expect(line.status).toBe(answer.status);
      if (answer.status !== 401)
        expect(line).toMatchObject({ tenant: client.tenant.name, path: expect.stringContaining('/scim/v2') });
    }
    expect(suite.logText).not.toContain(client.token);
  });

  describe('a PATCH with an operation that fails leaves everything as it was (RFC 7644 §3.5.2)', () => {
    const good: PatchOperation[] = [
      { op: 'replace', path: 'displayName', value: 'Changed' },
      { op: 'add', path: 'emails', value: [{ value: 'new@x' }] },
      { op: 'remove', path: 'title' },
    ];

    test.each<[string, PatchOperation, number, string]>([
      ['a value of the wrong type', { op: 'replace', path: 'active', value: 'maybe' }, 400, 'invalidValue'],
      ['an unknown path', { op: 'replace', path: 'nonexistent', value: 'x' }, 400, 'invalidPath'],
      ['a read-only path', { op: 'replace', path: 'id', value: 'x' }, 400, 'mutability'],
      ['a required attribute', { op: 'remove', path: 'userName' }, 400, 'mutability'],
      ['nothing selected', { op: 'replace', path: 'emails[value sw "zz"].type', value: 'x' }, 400, 'noTarget'],
      ['a name that is taken', { op: 'replace', path: 'userName', value: 'BO' }, 409, 'uniqueness'],
      ['no target', { op: 'remove' }, 400, 'noTarget'],
    ])('%s', async (_, bad, status, scimType) => {
      const client = await suite.tenant();
      await client.user('bo');
      const { id } = await client.user('lin', { title: 'T', displayName: 'Lin' });
      await expectNoChange(client, async () => {
        for (const operations of [
          [...good, bad],
          [bad, ...good],
        ]) {
          expectError(await client.patch(`/Users/${id}`, operations), status, scimType);
        }
      });
    });

    test('a group: neither its attributes nor its members', async () => {
      const client = await suite.tenant();
      const [user, other] = [await client.user('lin'), await client.user('bo')];
      const { id } = await client.group('Sales', [user.id]);
      const change = { op: 'replace', path: 'displayName', value: 'Changed' };
      const members = { op: 'replace', path: 'members', value: [{ value: other.id }] };
      await expectNoChange(client, async () => {
        for (const bad of [
          { op: 'add', path: 'members', value: [{ value: other.id }, { value: 'no-such-id' }] },
          { op: 'replace', path: 'displayName', value: '' },
          { op: 'add', path: 'members.display', value: 'x' },
        ]) {
          expect((await client.patch(`/Groups/${id}`, [change, members, bad])).status).toBe(400);
        }
      });
    });
  });

  test('what the client sends of id, meta and groups is not believed (RFC 7644 §3.3)', async () => {
    const client = await suite.tenant();
    const forged = {
      id: 'mine',
      meta: { version: 'W/"9"', created: '2000-01-01T00:00:00Z' },
      groups: [{ value: 'x' }],
    };
    const user = await client.user('lin', forged);
    expect(user.id).not.toBe('mine');
    expect(user.meta).toMatchObject({ version: 'W/"1"', resourceType: 'User' });
    expect(user.meta.created).not.toMatch(/^2000/);
    const put = await client.put(`/Users/${user.id}`, { schemas: [URN.user], userName: 'lin', title: 'x', ...forged });
    expect(put.body).toMatchObject({ id: user.id, meta: { version: 'W/"2"', created: user.meta.created } });
  });
});
