/** Every shape of PATCH that Entra is known to send, one row each, with what it is to mean for the user. */
import type { Operation } from './entra-client.js';
import { ENTERPRISE, inside, setTyped } from './mapping.js';
import type { JsonObject } from './scim-client.js';
import { userId } from './source-directory.js';

export interface PatchRow {
  readonly name: string;
  /** objectId of the user. */
  readonly user: string;
  /** `idOf`: objectId → id in the target. */
  readonly operations: (idOf: (objectId: string) => string) => readonly Operation[];
  /** Absent: nothing changes, and no version is made. */
  readonly effect?: (user: JsonObject) => void;
}

type Effect = PatchRow['effect'];

function row(name: string, user: number, operations: PatchRow['operations'] | readonly Operation[], effect?: Effect) {
  const all = typeof operations === 'function' ? operations : () => operations;
  return { name, user: userId(user), operations: all, effect } satisfies PatchRow;
}

const add = (path: string, value: Operation['value']): Operation => ({ op: 'Add', path, value });
const replace = (path: string, value: Operation['value']): Operation => ({ op: 'Replace', path, value });
const withManager = (objectId: string) => (user: JsonObject) => {
  inside(user, ENTERPRISE).manager = { value: objectId };
};
const withoutManager = (user: JsonObject) => {
  const { manager: _, ...rest } = inside(user, ENTERPRISE);
  user[ENTERPRISE] = rest;
};

const ROLE_TYPE = 'WindowsAzureActiveDirectoryRole';
const ADMIN = '{"id":"18d14569-c3bd-439b-9a66-3a2aee01d14f","value":"Admin","displayName":"Admin"}';
const READER = '{"id":"2b5a7c10-6f0e-4c58-9a2e-5b8a4f0f6b0d","value":"Reader","displayName":"Reader"}';
const role = (name: string) => ({ primary: false, type: ROLE_TYPE, display: name, value: name.toLowerCase() });

const WORK_ADDRESS = {
  streetAddress: 'Karl Johans gate 1',
  locality: 'Oslo',
  region: 'Oslo',
  postalCode: '0154',
  country: 'NO',
  formatted: 'Karl Johans gate 1, 0154 Oslo',
};

