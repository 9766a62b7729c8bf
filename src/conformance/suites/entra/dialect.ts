/**
 * PATCH as Entra sends it without a flag in the tenant URL: capitalised op names, booleans as texts, one operation per
 * attribute, filtered paths that are to make the element they name. What a row sends is read back by GET.
 */
import type { Check } from '../../check.js';
import { ENTERPRISE_URN, PATCH_URN } from '../../facts.js';
import type { Answer, Json, JsonObject } from '../../model.js';
import type { PatchOperation, Probe } from '../../probe.js';
import { isObject, shown, valueAt } from '../../values.js';
import { entraCheck, SOURCE, type Spec } from './entra-check.js';
import {
  address,
  expectDone,
  expectOne,
  isOffered,
  type MemberRow,
  memberCheck,
  needsPath,
  one,
  PLAIN,
  type Plan,
  ROLE_TYPE,
  type Row,
  rowCheck,
  withEnterprise,
} from './patch-row.js';

const MANAGER = `${ENTERPRISE_URN}:manager`;
const DEPARTMENT = `${ENTERPRISE_URN}:department`;
const STRING_BOOLEAN =
  'Read the texts "True" and "False", in any letter case, as booleans where the attribute is a boolean; store and return JSON booleans.';
const MAKE_ELEMENT =
  'When no element matches the filter of add or replace, make one from the terms of the filter and set the sub-attribute in it.';
const JOIN_ELEMENT = 'Apply operations in order, each on the outcome of the one before, so that later ones join.';
const CAPITAL_OP = 'Match the names of operations without regard to letter case, and apply them.';

const activeRows: readonly Row[] = [
  {
    name: 'disable-string',
    title: '`Replace` of `active` by the text "False" disables a user.',
    source: SOURCE.compliance,
    fix: STRING_BOOLEAN,
    wants: ['active'],
    plan: { operations: one('Replace', 'active', 'False'), after: { active: false } },
  },
  {
    name: 'disable-boolean',
    title: '`Replace` of `active` by false disables a user.',
    source: SOURCE.endpoint,
    fix: CAPITAL_OP,
    wants: ['active'],
    plan: { operations: one('Replace', 'active', false), after: { active: false } },
  },
  {
    name: 'enable-string',
    title: '`Replace` of `active` by the text "True" enables a user again.',
    source: SOURCE.compliance,
    fix: STRING_BOOLEAN,
    wants: ['active'],
    plan: { given: { active: false }, operations: one('Replace', 'active', 'True'), after: { active: true } },
  },
  {
    name: 'enable-add',
    title: '`Add` of `active` with the text "True" enables a user again.',
    source: SOURCE.compliance,
    fix: 'Let add on an attribute with a single value replace it, and read "True" as a boolean.',
    wants: ['active'],
    plan: { given: { active: false }, operations: one('Add', 'active', 'True'), after: { active: true } },
  },
];

const simpleRows: readonly Row[] = [
  {
    name: 'single-string',
    title: '`Add` sets a text that was not there.',
    source: SOURCE.compliance,
    fix: CAPITAL_OP,
    wants: ['nickName'],
    plan: { operations: one('Add', 'nickName', 'Bo'), after: { nickName: 'Bo' } },
  },
  {
    name: 'single-string-replaces',
    title: '`Add` replaces a text that was there.',
    source: SOURCE.compliance,
    fix: 'Let add on an attribute with a single value replace that value (RFC 7644 §3.5.2.1).',
    wants: ['nickName'],
    plan: { given: { nickName: 'Al' }, operations: one('Add', 'nickName', 'Bo'), after: { nickName: 'Bo' } },
  },
  {
    name: 'several-attributes',
    title: 'Several attributes come as one operation each, and all of them are set.',
    source: SOURCE.endpoint,
    fix: 'Apply every operation of a request, in order.',
    wants: ['displayName', 'title', 'preferredLanguage'],
    plan: {
      operations: [
        ...one('Replace', 'displayName', 'Lin Ng'),
        ...one('Add', 'title', 'Engineer'),
        ...one('Replace', 'preferredLanguage', 'nb-NO'),
      ],
      after: { displayName: 'Lin Ng', title: 'Engineer', preferredLanguage: 'nb-NO' },
    },
  },
  {
    name: 'sub-attribute',
    title: '`Replace` of `name.familyName` changes that part of the name, and keeps the others.',
    source: SOURCE.endpoint,
    fix: 'Resolve a path with a sub-attribute, and change that sub-attribute alone.',
    wants: ['name.givenName', 'name.familyName'],
    plan: {
      given: { name: { givenName: 'Lin', familyName: 'Li' } },
      operations: one('Replace', 'name.familyName', 'Ng'),
      after: { 'name.familyName': 'Ng', 'name.givenName': 'Lin' },
    },
  },
  {
    name: 'sub-attribute-creates',
    title: '`Replace` of `name.familyName` makes the name of a user that has none.',
    source: SOURCE.endpoint,
    fix: 'When the complex attribute of a path has no value, make it and set the sub-attribute in it.',
    wants: ['name.familyName'],
    plan: {
      given: { name: null },
      operations: one('Replace', 'name.familyName', 'Ng'),
      after: { 'name.familyName': 'Ng' },
    },
  },
  {
    name: 'path-case',
    title: 'The attribute names of a path are matched without regard to letter case.',
    source: SOURCE.endpoint,
    fix: 'Match attribute names without regard to letter case (RFC 7643 §2.1).',
    plan: { operations: one('Replace', 'DISPLAYNAME', 'Lin Ng'), after: { displayName: 'Lin Ng' } },
  },
  {
    name: 'op-any-case',
    title: 'The name of an operation is understood in capitals, too.',
    level: 'should',
    source: SOURCE.compliance,
    fix: CAPITAL_OP,
    plan: { operations: one('REPLACE', 'displayName', 'Lin Ng'), after: { displayName: 'Lin Ng' } },
  },
  {
    name: 'no-change',
    title: 'A PATCH that changes nothing succeeds.',
    level: 'should',
    source: 'RFC 7644 §3.5.2.1',
    fix: 'Answer a PATCH that finds everything as it should be with 200 or 204.',
    plan: {
      given: { displayName: 'Lin Ng' },
      operations: one('add', 'displayName', 'Lin Ng'),
      after: { displayName: 'Lin Ng' },
    },
  },
];

