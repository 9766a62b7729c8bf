import { describe, expect, test } from 'vitest';
import { OAUTH_ERRORS } from '../../../src/access/oauth/refusal.js';
import { REFUSALS } from '../../../src/access/presented.js';
import { adviceFor, ROWS, rowFor } from '../../../src/http/admin/advice.js';
import { SCIM_ERRORS } from '../../../src/scim/errors.js';
import type { NewActivity } from '../../../src/store/store.js';

type Entry = Parameters<typeof adviceFor>[0];

interface Case {
  readonly kind?: string;
  readonly failed?: string;
  readonly expected?: string;
  readonly came?: string | null;
  readonly detail?: string;
  readonly path?: string;
  readonly status?: number;
}

function entryOf({ kind = 'unauthorized', failed, expected, came, detail = '', path, status = 400 }: Case): Entry {
  const given = { failed, expected, came };
  const reason = failed === undefined ? undefined : JSON.parse(JSON.stringify(given));
  const refusal: NewActivity['refusal'] = { kind, detail, reason };
  const outcome = status < 500 && status !== 499 ? 'refused' : 'failed';
  return { status, outcome, method: 'GET', path: path ?? '/scim/v2/Users', credential: undefined, refusal };
}

/** At least one for each row. */
const CASES: readonly [name: string, given: Case, advice: RegExp][] = [
  ['gave up', { status: 499 }, /went away/],
  ['gave up while sending', { kind: 'invalidSyntax', detail: 'The request ended before its body did.' }, /went away/],
  [
    'token of another tenant',
    { kind: 'notFound', failed: 'tenant', expected: 'acme', came: 'other' },
    /belongs to the tenant acme/,
  ],
  ['refused by the app', { failed: 'own authentication' }, /application decides by itself/],
  ['disabled tenant', { kind: 'forbidden', failed: 'tenant disabled' }, /enabled again/],
  ['disabled tenant, OAuth', { kind: 'invalid_client', failed: 'disabled' }, /enabled again/],
  ['revoked token', { failed: 'revoked' }, /Issue another one/],
  ['expired token', { failed: 'expired' }, /later end, or issue another/],
  ['expired client', { kind: 'invalid_client', failed: 'expired' }, /later end, or issue another/],
  ['replaced secret', { failed: 'replaced' }, /new secret into the form/],
  ['old access token', { failed: 'access token expired' }, /asks the token endpoint for another by itself/],
  ['nothing sent', { failed: 'no credential' }, /Secret Token/],
  ['token in the address', { failed: 'token in query' }, /revoke this one/],
  ['wrong scheme', { failed: 'wrong scheme' }, /the word Bearer/],
  ['Basic where it is not taken', { failed: 'Basic not allowed' }, /Allow HTTP Basic/],
  ['damaged Basic header', { failed: 'malformed Basic header' }, /Enter both again/],
  ['mistyped token', { failed: 'malformed' }, /Copy the whole of it again/],
  ['client secret as token', { failed: 'wrong kind' }, /token endpoint/],
  ['token of another app', { failed: 'foreign' }, /not issued by this server/],
  ['unknown token', { failed: 'unknown' }, /right form and is not known here/],
  ['unknown token, slowed down', { kind: 'tooManyRequests', failed: 'unknown', status: 429 }, /not known here/],
  ['wrong password', { failed: 'wrong password' }, /Copy both again/],
  ['too many wrong passwords', { kind: 'tooManyRequests', failed: 'too many failures' }, /wait five minutes/],
  [
    'unknown client',
    { kind: 'invalid_client', failed: 'client_id', expected: 'A', came: 'B' },
    /client_id must be A; B came\. Copy/,
  ],
  ['client without a secret', { kind: 'invalid_client', failed: 'method' }, /has no secret/],
  [
    'scope at the token endpoint',
    { kind: 'invalid_scope', failed: 'scope', expected: 'scim:read' },
    /Leave the scope empty/,
  ],
  [
    'missing scope',
    { kind: 'forbidden', failed: 'scope', expected: 'scim:write', came: 'scim:read' },
    /scope must be scim:write; scim:read came\. Give it/,
  ],
  ['unreachable issuer', { failed: 'keys' }, /among those that are allowed/],
  ['old JWT', { failed: 'exp', expected: 'after A', came: 'B' }, /exp must be after A; B came/],
  ['JWT of another audience', { failed: 'aud', expected: 'A', came: null }, /aud must be A; there was none/],
  ['JWT with a wrong signature', { failed: 'signature' }, /cannot be verified\. Look/],
  ['JWT that fits two', { failed: 'credential' }, /only one of them/],
  ['refused for a reason that is not known', { failed: 'of a later version' }, /was not accepted/],
  [
    'Tenant URL without its end',
    {
      kind: 'notFound',
      path: '/tenants/acme/Users',
      detail: 'There is nothing at this address; the SCIM endpoints are below X.',
    },
    /must end with \/tenants\/acme\/scim\/v2,/,
  ],
  [
    'Tenant URL of no tenant',
    {
      kind: 'notFound',
      path: '/scim/Users',
      detail: 'There is nothing at this address; the SCIM endpoints are below X.',
    },
    /must end with \/scim\/v2,/,
  ],
  [
    'Tenant URL with too much behind it',
    {
      kind: 'notFound',
      path: '/tenants/acme/scim/v2/scim/Users',
      detail: 'There is nothing at this address; see /ResourceTypes.',
    },
    /look for something more behind it/,
  ],
  ['unknown schema', { kind: 'notFound', detail: 'There is no such schema; see /Schemas.' }, /attribute mapping/],
  ['unknown user', { kind: 'notFound', detail: 'There is no User "…".' }, /history tells who deleted it/],
  ['unknown something', { kind: 'notFound', detail: 'No resource type is at "…"' }, /Compare the Tenant URL/],
  ['wrong method', { kind: 'methodNotAllowed' }, /PATCH or PUT/],
  ['not offered', { kind: 'notImplemented', status: 501 }, /does not have the operation/],
  ['filtered discovery', { kind: 'forbidden', detail: 'Discovery documents cannot be filtered.' }, /as a whole/],
  [
    'value in use',
    { kind: 'uniqueness', detail: 'The userName "…" is in use by another User.' },
    /match on that attribute/,
  ],
  [
    'value of somebody inactive',
    { kind: 'uniqueness', detail: 'The userName "…" is in use by another User, which is inactive: find it with …' },
    /setting active to true/,
  ],
  ['required attribute', { kind: 'invalidValue', detail: 'userName is required.' }, /must have a value/],
  ['required attribute removed', { kind: 'mutability', detail: 'userName is required; …' }, /must have a value/],
  [
    'unknown member',
    { kind: 'invalidValue', detail: 'There is no resource that could be a member with the id x.' },
    /Assign the member/,
  ],
  [
    'wrong parameter',
    { kind: 'invalidValue', detail: 'startIndex must be a whole number.' },
    /a parameter that is not valid/,
  ],
  ['wrong value', { kind: 'invalidValue', detail: 'active must be a boolean.' }, /Correct the attribute mapping/],
  [
    'unknown attribute in a filter',
    { kind: 'invalidFilter', detail: 'User has no attribute "…".' },
    /another matching attribute/,
  ],
  [
    'filter too long',
    { kind: 'invalidFilter', detail: 'A filter has at most 4096 characters; this one has 5000.' },
    /larger than this server takes/,
  ],
  [
    'filter that is none',
    { kind: 'invalidFilter', detail: 'The filter ends too early (at character 3).' },
    /is not valid/,
  ],
  ['wrong path', { kind: 'invalidPath' }, /names an attribute or a value that is not there/],
  ['read-only attribute', { kind: 'mutability', detail: 'id is read-only.' }, /Take it out/],
  ['old cursor', { kind: 'expiredCursor' }, /begin anew/],
  ['no SCIM', { kind: 'invalidSyntax', detail: 'The body is not valid JSON.' }, /not a SCIM message/],
  ['wrong media type', { kind: 'unsupportedMediaType' }, /application\/scim\+json/],
  ['changed in between', { kind: 'preconditionFailed' }, /read it again/],
  ['too large', { kind: 'payloadTooLarge' }, /fewer members or operations/],
  ['other operation', { kind: 'failedDependency' }, /Another operation/],
  ['over the limit', { kind: 'tooManyRequests', failed: 'request limit' }, /limit of the tenant raised/],
  ['store away', { kind: 'unavailable', status: 503 }, /try again by themselves/],
  ['wrong grant', { kind: 'unsupported_grant_type' }, /client credentials/],
  ['our own failure', { kind: 'internal', status: 500 }, /under the request id/],
];

