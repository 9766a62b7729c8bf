/** The Microsoft Entra SCIM Validator, groups: G1 to G12. */
import type { Check } from '../../check.js';
import type { Answer, Json } from '../../model.js';
import type { PatchOperation, Probe } from '../../probe.js';
import { shown } from '../../values.js';
import { mandatory, optional } from './entra-check.js';
import { groupWithMember, patchedAndRead } from './requests.js';

/** `G5` */
function source(number: number): string {
  return `Microsoft Entra SCIM Validator, G${number}`;
}

/** The property by which the validator joins groups: displayName, or externalId when it is chosen. */
interface Joining {
  readonly name: 'display-name' | 'external-id';
  readonly attribute: 'displayName' | 'externalId';
  readonly declare: typeof mandatory;
}

const JOINING: readonly Joining[] = [
  { name: 'display-name', attribute: 'displayName', declare: mandatory },
  { name: 'external-id', attribute: 'externalId', declare: optional },
];

function findGroup(t: Probe, attribute: string, value: Json | undefined, query = {}): Promise<Answer> {
  return t.find('Group', `${attribute} eq "${String(value)}"`, query);
}

/** G4, G5, G6 and G9 by one joining property. */
function joined({ name, attribute, declare }: Joining): Check[] {
  return [
    declare(source(4), {
      id: `entra.validator.g04-filter-${name}-without-members`,
      title: `A filter by ${attribute} with excludedAttributes=members finds the group, without its members.`,
      fix: 'Honour excludedAttributes=members on the list of /Groups: Entra stops at groups that show members there.',
      async run(t) {
        const { group } = await groupWithMember(t);
        const answer = await findGroup(t, attribute, group.sent[attribute], { excludedAttributes: 'members' });
        t.expectFound(answer, group);
        t.expectAbsent(answer, 'Resources[0].members');
      },
    }),
    declare(source(5), {
      id: `entra.validator.g05-filter-${name}`,
      title: `A filter by ${attribute} finds the one group, with its members.`,
      fix: `Let groups be filtered by ${attribute}, and return members unless they are excluded.`,
      async run(t) {
        const { group, member } = await groupWithMember(t);
        const answer = await findGroup(t, attribute, group.sent[attribute]);
        t.expectList(answer, 1);
        t.expectFound(answer, group);
        t.expectEqual(answer, 'Resources[0].members[0].value', member.id);
      },
    }),
    declare(source(6), {
      id: `entra.validator.g06-filter-${name}-unknown`,
      title: `A filter by ${attribute} for a group that does not exist is answered with 200 and totalResults 0.`,
      fix: 'Answer a filter without a hit with an empty list, not with 404.',
      needs: ['groups'],
      readsOnly: true,
      async run(t) {
        t.expectList(await findGroup(t, attribute, t.unique('nothing')), 0);
      },
    }),
    declare(source(9), {
      id: `entra.validator.g09-update-${name}`,
      title: `A replace of ${attribute} by path changes it.`,
      fix: `Let PATCH replace ${attribute} of a group, and find the group by its new value.`,
      async run(t) {
        const group = await t.group();
        const value = t.unique('changed');
        t.expectEqual(await patchedAndRead(t, group, { op: 'replace', path: attribute, value }), attribute, value);
        t.expectFound(await findGroup(t, attribute, value), group);
      },
    }),
  ];
}

/** G11 with the filter of the RFC, and with the array that Entra sends by default. */
function removing(name: string, told: string, operation: (id: string) => PatchOperation): Check {
  return mandatory(source(11), {
    id: `entra.validator.g11-remove-member-${name}`,
    title: `A member is removed by ${told}; the others stay.`,
    fix: 'Remove the members that the filter or the value of the operation names, and no others.',
    async run(t) {
      t.needs('groups');
      const [leaving, staying] = [await t.user(), await t.user()];
      const group = await t.group({ members: [{ value: leaving.id }, { value: staying.id }] });
      t.expectMembers(await patchedAndRead(t, group, operation(leaving.id)), staying);
    },
  });
}

