/** JumpCloud custom SCIM: a test user and a test group at each activation, core attributes only, members by value. */
import type { Check } from '../../check.js';
import { GROUP_URN, USER_URN } from '../../facts.js';
import type { JsonObject } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { valueAt } from '../../values.js';
import { type ClientCheck, demands, tolerates } from './client-check.js';

const PAGE =
  'JumpCloud, Provision and manage users and groups in apps using custom SCIM identity management integration';

/** JumpCloud does not work without it. */
function jumpcloud(check: Omit<ClientCheck, 'source'>): Check {
  return demands('JumpCloud', { source: PAGE, ...check });
}

/** Core schema alone, and what the server's schema requires. */
function testUser(t: Probe): JsonObject {
  return t.userBody({ schemas: [USER_URN], displayName: null, externalId: null });
}

/** POST, which must succeed. Gives the path of the new resource. */
async function create(t: Probe, endpoint: string, body: JsonObject): Promise<string> {
  const answer = await t.post(endpoint, body);
  t.expectStatus(answer, 201);
  t.expectPresent(answer, 'id');
  return `${endpoint}/${encodeURIComponent(String(valueAt(answer.body, 'id')))}`;
}

/** DELETE, after which the resource must be gone. False: the server refuses to delete. */
async function remove(t: Probe, path: string): Promise<boolean> {
  const answer = await t.delete(path);
  if (answer.status >= 300) return false;
  t.expectStatus(await t.get(path), 404);
  return true;
}

const activation: readonly Check[] = [
  jumpcloud({
    id: 'clients.jumpcloud.test-user',
    title: 'The test user of the activation is created from core attributes, and deleted or deactivated.',
    fix: 'Take users without any extension schema, answer 201; let DELETE remove them, or active be set to false.',
    async run(t) {
      const path = await create(t, t.endpoint('User'), testUser(t));
      if (await remove(t, path)) return;
      t.expectSuccess(await t.patch(path, [{ op: 'replace', path: 'active', value: false }]));
      t.expectEqual(await t.read(path), 'active', false);
    },
  }),
  jumpcloud({
    id: 'clients.jumpcloud.test-group',
    title: 'The test group of the activation is created with a displayName alone, and deleted.',
    fix: 'Take groups of schemas and displayName only, answer 201, and let DELETE remove them.',
    needs: ['groups'],
    async run(t) {
      const body = { schemas: [GROUP_URN], displayName: t.unique('group') };
      const path = await create(t, t.endpoint('Group'), body);
      t.expectSuccess(await t.delete(path));
      t.expectStatus(await t.get(path), 404);
    },
  }),
  tolerates({
    id: 'clients.jumpcloud.activate-again',
    title: 'The test user can be created again after it was deleted.',
    source: 'RFC 7644 §3.6',
    fix: 'Let a userName be free again once its user was deleted: a second activation uses it once more.',
    async run(t) {
      const body = testUser(t);
      const isGone = await remove(t, await create(t, t.endpoint('User'), body));
      if (!isGone) t.skip('the server does not delete users');
      await create(t, t.endpoint('User'), body);
    },
  }),
  jumpcloud({
    id: 'clients.jumpcloud.deactivate',
    title: 'A user can be deactivated instead of deleted.',
    fix: 'Let active be replaced by path, keep the user, and give active false afterwards.',
    needs: ['patch'],
    async run(t) {
      const user = await t.user();
      t.expectSuccess(await t.patch(user, [{ op: 'replace', path: 'active', value: false }]));
      t.expectEqual(await t.read(user), 'active', false);
    },
  }),
];

function values(...members: readonly Made[]): JsonObject[] {
  return members.map(({ id }) => ({ value: id }));
}

const members: readonly Check[] = [
  jumpcloud({
    id: 'clients.jumpcloud.add-member',
    title: 'PATCH add members [{"value": …}] adds the user to those that are there.',
    fix: 'Let add with path members add the listed values and keep the others.',
    needs: ['groups', 'patch'],
    async run(t) {
      const [first, second] = [await t.user(), await t.user()];
      const group = await t.group({ members: values(first) });
      t.expectSuccess(await t.patch(group, [{ op: 'add', path: 'members', value: values(second) }]));
      t.expectMembers(await t.read(group), first, second);
    },
  }),
  tolerates({
    id: 'clients.jumpcloud.remove-member',
    title: 'PATCH remove members [{"value": …}] removes the listed user alone.',
    source: 'Reports of requests of JumpCloud custom SCIM: removal without a filter',
    fix: 'When remove has a value, remove the listed members only; without one it empties the group.',
    needs: ['groups', 'patch'],
    async run(t) {
      const [first, second] = [await t.user(), await t.user()];
      const group = await t.group({ members: values(first, second) });
      t.expectSuccess(await t.patch(group, [{ op: 'remove', path: 'members', value: values(first) }]));
      t.expectMembers(await t.read(group), second);
    },
  }),
];

export const jumpcloudChecks: readonly Check[] = [...activation, ...members];
