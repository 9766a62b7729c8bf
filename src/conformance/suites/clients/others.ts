/**
 * OneLogin, Keycloak, Microsoft's Postman collection, Entra reading a source: each differs from the RFC, or uses a part
 * of it that others do not.
 */
import type { Check } from '../../check.js';
import { encodeQuery } from '../../client/client.js';
import { GROUP_URN, PATCH_URN, USER_URN } from '../../facts.js';
import type { Json, JsonObject } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { shown, valueAt } from '../../values.js';
import { demands, expectMatch, expectOneAtMost, tolerates } from './client-check.js';

/** The URN of SCIM 1 that old templates still have. */
const SCIM_1_URN = 'urn:scim:schemas:core:1.0';
const ONELOGIN = 'scim.dev, SCIM with OneLogin';

const onelogin: readonly Check[] = [
  tolerates({
    id: 'clients.onelogin.scim-1-urn',
    title: 'A user is created though the template of OneLogin names the core schema of SCIM 1.',
    source: ONELOGIN,
    fix: 'Take an unknown or old URN in schemas of a POST for a note: the endpoint says which schema is meant.',
    async run(t) {
      const answer = await t.post(t.endpoint('User'), t.userBody({ schemas: [SCIM_1_URN] }));
      t.expectStatus(answer, 201);
      const schemas = valueAt(answer.body, 'schemas');
      const isCore = Array.isArray(schemas) && schemas.includes(USER_URN);
      t.expect(isCore, answer, `schemas of the answer is ${shown(schemas)}`, USER_URN, schemas ?? 'nothing');
    },
  }),
  tolerates({
    id: 'clients.onelogin.match',
    title: 'A user is found by userName before OneLogin creates it.',
    source: ONELOGIN,
    fix: 'Support the filter userName eq "…" on /Users.',
    run: expectMatch,
  }),
  tolerates({
    id: 'clients.onelogin.suspend',
    title: 'A user is suspended by a PUT that is the template with active false.',
    source: ONELOGIN,
    fix: 'Take a PUT that is no fetched object but what the client knows, and store its active.',
    async run(t) {
      const user = await t.user();
      t.expectSuccess(await t.put(user, { ...user.sent, active: false }));
      t.expectEqual(await t.read(user), 'active', false);
    },
  }),
];

const KEYCLOAK = 'Captain-P-Goldfish/scim-for-keycloak issue 126';

const keycloak: readonly Check[] = [
  demands('Keycloak', {
    id: 'clients.keycloak.put-without-id',
    title: 'PUT of a user without an id in the body replaces the user of the address.',
    source: `${KEYCLOAK}; RFC 7644 §3.5.1`,
    fix: 'Take the id from the address: it is read-only, and need not be in the body.',
    async run(t) {
      const user = await t.user();
      const answer = await t.put(user, { ...user.sent, displayName: 'Changed' });
      t.expectStatus(answer, 200);
      t.expectEqual(answer, 'id', user.id);
      t.expectEqual(await t.read(user), 'displayName', 'Changed');
    },
  }),
  tolerates({
    id: 'clients.keycloak.patch-without-schemas',
    title: 'A PATCH without schemas is taken.',
    source: KEYCLOAK,
    fix: 'Take a PATCH body that has Operations for a PatchOp message, though it does not say so.',
    needs: ['patch'],
    async run(t) {
      const user = await t.user();
      const body = { Operations: [{ op: 'replace', path: 'displayName', value: 'Changed' }] };
      t.expectSuccess(await t.request('PATCH', user.path, { body }));
      t.expectEqual(await t.read(user), 'displayName', 'Changed');
    },
  }),
];

const COLLECTION = 'Microsoft SCIM reference code, Postman collection "SCIM Tests"';

/** Asks for what the collection writes by hand: blanks as plus signs, values with or without quotes. */
async function findByText(t: Probe, filter: string, made: Made): Promise<void> {
  const query = encodeQuery({ filter }).replaceAll('%20', '+');
  t.expectFound(await t.get(t.endpoint('User'), query), made);
}

/** A word without any character that would need quotes. */
function plainWord(t: Probe): string {
  return `F${t.unique().replaceAll('-', '')}`;
}

