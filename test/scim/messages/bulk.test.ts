/** Bulk requests as they are read, and the order in which their operations are done: RFC 7644 §3.7. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScimError } from '../../../src/scim/errors.js';
import type { Json, JsonObject } from '../../../src/scim/json.js';
import { BULK_REQUEST_URN, type BulkRequest, readBulkRequest, withIds } from '../../../src/scim/messages/bulk.js';
import { orderUnits } from '../../../src/scim/messages/bulk-order.js';
import { typeNamed } from '../rfc/core.js';

const TYPES = [typeNamed('User'), typeNamed('Group')];

function read(operations: Json, rest: JsonObject = {}): BulkRequest {
  return readBulkRequest({ schemas: [BULK_REQUEST_URN], Operations: operations, ...rest }, TYPES, 10_000);
}

/** The error of the one operation, as `kind: detail`. */
function faultOf(operation: JsonObject): string | undefined {
  const { fault } = read([operation]).operations[0] ?? {};
  return fault && `${fault.kind}: ${fault.detail}`;
}

const post = (bulkId: string, ...references: string[]): JsonObject => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { members: references.map((reference) => ({ value: `bulkId:${reference}` })) },
});
const patch = (id: string, ...references: string[]): JsonObject => ({
  method: 'PATCH',
  path: `/Groups/${id}`,
  data: {
    Operations: [{ op: 'add', path: 'members', value: references.map((value) => ({ value: `bulkId:${value}` })) }],
  },
});