/** Without a flag in the tenant URL. */
export const DEFAULT_ROWS: readonly PatchRow[] = [
  row('disable with the string False', 10, [replace('active', 'False')], (user) => {
    user.active = false;
  }),
  row('disable with a boolean', 11, [replace('active', false)], (user) => {
    user.active = false;
  }),
  row('disable when disabled', 11, [replace('active', 'False')]),
  row('enable with the string True', 10, [replace('active', 'True')], (user) => {
    user.active = true;
  }),
  row('enable with Add', 11, [add('active', 'True')], (user) => {
    user.active = true;
  }),
  row('a single string', 12, [add('nickName', 'Bo')], (user) => {
    user.nickName = 'Bo';
  }),
  row('Add to a single string that is there', 12, [add('nickName', 'Bø')], (user) => {
    user.nickName = 'Bø';
  }),
  row('rename', 13, [replace('userName', 'New.Name+13@example.com')], (user) => {
    user.userName = 'New.Name+13@example.com';
  }),
  row(
    'several attributes',
    14,
    [replace('displayName', 'Several'), replace('title', 'Lead'), add('preferredLanguage', 'pt-BR')],
    (user) => Object.assign(user, { displayName: 'Several', title: 'Lead', preferredLanguage: 'pt-BR' }),
  ),
  row('a sub-attribute', 15, [replace('name.familyName', 'Ng-Berg')], (user) => {
    inside(user, 'name').familyName = 'Ng-Berg';
  }),
  row('a sub-attribute of a name that is not there', 7, [replace('name.familyName', 'Ng')], (user) => {
    user.name = { familyName: 'Ng' };
  }),
  row('a typed value with its element', 16, [replace('emails[type eq "work"].value', 'n@example.com')], (user) =>
    setTyped(user, 'emails', 'work', { value: 'n@example.com' }),
  ),
  row('a typed value without its element', 17, [replace('emails[type eq "work"].value', 'n17@example.com')], (user) => {
    user.emails = [{ type: 'work', value: 'n17@example.com' }];
  }),
  row(
    'typed address pieces make one element per type',
    27,
    [
      ...Object.entries(WORK_ADDRESS).map(([sub, value]) => add(`addresses[type eq "work"].${sub}`, value)),
      add('addresses[type eq "other"].formatted', 'Room 4.12'),
    ],
    (user) => {
      user.addresses = [
        { type: 'work', ...WORK_ADDRESS },
        { type: 'other', formatted: 'Room 4.12' },
      ];
    },
  ),
  row(
    'phones',
    27,
    ['work', 'mobile', 'fax'].map((type) => add(`phoneNumbers[type eq "${type}"].value`, `+47 ${type}`)),
    (user) => {
      user.phoneNumbers = ['work', 'mobile', 'fax'].map((type) => ({ type, value: `+47 ${type}` }));
    },
  ),
  row('proxyAddresses, with a capital', 18, [add('emails[type eq "other"].Value', 'smtp18@example.com')], (user) =>
    setTyped(user, 'emails', 'other', { value: 'smtp18@example.com' }),
  ),
  row('primary as a string', 18, [add('emails[type eq "other"].primary', 'true')], (user) => {
    setTyped(user, 'emails', 'other', { primary: true });
    setTyped(user, 'emails', 'work', { primary: false });
  }),
  row('primary as a boolean', 18, [add('emails[type eq "work"].primary', true)], (user) => {
    setTyped(user, 'emails', 'other', { primary: false });
    setTyped(user, 'emails', 'work', { primary: true });
  }),
  row('an extension attribute', 16, [replace(`${ENTERPRISE}:department`, 'R&D "Süd"')], (user) => {
    inside(user, ENTERPRISE).department = 'R&D "Süd"';
  }),
  row('the first extension attribute', 47, [replace(`${ENTERPRISE}:department`, 'R&D')], (user) => {
    user[ENTERPRISE] = { department: 'R&D' };
  }),
  row('the old form with a dot', 19, [replace(`${ENTERPRISE}.department`, 'Dotted')], (user) => {
    inside(user, ENTERPRISE).department = 'Dotted';
  }),
  row(
    'manager in the old form with a dot',
    19,
    (idOf) => [replace(`${ENTERPRISE}.manager`, idOf(userId(1)))],
    withManager(userId(1)),
  ),
  row('manager cleared by the empty string', 20, [replace(`${ENTERPRISE}:manager`, '')], withoutManager),
  row(
    'manager as an array',
    20,
    (idOf) => [add('manager', [{ $ref: `https://t.example/Users/${idOf(userId(2))}`, value: idOf(userId(2)) }])],
    withManager(userId(2)),
  ),
  row('manager cleared by an empty value', 21, [replace(`${ENTERPRISE}:manager`, { value: '' })], withoutManager),
  row('manager as a string', 21, (idOf) => [add(`${ENTERPRISE}:manager`, idOf(userId(3)))], withManager(userId(3))),
  row('manager removed', 22, [{ op: 'Remove', path: `${ENTERPRISE}:manager` }], withoutManager),
  row(
    'manager as an object',
    22,
    (idOf) => [replace(`${ENTERPRISE}:manager`, { value: idOf(userId(4)) })],
    withManager(userId(4)),
  ),
  row('the last extension attribute removed', 37, [{ op: 'Remove', path: `${ENTERPRISE}:manager` }], (user) => {
    delete user[ENTERPRISE];
  }),
  row(
    'a single role, piece by piece',
    23,
    [
      add('roles[primary eq "True"].display', 'Admin'),
      add('roles[primary eq "True"].value', 'admin'),
      add('roles[primary eq "True"].type', ROLE_TYPE),
    ],
    (user) => {
      user.roles = [{ primary: true, display: 'Admin', value: 'admin', type: ROLE_TYPE }];
    },
  ),
  row(
    'a single role replaced',
    23,
    [replace('roles[primary eq "True"].value', 'reader'), replace('roles[primary eq "True"].display', 'Reader')],
    (user) => {
      user.roles = [{ primary: true, display: 'Reader', value: 'reader', type: ROLE_TYPE }];
    },
  ),
  row('a role as JSON in a string', 24, [add('roles', [{ value: ADMIN }])], (user) => {
    user.roles = [{ value: ADMIN }];
  }),
  row('the same role once more', 24, [add('roles', [{ value: ADMIN }])]),
  row('many roles', 24, [add('roles', [{ value: ADMIN }, { value: READER }])], (user) => {
    user.roles = [{ value: ADMIN }, { value: READER }];
  }),
  row('assertive roles', 25, [{ op: 'replace', path: 'roles', value: [role('Reader'), role('Writer')] }], (user) => {
    user.roles = [role('Reader'), role('Writer')];
  }),
  row('assertive roles take what they do not list', 25, [replace('roles', [role('Auditor')])], (user) => {
    user.roles = [role('Auditor')];
  }),
];

