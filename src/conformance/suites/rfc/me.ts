/** The alias of whoever asks: RFC 7644 §3.11. */
import type { Check } from '../../check.js';
import { valueAt } from '../../values.js';
import { type Row, rfcArea } from './rfc-check.js';

const SOURCE = 'RFC 7644 §3.11';

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
      const answer = await t.get('/Me');
      if (answer.status !== 200) t.skip('the server does not announce /Me, and answers it with no resource');
      const { location } = answer.headers;
      const isPermanent = location !== undefined && !/\/Me$/i.test(location);
      t.expect(
        isPermanent,
        answer,
        'Location is not the permanent address',
        valueAt(answer.body, 'meta.location'),
        location,
      );
    },
  },
];

export const meChecks: readonly Check[] = ROWS.map(rfcArea('me', SOURCE));
