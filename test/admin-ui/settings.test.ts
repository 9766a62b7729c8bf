import { describe, expect, test } from 'vitest';
import { AUDIT_ACTIONS } from '../../src/access/audit.js';
import { ACTIONS, actionText, detailsOf } from '../../src/admin-ui/audit/wording.js';
import { amountText } from '../../src/admin-ui/settings/amount.js';

describe('the value of an option', () => {
  test.each([
    [2_097_152, 'bytes', '2,097,152 bytes (2 MiB)'],
    [3_600, 'seconds', '3,600 seconds (1 hour)'],
    [90, 'seconds', '90 seconds'],
    [1, 'days', '1 day'],
    [1_000, 'requests per second', '1,000 requests per second'],
    [8080, null, '8080'],
    ['memory:', null, 'memory:'],
    [null, 'seconds', 'not set'],
    ['', null, 'not set'],
  ])('%j %s is shown as %j', (value, unit, expected) => {
    expect(amountText({ value, unit })).toBe(expected);
  });
});

describe('an action of an admin', () => {
  test('every action that can be recorded has words', () => {
    expect(Object.keys(ACTIONS)).toEqual(Object.keys(AUDIT_ACTIONS));
  });

  test('a name that this page does not know stays as it is', () => {
    expect(actionText('credential.rotate')).toBe('Gave a credential a new secret');
    expect(actionText('something.new')).toBe('something.new');
    expect(actionText('constructor')).toBe('constructor');
  });

  test('a detail without a value says what that means', () => {
    const details = { events: null, expires: null, tenant: null, requestLimit: { before: 50, after: null } };
    expect(detailsOf(details)).toEqual([
      { name: 'events', before: undefined, value: 'all' },
      { name: 'expires', before: undefined, value: 'never' },
      { name: 'tenant', before: undefined, value: 'all' },
      { name: 'requestLimit', before: '50', value: 'that of the server' },
    ]);
  });

  test('details have one side or both', () => {
    const details = {
      profile: { before: 'entra', after: null },
      scopes: ['read', 'write'],
      kind: 'token',
      other: { a: 1 },
    };
    expect(detailsOf(details)).toEqual([
      { name: 'profile', before: 'entra', value: 'nothing' },
      { name: 'scopes', before: undefined, value: 'read, write' },
      { name: 'kind', before: undefined, value: 'token' },
      { name: 'other', before: undefined, value: '{"a":1}' },
    ]);
  });
});
