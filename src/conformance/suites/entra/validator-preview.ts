/** The Microsoft Entra SCIM Validator, preview tests: P1 to P7. Failing them is no more than a warning there, too. */
import type { Check } from '../../check.js';
import type { TypeName } from '../../facts.js';
import type { Probe } from '../../probe.js';
import { optional } from './entra-check.js';
import { isWritable } from './mapping.js';
import { patchedAndRead } from './requests.js';

/** `P5` */
function source(number: number): string {
  return `Microsoft Entra SCIM Validator, P${number}`;
}

/** So many plain attributes of a user that the server lets be written; servers differ in what they keep. */
function plainAttributes<N extends 1 | 3>(t: Probe, count: N): N extends 1 ? [string] : [string, string, string] {
  const candidates = ['displayName', 'title', 'nickName', 'name.middleName', 'name.familyName', 'name.givenName'];
  const writable = candidates.filter((path) => isWritable(t.facts, path));
  if (writable.length < count) t.skip(`the server's schema has fewer than ${count} plain attributes that can be set`);
  return writable.slice(0, count) as N extends 1 ? [string] : [string, string, string];
}

/** P1 and P2 */
const onUsers: readonly Check[] = [
  optional(source(1), {
    id: 'entra.validator.p01-many-operations',
    title: 'One PATCH with add, replace and remove on different attributes does all three.',
    fix: 'Apply every operation of a PATCH, in order.',
    async run(t) {
      const [added, replaced, removed] = plainAttributes(t, 3);
      const user = await t.user();
      await patchedAndRead(t, user, { op: 'add', path: replaced, value: 'Before' });
      await patchedAndRead(t, user, { op: 'add', path: removed, value: 'Before' });
      const answer = await patchedAndRead(
        t,
        user,
        { op: 'add', path: added, value: 'Added' },
        { op: 'replace', path: replaced, value: 'Replaced' },
        { op: 'remove', path: removed },
      );
      t.expectEqual(answer, added, 'Added');
      t.expectEqual(answer, replaced, 'Replaced');
      t.expectUnassigned(answer, removed);
    },
  }),
  optional(source(2), {
    id: 'entra.validator.p02-same-attribute',
    title: 'Of remove, add and replace on the same attribute in one PATCH the last one wins.',
    fix: 'Apply the operations of a PATCH one after the other, in the order in which they are sent.',
    async run(t) {
      const [path] = plainAttributes(t, 1);
      const answer = await patchedAndRead(
        t,
        await t.user(),
        { op: 'remove', path },
        { op: 'add', path, value: 'Added' },
        { op: 'replace', path, value: 'Replaced' },
      );
      t.expectEqual(answer, path, 'Replaced');
    },
  }),
];

/** P5 */
const onMembers: Check = optional(source(5), {
  id: 'entra.validator.p05-add-and-remove-members',
  title: 'One PATCH adds one member to a group and removes another.',
  fix: 'Apply both operations on members, and keep those that neither names.',
  async run(t) {
    t.needs('groups');
    const [leaving, staying, coming] = [await t.user(), await t.user(), await t.user()];
    const group = await t.group({ members: [{ value: leaving.id }, { value: staying.id }] });
    const answer = await patchedAndRead(
      t,
      group,
      { op: 'add', path: 'members', value: [{ value: coming.id }] },
      { op: 'remove', path: `members[value eq "${leaving.id}"]` },
    );
    t.expectMembers(answer, staying, coming);
  },
});

const GROUPS = ['groups'] as const;

/** P3 and P4, and the same for groups. */
function deletions(type: TypeName, first: number): Check[] {
  const name = type.toLowerCase();
  const common = { fix: 'Answer DELETE of what is not there with 404.', ...(type === 'Group' && { needs: GROUPS }) };
  return [
    optional(source(first), {
      ...common,
      id: `entra.validator.p0${first}-delete-unknown-${name}`,
      title: `DELETE of a ${name} that does not exist is answered with 404.`,
      async run(t) {
        t.expectStatus(await t.delete(`${t.endpoint(type)}/${t.unique()}`), 404);
      },
    }),
    optional(source(first + 1), {
      ...common,
      id: `entra.validator.p0${first + 1}-delete-${name}-twice`,
      title: `The second DELETE of the same ${name} is answered with 404.`,
      async run(t) {
        const made = type === 'User' ? await t.user() : await t.group();
        t.expectStatus(await t.delete(made), 204);
        t.expectStatus(await t.delete(made), 404);
      },
    }),
  ];
}

export const validatorPreviewChecks: readonly Check[] = [
  ...onUsers,
  ...deletions('User', 3),
  onMembers,
  ...deletions('Group', 6),
];
