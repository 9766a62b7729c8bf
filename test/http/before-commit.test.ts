/** An app that is asked before each change: it may refuse it, or add what is the server's to say. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BeforeCommit, type ChangeContext, createScimTarget, type PlannedChange } from '../../src/index.js';
import { ScimError } from '../../src/scim/errors.js';
import { type Client, expectError, expectNoChange, URN } from '../support/client.js';
import { DEVICE, documentsWithServerAttributes, LEDGER, QUOTA } from '../support/server-attributes.js';
import { describeOnEach, Suite } from '../support/target.js';

/** What a test lets the app do; undefined: nothing. */
let act: BeforeCommit | undefined;
const asked: { change: PlannedChange; context: ChangeContext }[] = [];
const beforeCommit: BeforeCommit = (change, context) => {
  asked.push({ change, context });
  return act?.(change, context);
};
/** What of a change says what it is about. */
const kinds = () => asked.map(({ change: { operation, type } }) => `${operation} ${type}`);
const refuse = (error: unknown): BeforeCommit => {
  return () => {
    throw error;
  };
};
const never: BeforeCommit = () => new Promise(() => {});
/** A time limit that requests keep waiting for; long enough for an app that answers. */
const HOOK_TIMEOUT = 400;

describeOnEach('an app that is asked before changes', (engine) => {
  const schemas = documentsWithServerAttributes();
  const suite = new Suite(engine, { beforeCommit, hookTimeout: HOOK_TIMEOUT, schemas });
  let client: Client;
  /** Of this test's tenant: the sequence numbers of what was told. */
  const told: number[] = [];

  beforeAll(async () => {
    await suite.start();
    suite.target.events.subscribe('test', ({ tenant, sequence }) => {
      if (tenant === client.tenant.name) told.push(sequence);
    });
  });
  afterAll(() => suite.stop());
  beforeEach(async () => {
    act = undefined;
    client = await suite.tenant();
    asked.length = 0;
    told.length = 0;
  });

  /** The request fails so, nothing of it is kept or told, and the next one is done. */
  async function expectRefused(send: () => Promise<void>): Promise<void> {
    await expectNoChange(client, send);
    act = undefined;
    await suite.target.events.settled();
    const before = new Set(told);
    await client.user('others-go-on');
    await suite.target.events.settled();
    expect(told.filter((sequence) => !before.has(sequence))).toEqual([(await client.changes()).at(-1)?.sequence]);
  }

  /** What became of each. */
  async function bulk(Operations: object[]): Promise<string[]> {
    const answer = await client.post('/Bulk', { schemas: [URN.bulk], Operations });
    return answer.body.Operations.map(({ status }: { status: string }) => status);
  }

  describe('is told', () => {
    test('both sides of a change, and on whose behalf it is made', async () => {
      const { id } = await client.user('ann', { title: 'Clerk', enterprise: { department: 'Sales' } });
      const answer = await client.patch(`/Users/${id}`, [
        { op: 'replace', path: 'title', value: 'Chief' },
        { op: 'replace', path: `${URN.enterprise}:department`, value: 'Board' },
      ]);
      const [created, patched] = asked;
      expect(created?.change).toMatchObject({
        tenant: client.tenant.name,
        type: 'User',
        id,
        operation: 'create',
        before: undefined,
        after: { id, schemas: [URN.user, URN.enterprise], userName: 'ann', meta: { version: 'W/"1"' } },
        members: { added: [], removed: [] },
        leaves: [],
      });
      expect(created?.change.after?.meta).not.toHaveProperty('location');
      expect(patched?.change).toMatchObject({
        operation: 'patch',
        before: { title: 'Clerk', meta: { version: 'W/"1"' } },
        after: { title: 'Chief', [URN.enterprise]: { department: 'Board' }, meta: { version: 'W/"2"' } },
      });
      const [, change] = await client.changes();
      expect(patched?.change.difference).toEqual(change?.difference);
      expect(patched?.context).toMatchObject({
        credential: { id: change?.actor.credential, name: change?.actor.name },
        address: change?.actor.address,
        requestId: answer.headers['x-request-id'],
        profile: 'entra',
      });
      expect(patched?.context.signal.aborted).toBe(false);
    });

    test('who comes and goes in a group, and which groups lose what is deleted', async () => {
      const [ann, bob] = [await client.user('ann'), await client.user('bob')];
      const { id } = await client.group('Staff', [ann.id]);
      asked.length = 0;
      await client.patch(`/Groups/${id}`, [
        { op: 'add', path: 'members', value: [{ value: bob.id }] },
        { op: 'remove', path: `members[value eq "${ann.id}"]` },
      ]);
      await client.delete(`/Users/${bob.id}`);
      await client.delete(`/Groups/${id}`);
      expect(
        asked.map(({ change: { operation, members, leaves, after } }) => [operation, members, leaves, !after]),
      ).toEqual([
        ['patch', { added: [bob.id], removed: [ann.id] }, [], false],
        ['delete', { added: [], removed: [] }, [id], true],
        ['delete', { added: [], removed: [] }, [], true],
      ]);
      expect(asked[1]?.change.before).toMatchObject({ userName: 'bob' });
    });

    test('nothing of what changes nothing, of what is refused before, and of a password', async () => {
      const { id } = await client.user('ann', { title: 'Clerk', password: 'correct horse' });
      expect(JSON.stringify(asked)).not.toContain('correct horse');
      asked.length = 0;
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Clerk' });
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'password', value: 'battery staple' });
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: 'perhaps' });
      await client.put(`/Users/${id}`, { schemas: [URN.user] });
      await client.delete('/Users/none');
      await client.post('/Users', '{');
      expect(asked).toEqual([]);
    });

    test('each operation of a bulk request, and what those before it leave', async () => {
      const { id } = await client.user('ann');
      asked.length = 0;
      const rename = { schemas: [URN.patch], Operations: [{ op: 'replace', path: 'displayName', value: 'B' }] };
      const data = { schemas: [URN.group], displayName: 'A', members: [{ value: id }] };
      const Operations = [
        { method: 'POST', path: '/Groups', bulkId: 'g', data },
        { method: 'PATCH', path: '/Groups/bulkId:g', data: rename },
        { method: 'DELETE', path: `/Users/${id}` },
      ];
      expect(await bulk(Operations)).toEqual(['201', '200', '204']);
      expect(kinds()).toEqual(['create Group', 'patch Group', 'delete User']);
      expect(asked[1]?.change).toMatchObject({ before: { displayName: 'A' }, after: { displayName: 'B' } });
      expect(asked[2]?.change.leaves).toEqual([asked[1]?.change.id]);
    });

    test('a change that it may do with as it likes: what is kept stays as it was', async () => {
      const { id } = await client.user('ann', { emails: [{ value: 'a@example.com' }] });
      act = (change) => {
        for (const side of [change.before, change.after])
          if (side) (side.emails as { value: string }[])[0]!.value = 'spoiled';
        for (const one of change.difference) Object.assign(one, { after: 'spoiled' });
        (change.members.added as string[]).push('spoiled');
      };
      const patched = await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Chief' });
      expect(patched.body).toMatchObject({ title: 'Chief', emails: [{ value: 'a@example.com' }] });
      expect(JSON.stringify(await client.everything())).not.toContain('spoiled');
    });
  });

  describe('may refuse a change', () => {
    test('with an error of its own choice, and nothing of it is stored or told', async () => {
      const { id } = await client.user('ann');
      await expectRefused(async () => {
        act = refuse(new ScimError('invalidValue', 'No more than five users in this plan.'));
        const answer = await client.post('/Users', { schemas: [URN.user], userName: 'bob' });
        expectError(answer, 400, 'invalidValue');
        expect(answer.body.detail).toBe('No more than five users in this plan.');
        act = refuse(new ScimError('forbidden', 'Frozen.'));
        expectError(await client.put(`/Users/${id}`, { schemas: [URN.user], userName: 'eve' }), 403);
        expectError(await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'x' }), 403);
      });
    });

    test('also that something is deleted, and then it stays with its memberships', async () => {
      const { id } = await client.user('ann');
      const group = await client.group('Staff', [id]);
      await expectRefused(async () => {
        act = refuse(new ScimError('mutability', 'The owner cannot be deleted.'));
        expectError(await client.delete(`/Users/${id}`), 400, 'mutability');
        expectError(await client.delete(`/Groups/${group.id}`), 400, 'mutability');
      });
      expect(await client.members(group.id)).toEqual([id]);
    });

    test('of a bulk request, which refuses what refers to it and nothing else', async () => {
      const user = (userName: string, bulkId: string) => ({
        method: 'POST',
        path: '/Users',
        bulkId,
        data: { schemas: [URN.user], userName },
      });
      const members = [{ value: 'bulkId:b' }];
      const group = {
        method: 'POST',
        path: '/Groups',
        bulkId: 'g',
        data: { schemas: [URN.group], displayName: 'G', members },
      };
      act = ({ after }) => {
        if (after?.userName === 'bob') throw new ScimError('uniqueness', 'Not bob.');
      };
      const Operations = [user('ann', 'a'), user('bob', 'b'), group, user('cem', 'c')];
      const answer = await client.post('/Bulk', { schemas: [URN.bulk], Operations });
      expect(answer.body.Operations.map(({ status }: { status: string }) => status)).toEqual([
        '201',
        '409',
        '424',
        '201',
      ]);
      expect(answer.body.Operations[1].response).toMatchObject({ scimType: 'uniqueness', detail: 'Not bob.' });
      expect(
        (await client.changes()).map(({ difference }) => difference.find(({ path }) => path[0] === 'userName')?.after),
      ).toEqual(['ann', 'cem']);
    });
  });

  describe('that fails', () => {
    const boom = new Error('the billing service says no to 4711');

    const failures: [string, BeforeCommit, RegExp][] = [
      ['throws', refuse(boom), /4711/],
      ['throws later', () => Promise.reject(boom), /4711/],
      ['throws no error', refuse('a text'), /a text/],
      ['never answers', never, /beforeCommit took longer than 400 ms/],
    ];
    test.each(failures)(
      'and %s is a failure of the server, of which the log knows the reason',
      async (_, failing, reason) => {
        const { id } = await client.user('ann');
        const lines = suite.log.length;
        await expectRefused(async () => {
          act = failing;
          const answer = await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'x' });
          expectError(answer, 503);
          expect(answer.headers['retry-after']).toMatch(/^\d+$/);
          expect(answer.text).not.toMatch(reason);
        });
        expect(
          suite.log
            .slice(lines)
            .map((line) => JSON.stringify(line))
            .join(),
        ).toMatch(reason);
      },
    );

    test('is told when its time is over, and holds nobody else up', async () => {
      const { id } = await client.user('ann');
      let signal: AbortSignal | undefined;
      act = (change, context) => {
        if (change.id !== id) return;
        signal = context.signal;
        return new Promise<void>(() => {});
      };
      const slow = client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'x' }).then((answer) => answer);
      await client.user('bob');
      expect(signal?.aborted).toBe(false);
      expectError(await slow, 503);
      expect(signal?.aborted).toBe(true);
    });

    test('and never answers ends a bulk request: the rest would wait as long', async () => {
      const users = ['ann', 'bob', 'cem', 'dee'].map((userName) => ({
        method: 'POST',
        path: '/Users',
        bulkId: userName,
        data: { schemas: [URN.user], userName },
      }));
      act = ({ after }) => (after?.userName === 'bob' ? new Promise<void>(() => {}) : undefined);
      expect(await bulk(users)).toEqual(['201', '503', '503', '503']);
      expect(asked.map(({ change }) => change.after?.userName)).toEqual(['ann', 'bob']);
      expect(await client.changes()).toHaveLength(1);
      act = never;
      expectError(await client.post('/Bulk', { schemas: [URN.bulk], Operations: users.slice(1) }), 503);
      act = undefined;
      expect(await bulk(users.slice(1))).toEqual(['201', '201', '201']);
    });

    test('in a bulk request fails its operation', async () => {
      act = ({ after }) => {
        if (after?.userName === 'bob') throw boom;
      };
      const Operations = ['ann', 'bob', 'cem'].map((userName) => ({
        method: 'POST',
        path: '/Users',
        bulkId: userName,
        data: { schemas: [URN.user], userName },
      }));
      const answer = await client.post('/Bulk', { schemas: [URN.bulk], Operations });
      expect(answer.body.Operations.map(({ status }: { status: string }) => status)).toEqual(['201', '503', '201']);
      expect(answer.text).not.toContain('4711');
    });
  });

  describe('and answers nonsense', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;

    test.each<[string, unknown, RegExp]>([
      ['true', true, /returns nothing, or/],
      ['null', null, /returns nothing, or/],
      ['a list', [], /returns nothing, or/],
      ['nothing to set', {}, /returns nothing, or/],
      ['something beside set', { set: {}, also: 1 }, /returns nothing, or/],
      ['no object', { set: 'costCode' }, /must be an object/],
      ["what is the client's", { set: { title: 'x' } }, /title is not readOnly/],
      ["what is the client's in an extension", { set: { [LEDGER]: { note: 'x' } } }, /note is not readOnly/],
      ["what is the client's within a value", { set: { name: { familyName: 'x' } } }, /familyName is not readOnly/],
      ['what the schema does not have', { set: { [LEDGER]: { colour: 'x' } } }, /no attribute \\*"colour/],
      ['an id', { set: { id: '17' } }, /id follows from something else/],
      ['meta', { set: { meta: { created: '2020-01-01T00:00:00Z' } } }, /meta/],
      ['schemas', { set: { schemas: [] } }, /schemas/],
      ['groups', { set: { groups: [{ value: '17' }] } }, /groups follows/],
      ['a value of the wrong type', { set: { [LEDGER]: { grade: 'high' } } }, /grade is of type integer/],
      ['a number that is none', { set: { [LEDGER]: { grade: Number.NaN } } }, /grade/],
      ['a date that is none', { set: { [LEDGER]: { since: 'yesterday' } } }, /since is a date-time/],
      [
        'a required part that is missing',
        { set: { [LEDGER]: { labels: [{ primary: true }] } } },
        /labels.value is required/,
      ],
      [
        'two primary values',
        {
          set: {
            [LEDGER]: {
              labels: [
                { value: 'a', primary: true },
                { value: 'b', primary: true },
              ],
            },
          },
        },
        /primary/,
      ],
      ['an attribute twice', { set: { [LEDGER]: { grade: 1, GRADE: 2 } } }, /twice/],
      ['a prototype', { set: JSON.parse('{"__proto__":{"x":1}}') }, /cannot be an attribute name/],
      ['a function', { set: { [LEDGER]: { costCode: () => 'x' } } }, /could not be cloned/],
      ['a circle', { set: { [LEDGER]: cyclic } }, /no attribute/],
    ])('(%s): the request fails, and the log names the mistake', async (_, answer, mistake) => {
      const { id } = await client.user('ann');
      const lines = suite.log.length;
      await expectRefused(async () => {
        act = () => answer as undefined;
        expectError(await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'x' }), 503);
      });
      expect(
        suite.log
          .slice(lines)
          .map((line) => JSON.stringify(line))
          .join(),
      ).toMatch(mistake);
    });

    test.each([[{ set: { [QUOTA]: { seats: 1 }, members: [] } }], [{ set: { members: [{ value: '1' }] } }]])(
      'members: the request fails (%j)',
      async (answer) => {
        act = () => answer;
        expectError(await client.post('/Groups', { schemas: [URN.group], displayName: 'A' }), 503);
        expect(await client.changes()).toEqual([]);
      },
    );
  });

  describe('may add what is the server’s', () => {
    const set = (values: Record<string, unknown>): BeforeCommit => {
      return () => ({ set: values as Record<string, string> });
    };

    test('to an extension: it is stored, answered, found, and part of the difference', async () => {
      act = set({
        [LEDGER]: {
          costCode: 'A-1',
          grade: 7,
          since: '2024-02-29T12:00:00+01:00',
          labels: [{ value: 'x', primary: true }],
        },
      });
      const ann = await client.user('ann');
      expect(ann[LEDGER]).toEqual({
        costCode: 'A-1',
        grade: 7,
        since: '2024-02-29T12:00:00+01:00',
        labels: [{ value: 'x', primary: true }],
      });
      expect(ann.schemas).toContain(LEDGER);
      expect(await client.read(`/Users/${ann.id}`)).toEqual(ann);
      expect(
        (await client.filter('/Users', `${LEDGER}:costCode eq "a-1" and ${LEDGER}:grade gt 6`)).body.totalResults,
      ).toBe(1);
      const [change] = await client.changes();
      expect(change?.difference).toContainEqual({ path: [LEDGER, 'costCode'], after: 'A-1' });
    });

    test('to a group, to a type of its own, and in a bulk request', async () => {
      act = ({ type }) => (type === 'Group' ? { set: { [QUOTA]: { seats: 5 } } } : { set: { BADGE: 'B-17' } });
      const { id } = await client.group('Staff');
      expect((await client.read(`/Groups/${id}`))[QUOTA]).toEqual({ seats: 5 });
      expect((await client.post('/Devices', { schemas: [DEVICE], serial: '1', badge: 'forged' })).body.badge).toBe(
        'B-17',
      );
      const data = { schemas: [DEVICE], serial: '2' };
      await client.post('/Bulk', {
        schemas: [URN.bulk],
        Operations: [{ method: 'POST', path: '/Devices', bulkId: 'd', data }],
      });
      expect((await client.filter('/Devices', 'badge eq "b-17"')).body.totalResults).toBe(2);
    });

    test('and clients neither change nor lose it', async () => {
      act = set({ [LEDGER]: { costCode: 'A-1', account: { number: '77' } } });
      const { id } = await client.user('ann', { title: 'Clerk' });
      act = undefined;
      const ledger = async () => (await client.read(`/Users/${id}`))[LEDGER];
      const kept = { costCode: 'A-1', account: { number: '77' } };
      const forged = { costCode: 'forged', note: 'n', account: { label: 'l', number: 'forged' } };
      await client.put(`/Users/${id}`, { schemas: [URN.user, LEDGER], userName: 'ann', [LEDGER]: forged });
      expect(await ledger()).toEqual({ ...kept, note: 'n', account: { number: '77', label: 'l' } });
      // A value goes with all its parts, as a manager with the manager's name.
      await client.put(`/Users/${id}`, { schemas: [URN.user], userName: 'ann' });
      expect(await ledger()).toEqual({ costCode: 'A-1' });
      await client.patch(`/Users/${id}`, { op: 'remove', path: LEDGER });
      expect(await ledger()).toMatchObject({ costCode: 'A-1' });
      await client.patch(`/Users/${id}`, { op: 'replace', path: `${LEDGER}:costCode`, value: 'forged' });
      await client.patch(`/Users/${id}`, { op: 'replace', value: { [LEDGER]: { costCode: 'forged', note: 'm' } } });
      expect(await ledger()).toMatchObject({ costCode: 'A-1', note: 'm' });
    });

    test('and take it away', async () => {
      act = set({ [LEDGER]: { costCode: 'A-1', grade: 1 } });
      const { id } = await client.user('ann');
      act = set({ [LEDGER]: { costCode: null, grade: undefined } });
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'x' });
      expect((await client.read(`/Users/${id}`))[LEDGER]).toEqual({ grade: 1 });
      const change = (await client.changes()).at(-1);
      expect(change?.difference).toContainEqual({ path: [LEDGER, 'costCode'], before: 'A-1' });
    });

    test('and when the resource is deleted it is passed over', async () => {
      const { id } = await client.user('ann');
      act = set({ [LEDGER]: { costCode: 'A-1' } });
      expect((await client.delete(`/Users/${id}`)).status).toBe(204);
    });

    test('unless it is unique and taken, which is the client’s 409', async () => {
      act = set({ [LEDGER]: { code: 'only' } });
      await client.user('ann');
      await expectNoChange(client, async () => {
        expectError(await client.post('/Users', { schemas: [URN.user], userName: 'bob' }), 409, 'uniqueness');
      });
    });

    test('with the other side of a race in view: it is asked again for what it is then', async () => {
      const { id } = await client.user('ann');
      let first = true;
      act = async ({ before }) => {
        if (first) {
          first = false;
          await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'faster' });
        }
        return { set: { [LEDGER]: { costCode: String(before?.title ?? 'none') } } };
      };
      const answer = await client.patch(`/Users/${id}`, { op: 'replace', path: 'nickName', value: 'A' });
      expect(answer.body).toMatchObject({ title: 'faster', nickName: 'A', [LEDGER]: { costCode: 'faster' } });
    });
  });
});

test('an operation says by its type which sides of a change there are', () => {
  const named: BeforeCommit = ({ operation, before, after }) => {
    if (operation === 'delete') return void before.id;
    if (operation === 'create') return void [before satisfies undefined, after.id];
    return void (before.id === after.id);
  };
  expect(named).toBeTypeOf('function');
});

test.each([0, -1, 1.5, 600_001, '5'])('a hookTimeout of %j is refused', async (hookTimeout) => {
  await expect(createScimTarget({ store: 'memory:', hookTimeout: hookTimeout as number })).rejects.toThrow(
    /hookTimeout must be/,
  );
});

test('the time limit is that of onPassword as well', async () => {
  const target = await createScimTarget({ store: 'memory:', hookTimeout: 20, onPassword: () => new Promise(() => {}) });
  await target.createTenant({ name: 'acme' });
  const { users } = target.directory('acme');
  const failed = await users.create({ userName: 'ann', password: 'x' }).catch((error: unknown) => error);
  expect(failed).toMatchObject({ status: 503, cause: { message: 'onPassword took longer than 20 ms' } });
  expect(await users.byUserName('ann')).toBeUndefined();
  await target.close();
});
