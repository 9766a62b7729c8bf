/**
 * Microsoft's validation Logic App, which decides about the gallery. Rows 1 to 14 go through Entra: here they are as
 * the server sees them. Rows 15 to 25 call the endpoint. Rows 21 and 22 ask for credentials that a run does not have.
 * Besides: what Entra relies on when people leave and come back.
 */
import type { Check } from '../../check.js';
import { definitionOf, ENTERPRISE_URN, GROUP_URN, type TypeName, USER_URN } from '../../facts.js';
import type { Answer, Json, JsonObject } from '../../model.js';
import type { Made, PatchOperation, Probe } from '../../probe.js';
import { isUnassigned, objectsIn, shown, valueAt } from '../../values.js';
import { mandatory, optional } from './entra-check.js';
import {
  bodyWith,
  DEFAULT_MAPPING,
  expectValues,
  isWritable,
  MANAGER,
  needsManager,
  operationsFor,
  partsOf,
  type Values,
  valuesFor,
} from './mapping.js';
import { findUser, groupWithMember, patchedAndRead } from './requests.js';

function row(...numbers: number[]): string {
  const rows = numbers.length > 1 ? `rows ${numbers.join(' and ')}` : `row ${numbers[0]}`;
  return `Microsoft SCIM validation Logic App, ${rows}`;
}

const DISABLE: PatchOperation = { op: 'Replace', path: 'active', value: 'False' };
const ENABLE: PatchOperation = { op: 'Replace', path: 'active', value: 'True' };

async function disable(t: Probe, user: Made): Promise<void> {
  t.expectStatus(await t.patch(user, [DISABLE]), 200, 204);
}

async function enable(t: Probe, user: Made): Promise<void> {
  t.expectStatus(await t.patch(user, [ENABLE]), 200, 204);
}

function findGroup(t: Probe, displayName: Json | undefined): Promise<Answer> {
  return t.find('Group', `displayName eq "${String(displayName)}"`);
}

/** POST of a user whom the filter did not find before. */
async function createdUser(t: Probe, body: JsonObject): Promise<string> {
  t.expectList(await findUser(t, body.userName), 0);
  const answer = await t.post(t.endpoint('User'), body);
  t.expectStatus(answer, 201);
  return String(valueAt(answer.body, 'id'));
}

/** The list has one resource, with the id. */
function expectHit(t: Probe, answer: Answer, id: string): void {
  const ids = t.expectList(answer).map((resource) => String(resource.id));
  t.expect(ids.length === 1 && ids[0] === id, answer, `The filter found ${ids.length} resources`, [id], ids);
}

/** Nothing is found, or a disabled user: both are a user who has left. */
function expectGone(t: Probe, answer: Answer): void {
  const left = t.expectList(answer).filter(({ active }) => active !== false);
  t.expect(left.length === 0, answer, 'The user is still found, and is not disabled', 'active false', left[0]?.active);
}

// Rows 1 to 7

