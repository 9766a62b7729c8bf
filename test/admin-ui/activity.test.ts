import { describe, expect, test } from 'vitest';
import { type ActivityFilter, filterOf, isNarrowed, isWanted, queryOf } from '../../src/admin-ui/activity/filter.js';
import { ARRIVAL_LIMIT, arrive, MOST_ROWS, startTail } from '../../src/admin-ui/activity/tail.js';
import {
  arrivedText,
  clockText,
  durationText,
  operationOf,
  reasonLabel,
  reasonText,
} from '../../src/admin-ui/activity/wording.js';
import type { ActivityView } from '../../src/http/admin/messages.js';

const ALL: ActivityFilter = { outcome: '', credential: '', method: '', resource: '' };

function entry(sequence: number, more: Partial<ActivityView> = {}): ActivityView {
  return {
    sequence,
    time: '2031-01-31T12:00:00.000Z',
    requestId: `r${sequence}`,
    credential: { id: 'c1', name: 'Entra' },
    address: '127.0.0.1',
    agent: null,
    method: 'GET',
    path: '/scim/v2/Users',
    resource: null,
    status: 200,
    outcome: 'done',
    milliseconds: 1,
    rules: [],
    refusal: null,
    advice: null,
    ...more,
  };
}

describe('a request in words', () => {
  test.each([
    ['GET', '/scim/v2/Users', 'Search users'],
    ['GET', '/tenants/acme/scim/v2/Users/7', 'Read user'],
    ['POST', '/scim/v2/Users', 'Create user'],
    ['PATCH', '/tenants/acme/scim/v2/Groups/7', 'Change group'],
    ['PUT', '/scim/v2/Entitlements/7', 'Replace entitlement'],
    ['DELETE', '/scim/v2/Users/7', 'Delete user'],
    ['POST', '/scim/v2/Users/.search', 'Search users'],
    ['POST', '/scim/v2/.search', 'Search everything'],
    ['POST', '/scim/v2/Bulk', 'Bulk request'],
    ['GET', '/scim/v2/ServiceProviderConfig', 'Read the service provider configuration'],
    ['GET', '/scim/v2/Schemas/urn:x', 'Read the schemas'],
    ['GET', '/scim/v2/', 'Read the SCIM address itself'],
    ['POST', '/oauth/token', 'Get an access token'],
    ['GET', '/tenants/acme/Users', 'GET /tenants/acme/Users'],
    ['BREW', '/scim/v2/Users/7', 'BREW user'],
  ])('%s %s: %s', (method, path, expected) => {
    expect(operationOf({ method, path, resource: null })).toBe(expected);
  });

  test('the type of the resource counts more than the address', () => {
    const requested = { method: 'PATCH', path: '/scim/v2/People/7', resource: { type: 'User', id: '7' } };
    expect(operationOf(requested)).toBe('Change user');
  });

  test.each([
    [0.42, '0.4 ms'],
    [3, '3 ms'],
    [12.6, '13 ms'],
    [1_240, '1.2 s'],
  ])('%d milliseconds are %s', (milliseconds, expected) => {
    expect(durationText(milliseconds)).toBe(expected);
  });

  test('arrivals are counted, those with a problem apart', () => {
    expect(arrivedText([entry(1)])).toBe('1 request arrived');
    expect(arrivedText([entry(1), entry(2, { outcome: 'failed' })])).toBe(
      '2 requests arrived, 1 of them refused or failed',
    );
  });

  test('names of reasons become words', () => {
    expect(reasonLabel('lookedFor')).toBe('Looked for');
    expect(reasonLabel('expected_scope')).toBe('Expected scope');
  });

  test.each([
    [{ kind: 'bearer token', wellFormed: true }, 'kind: bearer token, well formed: yes'],
    [['a', ['b']], 'a, b'],
    [[], '–'],
    ['', '–'],
    [null, '–'],
    [0, '0'],
  ])('the reason %j is told as %j', (value, expected) => {
    expect(reasonText(value)).toBe(expected);
  });

  test('of another day the date is told too, in the zone of the viewer', () => {
    const now = Date.parse('2031-01-31T23:30:00Z');
    expect(clockText('2031-01-31T12:04:05.678Z', now, 'UTC')).toBe('12:04:05');
    expect(clockText('2031-01-30T12:04:05.678Z', now, 'UTC')).toBe('30 Jan, 12:04:05');
    expect(clockText('2031-01-31T12:04:05.678Z', now, 'Asia/Tokyo')).toBe('31 Jan, 21:04:05');
  });
});

describe('the filter of the activity', () => {
  test('goes through an address and back', () => {
    const filter = { ...ALL, outcome: 'refused', resource: 'a b&c' };
    expect(filterOf(queryOf(filter))).toEqual(filter);
    expect(queryOf(filter, { before: 7, after: undefined }).toString()).toBe(
      'outcome=refused&resource=a+b%26c&before=7',
    );
  });

  test('nothing asked for narrows nothing', () => {
    expect(isNarrowed(filterOf(new URLSearchParams('resource=+')))).toBe(false);
    expect(isNarrowed({ ...ALL, method: 'GET' })).toBe(true);
    expect(isWanted(entry(1), ALL)).toBe(true);
  });

  test.each([[{ outcome: 'refused' }], [{ credential: 'c2' }], [{ method: 'PATCH' }], [{ resource: '7' }]])(
    '%j leaves out what is different',
    (narrow) => {
      const filter = { ...ALL, ...narrow };
      const wanted = {
        outcome: 'refused' as const,
        credential: { id: 'c2', name: 'Okta' },
        method: 'PATCH',
        resource: { type: 'User', id: '7' },
      };
      expect(isWanted(entry(1), filter)).toBe(false);
      expect(isWanted(entry(1, wanted), filter)).toBe(true);
    },
  );
});

describe('requests that arrive while the page is open', () => {
  test('go on top, newest first', () => {
    const tail = arrive(startTail([entry(2), entry(1)], 0), [entry(3), entry(4)], ALL);
    expect(tail.rows.map(({ sequence }) => sequence)).toEqual([4, 3, 2, 1]);
    expect(tail.newest).toBe(4);
  });

  test('what the filter leaves out still counts as seen', () => {
    const tail = arrive(startTail([], 5), [entry(6), entry(7)], { ...ALL, outcome: 'failed' });
    expect(tail).toMatchObject({ rows: [], arrived: [], newest: 7 });
  });

  test('a request that is there already does not come twice', () => {
    const tail = arrive(startTail([entry(6)], 5), [entry(6), entry(7)], ALL);
    expect(tail.rows.map(({ sequence }) => sequence)).toEqual([7, 6]);
    expect(tail.arrived).toHaveLength(1);
  });

  test('the oldest rows leave the page when there are too many', () => {
    const page = Array.from({ length: MOST_ROWS }, (_, index) => entry(MOST_ROWS - index));
    const tail = arrive(startTail(page, 0), [entry(MOST_ROWS + 1)], ALL);
    expect(tail.rows).toHaveLength(MOST_ROWS);
    expect(tail.rows.at(-1)?.sequence).toBe(2);
  });

  test('an answer that is full means that more came than is asked for', () => {
    const answer = Array.from({ length: ARRIVAL_LIMIT }, (_, index) => entry(index + 1));
    expect(arrive(startTail([], 0), answer, ALL).isBehind).toBe(true);
    expect(arrive(startTail([], 0), answer.slice(1), ALL).isBehind).toBe(false);
  });

  test('the rows stay the same object when nothing is new', () => {
    const tail = startTail([entry(1)], 0);
    expect(arrive(tail, [], ALL).rows).toBe(tail.rows);
  });
});