const elementRows: readonly Row[] = [
  {
    name: 'typed-value',
    title: '`Replace` of `emails[type eq "work"].value` changes the e-mail address of that type alone.',
    source: SOURCE.endpoint,
    fix: 'Resolve a filter in a path, and change the sub-attribute of the elements that match.',
    wants: ['emails.type', 'emails.value'],
    plan: (t) => {
      const [home, work] = [address(t), address(t)];
      return {
        given: {
          emails: [
            { type: 'work', value: address(t), primary: true },
            { type: 'home', value: home },
          ],
        },
        operations: one('Replace', 'emails[type eq "work"].value', work),
        after: { 'emails[type=work].value': work, 'emails[type=home].value': home },
      };
    },
  },
  {
    name: 'typed-value-creates',
    title: '`Replace` of `emails[type eq "work"].value` makes the work address of a user that has none.',
    source: `${SOURCE.validator}, U9`,
    fix: MAKE_ELEMENT,
    wants: ['emails.type', 'emails.value'],
    plan: (t) => {
      const work = address(t);
      return {
        given: { emails: null },
        operations: one('Replace', 'emails[type eq "work"].value', work),
        after: { 'emails[type=work].value': work },
      };
    },
  },
  {
    name: 'typed-value-keeps-others',
    title: 'An element that a filtered path makes comes beside those that are there.',
    source: `${SOURCE.validator}, U9`,
    fix: 'Append the element that add makes from its filter; leave the others as they are.',
    wants: ['emails.type', 'emails.value'],
    plan: (t) => {
      const [home, work] = [address(t), address(t)];
      return {
        given: { emails: [{ type: 'home', value: home }] },
        operations: one('Add', 'emails[type eq "work"].value', work),
        after: { 'emails[type=work].value': work, 'emails[type=home].value': home },
      };
    },
  },
  {
    name: 'capital-sub-attribute',
    title: '`emails[type eq "other"].Value` with a capital V is understood.',
    source: SOURCE.attributes,
    fix: 'Match the names of sub-attributes without regard to letter case.',
    wants: ['emails.type', 'emails.value'],
    plan: (t) => {
      const other = address(t);
      return {
        operations: one('Add', 'emails[type eq "other"].Value', other),
        after: { 'emails[type=other].value': other },
      };
    },
  },
  {
    name: 'phones',
    title: 'The work, mobile and fax numbers are made by three operations of one request.',
    source: SOURCE.endpoint,
    fix: MAKE_ELEMENT,
    wants: ['phoneNumbers.type', 'phoneNumbers.value'],
    plan: {
      operations: [
        ...one('Add', 'phoneNumbers[type eq "work"].value', '+4755500001'),
        ...one('Add', 'phoneNumbers[type eq "mobile"].value', '+4755500002'),
        ...one('Add', 'phoneNumbers[type eq "fax"].value', '+4755500003'),
      ],
      after: {
        'phoneNumbers[type=work].value': '+4755500001',
        'phoneNumbers[type=mobile].value': '+4755500002',
        'phoneNumbers[type=fax].value': '+4755500003',
      },
    },
  },
  {
    name: 'primary-string',
    title: '`Add` of `emails[type eq "work"].primary` with the text "true" marks that address as the primary one.',
    source: `${SOURCE.validator}, U9`,
    fix: STRING_BOOLEAN,
    wants: ['emails.type', 'emails.primary'],
    plan: (t) => primaryPlan(t, 'true'),
  },
  {
    name: 'primary-boolean',
    title: '`Add` of `emails[type eq "work"].primary` with true marks that address as the primary one.',
    source: `${SOURCE.validator}, U9`,
    fix: 'Set primary of the element that the filter of the path names.',
    wants: ['emails.type', 'emails.primary'],
    plan: (t) => primaryPlan(t, true),
  },
  {
    name: 'primary-moves',
    title: 'When another element becomes the primary one, the former is no longer.',
    level: 'must',
    source: 'RFC 7644 §3.5.2',
    fix: 'When PATCH sets primary to true in one element, set it to false in the others.',
    wants: ['emails.type', 'emails.primary'],
    plan: (t) => ({
      ...primaryPlan(t, true, 'add'),
      also(probe, answer) {
        const former = valueAt(answer.body, 'emails[type=home].primary');
        probe.expect(former !== true, answer, 'Two e-mail addresses are primary', 'false or nothing', former);
      },
    }),
  },
];

function primaryPlan(t: Probe, value: Json, op = 'Add'): Plan {
  return {
    given: {
      emails: [
        { type: 'home', value: address(t), primary: true },
        { type: 'work', value: address(t), primary: false },
      ],
    },
    operations: one(op, 'emails[type eq "work"].primary', value),
    after: { 'emails[type=work].primary': true },
  };
}

const ADDRESS: Readonly<Record<string, string>> = {
  streetAddress: 'Gate 1',
  locality: 'Bergen',
  region: 'Vestland',
  postalCode: '5003',
  country: 'NO',
  formatted: 'Gate 1, 5003 Bergen',
};