const users: readonly Check[] = [
  mandatory(row(1, 7), {
    id: 'entra.logic-app.01-create-user',
    title: 'A user who was not found by userName is found right after POST.',
    fix: 'Make a new user visible to filters at once: provisioning on demand looks for it within seconds.',
    async run(t) {
      const body = bodyWith(t, valuesFor(t, DEFAULT_MAPPING, 'first'));
      const id = await createdUser(t, body);
      expectHit(t, await findUser(t, body.userName), id);
    },
  }),
  mandatory(row(2), {
    id: 'entra.logic-app.02-update-user',
    title: 'One PATCH of all attributes that Entra maps, userName too, is seen in GET.',
    fix: 'Apply every operation of the PATCH, with op names in any letter case, and return the new values.',
    async run(t) {
      const user = await t.user(bodyWith(t, valuesFor(t, DEFAULT_MAPPING, 'first')));
      const values = new Map([
        ['userName', `${t.unique('renamed')}@example.com`],
        ['externalId', t.unique('renamed')],
        ...valuesFor(t, DEFAULT_MAPPING, 'second'),
      ]);
      const answer = await patchedAndRead(t, user, ...operationsFor('Replace', values));
      expectValues(t, answer, answer.body, values);
    },
  }),
  mandatory(row(3), {
    id: 'entra.logic-app.03-disable-user',
    title: 'A disabled user is still found by userName, with active as the JSON boolean false.',
    fix: 'Take "False" for false, keep disabled users in lists, and return active as a boolean.',
    async run(t) {
      const user = await t.user();
      await disable(t, user);
      const answer = await findUser(t, user.sent.userName);
      expectHit(t, answer, user.id);
      t.expectEqual(answer, 'Resources[0].active', false);
    },
  }),
  optional(row(4), {
    id: 'entra.logic-app.04-delete-user',
    title: 'GET of a deleted user is answered with 404.',
    fix: 'Support DELETE /Users/{id}, and forget the user.',
    async run(t) {
      const user = await t.user();
      t.expectSuccess(await t.delete(user));
      t.expectStatus(await t.get(user.path), 404);
    },
  }),
  mandatory(row(5), {
    id: 'entra.logic-app.05-update-manager',
    title: 'A manager is set, changed and removed in the form of the provisioning service.',
    fix: 'Accept the path manager without its URN, and an array of one object with $ref and value.',
    async run(t) {
      needsManager(t);
      const [user, first, second] = [await t.user(), await t.user(), await t.user()];
      const reference = ({ id, answer }: Made): Json => [
        { $ref: valueAt(answer.body, 'meta.location') ?? null, value: id },
      ];
      const set = await patchedAndRead(t, user, { op: 'Add', path: 'manager', value: reference(first) });
      expectMentioned(t, set, first.id);
      const changed = await patchedAndRead(t, user, { op: 'Replace', path: 'manager', value: reference(second) });
      expectMentioned(t, changed, second.id);
      const removed = await patchedAndRead(t, user, { op: 'Remove', path: 'manager' });
      t.expectUnassigned(removed, `${MANAGER}.value`);
    },
  }),
];

function expectMentioned(t: Probe, answer: Answer, id: string): void {
  t.expect(answer.text.includes(id), answer, 'The user comes without the id of the manager', id, answer.text);
}

/** Row 6 by both routes: which of them Entra takes follows from what the target is declared to support. */
const restoring: readonly Check[] = [
  mandatory(row(6), {
    id: 'entra.logic-app.06-restore-disabled-user',
    title: 'A user who was disabled at unassignment is active again after reassignment.',
    fix: 'Let PATCH set active to "False" and back to "True", and return it as a boolean.',
    async run(t) {
      const user = await t.user();
      await disable(t, user);
      expectGone(t, await findUser(t, user.sent.userName));
      await enable(t, user);
      const answer = await findUser(t, user.sent.userName);
      expectHit(t, answer, user.id);
      t.expectEqual(answer, 'Resources[0].active', true);
    },
  }),
  mandatory(row(6), {
    id: 'entra.logic-app.06-restore-deleted-user',
    title: 'A user who was deleted at unassignment is created anew at reassignment.',
    fix: 'Free the userName of a deleted user, so that POST with the same name is answered with 201.',
    async run(t) {
      const user = await t.user();
      t.expectSuccess(await t.delete(user));
      t.expectList(await findUser(t, user.sent.userName), 0);
      const id = await createdUser(t, user.sent);
      expectHit(t, await findUser(t, user.sent.userName), id);
    },
  }),
];

// Rows 8 to 14

