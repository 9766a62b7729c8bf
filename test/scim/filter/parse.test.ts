import { describe, expect, test } from 'vitest';
import { type Literal, type ParsedFilter, parseFilter } from '../../../src/scim/filter/parse.js';
import type { ProfileName } from '../../../src/scim/profiles.js';
import { dialectOf, LIMITS } from '../rfc/core.js';

const parse = (text: string, profile: ProfileName = 'strict'): ParsedFilter =>
  parseFilter(text, LIMITS, dialectOf(profile));

const compare = (attribute: string, operator: string, literal: Literal) =>
  ({ kind: 'compare', operator, attribute, literal }) as ParsedFilter;
const pr = (attribute: string): ParsedFilter => ({ kind: 'present', attribute });
const not = (filter: ParsedFilter): ParsedFilter => ({ kind: 'not', filter });
const and = (...filters: ParsedFilter[]): ParsedFilter => ({ kind: 'and', filters });
const or = (...filters: ParsedFilter[]): ParsedFilter => ({ kind: 'or', filters });
const within = (attribute: string, filter: ParsedFilter): ParsedFilter => ({ kind: 'valuePath', attribute, filter });

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(pr) as [ParsedFilter, ParsedFilter, ParsedFilter, ParsedFilter];
const work = compare('type', 'eq', 'work');
const home = compare('type', 'eq', 'home');
const isX = compare('value', 'eq', 'x');

type Rows = [text: string, expected: ParsedFilter][];

describe('operators (RFC 7644 §3.4.2.2, table 3)', () => {
  test.each(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'])('%s, in any case', (operator) => {
    const expected = compare('title', operator, 'x');
    expect(parse(`title ${operator} "x"`)).toEqual(expected);
    expect(parse(`title ${operator.toUpperCase()} "x"`)).toEqual(expected);
    expect(parse(`title ${operator.charAt(0).toUpperCase()}${operator.charAt(1)} "x"`)).toEqual(expected);
  });

  test.each(['pr', 'PR', 'Pr'])('%s', (operator) => {
    expect(parse(`title ${operator}`)).toEqual(pr('title'));
  });
});