describe('reading', () => {
  test('names of members are read in any case, and so are methods and endpoints', () => {
    const { failOnErrors, operations } = readBulkRequest(
      {
        Schemas: [BULK_REQUEST_URN.toUpperCase()],
        FAILONERRORS: 2,
        operations: [{ Method: 'Put', PATH: '/users/a%2Fb%20c', BulkID: null, Version: 'W/"1"', DATA: { x: 1 } }],
      },
      TYPES,
      1,
    );
    expect(failOnErrors).toBe(2);
    expect(operations).toEqual([
      {
        name: 'Operations[0]',
        method: 'PUT',
        bulkId: undefined,
        version: 'W/"1"',
        data: { x: 1 },
        target: { method: 'PUT', type: TYPES[0], id: 'a/b c' },
        references: [],
        fault: undefined,
      },
    ]);
  });

  const one = [{ method: 'DELETE', path: '/Users/1' }];
  test.each<[string, Json | undefined, string]>([
    ['nothing', undefined, 'invalidSyntax'],
    ['an array', [], 'invalidSyntax'],
    ['no schemas', { Operations: one }, 'invalidSyntax'],
    ['another message', { schemas: ['urn:x'], Operations: one }, 'invalidSyntax'],
    ['no operations', { schemas: [BULK_REQUEST_URN] }, 'invalidSyntax'],
    ['an empty list of operations', { schemas: [BULK_REQUEST_URN], Operations: [] }, 'invalidSyntax'],
    ['operations as an object', { schemas: [BULK_REQUEST_URN], Operations: {} }, 'invalidSyntax'],
    ['an operation that is none', { schemas: [BULK_REQUEST_URN], Operations: [...one, 'x'] }, 'invalidSyntax'],
    [
      'an operation without a method',
      { schemas: [BULK_REQUEST_URN], Operations: [{ path: '/Users/1' }] },
      'invalidSyntax',
    ],
    ['a name given twice', { schemas: [BULK_REQUEST_URN], Operations: one, operations: one }, 'invalidSyntax'],
    ['failOnErrors 0', { schemas: [BULK_REQUEST_URN], Operations: one, failOnErrors: 0 }, 'invalidValue'],
    ['failOnErrors as a text', { schemas: [BULK_REQUEST_URN], Operations: one, failOnErrors: '1' }, 'invalidValue'],
    ['one bulkId twice', { schemas: [BULK_REQUEST_URN], Operations: [post('a'), post('a')] }, 'invalidValue'],
    ['too many operations', { schemas: [BULK_REQUEST_URN], Operations: [...one, ...one, ...one] }, 'payloadTooLarge'],
  ])('%s refuses the whole request', (_, body, kind) => {
    const refusal = expect(() => readBulkRequest(body, TYPES, 2));
    refusal.toThrow(ScimError);
    refusal.toThrow(expect.objectContaining({ kind }));
  });

  test('the detail names the limit that was exceeded (§3.7.4)', () => {
    expect(() => readBulkRequest({ schemas: [BULK_REQUEST_URN], Operations: [...one, ...one] }, TYPES, 1)).toThrow(
      'maxOperations (1)',
    );
  });

  test.each<[string, JsonObject, string]>([
    ['another method', { method: 'GET', path: '/Users' }, 'methodNotAllowed'],
    ['no path', { method: 'DELETE' }, 'invalidSyntax'],
    ['a path that is no text', { method: 'DELETE', path: 1 }, 'invalidSyntax'],
    ['a whole URL', { method: 'DELETE', path: 'https://example.com/Users/1' }, 'invalidValue'],
    ['a path with a query', { method: 'DELETE', path: '/Users/1?attributes=id' }, 'invalidValue'],
    ['a path that cannot be decoded', { method: 'DELETE', path: '/Users/%zz' }, 'invalidValue'],
    ['an unknown endpoint', { method: 'POST', path: '/Nothing', bulkId: 'a' }, 'notFound'],
    ['/Bulk itself', { method: 'POST', path: '/Bulk', bulkId: 'a' }, 'notFound'],
    ['/Me', { method: 'PATCH', path: '/Me' }, 'notFound'],
    ['discovery', { method: 'PUT', path: '/Schemas/x' }, 'notFound'],
    ['a path with more segments', { method: 'PUT', path: '/Users/1/2' }, 'notFound'],
    ['POST to a resource', { method: 'POST', path: '/Users/1', bulkId: 'a' }, 'methodNotAllowed'],
    ['PUT to an endpoint', { method: 'PUT', path: '/Users/' }, 'methodNotAllowed'],
    ['POST without a bulkId', { method: 'POST', path: '/Users', data: {} }, 'invalidValue'],
    ['POST with an empty bulkId', { method: 'POST', path: '/Users', bulkId: '' }, 'invalidValue'],
    ['a bulkId that is no text', { method: 'POST', path: '/Users', bulkId: 7 }, 'invalidValue'],
    ['a version that is no text', { method: 'DELETE', path: '/Users/1', version: 3 }, 'invalidValue'],
    ['a reference to nothing', patch('1', 'nobody'), 'invalidValue'],
    ['a path to nothing', { method: 'DELETE', path: '/Users/bulkId:nobody' }, 'invalidValue'],
  ])('%s is a failure of that operation alone', (_, operation, kind) => {
    expect(faultOf(operation)).toMatch(new RegExp(`^${kind}: .+\\.$`));
  });

  test('a bulkId that is not of a POST creates nothing to refer to', () => {
    const { operations } = read([{ ...patch('1'), bulkId: 'a' }, patch('2', 'a')]);
    expect(operations.map(({ fault }) => fault?.kind)).toEqual([undefined, 'invalidValue']);
  });

  test('references are found wherever a whole text is one, in the path too', () => {
    const data = { a: 'bulkId:x', b: ['bulkId:y', { c: 'bulkId:x' }], d: 'not bulkId:z', 'bulkId:k': 'BulkId:z' };
    const [first] = read([{ method: 'PUT', path: '/Users/bulkId:p', data }]).operations;
    expect(first?.references).toEqual(['p', 'x', 'y']);
    const ids = new Map([
      ['x', '1'],
      ['y', '2'],
    ]);
    expect(withIds(data, ids)).toEqual({ ...data, a: '1', b: ['2', { c: '1' }] });
    expect(withIds(JSON.parse('{"__proto__":{"a":"bulkId:x"}}') as Json, ids)).toEqual(
      JSON.parse('{"__proto__":{"a":"1"}}'),
    );
  });

  test('references are found in the filter of a path too, and nowhere else within a text', () => {
    const path = 'members[value eq "bulkId:x" or value eq "bulkId:y"]';
    const data = {
      Operations: [
        { op: 'remove', Path: path },
        { op: 'add', path: 'title', value: 'a "bulkId:z"' },
      ],
    };
    const [first] = read([{ method: 'PATCH', path: '/Groups/1', data }]).operations;
    expect(first?.references).toEqual(['x', 'y']);
    const ids = new Map([['x', '1']]);
    const [replaced] = withIds(data, ids).Operations;
    expect(replaced).toEqual({ op: 'remove', Path: 'members[value eq "1" or value eq "bulkId:y"]' });
  });
});

