/** Random PATCH requests: what clients send, and what no client should. */
import fc from 'fast-check';
import type { Json } from '../../src/scim/json.js';
import { type PatchOperation, URN } from './client.js';

const TYPES = ['work', 'home', 'other', 'Work'];

const text = fc.oneof(fc.constantFrom('a', 'A', 'b', 'lin@example.com', 'ß', 'Σ', ''), fc.string({ maxLength: 8 }));
const flag = fc.constantFrom<Json>(true, false, 'True', 'false', 'maybe');
const scalar = fc.oneof({ weight: 5, arbitrary: text }, fc.constantFrom<Json>(null, 5, true, [], {}));

const element: fc.Arbitrary<Json> = fc.record(
  { value: text, type: fc.constantFrom(...TYPES), primary: flag, display: text },
  { requiredKeys: [] },
);
const elements = fc.oneof(fc.array(element, { maxLength: 3 }), element, text, fc.constant<Json>(null));
const name: fc.Arbitrary<Json> = fc.record(
  { givenName: scalar, familyName: text, Formatted: text },
  { requiredKeys: [] },
);
const manager: fc.Arbitrary<Json> = fc.oneof(
  text,
  fc.record({ value: text }),
  fc.array(fc.record({ value: text }), { maxLength: 2 }),
);

const MULTI = ['emails', 'phoneNumbers', 'roles', 'addresses', 'x509Certificates'];
const selector = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('type', 'value', 'display'),
      fc.constantFrom('eq', 'ne', 'sw', 'co'),
      fc.constantFrom(...TYPES, 'a'),
    )
    .map(([attribute, operator, literal]) => `${attribute} ${operator} "${literal}"`),
  fc.constantFrom(
    'primary eq true',
    'primary eq "True"',
    'type pr',
    'type eq "work" and primary eq true',
    'not (type eq "home")',
  ),
);
const sub = fc.constantFrom('.value', '.display', '.type', '.primary', '.streetAddress', '');

/** A path, and what can be written there. */
const target: fc.Arbitrary<[string, Json]> = fc.oneof(
  fc.tuple(fc.constantFrom('displayName', 'title', 'nickName', 'locale', 'userName', 'externalId', 'password'), scalar),
  fc.tuple(fc.constantFrom('active', 'ACTIVE'), flag),
  fc.tuple(fc.constantFrom('name.givenName', 'name.familyName', 'NAME.formatted'), scalar),
  fc.tuple(fc.constant('name'), fc.oneof(name, scalar)),
  fc.tuple(fc.constantFrom(...MULTI), elements),
  fc.tuple(fc.constantFrom(...MULTI.map((attribute) => `${attribute}.value`)), text),
  fc
    .tuple(fc.constantFrom(...MULTI), selector, sub, fc.oneof(scalar, element, flag))
    .map(([attribute, filter, tail, value]): [string, Json] => [`${attribute}[${filter}]${tail}`, value]),
  fc.tuple(fc.constantFrom(`${URN.enterprise}:department`, `${URN.enterprise}:employeeNumber`, 'division'), scalar),
  fc.tuple(fc.constantFrom(`${URN.enterprise}:manager`, 'manager', `${URN.enterprise}:manager.value`), manager),
  fc.tuple(fc.constant(URN.enterprise), fc.record({ department: text, manager }, { requiredKeys: [] })),
  fc.tuple(fc.constantFrom('nonexistent', 'id', 'meta.version', 'groups', 'emails[', '__proto__', 'schemas'), scalar),
);

const op = fc.constantFrom('add', 'replace', 'remove', 'Add', 'Replace', 'Remove');

const withPath: fc.Arbitrary<PatchOperation> = fc
  .tuple(op, target, fc.boolean())
  .map(([name, [path, value], isBare]) =>
    name.toLowerCase() === 'remove' && isBare ? { op: name, path } : { op: name, path, value },
  );

const withoutPath: fc.Arbitrary<PatchOperation> = fc
  .tuple(fc.constantFrom('add', 'replace', 'Replace'), fc.array(target, { minLength: 1, maxLength: 3 }))
  .map(([name, targets]) => ({ op: name, value: Object.fromEntries(targets) }));

/** The operations of one PATCH of a user. */
export const userPatch: fc.Arbitrary<PatchOperation[]> = fc.array(
  fc.oneof({ weight: 4, arbitrary: withPath }, withoutPath),
  { minLength: 1, maxLength: 4 },
);

/** One operation on one attribute, whose target does not depend on what it changes. */
export const plainOperation: fc.Arbitrary<PatchOperation> = fc
  .oneof(withPath, withoutPath)
  .filter(({ path, value }) => {
    const targets = path === undefined ? Object.keys(Object(value)) : [path];
    return targets.length === 1 && !targets[0]?.includes('[');
  });

/** One change of a group's members, where members are numbers of a pool of `size`. */
export type MemberStep =
  | { kind: 'add' | 'replace' | 'removeListed' | 'put'; members: number[] }
  | { kind: 'removeOne'; member: number }
  | { kind: 'removeAll' | 'removeNamed' };

/** Several changes of members in one request (a PUT is a request of its own). */
export function memberSteps(size: number): fc.Arbitrary<MemberStep[]> {
  const members = fc.array(fc.nat(size - 1), { maxLength: 4 });
  const listed = fc
    .tuple(fc.constantFrom('add', 'replace', 'removeListed'), members)
    .map(([kind, list]): MemberStep => ({ kind, members: list }));
  const one = fc.nat(size - 1).map((member): MemberStep => ({ kind: 'removeOne', member }));
  const all = fc.constantFrom<MemberStep>({ kind: 'removeAll' }, { kind: 'removeNamed' });
  const patch = fc.array(fc.oneof({ weight: 3, arbitrary: listed }, { weight: 2, arbitrary: one }, all), {
    minLength: 1,
    maxLength: 4,
  });
  return fc.oneof(
    { weight: 4, arbitrary: patch },
    members.map((list): MemberStep[] => [{ kind: 'put', members: list }]),
  );
}