const groups: readonly Check[] = [
  mandatory(row(8, 13), {
    id: 'entra.logic-app.08-create-group',
    title: 'A group with parentheses in its name is created, and found by the name.',
    fix: 'Take the quoted literal of a filter as it is: parentheses in it are no grouping.',
    needs: ['groups'],
    async run(t) {
      const displayName = `${t.unique('group')}-(${t.random.hex(8)})`;
      t.expectList(await findGroup(t, displayName), 0);
      const answer = await t.post(t.endpoint('Group'), t.groupBody({ displayName }));
      t.expectStatus(answer, 201);
      expectHit(t, await findGroup(t, displayName), String(valueAt(answer.body, 'id')));
    },
  }),
  mandatory(row(9), {
    id: 'entra.logic-app.09-update-group',
    title: 'A renamed group is found by its new name.',
    fix: 'Let PATCH replace displayName, and filters see the new name at once.',
    async run(t) {
      const group = await t.group();
      const displayName = `${String(group.sent.displayName)}-Modified`;
      t.expectStatus(await t.patch(group, [{ op: 'Replace', path: 'displayName', value: displayName }]), 200, 204);
      expectHit(t, await findGroup(t, displayName), group.id);
    },
  }),
  optional(row(10), {
    id: 'entra.logic-app.10-delete-group',
    title: 'A deleted group is not found by its name.',
    fix: 'Support DELETE /Groups/{id}, and leave the group out of lists.',
    async run(t) {
      const group = await t.group();
      t.expectSuccess(await t.delete(group));
      t.expectList(await findGroup(t, group.sent.displayName), 0);
    },
  }),
  mandatory(row(11), {
    id: 'entra.logic-app.11-add-member',
    title: 'A member that was added is seen in the list that finds the group by name.',
    fix: 'Return members in the list of /Groups, too, unless they are excluded.',
    async run(t) {
      const [group, user] = [await t.group(), await t.user()];
      const value = [{ $ref: null, value: user.id }];
      t.expectStatus(await t.patch(group, [{ op: 'Add', path: 'members', value }]), 200, 204);
      const answer = await findGroup(t, group.sent.displayName);
      expectHit(t, answer, group.id);
      t.expectEqual(answer, `Resources[0].members[value=${user.id}].value`, user.id);
    },
  }),
  mandatory(row(12), {
    id: 'entra.logic-app.12-remove-member',
    title: 'The id of a removed member is nowhere in the list that finds the group by name.',
    fix: 'Remove the members that the value of a Remove on members names.',
    async run(t) {
      const { group, member } = await groupWithMember(t);
      const value = [{ $ref: null, value: member.id }];
      t.expectStatus(await t.patch(group, [{ op: 'Remove', path: 'members', value }]), 200, 204);
      const answer = await findGroup(t, group.sent.displayName);
      expectHit(t, answer, group.id);
      t.expect(
        !answer.text.includes(member.id),
        answer,
        'The id of the member is still in the answer',
        '',
        answer.text,
      );
    },
  }),
  optional(row(14), {
    id: 'entra.logic-app.14-restore-group',
    title: 'A deleted group is created anew with the same name.',
    fix: 'Free the displayName of a deleted group, so that POST with the same name is answered with 201.',
    async run(t) {
      const group = await t.group();
      t.expectSuccess(await t.delete(group));
      t.expectList(await findGroup(t, group.sent.displayName), 0);
      const answer = await t.post(t.endpoint('Group'), group.sent);
      t.expectStatus(answer, 201);
      expectHit(t, await findGroup(t, group.sent.displayName), String(valueAt(answer.body, 'id')));
    },
  }),
];

// Row 15

/** The attributes of the schemas as Entra names them in mappings, in lower case. */
function flattened(schemas: readonly JsonObject[]): Set<string> {
  const names = schemas.flatMap((schema) => {
    const isCore = schema.id === USER_URN || schema.id === GROUP_URN;
    const attributes = objectsIn(schema.attributes);
    return isCore ? attributes.flatMap(namesOf) : attributes.map(({ name }) => `${String(schema.id)}:${String(name)}`);
  });
  return new Set(names.map((name) => name.toLowerCase()));
}

