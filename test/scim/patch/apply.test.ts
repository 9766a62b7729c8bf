/** What the fixtures of the RFC leave open. Rows: the attributes before, the operations, the attributes after. */
import { describe, expect, test } from 'vitest';
import { add, ENTERPRISE, home, patched, type Rows, remove, set, work } from './user-patch.js';

describe('add (RFC 7644 §3.5.2.1)', () => {
  const rows: Rows = [
    ['a sub-attribute makes its parent', {}, add('name.givenName', 'A'), { name: { givenName: 'A' } }],
    [
      'a sub-attribute leaves the others',
      { name: { familyName: 'B' } },
      add('name.givenName', 'A'),
      { name: { familyName: 'B', givenName: 'A' } },
    ],
    [
      'an extension attribute makes its extension',
      {},
      add(`${ENTERPRISE}:department`, 'D'),
      { [ENTERPRISE]: { department: 'D' } },
    ],
    [
      'a sub-attribute in an extension makes both',
      {},
      add(`${ENTERPRISE}:manager.value`, '1'),
      { [ENTERPRISE]: { manager: { value: '1' } } },
    ],
    [
      'a whole extension leaves its other attributes',
      { [ENTERPRISE]: { department: 'D' } },
      add(ENTERPRISE, { costCenter: 'C' }),
      { [ENTERPRISE]: { department: 'D', costCenter: 'C' } },
    ],
    ['a value to a list', { emails: [work] }, add('emails', [home]), { emails: [work, home] }],
    [
      'a value that is there brings it up to date',
      { emails: [work, home] },
      add('emails', [{ value: 'W@EXAMPLE.com', display: 'W' }]),
      { emails: [{ ...work, value: 'W@EXAMPLE.com', display: 'W' }, home] },
    ],
    [
      'the same value of another type is another value',
      { emails: [work] },
      add('emails', [{ ...work, type: 'home' }]),
      { emails: [work, { ...work, type: 'home' }] },
    ],
    [
      'an address is the same when all of it is',
      { addresses: [{ type: 'work', country: 'NO' }] },
      add('addresses', [{ country: 'NO', type: 'work' }, { type: 'work' }]),
      { addresses: [{ type: 'work', country: 'NO' }, { type: 'work' }] },
    ],
    ['a value twice in one operation is one', {}, add('emails', [work, work]), { emails: [work] }],
    [
      'a primary value that is there already takes over',
      { emails: [{ ...work, primary: true }, home] },
      add('emails', [{ ...home, primary: true }]),
      {
        emails: [
          { ...work, primary: false },
          { ...home, primary: true },
        ],
      },
    ],
    [
      'a sub-attribute to every value',
      { emails: [work, home] },
      add('emails.display', 'E'),
      {
        emails: [
          { ...work, display: 'E' },
          { ...home, display: 'E' },
        ],
      },
    ],
    [
      'a sub-attribute to the selected values',
      { emails: [work, home] },
      add('emails[type eq "home"].display', 'E'),
      { emails: [work, { ...home, display: 'E' }] },
    ],
    [
      'to a selected value leaves what is not given',
      { emails: [work, home] },
      add('emails[type eq "home"]', { display: 'E' }),
      { emails: [work, { ...home, display: 'E' }] },
    ],
    ['null to many values adds nothing', { emails: [work] }, add('emails', null), { emails: [work] }],
    ['null to one value unassigns it', { title: 'T' }, add('title', null), {}],
    ['null to a complex value unassigns it', { name: { givenName: 'A' } }, add('name', null), {}],
    ['no sub-attribute takes none away', { name: { givenName: 'A' } }, add('name', {}), { name: { givenName: 'A' } }],
    [
      'no attribute of an extension takes none away',
      { [ENTERPRISE]: { department: 'D' } },
      add(ENTERPRISE, {}),
      { [ENTERPRISE]: { department: 'D' } },
    ],
    [
      'null to a selected value adds nothing',
      { emails: [work, home] },
      add('emails[type eq "work"]', null),
      { emails: [work, home] },
    ],
  ];
  test.each(rows)('%s', (_, before, operations, after) => {
    expect(patched(before, operations)).toEqual(after);
  });
});

