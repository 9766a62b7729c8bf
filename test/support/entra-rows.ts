/** Entra's PATCH requests on users, and what each leads to. */
import type { ScimType } from '../../src/scim/errors.js';
import type { Json, JsonObject } from '../../src/scim/json.js';
import { type PatchOperation, URN } from './client.js';

export const ACME = 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User';
const MANAGER = `${URN.enterprise}:manager`;
export const ROLE = { type: 'WindowsAzureActiveDirectoryRole', primary: false };
const ROLE_TEXT = '{"id":"18d1","value":"Admin","displayName":"Admin"}';

/** Values by path; null: none. */
export type State = Readonly<Record<string, Json>>;

export interface Row {
  name: string;
  /** Attributes of the user before. */
  before?: JsonObject;
  operations: PatchOperation[];
  after: State;
  /** What a strict tenant makes of the same request with `op` in lower case. */
  strict: 'same' | ScimType | State;
}

export const one = (op: string, path: string, value?: Json): PatchOperation[] => [
  value === undefined ? { op, path } : { op, path, value },
];
const work = { type: 'work', value: 'lin@example.com', primary: true };
const home = { type: 'home', value: 'lin@home.example' };
const address = ['streetAddress', 'locality', 'region', 'postalCode', 'country', 'formatted'];
const typedAddress = address.map((name): [string, string] => [`addresses[type eq "work"].${name}`, `upd ${name}`]);
const phones = ['work', 'mobile', 'fax'].map((type): [string, string] => [
  `phoneNumbers[type eq "${type}"].value`,
  `+${type}`,
]);
const adds = (pairs: [string, string][]): PatchOperation[] =>
  pairs.map(([path, value]) => ({ op: 'Add', path, value }));
const managed = { enterprise: { department: 'Ops', manager: { value: '41' } } };