function namesOf(attribute: JsonObject): string[] {
  const name = String(attribute.name);
  const subs = objectsIn(attribute.subAttributes);
  if (attribute.type !== 'complex' || name === 'manager' || name === 'members') return [name];
  if (attribute.multiValued !== true) return subs.map((sub) => `${name}.${String(sub.name)}`);
  const { canonicalValues } = subs.find((sub) => sub.name === 'type') ?? {};
  const types = Array.isArray(canonicalValues) ? canonicalValues.map(String) : [];
  const selectors = types.length > 0 ? types.map((type) => `type eq "${type}"`) : ['primary eq "True"'];
  const kept = subs.filter((sub) => sub.name !== 'type' && sub.name !== 'primary');
  return selectors.flatMap((selector) => kept.map((sub) => `${name}[${selector}].${String(sub.name)}`));
}

async function readSchemas(t: Probe): Promise<{ answer: Answer; schemas: JsonObject[] }> {
  const answer = await t.get('/Schemas');
  return { answer, schemas: t.expectList(answer) };
}

function expectDiscoverable(t: Probe, answer: Answer, names: Set<string>, wanted: readonly string[]): void {
  const missing = wanted.filter((path) => !names.has(path.toLowerCase()));
  t.expect(missing.length === 0, answer, `/Schemas does not lead to ${missing.join(', ')}`, wanted, [...names]);
}

/** Those multi-valued attributes of the User schema that Entra maps by their type, as `emails[type eq "work"]`. */
function typedAttributes(schemas: readonly JsonObject[]): string[] {
  const core = objectsIn(schemas.find(({ id }) => id === USER_URN)?.attributes);
  const names = core.map(({ name }) => String(name));
  return names.filter((name) => DEFAULT_MAPPING.some(([path]) => path.startsWith(`${name}[type eq "work"]`)));
}

const discovering: readonly Check[] = [
  mandatory(row(15), {
    id: 'entra.logic-app.15-schemas',
    title: 'GET /Schemas is answered with a list that has the User schema, with userName and active.',
    fix: 'Serve /Schemas as a ListResponse of all schemas with their attributes.',
    readsOnly: true,
    async run(t) {
      const { answer, schemas } = await readSchemas(t);
      expectDiscoverable(t, answer, flattened(schemas), ['userName', 'active']);
    },
  }),
  mandatory(row(15), {
    id: 'entra.logic-app.15-canonical-types',
    title: 'The schemas name the type work of e-mails, addresses and phone numbers.',
    fix: 'Give the sub-attribute type its canonicalValues: Entra makes emails[type eq "work"].value of them.',
    readsOnly: true,
    async run(t) {
      const { answer, schemas } = await readSchemas(t);
      const names = [...flattened(schemas)];
      for (const attribute of typedAttributes(schemas)) {
        const start = `${attribute}[type eq "work"].`;
        const isThere = names.some((name) => name.startsWith(start.toLowerCase()));
        t.expect(isThere, answer, `/Schemas does not lead to ${start}value`, 'canonicalValues with "work"');
      }
    },
  }),
  optional(row(15), {
    id: 'entra.logic-app.15-default-mapping',
    title: 'Every target of the default user mapping is found in the schemas.',
    fix: 'List the attribute in /Schemas (externalId, too), or take it out of the mapping in Entra.',
    readsOnly: true,
    async run(t) {
      const { answer, schemas } = await readSchemas(t);
      const extended = t.facts.features.has('enterprise') ? [MANAGER] : [];
      const paths = DEFAULT_MAPPING.map(([path]) => path).filter(
        (path) => extended.length > 0 || !path.startsWith(ENTERPRISE_URN),
      );
      const userSchemas = schemas.filter(({ id }) => id !== GROUP_URN);
      expectDiscoverable(t, answer, flattened(userSchemas), [
        'userName',
        'active',
        'externalId',
        ...paths,
        ...extended,
      ]);
    },
  }),
  optional(row(15), {
    id: 'entra.logic-app.15-group-schema',
    title: 'The schemas have the Group schema: the gallery takes no application without groups.',
    fix: 'Support groups, and list their schema in /Schemas, when the application is to be listed in the gallery.',
    readsOnly: true,
    async run(t) {
      const { answer, schemas } = await readSchemas(t);
      const ids = schemas.map(({ id }) => String(id));
      t.expect(ids.includes(GROUP_URN), answer, '/Schemas has no Group schema', GROUP_URN, ids);
    },
  }),
  optional(row(15), {
    id: 'entra.logic-app.15-group-mapping',
    title: 'Every target of the default group mapping is found in the schemas.',
    fix: 'List displayName, externalId and members in the Group schema of /Schemas.',
    needs: ['groups'],
    readsOnly: true,
    async run(t) {
      const { answer, schemas } = await readSchemas(t);
      const groupSchemas = schemas.filter(({ id }) => id === GROUP_URN);
      expectDiscoverable(t, answer, flattened(groupSchemas), ['displayName', 'externalId', 'members']);
    },
  }),
];