const joiningRows: readonly Row[] = [
  {
    name: 'typed-address',
    title: 'The parts of the work address come as one operation each and make one element.',
    source: SOURCE.endpoint,
    fix: JOIN_ELEMENT,
    wants: ['addresses.type', ...Object.keys(ADDRESS).map((name) => `addresses.${name}`)],
    plan: {
      operations: Object.entries(ADDRESS).flatMap(([name, value]) =>
        one('Add', `addresses[type eq "work"].${name}`, value),
      ),
      after: Object.fromEntries(
        Object.entries(ADDRESS).map(([name, value]) => [`addresses[type=work].${name}`, value]),
      ),
      also: (t, answer) => expectOne(t, answer, 'addresses', 'work'),
    },
  },
  {
    name: 'other-address',
    title: '`addresses[type eq "other"].formatted` makes an address beside the one for work.',
    source: SOURCE.endpoint,
    fix: MAKE_ELEMENT,
    wants: ['addresses.type', 'addresses.formatted', 'addresses.locality'],
    plan: {
      operations: [
        ...one('Add', 'addresses[type eq "work"].locality', 'Bergen'),
        ...one('Add', 'addresses[type eq "other"].formatted', 'Elsewhere 2'),
      ],
      after: { 'addresses[type=work].locality': 'Bergen', 'addresses[type=other].formatted': 'Elsewhere 2' },
    },
  },
  {
    name: 'joins-later',
    title: 'A later request with the same filter changes the element that an earlier one made.',
    source: SOURCE.endpoint,
    fix: 'Look for an element that matches the filter before making one, also for what an earlier request made.',
    wants: ['addresses.type', 'addresses.locality', 'addresses.country'],
    plan: {
      operations: one('Add', 'addresses[type eq "work"].locality', 'Bergen'),
      next: one('Add', 'addresses[type eq "work"].country', 'NO'),
      after: { 'addresses[type=work].locality': 'Bergen', 'addresses[type=work].country': 'NO' },
      also: (t, answer) => expectOne(t, answer, 'addresses', 'work'),
    },
  },
  ...[
    ['primary', 'type', 'value'],
    ['primary', 'value', 'type'],
    ['type', 'primary', 'value'],
    ['type', 'value', 'primary'],
    ['value', 'primary', 'type'],
    ['value', 'type', 'primary'],
  ].map(orderRow),
];

/** The validator sends the sub-attributes of a new element in an order of its own. */
function orderRow(order: readonly string[]): Row {
  return {
    name: `element-order-${order.join('-')}`,
    title: `An e-mail address is made by operations on its ${order.join(', ')}, in this order.`,
    source: `${SOURCE.validator}, U9`,
    fix: `${MAKE_ELEMENT} An element may lack its value until the request is done.`,
    wants: ['emails.type', 'emails.value', 'emails.primary'],
    plan: (t) => {
      const values: Record<string, Json> = { primary: true, type: 'home', value: address(t) };
      return {
        operations: order.flatMap((name) => one('Add', `emails[type eq "home"].${name}`, values[name])),
        after: { 'emails[type=home].value': values.value as string, 'emails[type=home].primary': true },
        also: (probe, answer) => expectOne(probe, answer, 'emails', 'home'),
      };
    },
  };
}

const extensionRows: readonly Row[] = [
  {
    name: 'extension',
    title: 'A path with the URN of the enterprise extension sets an attribute of the extension.',
    source: SOURCE.endpoint,
    fix: 'Split a path at the end of the URN of an extension, and write into the object of that extension.',
    wants: [DEPARTMENT],
    plan: { operations: one('Replace', DEPARTMENT, 'R&D'), after: { [DEPARTMENT]: 'R&D' } },
  },
  {
    name: 'extension-in-schemas',
    title: 'When PATCH gives a user its first attribute of an extension, schemas names the extension.',
    level: 'must',
    source: 'RFC 7643 §3',
    fix: 'Keep schemas in step with the extensions that a resource has values of.',
    wants: [DEPARTMENT],
    plan: {
      operations: one('add', DEPARTMENT, 'R&D'),
      after: {},
      also(t, answer) {
        const schemas = valueAt(answer.body, 'schemas');
        const names = Array.isArray(schemas) ? schemas.map((urn) => String(urn).toLowerCase()) : [];
        t.expect(
          names.includes(ENTERPRISE_URN.toLowerCase()),
          answer,
          'schemas lacks the URN of the extension',
          ENTERPRISE_URN,
          schemas ?? 'nothing',
        );
      },
    },
  },
  {
    name: 'extension-urn-case',
    title: 'The URN of an extension in a path is matched without regard to letter case.',
    level: 'should',
    source: SOURCE.endpoint,
    fix: 'Match URNs and attribute names without regard to letter case.',
    wants: [DEPARTMENT],
    plan: { operations: one('Replace', DEPARTMENT.toLowerCase(), 'R&D'), after: { [DEPARTMENT]: 'R&D' } },
  },
  {
    name: 'extension-object',
    title: 'The URN of an extension alone is a path, and its value an object.',
    level: 'should',
    source: 'RFC 7644 §3.10',
    fix: 'Take the bare URN of an extension for the path of its whole object.',
    wants: [DEPARTMENT],
    plan: { operations: one('add', ENTERPRISE_URN, { department: 'R&D' }), after: { [DEPARTMENT]: 'R&D' } },
  },
  {
    name: 'dot-form',
    title: 'A dot between the URN of an extension and the attribute, as old jobs send it, is understood.',
    level: 'should',
    source: SOURCE.compliance,
    fix: 'Let a dot stand for the colon behind a URN; the version in the URN has a dot, too, so split behind `User`.',
    wants: [DEPARTMENT],
    plan: { operations: one('Replace', `${ENTERPRISE_URN}.department`, 'R&D'), after: { [DEPARTMENT]: 'R&D' } },
  },
];

