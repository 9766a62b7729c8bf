/** Groups and their members: RFC 7643 §4.2. */
import type { Check } from '../../check.js';
import { definitionOf, GROUP_URN, schemaOf, USER_URN } from '../../facts.js';
import type { Answer, Feature, Json } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { valueAt } from '../../values.js';
import { modifiedOf, type PatchCheck, patched, untilNextStamp } from './patch-common.js';

/** All of them need groups; `needs` says what else. */
function groupCheck({ level = 'must', needs = [], ...rest }: PatchCheck): Check {
  return { ...rest, suite: 'rfc', level, needs: ['groups', ...needs] };
}

const PATCH: readonly Feature[] = ['patch'];

/** Members as they are sent: the id alone, which is all that the RFC asks for. */
function membersOf(...resources: readonly Made[]): Json[] {
  return resources.map(({ id }) => ({ value: id }));
}

/** So many new users. */
export async function users(t: Probe, count: number): Promise<Made[]> {
  const result: Made[] = [];
  for (let i = 0; i < count; i++) result.push(await t.user());
  return result;
}

/** A group with so many users in it. */
async function groupOf(t: Probe, count: number): Promise<{ group: Made; members: [Made, ...Made[]] }> {
  const members = (await users(t, count)) as [Made, ...Made[]];
  return { group: await t.group({ members: membersOf(...members) }), members };
}

const created: readonly Check[] = [
  groupCheck({
    id: 'rfc.groups.create.members',
    title: 'A group is created with the members of the POST.',
    source: 'RFC 7643 §4.2, RFC 7644 §3.3',
    fix: 'Store the members that come with the POST of a group, and give them back.',
    async run(t) {
      const { group, members } = await groupOf(t, 2);
      t.expectMembers(await t.read(group), ...members);
    },
  }),
  groupCheck({
    id: 'rfc.groups.create.answer',
    title: 'The answer to the POST of a group has its members.',
    source: 'RFC 7644 §3.3',
    fix: 'Put the whole new group in the answer, members included.',
    async run(t) {
      const { group, members } = await groupOf(t, 2);
      t.expectMembers(group.answer, ...members);
    },
  }),
  groupCheck({
    id: 'rfc.groups.create.empty',
    title: 'A group can be created without members.',
    source: 'RFC 7643 §4.2',
    fix: 'Do not require members: clients make a group first and fill it later.',
    async run(t) {
      const answer = await t.post(t.endpoint('Group'), t.groupBody());
      t.expectStatus(answer, 201);
    },
  }),
  groupCheck({
    id: 'rfc.groups.create.display-name',
    title: 'A group without displayName is refused.',
    source: 'RFC 7643 §4.2',
    fix: 'Require displayName of groups, and answer with 400 when it is missing.',
    async run(t) {
      if (schemaOf(t.facts, GROUP_URN) && definitionOf(t.facts, GROUP_URN, 'displayName')?.required !== true) {
        // The text of §4.2 demands it, the schema in §8.7.1 does not; a server that announces the latter keeps to it.
        t.skip("the server's schema does not require displayName of groups, as in RFC 7643 §8.7.1");
      }
      t.expectError(await t.post(t.endpoint('Group'), t.groupBody({ displayName: null })), 400);
    },
  }),
  groupCheck({
    id: 'rfc.groups.create.unknown-member',
    title: 'A member that is no resource of the server is refused.',
    level: 'should',
    source: 'RFC 7643 §4.2',
    fix: 'Look up the ids of members, and answer with 400 when there is no such resource.',
    async run(t) {
      const gone = await t.user();
      t.expectSuccess(await t.delete(gone));
      const answer = await t.post(t.endpoint('Group'), t.groupBody({ members: membersOf(gone) }));
      t.expectStatus(answer, 400, 404);
    },
  }),
];

