import { afterEach, describe, expect, test } from 'vitest';
import type { Json } from '../../../src/scim/json.js';
import { findAttribute } from '../../../src/scim/path/resolve.js';
import type { RuleName } from '../../../src/scim/profiles.js';
import { coerce, coerceElement } from '../../../src/scim/resource/coerce.js';
import type { Attribute, ResourceType, SchemaDocument } from '../../../src/scim/schema/characteristics.js';
import { loadRegistry } from '../../../src/scim/schema/load.js';
import { dialectOf, readSchemaFile } from '../rfc/core.js';

const DEVICE: SchemaDocument = {
  id: 'urn:example:Device',
  name: 'Device',
  attributes: [
    { name: 'label', type: 'string' },
    { name: 'link', type: 'reference', referenceTypes: ['external'] },
    { name: 'isNew', type: 'boolean' },
    { name: 'image', type: 'binary' },
    { name: 'size', type: 'integer' },
    { name: 'weight', type: 'decimal' },
    { name: 'built', type: 'dateTime' },
    { name: 'tags', type: 'string', multiValued: true },
    { name: 'sizes', type: 'integer', multiValued: true },
    {
      name: 'place',
      type: 'complex',
      subAttributes: [
        { name: 'room', type: 'string' },
        { name: 'floor', type: 'integer' },
        { name: 'seen', type: 'dateTime', mutability: 'readOnly' },
        { name: 'alarm', type: 'string', returned: 'never' },
      ],
    },
    {
      name: 'checks',
      type: 'complex',
      multiValued: true,
      subAttributes: [
        { name: 'value', type: 'string' },
        { name: 'marks', type: 'string', multiValued: true },
      ],
    },
    {
      name: 'owner',
      type: 'complex',
      subAttributes: [
        { name: 'value', type: 'string', caseExact: true },
        { name: '$ref', type: 'reference', referenceTypes: ['Device'] },
      ],
    },
  ],
};

const device = loadRegistry({
  common: readSchemaFile('common'),
  schemas: [DEVICE],
  resourceTypes: [{ name: 'Device', endpoint: '/Devices', schema: DEVICE.id }],
}).resourceType('Device') as ResourceType;

const attribute = (path: string) => findAttribute(device, path, dialectOf('strict')) as Attribute;

const PROTOTYPE = Object.getOwnPropertyNames(Object.prototype);
afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(PROTOTYPE);
});

/** A value that is refused. */
const NO = Symbol('refused');
type Outcome = Json | undefined | typeof NO;

function outcome(path: string, value: Json | undefined, profile: 'strict' | 'entra'): Outcome {
  try {
    return coerce(attribute(path), value, dialectOf(profile));
  } catch (error) {
    expect(error).toMatchObject({ kind: expect.stringMatching(/^invalid(?:Value|Syntax)$/) as string });
    expect((error as Error).message).toContain(path);
    return NO;
  }
}

/** The value given, what the strict profile makes of it, and what Entra's and Okta's do when that differs. */
type Row = [value: Json | undefined, strict: Outcome, lenient?: Outcome];

const NOT_A_TEXT: Row[] = [
  [5, NO, '5'],
  [true, NO, 'true'],
  [{}, NO],
  [{ value: 'x' }, NO],
  [['x'], NO, 'x'],
  [['x', 'y'], NO],
  [[['x']], NO],
  [[], undefined],
  [[null], NO, undefined],
  [null, undefined],
  [undefined, undefined],
];