/** The forms in which a manager comes, and those that take it away. */
const managerForms: readonly {
  readonly name: string;
  readonly shape: string;
  readonly level?: 'should';
  readonly op: string;
  readonly path: string;
  value(id: string, ref: string): Json;
}[] = [
  {
    name: 'manager-array',
    shape: '`Add` of `manager` with an array of $ref and value',
    op: 'Add',
    path: 'manager',
    value: (value, $ref) => [{ $ref, value }],
  },
  {
    name: 'manager-urn-array',
    shape: '`Add` of the manager by its URN with an array of $ref and value',
    op: 'Add',
    path: MANAGER,
    value: (value, $ref) => [{ $ref, value }],
  },
  {
    name: 'manager-string',
    shape: '`Add` of the manager by its URN with the id as a text',
    op: 'Add',
    path: MANAGER,
    value: (value) => value,
  },
  {
    name: 'manager-object',
    shape: '`Add` of the manager by its URN with an object',
    op: 'Add',
    path: MANAGER,
    value: (value) => ({ value }),
  },
  {
    name: 'manager-replace-string',
    shape: '`Replace` of the manager by its URN with the id as a text',
    op: 'Replace',
    path: MANAGER,
    value: (value) => value,
  },
  {
    name: 'manager-replace-object',
    shape: '`Replace` of the manager by its URN with an object',
    op: 'Replace',
    path: MANAGER,
    value: (value) => ({ value }),
  },
  {
    name: 'manager-bare-string',
    shape: '`Replace` of `manager` with the id as a text',
    op: 'Replace',
    path: 'manager',
    value: (value) => value,
  },
  {
    name: 'manager-bare-object',
    shape: '`Replace` of `manager` with an object',
    op: 'Replace',
    path: 'manager',
    value: (value) => ({ value }),
  },
  {
    name: 'manager-dot-form',
    shape: '`Add` of the manager with a dot behind the URN, as old jobs send it,',
    level: 'should',
    op: 'Add',
    path: `${ENTERPRISE_URN}.manager`,
    value: (value) => ({ value }),
  },
];

const managerRows: readonly Row[] = managerForms.map(({ name, shape, level, op, path, value }) => ({
  name,
  ...(level && { level }),
  title: `${shape} sets the manager.`,
  source: path === 'manager' ? SOURCE.endpoint : `${SOURCE.validator}, U10 and U11`,
  fix: 'Take an id as a text, an object and an array of one object for the same; store manager as an object with value.',
  wants: [`${MANAGER}.value`],
  async plan(t) {
    const [former, next] = [await t.user(), await t.user()];
    const ref = new URL(next.path, 'https://example.com').href;
    const isReplace = op === 'Replace';
    return {
      ...(isReplace && withEnterprise({ manager: { value: former.id } })),
      operations: one(op, path, value(next.id, ref)),
      after: { [`${MANAGER}.value`]: next.id },
    };
  },
}));

const clearManagerRows: readonly Row[] = [
  {
    name: 'manager-clear-text',
    title: '`Replace` of the manager by an empty text takes it away.',
    operations: one('Replace', MANAGER, ''),
  },
  {
    name: 'manager-clear-object',
    title: '`Replace` of the manager by an object with an empty value takes it away.',
    operations: one('Replace', MANAGER, { value: '' }),
  },
  {
    name: 'manager-clear-null',
    title: '`Replace` of the manager by null takes it away.',
    level: 'should' as const,
    operations: one('Replace', MANAGER, null),
  },
  {
    name: 'manager-clear-bare',
    title: '`Replace` of `manager`, without its URN, by an empty text takes the manager away.',
    level: 'should' as const,
    operations: one('Replace', 'manager', ''),
  },
  {
    name: 'manager-remove',
    title: '`Remove` of the manager by its path takes it away.',
    operations: one('Remove', MANAGER),
  },
].map(({ operations, ...row }) => ({
  ...row,
  source: `${SOURCE.validator}, U12`,
  fix: 'Unassign manager as a whole when its value is empty; keep the rest of the extension.',
  wants: [`${MANAGER}.value`, DEPARTMENT],
  async plan(t: Probe) {
    const manager = await t.user();
    return {
      ...withEnterprise({ department: 'Ops', manager: { value: manager.id } }),
      operations,
      after: { [MANAGER]: null, [DEPARTMENT]: 'Ops' },
    };
  },
}));

/** As the function SingleAppRoleAssignment and its kin write a role into a text. */
function roleText(id: string): string {
  return JSON.stringify({ id, value: `app-${id}`, displayName: `Role ${id}` });
}

/** Each role as text, so that a server may unpack the texts or keep them. */
function rolesOf(answer: Answer): string[] {
  const roles = valueAt(answer.body, 'roles');
  return (Array.isArray(roles) ? roles : []).map((role) => JSON.stringify(role));
}

/** The user has a role for each id, once, and as many in all. */
function expectRoles(t: Probe, answer: Answer, ...ids: readonly string[]): void {
  const roles = rolesOf(answer);
  const isThere = ids.every((id) => roles.filter((role) => role.includes(id)).length === 1);
  t.expect(
    isThere && roles.length === ids.length,
    answer,
    `The user has ${roles.length} roles, and should have ${ids.length}`,
    `a role for each of ${ids.join(', ')}`,
    shown(valueAt(answer.body, 'roles')),
  );
}

function role(id: string, extra: JsonObject = {}): JsonObject {
  return { primary: false, type: ROLE_TYPE, display: `Role ${id}`, value: `app-${id}`, ...extra };
}

