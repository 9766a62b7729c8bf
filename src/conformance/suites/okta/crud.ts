/** Okta's CRUD test, as the server sees it: what Okta writes, and what the test then reads for itself. */
import type { Check } from '../../check.js';
import type { JsonObject } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { bodyOf, findUser, oktaLikes, oktaNeeds, TEST_HEADERS } from './spec.js';

const source = (step: string) => `Okta SCIM 2.0 CRUD Test, ${step}`;

/** As Okta changes a profile: the whole fetched user goes back, with the changes. */
async function putBack(t: Probe, user: Made, changes: JsonObject): Promise<void> {
  const fetched = await t.read(user);
  t.expectSuccess(await t.put(user, { ...bodyOf(fetched), ...changes }, TEST_HEADERS));
}

async function setActive(t: Probe, user: Made, active: boolean): Promise<void> {
  t.expectSuccess(await t.patch(user, [{ op: 'replace', value: { active } }], TEST_HEADERS));
}

export const crudChecks: readonly Check[] = [
  oktaNeeds({
    id: 'okta.crud.assignment',
    title: 'An assigned user is found by userName, with e-mail address and names as sent.',
    source: source('create user'),
    fix: 'Store userName, name and emails of a POST, and give them in the list that a filter is answered with.',
    async run(t) {
      const user = await t.user();
      const answer = await findUser(t, String(user.sent.userName));
      t.expectFound(answer, user);
      t.expectEqual(answer, 'Resources[0].userName', user.sent.userName as string);
      t.expectEqual(answer, 'Resources[0].emails[0].value', user.sent.userName as string);
      t.expectEqual(answer, 'Resources[0].name.givenName', 'Given');
      t.expectEqual(answer, 'Resources[0].name.familyName', 'Family');
    },
  }),
  oktaNeeds({
    id: 'okta.crud.profile-change',
    title: 'A changed given name is read back.',
    source: source('update user'),
    fix: 'Store what a PUT of the whole user changes, before it is answered.',
    async run(t) {
      const user = await t.user();
      await putBack(t, user, { name: { givenName: 'Changed', familyName: 'Family' } });
      t.expectEqual(await t.read(user), 'name.givenName', 'Changed');
    },
  }),
  oktaNeeds({
    id: 'okta.crud.deactivation',
    title: 'A deactivated user is still there, and its active is false.',
    source: source('deactivate user'),
    fix: 'Keep users whose active is set to false, and answer GET with active as a JSON boolean.',
    needs: ['patch'],
    async run(t) {
      const user = await t.user();
      await setActive(t, user, false);
      t.expectEqual(await t.read(user), 'active', false);
    },
  }),
  oktaNeeds({
    id: 'okta.crud.deactivated-is-found',
    title: 'A deactivated user is found by userName.',
    source: source('reactivate user'),
    fix: 'Let filters find inactive users too: else Okta creates a second account at the next assignment.',
    needs: ['patch'],
    async run(t) {
      const user = await t.user();
      await setActive(t, user, false);
      const answer = await findUser(t, String(user.sent.userName));
      t.expectFound(answer, user);
      t.expectEqual(answer, 'Resources[0].active', false);
    },
  }),
  oktaNeeds({
    id: 'okta.crud.reactivation',
    title: 'A user that is assigned again is active again under the same id.',
    source: source('reactivate user'),
    fix: 'Take active true for a deactivated user, and keep its id: Okta stores the id and never asks for it again.',
    needs: ['patch'],
    async run(t) {
      const user = await t.user();
      await setActive(t, user, false);
      await setActive(t, user, true);
      const answer = await findUser(t, String(user.sent.userName));
      t.expectFound(answer, user);
      t.expectEqual(answer, 'Resources[0].active', true);
    },
  }),
  oktaNeeds({
    id: 'okta.crud.unassignment',
    title: 'A user that was activated again can be deactivated once more.',
    source: source('unassign user'),
    fix: 'Let active be changed as often as it is sent.',
    needs: ['patch'],
    async run(t) {
      const user = await t.user();
      for (const active of [false, true, false]) await setActive(t, user, active);
      t.expectEqual(await t.read(user), 'active', false);
    },
  }),
  oktaLikes({
    id: 'okta.crud.first-email-is-primary',
    title: 'The first e-mail address is the primary one, as it was sent.',
    source: source('create user: emails[0].value'),
    fix: 'Keep the order in which e-mail addresses are sent: the test takes the first for the primary one.',
    async run(t) {
      const primary = `${t.unique('first')}@example.com`;
      const emails = [
        { value: primary, type: 'work', primary: true },
        { value: `${t.unique('second')}@example.com`, type: 'home', primary: false },
      ];
      const user = await t.user({ emails });
      t.expectEqual(await t.read(user), 'emails[0].value', primary);
    },
  }),
];
