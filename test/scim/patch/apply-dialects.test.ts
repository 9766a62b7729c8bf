/** What the profiles of Entra and Okta read otherwise. Rows: the attributes before, the operations, those after. */
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/scim/json.js';
import { applyPatch } from '../../../src/scim/patch/apply.js';
import { PATCH_OP_URN, parsePatch } from '../../../src/scim/patch/operation.js';
import { dialectOf, LIMITS } from '../rfc/core.js';
import { add, ENTERPRISE, home, patched, type Rows, remove, set, user, work } from './user-patch.js';

describe('as Entra and Okta write it', () => {
  const rows: Rows = [
    [
      'a value is made from the filter that selects none',
      {},
      add('emails[type eq "work"].value', 'n'),
      { emails: [{ type: 'work', value: 'n' }] },
    ],
    [
      'several operations join the value that the first made',
      {},
      [add('addresses[type eq "work"].country', 'NO'), add('addresses[type eq "work"].locality', 'Oslo')],
      { addresses: [{ type: 'work', country: 'NO', locality: 'Oslo' }] },
    ],
    [
      'a whole value is made from the filter',
      { emails: [home] },
      set('emails[type eq "work"]', { value: 'n' }),
      { emails: [home, { type: 'work', value: 'n' }] },
    ],
    [
      'clearing what is not selected makes nothing',
      { emails: [home] },
      set('emails[type eq "work"].value', ''),
      { emails: [home] },
    ],
    ['clearing what is not there makes nothing', {}, set('emails[type eq "work"].value', null), {}],
    [
      'a value that is made primary',
      { emails: [{ ...home, primary: true }] },
      set('emails[type eq "work" and primary eq true].value', 'n'),
      {
        emails: [
          { ...home, primary: false },
          { type: 'work', primary: true, value: 'n' },
        ],
      },
    ],
    [
      'a sub-attribute of values that are not there makes one',
      {},
      set('emails.value', 'n'),
      { emails: [{ value: 'n' }] },
    ],
    ['the empty string unassigns', { title: 'T', name: { givenName: 'A' } }, [set('title', ''), set('name', '')], {}],
    [
      'an empty id unassigns a manager',
      { [ENTERPRISE]: { manager: { value: '1' } } },
      set(`${ENTERPRISE}:manager`, { value: '' }),
      {},
    ],
    ['a bare id is a manager', {}, set('manager', '1'), { [ENTERPRISE]: { manager: { value: '1' } } }],
    [
      'an array of one is a manager',
      {},
      add('manager', [{ $ref: null, value: '1' }]),
      { [ENTERPRISE]: { manager: { value: '1' } } },
    ],
    [
      'the listed values are removed, and no others',
      { emails: [work, home] },
      remove('emails', [{ value: 'W@example.com' }]),
      { emails: [home] },
    ],
    [
      'one listed value without an array',
      { emails: [work, home] },
      remove('emails', { value: work.value, type: 'work' }),
      { emails: [home] },
    ],
    [
      'a listed value of another type stays',
      { emails: [work] },
      remove('emails', [{ value: work.value, type: 'home' }]),
      { emails: [work] },
    ],
    ['the last listed value', { emails: [work] }, remove('emails', [work]), {}],
    ['an empty list removes nothing', { emails: [work] }, remove('emails', []), { emails: [work] }],
    ['without a list everything', { emails: [work] }, remove('emails', ''), {}],
    ['a value beside the path of a single attribute means nothing', { title: 'T' }, remove('title', 'U'), {}],
    ['listed values that are not there', {}, remove('emails', [work]), {}],
  ];
  test.each(rows)('%s', (_, before, operations, after) => {
    expect(patched(before, operations, 'entra')).toEqual(after);
    expect(patched(before, operations, 'okta')).toEqual(after);
  });

  test.each([
    'type ne "home"',
    'type eq "work" or type eq "other"',
    'type sw "w"',
    'not (type eq "home")',
    'type eq "work" and value pr',
  ])('no value is made from %s, which describes none: noTarget (RFC 7644 §3.5.2.3)', (filter) => {
    expect(() => patched({ emails: [home] }, set(`emails[${filter}].value`, 'n'), 'entra')).toThrow(
      expect.objectContaining({ kind: 'noTarget' }),
    );
  });

  test.each([
    ['a list within an object, to replace one', set('emails', { emails: [{ value: 'n' }] })],
    ['elements of which nothing is known', set('emails', [{ mail: 'n' }])],
    ['the same for one that is selected', set('emails[type eq "work"]', { mail: 'n' })],
    ['a list within an object, to remove what it lists', remove('emails', { emails: [work] })],
  ])('%s: refused, and no removal of what is there (invalidValue)', (_, operation) => {
    expect(() => patched({ emails: [work, home] }, operation, 'entra')).toThrow(
      expect.objectContaining({ kind: 'invalidValue' }),
    );
  });

  test.each([[[]], [null], [''], [{}], [[{}]], [{ value: '' }], [[{ value: null, type: '' }]]] as Json[][])(
    '%j is no value, and clears',
    (value) => {
      expect(patched({ emails: [work] }, set('emails', value as Json), 'entra')).toEqual({});
    },
  );

  test('a request can be applied again, as after a lost race: what its filters describe is left as it was', () => {
    const dialect = dialectOf('entra');
    const add = (path: string, value: string) => ({ op: 'add', path, value });
    const Operations = [add('emails[type eq "work"].value', 'n'), add('emails[type eq "work"].display', 'N')];
    const operations = parsePatch({ schemas: [PATCH_OP_URN], Operations }, user, dialect, LIMITS);
    const once = applyPatch({ userName: 'x' }, operations, user, dialect);
    expect(operations.map(({ selection }) => selection?.template)).toEqual([{ type: 'work' }, { type: 'work' }]);
    expect(applyPatch({ userName: 'x' }, operations, user, dialect)).toEqual(once);
  });

  test('the dialect notes that a value was made, and not when one was selected', () => {
    const met = (before: JsonObject) => {
      const dialect = dialectOf('entra');
      const body = {
        schemas: [PATCH_OP_URN],
        Operations: [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'n' }],
      };
      applyPatch({ userName: 'x', ...before }, parsePatch(body, user, dialect, LIMITS), user, dialect);
      return dialect.met;
    };
    expect(met({})).toEqual(['create-from-filter']);
    expect(met({ emails: [work] })).toEqual([]);
  });

  test('a filter on an empty string leaves no sub-attribute without a value', () => {
    const [email] = patched({}, set('emails[type eq ""].value', 'n'), 'entra').emails as JsonObject[];
    expect(Object.keys(email as JsonObject)).toEqual(['value']);
  });

  test('a single complex value that is not selected is noTarget: no second one can be made', () => {
    expect(() =>
      patched({ name: { familyName: 'A' } }, set('name[familyName eq "B"].givenName', 'Z'), 'entra'),
    ).toThrow(expect.objectContaining({ kind: 'noTarget' }));
  });
});
