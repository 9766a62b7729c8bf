/** What the simulated Entra sends, request by request, and what it makes of answers. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Entra, EntraError, TestTarget } from '../../src/testing/index.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

let test: TestTarget;
beforeEach(async () => {
  test = await TestTarget.start();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await test.stop();
});

/** The requests that `work` sends, the bodies parsed. */
async function sentBy(work: () => Promise<unknown>): Promise<[string, unknown?][]> {
  const spy = vi.spyOn(globalThis, 'fetch');
  await work();
  const sent = spy.mock.calls.map(([address, init]): [string, unknown?] => {
    const path = decodeURIComponent(String(address).replace(test.url, '')).replaceAll('+', ' ');
    const line = `${init?.method} ${path}`;
    return init?.body === undefined ? [line] : [line, JSON.parse(String(init.body))];
  });
  spy.mockRestore();
  return sent;
}

const patch = (...operations: object[]) => ({ schemas: [PATCH_OP], Operations: operations });

describe('a user', () => {
  it('is looked for and then created, with the values that each user of Entra has', async () => {
    const { entra } = test;
    const sent = await sentBy(() =>
      entra.createUser({ userName: 'ann@example.com', givenName: 'Ann', familyName: 'Lee', department: 'Tools' }),
    );
    expect(sent).toEqual([
      ['GET /Users?filter=userName eq "ann@example.com"'],
      [
        'POST /Users',
        {
          schemas: [CORE, ENTERPRISE],
          userName: 'ann@example.com',
          active: true,
          displayName: 'Ann Lee',
          emails: [{ primary: true, type: 'work', value: 'ann@example.com' }],
          name: { givenName: 'Ann', familyName: 'Lee' },
          externalId: 'ann',
          [ENTERPRISE]: { department: 'Tools' },
          meta: { resourceType: 'User' },
          roles: [],
        },
      ],
    ]);
  });

  it('that is there already is brought up to date in place of being created', async () => {
    const { entra } = test;
    const id = await entra.createUser({ userName: 'ann@example.com', title: 'Engineer' });
    const sent = await sentBy(async () =>
      expect(await entra.createUser({ userName: 'ann@example.com', title: 'Director', phone: '+47 1' })).toBe(id),
    );
    expect(sent).toEqual([
      ['GET /Users?filter=userName eq "ann@example.com"'],
      [`GET /Users/${id}`],
      [
        `PATCH /Users/${id}`,
        patch(
          { op: 'Replace', path: 'title', value: 'Director' },
          { op: 'Add', path: 'phoneNumbers[type eq "work"].value', value: '+47 1' },
        ),
      ],
    ]);
  });

  it('is disabled with a text in the default dialect, and not again when it is disabled', async () => {
    const { entra } = test;
    const id = await entra.createUser({ userName: 'ann@example.com' });
    const sent = await sentBy(async () => {
      await entra.disableUser(id);
      await entra.disableUser(id);
      await entra.enableUser(id);
    });
    expect(sent).toEqual([
      [`GET /Users/${id}`],
      [`PATCH /Users/${id}`, patch({ op: 'Replace', path: 'active', value: 'False' })],
      [`GET /Users/${id}`],
      [`GET /Users/${id}`],
      [`PATCH /Users/${id}`, patch({ op: 'Replace', path: 'active', value: 'True' })],
    ]);
    expect((await test.request('GET', `/Users/${id}`)).body?.active).toBe(true);
  });

  it('is changed with plain values together in the compliant dialect', async () => {
    const entra = new Entra({ ...test, dialect: 'compliant' });
    const id = await entra.createUser({ userName: 'ann@example.com' });
    const sent = await sentBy(() =>
      entra.updateUser(id, { title: 'Director', active: false, email: 'a@example.com', department: 'Tools' }),
    );
    expect(sent[1]).toEqual([
      `PATCH /Users/${id}`,
      patch(
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'a@example.com' },
        { op: 'replace', value: { active: false, title: 'Director', [`${ENTERPRISE}:department`]: 'Tools' } },
      ),
    ]);
    expect((await test.request('GET', `/Users/${id}`)).body).toMatchObject({
      active: false,
      title: 'Director',
      emails: [{ type: 'work', value: 'a@example.com' }],
      [ENTERPRISE]: { department: 'Tools' },
    });
    const single = await sentBy(() => entra.enableUser(id));
    expect(single[1]).toEqual([`PATCH /Users/${id}`, patch({ op: 'replace', path: 'active', value: true })]);
  });

  it('is deleted for good', async () => {
    const id = await test.entra.createUser({ userName: 'ann@example.com' });
    expect(await sentBy(() => test.entra.deleteUser(id))).toEqual([[`DELETE /Users/${id}`]]);
    expect((await test.request('GET', `/Users/${id}`)).status).toBe(404);
  });
});