/** A user whose family name is in no other user. */
function userNamed(t: Probe, familyName: string): Promise<Made> {
  return t.user({ userName: `${familyName}@example.com`, name: { givenName: 'Given', familyName } });
}

const queries: readonly Check[] = [
  tolerates({
    id: 'clients.postman.attribute-in-other-case',
    title: 'A filter names its attribute in another letter case: DisplayName.',
    source: `${COLLECTION}, users`,
    fix: 'Compare attribute names in filters without regard to letter case (RFC 7643 §2.1).',
    needs: ['filter'],
    async run(t) {
      const displayName = t.unique('display');
      const user = await t.user({ displayName });
      await findByText(t, `DisplayName eq "${displayName}"`, user);
    },
  }),
  tolerates({
    id: 'clients.postman.unquoted-literal',
    title: 'A filter compares with a word without quotes.',
    source: `${COLLECTION}, garbage`,
    fix: 'Take a bare word in a filter for a string, as if it were in quotes.',
    needs: ['filter'],
    async run(t) {
      const word = plainWord(t);
      const user = await userNamed(t, word);
      await findByText(t, `userName sw ${word}`, user);
    },
  }),
  tolerates({
    id: 'clients.postman.unquoted-in-parentheses',
    title: 'Words without quotes are taken in parentheses too.',
    source: `${COLLECTION}, garbage`,
    fix: 'End a bare word of a filter at a blank or at a closing parenthesis.',
    needs: ['filter'],
    async run(t) {
      const word = plainWord(t);
      const user = await t.user({ name: { givenName: 'Given', familyName: word } });
      await findByText(t, `name.FamilyName eq ${word} and (emails.Value co ct or emails.Value co example)`, user);
    },
  }),
  tolerates({
    id: 'clients.postman.unquoted-time',
    title: 'A time without quotes, with seven decimals and an offset, is compared with meta.Created.',
    source: `${COLLECTION}, garbage`,
    fix: 'Take every form of xsd:dateTime in filters, any number of decimals and an offset included.',
    needs: ['filter'],
    async run(t) {
      const user = await t.user();
      const after = 'meta.Created gt 2015-10-10T14:38:21.8617979-07:00';
      await findByText(t, `${after} and userName eq "${user.sent.userName}"`, user);
    },
  }),
  ...(['type eq "work"', 'value eq'] as const).map((filter) => {
    const isType = filter.startsWith('type');
    return tolerates({
      id: `clients.postman.attributes-by-${isType ? 'type' : 'value'}`,
      title: `A GET with attributes=emails[${isType ? filter : 'value eq "…"'}] is answered with the e-mail address.`,
      source: `${COLLECTION}, complex`,
      fix: 'Take a path with a filter in attributes for the attribute in front of the bracket.',
      async run(t) {
        const user = await t.user();
        const address = String(user.sent.userName);
        const answer = await t.read(user, { attributes: `emails[${isType ? filter : `value eq "${address}"`}]` });
        t.expectEqual(answer, 'emails[0].value', address);
      },
    });
  }),
  tolerates({
    id: 'clients.postman.users-come-first',
    title: 'The first of the resource types is that of users.',
    source: `${COLLECTION}, endpoints`,
    fix: 'List User first in /ResourceTypes: the collection looks at the first element alone.',
    readsOnly: true,
    async run(t) {
      const answer = await t.get('/ResourceTypes');
      t.expectList(answer);
      t.expectEqual(answer, 'Resources[0].schema', USER_URN);
    },
  }),
  tolerates({
    id: 'clients.postman.user-account',
    title: 'The schema of users is described as "User Account".',
    source: `${COLLECTION}, endpoints; RFC 7643 §8.7.1`,
    fix: 'Describe the schema of users as RFC 7643 §8.7.1 does: the collection looks for the words "User Account".',
    readsOnly: true,
    async run(t) {
      const answer = await t.get('/Schemas');
      t.expectStatus(answer, 200);
      const has = /User Account/.test(answer.text);
      t.expect(has, answer, '"User Account" is nowhere in /Schemas', '"User Account"', 'nothing');
    },
  }),
];

/** PATCH of a group, as the collection writes it: with members of an operation that no RFC knows. */
function patchWithExtras(t: Probe, group: Made, operation: JsonObject) {
  const body = { schemas: [PATCH_URN], Operations: [operation] };
  return t.request('PATCH', group.path, { body });
}

