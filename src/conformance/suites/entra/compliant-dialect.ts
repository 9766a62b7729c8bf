/**
 * PATCH as Entra sends it with the flag `aadOptscim062020` in the tenant URL: op names in lower case, JSON booleans,
 * filtered paths as operations of their own and everything else as flat keys of one value without a path. The flag is
 * in the query of every request.
 */
import type { Check } from '../../check.js';
import { encodeQuery } from '../../client/client.js';
import { ENTERPRISE_URN, PATCH_URN } from '../../facts.js';
import type { Json, JsonObject } from '../../model.js';
import { shown, valueAt } from '../../values.js';
import { entraCheck, SOURCE, type Spec } from './entra-check.js';
import {
  address,
  expectDone,
  type MemberRow,
  memberCheck,
  one,
  ROLE_TYPE,
  type Row,
  rowCheck,
  type Wire,
  withEnterprise,
} from './patch-row.js';

const FLAG = 'aadOptscim062020';
const MANAGER = `${ENTERPRISE_URN}:manager`;
const DEPARTMENT = `${ENTERPRISE_URN}:department`;
const EMPLOYEE_NUMBER = `${ENTERPRISE_URN}:employeeNumber`;

const FLAGGED: Wire = {
  user: (t, extra) => t.user(extra, FLAG),
  group: (t, extra) => t.group(extra, FLAG),
  patch(t, made, operations) {
    const body = { schemas: [PATCH_URN], Operations: operations as unknown as Json };
    return t.request('PATCH', made.path, { query: FLAG, body });
  },
  read: (t, made) => t.read(made, FLAG),
};

const FLAT_KEYS =
  'Read the keys of a value without a path as paths: `name.givenName`, or a URN with an attribute behind it.';