/** The URI of a member as a path or URL that can be requested; relative ones are below the base URL. */
function targetOf(reference: string): string {
  return /^https?:/.test(reference) ? reference : `/${reference.replace(/^(\.*\/)+/, '')}`;
}

const elements: readonly Check[] = [
  groupCheck({
    id: 'rfc.groups.member.ref',
    title: 'The $ref of a member, if there is one, leads to that member.',
    source: 'RFC 7643 §4.2, §2.3.7',
    fix: 'Make $ref of the public base URL, the endpoint and the id of the member.',
    async run(t: Probe) {
      const { group, members } = await groupOf(t, 1);
      const reference = valueAt((await t.read(group)).body, 'members[0].$ref');
      if (typeof reference !== 'string') t.skip('the members of this server have no $ref');
      t.expectEqual(await t.read(targetOf(reference)), 'id', members[0].id);
    },
  }),
  groupCheck({
    id: 'rfc.groups.member.type',
    title: 'The type of a member that is a user, if it is given, is User.',
    source: 'RFC 7643 §4.2',
    fix: 'Give members the type of their resource: User or Group.',
    async run(t) {
      const { group } = await groupOf(t, 1);
      const answer = await t.read(group);
      if (valueAt(answer.body, 'members[0].type') === undefined) t.skip('the members of this server have no type');
      t.expectEqual(answer, 'members[0].type', 'User');
    },
  }),
  groupCheck({
    id: 'rfc.groups.member.immutable',
    title: 'The value of a member cannot be replaced by another.',
    source: 'RFC 7643 §4.2, RFC 7644 §3.5.2',
    fix: 'Refuse to change sub-attributes of a member; members are added and removed as a whole.',
    needs: PATCH,
    async run(t) {
      const definition = definitionOf(t.facts, GROUP_URN, 'members.value');
      if (definition?.mutability !== 'immutable')
        t.skip("the server's schema does not say that members.value is immutable");
      const { group, members } = await groupOf(t, 1);
      const other = await t.user();
      const path = `members[value eq "${members[0].id}"].value`;
      t.expectError(await t.patch(group, [{ op: 'replace', path, value: other.id }]), 400);
    },
  }),
  groupCheck({
    id: 'rfc.groups.member.nested',
    title: 'A group that was taken as a member of another one is a member of it.',
    level: 'should',
    source: 'RFC 7643 §4.2',
    fix: 'Store groups as members like users, or refuse them with 400 when groups cannot be nested.',
    async run(t) {
      const inner = await t.group();
      const answer = await t.post(t.endpoint('Group'), t.groupBody({ members: membersOf(inner) }));
      if (answer.status >= 400 && answer.status < 500) t.skip('the server takes no groups as members');
      t.expectStatus(answer, 201);
      const outer = `${t.endpoint('Group')}/${encodeURIComponent(String(valueAt(answer.body, 'id')))}`;
      t.expectMembers(await t.read(outer), inner);
    },
  }),
  groupCheck({
    id: 'rfc.groups.member.nested-type',
    title: 'The type of a member that is a group, if it is given, is Group.',
    source: 'RFC 7643 §4.2',
    fix: 'Give members the type of their resource: User or Group.',
    async run(t) {
      const inner = await t.group();
      const outer = await t.group({ members: membersOf(inner) });
      const answer = await t.read(outer);
      if (valueAt(answer.body, 'members[0].type') === undefined) t.skip('the members of this server have no type');
      t.expectEqual(answer, 'members[0].type', 'Group');
    },
  }),
];

const ADD = 'RFC 7644 §3.5.2.1';

