/**
 * The Microsoft Entra SCIM Validator, users: U1 to U13. Also the attributes that Entra maps by default, which the
 * validator and the Logic App write one path each.
 */
import type { Check } from '../../check.js';
import { attributeOf, ENTERPRISE_URN, type Facts, USER_URN } from '../../facts.js';
import type { Answer, Json, JsonObject } from '../../model.js';
import type { Made, PatchOperation, Probe } from '../../probe.js';
import { isObject, isSame, shown, valueAt } from '../../values.js';
import { mandatory } from './connection.js';

// The attributes

/** A path as Entra writes it, and two values that differ and that a server may well check for their form. */
type Mapped = readonly [path: string, first: string, second: string];

export const MANAGER = `${ENTERPRISE_URN}:manager`;

/** The targets of Entra's default mapping, without userName, active, externalId and manager. */
export const DEFAULT_MAPPING: readonly Mapped[] = [
  ['displayName', 'Lin Ng', 'Linn Berg'],
  ['title', 'Engineer', 'Lead Engineer'],
  ['preferredLanguage', 'nb-NO', 'en-US'],
  ['name.givenName', 'Lin', 'Linn'],
  ['name.familyName', 'Ng', 'Berg'],
  ['name.formatted', 'Lin Ng', 'Linn Berg'],
  ['emails[type eq "work"].value', 'lin', 'linn'],
  ['addresses[type eq "work"].formatted', 'Gate 1, 0150 Oslo', '5 Quay St, Seattle'],
  ['addresses[type eq "work"].streetAddress', 'Gate 1', '5 Quay St'],
  ['addresses[type eq "work"].locality', 'Oslo', 'Seattle'],
  ['addresses[type eq "work"].region', 'Viken', 'WA'],
  ['addresses[type eq "work"].postalCode', '0150', '98101'],
  ['addresses[type eq "work"].country', 'NO', 'US'],
  ['phoneNumbers[type eq "work"].value', '+4755500001', '+12065550101'],
  ['phoneNumbers[type eq "mobile"].value', '+4755500002', '+12065550102'],
  ['phoneNumbers[type eq "fax"].value', '+4755500003', '+12065550103'],
  [`${ENTERPRISE_URN}:employeeNumber`, 'E', 'F'],
  [`${ENTERPRISE_URN}:department`, 'Operations', 'Research'],
];

/** What the validator writes besides. */
const ROLES: readonly Mapped[] = [
  ['roles[primary eq "True"].display', 'Reader', 'Author'],
  ['roles[primary eq "True"].value', 'reader', 'author'],
  ['roles[primary eq "True"].type', 'WindowsAzureActiveDirectoryRole', 'AppRole'],
];
const VALIDATED: readonly Mapped[] = [
  ...DEFAULT_MAPPING,
  ['nickName', 'Lin', 'Linn'],
  ['userType', 'Employee', 'Contractor'],
  ['locale', 'nb-NO', 'en-US'],
  ['timezone', 'Europe/Oslo', 'America/Los_Angeles'],
  ['name.middleName', 'Bo', 'Kim'],
  ['name.honorificPrefix', 'Dr.', 'Prof.'],
  ['name.honorificSuffix', 'II', 'III'],
  [`${ENTERPRISE_URN}:costCenter`, '4130', '4131'],
  [`${ENTERPRISE_URN}:organization`, 'Example', 'Example North'],
  [`${ENTERPRISE_URN}:division`, 'Tours', 'Cruises'],
  ...ROLES,
];

/** A value for each path, in order. */
export type Values = ReadonlyMap<string, Json>;

/** The parts of a path as Entra writes it. */
interface PathParts {
  readonly urn: string;
  readonly attribute: string;
  /** `type` and `work` of `[type eq "work"]`. */
  readonly selector: readonly [name: string, value: string] | undefined;
  readonly sub: string | undefined;
}

export function partsOf(path: string): PathParts {
  const pattern = /^(?:(urn:.+:User):)?(\w+)(?:\[(\w+) eq "([^"]*)"\])?(?:\.(\w+))?$/;
  const [, urn = USER_URN, attribute = '', name, value = '', sub] = pattern.exec(path) ?? [];
  return { urn, attribute, selector: name === undefined ? undefined : [name, value], sub };
}