const roleRows: readonly Row[] = [
  {
    name: 'role-single',
    title: 'A role is made by operations on `roles[primary eq "True"]`, one for each sub-attribute.',
    source: `${SOURCE.validator}, U9`,
    fix: `Compare the text "True" of a filter with a boolean sub-attribute as the boolean true. ${MAKE_ELEMENT}`,
    wants: ['roles.value', 'roles.display', 'roles.type', 'roles.primary'],
    plan: {
      operations: [
        ...one('Add', 'roles[primary eq "True"].value', 'app-admin'),
        ...one('Add', 'roles[primary eq "True"].display', 'Admin'),
        ...one('Add', 'roles[primary eq "True"].type', ROLE_TYPE),
      ],
      after: {
        'roles[0].value': 'app-admin',
        'roles[0].display': 'Admin',
        'roles[0].type': ROLE_TYPE,
        'roles[0].primary': true,
      },
      also: (t, answer) => expectRoles(t, answer, 'app-admin'),
    },
  },
  {
    name: 'role-single-changes',
    title: '`Replace` of `roles[primary eq "True"].value` changes the primary role that is there.',
    source: `${SOURCE.validator}, U6`,
    fix: 'Compare the text "True" of a filter with a boolean sub-attribute as the boolean true.',
    wants: ['roles.value', 'roles.primary'],
    plan: {
      given: { roles: [role('one', { primary: true })] },
      operations: one('Replace', 'roles[primary eq "True"].value', 'app-two'),
      after: { 'roles[0].value': 'app-two', 'roles[0].primary': true },
      also: (t, answer) => expectRoles(t, answer, 'app-two'),
    },
  },
  {
    name: 'role-json-text',
    title: '`Add` of a role whose value is JSON in a text keeps what the text says.',
    source: SOURCE.attributes,
    fix: 'Store the text as it is; whoever unpacks it must keep id, value and displayName.',
    wants: ['roles.value'],
    plan: {
      operations: one('Add', 'roles', [{ value: roleText('one') }]),
      after: {},
      also: (t, answer) => expectRoles(t, answer, 'app-one'),
    },
  },
  {
    name: 'roles-add-keeps',
    title: '`Add` of a role keeps the roles that are there.',
    source: SOURCE.attributes,
    fix: 'Let add on roles append, never replace.',
    wants: ['roles.value'],
    plan: {
      operations: one('Add', 'roles', [{ value: roleText('one') }]),
      next: one('Add', 'roles', [{ value: roleText('two') }, { value: roleText('three') }]),
      after: {},
      also: (t, answer) => expectRoles(t, answer, 'app-one', 'app-two', 'app-three'),
    },
  },
  {
    name: 'roles-add-once',
    title: '`Add` of a role that is there adds no second one.',
    source: SOURCE.attributes,
    fix: 'Do not append a value that the attribute already has (RFC 7644 §3.5.2.1).',
    wants: ['roles.value'],
    plan: {
      operations: one('Add', 'roles', [{ value: roleText('one') }]),
      next: one('Add', 'roles', [{ value: roleText('one') }, { value: roleText('two') }]),
      after: {},
      also: (t, answer) => expectRoles(t, answer, 'app-one', 'app-two'),
    },
  },
  {
    name: 'roles-replace',
    title: '`replace` of `roles` by an array leaves the roles of the array alone.',
    source: SOURCE.attributes,
    fix: 'Let replace without a filter put the array in the place of all values (RFC 7644 §3.5.2.3).',
    wants: ['roles.value'],
    plan: {
      given: { roles: [role('one'), role('two')] },
      operations: one('replace', 'roles', [role('two'), role('three')]),
      after: {},
      also: (t, answer) => expectRoles(t, answer, 'app-two', 'app-three'),
    },
  },
];

const EMPTY_CLEARS =
  'Take an empty text and null on an attribute that is not required for the wish to unassign it, and answer 200 or 204.';

const clearRows: readonly Row[] = (
  [
    ['text', 'an empty text', ''],
    ['null', 'null', null],
  ] as const
).flatMap(([name, words, value]): Row[] => [
  {
    name: `clear-${name}`,
    title: `\`Replace\` of an optional attribute by ${words} takes it away.`,
    source: `${SOURCE.logicApp}, SCIM_Null_Update`,
    fix: EMPTY_CLEARS,
    wants: ['title'],
    plan: { given: { title: 'Engineer' }, operations: one('Replace', 'title', value), after: { title: null } },
  },
  {
    name: `clear-sub-attribute-${name}`,
    title: `\`Replace\` of a part of the name by ${words} takes that part away, and keeps the others.`,
    source: `${SOURCE.logicApp}, SCIM_Null_Update`,
    fix: EMPTY_CLEARS,
    wants: ['name.middleName', 'name.familyName'],
    plan: {
      given: { name: { givenName: 'Lin', familyName: 'Ng', middleName: 'Bo' } },
      operations: one('Replace', 'name.middleName', value),
      after: { 'name.middleName': null, 'name.familyName': 'Ng' },
    },
  },
  {
    name: `clear-element-${name}`,
    title: `\`Replace\` of \`phoneNumbers[type eq "mobile"].value\` by ${words} takes the number away.`,
    source: `${SOURCE.logicApp}, SCIM_Null_Update`,
    fix: EMPTY_CLEARS,
    wants: ['phoneNumbers.type', 'phoneNumbers.value'],
    plan: {
      given: {
        phoneNumbers: [
          { type: 'mobile', value: '+4755500002' },
          { type: 'work', value: '+4755500001' },
        ],
      },
      operations: one('Replace', 'phoneNumbers[type eq "mobile"].value', value),
      after: { 'phoneNumbers[type=mobile].value': null, 'phoneNumbers[type=work].value': '+4755500001' },
    },
  },
  {
    name: `clear-extension-${name}`,
    title: `\`Replace\` of an attribute of the enterprise extension by ${words} takes it away.`,
    source: `${SOURCE.logicApp}, SCIM_Null_Update`,
    fix: EMPTY_CLEARS,
    wants: [DEPARTMENT],
    plan: {
      ...withEnterprise({ department: 'Ops' }),
      operations: one('Replace', DEPARTMENT, value),
      after: { [DEPARTMENT]: null },
    },
  },
]);

const $ref = null;