/** Table 3.1: Entra without a flag. */
export const DEFAULT_DIALECT: Row[] = [
  {
    name: 'disable, as a string',
    operations: one('Replace', 'active', 'False'),
    after: { active: false },
    strict: 'invalidValue',
  },
  {
    name: 'disable, as a boolean',
    operations: one('Replace', 'active', false),
    after: { active: false },
    strict: 'same',
  },
  {
    name: 'enable by Replace',
    before: { active: false },
    operations: one('Replace', 'active', 'True'),
    after: { active: true },
    strict: 'invalidValue',
  },
  {
    name: 'enable by Add',
    before: { active: false },
    operations: one('Add', 'active', 'tRUE'),
    after: { active: true },
    strict: 'invalidValue',
  },
  {
    name: 'single string: Add replaces',
    before: { nickName: 'Al' },
    operations: one('Add', 'nickName', 'Bo'),
    after: { nickName: 'Bo' },
    strict: 'same',
  },
  {
    name: 'rename',
    operations: one('Replace', 'userName', 'new@example.com'),
    after: { userName: 'new@example.com' },
    strict: 'same',
  },
  {
    name: 'several attributes',
    operations: [
      ...one('Replace', 'displayName', 'Lin Ng'),
      ...one('Add', 'title', 'Boss'),
      ...one('Replace', 'locale', 'nb'),
    ],
    after: { displayName: 'Lin Ng', title: 'Boss', locale: 'nb' },
    strict: 'same',
  },
  {
    name: 'sub-attribute of an attribute that is missing',
    operations: one('Replace', 'name.familyName', 'Ng'),
    after: { name: { familyName: 'Ng' } },
    strict: 'same',
  },
  {
    name: 'typed value that is there',
    before: { emails: [work, home] },
    operations: one('Replace', 'emails[type eq "work"].value', 'n@example.com'),
    after: { emails: [{ ...work, value: 'n@example.com' }, home] },
    strict: 'same',
  },
  {
    name: 'typed value that is missing',
    before: { emails: [home] },
    operations: one('Replace', 'emails[type eq "work"].value', 'n@example.com'),
    after: { emails: [home, { type: 'work', value: 'n@example.com' }] },
    strict: 'noTarget',
  },
  {
    name: 'typed address: all operations join one element per type',
    operations: adds([...typedAddress, ['addresses[type eq "other"].formatted', 'Elsewhere']]),
    after: {
      addresses: [
        { type: 'work', ...Object.fromEntries(address.map((name) => [name, `upd ${name}`])) },
        { type: 'other', formatted: 'Elsewhere' },
      ],
    },
    strict: 'noTarget',
  },
  { name: 'phones', operations: adds(phones), after: Object.fromEntries(phones), strict: 'noTarget' },
  {
    name: 'proxyAddresses with a capital Value',
    before: { emails: [work] },
    operations: one('Add', 'emails[type eq "other"].Value', 'smtp:lin@example.com'),
    after: { emails: [work, { type: 'other', value: 'smtp:lin@example.com' }] },
    strict: 'noTarget',
  },
  {
    name: 'boolean sub-attribute as a string takes primary from the others',
    before: {
      emails: [
        { ...home, primary: true },
        { ...work, primary: false },
      ],
    },
    operations: one('Add', 'emails[type eq "work"].primary', 'true'),
    after: { 'emails[type eq "work"].primary': true, 'emails[type eq "home"].primary': false },
    strict: 'invalidValue',
  },
  {
    name: 'boolean sub-attribute as a boolean',
    before: {
      emails: [
        { ...home, primary: true },
        { ...work, primary: false },
      ],
    },
    operations: one('Add', 'emails[type eq "work"].primary', true),
    after: { 'emails[type eq "work"].primary': true, 'emails[type eq "home"].primary': false },
    strict: 'same',
  },
  {
    name: 'extension attribute: its URN comes into schemas',
    operations: one('Replace', `${URN.enterprise}:department`, 'R&D'),
    after: { [URN.enterprise]: { department: 'R&D' }, schemas: [URN.user, URN.enterprise] },
    strict: 'same',
  },
  {
    name: 'old dot form',
    operations: one('Replace', `${URN.enterprise}.department`, 'R&D'),
    after: { [`${URN.enterprise}:department`]: 'R&D' },
    strict: 'invalidPath',
  },
  {
    name: 'old dot form of manager',
    operations: one('Replace', `${URN.enterprise}.manager`, { value: '42' }),
    after: { [`${MANAGER}.value`]: '42' },
    strict: 'invalidPath',
  },
  {
    name: 'custom extension',
    operations: one('Add', `${ACME}:badge`, 'B-12'),
    after: { [ACME]: { badge: 'B-12' }, schemas: [URN.user, ACME] },
    strict: 'same',
  },
  {
    name: 'manager add, an array under the bare name',
    operations: one('Add', 'manager', [{ $ref: 'https://t/Users/42', value: '42' }]),
    after: { [`${MANAGER}.value`]: '42' },
    strict: 'invalidPath',
  },
  {
    name: 'manager by its URN, an array',
    operations: one('Add', MANAGER, [{ value: '42' }]),
    after: { [`${MANAGER}.value`]: '42' },
    strict: 'invalidValue',
  },
  {
    name: 'manager, a string',
    operations: one('Replace', MANAGER, '42'),
    after: { [`${MANAGER}.value`]: '42' },
    strict: 'invalidValue',
  },
  {
    name: 'manager, an object',
    before: managed,
    operations: one('Add', MANAGER, { value: '42' }),
    after: { [`${MANAGER}.value`]: '42', [`${URN.enterprise}:department`]: 'Ops' },
    strict: 'same',
  },
  {
    name: 'manager removed by ""',
    before: managed,
    operations: one('Replace', MANAGER, ''),
    after: { [URN.enterprise]: { department: 'Ops' } },
    strict: 'invalidValue',
  },
  {
    name: 'manager removed by {value:""}',
    before: managed,
    operations: one('Replace', MANAGER, { value: '' }),
    after: { [URN.enterprise]: { department: 'Ops' } },
    strict: { [`${MANAGER}.value`]: '' },
  },
  {
    name: 'manager removed by path',
    before: managed,
    operations: one('Remove', MANAGER),
    after: { [URN.enterprise]: { department: 'Ops' } },
    strict: 'same',
  },
  {
    name: 'single role',
    operations: ['value', 'display', 'type'].flatMap((name) =>
      one('Add', `roles[primary eq "True"].${name}`, `r-${name}`),
    ),
    after: { roles: [{ primary: true, value: 'r-value', display: 'r-display', type: 'r-type' }] },
    strict: 'invalidFilter',
  },
  {
    name: 'role as JSON text inside a string',
    operations: one('Add', 'roles', [{ value: ROLE_TEXT }]),
    after: { roles: [{ value: ROLE_TEXT }] },
    strict: 'same',
  },
  {
    name: 'many roles: added without duplicates, none removed',
    before: { roles: [{ value: 'a' }, { value: 'b' }] },
    operations: one('Add', 'roles', [{ value: 'b' }, { value: 'c' }]),
    after: { roles: [{ value: 'a' }, { value: 'b' }, { value: 'c' }] },
    strict: 'same',
  },
  {
    name: 'assertive roles replace the whole array',
    before: { roles: [{ value: 'a' }] },
    operations: one('replace', 'roles', [{ ...ROLE, display: 'B', value: 'b' }]),
    after: { roles: [{ ...ROLE, display: 'B', value: 'b' }] },
    strict: 'same',
  },
];

/** Table 3.2: with `aadOptscim062020` in the tenant URL. */
export const FLAGGED_DIALECT: Row[] = [
  { name: 'disable', operations: one('replace', 'active', false), after: { active: false }, strict: 'same' },
  { name: 'one string', operations: one('add', 'nickName', 'Bo'), after: { nickName: 'Bo' }, strict: 'same' },
  {
    name: 'many attributes: filtered paths alone, the rest as flat dotted and URN keys of one value',
    before: { name: { formatted: 'Lin N' } },
    operations: [
      ...one('replace', 'emails[type eq "work"].value', 'lin@example.com'),
      {
        op: 'replace',
        value: {
          displayName: 'Lin Ng',
          'name.givenName': 'Lin',
          'name.familyName': 'Ng',
          [`${URN.enterprise}:employeeNumber`]: 'E-7',
        },
      },
    ],
    after: {
      displayName: 'Lin Ng',
      name: { formatted: 'Lin N', givenName: 'Lin', familyName: 'Ng' },
      emails: [{ type: 'work', value: 'lin@example.com' }],
      [`${URN.enterprise}:employeeNumber`]: 'E-7',
    },
    strict: 'invalidSyntax',
  },
  {
    name: 'roles in the shape of the POST',
    operations: one('add', 'roles', [{ ...ROLE, display: 'Admin', value: 'admin' }]),
    after: { roles: [{ ...ROLE, display: 'Admin', value: 'admin' }] },
    strict: 'same',
  },
];