describe('joining, grouping and negating (RFC 7644 §3.4.2.2, tables 4 and 5)', () => {
  const rows: Rows = [
    ['a pr and b pr', and(a, b)],
    ['a pr or b pr', or(a, b)],
    ['a pr AND b pr Or c pr', or(and(a, b), c)],
    ['a pr and b pr and c pr', and(a, b, c)],
    ['a pr or b pr or c pr', or(a, b, c)],
    // "and" binds before "or".
    ['a pr or b pr and c pr', or(a, and(b, c))],
    ['a pr and b pr or c pr', or(and(a, b), c)],
    ['a pr and b pr or c pr and d pr', or(and(a, b), and(c, d))],
    ['a pr or b pr and c pr or d pr', or(a, and(b, c), d)],
    ['(a pr or b pr) and c pr', and(or(a, b), c)],
    ['a pr and (b pr or c pr)', and(a, or(b, c))],
    ['(a pr or b pr) and (c pr or d pr)', and(or(a, b), or(c, d))],
    ['(a pr)', a],
    ['((a pr))', a],
    ['((a pr) and ((b pr)))', and(a, b)],
    ['a pr and (b pr and c pr)', and(a, and(b, c))],
    ['(a pr or b pr) or c pr', or(or(a, b), c)],
    ['not (a pr)', not(a)],
    ['NOT (a pr)', not(a)],
    ['not(a pr)', not(a)],
    ['not (not (a pr))', not(not(a))],
    // "not" binds before "and" and "or".
    ['not (a pr) and b pr', and(not(a), b)],
    ['not (a pr) or b pr', or(not(a), b)],
    ['a pr and not (b pr) or c pr', or(and(a, not(b)), c)],
    ['a pr or not (b pr) and c pr', or(a, and(not(b), c))],
    ['not (a pr and b pr)', not(and(a, b))],
    ['not (a pr or b pr) and not (c pr)', and(not(or(a, b)), not(c))],
    [
      'a eq "x" and b eq 1 or not (c eq true)',
      or(and(compare('a', 'eq', 'x'), compare('b', 'eq', 1)), not(compare('c', 'eq', true))),
    ],
  ];
  test.each(rows)('%s', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  test('spaces: as many as there are', () => {
    expect(parse('  (  a   pr  )   and  b    eq   "x  y"  ')).toEqual(and(a, compare('b', 'eq', 'x  y')));
  });
});

describe('attribute names (RFC 7644 §3.10, figure 1)', () => {
  test.each([
    'userName',
    'name.familyName',
    'x509Certificates',
    'with-dash',
    'with_underscore',
    'a1',
    '$ref',
    'manager.$ref',
    'urn:ietf:params:scim:schemas:core:2.0:User:userName',
    'urn:ietf:params:scim:schemas:core:2.0:User:name.familyName',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.$ref',
    'URN:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager',
    // Words of the grammar, and what stands for names on the way through the library.
    'and',
    'pr',
    'eq',
    'nothing',
    'n0',
    'constructor',
  ])('%s is taken as it is written', (name) => {
    expect(parse(`${name} pr`)).toEqual(pr(name));
    expect(parse(`b pr and ${name} eq "x"`)).toEqual(and(b, compare(name, 'eq', 'x')));
    expect(parse(`(${name} pr)`)).toEqual(pr(name));
    expect(parse(`${name}[b pr]`)).toEqual(within(name, b));
  });

  test.each([
    // F7, F3, and what no grammar knows.
    'a..b',
    'a.',
    '.a',
    'a:',
    'a:b',
    'a.b.c',
    'a.b.c.d',
    '1abc',
    '-a',
    '_a',
    '$a',
    '$Ref$',
    'a$',
    'a.1',
    'é',
    'a\u00a0b',
    'userName\u007f',
    '__proto__',
    'urn:',
    'urn:a/b',
    'a,b',
    '%',
    '*',
    "'a'",
    '"a"',
    '5',
    'true.',
    '\ud800',
    '😀',
  ])('%j is no attribute name (RFC 7643 §2.1)', (name) => {
    // biome-ignore format: one a line would hide the others
    expect(() => parse(`${name} pr`)).toThrow(expect.objectContaining({ kind: 'invalidFilter' }));
    expect(() => parse(`${name} eq "x"`)).toThrow(expect.objectContaining({ kind: 'invalidFilter' }));
  });
});

describe('literals (RFC 7644 §3.4.2.2, figure 1: JSON)', () => {
  const literals: [written: string, value: Literal][] = [
    ['""', ''],
    ['"x"', 'x'],
    ['"a b"', 'a b'],
    ['"a) and (b"', 'a) and (b'],
    ['"a] and b[c"', 'a] and b[c'],
    // F4: escapes are decoded.
    [String.raw`"say \"hello\""`, 'say "hello"'],
    [String.raw`"DOMAIN\\user"`, 'DOMAIN\\user'],
    [String.raw`"ends in \\"`, 'ends in \\'],
    [String.raw`"\\\""`, '\\"'],
    [String.raw`"\n\t\r\b\f\/"`, '\n\t\r\b\f/'],
    [String.raw`"\u0041\u00e9"`, 'Aé'],
    [String.raw`"\ud83d\ude00"`, '😀'],
    ['"😀"', '😀'],
    ['"O\'Malley"', "O'Malley"],
    ['"\u007f\u0085\u2028"', '\u007f\u0085\u2028'],
    // What reads like another type in quotes is a string.
    ['"true"', 'true'],
    ['"null"', 'null'],
    ['"5"', '5'],
    ['true', true],
    ['false', false],
    ['null', null],
    ['0', 0],
    ['5', 5],
    ['-5', -5],
    ['1.5', 1.5],
    ['-0.25', -0.25],
    ['1e3', 1000],
    ['1E3', 1000],
    ['1e+3', 1000],
    ['25e-2', 0.25],
    ['-1.5e-3', -0.0015],
  ];
  // F5: in every place, not only at the end.
  const places: [place: string, text: (literal: string) => string, expected: (term: ParsedFilter) => ParsedFilter][] = [
    ['at the end', (literal) => `b pr and a gt ${literal}`, (term) => and(b, term)],
    ['before and', (literal) => `a gt ${literal} and b pr`, (term) => and(term, b)],
    ['before a bracket', (literal) => `(a gt ${literal}) or b pr`, (term) => or(term, b)],
    ['before a square bracket', (literal) => `c[a gt ${literal}]`, (term) => within('c', term)],
    ['behind a value path', (literal) => `c[b pr].a gt ${literal} or d pr`, (term) => or(within('c', and(b, term)), d)],
  ];
  for (const [place, text, expected] of places) {
    test.each(literals)(`%s ${place}`, (written, value) => {
      expect(parse(text(written))).toEqual(expected(compare('a', 'gt', value)));
    });
  }

  test('several literals each keep their place', () => {
    expect(parse('a eq "1" and (b eq 0 or c eq "0") and d eq null')).toEqual(
      and(compare('a', 'eq', '1'), or(compare('b', 'eq', 0), compare('c', 'eq', '0')), compare('d', 'eq', null)),
    );
  });

  // F10: JSON has one spelling of each; Microsoft's tests quote nothing.
  test.each([
    'jyoung',
    'True',
    'FALSE',
    'NULL',
    'O',
    '2011-05-13T04:42:34Z',
    '5x',
    '1.',
    '.5',
    '+5',
    '--5',
    '1e',
    '0x1f',
    "'x'",
    'and',
  ])('%s without quotes is a string for Entra, and refused by the strict profile', (word) => {
    expect(() => parse(`a eq ${word}`)).toThrow(`The filter has the string "${word}" without quotes`);
    expect(() => parse(`a eq ${word} and b pr`)).toThrow(expect.objectContaining({ kind: 'invalidFilter' }));
    for (const profile of ['entra', 'okta'] as const) {
      expect(parse(`a eq ${word}`, profile)).toEqual(compare('a', 'eq', word));
      expect(parse(`(a eq ${word}) and b pr`, profile)).toEqual(and(compare('a', 'eq', word), b));
      expect(parse(`c[a eq ${word}]`, profile)).toEqual(within('c', compare('a', 'eq', word)));
    }
  });

  test('the dialect notes that quotes were missing, and only then', () => {
    const met = (text: string) => {
      const dialect = dialectOf('entra');
      parseFilter(text, LIMITS, dialect);
      return dialect.met;
    };
    expect(met('a eq x')).toEqual(['unquoted-literal']);
    expect(met('a eq "x" and b eq 5 and c eq true and d eq null')).toEqual([]);
  });
});

describe('value paths (RFC 7644 §3.4.2.2, figure 1)', () => {
  const rows: Rows = [
    ['emails[type eq "work"]', within('emails', work)],
    ['emails[ type eq "work" ]', within('emails', work)],
    ['emails[type eq "work" and value eq "x"]', within('emails', and(work, isX))],
    ['emails[type eq "work" and (value eq "x" or a pr)]', within('emails', and(work, or(isX, a)))],
    ['emails[not (type eq "work")]', within('emails', not(work))],
    ['a pr and emails[type eq "work"]', and(a, within('emails', work))],
    ['emails[type eq "work"] and a pr', and(within('emails', work), a)],
    ['emails[type eq "work"] or ims[type eq "home"]', or(within('emails', work), within('ims', home))],
    ['not (emails[type eq "work"])', not(within('emails', work))],
    ['(emails[type eq "work"])', within('emails', work)],
    ['urn:x:2.0:User:emails[type eq "work"]', within('urn:x:2.0:User:emails', work)],
  ];
  test.each(rows)('%s', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });
});

