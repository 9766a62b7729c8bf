import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/scim/json.js';
import {
  type EdgeElements,
  type EdgePlan,
  namedMembers,
  needsEdges,
  planEdges,
} from '../../../src/scim/patch/edge-plan.js';
import { PATCH_OP_URN, parsePatch } from '../../../src/scim/patch/operation.js';
import type { ProfileName } from '../../../src/scim/profiles.js';
import { dialectOf, LIMITS, typeNamed } from '../rfc/core.js';

const group = typeNamed('Group');
const user = typeNamed('User');

interface Op {
  op: 'add' | 'remove' | 'replace';
  path?: string;
  value?: Json;
}
const read = (operations: readonly Op[], profile: ProfileName = 'strict') =>
  parsePatch({ schemas: [PATCH_OP_URN], Operations: operations as unknown as Json }, group, dialectOf(profile), LIMITS);

function plan(
  operations: readonly Op[],
  profile: ProfileName = 'strict',
  members?: EdgeElements,
): EdgePlan | undefined {
  return planEdges(read(operations, profile), group.edges, dialectOf(profile), members);
}

const idsOf = (...ids: string[]): Json => ids.map((value) => ({ value }));
const planned = (isCleared: boolean, added: string[], removed: string[]): EdgePlan => ({
  isCleared,
  added: new Set(added),
  removed: new Set(removed),
});
const add = (...ids: string[]): Op => ({ op: 'add', path: 'members', value: idsOf(...ids) });
const replace = (...ids: string[]): Op => ({ op: 'replace', path: 'members', value: idsOf(...ids) });
const drop = (id: string): Op => ({ op: 'remove', path: `members[value eq "${id}"]` });
const clear: Op = { op: 'remove', path: 'members' };

