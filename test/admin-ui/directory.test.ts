import { describe, expect, test } from 'vitest';
import { cellOf, groupsOf, labelOf, nameOf, sectionsOf, titleOf } from '../../src/admin-ui/directory/attributes.js';
import { compare, operationText, summaryOf } from '../../src/admin-ui/directory/comparison.js';
import { mistakeAt } from '../../src/admin-ui/directory/mistake.js';
import type { ChangeView } from '../../src/http/admin/messages.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const USER = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
  id: '7',
  userName: 'ada@example.com',
  active: true,
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [
    { type: 'home', value: 'ada@home.example' },
    { value: 'ada@example.com', type: 'work', primary: true },
  ],
  groups: [
    { value: 'g1', display: 'Engineers', type: 'direct' },
    { value: 'g2', type: 'indirect' },
    { display: 'no id' },
  ],
  meta: { resourceType: 'User' },
  [ENTERPRISE]: { department: 'Engines', manager: { value: '8' } },
};

describe('a resource in rows', () => {
  test('what stands elsewhere on the page is left out', () => {
    expect(sectionsOf(USER)[0]?.rows.map(({ path }) => path)).toEqual(['userName', 'active', 'name', 'emails']);
  });

  test('sub-attributes have their full path', () => {
    const name = sectionsOf(USER)[0]?.rows[2]?.value;
    expect(name).toEqual({
      kind: 'group',
      rows: [
        { path: 'name.givenName', label: 'Given name', value: { kind: 'text', text: 'Ada' } },
        { path: 'name.familyName', label: 'Family name', value: { kind: 'text', text: 'Lovelace' } },
      ],
    });
  });

  test('complex values become a table over all of their sub-attributes, the value first', () => {
    expect(sectionsOf(USER)[0]?.rows[3]?.value).toEqual({
      kind: 'table',
      columns: ['value', 'type', 'primary'],
      rows: [
        ['ada@home.example', 'home', ''],
        ['ada@example.com', 'work', 'yes'],
      ],
    });
  });

  test('simple values become a list', () => {
    const [section] = sectionsOf({ tags: ['a', 'b'] });
    expect(section?.rows[0]?.value).toEqual({ kind: 'list', texts: ['a', 'b'] });
  });

  test('an extension is a section of its own', () => {
    const extension = sectionsOf(USER)[1];
    expect(extension).toMatchObject({ title: 'Enterprise user', urn: ENTERPRISE });
    expect(extension?.rows[0]?.path).toBe(`${ENTERPRISE}:department`);
  });

  test('names become words', () => {
    expect(labelOf('preferredLanguage')).toBe('Preferred language');
    expect(labelOf('x509Certificates')).toBe('X509 certificates');
    expect(labelOf('$ref')).toBe('Ref');
    expect(titleOf('urn:ietf:params:scim:schemas:core:2.0:Group')).toBe('Core group');
  });

  test('groups of a user without an id lead nowhere and are left out', () => {
    expect(groupsOf(USER)).toEqual([
      { id: 'g1', display: 'Engineers', isIndirect: false },
      { id: 'g2', display: 'g2', isIndirect: true },
    ]);
    expect(groupsOf({})).toEqual([]);
  });

  test('it is called by its display name, else by its user name, else by its id', () => {
    expect(nameOf({ displayName: 'Ada', userName: 'ada' }, '7')).toBe('Ada');
    expect(nameOf({ displayName: '', userName: 'ada' }, '7')).toBe('ada');
    expect(nameOf({}, '7')).toBe('7');
  });
});

describe('a column of a list', () => {
  test.each([
    ['userName', 'ada@example.com'],
    ['active', 'yes'],
    ['name.familyName', 'Lovelace'],
    ['emails.value', 'ada@example.com and 1 more'],
    [`${ENTERPRISE}:department`, 'Engines'],
    [`${ENTERPRISE}:manager.value`, '8'],
    ['title', ''],
    ['name.givenName.more', ''],
  ])('%s shows %j', (path, expected) => {
    expect(cellOf(USER, path)).toBe(expected);
  });

  test('names of the language itself are no attributes', () => {
    expect(cellOf({}, 'phoneNumbers.value')).toBe('');
    expect(cellOf({ emails: [] }, 'emails.value')).toBe('');
  });
});

describe('a changed attribute', () => {
  test('shows both sides', () => {
    expect(compare({ path: 'title', before: 'Dr', after: 'Prof' })).toEqual({
      path: 'title',
      kind: 'changed',
      was: ['Dr'],
      is: ['Prof'],
      kept: 0,
    });
  });

  test('one that was not there is added, one that is gone is removed', () => {
    expect(compare({ path: 'title', before: null, after: 'Prof' })).toMatchObject({
      kind: 'added',
      was: [],
      is: ['Prof'],
    });
    expect(compare({ path: 'title', before: 'Dr', after: null })).toMatchObject({
      kind: 'removed',
      was: ['Dr'],
      is: [],
    });
  });

  test('false and an empty text are values', () => {
    expect(compare({ path: 'active', before: true, after: false })).toMatchObject({
      kind: 'changed',
      was: ['yes'],
      is: ['no'],
    });
    expect(compare({ path: 'title', before: null, after: '' })).toMatchObject({ kind: 'added', is: ['(empty)'] });
  });

  test('of a list only the elements that differ are shown, each as often as it differs', () => {
    const before = [{ value: 'a' }, { value: 'b' }, { value: 'b' }];
    const after = [{ value: 'b' }, { value: 'c', type: 'work' }];
    expect(compare({ path: 'emails', before, after })).toMatchObject({
      was: ['value: a', 'value: b'],
      is: ['value: c, type: work'],
      kept: 1,
    });
  });

  test('a change is summed up', () => {
    const change = { difference: [{}, {}], added: ['1'], removed: ['2', '3'] } as unknown as ChangeView;
    expect(summaryOf(change)).toBe('2 attributes, 1 member added, 2 members removed');
    expect(summaryOf({ ...change, difference: [], added: [], removed: [] })).toBe('nothing that is shown');
    expect(operationText('patch')).toBe('Changed');
    expect(operationText('merge')).toBe('merge');
  });
});

describe('where a filter is wrong', () => {
  test.each([
    ['userNme eq "a"', 0, ['', 'userNme', ' eq "a"']],
    ['userName eqq "a b"', 9, ['userName ', 'eqq', ' "a b"']],
    ['userName eq "a b" x', 12, ['userName eq ', '"a b"', ' x']],
    ['(active eq true', 15, ['(active eq true', '', '']],
    ['a eq 1)', 6, ['a eq 1', ')', '']],
    ['short', 99, ['short', '', '']],
    ['short', -1, ['', 'short', '']],
  ])('%j at %i', (text, position, [before, wrong, after]) => {
    expect(mistakeAt(text, position)).toEqual({ before, wrong, after });
  });
});
