/** What a PATCH must not do to a User. Rows: the attributes before, the operation, the error. */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/scim/json.js';
import { add, home, type Op, patched, remove, set, work } from './user-patch.js';

describe('what is refused', () => {
  const rows: [what: string, before: JsonObject, operation: Op, kind: string, detail: string][] = [
    [
      'replacing a required attribute with null',
      {},
      set('userName', null),
      'invalidValue',
      'userName is required; it cannot be removed.',
    ],
    [
      'replacing a required attribute with nothing but space',
      {},
      set('userName', '  '),
      'invalidValue',
      'userName is required.',
    ],
    [
      'removing a required attribute',
      {},
      remove('userName'),
      'mutability',
      'userName is required; it cannot be removed.',
    ],
    [
      'replacing a sub-attribute of values that are not there',
      {},
      set('emails.display', 'E'),
      'noTarget',
      'emails has no values.',
    ],
    [
      'replacing a value that is not selected',
      { emails: [work] },
      set('emails[type eq "home"]', home),
      'noTarget',
      'No element of emails is selected by the path.',
    ],
    [
      'adding to a value that is not selected',
      { emails: [work] },
      add('emails[type eq "home"].value', 'x'),
      'noTarget',
      'No element of emails is selected',
    ],
    [
      'two primary values',
      {},
      add('emails', [
        { ...work, primary: true },
        { ...home, primary: true },
      ]),
      'invalidValue',
      'At most one element of emails may be primary.',
    ],
    [
      'making every value primary',
      { emails: [work, home] },
      set('emails.primary', true),
      'invalidValue',
      'At most one element of emails may be primary.',
    ],
    ['a value of another type', {}, set('active', 'yes'), 'invalidValue', 'active is a boolean; send true or false.'],
    [
      'an array for a single value',
      {},
      set('title', ['T']),
      'invalidValue',
      'title has one value; send it without an array.',
    ],
    ['a string for a complex value', {}, set('name', 'A'), 'invalidValue', 'name is complex; send an object.'],
    ['an object for a list', {}, add('emails', work), 'invalidValue', 'emails is multi-valued; send an array.'],
    [
      'a sub-attribute that no schema knows',
      {},
      set('name', { nothing: 'A' }),
      'invalidSyntax',
      'name has no sub-attribute "nothing".',
    ],
    [
      'a password of another type, though it is not kept',
      {},
      set('password', { a: 1 }),
      'invalidValue',
      'password is of type string; send a string.',
    ],
    [
      'a default that is removed',
      { active: false },
      remove('active'),
      'invalidValue',
      'active cannot be removed; replace its value.',
    ],
  ];
  test.each(rows)('%s', (_, before, operation, kind, detail) => {
    expect(() => patched(before, operation)).toThrow(expect.objectContaining({ kind }));
    expect(() => patched(before, operation)).toThrow(detail);
  });

  test('a password is accepted and never kept; removing one is no error (RFC 7643 §4.1.1)', () => {
    expect(patched({}, [set('password', 'secret'), add('password', 'secret'), remove('password')])).toEqual({});
    expect(patched({}, { op: 'replace', value: { password: 'secret', title: 'T' } })).toEqual({ title: 'T' });
  });
});
