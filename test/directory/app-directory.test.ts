/** What the app itself does in a tenant, as typed functions. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ChangeContext, KeptUser, TenantDirectory } from '../../src/index.js';
import { AccessError, ScimError } from '../../src/index.js';
import { type Client, URN } from '../support/client.js';
import { DEVICE, documentsWithServerAttributes, LEDGER } from '../support/server-attributes.js';
import { describeOnEach, Suite } from '../support/target.js';

/** The ScimError that a call ends with. */
async function refusalOf(call: Promise<unknown>): Promise<ScimError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ScimError);
  return error as ScimError;
}

async function gathered<One>(all: AsyncIterable<One>): Promise<One[]> {
  const list: One[] = [];
  for await (const one of all) list.push(one);
  return list;
}

describeOnEach('the directory of a tenant, for the app', (engine) => {
  const contexts: ChangeContext[] = [];
  let refusal: Error | undefined;
  const suite = new Suite(engine, {
    schemas: documentsWithServerAttributes(),
    beforeCommit: ({ type }, context) => {
      contexts.push(context);
      if (refusal) throw refusal;
      return type === 'User' ? { set: { [LEDGER]: { costCode: 'A' } } } : undefined;
    },
  });
  let client: Client;
  let directory: TenantDirectory;
  beforeAll(() => suite.start());
  afterAll(() => suite.stop());
  beforeEach(async () => {
    refusal = undefined;
    client = await suite.tenant();
    directory = suite.target.directory(client.tenant.name);
    contexts.length = 0;
  });

  test('makes a user whom clients see, with what the server adds, and gives it as plain JSON', async () => {
    const made: KeptUser = await directory.users.create({
      userName: 'ann',
      emails: [{ value: 'ann@example.com', type: 'work' }],
      [URN.enterprise]: { department: 'Sales' },
    });
    const { meta, ...shown } = await client.read(`/Users/${made.id}`);
    const { location: _, ...rest } = meta;
    expect(made).toEqual({ ...shown, meta: rest });
    expect(made).toMatchObject({
      active: true,
      [LEDGER]: { costCode: 'A' },
      [URN.enterprise]: { department: 'Sales' },
    });
    expect(contexts).toMatchObject([
      { credential: { id: 'app', name: 'the app' }, address: undefined, profile: undefined },
    ]);
  });

  test('finds what clients have made, by id, by what is unique, and by filter', async () => {
    const ann = await client.user('Ann', { externalId: 'x-1', emails: [{ value: 'a@example.com' }] });
    await client.user('bo', { externalId: 'x-"2"' });
    const { users } = directory;
    expect(await users.get(ann.id)).toMatchObject({ id: ann.id, userName: 'Ann' });
    expect(await users.get('none')).toBeUndefined();
    expect((await users.byUserName('ANN'))?.id).toBe(ann.id);
    expect((await users.byExternalId('x-"2"'))?.userName).toBe('bo');
    expect(await users.byExternalId('x-3')).toBeUndefined();
    expect((await users.by('emails.value', 'a@example.com'))?.id).toBe(ann.id);
    const page = await users.find({ sortBy: 'userName', sortOrder: 'descending', startIndex: 2, count: 1 });
    expect(page).toMatchObject({ totalResults: 2, startIndex: 2, itemsPerPage: 1, Resources: [{ userName: 'Ann' }] });
    expect(await users.find({ filter: 'userName sw "z"' })).toMatchObject({ totalResults: 0, Resources: [] });
    expect((await refusalOf(users.find({ filter: 'userNam eq "z"' }))).scimType).toBe('invalidFilter');
  });

  test('goes through all of them, while others come and go', async () => {
    const names = Array.from({ length: 130 }, (_, i) => `user-${String(i).padStart(3, '0')}`);
    for (const userName of names) await directory.users.create({ userName });
    const seen: string[] = [];
    for await (const user of directory.users.all({ sortBy: 'userName', filter: 'userName sw "user-"' })) {
      seen.push(user.userName);
      if (seen.length === 50) await directory.users.remove(user.id);
    }
    expect(seen).toEqual(names);
    expect((await directory.users.find({ count: 0 })).totalResults).toBe(129);
  });

  test('replaces, patches and removes, with a condition where the app has one', async () => {
    const { users } = directory;
    const made = await users.create({ userName: 'ann', title: 'Clerk' });
    const replaced = await users.replace(made.id, { ...made, displayName: 'Ann' }, { ifMatch: made.meta.version });
    expect(replaced).toMatchObject({ id: made.id, title: 'Clerk', displayName: 'Ann', meta: { version: 'W/"2"' } });
    const stale = { ifMatch: made.meta.version };
    expect((await refusalOf(users.replace(made.id, { userName: 'ann' }, stale))).status).toBe(412);
    expect((await refusalOf(users.patch(made.id, [{ op: 'remove', path: 'title' }], stale))).status).toBe(412);
    expect((await refusalOf(users.remove(made.id, stale))).status).toBe(412);
    const patched = await users.patch(made.id, [
      { op: 'replace', path: 'active', value: false },
      { op: 'remove', path: 'title' },
    ]);
    expect(patched).toMatchObject({ active: false });
    expect(patched).not.toHaveProperty('title');
    await users.remove(made.id);
    expect((await refusalOf(users.remove(made.id))).status).toBe(404);
    const history = await users.history(made.id);
    expect(history.map(({ operation, actor }) => [operation, actor.credential])).toEqual(
      ['delete', 'patch', 'replace', 'create'].map((operation) => [operation, 'app']),
    );
    expect((await users.history(made.id, history[1]?.sequence, 1)).map(({ operation }) => operation)).toEqual([
      'replace',
    ]);
  });

  test('has groups, and their members however many they are', async () => {
    const { users, groups } = directory;
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await users.create({ userName: `u${i}` })).id);
    const group = await groups.create({ displayName: 'Staff', members: ids.slice(0, 3).map((value) => ({ value })) });
    expect(group).not.toHaveProperty('members');
    await groups.patch(group.id, [{ op: 'add', path: 'members', value: ids.slice(3).map((value) => ({ value })) }]);
    await groups.replace(group.id, { displayName: 'Crew' });
    const members = await gathered(groups.members(group.id));
    expect(members.map(({ value }) => value)).toEqual([...ids].sort());
    expect(members[0]).toMatchObject({ type: 'User' });
    expect((await groups.byDisplayName('crew'))?.id).toBe(group.id);
    expect(await users.get(ids[0] as string)).toMatchObject({ groups: [{ value: group.id, display: 'Crew' }] });
    expect(await gathered(users.members(ids[0] as string))).toEqual([]);
    expect(
      (await refusalOf(groups.patch(group.id, [{ op: 'add', path: 'members', value: [{ value: 'none' }] }]))).scimType,
    ).toBe('invalidValue');
  });

  test('has the resources of any type', async () => {
    const devices = directory.resources('Device');
    const made = await devices.create({ schemas: [DEVICE], serial: '1' });
    expect(await devices.get(made.id)).toEqual(made);
    expect((await refusalOf(directory.resources('Nothing').find())).detail).toContain('no resource type Nothing');
  });

  test('tells the history of the tenant', async () => {
    await client.user('ann');
    await directory.users.create({ userName: 'bo' });
    const all = await directory.history();
    expect(all.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(await directory.history(1, 1)).toEqual([all[1]]);
    expect(await directory.history(2)).toEqual([]);
  });

  test('is told in events as what clients do', async () => {
    const told: string[] = [];
    const { close } = suite.target.events.subscribe(`app-${client.tenant.name}`, (event) => {
      if (event.tenant === client.tenant.name) told.push(`${event.type} by ${event.actor.credential}`);
    });
    const { id } = await directory.users.create({ userName: 'ann' });
    await directory.users.remove(id);
    await suite.target.events.settled();
    expect(told).toEqual(['user.created by app', 'user.deleted by app']);
    await close();
  });

  describe('refuses', () => {
    test('what a client would be refused, and then nothing is stored', async () => {
      const { users } = directory;
      await users.create({ userName: 'ann' });
      const before = await client.everything();
      expect((await refusalOf(users.create({ userName: 'ANN' }))).scimType).toBe('uniqueness');
      expect((await refusalOf(users.create({ userName: '' }))).scimType).toBe('invalidValue');
      expect((await refusalOf(users.create({ userName: 'bo', nickNam: 'B' } as never))).scimType).toBe('invalidSyntax');
      expect((await refusalOf(users.create({ userName: 'bo', active: 'yes' } as never))).scimType).toBe('invalidValue');
      expect((await refusalOf(users.create(undefined as never))).scimType).toBe('invalidSyntax');
      expect((await refusalOf(users.patch('none', [{ op: 'remove', path: 'title' }]))).status).toBe(404);
      refusal = new ScimError('forbidden', 'Frozen.');
      expect((await refusalOf(users.create({ userName: 'bo' }))).detail).toBe('Frozen.');
      expect(await client.everything()).toEqual(before);
    });

    test('names that are written wrong, and then nothing is read or written', async () => {
      const { users } = directory;
      const { id, meta } = await users.create({ userName: 'written-wrong' });
      const wrong = { fliter: 'active eq false' } as object;
      const nextOf = (query: object) => users.all(query).next();
      await expect(users.find(wrong)).rejects.toThrow(
        'There is no fliter here, but filter, sortBy, sortOrder, startIndex',
      );
      await expect(nextOf(wrong)).rejects.toThrow(ScimError);
      const stale = { ifmatch: `${meta.version}-other` } as object;
      await expect(users.replace(id, { userName: 'x' }, stale)).rejects.toThrow(
        'There is no ifmatch here, but ifMatch.',
      );
      await expect(users.remove(id, stale)).rejects.toThrow(ScimError);
      expect((await users.get(id))?.meta.version).toBe(meta.version);
    });

    test('a second group of a name where clients may not have one', async () => {
      await client.group('Staff');
      expect((await refusalOf(directory.groups.create({ displayName: 'staff' }))).scimType).toBe('uniqueness');
      const strict = await suite.tenant('strict');
      await strict.group('Staff');
      await suite.target.directory(strict.tenant.name).groups.create({ displayName: 'staff' });
    });

    test('a tenant that does not exist, and knows nothing of the resources of another', async () => {
      const ann = await client.user('ann');
      const other = await suite.tenant();
      const strangers = suite.target.directory(other.tenant.name);
      expect(await strangers.users.get(ann.id)).toBeUndefined();
      expect(await strangers.users.byUserName('ann')).toBeUndefined();
      expect((await refusalOf(strangers.users.remove(ann.id))).status).toBe(404);
      expect(await strangers.users.history(ann.id)).toEqual([]);
      const nobody = suite.target.directory('nobody');
      const calls = [
        () => nobody.users.get('1'),
        () => nobody.history(),
        () => gathered(nobody.groups.members('1')),
        () => gathered(nobody.users.all()),
      ];
      for (const call of calls) {
        const error = await call().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(AccessError);
        expect(String(error)).toContain('there is no tenant named "nobody"');
      }
    });
  });

  test('what it gives is the app’s: changing it changes nothing that is kept', async () => {
    const made = await directory.users.create({ userName: 'ann', emails: [{ value: 'a@example.com' }] });
    const given = await directory.users.get(made.id);
    for (const emails of [given?.emails, made.emails]) Object.assign(emails?.[0] ?? {}, { value: 'spoiled' });
    expect((await directory.users.get(made.id))?.emails).toEqual([{ value: 'a@example.com' }]);
  });
});