const added: readonly Check[] = [
  groupCheck({
    id: 'rfc.groups.add.one',
    title: 'An add to members adds the member and keeps the others.',
    source: ADD,
    fix: 'Append the member; members that are there stay.',
    needs: PATCH,
    async run(t) {
      const { group, members } = await groupOf(t, 1);
      const joining = await t.user();
      const after = await patched(t, group, { op: 'add', path: 'members', value: membersOf(joining) });
      t.expectMembers(after, ...members, joining);
    },
  }),
  groupCheck({
    id: 'rfc.groups.add.first',
    title: 'An add to the members of an empty group gives it its first member.',
    source: ADD,
    fix: 'Let add make the array members when the group has none.',
    needs: PATCH,
    async run(t) {
      const group = await t.group();
      const joining = await t.user();
      t.expectMembers(await patched(t, group, { op: 'add', path: 'members', value: membersOf(joining) }), joining);
    },
  }),
  groupCheck({
    id: 'rfc.groups.add.several',
    title: 'An add of several members adds them all.',
    source: ADD,
    fix: 'Go through the whole array in the value of an add.',
    needs: PATCH,
    async run(t) {
      const group = await t.group();
      const joining = await users(t, 3);
      const after = await patched(t, group, { op: 'add', path: 'members', value: membersOf(...joining) });
      t.expectMembers(after, ...joining);
    },
  }),
  groupCheck({
    id: 'rfc.groups.add.several-operations',
    title: 'Several adds in one request all count.',
    source: 'RFC 7644 §3.5.2',
    fix: 'Go through the whole array Operations.',
    needs: PATCH,
    async run(t) {
      const group = await t.group();
      const joining = await users(t, 3);
      const operations = joining.map((user) => ({ op: 'add', path: 'members', value: membersOf(user) }));
      t.expectMembers(await patched(t, group, ...operations), ...joining);
    },
  }),
  groupCheck({
    id: 'rfc.groups.add.no-path',
    title: 'An add without a path adds the members in its value and keeps the others.',
    source: ADD,
    fix: 'Append the members in the value of an add without a path, instead of replacing the list.',
    needs: PATCH,
    async run(t) {
      const { group, members } = await groupOf(t, 1);
      const joining = await t.user();
      const after = await patched(t, group, { op: 'add', value: { members: membersOf(joining) } });
      t.expectMembers(after, ...members, joining);
    },
  }),
  groupCheck({
    id: 'rfc.groups.add.with-display',
    title: 'An add of a member with display and $ref, as in the example of the RFC, adds the member.',
    source: ADD,
    fix: 'Take display and $ref along with value in the members of an add; the server may ignore them.',
    needs: PATCH,
    async run(t) {
      const group = await t.group();
      const joining = await t.user();
      const location = valueAt(joining.answer.body, 'meta.location') ?? joining.answer.headers.location;
      const member = { display: 'Babs Jensen', value: joining.id, ...(location !== undefined && { $ref: location }) };
      t.expectMembers(await patched(t, group, { op: 'add', path: 'members', value: [member] }), joining);
    },
  }),
  groupCheck({
    id: 'rfc.groups.add.with-type',
    title: 'An add of a member with its type adds the member.',
    source: 'RFC 7643 §4.2',
    fix: 'Take the type User along with value in the members of an add.',
    needs: PATCH,
    async run(t) {
      const group = await t.group();
      const joining = await t.user();
      const value = [{ value: joining.id, type: 'User' }];
      t.expectMembers(await patched(t, group, { op: 'add', path: 'members', value }), joining);
    },
  }),
  groupCheck({
    id: 'rfc.groups.add.unknown-member',
    title: 'An add of a member that is no resource of the server is refused.',
    level: 'should',
    source: 'RFC 7643 §4.2',
    fix: 'Look up the ids of members, and answer with 400 when there is no such resource.',
    needs: PATCH,
    async run(t) {
      const [group, gone] = [await t.group(), await t.user()];
      t.expectSuccess(await t.delete(gone));
      const answer = await t.patch(group, [{ op: 'add', path: 'members', value: membersOf(gone) }]);
      t.expectStatus(answer, 400, 404);
    },
  }),
  groupCheck({
    id: 'rfc.groups.add.existing-once',
    title: 'An add of someone who is a member already does not double the member.',
    level: 'should',
    source: ADD,
    fix: 'Leave out of an add who is a member already.',
    needs: PATCH,
    async run(t) {
      const { group, members } = await groupOf(t, 2);
      const after = await patched(t, group, { op: 'add', path: 'members', value: membersOf(members[0]) });
      t.expectMembers(after, ...members);
    },
  }),
  groupCheck({
    id: 'rfc.groups.add.existing-succeeds',
    title: 'An add of someone who is a member already succeeds.',
    level: 'should',
    source: ADD,
    fix: 'Answer an add that changes nothing like one that does: with 200 or 204.',
    needs: PATCH,
    async run(t) {
      const { group, members } = await groupOf(t, 1);
      t.expectStatus(await t.patch(group, [{ op: 'add', path: 'members', value: membersOf(members[0]) }]), 200, 204);
    },
  }),
  groupCheck({
    id: 'rfc.groups.add.existing-keeps-timestamp',
    title: 'An add of someone who is a member already does not change meta.lastModified of the group.',
    source: ADD,
    fix: 'Write meta.lastModified only when the operations changed the group.',
    needs: PATCH,
    async run(t) {
      const { group, members } = await groupOf(t, 1);
      const before = await modifiedOf(t, group);
      await untilNextStamp(before);
      const after = await patched(t, group, { op: 'add', path: 'members', value: membersOf(members[0]) });
      t.expectEqual(after, 'meta.lastModified', before);
    },
  }),
  groupCheck({
    id: 'rfc.groups.add.last-modified',
    title: 'The time in meta.lastModified of a group is later when a member was added.',
    level: 'should',
    source: 'RFC 7643 §3.1',
    fix: 'Set meta.lastModified of the group when its members change, wherever they are stored.',
    needs: PATCH,
    async run(t) {
      const { group } = await groupOf(t, 1);
      const joining = await t.user();
      const before = await modifiedOf(t, group);
      await untilNextStamp(before);
      const after = await patched(t, group, { op: 'add', path: 'members', value: membersOf(joining) });
      const found = valueAt(after.body, 'meta.lastModified');
      const isLater = Date.parse(String(found)) > Date.parse(before);
      t.expect(isLater, after, `meta.lastModified was ${before} before`, 'a later time', found ?? 'nothing');
    },
  }),
  groupCheck({
    id: 'rfc.groups.add.atomic',
    title: 'When a later operation fails an added member is gone again.',
    source: 'RFC 7644 §3.5.2',
    fix: 'Write the members in the same transaction as the rest of the request, and undo them when an operation fails.',
    needs: PATCH,
    async run(t) {
      const { group, members } = await groupOf(t, 1);
      const joining = await t.user();
      await t.patch(group, [{ op: 'add', path: 'members', value: membersOf(joining) }, { op: 'remove' }]);
      t.expectMembers(await t.read(group), ...members);
    },
  }),
  groupCheck({
    id: 'rfc.groups.add.hundred',
    title: 'One PATCH adds a hundred members.',
    source: ADD,
    fix: 'Take long arrays of members; clients send hundreds in one request.',
    needs: PATCH,
    async run(t) {
      const group = await t.group();
      const joining = await users(t, 100);
      const after = await patched(t, group, { op: 'add', path: 'members', value: membersOf(...joining) });
      t.expectMembers(after, ...joining);
    },
  }),
];

