/** Google Workspace auto-provisioning: its probe, and what becomes of users who leave. Known from the field alone. */
import type { Check } from '../../check.js';
import { isObject } from '../../values.js';
import { expectMatch, expectOneAtMost, tolerates } from './client-check.js';

/** There is no page of the vendor that says it. */
const SOURCE = 'Ory, SCIM with Google Workspace';

export const googleChecks: readonly Check[] = [
  tolerates({
    id: 'clients.google.probe',
    title: 'The probe of Google Workspace, GET /Users?count=1, is answered with a list of one user at most.',
    source: SOURCE,
    fix: 'Answer count without startIndex with 200 and a ListResponse, and give no more users than count.',
    readsOnly: true,
    run: expectOneAtMost,
  }),
  tolerates({
    id: 'clients.google.match',
    title: 'A user is found by userName before Google Workspace creates it.',
    source: SOURCE,
    fix: 'Support the filter userName eq "…" on /Users.',
    run: expectMatch,
  }),
  tolerates({
    id: 'clients.google.suspend',
    title: 'A user that leaves the scope of Google Workspace is suspended by active false, and stays.',
    source: SOURCE,
    fix: 'Let active be set to false, by PATCH or by PUT, and keep the user.',
    async run(t) {
      const user = await t.user();
      if (t.facts.features.has('patch')) {
        t.expectSuccess(await t.patch(user, [{ op: 'replace', path: 'active', value: false }]));
      } else {
        const { body } = await t.read(user);
        t.expectSuccess(await t.put(user, { ...(isObject(body) && body), active: false }));
      }
      t.expectEqual(await t.read(user), 'active', false);
    },
  }),
  tolerates({
    id: 'clients.google.delete-suspended',
    title: 'A suspended user can be deleted after the delay that the admin chose.',
    source: SOURCE,
    fix: 'Let DELETE remove inactive users too: 204, and 404 from then on.',
    async run(t) {
      const user = await t.user({ active: false });
      t.expectStatus(await t.delete(user), 204);
      t.expectStatus(await t.get(user.path), 404);
    },
  }),
];
