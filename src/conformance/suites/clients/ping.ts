/** PingFederate's SCIM provisioner and the SCIM connector of Ping IDM: PATCH with and without path, a chosen filter. */
import type { Check } from '../../check.js';
import type { JsonObject } from '../../model.js';
import type { PatchOperation } from '../../probe.js';
import { type ClientCheck, demands, expectMatch, tolerates } from './client-check.js';

const PROVISIONER = 'PingFederate SCIM Connector, SCIM Connector settings reference';
const CONNECTOR = 'Ping Identity, OpenICF connector reference, SCIM connector';

/** PingFederate does not work without it. */
function pingFederate(check: Omit<ClientCheck, 'source'>): Check {
  return demands('PingFederate', { source: PROVISIONER, ...check });
}

const provisioner: readonly Check[] = [
  pingFederate({
    id: 'clients.ping.unique-user',
    title: 'A user is found by userName, the usual attribute for a unique user.',
    fix: 'Support the filter userName eq "…" on /Users.',
    run: expectMatch,
  }),
  tolerates({
    id: 'clients.ping.unique-user-by-email',
    title: 'A user is found by an e-mail address, where the filter expression was changed to emails.value.',
    source: PROVISIONER,
    fix: 'Support filters on sub-attributes of multi-valued attributes: emails.value eq "…".',
    needs: ['filter'],
    async run(t) {
      const user = await t.user();
      t.expectFound(await t.find('User', `emails.value eq "${user.sent.userName}"`), user);
    },
  }),
  pingFederate({
    id: 'clients.ping.rename-group',
    title: 'A group gets a new name.',
    fix: 'Let displayName of a group be replaced, under the same id.',
    needs: ['groups', 'patch'],
    async run(t) {
      const group = await t.group();
      const displayName = t.unique('renamed');
      t.expectSuccess(await t.patch(group, [{ op: 'replace', path: 'displayName', value: displayName }]));
      t.expectEqual(await t.read(group), 'displayName', displayName);
    },
  }),
  pingFederate({
    id: 'clients.ping.update-members',
    title: 'Members of a group are added and removed.',
    fix: 'Support add with path members and remove with path members[value eq "…"].',
    needs: ['groups', 'patch'],
    async run(t) {
      const [first, second] = [await t.user(), await t.user()];
      const group = await t.group({ members: [{ value: first.id }] });
      t.expectSuccess(await t.patch(group, [{ op: 'add', path: 'members', value: [{ value: second.id }] }]));
      t.expectSuccess(await t.patch(group, [{ op: 'remove', path: `members[value eq "${first.id}"]` }]));
      t.expectMembers(await t.read(group), second);
    },
  }),
  pingFederate({
    id: 'clients.ping.delete-group',
    title: 'A group is deleted, and gone.',
    fix: 'Answer DELETE /Groups/{id} with 204, and every later request for the id with 404.',
    needs: ['groups'],
    async run(t) {
      const group = await t.group();
      t.expectStatus(await t.delete(group), 204);
      t.expectStatus(await t.get(group.path), 404);
    },
  }),
];

const NEW: JsonObject = { displayName: 'Changed' };

/** The connector has an option for each of these forms. */
const forms: readonly { readonly id: string; readonly title: string; readonly operation: PatchOperation }[] = [
  {
    id: 'add-with-path',
    title: 'PATCH add with the path displayName sets it.',
    operation: { op: 'add', path: 'displayName', value: 'Changed' },
  },
  {
    id: 'add-without-path',
    title: 'PATCH add without a path sets the displayName of its value.',
    operation: { op: 'add', value: NEW },
  },
  {
    id: 'replace-with-path',
    title: 'PATCH replace with the path displayName sets it.',
    operation: { op: 'replace', path: 'displayName', value: 'Changed' },
  },
  {
    id: 'replace-without-path',
    title: 'PATCH replace without a path sets the displayName of its value.',
    operation: { op: 'replace', value: NEW },
  },
];

const connector: readonly Check[] = forms.map(({ id, title, operation }) => ({
  suite: 'clients',
  level: 'client',
  client: 'Ping IDM',
  id: `clients.ping.${id}`,
  title,
  source: CONNECTOR,
  fix: 'Support add and replace in both forms: with path and a value, without path and an object of attributes.',
  needs: ['patch'],
  async run(t) {
    const user = await t.user();
    t.expectStatus(await t.patch(user, [operation]), 200, 204);
    const answer = await t.read(user);
    t.expectEqual(answer, 'displayName', 'Changed');
    t.expectEqual(answer, 'name.givenName', 'Given');
  },
}));

export const pingChecks: readonly Check[] = [...provisioner, ...connector];