const memberRows: readonly MemberRow[] = [
  {
    name: 'member-add',
    title: '`Add` of members with `$ref` null adds a member.',
    source: SOURCE.compliance,
    fix: 'Ignore $ref of a member, null included; the value says who it is.',
    plan: ([a]) => ({ before: [], operations: one('Add', 'members', [{ $ref, value: a }]), after: [a] }),
  },
  {
    name: 'member-add-keeps',
    title: '`Add` of a member keeps those that are there.',
    source: SOURCE.compliance,
    fix: 'Let add on members append, never replace (RFC 7644 §3.5.2.1).',
    plan: ([a, b, c]) => ({
      before: [a, b],
      operations: one('Add', 'members', [{ $ref, value: c }]),
      after: [a, b, c],
    }),
  },
  {
    name: 'member-add-several',
    title: 'Several members are added by one operation.',
    source: SOURCE.endpoint,
    fix: 'Add every element of the value array.',
    plan: ([a, b, c]) => ({
      before: [],
      operations: one(
        'Add',
        'members',
        [a, b, c].map((value) => ({ $ref, value })),
      ),
      after: [a, b, c],
    }),
  },
  {
    name: 'member-add-twice',
    title: 'A member that is added twice is a member once.',
    source: SOURCE.compliance,
    fix: 'Take a member that is already there for done: succeed, and add nothing.',
    plan: ([a]) => ({
      before: [],
      operations: one('Add', 'members', [{ $ref, value: a }]),
      next: one('Add', 'members', [{ $ref, value: a }]),
      after: [a],
    }),
  },
  {
    name: 'member-add-string',
    title: '`Add` of members with an id as a plain text adds that member.',
    level: 'should',
    source: SOURCE.postman,
    fix: 'Take a text where a member is expected for the value of the member.',
    plan: ([a, b]) => ({ before: [a], operations: one('Add', 'members', b), after: [a, b] }),
  },
  {
    name: 'member-remove-value',
    title: '`Remove` of members with a value array removes those members, and keeps the others.',
    source: SOURCE.compliance,
    fix: 'When remove of members has a value, remove the members it lists and no others.',
    plan: ([a, b, c]) => ({
      before: [a, b, c],
      operations: one('Remove', 'members', [{ $ref, value: b }]),
      after: [a, c],
    }),
  },
  {
    name: 'member-remove-several',
    title: '`Remove` of members removes every member that its value array lists.',
    source: SOURCE.compliance,
    fix: 'Remove each element that the value array lists.',
    plan: ([a, b, c]) => ({
      before: [a, b, c],
      operations: one('Remove', 'members', [
        { $ref, value: a },
        { $ref, value: c },
      ]),
      after: [b],
    }),
  },
  {
    name: 'member-remove-absent',
    title: '`Remove` of a user who is no member succeeds, and keeps the members.',
    level: 'should',
    source: SOURCE.compliance,
    fix: 'Take a member that is already gone for done: succeed, and change nothing.',
    plan: ([a, b, c]) => ({
      before: [a, b],
      operations: one('Remove', 'members', [{ $ref, value: c }]),
      after: [a, b],
    }),
  },
  {
    name: 'member-remove-all',
    title: '`Remove` of members without a value removes them all.',
    source: SOURCE.compliance,
    fix: 'When remove of members has neither a filter nor a value, remove all members (RFC 7644 §3.5.2.2).',
    plan: ([a, b]) => ({ before: [a, b], operations: one('Remove', 'members'), after: [] }),
  },
];

const dialect = (spec: Spec): Check => entraCheck('dialect', spec);

/** An extension of User that is the server's own, and a text attribute in it that a client may write. */
function ownExtension(t: Probe): { urn: string; name: string } {
  for (const { id, attributes } of t.facts.schemas.values()) {
    const urn = String(id);
    const isOwn = /:extension:.+:User$/i.test(urn) && urn.toLowerCase() !== ENTERPRISE_URN.toLowerCase();
    if (!isOwn || !Array.isArray(attributes)) continue;
    const found = attributes
      .filter(isObject)
      .find((each) => each.type === 'string' && each.multiValued !== true && isFree(each));
    if (found) return { urn, name: String(found.name) };
  }
  return t.skip('the server does not announce a user extension of its own with a text in it');
}

function isFree({ mutability, canonicalValues, returned }: JsonObject): boolean {
  const isOpen = !Array.isArray(canonicalValues) || canonicalValues.length === 0;
  return (mutability ?? 'readWrite') === 'readWrite' && (returned ?? 'default') !== 'never' && isOpen;
}

