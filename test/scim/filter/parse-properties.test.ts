/** parse ∘ write = id; nothing but invalidFilter; no text takes long. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScimError } from '../../../src/scim/errors.js';
import type { CompareOperator } from '../../../src/scim/filter/node.js';
import { type FilterLimits, type Literal, type ParsedFilter, parseFilter } from '../../../src/scim/filter/parse.js';
import { dialectOf, LIMITS } from '../rfc/core.js';

const WIDE: FilterLimits = { length: 1_000_000, depth: 100, terms: 10_000 };
const OPERATORS: readonly CompareOperator[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];
const PROFILES = ['strict', 'entra'] as const;

const name = fc.constantFrom(
  'userName',
  'name.givenName',
  'a-b_c1',
  '$ref',
  'manager.$ref',
  'n0',
  'n1',
  'and',
  'or',
  'pr',
  'eq',
  'urn:x:2.0:User',
  'urn:x:2.0:User:a.b',
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '')),
  fc
    .array(fc.constantFrom('"', '\\', '\n', '(', ')', '[', ']', ' ', 'and', '😀', 'a'), { maxLength: 6 })
    .map((parts) => parts.join('')),
);
const literal: fc.Arbitrary<Literal> = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
);
const term: fc.Arbitrary<ParsedFilter> = fc.oneof(
  fc.record({
    kind: fc.constant('compare' as const),
    operator: fc.constantFrom(...OPERATORS),
    attribute: name,
    literal,
  }),
  fc.record({ kind: fc.constant('present' as const), attribute: name }),
);

function treeOf(leaf: fc.Arbitrary<ParsedFilter>, depth: number): fc.Arbitrary<ParsedFilter> {
  if (depth === 0) return leaf;
  const inner = treeOf(leaf, depth - 1);
  return fc.oneof(
    leaf,
    inner.map((filter): ParsedFilter => ({ kind: 'not', filter })),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      filters: fc.array(inner, { minLength: 2, maxLength: 4 }),
    }),
  );
}

const valuePath = fc.record({ kind: fc.constant('valuePath' as const), attribute: name, filter: treeOf(term, 2) });
const tree = treeOf(fc.oneof(term, valuePath), 4);

/** The tree as text. `choose` gives a number below its argument, for everything that the grammar leaves open. */
function write(filter: ParsedFilter, choose: (below: number) => number): string {
  const space = (least: number): string => ' '.repeat(least + choose(2));
  const word = (keyword: string): string => (choose(2) ? keyword : keyword.toUpperCase());
  const group = (inner: ParsedFilter): string => `(${space(0)}${write(inner, choose)}${space(0)})`;
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const binds = filter.kind === 'and' ? ['and', 'or'] : ['or'];
      const parts = filter.filters.map((inner) =>
        binds.includes(inner.kind) || choose(4) === 0 ? group(inner) : write(inner, choose),
      );
      return parts.join(`${space(1)}${word(filter.kind)}${space(1)}`);
    }
    case 'not':
      return `${word('not')}${space(0)}${group(filter.filter)}`;
    case 'valuePath':
      return `${filter.attribute}[${space(0)}${write(filter.filter, choose)}${space(0)}]`;
    case 'present':
      return `${filter.attribute}${space(1)}${word('pr')}`;
    case 'compare':
      return `${filter.attribute}${space(1)}${word(filter.operator)}${space(1)}${JSON.stringify(filter.literal)}`;
  }
}

/** Choices as a function, from a list that fast-check can shrink. */
const choices = fc.array(fc.nat(11), { minLength: 1, maxLength: 50 }).map((list) => {
  let at = 0;
  return (below: number): number => (list[at++ % list.length] as number) % below;
});