/** Whether a client may set the path and read it again, as far as the server's schemas tell. */
export function isWritable(facts: Facts, path: string): boolean {
  const { urn, attribute, sub } = partsOf(path);
  if (attribute === 'externalId') return true;
  if (urn === ENTERPRISE_URN && !facts.features.has('enterprise')) return false;
  const schema = facts.schemas.get(urn.toLowerCase());
  if (schema === undefined) return true;
  return [attribute, ...(sub === undefined ? [] : [`${attribute}.${sub}`])].every((name) => {
    const { mutability = 'readWrite', returned = 'default' } = attributeOf(schema, name) ?? { mutability: 'none' };
    return mutability === 'readWrite' && returned !== 'never' && returned !== 'request';
  });
}

/** Values for those of the attributes that the server lets be written. */
export function valuesFor(t: Probe, mapped: readonly Mapped[], which: 'first' | 'second'): Values {
  const writable = mapped.filter(([path]) => isWritable(t.facts, path));
  return new Map(writable.map(([path, ...words]) => [path, distinct(t, path, words[which === 'first' ? 0 : 1])]));
}

/** Servers may want e-mail addresses and employee numbers to be unique. */
function distinct(t: Probe, path: string, word: string): string {
  if (path.startsWith('emails')) return `${t.unique(word)}@example.com`;
  return path.endsWith(':employeeNumber') ? `${word}-${t.random.hex(8)}` : word;
}

/** A user with the values, as a client posts it. */
export function bodyWith(t: Probe, values: Values): JsonObject {
  const body = structuredClone(t.userBody());
  for (const [path, value] of values) place(body, path, value);
  return body;
}

function place(body: JsonObject, path: string, value: Json): void {
  const { urn, attribute, selector, sub } = partsOf(path);
  const target = urn === USER_URN ? body : extensionOf(body, urn);
  if (sub === undefined) target[attribute] = value;
  else if (selector === undefined) target[attribute] = { ...objectOf(target[attribute]), [sub]: value };
  else {
    const elements = arrayOf(target[attribute]);
    const [name, wanted] = selector;
    const element = elements.filter(isObject).find((each) => each[name] === wanted);
    if (element) element[sub] = value;
    else elements.push({ [name]: wanted, [sub]: value });
    target[attribute] = elements;
  }
}

/** With primary as JSON has it: that the text "True" is taken is asked of U1 alone. */
function withBooleans(body: JsonObject): JsonObject {
  if (!Array.isArray(body.roles)) return body;
  return { ...body, roles: body.roles.filter(isObject).map((role) => ({ ...role, primary: true })) };
}