describe('remove (RFC 7644 §3.5.2.2)', () => {
  const rows: Rows = [
    ['what is not there changes nothing', { title: 'T' }, remove('nickName'), { title: 'T' }],
    ['a sub-attribute of what is not there makes nothing', {}, remove('name.givenName'), {}],
    ['a sub-attribute of values that are not there', {}, remove('emails.type'), {}],
    ['the last sub-attribute takes its parent along', { name: { givenName: 'A' } }, remove('name.givenName'), {}],
    [
      'the last attribute of an extension takes it along',
      { [ENTERPRISE]: { manager: { value: '1' } } },
      remove(`${ENTERPRISE}:manager.value`),
      {},
    ],
    ['a whole extension', { [ENTERPRISE]: { department: 'D' }, title: 'T' }, remove(ENTERPRISE), { title: 'T' }],
    ['the selected values', { emails: [work, home] }, remove('emails[type eq "work"]'), { emails: [home] }],
    ['no value when none is selected', { emails: [work] }, remove('emails[type eq "other"]'), { emails: [work] }],
    ['none of nothing', {}, remove('emails[type eq "other"]'), {}],
    ['the last selected value', { emails: [work] }, remove('emails[type eq "work"]'), {}],
    [
      'the selected values, by a value in another case',
      { emails: [work, home] },
      remove('emails[value eq "W@EXAMPLE.COM"]'),
      { emails: [home] },
    ],
    [
      'a sub-attribute of every value',
      { emails: [work, { value: 'x' }] },
      remove('emails.type'),
      { emails: [{ value: work.value }, { value: 'x' }] },
    ],
    [
      'the only sub-attribute of one value takes the value along',
      { emails: [work, { value: 'x' }] },
      remove('emails[value eq "x"].value'),
      { emails: [work] },
    ],
    ['a single complex value that is selected', { name: { familyName: 'B' } }, remove('name[familyName eq "b"]'), {}],
    [
      'not a single complex value that is not',
      { name: { familyName: 'B' } },
      remove('name[familyName eq "c"]'),
      { name: { familyName: 'B' } },
    ],
    ['with a value beside it: everything, by the RFC', { emails: [work, home] }, remove('emails', [home]), {}],
  ];
  test.each(rows)('%s', (_, before, operations, after) => {
    expect(patched(before, operations)).toEqual(after);
  });
});

