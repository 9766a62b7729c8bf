/** The Microsoft Entra SCIM Validator, users: U1 to U13. */
import type { Check } from '../../check.js';
import { definitionOf, ENTERPRISE_URN, USER_URN } from '../../facts.js';
import type { Json, JsonObject } from '../../model.js';
import type { Made, PatchOperation, Probe } from '../../probe.js';
import { isObject, shown } from '../../values.js';
import { mandatory } from './entra-check.js';
import {
  bodyWith,
  DEFAULT_MAPPING,
  expectValues,
  MANAGER,
  type Mapped,
  needsManager,
  operationsFor,
  valuesFor,
} from './mapping.js';
import { findUser, patchedAndRead } from './requests.js';

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

/** With primary as JSON has it: that the text "True" is taken is asked of U1 alone. */
function withBooleans(body: JsonObject): JsonObject {
  if (!Array.isArray(body.roles)) return body;
  return { ...body, roles: body.roles.filter(isObject).map((role) => ({ ...role, primary: true })) };
}

/** `U5` */
function row(number: number): string {
  return `Microsoft Entra SCIM Validator, U${number}`;
}

/** The body of a user with nothing but the joining property and what the schema requires. */
function joiningBody(t: Probe): JsonObject {
  const isRequired = (name: string) => definitionOf(t.facts, USER_URN, name)?.required === true;
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