describe('planEdges (RFC 7644 §3.5.2)', () => {
  const rows: [what: string, operations: Op[], expected: EdgePlan | undefined][] = [
    ['nothing about members', [{ op: 'replace', path: 'displayName', value: 'x' }], undefined],
    ['add', [add('a', 'b')], planned(false, ['a', 'b'], [])],
    ['add one twice', [add('a', 'a'), add('a')], planned(false, ['a'], [])],
    ['add none', [add()], planned(false, [], [])],
    ['add without a path', [{ op: 'add', value: { members: idsOf('a') } }], planned(false, ['a'], [])],
    ['remove one', [drop('a')], planned(false, [], ['a'])],
    [
      'remove several by id',
      [{ op: 'remove', path: 'members[value eq "a" or value eq "b" or (value eq "c")]' }],
      planned(false, [], ['a', 'b', 'c']),
    ],
    ['remove all', [clear], planned(true, [], [])],
    ['replace', [replace('a')], planned(true, ['a'], [])],
    ['replace with none', [replace()], planned(true, [], [])],
    ['replace with null', [{ op: 'replace', path: 'members', value: null }], planned(true, [], [])],
    ['add, then remove', [add('a', 'b'), drop('a')], planned(false, ['b'], ['a'])],
    ['remove, then add', [drop('a'), add('a')], planned(false, ['a'], [])],
    ['add, then remove all', [add('a'), clear], planned(true, [], [])],
    ['remove one, then all', [drop('a'), clear], planned(true, [], [])],
    ['remove all, then one', [clear, drop('a')], planned(true, [], [])],
    ['remove all, then add', [clear, add('a')], planned(true, ['a'], [])],
    ['replace, then remove one of them', [replace('a', 'b'), drop('a')], planned(true, ['b'], [])],
    ['add, then replace', [add('a'), replace('b')], planned(true, ['b'], [])],
    [
      'the URI of a member instead of its id',
      [{ op: 'add', path: 'members', value: [{ $ref: 'https://example.com/v2/Users/a' }] }],
      planned(false, ['a'], []),
    ],
  ];
  test.each(rows)('%s', (_, operations, expected) => {
    expect(plan(operations)).toEqual(expected);
  });

  const dialects: [what: string, operations: Op[], expected: EdgePlan, strict: EdgePlan | 'invalidValue'][] = [
    [
      'listed members are removed, and no others',
      [{ op: 'remove', path: 'members', value: idsOf('a', 'b') }],
      planned(false, [], ['a', 'b']),
      planned(true, [], []),
    ],
    [
      'an empty list removes none',
      [{ op: 'remove', path: 'members', value: [] }],
      planned(false, [], []),
      planned(true, [], []),
    ],
    ['null is no list', [{ op: 'remove', path: 'members', value: null }], planned(true, [], []), planned(true, [], [])],
    [
      'the empty string is no list',
      [{ op: 'remove', path: 'members', value: '' }],
      planned(true, [], []),
      planned(true, [], []),
    ],
    ['bare ids', [{ op: 'add', path: 'members', value: ['a', 'b'] }], planned(false, ['a', 'b'], []), 'invalidValue'],
    ['one bare id', [{ op: 'add', path: 'members', value: 'a' }], planned(false, ['a'], []), 'invalidValue'],
    [
      'one member without an array',
      [{ op: 'add', path: 'members', value: { value: 'a' } }],
      planned(false, ['a'], []),
      'invalidValue',
    ],
    [
      '$ref null beside the id',
      [{ op: 'add', path: 'members', value: [{ $ref: null, value: 'a' }] }],
      planned(false, ['a'], []),
      planned(false, ['a'], []),
    ],
  ];
  test.each(dialects)('%s (Entra); the strict profile goes by the RFC', (_, operations, expected, strict) => {
    expect(plan(operations, 'entra')).toEqual(expected);
    if (strict === 'invalidValue') expect(() => plan(operations)).toThrow(expect.objectContaining({ kind: strict }));
    else expect(plan(operations)).toEqual(strict);
  });

  const refused: [what: string, operation: Op, kind: string][] = [
    ['a member without an id', { op: 'add', path: 'members', value: [{ type: 'User' }] }, 'invalidValue'],
    [
      'a member with an empty id',
      { op: 'add', path: 'members', value: [{ value: 'a' }, { value: '' }] },
      'invalidValue',
    ],
    ['an empty member', { op: 'replace', path: 'members', value: [{}] }, 'invalidValue'],
    ['a member that is no object', { op: 'add', path: 'members', value: [['a']] }, 'invalidValue'],
    [
      'a list within an object, which would empty the group',
      { op: 'replace', path: 'members', value: { members: [{ value: 'a' }] } },
      'invalidValue',
    ],
    ['a sub-attribute of every member', { op: 'replace', path: 'members.type', value: 'User' }, 'mutability'],
    ['a sub-attribute of a member', { op: 'replace', path: 'members[value eq "a"].type', value: 'User' }, 'mutability'],
    ['the id of a member', { op: 'replace', path: 'members[value eq "a"].value', value: 'b' }, 'mutability'],
    ['removing a sub-attribute of a member', { op: 'remove', path: 'members[value eq "a"].value' }, 'mutability'],
    ['a selected member', { op: 'replace', path: 'members[value eq "a"]', value: { value: 'b' } }, 'mutability'],
    [
      'adding to a selected member',
      { op: 'add', path: 'members[value eq "a"]', value: { type: 'User' } },
      'mutability',
    ],
  ];
  test.each(refused)('%s is refused: members come and go, they do not change', (_, operation, kind) => {
    for (const profile of ['strict', 'entra'] as const) {
      expect(() => plan([add('z'), operation], profile)).toThrow(expect.objectContaining({ kind }));
    }
  });

  test('a removal that lists members within an object, and would remove nobody, is refused where a list counts', () => {
    const operation: Op = { op: 'remove', path: 'members', value: { members: [{ value: 'a' }] } };
    expect(() => plan([operation], 'entra')).toThrow(expect.objectContaining({ kind: 'invalidValue' }));
    expect(plan([{ ...operation, value: { value: '' } }], 'entra')).toEqual(planned(false, [], []));
  });

  test('a type without edges has no plan', () => {
    const operations = parsePatch(
      { schemas: [PATCH_OP_URN], Operations: [{ op: 'add', path: 'title', value: 'x' }] },
      user,
      dialectOf('strict'),
      LIMITS,
    );
    expect(user.edges).toBeUndefined();
    expect(planEdges(operations, user.edges, dialectOf('strict'), undefined)).toBeUndefined();
    expect(needsEdges(operations, user.edges)).toBe(false);
  });
});