// Rows 16 to 20 and 25

/** The mapped attributes that may be cleared: not those that the server requires. */
function clearable(t: Probe): Values {
  const values = valuesFor(t, DEFAULT_MAPPING, 'first');
  return new Map([...values].filter(([path]) => !isRequired(t, path)));
}

function isRequired(t: Probe, path: string): boolean {
  const { urn, attribute, sub } = partsOf(path);
  const isMarked = (name: string) => definitionOf(t.facts, urn, name)?.required === true;
  return isMarked(attribute) || (sub !== undefined && isMarked(`${attribute}.${sub}`));
}

async function clear(t: Probe, user: Made, paths: readonly string[], value: Json): Promise<void> {
  const answer = await patchedAndRead(t, user, ...paths.map((path) => ({ op: 'replace', path, value })));
  for (const path of paths) {
    const found = valueAt(answer.body, path);
    t.expect(isUnassigned(found), answer, `${path} of the user is still ${shown(found)}`, 'nothing', found);
  }
}

/** Row 16: values that stand for nothing, one after the other. */
function clearing(name: string, title: string, ...values: Json[]): Check {
  return mandatory(row(16), {
    id: `entra.logic-app.16-${name}`,
    title,
    fix: 'Take "" and null in a replace of an optional attribute for no value, and answer with 200 or 204.',
    async run(t) {
      const set = clearable(t);
      const user = await t.user(bodyWith(t, set));
      for (const value of values) await clear(t, user, [...set.keys()], value);
    },
  });
}

/** Row 18: one replace for each attribute. */
async function expectReplaced(t: Probe, values: Values): Promise<void> {
  const user = await t.user(bodyWith(t, valuesFor(t, DEFAULT_MAPPING, 'first')));
  const answer = await patchedAndRead(t, user, ...operationsFor('replace', values));
  expectValues(t, answer, answer.body, values);
}

