/** What Okta sends beyond its tests: matching, PUT of what it fetched, group push, import by pages. */
import type { Check } from '../../check.js';
import { SCIM_JSON } from '../../client/client.js';
import { declares, ERROR_URN, GROUP_URN, USER_URN } from '../../facts.js';
import type { Answer, Json, JsonObject } from '../../model.js';
import type { Made, PatchOperation, Probe } from '../../probe.js';
import { isUnassigned, objectsIn, shown, valueAt } from '../../values.js';
import { bodyOf, oktaLikes, oktaNeeds, pathOfNew } from './spec.js';

/** What the provisioning service sends with every request. */
const HEADERS = {
  Accept: SCIM_JSON,
  'Accept-Charset': 'utf-8',
  'Content-Type': `${SCIM_JSON}; charset=utf-8`,
  'User-Agent': 'Okta SCIM Client 1.0.0',
} as const;

const source = (section: string) => `Okta and SCIM Version 2.0, ${section}`;

/** The body of Okta's POST: a filler for a password that is not synchronised, and always an empty groups. */
function oktaUser(t: Probe): JsonObject {
  return t.userBody({ locale: 'en-US', groups: [], password: fillerPassword(t) });
}

/** Long, and of every kind of character, so that a password policy lets it pass. */
function fillerPassword(t: Probe): string {
  return `Fi7!${t.random.hex(20)}`;
}

function match(t: Probe, filter: string, type: 'User' | 'Group'): Promise<Answer> {
  return t.get(t.endpoint(type), { filter, startIndex: 1, count: 100 }, HEADERS);
}

async function change(t: Probe, made: Made, ...operations: PatchOperation[]): Promise<void> {
  t.expectSuccess(await t.patch(made, operations, HEADERS));
}

/** GET, then PUT of all that came, with the changes. */
async function putBack(t: Probe, made: Made, changes: JsonObject): Promise<Answer> {
  const fetched = await t.read(made);
  const answer = await t.put(made, { ...bodyOf(fetched), ...changes }, HEADERS);
  t.expectSuccess(answer);
  return answer;
}

async function groupOf(t: Probe, ...members: readonly Made[]): Promise<Made> {
  return t.group({ members: members.map(({ id }) => ({ value: id })) });
}

/** An element of members as Okta writes it. */
function member({ id, sent }: Made): JsonObject {
  return { value: id, display: String(sent.userName) };
}