describe('order', () => {
  const unitsOf = (...operations: JsonObject[]) => orderUnits(read(operations).operations);

  test('operations that refer to nothing keep theirs, each by itself', () => {
    expect(unitsOf(post('a'), patch('1'), post('b'), patch('1'))).toEqual([[0], [1], [2], [3]]);
  });

  test('those that refer to each other are together: forward, backward, in circles, through others', () => {
    expect(unitsOf(post('a', 'b'), post('x'), post('b'))).toEqual([[0, 2], [1]]);
    expect(unitsOf(post('a'), post('x'), post('b', 'a'))).toEqual([[0, 2], [1]]);
    expect(unitsOf(post('a', 'b'), post('b', 'a'), post('c', 'c'))).toEqual([[0, 1], [2]]);
    expect(unitsOf(post('a', 'b'), post('x'), post('b', 'c'), post('y', 'x'), post('c'))).toEqual([
      [0, 2, 4],
      [1, 3],
    ]);
  });

  test('what a path refers to is created first', () => {
    expect(unitsOf(patch('bulkId:a'), patch('9'), post('a'))).toEqual([[2, 0], [1]]);
  });

  test('operations on one resource stay in order, whatever else they belong to', () => {
    expect(unitsOf(post('a'), patch('1'), patch('1', 'a'))).toEqual([[1], [0, 2]]);
    expect(unitsOf(post('a', 'a'), patch('1', 'a'), patch('1'))).toEqual([[0, 1], [2]]);
  });

  test('units that must each come before the other become one', () => {
    const operations = [post('a'), patch('1', 'a'), patch('1'), patch('2'), patch('1', 'a'), post('b')];
    expect(unitsOf(...operations)).toEqual([[0, 1, 2, 4], [3], [5]]);
  });

  test('thousands of units, each of which must wait for the next', () => {
    const units = Array.from({ length: 3333 }, (_, i) => i);
    const creations = units.map((i) => post(`p${i}`));
    const firsts = units.slice(1).map((i) => patch(`${i - 1}`, `p${i}`));
    const seconds = units.map((i) => patch(`${i}`, `p${i}`));
    const ordered = unitsOf(...creations, ...firsts, ...seconds);
    expect(ordered.map(([first]) => first)).toEqual([...units].reverse());
  });

  test('every operation is done once, behind those before it on its resource', () => {
    const operation = fc.record({
      kind: fc.constantFrom('post', 'patch', 'created'),
      on: fc.nat(3),
      references: fc.array(fc.nat(11), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 12 }), (drawn) => {
        const operations = drawn.map(({ kind, on, references }, index) => {
          const names = references.map((reference) => `p${reference}`);
          if (kind === 'post') return post(`p${index}`, ...names);
          return patch(kind === 'created' ? `bulkId:p${on}` : `${on}`, ...names);
        });
        const units = orderUnits(read(operations).operations);
        const order = units.flat();
        expect([...order].sort((a, b) => a - b)).toEqual([...operations.keys()]);
        for (const on of [0, 1, 2, 3]) {
          const own = order.filter((index) => operations[index]?.path === `/Groups/${on}`);
          expect(own).toEqual([...own].sort((a, b) => a - b));
        }
        for (const [index, { references }] of read(operations).operations.entries()) {
          const unit = units.find((indices) => indices.includes(index)) ?? [];
          const created = references.map((name) => operations.findIndex(({ bulkId }) => bulkId === name));
          for (const creator of created.filter((at) => at !== -1)) expect(unit).toContain(creator);
        }
      }),
    );
  });
});
