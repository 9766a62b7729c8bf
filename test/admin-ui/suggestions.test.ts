import { describe, expect, test } from 'vitest';
import { type FilterAttribute, suggestions } from '../../src/admin-ui/directory/suggestions.js';

const attribute = (path: string, type = 'string', multiValued = false): FilterAttribute => ({
  path,
  type,
  multiValued,
  sortable: true,
  description: `What ${path} is`,
});

const ATTRIBUTES = [
  attribute('userName'),
  attribute('active', 'boolean'),
  attribute('displayName'),
  attribute('emails.value', 'string', true),
  attribute('emails.type', 'string', true),
  attribute('meta.lastModified', 'dateTime'),
];

const labels = (text: string) => suggestions(text, ATTRIBUTES).map(({ label }) => label);

describe('suggestions for a filter', () => {
  test('begin with the attributes of the type, each with its type', () => {
    expect(suggestions('', ATTRIBUTES)).toHaveLength(ATTRIBUTES.length);
    expect(suggestions('', ATTRIBUTES)[3]).toMatchObject({ label: 'emails.value', tag: 'string, many' });
  });

  test('complete the word that is being typed, those that begin with it first', () => {
    expect(labels('na')).toEqual(['userName', 'displayName']);
    expect(labels('disp')).toEqual(['displayName']);
    expect(suggestions('USER', ATTRIBUTES)[0]?.value).toBe('userName ');
  });

  test('keep what is before the word', () => {
    expect(suggestions('active eq true and userN', ATTRIBUTES)[0]?.value).toBe('active eq true and userName ');
  });

  test.each([
    ['userName ', ['eq', 'ne', 'co', 'sw', 'ew', 'pr', 'gt', 'ge', 'lt', 'le']],
    ['active ', ['eq', 'ne', 'pr']],
    ['meta.lastModified ', ['eq', 'ne', 'pr', 'gt', 'ge', 'lt', 'le']],
    ['ACTIVE e', ['eq', 'ne']],
  ])('after the attribute in %j come the operators of its type', (text, expected) => {
    expect(labels(text).toSorted()).toEqual(
      expected.filter((name) => name.includes(text.split(' ')[1] ?? '')).toSorted(),
    );
  });

  test.each([
    ['active eq ', ['true', 'false']],
    ['userName eq ', []],
    ['userName eq "jo', []],
    ['userName eq "a and ', []],
    ['userName pr ', ['and', 'or']],
    ['userName eq "jo" ', ['and', 'or']],
    ['userName eq "a \\" b" ', ['and', 'or']],
    ['(active eq true)', ['and', 'or']],
  ])('after %j come %j', (text, expected) => {
    expect(labels(text)).toEqual(expected);
  });

  test.each(['not (', 'active eq true or ', '('])('after %j come attributes', (text) => {
    expect(labels(text)).toHaveLength(ATTRIBUTES.length);
  });

  test('inside of brackets are the sub-attributes of the one before them', () => {
    expect(labels('emails[')).toEqual(['value', 'type']);
    expect(suggestions('emails[ty', ATTRIBUTES)[0]?.value).toBe('emails[type ');
    expect(labels('emails[type eq "work"] ')).toEqual(['and', 'or']);
  });

  test('are at most fifty', () => {
    const many = Array.from({ length: 80 }, (_, index) => attribute(`attribute${index}`));
    expect(suggestions('', many)).toHaveLength(50);
  });
});