const REMOVE = 'RFC 7644 §3.5.2.2';
const BY_FILTER = 'Evaluate the filter in the brackets for each member, and remove exactly those that match.';

const removed: readonly Check[] = [
  groupCheck({
    id: 'rfc.groups.remove.filter',
    title: 'A remove with a filter for one member removes that member and keeps the others.',
    source: REMOVE,
    fix: BY_FILTER,
    needs: PATCH,
    async run(t) {
      const { group, members } = await groupOf(t, 3);
      const leaving = members[1] as Made;
      const after = await patched(t, group, { op: 'remove', path: `members[value eq "${leaving.id}"]` });
      t.expectMembers(after, members[0], members[2] as Made);
    },
  }),
  groupCheck({
    id: 'rfc.groups.remove.filter-or',
    title: 'A remove with a filter for two members removes both and keeps the others.',
    source: `${REMOVE}, §3.4.2.2`,
    fix: BY_FILTER,
    needs: PATCH,
    async run(t) {
      const { group, members } = await groupOf(t, 3);
      const [first, second, third] = members;
      const path = `members[value eq "${first.id}" or value eq "${third?.id}"]`;
      t.expectMembers(await patched(t, group, { op: 'remove', path }), second as Made);
    },
  }),
  groupCheck({
    id: 'rfc.groups.remove.several-operations',
    title: 'Several removes in one request all count.',
    source: 'RFC 7644 §3.5.2',
    fix: 'Go through the whole array Operations.',
    needs: PATCH,
    async run(t) {
      const { group, members } = await groupOf(t, 3);
      const [staying, ...leaving] = members;
      const operations = leaving.map(({ id }) => ({ op: 'remove', path: `members[value eq "${id}"]` }));
      t.expectMembers(await patched(t, group, ...operations), staying);
    },
  }),
  groupCheck({
    id: 'rfc.groups.remove.last',
    title: 'A remove of the last member leaves an empty group.',
    source: REMOVE,
    fix: 'Keep the group when its last member goes; members is then absent or empty.',
    needs: PATCH,
    async run(t) {
      const { group, members } = await groupOf(t, 1);
      const after = await patched(t, group, { op: 'remove', path: `members[value eq "${members[0].id}"]` });
      t.expectUnassigned(after, 'members');
    },
  }),
  groupCheck({
    id: 'rfc.groups.remove.all',
    title: 'A remove of members without a filter empties the group.',
    source: REMOVE,
    fix: 'Remove all members when the path is members without a filter.',
    needs: PATCH,
    async run(t) {
      const { group } = await groupOf(t, 3);
      t.expectUnassigned(await patched(t, group, { op: 'remove', path: 'members' }), 'members');
    },
  }),
  groupCheck({
    id: 'rfc.groups.remove.stranger',
    title: 'A remove of someone who is no member removes nobody.',
    source: REMOVE,
    fix: 'When the filter matches no member leave all of them; whether that is a success or noTarget is open.',
    needs: PATCH,
    async run(t) {
      const { group, members } = await groupOf(t, 2);
      const stranger = await t.user();
      const answer = await t.patch(group, [{ op: 'remove', path: `members[value eq "${stranger.id}"]` }]);
      t.expectStatus(answer, 200, 204, 400);
      t.expectMembers(await t.read(group), ...members);
    },
  }),
  groupCheck({
    id: 'rfc.groups.remove.add-in-one',
    title: 'A remove and an add of members in one request both count.',
    source: 'RFC 7644 §3.5.2',
    fix: 'Apply the operations in the order of the array, each to what the one before has left.',
    needs: PATCH,
    async run(t) {
      const { group, members } = await groupOf(t, 2);
      const joining = await t.user();
      const after = await patched(
        t,
        group,
        { op: 'remove', path: `members[value eq "${members[0].id}"]` },
        { op: 'add', path: 'members', value: membersOf(joining) },
      );
      t.expectMembers(after, members[1] as Made, joining);
    },
  }),
];

