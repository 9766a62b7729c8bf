/** PUT: RFC 7644 §3.5.1. */
import type { Check } from '../../check.js';
import { definitionOf, ENTERPRISE_URN, USER_URN } from '../../facts.js';
import type { Answer, Json, JsonObject } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { isUnassigned, shown, valueAt } from '../../values.js';
import { isDateTime } from './create.js';
import { untilNextStamp } from './patch-common.js';

/** Puts the body that made the user with changes; a null leaves an attribute out. */
async function replaced(t: Probe, user: Made, changes: JsonObject): Promise<Answer> {
  const answer = await t.put(user, changed(user, changes));
  t.expectStatus(answer, 200);
  return answer;
}

function changed(user: Made, changes: JsonObject): JsonObject {
  const body = { ...user.sent, ...changes };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

const stateChecks: readonly Check[] = [
  {
    id: 'rfc.replace.status',
    suite: 'rfc',
    title: 'A PUT is answered with 200 and the whole new state.',
    level: 'must',
    source: 'RFC 7644 §3.5.1',
    fix: 'Answer PUT with status 200 and the entire resource as it is afterwards.',
    async run(t) {
      t.needsAttribute(USER_URN, 'displayName');
      const user = await t.user();
      const answer = await replaced(t, user, { displayName: 'New name' });
      t.expectEqual(answer, 'id', user.id);
      t.expectEqual(answer, 'userName', user.sent.userName as Json);
      t.expectEqual(answer, 'displayName', 'New name');
    },
  },
  {
    id: 'rfc.replace.stored',
    suite: 'rfc',
    title: 'What a PUT says is read afterwards.',
    level: 'must',
    source: 'RFC 7644 §3.5.1',
    fix: 'Store the values of a PUT before it is answered: values that are provided replace those that were there.',
    async run(t) {
      t.needsAttribute(USER_URN, 'displayName');
      const user = await t.user();
      await replaced(t, user, { displayName: 'New name' });
      t.expectEqual(await t.read(user), 'displayName', 'New name');
    },
  },
  {
    id: 'rfc.replace.active',
    suite: 'rfc',
    title: 'A PUT with active false deactivates a user, and one with true brings it back.',
    level: 'must',
    source: 'RFC 7644 §3.5.1',
    fix: 'Store active from a PUT; an inactive user can still be read and changed.',
    async run(t) {
      t.needsAttribute(USER_URN, 'active');
      const user = await t.user();
      for (const active of [false, true]) {
        await replaced(t, user, { active });
        t.expectEqual(await t.read(user), 'active', active);
      }
    },
  },
  {
    id: 'rfc.replace.user-name',
    suite: 'rfc',
    title: 'A user is renamed by a PUT, and keeps the id.',
    level: 'must',
    source: 'RFC 7644 §3.5.1',
    fix: 'Let userName be changed by a PUT: its mutability is readWrite, and the id does not depend on it.',
    async run(t) {
      const mutability = definitionOf(t.facts, USER_URN, 'userName')?.mutability ?? 'readWrite';
      if (mutability !== 'readWrite') t.skip(`the server's schema says that userName is ${String(mutability)}`);
      const user = await t.user();
      const userName = `${t.unique('renamed')}@example.com`;
      await replaced(t, user, { userName });
      const read = await t.read(user);
      t.expectEqual(read, 'id', user.id);
      t.expectEqual(read, 'userName', userName);
    },
  },
  {
    id: 'rfc.replace.list',
    suite: 'rfc',
    title: 'The values of a multi-valued attribute are replaced by a PUT, not added to.',
    level: 'must',
    source: 'RFC 7644 §3.5.1',
    fix: 'Replace all values of a multi-valued attribute with those of the PUT.',
    async run(t) {
      t.needsAttribute(USER_URN, 'emails');
      const user = await t.user();
      const value = `${t.unique('new')}@example.com`;
      await replaced(t, user, { emails: [{ value, type: 'work', primary: true }] });
      const read = await t.read(user);
      const emails = valueAt(read.body, 'emails');
      const found = (Array.isArray(emails) ? emails : []).map((each) => valueAt(each, 'value'));
      t.expect(found.length === 1 && found[0] === value, read, 'The values are not those of the PUT', [value], found);
    },
  },
  {
    id: 'rfc.replace.group-members',
    suite: 'rfc',
    title: 'The members of a group are replaced by a PUT.',
    level: 'must',
    source: 'RFC 7644 §3.5.1',
    fix: 'Replace the members of a group with those of the PUT: who is not in it is no member any more.',
    needs: ['groups'],
    async run(t) {
      const [first, second] = [await t.user(), await t.user()];
      const group = await t.group({ members: [{ value: first.id }] });
      const answer = await t.put(group, { ...group.sent, members: [{ value: second.id }] });
      t.expectStatus(answer, 200);
      t.expectMembers(await t.read(group), second);
    },
  },
  {
    id: 'rfc.replace.names-ignore-case',
    suite: 'rfc',
    title: 'Attribute names in the body of a PUT are understood in any letter case.',
    level: 'must',
    source: 'RFC 7643 §2.1',
    fix: 'Compare attribute names of a request without regard to case, in a PUT too.',
    async run(t) {
      t.needsAttribute(USER_URN, 'displayName');
      const user = await t.user();
      await replaced(t, user, { displayName: null, DISPLAYNAME: 'New name' });
      t.expectEqual(await t.read(user), 'displayName', 'New name');
    },
  },
];

const clearingChecks: readonly Check[] = [
  {
    id: 'rfc.replace.drops-unmentioned',
    suite: 'rfc',
    title: 'An attribute that a PUT leaves out is removed.',
    level: 'should',
    source: 'RFC 7644 §3.5.1',
    fix: 'Remove attributes that the client may write and that are not in the PUT: its intent is to replace all.',
    async run(t) {
      const user = await withTitle(t);
      await replaced(t, user, { title: null });
      t.expectUnassigned(await t.read(user), 'title');
    },
  },
  {
    id: 'rfc.replace.drops-unmentioned-extension',
    suite: 'rfc',
    title: 'Data of an extension that a PUT leaves out are removed.',
    level: 'should',
    source: 'RFC 7644 §3.5.1',
    fix: 'Remove the data of an extension that are not in the PUT, and its URN from schemas.',
    needs: ['enterprise'],
    async run(t) {
      t.needsAttribute(ENTERPRISE_URN, 'department');
      const extension = { [ENTERPRISE_URN]: { department: 'Research' } };
      const user = await t.user({ schemas: [USER_URN, ENTERPRISE_URN], ...extension });
      await replaced(t, user, { schemas: [USER_URN], [ENTERPRISE_URN]: null });
      t.expectUnassigned(await t.read(user), `${ENTERPRISE_URN}:department`);
    },
  },
  {
    id: 'rfc.replace.null-clears',
    suite: 'rfc',
    title: 'An attribute that is null in a PUT is removed.',
    level: 'must',
    source: 'RFC 7644 §3.5.1, RFC 7643 §2.5',
    fix: 'Remove the value of an attribute that is null in a PUT.',
    async run(t) {
      const user = await withTitle(t);
      t.expectStatus(await t.put(user, { ...user.sent, title: null }), 200);
      t.expectUnassigned(await t.read(user), 'title');
    },
  },
  {
    id: 'rfc.replace.empty-list-clears',
    suite: 'rfc',
    title: 'A multi-valued attribute that is an empty array in a PUT is removed.',
    level: 'must',
    source: 'RFC 7644 §3.5.1, RFC 7643 §2.5',
    fix: 'Remove all values of a multi-valued attribute that is an empty array in a PUT.',
    async run(t) {
      t.needsAttribute(USER_URN, 'phoneNumbers');
      const user = await t.user({ phoneNumbers: [{ value: '+1 202 555 0100', type: 'work' }] });
      t.expectStatus(await t.put(user, { ...user.sent, phoneNumbers: [] }), 200);
      t.expectUnassigned(await t.read(user), 'phoneNumbers');
    },
  },
];

function withTitle(t: Probe): Promise<Made> {
  t.needsAttribute(USER_URN, 'title');
  return t.user({ title: 'Engineer' });
}

const readOnlyChecks: readonly Check[] = [
  {
    id: 'rfc.replace.id-ignored',
    suite: 'rfc',
    title: 'Another id in the body of a PUT is ignored.',
    level: 'must',
    source: 'RFC 7644 §3.5.1',
    fix: 'Ignore id in the body of a PUT: the resource is the one of the URL, and keeps its id.',
    async run(t) {
      const user = await t.user();
      const answer = await replaced(t, user, { id: t.unique('id') });
      t.expectEqual(answer, 'id', user.id);
      t.expectEqual(await t.read(user), 'id', user.id);
    },
  },
  {
    id: 'rfc.replace.meta-ignored',
    suite: 'rfc',
    title: 'The meta in the body of a PUT is ignored.',
    level: 'must',
    source: 'RFC 7644 §3.5.1, RFC 7643 §3.1',
    fix: 'Ignore meta in the body of a PUT: created, location and resourceType stay what they are.',
    async run(t) {
      const user = await t.user();
      const before = await t.read(user);
      const created = '2001-02-03T04:05:06Z';
      const meta = { created, resourceType: 'Nonsense', location: 'https://example.com/Users/1' };
      await replaced(t, user, { meta });
      const after = await t.read(user);
      for (const name of ['meta.created', 'meta.resourceType', 'meta.location']) {
        t.expectEqual(after, name, valueAt(before.body, name) ?? null);
      }
    },
  },
  {
    id: 'rfc.replace.groups-ignored',
    suite: 'rfc',
    title: 'The groups in the body of a PUT are ignored.',
    level: 'must',
    source: 'RFC 7644 §3.5.1, RFC 7643 §4.1.2',
    fix: 'Ignore groups in a User: memberships are changed through the members of the group alone.',
    needs: ['groups'],
    async run(t) {
      const user = await t.user();
      const group = await t.group({ members: [{ value: user.id }] });
      await replaced(t, user, { groups: [] });
      t.expectMembers(await t.read(group), user);
    },
  },
  {
    id: 'rfc.replace.echo',
    suite: 'rfc',
    title: 'What was read can be put back as it is.',
    level: 'must',
    source: 'RFC 7644 §3.5.1',
    fix: 'Accept the whole resource, as a GET gives it, in a PUT: what is readOnly in it is ignored.',
    async run(t) {
      const user = await t.user();
      const before = await t.read(user);
      t.expectStatus(await t.put(user, before.body ?? {}), 200);
      const after = await t.read(user);
      for (const path of ['id', 'userName', 'displayName', 'active', 'name.givenName', 'externalId']) {
        const value = valueAt(before.body, path);
        if (!isUnassigned(value)) t.expectEqual(after, path, value as Json);
      }
    },
  },
];

const metaChecks: readonly Check[] = [
  {
    id: 'rfc.replace.last-modified',
    suite: 'rfc',
    title: 'The time in meta.lastModified is later after a PUT that changes something.',
    level: 'must',
    source: 'RFC 7643 §3.1',
    fix: 'Set meta.lastModified to the time of the change whenever a resource is changed.',
    async run(t) {
      const user = await t.user();
      const first = await t.read(user);
      const before = valueAt(first.body, 'meta.lastModified');
      t.expect(isDateTime(before), first, `meta.lastModified is ${shown(before)}`, 'a dateTime', before ?? 'nothing');
      await untilNextStamp(String(before));
      const after = await replacedAndRead(t, user, 'New name');
      const found = valueAt(after.body, 'meta.lastModified');
      const isLater = Date.parse(String(found)) > Date.parse(String(before));
      t.expect(isLater, after, `meta.lastModified was ${shown(before)} before`, 'a later time', found ?? 'nothing');
    },
  },
  {
    id: 'rfc.replace.created',
    suite: 'rfc',
    title: 'The time in meta.created is the same after a PUT that changes something.',
    level: 'must',
    source: 'RFC 7643 §3.1',
    fix: 'Keep the time at which the resource was added; a PUT changes it, and does not add it again.',
    async run(t) {
      const user = await t.user();
      const created = valueAt((await t.read(user)).body, 'meta.created');
      const before = typeof created === 'string' ? created : t.skip('the server gives no meta.created');
      await untilNextStamp(before);
      t.expectEqual(await replacedAndRead(t, user, 'New name'), 'meta.created', before);
    },
  },
  {
    id: 'rfc.replace.version',
    suite: 'rfc',
    title: 'A PUT that changes something gives the user another version.',
    level: 'must',
    source: 'RFC 7644 §3.14, RFC 9110 §8.8.3',
    fix: 'Change meta.version and ETag whenever a resource is changed.',
    needs: ['etag'],
    async run(t) {
      const user = await t.user();
      const before = valueAt((await t.read(user)).body, 'meta.version');
      const answer = await replaced(t, user, { displayName: 'New name' });
      const found = valueAt(answer.body, 'meta.version');
      t.expect(found !== before, answer, 'The version is what it was', 'another version', found ?? 'nothing');
    },
  },
];

async function replacedAndRead(t: Probe, user: Made, displayName: string): Promise<Answer> {
  const name = { givenName: displayName, familyName: 'Family' };
  await replaced(t, user, { displayName, name });
  return t.read(user);
}

const refusedChecks: readonly Check[] = [
  {
    id: 'rfc.replace.unknown',
    suite: 'rfc',
    title: 'A PUT to an id that does not exist is 404, and creates nothing.',
    level: 'must',
    source: 'RFC 7644 §3.5.1',
    fix: 'Answer PUT for an id that does not exist with 404: it must not be used to create.',
    async run(t) {
      const path = `${t.endpoint('User')}/${t.random.uuid()}`;
      const answer = await t.put(path, t.userBody());
      if (answer.status < 300) await t.delete(path);
      t.expectError(answer, 404);
    },
  },
  {
    id: 'rfc.replace.no-user-name',
    suite: 'rfc',
    title: 'A PUT without the required userName is 400.',
    level: 'must',
    source: 'RFC 7644 §3.5.1, RFC 7644 §3.12',
    fix: 'Refuse a PUT that lacks a required attribute with 400, scimType invalidValue.',
    async run(t) {
      const user = await t.user();
      t.expectError(await t.put(user, changed(user, { userName: null })), 400);
    },
  },
  {
    id: 'rfc.replace.duplicate',
    suite: 'rfc',
    title: 'A PUT with the userName of another user is 409 uniqueness.',
    level: 'must',
    source: 'RFC 7644 §3.12, RFC 7643 §4.1.1',
    fix: 'Look for duplicates in a PUT too, and answer 409 with scimType uniqueness.',
    async run(t) {
      const [user, other] = [await t.user(), await t.user()];
      const body = changed(user, { userName: other.sent.userName as Json });
      t.expectError(await t.put(user, body), 409, 'uniqueness');
    },
  },
  {
    id: 'rfc.replace.all-or-nothing',
    suite: 'rfc',
    title: 'A PUT that is refused changes nothing.',
    level: 'must',
    source: 'RFC 7644 §3.5.1, RFC 7644 §3.12',
    fix: 'Check the whole body of a PUT before anything of it is stored.',
    async run(t) {
      const [user, other] = [await t.user(), await t.user()];
      const before = await t.read(user);
      const body = changed(user, { displayName: 'Changed', title: 'Changed', userName: other.sent.userName as Json });
      const answer = await t.put(user, body);
      t.expect(answer.status >= 400, answer, 'A duplicate userName was taken', '409', String(answer.status));
      const after = await t.read(user);
      for (const path of ['userName', 'displayName', 'title']) {
        const value = valueAt(before.body, path);
        if (isUnassigned(value)) t.expectUnassigned(after, path);
        else t.expectEqual(after, path, value as Json);
      }
    },
  },
];

export const replaceChecks: readonly Check[] = [
  ...stateChecks,
  ...clearingChecks,
  ...readOnlyChecks,
  ...metaChecks,
  ...refusedChecks,
];
