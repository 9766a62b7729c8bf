import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/scim/json.js';
import { type Operation, PATCH_OP_URN, parsePatch } from '../../../src/scim/patch/operation.js';
import type { ProfileName, RuleName } from '../../../src/scim/profiles.js';
import { dialectOf, LIMITS, typeNamed } from '../rfc/core.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const user = typeNamed('User');
const group = typeNamed('Group');

const message = (...operations: Json[]): JsonObject => ({ schemas: [PATCH_OP_URN], Operations: operations });
const read = (body: Json | undefined, profile: ProfileName = 'strict', type = user): Operation[] =>
  parsePatch(body, type, dialectOf(profile), LIMITS);

/** `replace emails[…].value: "x"`. */
function print({ op, target, selection, value }: Operation): string {
  const brackets = selection ? `[…]${selection.subAttribute ? `.${selection.subAttribute.name}` : ''}` : '';
  return `${op} ${target.path}${brackets}${value === undefined ? '' : `: ${JSON.stringify(value)}`}`;
}

function expectRefused(body: Json | undefined, kind: string, detail: string, profile: ProfileName = 'strict'): void {
  expect(() => read(body, profile)).toThrow(expect.objectContaining({ kind }));
  expect(() => read(body, profile)).toThrow(detail);
}

describe('the message (RFC 7644 §3.5.2)', () => {
  const remove = { op: 'remove', path: 'nickName' };

  test.each([undefined, null, 'x', 5, [], [{ schemas: [PATCH_OP_URN], Operations: [remove] }]] as (Json | undefined)[])(
    '%j is no message: invalidSyntax',
    (body) => expectRefused(body, 'invalidSyntax', 'Send a PatchOp message as a JSON object.'),
  );

  test.each([
    ['none', {}],
    ['null', { Operations: null }],
    ['an object', { Operations: remove }],
    ['an empty array', { Operations: [] }],
  ] as [string, JsonObject][])('Operations: %s is refused: invalidSyntax', (_, body) => {
    expectRefused({ schemas: [PATCH_OP_URN], ...body }, 'invalidSyntax', 'Operations must be an array with at least');
  });

  test.each([null, 'remove', 5, []] as Json[])('an operation that is %j is refused: invalidSyntax', (operation) => {
    expectRefused(message(remove, operation), 'invalidSyntax', 'Each operation must be an object.');
  });

  test('the names of its members have no case (RFC 7643 §2.1)', () => {
    const body = { SCHEMAS: [PATCH_OP_URN.toUpperCase()], operations: [{ OP: 'add', Path: 'title', VALUE: 'x' }] };
    expect(read(body).map(print)).toEqual(['add title: "x"']);
  });

  test('a member that is given twice is refused: invalidSyntax', () => {
    expectRefused(
      { ...message(remove), operations: [remove] },
      'invalidSyntax',
      'The attribute "operations" is given twice.',
    );
    expectRefused(message({ ...remove, Path: 'title' }), 'invalidSyntax', 'The attribute "Path" is given twice.');
  });

  test('members that no clause knows are passed over', () => {
    expect(read({ ...message({ ...remove, name: 'removeNickName' }), failOnErrors: 1 }).map(print)).toEqual([
      'remove nickName',
    ]);
  });

  test.each([undefined, null, [], ['urn:x'], PATCH_OP_URN, [5]] as (Json | undefined)[])(
    'schemas %j: refused by the strict profile, passed over by the others',
    (schemas) => {
      const body = { schemas, Operations: [remove] } as JsonObject;
      expectRefused(body, 'invalidSyntax', `schemas must contain ${PATCH_OP_URN}.`);
      const dialect = dialectOf('entra');
      expect(parsePatch(body, user, dialect, LIMITS).map(print)).toEqual(['remove nickName']);
      expect(dialect.met).toEqual(['patch-without-schemas']);
    },
  );

  test('the operations come in the order of the message', () => {
    const body = message({ op: 'add', path: 'title', value: 'a' }, remove, {
      op: 'replace',
      value: { title: 'b', active: true },
    });
    expect(read(body).map(print)).toEqual([
      'add title: "a"',
      'remove nickName',
      'replace title: "b"',
      'replace active: true',
    ]);
  });
});