const merge = (value: JsonObject, op = 'replace'): Operation => ({ op, value });

/** With `aadOptscim062020` in the tenant URL. */
export const FLAG_ROWS: readonly PatchRow[] = [
  row('disable', 30, [{ op: 'replace', path: 'active', value: false }], (user) => {
    user.active = false;
  }),
  row('enable', 30, [{ op: 'replace', path: 'active', value: true }], (user) => {
    user.active = true;
  }),
  row('one string', 31, [{ op: 'add', path: 'nickName', value: 'Bo' }], (user) => {
    user.nickName = 'Bo';
  }),
  row(
    'filtered paths on their own, all others in one value',
    32,
    [
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'lin32@example.com' },
      merge({
        displayName: 'Lin Ng',
        'name.givenName': 'Lin',
        'name.familyName': 'Ng',
        [`${ENTERPRISE}:employeeNumber`]: 'E-7',
      }),
    ],
    (user) => {
      setTyped(user, 'emails', 'work', { value: 'lin32@example.com' });
      user.displayName = 'Lin Ng';
      Object.assign(inside(user, 'name'), { givenName: 'Lin', familyName: 'Ng' });
      inside(user, ENTERPRISE).employeeNumber = 'E-7';
    },
  ),
  row('a dotted key leaves its neighbours', 33, [merge({ 'name.familyName': 'Ng' })], (user) => {
    inside(user, 'name').familyName = 'Ng';
  }),
  row(
    'a filtered path as a key',
    34,
    [merge({ 'emails[type eq "work"].value': 'k@example.com', displayName: 'Key' }, 'add')],
    (user) => {
      setTyped(user, 'emails', 'work', { value: 'k@example.com' });
      user.displayName = 'Key';
    },
  ),
  row('an extension as an object', 35, [merge({ [ENTERPRISE]: { department: 'Object' } })], (user) => {
    inside(user, ENTERPRISE).department = 'Object';
  }),
  row(
    'manager as a URN key',
    36,
    (idOf) => [merge({ [`${ENTERPRISE}:manager`]: idOf(userId(2)) }, 'add')],
    withManager(userId(2)),
  ),
  row('roles in the shape of the POST', 38, [{ op: 'add', path: 'roles', value: [role('Reader')] }], (user) => {
    user.roles = [role('Reader')];
  }),
  row('a role more', 38, [{ op: 'add', path: 'roles', value: [role('Reader'), role('Writer')] }], (user) => {
    user.roles = [role('Reader'), role('Writer')];
  }),
];