describe('replace (RFC 7644 §3.5.2.3)', () => {
  const rows: Rows = [
    ['null unassigns', { title: 'T' }, set('title', null), {}],
    // Falling back to the default could enable whom nobody meant to.
    ['null leaves an attribute with a default as it was', { active: false }, set('active', null), { active: false }],
    ['an empty list unassigns', { emails: [work] }, set('emails', []), {}],
    ['null unassigns many values', { emails: [work] }, set('emails', null), {}],
    ['an empty object unassigns a complex attribute', { name: { givenName: 'A' } }, set('name', {}), {}],
    [
      'null in a complex value unassigns that sub-attribute',
      { name: { givenName: 'A', familyName: 'B' } },
      set('name', { givenName: null }),
      { name: { familyName: 'B' } },
    ],
    [
      'null for an extension unassigns it',
      { [ENTERPRISE]: { department: 'D' } },
      { op: 'replace', value: { [ENTERPRISE]: null } },
      {},
    ],
    [
      'the selected value keeps what selected it',
      { emails: [work, home] },
      set('emails[type eq "work"]', { value: 'n@example.com' }),
      { emails: [{ type: 'work', value: 'n@example.com' }, home] },
    ],
    [
      'the selected value loses what is not given',
      { emails: [{ ...work, display: 'W' }] },
      set('emails[type eq "work"]', { value: 'n' }),
      { emails: [{ type: 'work', value: 'n' }] },
    ],
    [
      'the selected value may come in an array of one',
      { emails: [work] },
      set('emails[type eq "work"]', [{ value: 'n' }]),
      { emails: [{ type: 'work', value: 'n' }] },
    ],
    [
      'null removes the selected value',
      { emails: [work, home] },
      set('emails[type eq "work"]', null),
      { emails: [home] },
    ],
    [
      'null in a sub-attribute of the selected value',
      { emails: [{ ...work, display: 'W' }] },
      set('emails[type eq "work"].display', null),
      { emails: [work] },
    ],
    [
      'a sub-attribute of a single complex value that is selected',
      { name: { familyName: 'B' } },
      set('name[familyName eq "B"].givenName', 'A'),
      { name: { familyName: 'B', givenName: 'A' } },
    ],
    [
      'a value that does not say so is not primary (RFC 7643 §2.4)',
      { emails: [{ ...work, primary: true }, home] },
      set('emails[primary eq false].value', 'n'),
      {
        emails: [
          { ...work, primary: true },
          { ...home, value: 'n' },
        ],
      },
    ],
    [
      'a selected value that becomes primary',
      { emails: [{ ...work, primary: true }, home] },
      set('emails[type eq "home"].primary', true),
      {
        emails: [
          { ...work, primary: false },
          { ...home, primary: true },
        ],
      },
    ],
    [
      'a selected value that is replaced by a primary one',
      { emails: [{ ...work, primary: true }, home] },
      set('emails[type eq "home"]', { value: 'n', primary: true }),
      {
        emails: [
          { ...work, primary: false },
          { type: 'home', value: 'n', primary: true },
        ],
      },
    ],
    [
      'a value with the same as before changes nothing',
      { name: { givenName: 'A' } },
      set('name.givenName', 'A'),
      { name: { givenName: 'A' } },
    ],
    [
      'read-only sub-attributes of a value are passed over',
      {},
      set(`${ENTERPRISE}:manager`, { value: '1', displayName: 'M' }),
      { [ENTERPRISE]: { manager: { value: '1' } } },
    ],
    [
      'the URI of a reference stands for its id',
      {},
      set(`${ENTERPRISE}:manager`, { $ref: '../Users/1' }),
      { [ENTERPRISE]: { manager: { value: '1' } } },
    ],
  ];
  test.each(rows)('%s', (_, before, operations, after) => {
    expect(patched(before, operations)).toEqual(after);
  });
});

describe('several operations', () => {
  const rows: Rows = [
    [
      'each sees what the one before did',
      {},
      [add('emails', [work]), set('emails[type eq "work"].value', 'n'), add('emails', [home])],
      { emails: [{ type: 'work', value: 'n' }, home] },
    ],
    ['removed and added again', { emails: [work] }, [remove('emails'), add('emails', [home])], { emails: [home] }],
    [
      'added and removed again',
      { title: 'T' },
      [add('emails', [home]), remove('emails[type eq "home"]')],
      { title: 'T' },
    ],
    ['no rest of an emptied attribute', {}, [set('name.givenName', 'A'), remove('name.givenName')], {}],
    [
      'a value that a later operation selects by what an earlier one wrote',
      { emails: [work] },
      [set('emails[type eq "work"].type', 'other'), set('emails[type eq "other"].value', 'n')],
      { emails: [{ type: 'other', value: 'n' }] },
    ],
  ];
  test.each(rows)('%s', (_, before, operations, after) => {
    expect(patched(before, operations)).toEqual(after);
  });
});

test('the URI of a manager is not kept either when a filter stands before it (RFC 7643 §2.3.7)', () => {
  const before = { [ENTERPRISE]: { manager: { value: '1' } } };
  const after = patched(before, set(`${ENTERPRISE}:manager[value eq "1"].$ref`, 'https://example.com/Users/2'));
  expect(after).toEqual({ [ENTERPRISE]: { manager: { value: '2' } } });
});