const REPLACE = 'RFC 7644 §3.5.2.3';

const replaced: readonly Check[] = [
  groupCheck({
    id: 'rfc.groups.replace.members',
    title: 'A replace of members puts the new ones in the place of all others.',
    source: REPLACE,
    fix: 'Let replace of members remove who is not in its value.',
    needs: PATCH,
    async run(t) {
      const { group } = await groupOf(t, 2);
      const next = await users(t, 2);
      const after = await patched(t, group, { op: 'replace', path: 'members', value: membersOf(...next) });
      t.expectMembers(after, ...next);
    },
  }),
  groupCheck({
    id: 'rfc.groups.replace.overlap',
    title: 'A replace of members keeps who is in both lists.',
    source: REPLACE,
    fix: 'Keep members that are in the new list too.',
    needs: PATCH,
    async run(t) {
      const { group, members } = await groupOf(t, 2);
      const next = [members[0], await t.user()];
      const after = await patched(t, group, { op: 'replace', path: 'members', value: membersOf(...next) });
      t.expectMembers(after, ...next);
    },
  }),
  groupCheck({
    id: 'rfc.groups.replace.no-path',
    title: 'A replace without a path replaces the members that are in its value.',
    source: REPLACE,
    fix: 'Write the members in the value of a replace without a path in the place of all others.',
    needs: PATCH,
    async run(t) {
      const { group } = await groupOf(t, 2);
      const next = await t.user();
      t.expectMembers(await patched(t, group, { op: 'replace', value: { members: membersOf(next) } }), next);
    },
  }),
  groupCheck({
    id: 'rfc.groups.replace.empty-array',
    title: 'A replace of members with an empty array empties the group.',
    source: `RFC 7643 §2.5, ${REPLACE}`,
    fix: 'Take an empty array for the wish to remove all members.',
    needs: PATCH,
    async run(t) {
      const { group } = await groupOf(t, 2);
      t.expectUnassigned(await patched(t, group, { op: 'replace', path: 'members', value: [] }), 'members');
    },
  }),
  groupCheck({
    id: 'rfc.groups.replace.name-keeps-members',
    title: 'A PATCH of displayName renames the group and keeps its members.',
    source: REPLACE,
    fix: 'Let a PATCH touch nothing but the targets of its operations.',
    needs: PATCH,
    async run(t) {
      const { group, members } = await groupOf(t, 2);
      const value = t.unique('renamed');
      const after = await patched(t, group, { op: 'replace', path: 'displayName', value });
      t.expectEqual(after, 'displayName', value);
      t.expectMembers(after, ...members);
    },
  }),
];