describe('op', () => {
  test.each(['add', 'remove', 'replace'])('%s', (op) => {
    expect(read(message({ op, path: 'title', value: 'x' })).map(print)).toEqual([`${op} title: "x"`]);
  });

  test.each(['Add', 'REMOVE', 'RePlace'])('%s is one for Entra alone', (op) => {
    const body = message({ op, path: 'title', value: 'x' });
    expectRefused(body, 'invalidSyntax', 'op must be add, remove or replace.');
    expect(read(body, 'entra').map(print)).toEqual([`${op.toLowerCase()} title: "x"`]);
  });

  test.each([undefined, null, '', 'move', 'test', ' add', 5, true, ['add']] as (Json | undefined)[])(
    '%j is refused by every profile: invalidSyntax',
    (op) => {
      const body = message({ op, path: 'title', value: 'x' } as JsonObject);
      for (const profile of ['strict', 'entra', 'okta'] as const) {
        expectRefused(body, 'invalidSyntax', 'op must be add, remove or replace.', profile);
      }
    },
  );

  test.each(['add', 'replace'])('%s without a value is refused, with null it is read: invalidValue', (op) => {
    expectRefused(message({ op, path: 'title' }), 'invalidValue', `The operation ${op} needs a value.`);
    expect(read(message({ op, path: 'title', value: null })).map(print)).toEqual([`${op} title: null`]);
  });
});

describe('path', () => {
  test.each([
    ['userName', 'replace userName: "x"'],
    [' userName ', 'replace userName: "x"'],
    ['NAME.givenname', 'replace name.givenName: "x"'],
    [`${CORE}:userName`, 'replace userName: "x"'],
    [`${ENTERPRISE}:department`, `replace ${ENTERPRISE}:department: "x"`],
    ['emails[type eq "work"]', 'replace emails[…]: "x"'],
    ['emails[type eq "work"].VALUE', 'replace emails[…].value: "x"'],
    [`${CORE}:emails[type eq "work"].value`, 'replace emails[…].value: "x"'],
    ['name[familyName eq "x"].givenName', 'replace name[…].givenName: "x"'],
    [`${ENTERPRISE}:manager[value eq "1"]`, `replace ${ENTERPRISE}:manager[…]: "x"`],
    // The URI of a resource says which one is meant, and its id is what is kept.
    [`${ENTERPRISE}:manager.$ref`, `replace ${ENTERPRISE}:manager.value: "x"`],
  ])('%s', (path, expected) => {
    expect(read(message({ op: 'replace', path, value: 'x' })).map(print)).toEqual([expected]);
  });

  test.each([
    ['https://example.com/scim/v2/Users/42', '42'],
    ['../Users/42', '42'],
    ['42', '42'],
    ['https://example.com/Users/a%2Fb', 'a/b'],
    ['https://example.com/Users/100%', '100%'],
  ])('manager.$ref %s is manager.value %s (RFC 7643 §2.3.7)', (reference, id) => {
    const body = message({ op: 'add', path: `${ENTERPRISE}:manager.$ref`, value: reference });
    expect(read(body).map(print)).toEqual([`add ${ENTERPRISE}:manager.value: "${id}"`]);
  });

  test.each([
    ['nothing', 'invalidPath', 'User has no attribute "nothing".'],
    ['userName.value', 'invalidPath', 'User has no attribute'],
    ['emails[type eq "work"].nothing', 'invalidPath', 'User has no attribute'],
    ['nothing[type eq "work"]', 'invalidPath', 'User has no attribute'],
    [CORE, 'invalidPath', 'User has no attribute'],
    ['[type eq "work"]', 'invalidPath', 'User has no attribute'],
    ['emails[type eq "work"', 'invalidPath', 'lacks a closing bracket'],
    ['emails[type eq "work"].value.x', 'invalidPath', 'only ".name" may follow'],
    ['userName[value eq "x"]', 'invalidPath', 'userName has no values to select from with brackets.'],
    ['emails[]', 'invalidFilter', 'ends too early'],
    ['emails[type]', 'invalidFilter', 'ends too early'],
    ['emails[userName eq "x"]', 'invalidFilter', 'emails has no sub-attribute "userName".'],
    ['emails[primary gt true]', 'invalidFilter', 'gt has no meaning for emails.primary'],
    ['id', 'mutability', 'id is read-only.'],
    ['meta.created', 'mutability', 'meta is read-only.'],
    ['groups', 'mutability', 'groups is read-only.'],
    ['groups[value eq "1"]', 'mutability', 'groups is read-only.'],
    [`${ENTERPRISE}:manager.displayName`, 'mutability', `${ENTERPRISE}:manager.displayName is read-only.`],
  ])('%s is refused: %s, %s', (path, kind, detail) => {
    for (const profile of ['strict', 'entra'] as const) {
      for (const op of ['add', 'remove', 'replace'])
        expectRefused(message({ op, path, value: 'x' }), kind, detail, profile);
    }
  });

  test.each([5, true, {}, ['userName']] as Json[])('%j is no path: invalidPath', (path) => {
    expectRefused(message({ op: 'replace', path, value: { title: 'x' } }), 'invalidPath', 'path must be a string.');
  });

  test('a path of spaces names nothing: invalidPath', () => {
    expectRefused(
      message({ op: 'replace', path: '   ', value: { title: 'x' } }),
      'invalidPath',
      'User has no attribute "   ".',
    );
  });

  test('the filters in paths have the limits of filters', () => {
    const path = `emails[${Array(LIMITS.terms + 1)
      .fill('value pr')
      .join(' or ')}]`;
    expectRefused(message({ op: 'remove', path }), 'invalidFilter', `has more than ${LIMITS.terms} comparisons`);
  });

  test.each(['schemas', ' SCHEMAS '])('%j: what a client does to schemas has no effect (RFC 7643 §3.1)', (path) => {
    expect(read(message({ op: 'replace', path, value: [] }))).toEqual([]);
  });
});