const TABLE: Record<string, Row[]> = {
  label: [
    ['x', 'x'],
    ['', '', undefined],
    [' ', ' '],
    ['Straße 😀\n', 'Straße 😀\n'],
    ['a\0b', NO],
    ['\ud800', NO],
    ['\udc00\ud800', NO],
    [-1.5, NO, '-1.5'],
    ...NOT_A_TEXT,
  ],
  link: [['https://Example.com/A b', 'https://Example.com/A b'], ['../x', '../x'], ['a\0', NO], ...NOT_A_TEXT],
  isNew: [
    [true, true],
    [false, false],
    ['true', NO, true],
    ['False', NO, false],
    ['TRUE', NO, true],
    ['', NO, undefined],
    ['yes', NO],
    [' true', NO],
    [1, NO],
    [0, NO],
    [[true], NO, true],
    [{}, NO],
    [null, undefined],
  ],
  image: [
    ['QQ==', 'QQ=='],
    ['QUI=', 'QUI='],
    ['QUJD', 'QUJD'],
    ['ab-_', 'ab-_'],
    ['ab+/', 'ab+/'],
    ['QUJD\nQUJD\n', 'QUJD\nQUJD\n'],
    ['', '', undefined],
    ['Q!', NO],
    ['=QQ', NO],
    ['QQ==QQ', NO],
    ['é', NO],
    [{}, NO],
  ],
  size: [
    [5, 5],
    [0, 0],
    [-5, -5],
    [5.0, 5],
    [1e3, 1000],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [Number.MAX_SAFE_INTEGER + 1, NO],
    [1.5, NO],
    [Number.POSITIVE_INFINITY, NO],
    ['5', NO, 5],
    ['-5', NO, -5],
    ['5.0', NO, 5],
    ['1.5', NO],
    ['99999999999999999999', NO],
    ['', NO, undefined],
    [' 5', NO],
    ['5 ', NO],
    ['+5', NO],
    ['1e3', NO],
    ['0x10', NO],
    ['five', NO],
    [true, NO],
    [{}, NO],
    [[5], NO, 5],
    [[], undefined],
    [null, undefined],
  ],
  weight: [
    [1.5, 1.5],
    [5, 5],
    [1e300, 1e300],
    [Number.NEGATIVE_INFINITY, NO],
    [Number.NaN, NO],
    ['1.5', NO, 1.5],
    ['-0.25', NO, -0.25],
    ['.5', NO],
    ['1.', NO],
    ['1,5', NO],
    [`1${'0'.repeat(400)}`, NO],
    [false, NO],
  ],
  built: [
    ['2011-05-13T04:42:34Z', '2011-05-13T04:42:34Z'],
    // The client's own spelling is kept; the search form has the canonical one.
    ['2011-05-13T06:42:34.1234567+02:00', '2011-05-13T06:42:34.1234567+02:00'],
    ['', NO, undefined],
    ['2011-05-13', NO],
    ['2011-02-30T00:00:00Z', NO],
    [1305261754, NO],
    [{}, NO],
    [['2011-05-13T04:42:34Z'], NO, '2011-05-13T04:42:34Z'],
  ],
  tags: [
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [
      ['a', 'a'],
      ['a', 'a'],
    ],
    [
      ['a', null, 'b'],
      ['a', 'b'],
    ],
    [['a', ''], ['a', ''], ['a']],
    [[], undefined],
    [[null], undefined],
    [[''], [''], undefined],
    ['a', NO, ['a']],
    ['', NO, undefined],
    [5, NO, ['5']],
    [[5], NO, ['5']],
    [[['a']], NO],
    [[{}], NO],
    [{ value: 'a' }, NO],
    [null, undefined],
  ],
  sizes: [
    [
      [1, 2],
      [1, 2],
    ],
    [['1', 2], NO, [1, 2]],
    [[1, 'x'], NO],
    [1, NO, [1]],
  ],
  place: [
    [
      { room: 'a', floor: 1 },
      { room: 'a', floor: 1 },
    ],
    [{ ROOM: 'a' }, { room: 'a' }],
    [{ room: 'a', floor: null }, { room: 'a' }],
    [{ room: 'a', seen: '2011-05-13T04:42:34Z', alarm: 'x' }, { room: 'a' }],
    [{ seen: 'not even a date' }, undefined],
    [{ room: '' }, { room: '' }, undefined],
    [{}, undefined],
    [{ room: null }, undefined],
    [null, undefined],
    [[], undefined],
    ['', NO, undefined],
    [[{ room: 'a' }], NO, { room: 'a' }],
    [[{ room: 'a' }, { room: 'b' }], NO],
    // Without a value sub-attribute nothing else stands for it.
    ['a', NO],
    [5, NO],
    [{ nothing: 1, room: 'a' }, NO, { room: 'a' }],
    [{ nothing: 1 }, NO, undefined],
    [{ room: ['a'] }, NO, { room: 'a' }],
    [{ room: {} }, NO],
  ],
  checks: [
    [[{ value: 'a', marks: ['x'] }], [{ value: 'a', marks: ['x'] }]],
    [[{ value: 'a', marks: [] }, {}, null], [{ value: 'a' }]],
    [[{}], undefined],
    [{ value: 'a' }, NO, [{ value: 'a' }]],
    [['a', { value: 'b' }], NO, [{ value: 'a' }, { value: 'b' }]],
    ['a', NO, [{ value: 'a' }]],
    [5, NO, [{ value: '5' }]],
    [[['a']], NO],
    [[{ value: 'a', marks: 'x' }], NO, [{ value: 'a', marks: ['x'] }]],
    [[{ value: { value: 'a' } }], NO],
    [[{ value: '' }], [{ value: '' }], undefined],
  ],
  owner: [
    [{ value: '42' }, { value: '42' }],
    // A reference to a resource of this server follows from the id, or gives it.
    [{ value: '42', $ref: 'https://example.com/Devices/7' }, { value: '42' }],
    [{ VALUE: '42', $ref: '../Devices/7' }, { value: '42' }],
    [{ $ref: 'https://example.com/Devices/7' }, { value: '7' }],
    [{ $REF: '../Devices/7' }, { value: '7' }],
    [{ $ref: null, value: '42' }, { value: '42' }],
    [{ $ref: null }, undefined],
    [{ $ref: 5 }, undefined],
    [{ value: null, $ref: '../Devices/7' }, undefined],
    ['42', NO, { value: '42' }],
    [['42'], NO, { value: '42' }],
    [[{ value: '42' }], NO, { value: '42' }],
    [{ value: '' }, { value: '' }, undefined],
    [42, NO, { value: '42' }],
  ],
};

