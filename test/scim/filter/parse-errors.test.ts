import { describe, expect, test } from 'vitest';
import type { ScimError } from '../../../src/scim/errors.js';
import { type FilterLimits, parseFilter } from '../../../src/scim/filter/parse.js';
import { dialectOf, LIMITS } from '../rfc/core.js';

const parse = (text: string, limits: Partial<FilterLimits> = {}) =>
  parseFilter(text, { ...LIMITS, ...limits }, dialectOf('strict'));

function messageOf(text: string, limits?: Partial<FilterLimits>): string {
  try {
    parse(text, limits);
  } catch (error) {
    expect(error).toMatchObject({ name: 'ScimError', kind: 'invalidFilter', status: 400 });
    const { message, position } = error as ScimError;
    // From 0, as programs count; the sentence counts as people do.
    const stated = /\(at character (\d+)\)\.$/.exec(message)?.[1];
    expect(position).toBe(stated === undefined ? undefined : Number(stated) - 1);
    return message;
  }
  throw new Error(`${JSON.stringify(text)} was read`);
}

describe('what is no filter is refused, with the place where reading stopped (RFC 7644 §3.4.2.2)', () => {
  // Places count from 1; one behind the last character when the filter ends too early.
  const rows: [text: string, what: string, at: number][] = [
    ['', 'ends too early', 1],
    ['   ', 'ends too early', 4],
    ['userName', 'ends too early', 9],
    ['userName eq', 'ends too early', 12],
    ['userName eq ', 'ends too early', 13],
    ['a pr and', 'ends too early', 9],
    ['not', 'ends too early', 4],
    ['a pr or not', 'ends too early', 12],
    ['(a pr', 'lacks a closing bracket', 6],
    ['((a pr)', 'lacks a closing bracket', 8],
    ['emails[a pr', 'lacks a closing bracket', 12],
    ['emails[(a pr)', 'lacks a closing bracket', 14],
    ['(', 'ends too early', 2],
    ['a pr)', 'has an unexpected )', 5],
    ['a pr]', 'has an unexpected ]', 5],
    ['(a pr]', 'has an unexpected ]', 6],
    ['emails[a pr)', 'has an unexpected )', 12],
    ['emails[(a pr])', 'has an unexpected ]', 13],
    ['()', 'has an unexpected )', 2],
    ['emails[]', 'has an unexpected ]', 8],
    ['(a pr and )', 'has an unexpected )', 11],
    ['not )', 'has an unexpected )', 5],
    ['a (b pr)', 'has an unexpected (', 3],
    ['a eq (b pr)', 'has an unexpected (', 6],
    ['a pr (b pr)', 'has an unexpected (', 6],
    ['[a pr]', 'has an unexpected [', 1],
    ['emails [a pr]', 'has an unexpected [', 8],
    ['not [a pr]', 'has an unexpected [', 5],
    ['a eq [b pr]', 'has an unexpected [', 6],
    ['a pr [b pr]', 'has an unexpected [', 6],
    ['a and b pr', 'has the unknown operator "and"', 3],
    ['a xx "b"', 'has the unknown operator "xx"', 3],
    ['userName regex "j.*"', 'has the unknown operator "regex"', 10],
    ['a pr b pr', 'has "b" where "and" or "or" belongs', 6],
    ['a eq "x" b pr', 'has "b" where "and" or "or" belongs', 10],
    ['(a pr)b pr', 'has "b" where "and" or "or" belongs', 7],
    ['a pr and and b pr', 'has the unknown operator "b"', 14],
    ['a pr and 1b pr', 'has "1b" where an attribute name belongs', 10],
    ['not a pr', 'needs a bracket behind "not"', 5],
    ['a pr and not b pr', 'needs a bracket behind "not"', 14],
    ['a eq x', 'has the string "x" without quotes', 6],
    ['(a eq x)', 'has the string "x" without quotes', 7],
    ['a eq "x', 'has a string without its closing quote', 6],
    [String.raw`a eq "x\"`, 'has a string without its closing quote', 6],
    ['a eq "x" and b eq "y', 'has a string without its closing quote', 19],
    [String.raw`a eq "\x"`, 'has a string that is not a JSON string', 6],
    [String.raw`a eq "\u00g0"`, 'has a string that is not a JSON string', 6],
    ['a eq "line\nbreak"', 'has a string that is not a JSON string', 6],
    ['a eq "tab\tstop"', 'has a string that is not a JSON string', 6],
    ['a\npr', 'has a control character', 2],
    ['a\tpr', 'has a control character', 2],
    ['a eq x\0', 'has a control character', 7],
    ['a pr \u001f', 'has a control character', 6],
    ['a..b pr', 'has "a..b" where an attribute name belongs', 1],
    ['emails[a pr].1 eq "x"', 'has "1" where an attribute name belongs', 14],
    // The library takes these two for operators.
    ['a pr constructor b pr', 'has "constructor" where "and" or "or" belongs', 6],
    ['a pr __proto__ b pr', 'has "__proto__" where "and" or "or" belongs', 6],
    ['a constructor "x"', 'has the unknown operator "constructor"', 3],
    ['a[b[c eq 1]]', 'has a value path inside a value path', 4],
    ['a[(b[c eq 1])]', 'has a value path inside a value path', 5],
    ['a[b pr and not (c[d pr])]', 'has a value path inside a value path', 18],
  ];
  test.each(rows)('%j %s, at character %d', (text, what, at) => {
    expect(messageOf(text)).toBe(`The filter ${what} (at character ${at}).`);
  });

  const inStrings: [text: string, what: string, at: number][] = [
    ['userName "x"', 'has a string where none belongs', 10],
    ['"userName" pr', 'has a string where none belongs', 1],
    ['a eq "x" "y"', 'has a string where none belongs', 10],
    ['not "x"', 'has a string where none belongs', 5],
    ['a pr "and" b pr', 'has a string where none belongs', 6],
    [String.raw`a eq "\u0000"`, 'has a string with a forbidden character', 6],
    [String.raw`a eq "\ud800"`, 'has a string with a forbidden character', 6],
    [String.raw`a eq "\ude00\ud83d"`, 'has a string with a forbidden character', 6],
    ['a eq "\ud800"', 'has a string with a forbidden character', 6],
  ];
  test.each(inStrings)('%j %s', (text, what) => {
    expect(messageOf(text)).toMatch(new RegExp(`^The filter ${what} \\(at character \\d+\\)\\.$`));
  });

  test('the place of a string is where it begins, not the character behind it', () => {
    for (const [text, what, at] of inStrings) expect(messageOf(text)).toBe(`The filter ${what} (at character ${at}).`);
  });

  test('half a surrogate pair without quotes is refused too: it cannot be stored', () => {
    expect(() => parseFilter('a eq \ud800', LIMITS, dialectOf('entra'))).toThrow('forbidden character');
    expect(() => parseFilter('a eq x\udc00 or b pr', LIMITS, dialectOf('entra'))).toThrow('forbidden character');
  });

  test('a long word is shortened in the message, so that an answer cannot be made large', () => {
    expect(messageOf(`a ${'x'.repeat(4000)} "b"`)).toBe(
      `The filter has the unknown operator "${'x'.repeat(100)}…" (at character 3).`,
    );
  });
});