describe('the element that a filter describes', () => {
  const template = (filter: string, profile: ProfileName = 'strict') =>
    read(message({ op: 'remove', path: `emails[${filter}]` }), profile)[0]?.selection?.template;

  test.each([
    ['type eq "work"', { type: 'work' }],
    ['TYPE eq "Work"', { type: 'Work' }],
    ['type eq "work" and primary eq true', { type: 'work', primary: true }],
    ['type eq "work" and (primary eq true and display eq "x")', { type: 'work', primary: true, display: 'x' }],
    // Anything else describes no one element.
    ['type ne "work"', undefined],
    ['type sw "work"', undefined],
    ['type pr', undefined],
    ['type eq null', undefined],
    ['not (type eq "work")', undefined],
    ['type eq "work" or type eq "home"', undefined],
    ['type eq "work" and (primary eq true or display eq "x")', undefined],
    ['type eq "work" and value pr', undefined],
  ])('%s: %j', (filter, expected) => {
    expect(template(filter)).toEqual(expected);
  });

  test('has the types of the schema', () => {
    expect(template('primary eq "True"', 'entra')).toEqual({ primary: true });
  });

  test('of a simple attribute, and of what a client may not write, there is none', () => {
    const members = parsePatch(
      message({ op: 'remove', path: 'members[display eq "x"]' }),
      group,
      dialectOf('strict'),
      LIMITS,
    );
    expect(members[0]?.selection?.template).toBeUndefined();
  });
});