describe('needsEdges: only what is selected by something other than an id needs the members at hand', () => {
  const rows: [path: string, expected: boolean][] = [
    ['members', false],
    ['members[value eq "a"]', false],
    ['members[VALUE eq "a" or value eq "b"]', false],
    ['members[(value eq "a" or value eq "b") or value eq "c"]', false],
    ['members[value ne "a"]', true],
    ['members[value sw "a"]', true],
    ['members[value eq "a" or value sw "b"]', true],
    ['members[value eq "a" and type eq "User"]', true],
    ['members[not (value eq "a")]', true],
    ['members[type eq "User"]', true],
    ['members[display co "a"]', true],
    ['members[value pr]', true],
    ['members[type eq "User" or value eq "a"]', true],
  ];
  test.each(rows)('%s: %s', (path, expected) => {
    expect(needsEdges(read([{ op: 'remove', path }]), group.edges)).toBe(expected);
    expect(needsEdges(read([add('a'), { op: 'remove', path }]), group.edges)).toBe(expected);
  });

  test('a filter on another attribute does not', () => {
    const operations = parsePatch(
      { schemas: [PATCH_OP_URN], Operations: [{ op: 'remove', path: 'emails[type eq "work"]' }] },
      user,
      dialectOf('strict'),
      LIMITS,
    );
    expect(needsEdges(operations, group.edges)).toBe(false);
  });
});

describe('members selected by what is known of them', () => {
  const [ann, bob, all] = [
    { value: 'u1', type: 'User', display: 'Ann' },
    { value: 'u2', type: 'User', display: 'Bob' },
    { value: 'g1', type: 'Group', display: 'All' },
  ];
  const cid = { value: 'u9', type: 'User', display: 'Cid' };
  const members: EdgeElements = { before: [ann, bob, all], named: new Map([['u9', cid]]) };
  const select = (filter: string): Op => ({ op: 'remove', path: `members[${filter}]` });

  test.each([
    ['type eq "user"', ['u1', 'u2']],
    ['type eq "User" and display sw "a"', ['u1']],
    ['not (type eq "User")', ['g1']],
    ['display co "L"', ['g1']],
    ['value sw "u"', ['u1', 'u2']],
    // Ids are case exact.
    ['value sw "U"', []],
    ['type eq "Device"', []],
    ['value pr', ['u1', 'u2', 'g1']],
  ])('%s: %j', (filter, removed) => {
    expect(plan([select(filter)], 'strict', members)).toEqual(planned(false, [], removed));
  });

  const sequences: [what: string, operations: Op[], expected: EdgePlan][] = [
    [
      'what an earlier operation removed is not selected again',
      [drop('u1'), select('type eq "User"')],
      planned(false, [], ['u1', 'u2']),
    ],
    [
      'what an earlier operation added is selected too',
      [add('u9'), select('display eq "cid"')],
      planned(false, [], ['u9']),
    ],
    [
      'what only a later operation adds is not',
      [select('type eq "User"'), add('u9')],
      planned(false, ['u9'], ['u1', 'u2']),
    ],
    ['what was cleared is not', [clear, select('type eq "User"')], planned(true, [], [])],
    ['what was added after clearing is', [clear, add('u9'), select('type eq "User"')], planned(true, [], [])],
    [
      'what was added and is unknown is not',
      [add('nobody'), select('type eq "User"')],
      planned(false, ['nobody'], ['u1', 'u2']),
    ],
  ];
  test.each(sequences)('%s', (_, operations, expected) => {
    expect(plan(operations, 'strict', members)).toEqual(expected);
  });

  test('the ids that a request would add are named before anything is planned', () => {
    const named = (operations: Op[], profile?: ProfileName) => [
      ...namedMembers(read(operations, profile), group.edges, dialectOf(profile ?? 'strict')),
    ];
    const rename: Op = { op: 'replace', path: 'displayName', value: 'x' };
    expect(named([add('a', 'b'), drop('c'), replace('a', 'd'), clear, rename])).toEqual(['a', 'b', 'd']);
    expect(named([{ op: 'remove', path: 'members', value: idsOf('a') }], 'entra')).toEqual([]);
    expect(named([{ op: 'add', value: { members: ['a'] } }], 'entra')).toEqual(['a']);
  });
});