const userRows: readonly Row[] = [
  {
    name: 'disable',
    title: '`replace` of `active` by false disables a user.',
    source: SOURCE.compliance,
    fix: 'Store false for active, and return it.',
    wants: ['active'],
    plan: { operations: one('replace', 'active', false), after: { active: false } },
  },
  {
    name: 'enable',
    title: '`replace` of `active` by true enables a user again.',
    source: SOURCE.compliance,
    fix: 'Let a disabled user be found and enabled again.',
    wants: ['active'],
    plan: { given: { active: false }, operations: one('replace', 'active', true), after: { active: true } },
  },
  {
    name: 'single-string',
    title: '`add` of a text replaces the text that was there.',
    source: SOURCE.compliance,
    fix: 'Let add on an attribute with a single value replace that value (RFC 7644 §3.5.2.1).',
    wants: ['nickName'],
    plan: { given: { nickName: 'Al' }, operations: one('add', 'nickName', 'Bo'), after: { nickName: 'Bo' } },
  },
  {
    name: 'dotted-keys',
    title: 'Dotted keys of a `replace` without a path set the parts of the name.',
    source: SOURCE.compliance,
    fix: FLAT_KEYS,
    wants: ['name.givenName', 'name.familyName'],
    plan: {
      operations: [{ op: 'replace', value: { 'name.givenName': 'Lin', 'name.familyName': 'Ng' } }],
      after: { 'name.givenName': 'Lin', 'name.familyName': 'Ng' },
    },
  },
  {
    name: 'dotted-keys-keep',
    title: 'A dotted key of a `replace` without a path keeps the other parts of the name.',
    source: SOURCE.compliance,
    fix: 'Change the sub-attribute that a dotted key names, and no other.',
    wants: ['name.givenName', 'name.familyName'],
    plan: {
      given: { name: { givenName: 'Lin', familyName: 'Li' } },
      operations: [{ op: 'replace', value: { 'name.familyName': 'Ng' } }],
      after: { 'name.familyName': 'Ng', 'name.givenName': 'Lin' },
    },
  },
  {
    name: 'urn-keys',
    title: 'Keys that are URNs with an attribute set attributes of the enterprise extension.',
    source: SOURCE.compliance,
    fix: FLAT_KEYS,
    wants: [DEPARTMENT, EMPLOYEE_NUMBER],
    plan: {
      operations: [{ op: 'replace', value: { [EMPLOYEE_NUMBER]: 'E-7', [DEPARTMENT]: 'R&D' } }],
      after: { [EMPLOYEE_NUMBER]: 'E-7', [DEPARTMENT]: 'R&D' },
    },
  },
  {
    name: 'urn-keys-keep',
    title: 'A key that is a URN with an attribute keeps the other attributes of the extension.',
    source: SOURCE.compliance,
    fix: 'Change the attribute of the extension that the key names, and no other.',
    wants: [DEPARTMENT, EMPLOYEE_NUMBER],
    plan: {
      ...withEnterprise({ department: 'Ops', employeeNumber: 'E-1' }),
      operations: [{ op: 'replace', value: { [EMPLOYEE_NUMBER]: 'E-7' } }],
      after: { [EMPLOYEE_NUMBER]: 'E-7', [DEPARTMENT]: 'Ops' },
    },
  },
  {
    name: 'no-path-keeps',
    title: 'A `replace` without a path keeps the attributes that its value does not name.',
    source: SOURCE.compliance,
    fix: 'Treat each attribute of a value without a path on its own; leave the others alone (RFC 7644 §3.5.2.3).',
    wants: ['title', 'nickName'],
    plan: {
      given: { title: 'Engineer', nickName: 'Al' },
      operations: [{ op: 'replace', value: { nickName: 'Bo' } }],
      after: { nickName: 'Bo', title: 'Engineer' },
    },
  },
  {
    name: 'many-attributes',
    title: 'A request with filtered paths and one value without a path sets all that both name.',
    source: SOURCE.compliance,
    fix: `Apply all operations of a request in order. ${FLAT_KEYS}`,
    wants: ['emails.type', 'phoneNumbers.type', 'name.givenName', EMPLOYEE_NUMBER],
    plan: (t) => {
      const work = address(t);
      return {
        operations: [
          ...one('replace', 'emails[type eq "work"].value', work),
          ...one('add', 'phoneNumbers[type eq "mobile"].value', '+4755500002'),
          { op: 'replace', value: { displayName: 'Lin Ng', 'name.givenName': 'Lin', [EMPLOYEE_NUMBER]: 'E-7' } },
        ],
        after: {
          'emails[type=work].value': work,
          'phoneNumbers[type=mobile].value': '+4755500002',
          displayName: 'Lin Ng',
          'name.givenName': 'Lin',
          [EMPLOYEE_NUMBER]: 'E-7',
        },
      };
    },
  },
  {
    name: 'typed-value-creates',
    title: 'A lower-case `replace` of `emails[type eq "work"].value` makes the address of a user that has none.',
    source: SOURCE.compliance,
    fix: 'When no element matches the filter of add or replace, make one from the terms of the filter.',
    wants: ['emails.type', 'emails.value'],
    plan: (t) => {
      const work = address(t);
      return {
        given: { emails: null },
        operations: one('replace', 'emails[type eq "work"].value', work),
        after: { 'emails[type=work].value': work },
      };
    },
  },
  {
    name: 'filtered-key',
    title: 'A key with a filter in a value without a path sets the element that the filter names.',
    level: 'should',
    source: SOURCE.endpoint,
    fix: 'Read the keys of a value without a path as paths, those with a filter included.',
    wants: ['emails.type', 'emails.value'],
    plan: (t) => {
      const work = address(t);
      return {
        operations: [{ op: 'replace', value: { 'emails[type eq "work"].value': work } }],
        after: { 'emails[type=work].value': work },
      };
    },
  },
  {
    name: 'nested-object',
    title: 'A value without a path may hold the name as an object.',
    source: SOURCE.endpoint,
    fix: 'Take each member of a value without a path for an attribute; it may be complex.',
    wants: ['name.givenName', 'name.familyName'],
    plan: {
      operations: [{ op: 'replace', value: { name: { givenName: 'Lin', familyName: 'Ng' } } }],
      after: { 'name.givenName': 'Lin', 'name.familyName': 'Ng' },
    },
  },
  {
    name: 'nested-extension',
    title: 'A value without a path may hold the enterprise extension as an object under its URN.',
    source: 'RFC 7644 §3.5.2.3',
    fix: 'Take the URN of an extension among the members of a value for the object of that extension.',
    wants: [DEPARTMENT],
    plan: {
      operations: [{ op: 'replace', value: { [ENTERPRISE_URN]: { department: 'R&D' } } }],
      after: { [DEPARTMENT]: 'R&D' },
    },
  },
  {
    name: 'manager',
    title: '`add` of the manager by its URN sets the manager.',
    source: `${SOURCE.validator}, U10`,
    fix: 'Take an id as a text and an object with value for the same; store manager as an object with value.',
    wants: [`${MANAGER}.value`],
    plan: async (t) => {
      const manager = await FLAGGED.user(t);
      return { operations: one('add', MANAGER, manager.id), after: { [`${MANAGER}.value`]: manager.id } };
    },
  },
];

const ROLES: readonly JsonObject[] = ['one', 'two'].map((id) => ({
  primary: false,
  type: ROLE_TYPE,
  display: `Role ${id}`,
  value: `app-${id}`,
}));