describe('a group', () => {
  it('is created without members, and gets them in one request', async () => {
    const { entra } = test;
    const [ann, bob] = [await entra.createUser({ userName: 'ann' }), await entra.createUser({ userName: 'bob' })];
    let id = '';
    const sent = await sentBy(async () => {
      id = await entra.createGroup('Admins', 'x-1');
      await entra.addMember(id, ann, bob);
      await entra.removeMember(id, bob);
      await entra.renameGroup(id, 'Owners');
    });
    expect(sent).toEqual([
      ['GET /Groups?filter=displayName eq "Admins"&excludedAttributes=members'],
      [
        'POST /Groups',
        {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
          externalId: 'x-1',
          displayName: 'Admins',
          meta: { resourceType: 'Group' },
        },
      ],
      [
        `PATCH /Groups/${id}`,
        patch({
          op: 'Add',
          path: 'members',
          value: [
            { $ref: null, value: ann },
            { $ref: null, value: bob },
          ],
        }),
      ],
      [`PATCH /Groups/${id}`, patch({ op: 'Remove', path: 'members', value: [{ $ref: null, value: bob }] })],
      [`GET /Groups/${id}?excludedAttributes=members`],
      [`PATCH /Groups/${id}`, patch({ op: 'Replace', path: 'displayName', value: 'Owners' })],
    ]);
    expect((await test.request('GET', `/Groups/${id}`)).body).toMatchObject({
      displayName: 'Owners',
      members: [{ value: ann }],
    });
    await entra.deleteGroup(id);
    expect((await test.request('GET', '/Groups')).body?.totalResults).toBe(0);
  });

  it('that is there already is taken', async () => {
    const id = await test.entra.createGroup('Admins');
    expect(await test.entra.createGroup('Admins')).toBe(id);
  });

  it('loses members by a path each in the compliant dialect', async () => {
    const entra = new Entra({ ...test, dialect: 'compliant' });
    const users = [await entra.createUser({ userName: 'ann' }), await entra.createUser({ userName: 'bob' })];
    const id = await entra.createGroup('Admins');
    await entra.addMember(id, ...users);
    const sent = await sentBy(() => entra.removeMember(id, ...users));
    expect(sent).toEqual([
      [`PATCH /Groups/${id}`, patch(...users.map((user) => ({ op: 'remove', path: `members[value eq "${user}"]` })))],
    ]);
    expect((await test.request('GET', `/Groups/${id}`)).body?.members).toBeUndefined();
  });
});

describe('Entra', () => {
  it('tests the connection with a user that cannot exist', async () => {
    const sent = await sentBy(() => test.entra.testConnection());
    expect(sent).toEqual([[expect.stringMatching(/^GET \/Users\?filter=userName eq "[0-9a-f-]{36}"$/)]]);
  });

  it('sends the flags of its Tenant URL with each request', async () => {
    const entra = new Entra({ url: `${test.url}/?aadOptscim062020`, token: test.token });
    const sent = await sentBy(() => entra.createGroup('Admins'));
    expect(sent.map(([line]) => line)).toEqual([
      'GET /Groups?filter=displayName eq "Admins"&excludedAttributes=members&aadOptscim062020',
      'POST /Groups?aadOptscim062020',
    ]);
  });

  it('throws what the server said when that is no success', async () => {
    const { entra } = test;
    const refused = await entra.updateUser('nobody', { title: 'x' }).catch((error) => error);
    expect(refused).toBeInstanceOf(EntraError);
    expect(refused.status).toBe(404);
    expect(refused.message).toMatch(/^GET \/Users\/nobody was answered with 404: \w+/);
    await entra.createUser({ userName: 'ann@example.com' });
    const bob = await entra.createUser({ userName: 'bob@example.com' });
    await expect(entra.updateUser(bob, { userName: 'ann@example.com' })).rejects.toMatchObject({
      status: 409,
      scimType: 'uniqueness',
    });
    const stranger = new Entra({ url: test.url, token: 'wrong' });
    await expect(stranger.testConnection()).rejects.toMatchObject({ status: 401 });
  });
});