for (const [path, rows] of Object.entries(TABLE)) {
  const { type, multiValued } = attribute(path);
  describe(`coerce: ${path}, ${multiValued ? 'many values of type' : 'of type'} ${type} (RFC 7643 §2.3)`, () => {
    for (const [value, strict, ...rest] of rows) {
      const lenient = rest.length > 0 ? rest[0] : strict;
      for (const [profile, expected] of [
        ['strict', strict],
        ['entra', lenient],
      ] as const) {
        const says = expected === NO ? 'is refused' : `is ${JSON.stringify(expected)}`;
        test(`${JSON.stringify(value)?.slice(0, 60)} ${says} (${profile})`, () => {
          expect(outcome(path, value, profile)).toStrictEqual(expected);
        });
      }
    }
  });
}

describe('what is said of a value that does not fit', () => {
  test.each([
    ['isNew', 'yes', 'isNew is a boolean; send true or false.'],
    ['size', 'five', 'size is of type integer; send a number.'],
    ['size', 1.5, 'size is an integer of at most 53 bits.'],
    ['weight', Number.POSITIVE_INFINITY, 'weight is outside the range of numbers.'],
    ['built', 'today', 'built is a date-time such as 2011-05-13T04:42:34Z.'],
    ['image', '!', 'image is binary; send base64.'],
    ['label', {}, 'label is of type string; send a string.'],
    ['label', 'a\0', 'label has a character that cannot be stored (NUL or half a surrogate pair).'],
    ['label', ['a', 'b'], 'label has one value; send it without an array.'],
    ['tags', {}, 'tags is of type string; send a string.'],
    ['place', 'a', 'place is complex; send an object.'],
    ['place', { floor: 'x' }, 'place.floor is of type integer; send a number.'],
    ['checks', [{ marks: [{}] }], 'checks.marks is of type string; send a string.'],
  ] as [string, Json, string][])('%s: %j: %s', (path, value, detail) => {
    for (const profile of ['strict', 'entra'] as const) {
      if (path === 'tags' && profile === 'strict') continue;
      expect(() => coerce(attribute(path), value, dialectOf(profile))).toThrow(detail);
      expect(() => coerce(attribute(path), value, dialectOf(profile))).toThrow(
        expect.objectContaining({ kind: 'invalidValue' }),
      );
    }
  });

  test('an unknown sub-attribute is invalidSyntax, and the name is quoted', () => {
    const read = () => coerce(attribute('place'), { 'no such': 1 }, dialectOf('strict'));
    expect(read).toThrow(expect.objectContaining({ kind: 'invalidSyntax' }));
    expect(read).toThrow('place has no sub-attribute "no such".');
  });
});

describe('the dialect notes which rules a value needed, and no others', () => {
  test.each([
    ['label', 'x', []],
    ['label', '', ['empty-clears']],
    ['label', 5, ['number-as-string']],
    ['label', ['x'], ['array-for-single']],
    ['isNew', 'True', ['string-boolean']],
    ['size', '5', ['number-as-string']],
    ['tags', 'x', ['single-for-array']],
    ['tags', '', ['empty-clears']],
    ['owner', '42', ['bare-value']],
    ['place', { nothing: 1 }, ['unknown-attribute']],
    ['checks', [{ value: 'a', marks: ['x'] }], []],
    ['place', { room: null }, []],
    ['owner', [{ $ref: null, value: '42' }], ['array-for-single']],
  ] as [string, Json, RuleName[]][])('%s: %j needs %j', (path, value, rules) => {
    const dialect = dialectOf('entra');
    coerce(attribute(path), value, dialect);
    expect(dialect.met).toEqual(rules);
  });
});

describe('coerceElement: one value of many', () => {
  test.each([
    ['tags', 'a', 'a'],
    ['tags', null, undefined],
    ['sizes', 5, 5],
    ['checks', { value: 'a' }, { value: 'a' }],
    ['checks', {}, undefined],
  ] as [string, Json, Json | undefined][])('%s: %j is %j', (path, value, expected) => {
    expect(coerceElement(attribute(path), value, dialectOf('strict'))).toEqual(expected);
  });

  test('is no array', () => {
    expect(() => coerceElement(attribute('tags'), ['a'], dialectOf('entra'))).toThrow(
      expect.objectContaining({ kind: 'invalidValue' }),
    );
    expect(() => coerceElement(attribute('checks'), [{ value: 'a' }], dialectOf('entra'))).toThrow(
      expect.objectContaining({ kind: 'invalidValue' }),
    );
  });
});

// A pattern that tries every way to divide a run of spaces takes a minute for this one.
test('a long binary value that is none is refused at once: the work grows with its length, not with its square', () => {
  const time = (length: number): number => {
    const start = performance.now();
    expect(outcome('image', `${' '.repeat(length)}!`, 'strict')).toBe(NO);
    return performance.now() - start;
  };
  time(1000);
  expect(time(20_000)).toBeLessThan(20 * Math.max(time(2000), 2));
});