describe('limits', () => {
  test('a filter may have so many characters and no more; the message counts both', () => {
    const text = `a eq "${'x'.repeat(93)}"`;
    expect(text).toHaveLength(100);
    expect(() => parse(text, { length: 100 })).not.toThrow();
    expect(messageOf(text, { length: 99 })).toBe('A filter has at most 99 characters; this one has 100.');
  });

  test('the length is checked before anything is read', () => {
    expect(messageOf('"'.repeat(200), { length: 100 })).toBe('A filter has at most 100 characters; this one has 200.');
  });

  test.each([
    ['groups', (depth: number) => `${'('.repeat(depth)}a pr${')'.repeat(depth)}`, 4],
    ['negations', (depth: number) => `${'not ('.repeat(depth)}a pr${')'.repeat(depth)}`, 20],
    ['groups in a value path', (depth: number) => `a[${'('.repeat(depth - 1)}b pr${')'.repeat(depth - 1)}]`, 5],
  ])('%s nest so deep and no deeper', (_, text, at) => {
    expect(() => parse(text(3), { depth: 3 })).not.toThrow();
    expect(messageOf(text(4), { depth: 3 })).toBe(`The filter nests deeper than 3 brackets (at character ${at}).`);
  });

  test('brackets side by side do not nest', () => {
    const text = Array(20).fill('(a pr)').join(' and ');
    expect(() => parse(text, { depth: 1 })).not.toThrow();
    expect(() => parse(Array(20).fill('a[b pr]').join(' and '), { depth: 1 })).not.toThrow();
  });

  test.each([
    ['comparisons', ['a pr', 'b eq 1', 'c eq "x"', 'd pr'], 38],
    ['comparisons in value paths', ['a[b pr]', 'c[d eq 1]', 'e[f pr]', 'g[h pr]'], 45],
    ['comparisons behind a value path', ['a[b pr].c eq 1', 'd pr', 'e[f pr]'], 35],
  ])('a filter has so many %s and no more; the place is behind the operator of the one too many', (_, terms, at) => {
    expect(() => parse(terms.slice(0, -1).join(' and '), { terms: 3 })).not.toThrow();
    expect(messageOf(terms.join(' and '), { terms: 3 })).toBe(
      `The filter has more than 3 comparisons (at character ${at}).`,
    );
  });
});
