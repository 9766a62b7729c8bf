import { describe, expect, test } from 'vitest';
import { addArrived, MOST_SHOWN, verdictOf, type Watched } from '../../src/admin-ui/connect/watch.js';
import type { ActivityView } from '../../src/http/admin/messages.js';

const NOTHING: Watched = { rows: [], newest: 7 };

function request(sequence: number, change: Partial<ActivityView> = {}): ActivityView {
  return {
    sequence,
    time: '2026-11-21T00:00:00Z',
    requestId: `r${sequence}`,
    credential: { id: 'own', name: 'Entra' },
    address: null,
    agent: null,
    method: 'GET',
    path: '/tenants/acme/scim/v2/Users',
    resource: null,
    status: 200,
    outcome: 'done',
    milliseconds: 1,
    rules: [],
    refusal: null,
    advice: null,
    ...change,
  };
}

describe('requests that arrive while a connection is tested', () => {
  test('come newest first, and what was there before is left out', () => {
    const { rows, newest } = addArrived(NOTHING, [request(7), request(8), request(9)]);
    expect([rows.map(({ sequence }) => sequence), newest]).toEqual([[9, 8], 9]);
  });

  test('are shown once, however often they are told', () => {
    const once = addArrived(NOTHING, [request(8)]);
    expect(addArrived(once, [request(8)])).toEqual(once);
  });

  test('push the oldest out', () => {
    const many = Array.from({ length: MOST_SHOWN + 5 }, (_, at) => request(8 + at));
    const { rows } = addArrived(NOTHING, many);
    expect([rows.length, rows[0]?.sequence]).toEqual([MOST_SHOWN, 8 + MOST_SHOWN + 4]);
  });
});

describe('whether a connection works', () => {
  const other = { id: 'other', name: 'Other' };
  test.each([
    ['nothing has come', [], 'waiting'],
    ['a request with the credential was done', [request(8)], 'connected'],
    ['only a token was fetched', [request(8, { path: '/oauth/token' })], 'other'],
    ['another credential was used', [request(8, { credential: other })], 'other'],
    ['nobody could be recognised', [request(8, { credential: null, outcome: 'refused', status: 401 })], 'refused'],
    ['it failed', [request(8, { outcome: 'failed', status: 500 })], 'refused'],
    ['one was done and a later one refused', [request(9, { outcome: 'refused' }), request(8)], 'connected'],
  ] as const)('%s: %3$s', (_, rows, verdict) => {
    expect(verdictOf(rows, 'own')).toBe(verdict);
  });
});