const direct: readonly Check[] = [
  clearing('empty-string-clears', 'A replace of optional attributes by empty strings clears them.', ''),
  clearing('null-clears', 'A replace of optional attributes by null clears them.', null),
  clearing('null-after-empty-string', 'A replace by null of attributes that are empty already succeeds.', '', null),
  mandatory(row(17), {
    id: 'entra.logic-app.17-create-user',
    title: 'POST of a user with all mapped attributes gives an id and the userName that was sent.',
    fix: 'Accept extension objects under their URN and elements of any type, and return the new user.',
    async run(t) {
      const body = bodyWith(t, valuesFor(t, DEFAULT_MAPPING, 'first'));
      const answer = await t.post(t.endpoint('User'), body);
      t.expectStatus(answer, 200, 201);
      t.expectPresent(answer, 'id');
      t.expectEqual(answer, 'userName', body.userName as Json);
    },
  }),
  mandatory(row(18), {
    id: 'entra.logic-app.18-update-user',
    title: 'One PATCH with a replace for each mapped attribute is seen in GET.',
    fix: 'Apply every operation of the PATCH, and return the values as they were sent.',
    run: (t) => expectReplaced(t, valuesFor(t, DEFAULT_MAPPING, 'second')),
  }),
  optional(row(18), {
    id: 'entra.logic-app.18-any-text',
    title: 'A text such as upd-1a2b3c4d is taken in any attribute that is a string.',
    fix: 'Do not check the form of strings, or give the Logic App values of your own (scimTargetUserValues).',
    run(t) {
      const writable = DEFAULT_MAPPING.map(([path]) => path).filter((path) => isWritable(t.facts, path));
      return expectReplaced(t, new Map(writable.map((path) => [path, `upd-${t.random.hex(8)}`])));
    },
  }),
  mandatory(row(19), {
    id: 'entra.logic-app.19-create-group',
    title: 'POST of a group gives an id and the displayName that was sent.',
    fix: 'Accept displayName and externalId in POST /Groups, and return the new group.',
    needs: ['groups'],
    async run(t) {
      const body = t.groupBody();
      const answer = await t.post(t.endpoint('Group'), body);
      t.expectStatus(answer, 200, 201);
      t.expectPresent(answer, 'id');
      t.expectEqual(answer, 'displayName', body.displayName as Json);
    },
  }),
  mandatory(row(20), {
    id: 'entra.logic-app.20-update-group',
    title: 'One PATCH that replaces displayName and externalId of a group is seen in GET.',
    fix: 'Let PATCH replace displayName and externalId, and return both.',
    async run(t) {
      const group = await t.group();
      const values = new Map([
        ['displayName', t.unique('upd')],
        ['externalId', t.unique('upd')],
      ]);
      const answer = await patchedAndRead(t, group, ...operationsFor('replace', values));
      for (const [path, value] of values) t.expectEqual(answer, path, value);
    },
  }),
  mandatory(row(25), {
    id: 'entra.logic-app.25-update-manager',
    title: 'A manager is set by Add, changed by replace and removed by a replace with an empty string.',
    fix: 'Accept the id of a manager as a plain text at the path with its URN, and "" for no manager.',
    async run(t) {
      needsManager(t);
      const [user, first, second] = [await t.user(), await t.user(), await t.user()];
      const set = await patchedAndRead(t, user, { op: 'Add', path: MANAGER, value: first.id });
      t.expectEqual(set, `${MANAGER}.value`, first.id);
      const changed = await patchedAndRead(t, user, { op: 'replace', path: MANAGER, value: second.id });
      t.expectEqual(changed, `${MANAGER}.value`, second.id);
      const removed = await patchedAndRead(t, user, { op: 'replace', path: MANAGER, value: '' });
      t.expectUnassigned(removed, `${MANAGER}.value`);
    },
  }),
];

// Rows 23 and 24

const PAGE = 5;
/** So that there are more than two pages. */
const ENOUGH = 11;
const MAX_PAGES = 10;

/** The page that begins at `startIndex`, which must say so. */
async function page(t: Probe, type: TypeName, startIndex: number): Promise<{ answer: Answer; length: number }> {
  const answer = await t.get(t.endpoint(type), { startIndex, count: PAGE });
  return { answer, length: t.expectList(answer).length };
}

function totalOf(answer: Answer): number {
  const total = valueAt(answer.body, 'totalResults');
  return typeof total === 'number' ? total : 0;
}

async function paginate(t: Probe, type: TypeName): Promise<void> {
  const { answer } = await page(t, type, 1);
  for (let missing = ENOUGH - totalOf(answer); missing > 0; missing--) {
    await (type === 'User' ? t.user() : t.group());
  }
  let startIndex = 1;
  for (let pages = 1; pages <= MAX_PAGES; pages++) {
    const { answer, length } = await page(t, type, startIndex);
    t.expectEqual(answer, 'startIndex', startIndex);
    const total = totalOf(answer);
    t.expect(length > 0, answer, `The page at ${startIndex} is empty`, `resources of ${total}`, length);
    startIndex += length;
    if (startIndex > total || length === 0) {
      t.expect(pages >= 2, answer, `All ${total} resources came in one page`, `pages of at most ${PAGE}`, length);
      return;
    }
  }
}

