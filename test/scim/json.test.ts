import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clone, isObject, isShallow, type Json } from '../../src/scim/json.js';

// A key `__proto__` is refused before anything is copied.
const json = fc
  .jsonValue({ maxDepth: 5 })
  .map((value) => JSON.parse(JSON.stringify(value).replaceAll('__proto__', 'p')) as Json);

/** `{a:{a:…}}` or `[[…]]`, with so many levels below the outermost. */
function nested(levels: number, wrap: (inner: Json) => Json): Json {
  let value = wrap(1);
  for (let i = 0; i < levels; i++) value = wrap(value);
  return value;
}

const inArray = (inner: Json): Json => [inner];
const inObject = (inner: Json): Json => ({ a: inner });

describe('isObject', () => {
  test.each([
    ['an object', {}, true],
    ['an object without a prototype', Object.create(null) as Json, true],
    ['an array', [], false],
    ['null', null, false],
    ['undefined', undefined, false],
    ['a string', 'a', false],
    ['a number', 0, false],
    ['a boolean', true, false],
  ])('%s: %s is %s', (_, value, expected) => {
    expect(isObject(value as Json | undefined)).toBe(expected);
  });
});

describe('clone', () => {
  /** Every object and array in a value, itself included. */
  function containers(value: Json | undefined): object[] {
    if (typeof value !== 'object' || value === null) return [];
    return [value, ...Object.values(value).flatMap(containers)];
  }

  test('the copy is equal, and shares no object or array with the original', () => {
    fc.assert(
      fc.property(json, (value) => {
        const copy = clone(value);
        expect(copy).toEqual(value);
        const originals = new Set(containers(value));
        expect(containers(copy).filter((part) => originals.has(part))).toEqual([]);
      }),
    );
  });

  test('the copy of undefined is undefined', () => {
    expect(clone(undefined)).toBeUndefined();
  });

  test('keys come in the order of the original', () => {
    expect(Object.keys(clone({ b: 1, a: { d: 1, c: 2 } }))).toEqual(['b', 'a']);
    expect(JSON.stringify(clone({ b: 1, a: { d: 1, c: 2 } }))).toBe('{"b":1,"a":{"d":1,"c":2}}');
  });
});

describe('isShallow', () => {
  test.each([
    ['a scalar', 1, 0, true],
    ['null', null, 0, true],
    ['an empty object', {}, 0, true],
    ['an object of scalars', { a: 1, b: null }, 0, true],
    ['an object in an object', { a: {} }, 0, false],
    ['an object in an object, one level allowed', { a: {} }, 1, true],
    ['an array in an object', { a: [] }, 0, false],
    ['an array in an array', [[]], 0, false],
    ['an array in an array, one level allowed', [[]], 1, true],
    ['the deepest of several branches', { a: 1, b: [1, [2]], c: {} }, 1, false],
    ['the deepest of several branches, two levels allowed', { a: 1, b: [1, [2]], c: {} }, 2, true],
  ] as [string, Json, number, boolean][])('%s: %j within %d is %s', (_, value, depth, expected) => {
    expect(isShallow(value, depth)).toBe(expected);
  });

  test('agrees with counting levels', () => {
    const below = (value: Json): number => {
      const inner = typeof value === 'object' && value !== null ? (Object.values(value) as Json[]) : [];
      return Math.max(
        0,
        ...inner.filter((part) => typeof part === 'object' && part !== null).map((part) => 1 + below(part)),
      );
    };
    fc.assert(
      fc.property(json, fc.nat(6), (value, depth) => {
        expect(isShallow(value, depth)).toBe(below(value) <= depth);
      }),
    );
  });

  test.each([
    ['arrays', inArray],
    ['objects', inObject],
  ])('a hundred thousand %s inside each other are measured without a stack', (_, wrap) => {
    expect(isShallow(nested(100_000, wrap), 99_999)).toBe(false);
    expect(isShallow(nested(100_000, wrap), 100_000)).toBe(true);
  });
});