const creating: readonly Check[] = [
  mandatory(source(1), {
    id: 'entra.validator.g01-create-group',
    title: 'A group is created with 201, an id and the displayName that was sent.',
    fix: 'Answer POST /Groups with 201 and the new group.',
    needs: ['groups'],
    async run(t) {
      const body = t.groupBody();
      const answer = await t.post(t.endpoint('Group'), body);
      t.expectStatus(answer, 201);
      t.expectPresent(answer, 'id');
      t.expectEqual(answer, 'displayName', body.displayName as Json);
    },
  }),
  mandatory(source(2), {
    id: 'entra.validator.g02-create-duplicate',
    title: 'A second group with the same displayName is refused with 409.',
    fix: 'Keep displayName of groups unique: Entra matches groups by it. Answer POST with 409 when it is taken.',
    async run(t) {
      const { sent } = await t.group();
      t.expectStatus(await t.post(t.endpoint('Group'), t.groupBody({ displayName: sent.displayName })), 409);
    },
  }),
];

const reading: readonly Check[] = [
  mandatory(source(3), {
    id: 'entra.validator.g03-get-without-members',
    title: 'A group read with excludedAttributes=members comes without its members.',
    fix: 'Honour excludedAttributes=members on GET /Groups/{id}.',
    async run(t) {
      const { group } = await groupWithMember(t);
      const answer = await t.read(group, { excludedAttributes: 'members' });
      t.expectEqual(answer, 'id', group.id);
      t.expectAbsent(answer, 'members');
    },
  }),
  mandatory(source(7), {
    id: 'entra.validator.g07-filter-other-case',
    title: 'A filter by displayName in capital letters finds the group.',
    fix: 'Compare displayName without regard to letter case: its caseExact is false.',
    async run(t) {
      const group = await t.group();
      t.expectFound(await findGroup(t, 'displayName', String(group.sent.displayName).toUpperCase()), group);
    },
  }),
];

const updating: readonly Check[] = [
  mandatory(source(8), {
    id: 'entra.validator.g08-replace-attributes',
    title: 'A replace without a path changes the displayName of a group, and leaves its members alone.',
    fix: 'Apply the attributes in the value of a replace without a path, and touch no others.',
    async run(t) {
      const { group, member } = await groupWithMember(t);
      const displayName = t.unique('changed');
      const answer = await patchedAndRead(t, group, { op: 'replace', value: { displayName } });
      t.expectEqual(answer, 'displayName', displayName);
      t.expectMembers(answer, member);
    },
  }),
  mandatory(source(10), {
    id: 'entra.validator.g10-add-member',
    title: 'A user is added to a group with an add on members.',
    fix: 'Add the users in the value of the operation, and keep the members that are there.',
    async run(t) {
      const { group, member } = await groupWithMember(t);
      const user = await t.user();
      const answer = await patchedAndRead(t, group, { op: 'add', path: 'members', value: [{ value: user.id }] });
      t.expectMembers(answer, member, user);
    },
  }),
  removing('filter', 'a filter in the path', (id) => ({ op: 'remove', path: `members[value eq ${shown(id)}]` })),
  removing('value', 'an array in the value', (id) => ({ op: 'remove', path: 'members', value: [{ value: id }] })),
];

export const validatorGroupChecks: readonly Check[] = [
  ...creating,
  ...reading,
  ...JOINING.flatMap(joined),
  ...updating,
  mandatory(source(12), {
    id: 'entra.validator.g12-delete-group',
    title: 'A group is deleted with 204, and answered with 404 afterwards.',
    fix: 'Answer DELETE with 204 and no body, and a later GET with 404.',
    async run(t) {
      const group = await t.group();
      t.expectStatus(await t.delete(group), 204);
      t.expectStatus(await t.get(group.path), 404);
    },
  }),
];