const put: readonly Check[] = [
  groupCheck({
    id: 'rfc.groups.put.members',
    title: 'A PUT with members puts them in the place of all others.',
    source: 'RFC 7644 §3.5.1',
    fix: 'Replace the members of the group by those of the PUT.',
    async run(t) {
      const { group, members } = await groupOf(t, 2);
      const next = [members[0], await t.user()];
      const answer = await t.put(group, { ...group.sent, id: group.id, members: membersOf(...next) });
      t.expectSuccess(answer);
      t.expectMembers(await t.read(group), ...next);
    },
  }),
  groupCheck({
    id: 'rfc.groups.put.without-members',
    title: 'A PUT without members is taken, and leaves the group with all of its members or with none.',
    source: 'RFC 7644 §3.5.1',
    fix: 'When a PUT has no members clear them or keep them, and answer with 200.',
    async run(t) {
      const { group, members } = await groupOf(t, 2);
      const { members: _, ...rest } = group.sent;
      t.expectStatus(await t.put(group, { ...rest, id: group.id }), 200);
      const answer = await t.read(group);
      if (countOf(answer, 'members') > 0) t.expectMembers(answer, ...members);
    },
  }),
  groupCheck({
    id: 'rfc.groups.put.empty-array',
    title: 'A PUT with an empty array of members empties the group.',
    source: 'RFC 7644 §3.5.1, RFC 7643 §2.5',
    fix: 'Take an empty array for the wish to remove all members.',
    async run(t) {
      const { group } = await groupOf(t, 2);
      t.expectSuccess(await t.put(group, { ...group.sent, id: group.id, members: [] }));
      t.expectUnassigned(await t.read(group), 'members');
    },
  }),
];

function countOf({ body }: Answer, path: string): number {
  const list = valueAt(body, path);
  return Array.isArray(list) ? list.length : 0;
}