/** Each of the roles is there as it was sent, and no other. */
function rolesRow(name: string, op: string, title: string, fix: string, given: readonly JsonObject[]): Row {
  const [first, second] = ROLES as [JsonObject, JsonObject];
  const wanted = op === 'add' ? [first, second] : [second];
  return {
    name,
    title,
    source: SOURCE.attributes,
    fix,
    wants: ['roles.value', 'roles.display', 'roles.type'],
    plan: {
      given: { roles: [...given] },
      operations: one(op, 'roles', [second]),
      after: Object.fromEntries(
        wanted.flatMap(({ value, display, type }) => [
          [`roles[value=${value}].display`, display as string],
          [`roles[value=${value}].type`, type as string],
        ]),
      ),
      also(t, answer) {
        const roles = valueAt(answer.body, 'roles');
        const count = Array.isArray(roles) ? roles.length : 0;
        t.expect(count === wanted.length, answer, `The user has ${count} roles`, wanted.length, shown(roles));
      },
    },
  };
}

const roleRows: readonly Row[] = [
  rolesRow(
    'roles-add',
    'add',
    '`add` of a role as an object keeps the roles that are there.',
    'Let add on roles append, never replace.',
    ROLES.slice(0, 1),
  ),
  rolesRow(
    'roles-replace',
    'replace',
    '`replace` of the roles by objects leaves those objects alone.',
    'Let replace without a filter put the array in the place of all values (RFC 7644 §3.5.2.3).',
    ROLES.slice(0, 1),
  ),
];

const memberRows: readonly MemberRow[] = [
  {
    name: 'member-add',
    title: '`add` of members adds those of the value array to those that are there.',
    source: SOURCE.compliance,
    fix: 'Let add on members append, never replace (RFC 7644 §3.5.2.1).',
    plan: ([a, b, c]) => ({
      before: [a],
      operations: one('add', 'members', [{ value: b }, { value: c }]),
      after: [a, b, c],
    }),
  },
  {
    name: 'member-remove',
    title: '`remove` of `members[value eq "…"]` removes that member, and keeps the others.',
    source: SOURCE.compliance,
    fix: 'Resolve the filter in the path of remove, and remove the members that match it alone.',
    plan: ([a, b, c]) => ({
      before: [a, b, c],
      operations: one('remove', `members[value eq "${b}"]`),
      after: [a, c],
    }),
  },
  {
    name: 'member-remove-several',
    title: 'Several members are removed by one `remove` with a filter each.',
    source: SOURCE.compliance,
    fix: 'Apply every operation of a request, in order.',
    plan: ([a, b, c]) => ({
      before: [a, b, c],
      operations: [a, c].flatMap((id) => one('remove', `members[value eq "${id}"]`)),
      after: [b],
    }),
  },
];

const compliant = (spec: Spec): Check => entraCheck('compliant-dialect', spec);

const plainChecks: readonly Check[] = [
  compliant({
    name: 'flag-on-list',
    title: 'A filter works when the flag comes before it in the query.',
    source: SOURCE.compliance,
    fix: 'Ignore parameters of the query that you do not know, those without a value included.',
    needs: ['filter'],
    async run(t) {
      const user = await FLAGGED.user(t);
      const filter = encodeQuery({ filter: `userName eq "${user.sent.userName as string}"` });
      t.expectFound(await t.get(t.endpoint('User'), `${FLAG}&${filter}`), user);
    },
  }),
  compliant({
    name: 'flag-on-create',
    title: 'A user is made when the flag is in the query.',
    source: SOURCE.compliance,
    fix: 'Ignore parameters of the query that you do not know.',
    async run(t) {
      const body = t.userBody();
      const answer = await t.request('POST', t.endpoint('User'), { query: FLAG, body });
      t.expectStatus(answer, 201);
      t.expectEqual(answer, 'userName', body.userName as string);
    },
  }),
  compliant({
    name: 'group-rename',
    title: 'A `replace` without a path renames a group, and keeps its members.',
    source: `${SOURCE.validator}, G8`,
    fix: 'Leave members alone when the value of a replace without a path does not name them.',
    needs: ['patch', 'groups'],
    async run(t) {
      const user = await FLAGGED.user(t);
      const group = await FLAGGED.group(t, { members: [{ value: user.id }] });
      const displayName = t.unique('renamed');
      expectDone(t, await FLAGGED.patch(t, group, [{ op: 'replace', value: { displayName } }]));
      const answer = await FLAGGED.read(t, group);
      t.expectEqual(answer, 'displayName', displayName);
      t.expectMembers(answer, user);
    },
  }),
];

export const compliantDialectChecks: readonly Check[] = [
  ...[...userRows, ...roleRows].map((row) => rowCheck('compliant-dialect', FLAGGED, row)),
  ...memberRows.map((row) => memberCheck('compliant-dialect', FLAGGED, row)),
  ...plainChecks,
];