function extensionOf(body: JsonObject, urn: string): JsonObject {
  if (!isObject(body[urn])) {
    body[urn] = {};
    body.schemas = [...arrayOf(body.schemas), urn];
  }
  return body[urn] as JsonObject;
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function arrayOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** One operation for each path. */
export function operationsFor(op: string, values: Values): PatchOperation[] {
  return [...values].map(([path, value]) => ({ op, path, value }));
}

/** The resource has each of the values. `answer`: where it was read. */
export function expectValues(t: Probe, answer: Answer, resource: Json | undefined, values: Values): void {
  for (const [path, wanted] of values) {
    const found = valueAt(resource, path);
    t.expect(isSame(found, wanted), answer, `${path} of the user is ${shown(found)}`, wanted, found ?? 'nothing');
  }
}

/** PATCH, which must succeed, and the resource as it is afterwards. */
export async function patchedAndRead(t: Probe, made: Made, ...operations: PatchOperation[]): Promise<Answer> {
  t.expectStatus(await t.patch(made, operations), 200, 204);
  return t.read(made);
}

/** The list of the users with the name. */
export function findUser(t: Probe, userName: Json | undefined): Promise<Answer> {
  return t.find('User', `userName eq "${String(userName)}"`);
}

// The rows

/** `U5` */
function row(number: number): string {
  return `Microsoft Entra SCIM Validator, U${number}`;
}

/** The body of a user with nothing but the joining property and what the schema requires. */
function joiningBody(t: Probe): JsonObject {
  const schema = t.facts.schemas.get(USER_URN.toLowerCase());
  const isRequired = (name: string) => schema !== undefined && attributeOf(schema, name)?.required === true;
  const others = ['externalId', 'active', 'displayName', 'name', 'emails'].filter((name) => !isRequired(name));
  return Object.fromEntries(others.map((name) => [name, null]));
}

const creating: readonly Check[] = [
  mandatory(row(1), {
    id: 'entra.validator.u01-create-user',
    title: 'A user with all attributes is created with 201, and found by its userName.',
    fix: 'Accept every attribute of your schema in POST /Users, with roles whose primary is the text "True", too.',
    async run(t) {
      const body = bodyWith(t, valuesFor(t, VALIDATED, 'first'));
      t.expectStatus(await t.post(t.endpoint('User'), body), 201);
      t.expectList(await findUser(t, body.userName), 1);
    },
  }),
  mandatory(row(1), {
    id: 'entra.validator.u01-create-keeps-attributes',
    title: 'Every attribute that was sent with a new user is found when the user is fetched by its userName.',
    fix: 'Store the values of POST as they were sent, and return all of them in lists, too.',
    async run(t) {
      const values = valuesFor(t, VALIDATED, 'first');
      const body = bodyWith(t, values);
      t.expectSuccess(await t.post(t.endpoint('User'), body));
      const answer = await findUser(t, body.userName);
      const [found] = t.expectList(answer);
      expectValues(t, answer, found, new Map([['userName', body.userName as Json], ...values]));
    },
  }),
  mandatory(row(2), {
    id: 'entra.validator.u02-create-duplicate',
    title: 'A second user with the same userName is refused with 409.',
    fix: 'Keep userName unique, and answer POST with 409 (scimType uniqueness) when it is taken.',
    async run(t) {
      const { sent } = await t.user();
      t.expectStatus(await t.post(t.endpoint('User'), t.userBody({ userName: sent.userName })), 409);
    },
  }),
];

const filtering: readonly Check[] = [
  mandatory(row(3), {
    id: 'entra.validator.u03-filter-existing',
    title: 'A filter by userName finds the one user, with the values that were sent.',
    fix: 'Answer with a ListResponse whose totalResults is 1 and whose Resources hold the whole user.',
    async run(t) {
      const user = await t.user();
      const answer = await findUser(t, user.sent.userName);
      const [found] = t.expectList(answer, 1);
      t.expectFound(answer, user);
      expectValues(t, answer, found, new Map([['userName', user.sent.userName as Json]]));
    },
  }),
  mandatory(row(4), {
    id: 'entra.validator.u04-filter-unknown',
    title: 'A filter for a user that does not exist is answered with 200 and totalResults 0.',
    fix: 'Answer a filter without a hit with an empty list, not with 404.',
    readsOnly: true,
    async run(t) {
      t.expectList(await findUser(t, t.unique('nobody')), 0);
    },
  }),
  mandatory(row(5), {
    id: 'entra.validator.u05-filter-other-case',
    title: 'A filter by userName in capital letters finds the user.',
    fix: 'Compare userName without regard to letter case: its caseExact is false.',
    async run(t) {
      const user = await t.user();
      t.expectFound(await findUser(t, String(user.sent.userName).toUpperCase()), user);
    },
  }),
];

/** U8 as newer and older versions of the validator send it. */
function disabling(name: string, value: Json): Check {
  return mandatory(row(8), {
    id: `entra.validator.u08-disable-${name}`,
    title: `A user disabled with active ${shown(value)} is still found, with active false.`,
    fix: 'Take "False" for false in active, keep the disabled user readable, and return active as a JSON boolean.',
    async run(t) {
      const user = await t.user();
      t.expectEqual(await patchedAndRead(t, user, { op: 'replace', path: 'active', value }), 'active', false);
      const answer = await findUser(t, user.sent.userName);
      t.expectFound(answer, user);
      t.expectEqual(answer, 'Resources[0].active', false);
    },
  });
}

/** U7 with and without a path. */
function renaming(name: string, operation: (userName: string) => PatchOperation): Check {
  return mandatory(row(7), {
    id: `entra.validator.u07-update-user-name-${name}`,
    title: `A replace of userName ${name === 'path' ? 'by path' : 'without a path'} renames the user.`,
    fix: 'Let PATCH replace userName, with the path userName and with an object without a path.',
    async run(t) {
      const user = await t.user();
      const userName = `${t.unique('renamed')}@example.com`;
      t.expectEqual(await patchedAndRead(t, user, operation(userName)), 'userName', userName);
      t.expectFound(await findUser(t, userName), user);
    },
  });
}

const updating: readonly Check[] = [
  mandatory(row(6), {
    id: 'entra.validator.u06-replace-attributes',
    title: 'One PATCH with a replace for each attribute changes them all.',
    fix: 'Apply every operation of the request, with paths such as emails[type eq "work"].value and the full URN.',
    async run(t) {
      const user = await t.user(withBooleans(bodyWith(t, valuesFor(t, VALIDATED, 'first'))));
      const values = valuesFor(t, VALIDATED, 'second');
      const answer = await patchedAndRead(t, user, ...operationsFor('replace', values));
      expectValues(t, answer, answer.body, values);
    },
  }),
  renaming('path', (userName) => ({ op: 'replace', path: 'userName', value: userName })),
  renaming('no-path', (userName) => ({ op: 'replace', value: { userName } })),
  disabling('boolean', false),
  disabling('string', 'False'),
  mandatory(row(9), {
    id: 'entra.validator.u09-add-attributes',
    title: 'One PATCH with an add for each attribute fills a user that has only a userName.',
    fix: 'Create the element that a path such as phoneNumbers[type eq "work"].value names when there is none.',
    async run(t) {
      const user = await t.user(joiningBody(t));
      const values = valuesFor(t, VALIDATED, 'second');
      const answer = await patchedAndRead(t, user, ...operationsFor('add', values));
      expectValues(t, answer, answer.body, values);
    },
  }),
  mandatory(row(9), {
    id: 'entra.validator.u09-add-primary',
    title: 'Adding value and primary of a work e-mail that does not exist makes one element of both.',
    fix: 'Let operations with the same filter in their paths write to the same element.',
    async run(t) {
      t.needsAttribute(USER_URN, 'emails.primary');
      const user = await t.user(joiningBody(t));
      const value = `${t.unique('mail')}@example.com`;
      const answer = await patchedAndRead(
        t,
        user,
        { op: 'add', path: 'emails[type eq "work"].value', value },
        { op: 'add', path: 'emails[type eq "work"].primary', value: true },
      );
      t.expectEqual(answer, `emails[value=${value}].primary`, true);
      t.expectEqual(answer, `emails[value=${value}].type`, 'work');
    },
  }),
];

/** The forms in which the id of a manager is sent. */
const MANAGER_FORMS = [
  { name: 'string', wrap: (id: string): Json => id, told: 'a plain id' },
  { name: 'object', wrap: (id: string): Json => ({ value: id }), told: 'an object with value' },
] as const;

type ManagerForm = (typeof MANAGER_FORMS)[number];

const MANAGER_FIX = 'Accept the id of a manager as a plain text and as {"value": id}, and return it as manager.value.';

export function needsManager(t: Probe): void {
  t.needs('enterprise');
  t.needsAttribute(ENTERPRISE_URN, 'manager');
}

/** U10 and U11. */
function managing({ name, wrap, told }: ManagerForm): Check[] {
  return [
    mandatory(row(10), {
      id: `entra.validator.u10-add-manager-${name}`,
      title: `A manager is added as ${told}.`,
      fix: MANAGER_FIX,
      async run(t) {
        needsManager(t);
        const [user, manager] = [await t.user(), await t.user()];
        const answer = await patchedAndRead(t, user, { op: 'add', path: MANAGER, value: wrap(manager.id) });
        t.expectEqual(answer, `${MANAGER}.value`, manager.id);
      },
    }),
    mandatory(row(11), {
      id: `entra.validator.u11-replace-manager-${name}`,
      title: `A manager is replaced by another one, given as ${told}.`,
      fix: MANAGER_FIX,
      async run(t) {
        needsManager(t);
        const user = await managed(t);
        const other = await t.user();
        const answer = await patchedAndRead(t, user, { op: 'replace', path: MANAGER, value: wrap(other.id) });
        t.expectEqual(answer, `${MANAGER}.value`, other.id);
      },
    }),
  ];
}

/** A user with a manager, who is set in the form of the RFC. */
async function managed(t: Probe): Promise<Made> {
  const [user, manager] = [await t.user(), await t.user()];
  const answer = await patchedAndRead(t, user, { op: 'add', path: MANAGER, value: { value: manager.id } });
  t.expectEqual(answer, `${MANAGER}.value`, manager.id);
  return user;
}

/** U12 */
function unmanaging(name: string, value: Json): Check {
  return mandatory(row(12), {
    id: `entra.validator.u12-remove-manager-${name}`,
    title: `A replace of the manager by ${shown(value)} removes it.`,
    fix: 'Take "" and {"value": ""} for no manager, and return the user without one.',
    async run(t) {
      needsManager(t);
      const user = await managed(t);
      const answer = await patchedAndRead(t, user, { op: 'replace', path: MANAGER, value });
      t.expectUnassigned(answer, `${MANAGER}.value`);
    },
  });
}

export const validatorUserChecks: readonly Check[] = [
  ...creating,
  ...filtering,
  ...updating,
  ...MANAGER_FORMS.flatMap(managing),
  unmanaging('object', { value: '' }),
  unmanaging('string', ''),
  mandatory(row(13), {
    id: 'entra.validator.u13-delete-user',
    title: 'A user is deleted with 204, and answered with 404 afterwards.',
    fix: 'Answer DELETE with 204 and no body, and a later GET with 404.',
    async run(t) {
      const user = await t.user();
      t.expectStatus(await t.delete(user), 204);
      t.expectStatus(await t.get(user.path), 404);
    },
  }),
];