const users: readonly Check[] = [
  oktaNeeds({
    id: 'okta.dialect.match-user',
    title: 'A user is matched by userName, with startIndex=1 and count=100.',
    source: source('Create Users'),
    fix: 'Answer GET /Users?filter=userName eq "…"&startIndex=1&count=100 with the one user in a ListResponse.',
    async run(t) {
      const user = await t.user();
      t.expectFound(await match(t, `userName eq "${user.sent.userName}"`, 'User'), user);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.create-user',
    title: 'A user is created from a body with locale, groups: [] and a password.',
    source: source('Create Users'),
    fix: 'Ignore the read-only groups and take password and locale, even where they are of no use to the server.',
    async run(t) {
      const answer = await t.post(t.endpoint('User'), oktaUser(t), HEADERS);
      t.expectStatus(answer, 201);
      const read = await t.read(pathOfNew(t, t.endpoint('User'), answer));
      t.expectEqual(read, 'active', true);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.create-answer',
    title: 'The answer to a POST is the whole new user.',
    source: source('Create Users'),
    fix: 'Answer POST with the new resource: after an empty body Okta marks the assignment as failed.',
    async run(t) {
      const sent = oktaUser(t);
      const answer = await t.post(t.endpoint('User'), sent, HEADERS);
      t.expectStatus(answer, 201);
      for (const path of ['id', 'name.givenName', 'emails[0].value']) t.expectPresent(answer, path);
      t.expectEqual(answer, 'userName', sent.userName as string);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.password-is-secret',
    title: 'A password is in no answer: not to POST, GET, a filter or PUT.',
    source: source('Create Users; RFC 7643 §4.1.1'),
    fix: 'Never return password (its "returned" is never), neither in clear nor hashed.',
    async run(t) {
      const sent = oktaUser(t);
      const created = await t.post(t.endpoint('User'), sent, HEADERS);
      t.expectStatus(created, 201);
      const path = pathOfNew(t, t.endpoint('User'), created);
      const read = await t.read(path);
      const found = await match(t, `userName eq "${sent.userName}"`, 'User');
      const replaced = await t.put(path, { ...bodyOf(read), password: fillerPassword(t) }, HEADERS);
      for (const answer of [created, read, replaced]) t.expectAbsent(answer, 'password');
      t.expectAbsent(found, 'Resources[0].password');
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.put-whole-user',
    title: 'A user that was fetched can be put back whole, with a change: id, meta and groups included.',
    source: source('Update a specific User (PUT)'),
    fix: 'Ignore read-only attributes in PUT; the userName of the user itself is no conflict.',
    async run(t) {
      const user = await t.user();
      const answer = await putBack(t, user, { displayName: 'Changed' });
      t.expectStatus(answer, 200);
      t.expectEqual(answer, 'id', user.id);
      t.expectEqual(await t.read(user), 'displayName', 'Changed');
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.put-keeps-others',
    title: 'Attributes that Okta does not know come through GET and PUT unharmed.',
    source: source('Update a specific User (PUT)'),
    fix: 'Store with a PUT exactly what the body says: what a GET showed can be sent back as it is.',
    async run(t) {
      t.needsAttribute(USER_URN, 'title');
      const user = await t.user({ title: 'Pilot' });
      await putBack(t, user, { name: { givenName: 'Changed', familyName: 'Family' } });
      const answer = await t.read(user);
      t.expectEqual(answer, 'title', 'Pilot');
      t.expectEqual(answer, 'name.givenName', 'Changed');
    },
  }),
  oktaLikes({
    id: 'okta.dialect.put-unknown-attribute',
    title: 'An attribute that the server does not know does not fail a PUT.',
    source: source('Update a specific User (PUT)'),
    fix: 'Ignore unknown attributes in PUT: Okta sends all that is mapped, whether the server has it or not.',
    async run(t) {
      const user = await t.user();
      await putBack(t, user, { notAnAttribute: 'x', displayName: 'Changed' });
      t.expectEqual(await t.read(user), 'displayName', 'Changed');
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.put-replaces-emails',
    title: 'A PUT with another e-mail address replaces the old one, which is primary no longer.',
    source: 'Okta, SCIM: Frequently Asked Questions, arrays need one primary',
    fix: 'Replace the whole array with that of the PUT; do not add to it, and keep one primary element.',
    async run(t) {
      const user = await t.user();
      const value = `${t.unique('new')}@example.com`;
      await putBack(t, user, { emails: [{ value, type: 'work', primary: true }] });
      const answer = await t.read(user);
      const emails = valueAt(answer.body, 'emails');
      const count = Array.isArray(emails) ? emails.length : 0;
      t.expect(count === 1, answer, `The user has ${count} e-mail addresses`, 1, emails ?? 'nothing');
      t.expectEqual(answer, 'emails[0].value', value);
      t.expectEqual(answer, 'emails[0].primary', true);
    },
  }),
];

/** PATCH is for integrations of the catalogue, PUT for those of the App Integration Wizard. */
const states: readonly Check[] = [
  ...[false, true].map((active) =>
    oktaNeeds({
      id: `okta.dialect.patch-active-${active}`,
      title: `PATCH replace {"active": ${active}} without a path sets active to ${active}.`,
      source: source('Update a specific User (PATCH)'),
      fix: 'Take a replace without path whose value is an object: each member replaces the attribute of its name.',
      needs: ['patch'],
      async run(t) {
        const user = await t.user({ active: !active });
        await change(t, user, { op: 'replace', value: { active } });
        t.expectEqual(await t.read(user), 'active', active);
      },
    }),
  ),
  ...[false, true].map((active) =>
    oktaNeeds({
      id: `okta.dialect.put-active-${active}`,
      title: `PUT of the whole user with active ${active} sets active to ${active}.`,
      source: source('Delete Users (apps of the App Integration Wizard)'),
      fix: 'Store active with a PUT, and keep the user when it is false.',
      async run(t) {
        const user = await t.user({ active: !active });
        await putBack(t, user, { active });
        t.expectEqual(await t.read(user), 'active', active);
      },
    }),
  ),
  oktaNeeds({
    id: 'okta.dialect.password-sync',
    title: 'PATCH replace {"password": …} is taken.',
    source: source('Update a specific User (PATCH)'),
    fix: 'Take password in a replace without path, and answer 200 or 204 without it.',
    needs: ['patch'],
    async run(t) {
      t.needsAttribute(USER_URN, 'password');
      const user = await t.user();
      const answer = await t.patch(user, [{ op: 'replace', value: { password: fillerPassword(t) } }], HEADERS);
      t.expectStatus(answer, 200, 204);
      t.expectAbsent(answer, 'password');
    },
  }),
];

const groups: readonly Check[] = [
  oktaNeeds({
    id: 'okta.dialect.match-group',
    title: 'A group is matched by displayName.',
    source: source('Create Groups'),
    fix: 'Support the filter displayName eq "…" on /Groups.',
    needs: ['groups'],
    async run(t) {
      const group = await t.group();
      t.expectFound(await match(t, `displayName eq "${group.sent.displayName}"`, 'Group'), group);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.create-group',
    title: 'A group is created from schemas, displayName and members: [].',
    source: source('Create Groups'),
    fix: 'Take a group without members, an empty array included, and answer 201 with id and displayName.',
    needs: ['groups'],
    async run(t) {
      const displayName = t.unique('group');
      const body = { schemas: [GROUP_URN], displayName, members: [] };
      const answer = await t.post(t.endpoint('Group'), body, HEADERS);
      t.expectStatus(answer, 201);
      t.expectPresent(answer, 'id');
      t.expectEqual(answer, 'displayName', displayName);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.rename-group',
    title: 'PATCH replace {"id": …, "displayName": …} renames the group.',
    source: source('Update specific Group name'),
    fix: 'Take a replace without path whose value has the id of the group besides the new name; ignore the id.',
    needs: ['groups', 'patch'],
    async run(t) {
      const group = await t.group();
      const displayName = t.unique('renamed');
      await change(t, group, { op: 'replace', value: { id: group.id, displayName } });
      const answer = await t.read(group);
      t.expectEqual(answer, 'id', group.id);
      t.expectEqual(answer, 'displayName', displayName);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.rename-to-same',
    title: 'A rename to the name that the group has is taken.',
    source: source('Update specific Group name'),
    fix: 'Leave the group itself out when a name is compared for conflicts: Okta sends it with each change of members.',
    needs: ['groups', 'patch'],
    async run(t) {
      const group = await t.group();
      const { displayName = null } = group.sent;
      await change(t, group, { op: 'replace', value: { id: group.id, displayName } });
      t.expectEqual(await t.read(group), 'displayName', displayName);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.rename-keeps-members',
    title: 'A rename leaves the members as they are.',
    source: source('Update specific Group name'),
    fix: 'Change only what the value of a replace without path names; a value without members says nothing of them.',
    needs: ['groups', 'patch'],
    async run(t) {
      const user = await t.user();
      const group = await groupOf(t, user);
      await change(t, group, { op: 'replace', value: { id: group.id, displayName: t.unique('renamed') } });
      t.expectMembers(await t.read(group), user);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.put-group',
    title: 'PUT of the whole group sets its name and its members.',
    source: source('Update Groups (apps of the App Integration Wizard)'),
    fix: 'Replace displayName and members with those of the PUT.',
    needs: ['groups'],
    async run(t) {
      const [first, second] = [await t.user(), await t.user()];
      const group = await groupOf(t, first);
      const displayName = t.unique('renamed');
      await putBack(t, group, { displayName, members: [member(second)] });
      const answer = await t.read(group);
      t.expectEqual(answer, 'displayName', displayName);
      t.expectMembers(answer, second);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.delete-group',
    title: 'A group that is unlinked can be deleted, and is gone.',
    source: source('Delete a specific Group'),
    fix: 'Answer DELETE /Groups/{id} with 204, and every later request for the id with 404.',
    needs: ['groups'],
    async run(t) {
      const group = await t.group();
      t.expectStatus(await t.delete(group, HEADERS), 204);
      t.expectStatus(await t.get(group.path, undefined, HEADERS), 404);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.delete-group-keeps-users',
    title: 'The members of a deleted group stay.',
    source: source('Delete a specific Group'),
    fix: 'Delete the group and its memberships, never the users.',
    needs: ['groups'],
    async run(t) {
      const user = await t.user();
      const group = await groupOf(t, user);
      t.expectSuccess(await t.delete(group, HEADERS));
      await t.read(user);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.unknown-group',
    title: 'An unknown group is answered with 404 and a SCIM error.',
    source: source('Retrieve specific Groups'),
    fix: 'Answer GET /Groups/{id} of an unknown id with 404 and the Error schema.',
    needs: ['groups'],
    readsOnly: true,
    async run(t) {
      const answer = await t.get(`${t.endpoint('Group')}/${t.random.uuid()}`, undefined, HEADERS);
      t.expectStatus(answer, 404);
      const schemas = valueAt(answer.body, 'schemas');
      const isError = Array.isArray(schemas) && schemas.includes(ERROR_URN);
      t.expect(isError, answer, 'The body of the 404 is no SCIM error', ERROR_URN, answer.text);
    },
  }),
];

/** A change of the members of a group: three users are there, the first two are in it. */
interface Push {
  readonly id: string;
  readonly title: string;
  readonly fix: string;
  /** Where Okta does not depend on it: the text that asks for it. */
  readonly recommendedBy?: string;
  operations(group: Made, users: readonly Made[]): PatchOperation[];
  /** Which of the users are members afterwards. */
  readonly after: readonly number[];
}

const memberships: readonly Push[] = [
  {
    id: 'swap-members',
    title: 'One PATCH removes a member by filter and adds another.',
    fix: 'Carry out all operations of a PATCH, and support members[value eq "…"] as the path of remove.',
    operations: (_, [first, , third]) => [
      { op: 'remove', path: `members[value eq "${first?.id}"]` },
      { op: 'add', path: 'members', value: [member(third as Made)] },
    ],
    after: [1, 2],
  },
  {
    id: 'add-known-member',
    title: 'Adding a member that is there already changes nothing.',
    recommendedBy: 'RFC 7644 §3.5.2.1',
    fix: 'Add a member once: compare by value, and answer with success when it is there.',
    operations: (_, users) => [{ op: 'add', path: 'members', value: [member(users[0] as Made)] }],
    after: [0, 1],
  },
  {
    id: 'push-members',
    title: 'A push replaces all members.',
    fix: 'Take replace with path members and an array of {value, display}: these are the members then, and no others.',
    operations: (_, users) => [{ op: 'replace', path: 'members', value: users.slice(1).map(member) }],
    after: [1, 2],
  },
  {
    id: 'push-no-members',
    title: 'A push of an empty group removes all members.',
    fix: 'Take replace with path members and [] (or members left empty): it is the push of a group without members.',
    operations: () => [{ op: 'replace', path: 'members', value: [] }],
    after: [],
  },
  {
    id: 'push-without-path',
    title: 'A push without a path replaces name and members.',
    fix: 'Take replace without path and a value of id, displayName and members; ignore the id.',
    recommendedBy: 'jelhub/scimgateway issue 113',
    operations: (group, users) => {
      const value = { members: [member(users[2] as Made)] as Json, id: group.id, displayName: group.sent.displayName };
      return [{ op: 'replace', value }];
    },
    after: [2],
  },
];

function pushCheck({ id, title, fix, recommendedBy, operations, after }: Push): Check {
  return (recommendedBy ? oktaLikes : oktaNeeds)({
    id: `okta.dialect.${id}`,
    title,
    source: recommendedBy ?? source('Update specific Group membership'),
    fix,
    needs: ['groups', 'patch'],
    async run(t) {
      const users = [await t.user(), await t.user(), await t.user()];
      const group = await groupOf(t, ...users.slice(0, 2));
      await change(t, group, ...operations(group, users));
      t.expectMembers(await t.read(group), ...after.map((i) => users[i] as Made));
    },
  });
}

/** The import walks through all users; beyond so many a check does not follow it. */
const MOST_USERS = 500;

function page(t: Probe, startIndex: number, count: number): Promise<Answer> {
  return t.get(t.endpoint('User'), { startIndex, count }, HEADERS);
}

function idsOf(t: Probe, answer: Answer): string[] {
  return t.expectList(answer).map(({ id }) => String(id));
}

const imports: readonly Check[] = [
  oktaNeeds({
    id: 'okta.dialect.integers',
    title: 'The numbers of a list are integers, not texts.',
    source: source('Retrieve Users'),
    fix: 'Give totalResults, startIndex and itemsPerPage as JSON integers.',
    readsOnly: true,
    async run(t) {
      const answer = await page(t, 1, 100);
      t.expectList(answer);
      for (const path of ['totalResults', 'startIndex', 'itemsPerPage']) {
        const found = valueAt(answer.body, path);
        t.expect(Number.isInteger(found), answer, `${path} is ${shown(found)}`, 'an integer', found ?? 'nothing');
      }
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.pages-are-apart',
    title: 'Two pages in a row are full, say where they begin, and share no user.',
    source: source('Retrieve Users'),
    fix: 'Begin a page at startIndex (from 1) and give count users, in an order that is the same for every request.',
    async run(t) {
      for (let i = 0; i < 4; i++) await t.user();
      const answers = [await page(t, 1, 2), await page(t, 3, 2)];
      const ids = answers.flatMap((answer, i) => {
        const found = idsOf(t, answer);
        t.expect(found.length === 2, answer, `The page has ${found.length} users`, 2, found.length);
        t.expectEqual(answer, 'startIndex', 1 + 2 * i);
        return found;
      });
      const isApart = new Set(ids).size === ids.length;
      t.expect(isApart, answers[1], 'A user is on both pages', 'four users', ids);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.pages-are-complete',
    title: 'An import by pages sees every user once.',
    source: source('Retrieve Users'),
    fix: 'Sort by something that does not change, such as the id or the time of creation, and page in that order.',
    async run(t) {
      const own: Made[] = [];
      for (let i = 0; i < 5; i++) own.push(await t.user());
      const first = await page(t, 1, 2);
      t.expectList(first);
      const total = Number(valueAt(first.body, 'totalResults'));
      if (total > MOST_USERS) t.skip(`the server has more than ${MOST_USERS} users`);
      const count = Math.min(Math.max(2, Math.ceil(total / 5)), 100);
      const seen: string[] = [];
      for (let length = 1, start = 1; length > 0 && start <= total && start <= MOST_USERS; start += length) {
        const ids = idsOf(t, await page(t, start, count));
        seen.push(...ids);
        length = ids.length;
      }
      const missed = own.filter(({ id }) => !seen.includes(id)).length;
      t.expect(missed === 0, first, `${missed} of 5 new users are on no page`, 0, missed);
      const doubled = own.filter(({ id }) => seen.indexOf(id) !== seen.lastIndexOf(id)).length;
      t.expect(doubled === 0, first, `${doubled} of 5 new users are on two pages`, 0, doubled);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.order-is-stable',
    title: 'The same page has the same users in the same order when it is asked for again.',
    source: source('Retrieve Users'),
    fix: 'Sort lists by something that does not change, such as the id or the time of creation.',
    async run(t) {
      for (let i = 0; i < 4; i++) await t.user();
      const before = idsOf(t, await page(t, 1, 4));
      const again = await page(t, 1, 4);
      const after = idsOf(t, again);
      t.expect(before.join() === after.join(), again, 'The order of the users has changed', before, after);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.page-beyond-the-end',
    title: 'A page beyond the end is an empty list.',
    source: source('Retrieve Users'),
    fix: 'Answer a startIndex beyond totalResults with 200 and an empty list, not with an error.',
    readsOnly: true,
    async run(t) {
      const answer = await page(t, 1_000_001, 100);
      const ids = idsOf(t, answer);
      t.expect(ids.length === 0, answer, `The page has ${ids.length} users`, 0, ids.length);
    },
  }),
  oktaNeeds({
    id: 'okta.dialect.import-members',
    title: 'A group in a list has its members by id.',
    source: source('Retrieve Groups'),
    fix: 'Give members, each with the id of the user as value, in lists of groups too.',
    needs: ['groups'],
    async run(t) {
      const user = await t.user();
      const group = await groupOf(t, user);
      const answer = await match(t, `displayName eq "${group.sent.displayName}"`, 'Group');
      t.expectFound(answer, group);
      t.expectEqual(answer, 'Resources[0].members[0].value', user.id);
    },
  }),
  oktaLikes({
    id: 'okta.dialect.no-equal-elements',
    title: 'No two elements of an array have the same value and type after a PUT of what was fetched.',
    source: 'Okta, SCIM: Frequently Asked Questions, arrays',
    fix: 'Replace arrays with PUT, do not merge them: Okta takes equal pairs of value and type for an error.',
    async run(t) {
      const phones: Json = declares(t.facts, USER_URN, 'phoneNumbers')
        ? [{ value: '+47 555 00 001', type: 'work' }]
        : null;
      const user = await t.user({ phoneNumbers: phones });
      await putBack(t, user, {});
      const answer = await t.read(user);
      for (const name of ['emails', 'phoneNumbers']) {
        const list = valueAt(answer.body, name);
        const pairs = objectsIn(list).map(({ value, type }) => `${value} ${type}`);
        const isDistinct = new Set(pairs).size === pairs.length;
        t.expect(isDistinct, answer, `${name} has equal elements`, 'each pair once', list);
        const sent = user.sent[name];
        const isKept = isUnassigned(sent) || pairs.length > 0;
        t.expect(isKept, answer, `${name} is gone`, sent, list ?? 'nothing');
      }
    },
  }),
];

export const dialectChecks: readonly Check[] = [
  ...users,
  ...states,
  ...groups,
  ...memberships.map(pushCheck),
  ...imports,
];