describe('a comparison behind a value path asks of the same element (Entra: emails[…].value eq …)', () => {
  const workX = within('emails', and(work, isX));
  const rows: Rows = [
    ['emails[type eq "work"].value eq "x"', workX],
    ['emails[type eq "work"].value pr', within('emails', and(work, pr('value')))],
    ['emails[type eq "work"].Value EQ "x"', within('emails', and(work, compare('Value', 'eq', 'x')))],
    ['owners[type eq "work"].$ref pr', within('owners', and(work, pr('$ref')))],
    ['a pr and emails[type eq "work"].value eq "x"', and(a, workX)],
    ['emails[type eq "work"].value eq "x" and a pr', and(workX, a)],
    ['emails[type eq "work"].value eq "x" or a pr', or(workX, a)],
    ['a pr or emails[type eq "work"].value eq "x" and b pr', or(a, and(workX, b))],
    ['(emails[type eq "work"].value eq "x")', workX],
    ['not (emails[type eq "work"].value eq "x")', not(workX)],
    ['not (emails[type eq "work"].value eq "x" or a pr)', not(or(workX, a))],
    ['((emails[(type eq "work")].value eq "x"))', workX],
    ['emails[(type eq "work" or type eq "home")].value eq "x"', within('emails', and(or(work, home), isX))],
    // What stands in the brackets stays together.
    ['emails[type eq "work" or type eq "home"].value eq "x"', within('emails', and(or(work, home), isX))],
    ['emails[type eq "work" and a pr].value eq "x"', within('emails', and(and(work, a), isX))],
    ['emails[not (type eq "work")].value eq "x"', within('emails', and(not(work), isX))],
    ['emails[a pr or (b pr and (c pr or d pr))].value eq "x"', within('emails', and(or(a, and(b, or(c, d))), isX))],
    [
      'emails[type eq "work"].value eq "x" and emails[type eq "home"].value eq "x"',
      and(workX, within('emails', and(home, isX))),
    ],
    ['(a pr or emails[type eq "work"].value eq "x") and b pr', and(or(a, workX), b)],
    [
      'a pr and (b pr or emails[(type eq "work") and (c pr)].value eq "x")',
      and(a, or(b, within('emails', and(and(work, c), isX)))),
    ],
    ['emails[type eq "work"].not eq "x"', within('emails', and(work, compare('not', 'eq', 'x')))],
  ];
  test.each(rows)('%s', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  test.each([
    'emails[type eq "work"].value',
    'emails[type eq "work"].',
    'emails[type eq "work"]. value eq "x"',
    'emails[type eq "work"] .value eq "x"',
    'emails[type eq "work"]value eq "x"',
    'emails[type eq "work"].value[a pr]',
    'emails[type eq "work"].value (a pr)',
    'emails[type eq "work"]..value eq "x"',
    'emails[type eq "work"].1 eq "x"',
    'emails[type eq "work"]."value" eq "x"',
    'emails[type eq "work"].value eq',
    '(emails[type eq "work").value eq "x"]',
    '(type eq "work").value eq "x"',
    'emails[type eq "work"].value eq "x"]',
  ])('%s is refused', (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ kind: 'invalidFilter' }));
  });
});
