import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EntraClient, expectError, expectStatus, memberChange, type Wording } from './entra-client.js';
import { ExpectedTarget } from './expected-target.js';
import { DEFAULT_ROWS, FLAG_ROWS, type PatchRow } from './patch-rows.js';
import { deviations, readEverything, userDeviations } from './read-back.js';
import { type JsonObject, locatedId, ScimClient } from './scim-client.js';
import { startServer, type TestServer, temporaryStore } from './server.js';
import { fullUser, groupId, type SourceUser, sourceDirectory, userId } from './source-directory.js';

/** A server, the source it is filled from, and what it is expected to hold. */
class Provisioning {
  readonly source = sourceDirectory();
  readonly expected = new ExpectedTarget();
  readonly temporary = temporaryStore();
  server!: TestServer;
  scim!: ScimClient;
  entra!: EntraClient;

  async start(): Promise<void> {
    this.server = await startServer({ store: this.temporary.store, known: this.server });
    this.scim?.close();
    this.scim = new ScimClient(this.server);
    this.entra ??= new EntraClient(this.scim, this.source);
    this.entra.scim = this.scim;
  }

  get names() {
    return { links: this.entra.links, baseUrl: this.server.baseUrl };
  }

  user(index: number): SourceUser {
    return this.source.users.get(userId(index)) as SourceUser;
  }

  members(index: number): string[] {
    return this.source.groups.get(groupId(index))?.members as string[];
  }

  async cycle(wording: Wording): Promise<void> {
    await this.entra.incrementalCycle(wording);
    this.expected.follow(this.source);
  }

  /** Sends the rows one after the other; which of them did not do what they are to do. */
  async send(rows: readonly PatchRow[]): Promise<string[]> {
    const problems: string[] = [];
    for (const { name, user, operations, effect } of rows) {
      const told = (what: unknown) => problems.push(`${name}: ${what instanceof Error ? what.message : what}`);
      if (effect) this.expected.change(user, effect);
      await this.entra
        .patchUser(
          user,
          operations((objectId) => this.entra.idOf(objectId)),
        )
        .catch(told);
      for (const problem of await userDeviations(this.scim, this.expected, user, this.names)) told(problem);
    }
    return problems;
  }

  deviations(): Promise<string[]> {
    return deviations(this.scim, this.expected, this.names);
  }

  async end(): Promise<void> {
    this.scim?.close();
    await this.server?.kill9();
    this.temporary.remove();
  }
}

/** Two people whom the target knows before Entra does: one under another name, one in another case. */
async function knownBefore({ scim, expected }: Provisioning, one: SourceUser, other: SourceUser): Promise<void> {
  const resources: [SourceUser, JsonObject][] = [
    [one, { userName: 'legacy@old.example', externalId: one.mailNickname, displayName: 'Legacy', active: true }],
    [other, { userName: other.userPrincipalName.toUpperCase(), active: true }],
  ];
  for (const [{ objectId }, resource] of resources) {
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
    expectStatus(await scim.post('/Users', { schemas, ...resource }), 201);
    expected.create(objectId, resource);
  }
}

/** What happens in the source before the first incremental cycle. */
function firstChanges(p: Provisioning): void {
  p.user(41).isSoftDeleted = true;
  Object.assign(p.user(42), { jobTitle: 'Principal', mail: 'new.42@example.com', city: 'Bergen', department: 'Ops' });
  Object.assign(p.user(43), { userPrincipalName: 'Renamed.43@example.com', surname: 'Dahl', displayName: 'Zoë Dahl' });
  p.user(44).manager = userId(5);
  Object.assign(p.user(7), { mail: 'bare7@example.com', mobile: '+47 7', employeeId: 'E-7' });
  p.source.users.set(userId(50), { ...fullUser(50), manager: userId(9) });
  for (const group of p.source.groups.values()) group.members = group.members.filter((id) => id !== userId(45));
  p.source.users.delete(userId(45));
  // Still a member of Everyone: the target is to take it out of the group by itself.
  p.source.users.delete(userId(46));
  (p.source.groups.get(groupId(1)) as { displayName: string }).displayName = 'Sales EMEA';
  p.members(0).push(userId(50));
  p.members(2).splice(0, 2, userId(30), userId(31), userId(32));
  p.source.groups.set(groupId(5), {
    objectId: groupId(5),
    displayName: 'All teams',
    members: [groupId(3), userId(48)],
  });
}

/** And before the second one. */
function secondChanges(p: Provisioning): void {
  p.user(41).isSoftDeleted = false;
  p.user(42).isSoftDeleted = true;
  Object.assign(p.user(43), { userPrincipalName: 'renamed.43@EXAMPLE.com', givenName: 'Zoe', streetAddress: 'Gate 1' });
  Object.assign(p.user(44), { telephoneNumber: '+47 44', employeeId: 'E-44b' });
  p.source.users.set(userId(45), { ...fullUser(45), manager: userId(0) });
  p.members(0).push(userId(45));
  p.members(2).splice(0, 3);
  p.members(5).shift();
  p.source.groups.delete(groupId(1));
}

