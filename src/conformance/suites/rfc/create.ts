/** POST: RFC 7644 §3.3. */
import type { Check } from '../../check.js';

export const createChecks: readonly Check[] = [
  {
    id: 'rfc.create.status',
    suite: 'rfc',
    title: 'A created user is answered with 201 and an id of the server.',
    level: 'must',
    source: 'RFC 7644 §3.3',
    fix: 'Answer POST with status 201 and the whole new resource in the body.',
    async run(t) {
      const answer = await t.post(t.endpoint('User'), t.userBody());
      t.expectStatus(answer, 201);
      t.expectPresent(answer, 'id');
    },
  },
];