describe('a plan leads to the same members as the operations one by one', () => {
  const pool = ['a', 'b', 'c', 'aa', 'ab'];
  const id = fc.constantFrom(...pool);
  const ids = fc.array(id, { maxLength: 3 });
  const typeOf = (member: string): string => (member.length > 1 ? 'Group' : 'User');
  const describeMember = (value: string): JsonObject => ({ value, type: typeOf(value) });
  const named = new Map(pool.map((member) => [member, describeMember(member)]));

  /** An operation, and what it does to a set. */
  interface Step {
    op: Op;
    apply: (members: Set<string>) => Set<string>;
  }
  const without = (members: Set<string>, isGone: (id: string) => boolean) =>
    new Set([...members].filter((x) => !isGone(x)));
  const step: fc.Arbitrary<Step> = fc.oneof(
    ids.map((list): Step => ({ op: add(...list), apply: (members) => new Set([...members, ...list]) })),
    ids.map((list): Step => ({ op: replace(...list), apply: () => new Set(list) })),
    fc.constant<Step>({ op: clear, apply: () => new Set() }),
    id.map((gone): Step => ({ op: drop(gone), apply: (members) => without(members, (x) => x === gone) })),
    fc.tuple(id, id).map(
      ([x, y]): Step => ({
        op: { op: 'remove', path: `members[value eq "${x}" or value eq "${y}"]` },
        apply: (members) => without(members, (member) => member === x || member === y),
      }),
    ),
    id.map(
      (start): Step => ({
        op: { op: 'remove', path: `members[value sw "${start}"]` },
        apply: (members) => without(members, (x) => x.startsWith(start)),
      }),
    ),
    id.map(
      (kept): Step => ({
        op: { op: 'remove', path: `members[value ne "${kept}"]` },
        apply: (members) => without(members, (x) => x !== kept),
      }),
    ),
    fc.array(id, { minLength: 1, maxLength: 3 }).map(
      (list): Step => ({
        op: { op: 'remove', path: 'members', value: idsOf(...list) },
        apply: (members) => without(members, (x) => list.includes(x)),
      }),
    ),
  );

  test('for random members and operations', () => {
    fc.assert(
      fc.property(fc.uniqueArray(id), fc.array(step, { minLength: 1, maxLength: 8 }), (before, steps) => {
        const operations = steps.map(({ op }) => op);
        const members = { before: before.map(describeMember), named };
        const { isCleared, added, removed } = plan(operations, 'entra', members) as EdgePlan;
        const wanted = steps.reduce((set, { apply }) => apply(set), new Set(before));
        const kept = isCleared ? [] : before.filter((member) => !removed.has(member));
        expect(new Set([...kept, ...added])).toEqual(wanted);
        expect([...added].filter((member) => removed.has(member))).toEqual([]);
        // Members are asked for only where needsEdges says so.
        if (!needsEdges(read(operations, 'entra'), group.edges)) {
          expect(plan(operations, 'entra')).toEqual({ isCleared, added, removed });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
