import { describe, expect, test } from 'vitest';
import { SCIM_ERRORS, ScimError, type ScimErrorName } from '../../src/scim/errors.js';

/** RFC 7644 §3.12: tables 8 and 9, and RFC 9865; what the RFC leaves to HTTP has no scimType. */
const EXPECTED: Record<ScimErrorName, [status: number, hasType: boolean]> = {
  invalidFilter: [400, true],
  uniqueness: [409, true],
  mutability: [400, true],
  invalidSyntax: [400, true],
  invalidPath: [400, true],
  noTarget: [400, true],
  invalidValue: [400, true],
  invalidCursor: [400, true],
  expiredCursor: [400, true],
  invalidCount: [400, true],
  unauthorized: [401, false],
  forbidden: [403, false],
  notFound: [404, false],
  methodNotAllowed: [405, false],
  preconditionFailed: [412, false],
  payloadTooLarge: [413, false],
  unsupportedMediaType: [415, false],
  failedDependency: [424, false],
  tooManyRequests: [429, false],
  internal: [500, false],
  notImplemented: [501, false],
  unavailable: [503, false],
};
const names = Object.keys(EXPECTED) as ScimErrorName[];

describe('SCIM_ERRORS (RFC 7644 §3.12)', () => {
  test('has these errors and no others', () => {
    expect(Object.keys(SCIM_ERRORS).sort()).toEqual([...names].sort());
  });

  test.each(names)('%s has its status, a sentence and a clause', (name) => {
    const { status, detail, section } = SCIM_ERRORS[name];
    expect(status).toBe(EXPECTED[name][0]);
    expect(detail).toMatch(/^[A-Z].*\.$/);
    expect(section).toMatch(/^RFC \d{4} §\d+(?:\.\d+)*$/);
  });
});

describe('ScimError', () => {
  test.each(names)('%s: the message has a status in words and a scimType only where table 9 has one', (name) => {
    const [status, hasType] = EXPECTED[name];
    const error = new ScimError(name);
    expect(error).toMatchObject({ kind: name, status, scimType: hasType ? name : undefined });
    expect(error.toMessage()).toStrictEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(status),
      ...(hasType ? { scimType: name } : {}),
      detail: SCIM_ERRORS[name].detail,
    });
  });

  test("the thrower's own detail takes the place of the default, in the message and in the log", () => {
    const error = new ScimError('notFound', 'There is no User 42.');
    expect([error.message, error.detail, error.toMessage().detail]).toEqual(Array(3).fill('There is no User 42.'));
  });

  test('a cause is for the log: no message has it', () => {
    const cause = new Error('SQLITE_BUSY');
    const error = new ScimError('unavailable', undefined, { cause });
    expect(error.cause).toBe(cause);
    expect(JSON.stringify(error.toMessage())).not.toContain('SQLITE_BUSY');
  });

  test('is an Error with a name and a stack', () => {
    const error = new ScimError('internal');
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('ScimError');
    expect(error.stack).toContain('errors.test');
  });
});