describe('without a path (RFC 7644 §3.5.2: "the value is a set of attributes")', () => {
  test('each attribute becomes an operation, those of an extension too', () => {
    const value = {
      title: 'x',
      EMAILS: [],
      name: { givenName: 'y' },
      [ENTERPRISE]: { department: 'z', manager: { value: '1' } },
    };
    for (const op of ['add', 'replace']) {
      expect(read(message({ op, value })).map(print)).toEqual([
        `${op} title: "x"`,
        `${op} emails: []`,
        `${op} name: {"givenName":"y"}`,
        `${op} ${ENTERPRISE}:department: "z"`,
        `${op} ${ENTERPRISE}:manager: {"value":"1"}`,
      ]);
    }
  });

  test.each([null, ''])('the path %j is none', (path) => {
    expect(read(message({ op: 'add', path, value: { title: 'x' } })).map(print)).toEqual(['add title: "x"']);
  });

  test('an extension that is null or empty is one operation on the whole', () => {
    expect(read(message({ op: 'replace', value: { [ENTERPRISE]: null } })).map(print)).toEqual([
      `replace ${ENTERPRISE}: null`,
    ]);
    expect(read(message({ op: 'replace', value: { [ENTERPRISE]: {} } }))).toEqual([]);
  });

  test('schemas in it is passed over, and an empty value is nothing to do', () => {
    expect(read(message({ op: 'add', value: { schemas: ['urn:x'], title: 'x' } })).map(print)).toEqual([
      'add title: "x"',
    ]);
    expect(read(message({ op: 'add', value: {} }))).toEqual([]);
  });

  test('remove is refused: noTarget', () => {
    expectRefused(message({ op: 'remove' }), 'noTarget', 'A remove operation needs a path.');
    expectRefused(message({ op: 'remove', value: { title: 'x' } }), 'noTarget', 'A remove operation needs a path.');
  });

  test.each([null, 'x', 5, [], [{ title: 'x' }]] as Json[])('the value %j is refused: invalidValue', (value) => {
    expectRefused(message({ op: 'add', value }), 'invalidValue', 'needs an object as its value.');
  });

  const rules: [what: string, value: JsonObject, lenient: string[], rules: RuleName[], kind: string][] = [
    [
      'what is read-only',
      { id: '1', title: 'x', meta: {} },
      ['replace title: "x"'],
      ['read-only-ignored'],
      'mutability',
    ],
    [
      'what no schema knows',
      { nothing: 1, title: 'x' },
      ['replace title: "x"'],
      ['unknown-attribute'],
      'invalidSyntax',
    ],
    ['an unknown path', { 'name.nothing': 1 }, [], ['unknown-attribute'], 'invalidSyntax'],
    ['a path as a key', { 'name.givenName': 'x' }, ['replace name.givenName: "x"'], ['path-as-key'], 'invalidSyntax'],
    [
      'a URN as a key',
      { [`${ENTERPRISE}:department`]: 'x' },
      [`replace ${ENTERPRISE}:department: "x"`],
      ['path-as-key'],
      'invalidSyntax',
    ],
    [
      'a value path as a key',
      { 'emails[type eq "work"].value': 'x' },
      ['replace emails[…].value: "x"'],
      ['path-as-key'],
      'invalidSyntax',
    ],
    [
      'an extension attribute at the top',
      { department: 'x' },
      [`replace ${ENTERPRISE}:department: "x"`],
      ['extension-without-urn', 'path-as-key'],
      'invalidSyntax',
    ],
  ];
  test.each(rules)('%s: Entra and Okta go on, the strict profile refuses', (_, value, lenient, needed, kind) => {
    expect(() => read(message({ op: 'replace', value }))).toThrow(expect.objectContaining({ kind }));
    expect(read(message({ op: 'replace', value }), 'okta').map(print)).toEqual(lenient);
    const dialect = dialectOf('entra');
    expect(parsePatch(message({ op: 'replace', value }), user, dialect, LIMITS).map(print)).toEqual(lenient);
    expect(dialect.met.sort()).toEqual([...needed].sort());
  });

  test.each(['__proto__', 'constructor', 'Prototype'])(
    'the key %s is refused by every profile: invalidSyntax',
    (name) => {
      for (const text of [`{"${name}":{"x":1}}`, `{"${ENTERPRISE}":{"${name}":1}}`]) {
        for (const profile of ['strict', 'entra', 'okta'] as const) {
          const body = message({ op: 'add', value: JSON.parse(text) as Json });
          expectRefused(body, 'invalidSyntax', `"${name}" cannot be an attribute name.`, profile);
        }
      }
      expect(({} as JsonObject).x).toBeUndefined();
    },
  );

  test('a name of the core schema inside an extension is unknown there, and sets nothing outside it', () => {
    expect(read(message({ op: 'replace', value: { [ENTERPRISE]: { userName: 'x' } } }), 'entra')).toEqual([]);
  });
});