async function expectAdded(t: Probe, operation: (user: Made) => JsonObject): Promise<void> {
  const user = await t.user();
  const group = await t.group();
  t.expectStatus(await patchWithExtras(t, group, operation(user)), 200, 204);
  t.expectMembers(await t.read(group), user);
}

const groups: readonly Check[] = [
  tolerates({
    id: 'clients.postman.create-with-members',
    title: 'A group is created with a member that has a display.',
    source: `${COLLECTION}, groups`,
    fix: 'Take members of a POST, and display in them.',
    needs: ['groups'],
    async run(t) {
      const user = await t.user();
      const members: Json = [{ value: user.id, display: String(user.sent.userName) }];
      const body = { schemas: [GROUP_URN], displayName: t.unique('group'), members };
      const answer = await t.post(t.endpoint('Group'), body);
      t.expectStatus(answer, 201);
      t.expectMembers(await t.read(`${t.endpoint('Group')}/${valueAt(answer.body, 'id')}`), user);
    },
  }),
  tolerates({
    id: 'clients.postman.extra-key-in-operation',
    title: 'A PATCH operation with a key that no RFC knows is carried out.',
    source: `${COLLECTION}, groups`,
    fix: 'Ignore keys of an operation other than op, path and value, such as "name": "addMember".',
    needs: ['groups', 'patch'],
    run: (t) => expectAdded(t, ({ id }) => ({ name: 'addMember', op: 'add', path: 'members', value: [{ value: id }] })),
  }),
  tolerates({
    id: 'clients.postman.extra-key-in-member',
    title: 'A member that is added with a displayName besides its value is added.',
    source: `${COLLECTION}, groups`,
    fix: 'Ignore sub-attributes of members that the schema does not have.',
    needs: ['groups', 'patch'],
    run: (t) =>
      expectAdded(t, ({ id }) => ({ op: 'add', path: 'members', value: [{ displayName: 'Someone', value: id }] })),
  }),
  tolerates({
    id: 'clients.postman.member-as-text',
    title: 'A member that is added as a plain text is taken for the id of a user.',
    source: `${COLLECTION}, groups garbage`,
    fix: 'Take a string where an element of members is wanted for {"value": …}.',
    needs: ['groups', 'patch'],
    run: (t) => expectAdded(t, ({ id }) => ({ op: 'add', path: 'members', value: id })),
  }),
  tolerates({
    id: 'clients.postman.remove-all-members',
    title: 'PATCH remove members without a filter or a value removes all members.',
    source: `${COLLECTION}, groups; RFC 7644 §3.5.2.2`,
    fix: 'Empty the group when remove names members alone.',
    needs: ['groups', 'patch'],
    async run(t) {
      const user = await t.user();
      const group = await t.group({ members: [{ value: user.id }] });
      t.expectStatus(await t.patch(group, [{ op: 'remove', path: 'members' }]), 200, 204);
      t.expectMembers(await t.read(group));
    },
  }),
  tolerates({
    id: 'clients.postman.put-group-without-members',
    title: 'A PUT of a group without members is answered with 200, and renames it.',
    source: `${COLLECTION}, groups garbage`,
    fix: 'Take a PUT of a group that has no members in it.',
    needs: ['groups'],
    async run(t) {
      const group = await t.group();
      const displayName = t.unique('renamed');
      const answer = await t.put(group, { ...group.sent, displayName });
      t.expectStatus(answer, 200);
      t.expectEqual(await t.read(group), 'displayName', displayName);
    },
  }),
  tolerates({
    id: 'clients.postman.string-boolean',
    title: 'A user that is sent with active "True" is answered with the boolean true.',
    source: `${COLLECTION}, garbage`,
    fix: 'Take "True" and "False" for booleans, and return booleans.',
    async run(t) {
      const answer = await t.post(t.endpoint('User'), t.userBody({ active: 'True' }));
      t.expectStatus(answer, 201);
      t.expectEqual(answer, 'active', true);
    },
  }),
];

const SOURCE = 'Microsoft SCIM reference code, Postman collection "SCIM Inbound"';

