/** The alias of whoever asks: RFC 7644 §3.11. Nothing is changed at it: who it is was there before the run. */

import type { Check } from '../../check.js';
import type { Query } from '../../client/client.js';
import type { Answer } from '../../model.js';
import type { Probe } from '../../probe.js';
import { valueAt } from '../../values.js';
import { readAt } from './read.js';
import { type Row, rfcArea } from './rfc-check.js';

const SOURCE = 'RFC 7644 §3.11';

/** The answer to a GET of /Me by a credential that is a user. Skips where there is none, or the server redirects. */
async function me(t: Probe, query?: Query, headers?: Record<string, string>): Promise<Answer> {
  const answer = await t.request('GET', '/Me', { query, headers, authorization: t.meAuthorization });
  if (answer.status === 501 || answer.status === 404) {
    t.skip('the server does not announce /Me for this credential; --me-token takes one that is a user');
  }
  if (answer.status === 308) t.skip('the server redirects from /Me');
  return answer;
}

/** The permanent address of who asks. */
function addressOf(t: Probe, answer: Answer): string {
  const { location } = answer.headers;
  const isPermanent = location !== undefined && !/\/Me$/i.test(location);
  const wanted = valueAt(answer.body, 'meta.location') ?? 'the address of the user';
  t.expect(isPermanent, answer, 'Location is not the permanent address', wanted, location ?? 'nothing');
  return location ?? '';
}

const ROWS: readonly Row[] = [
  {
    id: 'answer',
    title: 'GET /Me is answered with the resource of whoever asks, with a redirect to it, or with 501.',
    level: 'should',
    fix: 'Answer /Me with status 501 where it is not supported, also for a credential that stands for nobody.',
    readsOnly: true,
    async run(t) {
      const answer = await t.get('/Me');
      t.expectStatus(answer, 200, 308, 501);
      if (answer.status === 200) t.expectPresent(answer, 'id');
      if (answer.status === 501) t.expectError(answer, 501);
    },
  },
  {
    id: 'location',
    title: 'The answer to /Me names the permanent address of the resource in Location.',
    fix: 'Send the header Location with the address that meta.location has, which is not that of /Me.',
    readsOnly: true,
    async run(t) {
      const answer = await me(t);
      t.expectStatus(answer, 200);
      addressOf(t, answer);
    },
  },
  {
    id: 'same-resource',
    title: 'At the address that the answer to /Me names there is the same resource.',
    fix: 'Answer /Me with the resource of whoever asks, as it is found at its own address.',
    readsOnly: true,
    async run(t) {
      const answer = await me(t);
      const there = await readAt(t, answer, 'Location', addressOf(t, answer), t.meAuthorization);
      t.expectStatus(there, 200);
      for (const path of ['id', 'userName', 'meta.location', 'meta.resourceType']) {
        t.expectEqual(answer, path, valueAt(there.body, path) ?? null);
      }
    },
  },
  {
    id: 'attributes',
    title: 'The parameter attributes means at /Me what it means elsewhere.',
    source: 'RFC 7644 §3.11, §3.9',
    fix: 'Treat /Me as another address of the resource, query parameters included.',
    readsOnly: true,
    async run(t) {
      const answer = await me(t, { attributes: 'userName' });
      t.expectStatus(answer, 200);
      t.expectPresent(answer, 'id');
      t.expectPresent(answer, 'userName');
      t.expectAbsent(answer, 'meta');
    },
  },
  {
    id: 'not-modified',
    title: 'An answer to /Me without a body names the permanent address, too.',
    source: 'RFC 7644 §3.11, §3.14',
    fix: 'Send the header Location with every answer of /Me, with a 304 as well.',
    needs: ['etag'],
    readsOnly: true,
    async run(t) {
      const whole = await me(t);
      t.expectStatus(whole, 200);
      const { etag } = whole.headers;
      t.expect(etag !== undefined, whole, 'The answer to /Me has no ETag', 'an ETag', 'nothing');
      const answer = await me(t, undefined, { 'If-None-Match': etag ?? '' });
      t.expectStatus(answer, 304);
      addressOf(t, answer);
    },
  },
  {
    id: 'without-credential',
    title: '/Me without a credential is 401.',
    source: 'RFC 7644 §2, §3.11',
    fix: 'Ask for a credential at /Me as at every other address.',
    readsOnly: true,
    async run(t) {
      t.expectStatus(await t.request('GET', '/Me', { authorization: 'none' }), 401);
    },
  },
];

export const meChecks: readonly Check[] = ROWS.map(rfcArea('me', SOURCE));
