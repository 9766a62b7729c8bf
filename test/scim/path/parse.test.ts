import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScimError } from '../../../src/scim/errors.js';
import { MAX_PATH_LENGTH, type ParsedPath, parsePath, quote } from '../../../src/scim/path/parse.js';

const refused = expect.objectContaining({ kind: 'invalidPath' });
const path = (attribute: string, filter?: string, subAttribute?: string): ParsedPath => ({
  attribute,
  filter,
  subAttribute,
});
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';

describe('every form of a path (RFC 7644 §3.5.2, figure 7)', () => {
  const rows: [text: string, expected: ParsedPath][] = [
    ['userName', path('userName')],
    ['name.givenName', path('name.givenName')],
    ['$ref', path('$ref')],
    ['manager.$ref', path('manager.$ref')],
    [`${CORE}:userName`, path(`${CORE}:userName`)],
    [`${CORE}:name.givenName`, path(`${CORE}:name.givenName`)],
    [CORE, path(CORE)],
    ['members[value eq "42"]', path('members', 'value eq "42"')],
    ['emails[type eq "work"].value', path('emails', 'type eq "work"', 'value')],
    ['owners[value eq "1"].$ref', path('owners', 'value eq "1"', '$ref')],
    ['a[b pr].c-d_e1', path('a', 'b pr', 'c-d_e1')],
    [`${CORE}:emails[type eq "work"]`, path(`${CORE}:emails`, 'type eq "work"')],
    [`${CORE}:emails[type eq "work"].value`, path(`${CORE}:emails`, 'type eq "work"', 'value')],
    [
      'emails[type eq "work" and (primary eq true or value pr)].value',
      path('emails', 'type eq "work" and (primary eq true or value pr)', 'value'),
    ],
    ['  userName ', path('userName')],
    [' emails[type eq "work"].value ', path('emails', 'type eq "work"', 'value')],
    ['emails[]', path('emails', '')],
    ['', path('')],
    // Not one, but that is the schema's to say.
    ['a b', path('a b')],
    ['a]', path('a]')],
    ['[a pr]', path('', 'a pr')],
  ];
  test.each(rows)('%s', (text, expected) => {
    expect(parsePath(text)).toEqual(expected);
  });
});

describe('brackets and quotes inside strings are part of the string (RFC 7644 §3.4.2.2)', () => {
  test.each([
    ['a closing bracket', 'value eq "a]b"'],
    ['an opening bracket', 'value eq "a[b"'],
    ['what looks like the rest of a path', 'value eq "x].value"'],
    ['an escaped quote', String.raw`value eq "a\"]b"`],
    ['an escaped backslash at the end', String.raw`value eq "a\\"`],
    ['an escaped backslash before an escaped quote', String.raw`value eq "a\\\"]b"`],
    ['two strings', 'value eq "]" or value eq "["'],
    ['an empty string', 'value eq ""'],
  ])('%s', (_, filter) => {
    expect(parsePath(`emails[${filter}]`)).toEqual(path('emails', filter));
    expect(parsePath(`emails[${filter}].type`)).toEqual(path('emails', filter, 'type'));
  });
});

describe('what is no path is refused: invalidPath', () => {
  test.each([
    ['emails[type eq "work"', 'lacks a closing bracket'],
    ['emails[', 'lacks a closing bracket'],
    ['emails[value eq "x]', 'lacks a closing bracket'],
    [String.raw`emails[value eq "x\"]`, 'lacks a closing bracket'],
    ['emails[type eq "work"]value', 'only ".name" may follow the closing bracket'],
    ['emails[type eq "work"].', 'only ".name" may follow'],
    ['emails[type eq "work"]..value', 'only ".name" may follow'],
    ['emails[type eq "work"] .value', 'only ".name" may follow'],
    ['emails[type eq "work"]. value', 'only ".name" may follow'],
    ['emails[type eq "work"].value.x', 'only ".name" may follow'],
    ['emails[type eq "work"].1', 'only ".name" may follow'],
    ['emails[type eq "work"].$other', 'only ".name" may follow'],
    ['emails[type eq "work"]]', 'only ".name" may follow'],
    ['emails[type eq "work"][value pr]', 'only ".name" may follow'],
    ['emails[ims[value pr]]', 'only ".name" may follow'],
    ['emails[type eq "work"].value[x pr]', 'only ".name" may follow'],
    ['emails[type eq "work"]:value', 'only ".name" may follow'],
    ['emails[type eq "work"].__proto__', 'only ".name" may follow'],
  ])('%s: %s', (text, detail) => {
    expect(() => parsePath(text)).toThrow(refused);
    expect(() => parsePath(text)).toThrow(detail);
  });

  test(`a path has at most ${MAX_PATH_LENGTH} characters`, () => {
    expect(parsePath('a'.repeat(MAX_PATH_LENGTH)).attribute).toHaveLength(MAX_PATH_LENGTH);
    expect(() => parsePath('a'.repeat(MAX_PATH_LENGTH + 1))).toThrow(refused);
    expect(() => parsePath('a'.repeat(MAX_PATH_LENGTH + 1))).toThrow('A path has at most 4096 characters.');
  });

  test('the message quotes no more than the beginning of a long path', () => {
    expect(() => parsePath(`a[${'x'.repeat(2000)}`)).toThrow(/^The path "a\[x{98}…" lacks/);
  });

  test('nothing but invalidPath is thrown, whatever the text', () => {
    const piece = fc.constantFrom(
      'emails',
      '[',
      ']',
      '"',
      '\\',
      '.',
      '$ref',
      'value',
      ' eq ',
      ' ',
      '\n',
      '\0',
      '\ud800',
      '😀',
      'urn:x:2.0:User:',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        try {
          const { attribute, filter, subAttribute } = parsePath(text);
          const bracket = filter === undefined ? '' : `[${filter}]`;
          expect(`${attribute}${bracket}${subAttribute ? `.${subAttribute}` : ''}`).toBe(text.trim());
        } catch (error) {
          if (!(error instanceof ScimError)) throw error;
          expect(error.kind).toBe('invalidPath');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('quote', () => {
  test.each([
    ['a', '"a"'],
    ['say "a"\n', String.raw`"say \"a\"\n"`],
    ['x'.repeat(100), `"${'x'.repeat(100)}"`],
    ['x'.repeat(101), `"${'x'.repeat(100)}…"`],
  ])('%j is %s', (text, expected) => {
    expect(quote(text)).toBe(expected);
  });

  test('a pair of surrogates cut in two is written as an escape, so that the answer is well-formed', () => {
    expect(quote(`${'x'.repeat(99)}😀`).isWellFormed()).toBe(true);
  });
});
