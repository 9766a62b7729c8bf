import { afterEach, describe, expect, it } from 'vitest';
import { ScimError } from '../../src/index.js';
import { EntraError, TestTarget, type TestTargetOptions } from '../../src/testing/index.js';

const running: TestTarget[] = [];
afterEach(async () => {
  for (const test of running.splice(0)) await test.stop();
});

async function start(options?: TestTargetOptions): Promise<TestTarget> {
  const test = await TestTarget.start(options);
  running.push(test);
  return test;
}

describe('a test target', () => {
  it('has one tenant with a token, and answers to it alone', async () => {
    const test = await start();
    expect(test.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/scim\/v2$/);
    expect((await test.request('GET', '/Users')).body).toMatchObject({ totalResults: 0 });
    expect((await fetch(`${test.url}/Users`)).status).toBe(401);
  });

  it('has a clock that stands until it is set forward', async () => {
    const test = await start({ now: '2026-03-01T12:00:00.000Z' });
    const id = await test.entra.createUser({ userName: 'ann@example.com' });
    const metaOf = async () => (await test.request('GET', `/Users/${id}`)).body?.meta;
    expect(await metaOf()).toMatchObject({ created: '2026-03-01T12:00:00.000Z' });
    test.advance(61_500);
    expect(test.now()).toEqual(new Date('2026-03-01T12:01:01.500Z'));
    await test.entra.disableUser(id);
    expect(await metaOf()).toMatchObject({
      created: '2026-03-01T12:00:00.000Z',
      lastModified: '2026-03-01T12:01:01.500Z',
    });
  });

  it('says what is wrong with a clock or a step of it', async () => {
    await expect(TestTarget.start({ now: 'yesterday' })).rejects.toThrow('it is yesterday');
    const test = await start();
    expect(() => test.advance(-1)).toThrow('0 or more; it was given -1');
    expect(() => test.advance(Number.NaN)).toThrow(RangeError);
  });

  it('tells the app what has happened, in order, by the time it has settled', async () => {
    const test = await start({ tenant: 'acme' });
    const told: string[] = [];
    test.target.events.subscribe('app', ({ type, tenant }) => void told.push(`${tenant} ${type}`));
    const { entra } = test;
    const ann = await entra.createUser({ userName: 'ann@example.com', title: 'Engineer' });
    await entra.updateUser(ann, { title: 'Director' });
    await entra.disableUser(ann);
    await entra.enableUser(ann);
    const group = await entra.createGroup('Admins');
    await entra.addMember(group, ann);
    await entra.renameGroup(group, 'Owners');
    await entra.removeMember(group, ann);
    await entra.deleteGroup(group);
    await entra.deleteUser(ann);
    await test.settled();
    expect(told).toEqual(
      [
        'user.created',
        'user.updated',
        'user.disabled',
        'user.enabled',
        'group.created',
        'membership.added',
        'group.renamed',
        'membership.removed',
        'group.deleted',
        'user.deleted',
      ].map((type) => `acme ${type}`),
    );
  });

  it('tries a handler that has failed again when its clock has gone on, and not before', async () => {
    const test = await start();
    const attempts: number[] = [];
    test.target.events.subscribe('app', (_, { attempt }) => {
      attempts.push(attempt);
      if (attempts.length < 3) throw new Error('not yet');
    });
    await test.entra.createUser({ userName: 'ann@example.com' });
    await test.settled();
    await test.settled();
    expect(attempts).toEqual([1]);
    for (let hours = 0; hours < 3; hours++) {
      test.advance(3_600_000);
      await test.settled();
    }
    expect(attempts).toEqual([1, 2, 3]);
    expect(await test.target.events.status('test')).toMatchObject([{ position: 1, last: 1, trouble: undefined }]);
  });

  it('hands an app that refuses over to Entra as it would see it', async () => {
    const test = await start({
      beforeCommit: ({ after }) => {
        if (!String(after?.userName).endsWith('@example.com'))
          throw new ScimError('invalidValue', 'Only example.com signs in here.');
      },
    });
    const refused = await test.entra.createUser({ userName: 'eve@elsewhere.example' }).catch((error) => error);
    expect(refused).toBeInstanceOf(EntraError);
    expect(refused).toMatchObject({
      message: 'POST /Users was answered with 400: Only example.com signs in here.',
      status: 400,
      scimType: 'invalidValue',
    });
    await test.entra.createUser({ userName: 'ann@example.com' });
    expect((await test.request('GET', '/Users')).body).toMatchObject({ totalResults: 1 });
  });

  it('can be there many times, none knowing of another', async () => {
    const all = await Promise.all([start(), start(), start()]);
    await all[0]?.entra.createUser({ userName: 'ann@example.com' });
    const totals = await Promise.all(all.map((test) => test.request('GET', '/Users?count=0')));
    expect(totals.map(({ body }) => body?.totalResults)).toEqual([1, 0, 0]);
    expect(new Set(all.map(({ url }) => url)).size).toBe(3);
  });

  it('is gone when it was stopped', async () => {
    const test = await TestTarget.start();
    await test.stop();
    await expect(fetch(`${test.url}/Users`)).rejects.toThrow();
  });
});