const paging: readonly Check[] = [
  mandatory(row(23), {
    id: 'entra.logic-app.23-user-pagination',
    title: 'Users are read in pages of five, each of which says the startIndex that was asked for.',
    fix: 'Honour startIndex and count on /Users, and echo startIndex.',
    run: (t) => paginate(t, 'User'),
  }),
  optional(row(24), {
    id: 'entra.logic-app.24-group-pagination',
    title: 'Groups are read in pages of five, each of which says the startIndex that was asked for.',
    fix: 'Honour startIndex and count on /Groups, and echo startIndex.',
    needs: ['groups'],
    run: (t) => paginate(t, 'Group'),
  }),
];

// Leaving and coming back

const HOW = 'Microsoft Entra, How application provisioning works, Deprovisioning';

const leaving: readonly Check[] = [
  mandatory(HOW, {
    id: 'entra.deprovisioning.disabled-user-by-id',
    title: 'A disabled user is still read by id, with active as the JSON boolean false.',
    fix: 'Keep disabled users readable: only DELETE makes a user disappear.',
    async run(t) {
      const user = await t.user();
      await disable(t, user);
      t.expectEqual(await t.read(user), 'active', false);
    },
  }),
  mandatory(HOW, {
    id: 'entra.deprovisioning.disabled-user-by-filter',
    title: 'A disabled user is still found by userName, under the same id.',
    fix: 'Do not leave disabled users out of lists, or Entra tries to create them again and gets 409.',
    async run(t) {
      const user = await t.user();
      await disable(t, user);
      expectHit(t, await findUser(t, user.sent.userName), user.id);
    },
  }),
  mandatory(HOW, {
    id: 'entra.deprovisioning.enable-keeps-id',
    title: 'A user who was disabled and enabled again has the same id, and is active.',
    fix: 'Let active be set to "True" again on the same user.',
    async run(t) {
      const user = await t.user();
      await disable(t, user);
      await enable(t, user);
      const answer = await t.read(user);
      t.expectEqual(answer, 'active', true);
      t.expectEqual(answer, 'id', user.id);
      expectHit(t, await findUser(t, user.sent.userName), user.id);
    },
  }),
  mandatory(HOW, {
    id: 'entra.deprovisioning.enable-keeps-memberships',
    title: 'A user who was disabled and enabled again is still a member of the group.',
    fix: 'Keep the memberships of disabled users: Entra does not send them again.',
    async run(t) {
      const { group, member } = await groupWithMember(t);
      await disable(t, member);
      await enable(t, member);
      t.expectMembers(await t.read(group), member);
    },
  }),
  mandatory(HOW, {
    id: 'entra.deprovisioning.delete-twice',
    title: 'A second DELETE of a user is answered with 404.',
    fix: 'Answer DELETE of a user who is gone with 404, which Entra takes for done; not with 204 or 500.',
    async run(t) {
      const user = await t.user();
      t.expectSuccess(await t.delete(user));
      t.expectStatus(await t.delete(user), 404);
    },
  }),
  mandatory(HOW, {
    id: 'entra.deprovisioning.create-after-delete',
    title: 'POST with the userName of a deleted user is answered with 201 and a new id.',
    fix: 'Free the userName and the externalId of a deleted user, and never use an id again.',
    async run(t) {
      const user = await t.user();
      t.expectSuccess(await t.delete(user));
      const answer = await t.post(t.endpoint('User'), user.sent);
      t.expectStatus(answer, 201);
      const id = valueAt(answer.body, 'id');
      t.expect(id !== user.id, answer, 'The new user has the id of the deleted one', 'another id', id);
    },
  }),
  mandatory(HOW, {
    id: 'entra.deprovisioning.deleted-user-not-found',
    title: 'A deleted user is not found by userName.',
    fix: 'Leave deleted users out of lists.',
    async run(t) {
      const user = await t.user();
      t.expectSuccess(await t.delete(user));
      t.expectList(await findUser(t, user.sent.userName), 0);
    },
  }),
];

export const logicAppChecks: readonly Check[] = [
  ...users,
  ...restoring,
  ...groups,
  ...discovering,
  ...direct,
  ...paging,
  ...leaving,
];