const found: readonly Check[] = [
  groupCheck({
    id: 'rfc.groups.filter.member',
    title: 'A filter for members.value finds the groups that someone is a direct member of.',
    level: 'should',
    source: 'RFC 7644 §3.4.2.2',
    fix: 'Let filters look into the members of groups.',
    needs: ['filter'],
    async run(t) {
      const { group, members } = await groupOf(t, 2);
      t.expectFound(await t.find('Group', `members.value eq "${members[1]?.id}"`), group);
    },
  }),
  groupCheck({
    id: 'rfc.groups.filter.member-of-group',
    title: 'A filter for id and members.value tells whether someone is a member of a group.',
    level: 'should',
    source: 'RFC 7644 §3.4.2.2',
    fix: 'Let filters combine members with other attributes of the group.',
    needs: ['filter'],
    async run(t) {
      const { group } = await groupOf(t, 1);
      const stranger = await t.user();
      t.expectFound(await t.find('Group', `id eq "${group.id}" and members.value eq "${stranger.id}"`));
    },
  }),
];

const deleted: readonly Check[] = [
  groupCheck({
    id: 'rfc.groups.deleted.member',
    title: 'A user who is deleted is no longer a member of groups.',
    level: 'should',
    source: 'RFC 7643 §4.2, RFC 7644 §3.6',
    fix: 'Remove a user from all groups when the user is deleted.',
    async run(t) {
      const { group, members } = await groupOf(t, 2);
      t.expectSuccess(await t.delete(members[0]));
      t.expectMembers(await t.read(group), members[1] as Made);
    },
  }),
  groupCheck({
    id: 'rfc.groups.deleted.group',
    title: 'The members of a group that is deleted stay.',
    source: 'RFC 7644 §3.6',
    fix: 'Delete the group alone; its members are resources of their own.',
    async run(t) {
      const { group, members } = await groupOf(t, 1);
      t.expectSuccess(await t.delete(group));
      t.expectEqual(await t.read(members[0]), 'id', members[0].id);
    },
  }),
];

const MEMBERSHIP = 'RFC 7643 §4.1.2';

/** Skips unless the server says in its schema that users have groups: to give them is optional. */
function needsGroupsOfUsers(t: Probe): void {
  if (!t.facts.schemas.has(USER_URN.toLowerCase())) t.skip('the server does not say whether users have groups');
  t.needsAttribute(USER_URN, 'groups');
}

/** The groups of a user are these, in any order. */
async function expectGroups(t: Probe, user: Made, ...groups: readonly Made[]): Promise<Answer> {
  const answer = await t.read(user);
  const list = valueAt(answer.body, 'groups');
  const ids = (Array.isArray(list) ? list : []).map((each) => String(valueAt(each, 'value')));
  const wanted = groups.map(({ id }) => id);
  const holds = ids.length === wanted.length && wanted.every((id) => ids.includes(id));
  t.expect(holds, answer, `The user has ${ids.length} groups, and should have ${wanted.length}`, wanted, ids);
  return answer;
}