const customExtensionChecks: readonly Check[] = [
  dialect({
    name: 'custom-extension-unknown',
    title: 'A POST with an extension that the server does not know makes the user all the same.',
    level: 'should',
    source: SOURCE.attributes,
    fix: 'Ignore the object of an unknown extension instead of refusing the user.',
    async run(t) {
      const body = t.userBody({ 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User': { badge: 'B-12' } });
      const answer = await t.post(t.endpoint('User'), body);
      t.expectStatus(answer, 201);
      t.expectEqual(answer, 'userName', body.userName as string);
    },
  }),
  dialect({
    name: 'custom-extension-unlisted',
    title: 'A POST with an extension of the server is stored though `schemas` does not name the extension.',
    source: SOURCE.attributes,
    fix: 'Infer the extensions of a body from its keys, not from schemas alone.',
    async run(t) {
      const { urn, name } = ownExtension(t);
      const user = await t.user({ [urn]: { [name]: 'B-12' } });
      expectText(t, await t.read(user), urn, name, 'B-12');
    },
  }),
  dialect({
    name: 'custom-extension-patch',
    title: 'A path with the URN of an extension of the server sets an attribute of the extension.',
    source: SOURCE.attributes,
    fix: 'Resolve the URN of every extension of the resource type in a path.',
    needs: ['patch'],
    async run(t) {
      const { urn, name } = ownExtension(t);
      const user = await t.user();
      expectDone(t, await t.patch(user, one('Add', `${urn}:${name}`, 'B-12')));
      expectText(t, await t.read(user), urn, name, 'B-12');
    },
  }),
];

/** Looks below the key itself: a URN of any form may be one. */
function expectText(t: Probe, answer: Answer, urn: string, name: string, wanted: string): void {
  const body = isObject(answer.body) ? answer.body : {};
  const key = Object.keys(body).find((each) => each.toLowerCase() === urn.toLowerCase());
  const found = key === undefined ? undefined : valueAt(body[key], name);
  t.expect(found === wanted, answer, `${urn}:${name} of the answer is ${shown(found)}`, wanted, found ?? 'nothing');
}

const renameChecks: readonly Check[] = [
  dialect({
    name: 'rename',
    title: '`Replace` of `userName` renames a user, who is then found by the new name.',
    source: `${SOURCE.validator}, U7`,
    fix: 'Let PATCH change userName, and keep what filters look at in step.',
    needs: ['patch', 'filter'],
    async run(t) {
      const user = await t.user();
      const name = address(t);
      expectDone(t, await t.patch(user, one('Replace', 'userName', name)));
      t.expectEqual(await t.read(user), 'userName', name);
      t.expectFound(await t.find('User', `userName eq "${name}"`), user);
    },
  }),
  dialect({
    name: 'rename-conflict',
    title: '`Replace` of `userName` by the name of another user is refused with 409, and changes nothing.',
    source: SOURCE.endpoint,
    fix: 'Look for the same userName in PATCH as in POST; answer 409 with the scimType uniqueness.',
    needs: ['patch'],
    async run(t) {
      const [user, other] = [await t.user(), await t.user()];
      const name = other.sent.userName as string;
      t.expectError(await t.patch(user, one('Replace', 'userName', name)), 409, 'uniqueness');
      t.expectEqual(await t.read(user), 'userName', user.sent.userName as string);
    },
  }),
  dialect({
    name: 'rename-frees-name',
    title: 'The userName that a user had before a rename can be given to another user.',
    level: 'should',
    source: 'RFC 7643 §4.1.1',
    fix: 'Look for a userName among those that users have now; Entra gives an address that is free to the next one.',
    needs: ['patch'],
    async run(t) {
      const user = await t.user();
      expectDone(t, await t.patch(user, one('replace', 'userName', address(t))));
      t.expectStatus(await t.post(t.endpoint('User'), user.sent), 201);
    },
  }),
  dialect({
    name: 'rename-letter-case',
    title: 'A user can be renamed to its own userName in another letter case.',
    level: 'should',
    source: 'RFC 7643 §4.1.1',
    fix: 'Look for the same userName among other users, not at the user itself.',
    needs: ['patch'],
    async run(t) {
      const user = await t.user();
      const name = String(user.sent.userName).toUpperCase();
      expectDone(t, await t.patch(user, one('replace', 'userName', name)));
      const found = valueAt((await t.read(user)).body, 'userName');
      // Some servers keep all names in one letter case, which the schema allows them.
      t.expect(
        String(found).toUpperCase() === name,
        undefined,
        `userName is ${shown(found)}`,
        name,
        found ?? 'nothing',
      );
    },
  }),
  dialect({
    name: 'empty-user-name',
    title: '`replace` of `userName` by an empty text is refused with 400, and changes nothing.',
    level: 'must',
    source: 'RFC 7643 §4.1.1',
    fix: 'Refuse to unassign an attribute that is required.',
    needs: ['patch'],
    async run(t) {
      const user = await t.user();
      t.expectError(await t.patch(user, one('replace', 'userName', '')), 400);
      t.expectEqual(await t.read(user), 'userName', user.sent.userName as string);
    },
  }),
  dialect({
    name: 'group-rename',
    title: '`Replace` of `displayName` renames a group, and keeps its members.',
    source: SOURCE.endpoint,
    fix: 'Change what the path names, and nothing else.',
    needs: ['patch', 'groups'],
    async run(t) {
      const user = await t.user();
      const group = await t.group({ members: [{ value: user.id }] });
      const name = t.unique('renamed');
      expectDone(t, await t.patch(group, one('Replace', 'displayName', name)));
      const answer = await t.read(group);
      t.expectEqual(answer, 'displayName', name);
      t.expectMembers(answer, user);
    },
  }),
  dialect({
    name: 'group-external-id',
    title: '`Replace` of `externalId` changes that of a group.',
    source: `${SOURCE.validator}, G9`,
    fix: 'Let clients change externalId of groups.',
    needs: ['patch', 'groups'],
    async run(t) {
      const group = await t.group();
      const externalId = t.random.uuid();
      expectDone(t, await t.patch(group, one('Replace', 'externalId', externalId)));
      t.expectEqual(await t.read(group), 'externalId', externalId);
    },
  }),
];

/**
 * A good operation before a bad one must leave no trace. The names of operations are written as in the RFC here, as in
 * all checks that go by the RFC alone.
 */
async function expectUntouched(t: Probe, bad: readonly PatchOperation[], ...statuses: number[]): Promise<void> {
  const user = await t.user({ displayName: 'Before' });
  const answer = await t.patch(user, [...one('replace', 'displayName', 'After'), ...bad]);
  t.expectStatus(answer, ...statuses);
  t.expectEqual(await t.read(user), 'displayName', 'Before');
}

const ATOMIC = 'Apply all operations of a request to a copy, and store it when the last one has succeeded.';

const atomicChecks: readonly Check[] = [
  dialect({
    name: 'atomic-conflict',
    title: 'When a later operation takes the userName of another user, nothing of the request is stored.',
    level: 'must',
    source: 'RFC 7644 §3.5.2',
    fix: ATOMIC,
    needs: ['patch'],
    async run(t) {
      const other = await t.user();
      await expectUntouched(t, one('replace', 'userName', other.sent.userName), 409);
    },
  }),
  dialect({
    name: 'atomic-no-target',
    title: 'When a later operation is a `remove` without a path, nothing of the request is stored.',
    level: 'must',
    source: 'RFC 7644 §3.5.2',
    fix: ATOMIC,
    needs: ['patch'],
    run: (t) => expectUntouched(t, [{ op: 'remove' }], 400),
  }),
];

const ENVELOPE = [PATCH_URN];
const NAMED: Json = [{ op: 'replace', path: 'displayName', value: 'Lin Ng' }];

const envelopeChecks: readonly Check[] = [
  dialect({
    name: 'lower-case-operations',
    title: 'The member `Operations` is understood as `operations`, too.',
    level: 'should',
    source: SOURCE.field,
    fix: 'Match the names in the body of PATCH without regard to letter case.',
    needs: ['patch'],
    run: (t) => patchWith(t, { schemas: ENVELOPE, operations: NAMED }),
  }),
  dialect({
    name: 'extra-key',
    title: 'A member of an operation that nobody knows is ignored.',
    level: 'should',
    source: SOURCE.postman,
    fix: 'Read op, path and value of an operation, and ignore the rest.',
    needs: ['patch'],
    run: (t) =>
      patchWith(t, {
        schemas: ENVELOPE,
        Operations: [{ name: 'changeName', op: 'replace', path: 'displayName', value: 'Lin Ng' }],
      }),
  }),
  dialect({
    name: 'request-charset',
    title: 'A content type with a charset, as the service sends it, is accepted.',
    source: SOURCE.field,
    fix: 'Compare the media type of Content-Type without its parameters.',
    needs: ['patch'],
    run: (t) =>
      patchWith(
        t,
        { schemas: ENVELOPE, Operations: NAMED },
        { 'Content-Type': 'application/scim+json; charset=utf-8' },
      ),
  }),
];

/** A body of PATCH that names a user `Lin Ng`. */
async function patchWith(t: Probe, body: JsonObject, headers?: Record<string, string>): Promise<void> {
  const user = await t.user();
  expectDone(t, await t.request('PATCH', user.path, { body, headers }));
  t.expectEqual(await t.read(user), 'displayName', 'Lin Ng');
}

/** What the default mapping has, and more; 36 in all, with the value of each. */
function everything(t: Probe): [path: string, value: string | boolean][] {
  const typed = (type: string, names: readonly string[]): [string, string][] =>
    names.map((name) => [`addresses[type eq "${type}"].${name}`, `${ADDRESS[name]}`]);
  return [
    ['userName', address(t)],
    ['active', 'False'],
    ['externalId', t.unique('external')],
    ['displayName', 'Lin Ng'],
    ['title', 'Engineer'],
    ['preferredLanguage', 'nb-NO'],
    ['nickName', 'Bo'],
    ['userType', 'Employee'],
    ['locale', 'nb-NO'],
    ['timezone', 'Europe/Oslo'],
    ['profileUrl', 'https://example.com/lin'],
    ...['givenName', 'familyName', 'formatted', 'middleName', 'honorificPrefix', 'honorificSuffix'].map(
      (name): [string, string] => [`name.${name}`, `New ${name}`],
    ),
    ['emails[type eq "work"].value', address(t)],
    ['emails[type eq "other"].value', address(t)],
    ['phoneNumbers[type eq "work"].value', '+4755500001'],
    ['phoneNumbers[type eq "mobile"].value', '+4755500002'],
    ['phoneNumbers[type eq "fax"].value', '+4755500003'],
    ...typed('work', Object.keys(ADDRESS)),
    ['addresses[type eq "other"].formatted', 'Elsewhere 2'],
    ['roles[primary eq "True"].value', 'app-admin'],
    ['roles[primary eq "True"].display', 'Admin'],
    ...['employeeNumber', 'department', 'costCenter', 'organization', 'division'].map((name): [string, string] => [
      `${ENTERPRISE_URN}:${name}`,
      `New ${name}`,
    ]),
  ];
}

const everythingCheck = dialect({
  name: 'everything',
  title: 'A request with one operation for each of 36 attributes sets them all.',
  source: `${SOURCE.validator}, U6`,
  fix: 'Set no low limit to the operations of a request, and apply each of them.',
  needs: ['patch'],
  async run(t) {
    const all = everything(t).filter(([path]) => path === 'externalId' || isOffered(t, path.replace(/\[[^\]]*\]/, '')));
    const user = await t.user();
    expectDone(
      t,
      await t.patch(
        user,
        all.flatMap(([path, value]) => one('Replace', path, value)),
      ),
    );
    const answer = await t.read(user);
    for (const [path, value] of all) {
      const where = path.replace(/\[(\w+) eq "(\w+)"\]/, '[$1=$2]');
      t.expectEqual(answer, where, path === 'active' ? false : value);
    }
  },
});

const rolesInPostCheck = dialect({
  name: 'roles-in-post',
  title: 'Several roles of a POST are stored as they were sent.',
  source: SOURCE.attributes,
  fix: 'Store every element of roles with its primary, type, display and value.',
  async run(t) {
    for (const name of ['value', 'display', 'type', 'primary']) needsPath(t, `roles.${name}`);
    const answer = await t.read(await t.user({ roles: [role('one'), role('two')] }));
    expectRoles(t, answer, 'app-one', 'app-two');
    for (const id of ['one', 'two']) {
      t.expectEqual(answer, `roles[value=app-${id}].type`, ROLE_TYPE);
      t.expectEqual(answer, `roles[value=app-${id}].display`, `Role ${id}`);
    }
  },
});

/** In the order of the table in which Entra's requests are described. */
export const dialectChecks: readonly Check[] = [
  ...[
    ...activeRows,
    ...simpleRows,
    ...elementRows,
    ...joiningRows,
    ...extensionRows,
    ...managerRows,
    ...clearManagerRows,
    ...roleRows,
    ...clearRows,
  ].map((row) => rowCheck('dialect', PLAIN, row)),
  ...memberRows.map((row) => memberCheck('dialect', PLAIN, row)),
  ...renameChecks,
  ...customExtensionChecks,
  rolesInPostCheck,
  ...atomicChecks,
  ...envelopeChecks,
  everythingCheck,
];