describe('the advice', () => {
  test.each(CASES)('%s', (_name, given, advice) => {
    expect(adviceFor(entryOf(given))).toMatch(advice);
  });

  test('has no row that nothing reaches', () => {
    const reached = new Set(CASES.map(([, given]) => rowFor(entryOf(given))));
    expect(ROWS.filter((row) => !reached.has(row))).toEqual([]);
  });

  test('is nothing where nothing is wrong', () => {
    expect(adviceFor({ ...entryOf({}), status: 200, outcome: 'done', refusal: undefined })).toBeUndefined();
  });

  test('is never nothing where something is', () => {
    const unknown = entryOf({ kind: 'of a later version' });
    expect(adviceFor(unknown)).toMatch(/the detail says why/);
    expect(adviceFor({ ...unknown, outcome: 'failed', refusal: undefined })).toMatch(/under the request id/);
  });

  test.each([...Object.keys(SCIM_ERRORS), ...Object.keys(OAUTH_ERRORS)])('has a row for the error %s', (kind) => {
    // A scope that is missing is told of by its reason, as every other refusal of access.
    const failed = kind === 'forbidden' ? { failed: 'scope' } : {};
    expect(rowFor(entryOf({ kind, ...failed }))).toBeDefined();
  });

  const general = rowFor(entryOf({ failed: 'of a later version' }));
  // The reason of a federated token is that of the check that failed, not this name.
  test.each(Object.keys(REFUSALS).filter((name) => name !== 'federation'))('has a row for the refusal %s', (failed) => {
    expect(rowFor(entryOf({ failed }))).not.toBe(general);
  });

  test('is whole sentences', () => {
    for (const [name, given] of CASES) {
      const advice = adviceFor(entryOf(given)) ?? '';
      expect(advice, name).toMatch(/^[A-Z].*\.$/);
      expect(advice, name).not.toMatch(/undefined|null|\[object| {2}|\.\./);
    }
  });
});
