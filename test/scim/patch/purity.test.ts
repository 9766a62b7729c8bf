/** Random requests on random documents: nothing passed in changes, and what comes out is valid and canonical. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScimError } from '../../../src/scim/errors.js';
import type { Json, JsonObject } from '../../../src/scim/json.js';
import { applyPatch } from '../../../src/scim/patch/apply.js';
import { PATCH_OP_URN, parsePatch } from '../../../src/scim/patch/operation.js';
import { readResource } from '../../../src/scim/resource/normalise.js';
import { validate } from '../../../src/scim/resource/validate.js';
import { dialectOf, LIMITS, typeNamed } from '../rfc/core.js';

const user = typeNamed('User');
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ACME = 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User';

const text = fc.constantFrom('a', 'A', 'b', 'work', 'home', 'x@example.com', 'X@example.com');
const typed = fc.record(
  { value: text, type: fc.constantFrom('work', 'home'), display: text, primary: fc.boolean() },
  { requiredKeys: [] },
);
const name = fc.record({ givenName: text, familyName: text }, { requiredKeys: [] });
const address = fc.record(
  { type: fc.constantFrom('work', 'home'), country: text, locality: text },
  { requiredKeys: [] },
);
const enterprise = fc.record(
  { department: text, manager: fc.record({ value: text }, { requiredKeys: [] }) },
  { requiredKeys: [] },
);
const acme = fc.record({ badge: text, floors: fc.array(fc.nat(3), { maxLength: 3 }) }, { requiredKeys: [] });

/** By path: what a client may put there. */
const VALUES: Record<string, fc.Arbitrary<unknown>> = {
  userName: text,
  title: text,
  active: fc.boolean(),
  password: text,
  name,
  'name.givenName': text,
  emails: fc.array(typed, { maxLength: 3 }),
  'emails.display': text,
  'emails[type eq "work"]': typed,
  'emails[type eq "work"].value': text,
  'emails[value sw "x"].primary': fc.boolean(),
  'emails[type eq "home" and primary eq true].display': text,
  addresses: fc.array(address, { maxLength: 2 }),
  'addresses[type eq "work"].country': text,
  [ENTERPRISE]: enterprise,
  [`${ENTERPRISE}:department`]: text,
  [`${ENTERPRISE}:manager`]: fc.record({ value: text }),
  [`${ENTERPRISE}:manager.value`]: text,
  [ACME]: acme,
  [`${ACME}:floors`]: fc.array(fc.nat(3), { maxLength: 3 }),
  [`${ACME}:floors[value gt 1]`]: fc.nat(3),
};
const json = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

const withPath = fc.constantFrom(...Object.keys(VALUES)).chain((path) =>
  fc.record({
    op: fc.constantFrom('add', 'remove', 'replace'),
    path: fc.constant(path),
    value: fc.oneof(
      { weight: 8, arbitrary: VALUES[path] as fc.Arbitrary<unknown> },
      { weight: 1, arbitrary: fc.constantFrom<Json>(null, '', [], {}, 5, 'x') },
    ),
  }),
);
const whole = fc.record(
  { title: text, name, emails: VALUES.emails as fc.Arbitrary<unknown>, [ENTERPRISE]: enterprise, [ACME]: acme },
  { requiredKeys: [] },
);
const withoutPath = fc.record({ op: fc.constantFrom('add', 'replace'), value: whole });
const operations = fc.array(fc.oneof({ weight: 4, arbitrary: withPath }, withoutPath), { minLength: 1, maxLength: 5 });

/** Canonical: what reading a body gives. Two primary values are none. */
const document = fc.record({ whole, addresses: fc.array(address, { maxLength: 2 }) }).map((parts) => {
  const body = json({ schemas: ['urn:x'], userName: 'u', ...parts.whole, addresses: parts.addresses }) as JsonObject;
  for (const email of (body.emails ?? []) as JsonObject[]) email.primary = email === (body.emails as Json[])[0];
  return readResource(body, user, dialectOf('entra')).document;
});

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}

/** The document afterwards, or the error. Writing to what is frozen would throw a TypeError, which fails the test. */
function run(before: JsonObject, request: Json, profile: 'strict' | 'entra'): JsonObject | ScimError {
  const dialect = dialectOf(profile);
  try {
    return applyPatch(before, parsePatch(request, user, dialect, LIMITS), user, dialect);
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
}

describe.each(['strict', 'entra'] as const)('a PATCH by the %s profile (RFC 7644 §3.5.2)', (profile) => {
  test('changes neither the document nor the request, and throws nothing but the errors of PATCH', () => {
    let applied = 0;
    const runs = 1500;
    fc.assert(
      fc.property(document, operations, (before, list) => {
        const request = freeze(json({ schemas: [PATCH_OP_URN], Operations: list }));
        const result = run(freeze(before), request, profile);
        if (!(result instanceof ScimError)) applied++;
        else expect(['noTarget', 'mutability', 'invalidValue', 'invalidSyntax']).toContain(result.kind);
      }),
      { numRuns: runs },
    );
    // Enough of the requests must do something for this to say anything.
    expect(applied).toBeGreaterThan(runs / 20);
  });

  test('leads to a valid document that reads as itself: no rests, no unassigned values', () => {
    fc.assert(
      fc.property(document, operations, (before, list) => {
        const result = run(before, json({ schemas: [PATCH_OP_URN], Operations: list }), profile);
        if (result instanceof ScimError) return;
        validate(result, user);
        const schemas = [user.schema, ENTERPRISE, ACME];
        const again = readResource({ ...structuredClone(result), schemas }, user, dialectOf('strict'));
        expect(again.document).toStrictEqual(result);
      }),
      { numRuns: 1500 },
    );
  });

  test('done twice, gives what it gives once, when it replaces and nothing is selected by what it writes', () => {
    const isPlain = (operation: object): boolean =>
      !('path' in operation && /\[|^emails\.display/.test(String(operation.path)));
    const replacing = operations.map((list) =>
      list.filter(isPlain).map((operation) => ({ ...operation, op: 'replace' })),
    );
    fc.assert(
      fc.property(document, replacing, (before, list) => {
        const request = json({ schemas: [PATCH_OP_URN], Operations: list });
        const once = run(before, request, profile);
        if (once instanceof ScimError) return;
        expect(run(once, request, profile)).toStrictEqual(once);
      }),
      { numRuns: 500 },
    );
  });
});