describe('a tree that is written is read back as it was', () => {
  test.each(PROFILES)('by the %s profile', (profile) => {
    fc.assert(
      fc.property(tree, choices, (filter, choose) => {
        const dialect = dialectOf(profile);
        expect(parseFilter(write(filter, choose), WIDE, dialect)).toEqual(filter);
        expect(dialect.met).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('what stands behind a value path is one more term of it', () => {
    fc.assert(
      fc.property(valuePath, term, choices, (path, last, choose) => {
        const written = `${write(path, choose)}.${write({ ...last, attribute: 'value' } as ParsedFilter, choose)}`;
        const filters = [path.filter, { ...last, attribute: 'value' }];
        expect(parseFilter(written, WIDE, dialectOf('strict'))).toEqual({ ...path, filter: { kind: 'and', filters } });
      }),
    );
  });
});

/** What reading leads to: a tree, or the error. Anything else that is thrown fails the test. */
function read(filter: string, profile: (typeof PROFILES)[number], limits = LIMITS): ParsedFilter | ScimError {
  try {
    return parseFilter(filter, limits, dialectOf(profile));
  } catch (error) {
    if (error instanceof ScimError && error.kind === 'invalidFilter') return error;
    throw error;
  }
}

function expectSound(filter: string): void {
  for (const profile of PROFILES) {
    const result = read(filter, profile);
    if (result instanceof ScimError) {
      const at = Number(/ \(at character (\d+)\)\.$/.exec(result.message)?.[1]);
      expect(at, result.message).toBeGreaterThanOrEqual(1);
      expect(at, result.message).toBeLessThanOrEqual(filter.length + 1);
    } else for (const part of parts(result)) expectKnown(part);
  }
}

function parts(filter: ParsedFilter): ParsedFilter[] {
  if ('filters' in filter) return [filter, ...filter.filters.flatMap(parts)];
  return 'filter' in filter ? [filter, ...parts(filter.filter)] : [filter];
}

function expectKnown(part: ParsedFilter): void {
  expect(['and', 'or', 'not', 'present', 'compare', 'valuePath']).toContain(part.kind);
  if ('attribute' in part) expect(part.attribute).toMatch(/^[A-Za-z$][\w.:$-]*$/);
  if (part.kind !== 'compare') return;
  expect(OPERATORS).toContain(part.operator);
  expect(part.literal === null || ['string', 'number', 'boolean'].includes(typeof part.literal)).toBe(true);
  if (typeof part.literal === 'string') expect(part.literal.isWellFormed() && !part.literal.includes('\0')).toBe(true);
}

describe('any text is a filter or invalidFilter with a place in the text, and nothing else is thrown', () => {
  const TOKENS = [
    'userName',
    'emails',
    'a.b',
    'urn:x:2.0:User:a',
    'constructor',
    '__proto__',
    '$ref',
    ' eq ',
    ' pr',
    ' pr ',
    ' and ',
    ' or ',
    ' not ',
    'not(',
    ' ',
    '(',
    ')',
    '[',
    ']',
    '].value',
    '.',
    '"',
    '"x"',
    '"\\"',
    '"\\u0041"',
    '\\',
    '\n',
    '\0',
    '\u001f',
    '\u007f',
    '\ud800',
    '\udc00',
    '😀',
    '5',
    '-5',
    '1e3',
    'true',
    'null',
    'é',
  ];

  test('texts made of pieces of the grammar', () => {
    const piece = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...TOKENS) },
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => expectSound(pieces.join(''))),
      { numRuns: 3000 },
    );
  });

  test('texts of any UTF-16 units', () => {
    const unit = fc.oneof(fc.nat(0x7f), fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff }));
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), (units) => expectSound(String.fromCharCode(...units))),
      { numRuns: 1000 },
    );
  });

  test('filters with one character too many, too few or changed', () => {
    const damage = fc.record({ at: fc.nat(200), drop: fc.nat(2), put: fc.constantFrom('', ...TOKENS) });
    fc.assert(
      fc.property(tree, choices, damage, (filter, choose, { at, drop, put }) => {
        const whole = write(filter, choose).slice(0, 3000);
        const place = at % (whole.length + 1);
        const damaged = whole.slice(0, place) + put + whole.slice(place + drop);
        const limits = { ...WIDE, length: 10_000 };
        for (const profile of PROFILES) {
          const result = read(damaged, profile, limits);
          if (!(result instanceof ScimError)) for (const part of parts(result)) expectKnown(part);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('no text of 4 KB takes long (the library alone doubles its time with each newline in an open string)', () => {
  const LENGTH = 4096;
  const fill = (start: string, piece: string, end = ''): string =>
    `${start}${piece.repeat(Math.floor((LENGTH - start.length - end.length) / piece.length))}${end}`;
  const wide: FilterLimits = { length: LENGTH, depth: LENGTH, terms: LENGTH };
  const rows: [what: string, text: string][] = [
    ['newlines in an open string', fill('a eq "', '\n')],
    ['newlines in a string', fill('a eq "', '\n', '"')],
    ['escaped newlines in an open string', fill('a eq "', '\\n')],
    ['backslashes', fill('a eq "', '\\')],
    ['escaped quotes', fill('a eq "', '\\"')],
    ['quotes', fill('a eq ', '"')],
    ['empty strings', fill('a eq ', '"" ')],
    ['open groups', fill('', '(')],
    ['negations', fill('', 'not (')],
    ['not', fill('', 'not ')],
    ['closing brackets', fill('', ')')],
    ['open value paths', fill('', 'a[')],
    ['groups', fill('', '(', `a pr${')'.repeat(2000)}`)],
    ['value paths with a suffix', fill('a[b pr].c pr', ' and a[b pr].c pr')],
    ['one value path with a suffix', fill('a[b pr', ' or b pr', '].c pr')],
    ['suffixes', fill('a[b pr]', '.c')],
    ['comparisons', fill('a pr', ' or a pr')],
    ['alternating joints', fill('a pr', ' or a pr and a pr')],
    ['spaces', fill('', ' ')],
    ['spaces in a filter', fill('a', ' ', 'pr')],
    ['dots', fill('a', '.')],
    ['colons', fill('urn:', ':')],
    ['a long name', fill('', 'a', ' pr')],
    ['a long URN that is none', fill('urn:', 'a', '/ pr')],
    ['digits', fill('a eq ', '1')],
    ['digits that are no number', fill('a eq ', '1', 'x')],
    ['a fraction that is no number', fill('a eq 1.', '1', '.')],
    ['dashes', fill('a eq ', '-')],
    ['control characters', fill('a', '\u0001')],
    ['half surrogate pairs', fill('a eq "', '\ud800', '"')],
  ];
  test.each(rows)(
    '%s',
    (_, filter) => {
      expect(filter.length).toBeGreaterThan(LENGTH - 20);
      for (const limits of [wide, LIMITS]) for (const profile of PROFILES) read(filter, profile, limits);
    },
    10_000,
  );
});
