import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/scim/json.js';
import { type AttributeChange, applyDifference, difference, equal } from '../../../src/scim/patch/difference.js';

const [EXT, OTHER] = ['urn:x:2.0:User', 'urn:y:2.0:User'];
const isExtension = (name: string): boolean => name === EXT || name === OTHER;
const diff = (before: JsonObject, after: JsonObject) => difference(before, after, isExtension);

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}

describe('difference: one change per attribute', () => {
  const rows: [what: string, before: JsonObject, after: JsonObject, changes: AttributeChange[]][] = [
    ['nothing', { a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 }, []],
    ['a value that came', {}, { a: 1 }, [{ path: ['a'], after: 1 }]],
    ['a value that went', { a: 1 }, {}, [{ path: ['a'], before: 1 }]],
    ['a value that changed', { a: 1 }, { a: 2 }, [{ path: ['a'], before: 1, after: 2 }]],
    ['false and 0 are values', { a: false }, { a: 0 }, [{ path: ['a'], before: false, after: 0 }]],
    [
      'a complex value as a whole',
      { n: { x: 1, y: 1 } },
      { n: { x: 2, y: 1 } },
      [{ path: ['n'], before: { x: 1, y: 1 }, after: { x: 2, y: 1 } }],
    ],
    ['a list as a whole', { l: [1, 2] }, { l: [1] }, [{ path: ['l'], before: [1, 2], after: [1] }]],
    ['the order of a list', { l: [1, 2] }, { l: [2, 1] }, [{ path: ['l'], before: [1, 2], after: [2, 1] }]],
    ['not the order of keys', { n: { x: 1, y: 2 } }, { n: { y: 2, x: 1 } }, []],
    [
      'an extension attribute by attribute',
      { [EXT]: { a: 1, b: 1, c: 1 } },
      { [EXT]: { b: 2, c: 1, d: 1 } },
      [
        { path: [EXT, 'a'], before: 1 },
        { path: [EXT, 'b'], before: 1, after: 2 },
        { path: [EXT, 'd'], after: 1 },
      ],
    ],
    ['an extension that came', {}, { [EXT]: { a: 1 } }, [{ path: [EXT, 'a'], after: 1 }]],
    ['an extension that went', { [EXT]: { a: 1 }, b: 1 }, { b: 1 }, [{ path: [EXT, 'a'], before: 1 }]],
    [
      'a complex value in an extension as a whole',
      { [EXT]: { m: { value: '1' } } },
      { [EXT]: { m: { value: '2' } } },
      [{ path: [EXT, 'm'], before: { value: '1' }, after: { value: '2' } }],
    ],
    ['no key that says undefined', { a: 1, b: undefined }, { a: 1 }, []],
  ];
  test.each(rows)('%s', (_, before, after, changes) => {
    expect(diff(before, after)).toStrictEqual(changes);
  });
});

describe('equal', () => {
  test.each([
    [1, 1, true],
    [1, '1', false],
    [0, false, false],
    ['', null, false],
    [null, null, true],
    [undefined, undefined, true],
    [undefined, null, false],
    [[], [], true],
    [[], {}, false],
    [{}, [], false],
    [{}, null, false],
    [[1, [2]], [1, [2]], true],
    [[1, 2], [1], false],
    [[1], [1, 2], false],
    [{ a: 1, b: { c: 2 } }, { b: { c: 2 }, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, b: 2 }, { a: 1 }, false],
    [{ a: 1 }, { b: 1 }, false],
    [{ toString: 1 }, { a: 1 }, false],
    // A name that every object has is not one that this one has.
    [{ a: undefined }, { constructor: undefined }, false],
  ] as [Json | undefined, Json | undefined, boolean][])('%j and %j: %s', (a, b, expected) => {
    expect(equal(a, b)).toBe(expected);
    expect(equal(b, a)).toBe(expected);
  });

  test('agrees with the texts of two values whose keys are in order', () => {
    const value = fc.jsonValue({ maxDepth: 2 }).map((json) => JSON.parse(JSON.stringify(json)) as Json);
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(equal(a, structuredClone(a))).toBe(true);
        expect(equal(a, b)).toBe(sorted(a) === sorted(b));
      }),
    );
  });

  function sorted(value: Json | undefined): string {
    if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
    const keys = Object.keys(value).sort();
    return `{${keys.map((name) => `${JSON.stringify(name)}:${sorted(value[name])}`).join()}}`;
  }
});

describe('what was changed can be done again and undone', () => {
  const simple: fc.Arbitrary<Json> = fc.oneof(
    fc.boolean(),
    fc.integer({ min: 0, max: 3 }),
    fc.constantFrom('', 'a', 'b'),
  );
  const complex = fc.dictionary(fc.constantFrom('value', 'type'), simple, { minKeys: 1 }) as fc.Arbitrary<JsonObject>;
  const value: fc.Arbitrary<Json> = fc.oneof(
    simple,
    complex,
    fc.array(fc.oneof(simple, complex), { minLength: 1, maxLength: 3 }),
  );
  const extension = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { minKeys: 1 });
  const document = fc
    .tuple(
      fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), value),
      fc.dictionary(fc.constantFrom(EXT, OTHER), extension),
    )
    .map(([core, extensions]) => freeze({ ...core, ...extensions } as JsonObject));

  test('redo leads from before to after and undo back, without a mark on either', () => {
    fc.assert(
      fc.property(document, document, (before, after) => {
        const changes = freeze(diff(before, after));
        expect(applyDifference(before, changes, 'redo')).toEqual(after);
        expect(applyDifference(after, changes, 'undo')).toEqual(before);
        expect(changes.length === 0).toBe(equal(before, after));
      }),
      { numRuns: 1000 },
    );
  });

  test('the result has no empty extension, and no key without a value', () => {
    fc.assert(
      fc.property(document, document, (before, after) => {
        const changes = diff(before, after);
        for (const result of [applyDifference(before, changes, 'redo'), applyDifference(after, changes, 'undo')]) {
          for (const part of [result, result[EXT], result[OTHER]]) {
            if (part !== undefined) expect(Object.values(part as JsonObject)).not.toContain(undefined);
          }
          expect([result[EXT], result[OTHER]]).not.toContainEqual({});
        }
      }),
    );
  });

  test('changes name each attribute once, and hold what was there on either side', () => {
    fc.assert(
      fc.property(document, document, (before, after) => {
        const changes = diff(before, after);
        expect(new Set(changes.map(({ path }) => path.join('/'))).size).toBe(changes.length);
        const at = (from: JsonObject, [first, second]: readonly string[]): Json | undefined => {
          const outer = from[first as string];
          return second === undefined ? outer : (outer as JsonObject | undefined)?.[second];
        };
        for (const change of changes) {
          expect([change.before, change.after]).toEqual([at(before, change.path), at(after, change.path)]);
          expect(equal(change.before, change.after)).toBe(false);
        }
      }),
    );
  });

  test('a chain of changes is undone from its end', () => {
    fc.assert(
      fc.property(fc.array(document, { minLength: 2, maxLength: 5 }), (versions) => {
        const steps = versions.slice(1).map((after, i) => diff(versions[i] as JsonObject, after));
        const last = versions.at(-1) as JsonObject;
        expect(steps.reduceRight((now, step) => applyDifference(now, step, 'undo'), last)).toEqual(versions[0]);
      }),
    );
  });
});