/** When the user was changed, with the seven decimals that .NET writes. */
async function lastModified(t: Probe, user: Made): Promise<string> {
  const { body } = await t.read(user);
  const time = valueAt(body, 'meta.lastModified');
  if (typeof time !== 'string') t.skip('the server gives no meta.lastModified');
  const [, seconds = '', decimals = '', zone = ''] = /^([^.Z+]*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(time) ?? [];
  return `${seconds}.${decimals.slice(0, 7).padEnd(7, '0')}${zone}`;
}

/** Every user of the answer is active. */
function expectActive(t: Probe, users: readonly JsonObject[], answer: Parameters<Probe['expectList']>[0]): void {
  const others = users.filter(({ active }) => active !== true).length;
  t.expect(others === 0, answer, `${others} of the users found are not active`, 0, others);
}

/** Among the users that were changed since are the one that was, and none that is inactive. */
async function expectChanged(t: Probe, queryOf: (time: string) => string): Promise<void> {
  const user = await t.user();
  const inactive = await t.user({ active: false });
  const answer = await t.get(t.endpoint('User'), queryOf(await lastModified(t, user)));
  const users = t.expectList(answer);
  const ids = users.map(({ id }) => id);
  t.expect(ids.includes(user.id), answer, 'The changed user is not found', user.id, ids);
  t.expect(!ids.includes(inactive.id), answer, 'The inactive user is found', 'active users', ids);
  expectActive(t, users, answer);
}

const source: readonly Check[] = [
  tolerates({
    id: 'clients.entra-source.probe',
    title: 'GET /Users?count=1 is answered with a list of one user at most.',
    source: SOURCE,
    fix: 'Answer count without startIndex with 200 and a ListResponse, and give no more users than count.',
    readsOnly: true,
    run: expectOneAtMost,
  }),
  tolerates({
    id: 'clients.entra-source.by-id',
    title: 'A user is found by a filter for its id.',
    source: SOURCE,
    fix: 'Support the filter id eq "…".',
    needs: ['filter'],
    async run(t) {
      const user = await t.user();
      t.expectFound(await t.find('User', `id eq "${user.id}"`), user);
    },
  }),
  tolerates({
    id: 'clients.entra-source.full-sync',
    title: 'The filter of a full read, with times of seven decimals in the years 1 and 9999, finds active users.',
    source: SOURCE,
    fix: 'Support and, parentheses, ge and le on meta.lastModified, and times of any year with any number of decimals.',
    needs: ['filter'],
    async run(t) {
      const user = await t.user();
      const from = 'meta.lastModified ge "0001-01-03T00:00:00.0000000Z"';
      const to = 'meta.lastModified le "9999-01-03T00:00:00.0000000Z"';
      const filter = `active eq true and (${from} and ${to})`;
      const answer = await t.get(t.endpoint('User'), { filter, count: 5, startIndex: 1 });
      expectActive(t, t.expectList(answer), answer);
      const own = await t.find('User', `${filter} and id eq "${user.id}"`);
      t.expectFound(own, user);
    },
  }),
  tolerates({
    id: 'clients.entra-source.delta',
    title: 'The filter of a delta read, with count=100 and startindex=0, finds the user that was changed.',
    source: SOURCE,
    fix: 'Take parameter names in any letter case, a startIndex below 1 for 1, and ge on meta.lastModified.',
    needs: ['filter'],
    run: (t) =>
      expectChanged(t, (time) =>
        encodeQuery({ filter: `active eq true and meta.lastModified ge "${time}"`, count: 100, startindex: 0 }),
      ),
  }),
  tolerates({
    id: 'clients.entra-source.mixed-case',
    title: 'A filter in mixed letter case, (ActiVe eq true) and meta.lastmodified ge "…", finds the changed user.',
    source: SOURCE,
    fix: 'Compare attribute names and operators in filters without regard to letter case.',
    needs: ['filter'],
    run: (t) =>
      expectChanged(t, (time) =>
        encodeQuery({ filter: `(ActiVe eq true) and meta.lastmodified ge "${time}"`, count: 100, startIndex: 1 }),
      ),
  }),
];

export const otherChecks: readonly Check[] = [...onelogin, ...keycloak, ...queries, ...groups, ...source];
