import { afterEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/scim/json.js';
import { coerce, entries, referencedId } from '../../../src/scim/resource/coerce.js';
import type { Attribute } from '../../../src/scim/schema/characteristics.js';
import { dialectOf, typeNamed } from '../rfc/core.js';

const attribute = (name: string) => typeNamed('User').attributes.get(name.toLowerCase()) as Attribute;

const PROTOTYPE = Object.getOwnPropertyNames(Object.prototype);
afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(PROTOTYPE);
});

describe('entries: the keys of a client', () => {
  test('come in order, with their spelling', () => {
    expect(entries({ b: 1, A: null, $ref: 'x' })).toEqual([
      ['b', 1],
      ['A', null],
      ['$ref', 'x'],
    ]);
  });

  test.each(['__proto__', 'constructor', 'prototype', 'CONSTRUCTOR', '__Proto__'])(
    '%s is refused: invalidSyntax',
    (name) => {
      const object = JSON.parse(`{"a":1,"${name}":{"polluted":true}}`) as JsonObject;
      expect(() => entries(object)).toThrow(expect.objectContaining({ kind: 'invalidSyntax' }));
      expect(() => entries(object)).toThrow(`"${name}" cannot be an attribute name.`);
      for (const path of ['name', 'emails', 'meta'] as const) {
        const value = path === 'emails' ? [object] : object;
        expect(() => coerce(attribute(path), value, dialectOf('entra'))).toThrow(
          expect.objectContaining({ kind: 'invalidSyntax' }),
        );
      }
      expect(({} as JsonObject).polluted).toBeUndefined();
    },
  );

  test.each([
    ['title', 'Title'],
    ['straße', 'STRASSE'],
  ])('%s and %s are the same name, given twice: invalidSyntax (RFC 7643 §2.1)', (a, b) => {
    expect(() => entries({ [a]: 1, [b]: 1 })).toThrow(`The attribute ${JSON.stringify(b)} is given twice.`);
  });
});

describe('referencedId', () => {
  test.each([
    ['https://example.com/scim/v2/Users/42', '42'],
    ['Users/a%20b', 'a b'],
    ['42', '42'],
    ['100%', '100%'],
    ['https://example.com/Users/', ''],
  ])('%s is %s', (reference, id) => {
    expect(referencedId(reference)).toBe(id);
  });
});