const membership: readonly Check[] = [
  groupCheck({
    id: 'rfc.groups.of-user.direct',
    title: 'The groups of a user are those that the user is a direct member of.',
    level: 'should',
    source: MEMBERSHIP,
    fix: 'Compute groups of a user from the members of groups, whichever way those were written.',
    async run(t) {
      needsGroupsOfUsers(t);
      const user = await t.user();
      const groups = [await t.group({ members: membersOf(user) }), await t.group({ members: membersOf(user) })];
      await expectGroups(t, user, ...groups);
    },
  }),
  groupCheck({
    id: 'rfc.groups.of-user.type',
    title: 'The type of a group of a user, if it is given, is direct for a direct member.',
    level: 'should',
    source: MEMBERSHIP,
    fix: 'Give type direct to groups whose members have the user, indirect to those by nesting.',
    async run(t) {
      needsGroupsOfUsers(t);
      const user = await t.user();
      const group = await t.group({ members: membersOf(user) });
      const answer = await expectGroups(t, user, group);
      if (valueAt(answer.body, 'groups[0].type') !== undefined) t.expectEqual(answer, 'groups[0].type', 'direct');
    },
  }),
  groupCheck({
    id: 'rfc.groups.of-user.added',
    title: 'A user who is added to a group by PATCH has the group.',
    level: 'should',
    source: MEMBERSHIP,
    fix: 'Compute groups of a user from the members of groups, whichever way those were written.',
    needs: PATCH,
    async run(t) {
      needsGroupsOfUsers(t);
      const user = await t.user();
      const group = await t.group();
      t.expectSuccess(await t.patch(group, [{ op: 'add', path: 'members', value: membersOf(user) }]));
      await expectGroups(t, user, group);
    },
  }),
  groupCheck({
    id: 'rfc.groups.of-user.removed',
    title: 'A user who is removed from a group does not have the group any more.',
    level: 'should',
    source: MEMBERSHIP,
    fix: 'Compute groups of a user from the members of groups as they now are.',
    needs: PATCH,
    async run(t) {
      needsGroupsOfUsers(t);
      const { group, members } = await groupOf(t, 1);
      const path = `members[value eq "${members[0].id}"]`;
      t.expectSuccess(await t.patch(group, [{ op: 'remove', path }]));
      await expectGroups(t, members[0]);
    },
  }),
  groupCheck({
    id: 'rfc.groups.of-user.deleted',
    title: 'When a group is deleted its members do not have it any more.',
    level: 'should',
    source: MEMBERSHIP,
    fix: 'Forget all memberships of a group when it is deleted.',
    async run(t) {
      needsGroupsOfUsers(t);
      const { group, members } = await groupOf(t, 1);
      t.expectSuccess(await t.delete(group));
      await expectGroups(t, members[0]);
    },
  }),
  groupCheck({
    id: 'rfc.groups.of-user.patched',
    title: 'A PATCH of the groups of a user is refused with 400: they are readOnly.',
    source: `${MEMBERSHIP}, RFC 7644 §3.5.2`,
    fix: 'Refuse operations on groups of a user with 400 and mutability; memberships are written at the group.',
    needs: PATCH,
    async run(t) {
      needsGroupsOfUsers(t);
      const [user, group] = [await t.user(), await t.group()];
      t.expectError(await t.patch(user, [{ op: 'add', path: 'groups', value: membersOf(group) }]), 400);
    },
  }),
  groupCheck({
    id: 'rfc.groups.of-user.posted',
    title: 'The groups in a POST of a user are ignored.',
    source: `${MEMBERSHIP}, RFC 7644 §3.3`,
    fix: 'Ignore groups in the body of a POST; memberships are written at the group.',
    async run(t) {
      needsGroupsOfUsers(t);
      const group = await t.group();
      const answer = await t.post(t.endpoint('User'), t.userBody({ groups: membersOf(group) }));
      t.expectStatus(answer, 201);
      t.expectUnassigned(await t.read(group), 'members');
    },
  }),
  groupCheck({
    id: 'rfc.groups.of-user.put',
    title: 'The groups in a PUT of a user are ignored.',
    source: `${MEMBERSHIP}, RFC 7644 §3.5.1`,
    fix: 'Ignore groups in the body of a PUT, and leave the memberships of the user as they are.',
    async run(t) {
      needsGroupsOfUsers(t);
      const { group, members } = await groupOf(t, 1);
      t.expectSuccess(await t.put(members[0], { ...members[0].sent, id: members[0].id, groups: [] }));
      t.expectMembers(await t.read(group), members[0]);
    },
  }),
];

export const groupChecks: readonly Check[] = [
  ...created,
  ...elements,
  ...added,
  ...removed,
  ...replaced,
  ...put,
  ...found,
  ...deleted,
  ...membership,
];
