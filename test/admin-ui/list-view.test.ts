import { describe, expect, test } from 'vitest';
import { examplesFor } from '../../src/admin-ui/directory/examples.js';
import { listViewOf, searchOf } from '../../src/admin-ui/directory/list-view.js';
import { positionOf } from '../../src/admin-ui/directory/mistake.js';
import type { FilterAttribute } from '../../src/admin-ui/directory/suggestions.js';
import { passwordMistakes } from '../../src/admin-ui/settings/password.js';

const view = (search: string) => listViewOf(new URLSearchParams(search));

describe('the part of a list that is shown', () => {
  test('stands in the address and comes back from it', () => {
    const all = { filter: 'a eq "b&c"', sortBy: 'userName', isDescending: true, page: 3, size: 50 };
    expect(listViewOf(searchOf(all))).toEqual(all);
  });

  test('is the first page of 25 without anything in the address, and leaves nothing there', () => {
    expect(view('')).toEqual({ filter: '', sortBy: '', isDescending: false, page: 1, size: 25 });
    expect(searchOf(view('')).toString()).toBe('');
  });

  test.each(['page=0', 'page=-1', 'page=1.5', 'page=x', 'page=1e300', 'size=7', 'size=1000000'])(
    '%s in the address is taken for what is usual',
    (search) => {
      expect(view(search)).toMatchObject({ page: 1, size: 25 });
    },
  );
});

describe('filters to try', () => {
  const attribute = (path: string): FilterAttribute => ({
    path,
    type: 'string',
    multiValued: false,
    sortable: true,
    description: '',
  });

  test('name only attributes that the type has', () => {
    const filters = examplesFor(['displayName', 'emails.type'].map(attribute), 0).map(({ filter }) => filter);
    expect(filters).toEqual(['displayName co "sales"']);
  });

  test('look back seven days from now', () => {
    const [example] = examplesFor([attribute('meta.lastModified')], Date.parse('2031-01-31T12:00:00.123Z'));
    expect(example?.filter).toBe('meta.lastModified gt "2031-01-24T12:00:00Z"');
  });
});

describe('the place of a word that a message names', () => {
  test.each([
    ['User has no attribute "userNme".', 'active eq true and userNme eq "a"', 19],
    ['User has no attribute "name".', 'userName eq "a" and name pr', 20],
    ['User has no attribute "a.b".', 'a.b.c eq 1', undefined],
    ['User has no attribute "x".', 'x eq 1 or x eq 2', undefined],
    ['User has no attribute "x".', 'y eq 1', undefined],
    ['It names nothing.', 'y eq 1', undefined],
  ])('%s in %s: %s', (message, filter, expected) => {
    expect(positionOf(message, filter)).toBe(expected);
  });
});

describe('a new password', () => {
  const good = { current: 'old', next: 'correct horse battery', again: 'correct horse battery' };

  test('is sent when it is long enough and written twice alike', () => {
    expect(passwordMistakes(good)).toEqual({});
  });

  test.each([
    [{ ...good, current: '' }, 'current'],
    [{ ...good, next: 'short', again: 'short' }, 'next'],
    [{ ...good, again: 'another' }, 'again'],
    // Twelve code units, six characters.
    [{ ...good, next: '👍👍👍👍👍👍', again: '👍👍👍👍👍👍' }, 'next'],
  ])('%j has a mistake in %s', (text, field) => {
    expect(Object.keys(passwordMistakes(text))).toEqual([field]);
  });
});