/** The member rows, on the group that the source has no members for. */
async function sendMemberRows({ entra, expected }: Provisioning): Promise<void> {
  const [group, one, two, three] = [groupId(4), userId(1), userId(2), userId(3)];
  const ids = [one, two, three].map((objectId) => entra.idOf(objectId));
  const step = async (operation: Parameters<EntraClient['patchGroup']>[1][number], isChange: boolean) => {
    await entra.patchGroup(group, [operation]);
    expected.group(group).version += Number(isChange);
  };
  await step(memberChange('Add', ids), true);
  await step(memberChange('Add', ids.slice(1, 2)), false);
  await step(memberChange('Remove', ids.slice(0, 1)), true);
  await step(memberChange('Remove', ids.slice(0, 1)), false);
  await step({ op: 'remove', path: `members[value eq "${ids[1]}"]` }, true);
  await step({ op: 'add', path: 'members', value: [{ value: ids[0] as string }] }, true);
  for (const member of [one, three]) expected.group(group).members.add(member);
}

describe.each([
  ['stopped', 'SIGTERM'],
  ['killed right after the last answer', 'SIGKILL'],
] as const)('an Entra job against a server that is %s and started again', (_, signal) => {
  let p: Provisioning;
  let lost: { user: string; id: string }[] = [];

  /** Ends the process and starts another on the same file; what it held before, where there was time to look. */
  async function restart(): Promise<void> {
    const before = signal === 'SIGTERM' ? await readEverything(p.scim) : undefined;
    p.server.signal(signal);
    const { code } = await p.server.ended;
    expect(code).toBe(signal === 'SIGTERM' ? 0 : null);
    await p.start();
    if (before) expect(await readEverything(p.scim)).toEqual(before);
  }

  beforeAll(async () => {
    p = new Provisioning();
    await p.start();
  });
  afterAll(() => p.end());

  it('tests the connection', async () => {
    await p.entra.testConnection();
    expect(await readEverything(p.scim)).toEqual([]);
  });

  it('provisions 50 users, their managers and five groups in the initial cycle', async () => {
    await knownBefore(p, p.user(3), p.user(4));
    await p.entra.initialCycle();
    p.expected.follow(p.source);
    expect([p.expected.users.size, p.expected.groups.size]).toEqual([50, 5]);
    await restart();
    expect(await p.deviations()).toEqual([]);
  });

  it('sends what changed in the first incremental cycle, one operation per attribute', async () => {
    firstChanges(p);
    lost = [45, 46].map((index) => ({ user: userId(index), id: p.entra.idOf(userId(index)) }));
    await p.cycle('default');
    await restart();
    expect(await p.deviations()).toEqual([]);
  });

  it('gets every PATCH of the default wording done, and nothing else', async () => {
    expect(await p.send(DEFAULT_ROWS)).toEqual([]);
    await sendMemberRows(p);
    await restart();
    expect(await p.deviations()).toEqual([]);
  });

  it('finds a deleted user gone: GET and a second DELETE are 404', async () => {
    expect(lost).toHaveLength(2);
    for (const { id } of lost) {
      expectError(await p.scim.get(`/Users/${id}`), 404);
      expectError(await p.scim.delete(`/Users/${id}`), 404);
      expect((await p.scim.filter('/Groups', `members eq "${id}"`)).body?.totalResults).toBe(0);
    }
  });

  it('sends what changed in the second incremental cycle, with the flag aadOptscim062020', async () => {
    secondChanges(p);
    const sales = p.entra.idOf(groupId(1));
    await p.cycle('aadOptscim062020');
    await restart();
    expect(await p.deviations()).toEqual([]);
    expect(p.entra.idOf(userId(45))).not.toBe(lost[0]?.id);
    expectError(await p.scim.get(`/Groups/${sales}`), 404);
    expectError(await p.scim.delete(`/Groups/${sales}`), 404);
  });

  it('gets every PATCH of the flag done, and nothing else', async () => {
    expect(await p.send(FLAG_ROWS)).toEqual([]);
    await restart();
    expect(await p.deviations()).toEqual([]);
  });

  it('refuses a name that is taken, in any case, and a failing operation takes the others with it', async () => {
    const taken = p.user(2).userPrincipalName.toUpperCase();
    const other = `/Users/${p.entra.idOf(userId(1))}`;
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
    expectError(await p.scim.post('/Users', { schemas, userName: taken }), 409, 'uniqueness');
    const rename = { op: 'Replace', path: 'userName', value: taken };
    const title = { op: 'Replace', path: 'title', value: 'not to be kept' };
    const message = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [title, rename] };
    expectError(await p.scim.patch(other, message), 409, 'uniqueness');
    const group = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'LEADS' };
    expectError(await p.scim.post('/Groups', group), 409, 'uniqueness');
    expect(await p.deviations()).toEqual([]);
  });

  it('creates a deleted user again under its old name', async () => {
    const { objectId, userPrincipalName: userName } = fullUser(46);
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
    const answer = expectStatus(await p.scim.post('/Users', { schemas, userName, displayName: 'Again' }), 201);
    const resource = { userName, displayName: 'Again', active: true };
    p.entra.links.set(objectId, locatedId(answer));
    p.expected.create(objectId, resource);
    expect(locatedId(answer)).not.toBe(lost[1]?.id);
    await restart();
    expect(await p.deviations()).toEqual([]);
  });
});
