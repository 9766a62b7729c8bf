/** DELETE: RFC 7644 §3.6. */
import type { Check } from '../../check.js';
import { PATCH_URN } from '../../facts.js';
import type { Answer, Json } from '../../model.js';
import type { Made, Probe } from '../../probe.js';

/** A user that was there. */
async function removed(t: Probe): Promise<Made> {
  const user = await t.user();
  t.expectStatus(await t.delete(user), 204);
  return user;
}

/** What a client may still try with a user that is gone, by the name of the check. */
const AFTERWARDS: Readonly<Record<string, (t: Probe, user: Made) => Promise<Answer>>> = {
  get: (t, user) => t.get(user.path),
  put: (t, user) => t.put(user, user.sent),
  patch: (t, user) => {
    const Operations = [{ op: 'replace', path: 'displayName', value: 'Changed' }];
    return t.request('PATCH', user.path, { body: { schemas: [PATCH_URN], Operations } });
  },
  delete: (t, user) => t.delete(user),
};

const answerChecks: readonly Check[] = [
  {
    id: 'rfc.remove.status',
    suite: 'rfc',
    title: 'A user is removed with 204.',
    level: 'must',
    source: 'RFC 7644 §3.6',
    fix: 'Answer a DELETE that succeeds with status 204.',
    async run(t) {
      t.expectStatus(await t.delete(await t.user()), 204);
    },
  },
  {
    id: 'rfc.remove.group',
    suite: 'rfc',
    title: 'A group is removed with 204, and cannot be read afterwards.',
    level: 'must',
    source: 'RFC 7644 §3.6',
    fix: 'Answer a DELETE of a group with status 204, and every later request for its id with 404.',
    needs: ['groups'],
    async run(t) {
      const group = await t.group();
      t.expectStatus(await t.delete(group), 204);
      t.expectError(await t.get(group.path), 404);
    },
  },
  {
    id: 'rfc.remove.unknown',
    suite: 'rfc',
    title: 'Removing a user that never was is 404.',
    level: 'must',
    source: 'RFC 7644 §3.12',
    fix: 'Answer DELETE for an id that does not exist with 404 and an error body.',
    async run(t) {
      t.expectError(await t.delete(`${t.endpoint('User')}/${t.random.uuid()}`), 404);
    },
  },
  ...Object.entries(AFTERWARDS).map(
    ([name, send]): Check => ({
      id: `rfc.remove.then-${name}`,
      suite: 'rfc',
      title: `${name.toUpperCase()} of a removed user is 404.`,
      level: 'must',
      source: 'RFC 7644 §3.6',
      fix: 'Answer every request for a removed id with 404, also when the data are kept for a while.',
      ...(name === 'patch' && { needs: ['patch'] as const }),
      async run(t) {
        const user = await removed(t);
        t.expectError(await send(t, user), 404);
      },
    }),
  ),
];

const afterwardsChecks: readonly Check[] = [
  {
    id: 'rfc.remove.not-found-by-filter',
    suite: 'rfc',
    title: 'A removed user is not found by a filter.',
    level: 'must',
    source: 'RFC 7644 §3.6',
    fix: 'Leave removed resources out of every list, also when the data are kept for a while.',
    needs: ['filter'],
    async run(t) {
      const user = await removed(t);
      t.expectFound(await t.find('User', `userName eq "${String(user.sent.userName)}"`));
    },
  },
  {
    id: 'rfc.remove.name-free',
    suite: 'rfc',
    title: 'The userName of a removed user is free for another.',
    level: 'should',
    source: 'RFC 7644 §3.6',
    fix: 'Leave removed users out when looking for duplicates, or a person who comes back cannot be provisioned.',
    async run(t) {
      const user = await removed(t);
      const again = await t.post(t.endpoint('User'), t.userBody({ userName: user.sent.userName as Json }));
      t.expectStatus(again, 201);
    },
  },
  {
    id: 'rfc.remove.id-not-reused',
    suite: 'rfc',
    title: 'A user that is created again has another id.',
    level: 'must',
    source: 'RFC 7643 §3.1',
    fix: 'Never give an id twice: a removed user that is created anew is a new resource.',
    async run(t) {
      const user = await removed(t);
      const again = await t.post(t.endpoint('User'), user.sent);
      if (again.status === 409) t.skip('the server keeps the userName of a removed user, which is another check');
      t.expectStatus(again, 201);
      const found = (again.body as { id?: string } | undefined)?.id;
      t.expect(found !== user.id, again, 'The id of the removed user was given again', 'a new id', found);
    },
  },
  {
    id: 'rfc.remove.leaves-groups',
    suite: 'rfc',
    title: 'A removed user is no longer a member of groups.',
    level: 'should',
    source: 'RFC 7643 §4.2',
    fix: 'Remove a user from the members of all groups when it is removed.',
    needs: ['groups'],
    async run(t) {
      const [goes, stays] = [await t.user(), await t.user()];
      const group = await t.group({ members: [{ value: goes.id }, { value: stays.id }] });
      t.expectStatus(await t.delete(goes), 204);
      t.expectMembers(await t.read(group), stays);
    },
  },
  {
    id: 'rfc.remove.keeps-members',
    suite: 'rfc',
    title: 'The members of a removed group are still there.',
    level: 'must',
    source: 'RFC 7644 §3.6',
    fix: 'Remove the group alone: its members are resources of their own.',
    needs: ['groups'],
    async run(t) {
      const user = await t.user();
      const group = await t.group({ members: [{ value: user.id }] });
      t.expectStatus(await t.delete(group), 204);
      t.expectEqual(await t.read(user), 'id', user.id);
    },
  },
];

export const removeChecks: readonly Check[] = [...answerChecks, ...afterwardsChecks];
