/** The message of PATCH, its answer, the order of operations and their unity: RFC 7644 §3.5.2. */
import type { Check } from '../../check.js';
import { PATCH_URN, USER_URN } from '../../facts.js';
import type { Json } from '../../model.js';
import type { Made, PatchOperation, Probe } from '../../probe.js';
import { valueAt } from '../../values.js';
import {
  emailOf,
  expectKept,
  expectValues,
  mailbox,
  modifiedOf,
  optionalText,
  patchCheck,
  patched,
  refusals,
  untilNextStamp,
  userWithEmails,
} from './patch-common.js';

const SOURCE = 'RFC 7644 §3.5.2';

const refused = refusals([
  {
    id: 'rfc.patch.message.unknown-op',
    what: 'An operation that is none of add, remove and replace',
    source: SOURCE,
    fix: 'Refuse an unknown op; SCIM has no move, copy or test.',
    scimType: 'invalidSyntax',
    orScimType: 'invalidValue',
    request: () => [{ op: 'increase', path: 'displayName', value: 'x' }],
  },
  {
    id: 'rfc.patch.message.no-op',
    what: 'An operation without op',
    source: SOURCE,
    fix: 'Refuse an operation that does not say what is to be done.',
    scimType: 'invalidSyntax',
    orScimType: 'invalidValue',
    request: () => ({ schemas: [PATCH_URN], Operations: [{ path: 'displayName', value: 'x' }] }),
  },
  {
    id: 'rfc.patch.message.no-operations',
    what: 'A PATCH without Operations',
    source: SOURCE,
    fix: 'Refuse a body without the attribute Operations.',
    scimType: 'invalidSyntax',
    orScimType: 'invalidValue',
    request: () => ({ schemas: [PATCH_URN] }),
  },
  {
    id: 'rfc.patch.message.empty-operations',
    what: 'A PATCH with an empty array of Operations',
    level: 'should',
    source: SOURCE,
    fix: 'Refuse an empty array: Operations has one or more operations.',
    scimType: 'invalidSyntax',
    orScimType: 'invalidValue',
    request: () => ({ schemas: [PATCH_URN], Operations: [] }),
  },
  {
    id: 'rfc.patch.message.operations-no-array',
    what: 'A PATCH whose Operations is no array',
    level: 'should',
    source: SOURCE,
    fix: 'Refuse Operations that is not an array.',
    scimType: 'invalidSyntax',
    orScimType: 'invalidValue',
    request: () => ({ schemas: [PATCH_URN], Operations: { op: 'replace', path: 'displayName', value: 'x' } }),
  },
  {
    id: 'rfc.patch.message.no-schemas',
    what: 'A PATCH without schemas',
    level: 'should',
    source: SOURCE,
    fix: 'Refuse a body that does not name the PatchOp message in schemas.',
    scimType: 'invalidSyntax',
    request: () => ({ Operations: [{ op: 'replace', path: 'displayName', value: 'x' }] }),
  },
  {
    id: 'rfc.patch.message.add-without-value',
    what: 'An add without a value',
    source: 'RFC 7644 §3.5.2.1',
    fix: 'Refuse an add that has no value.',
    scimType: 'invalidValue',
    request: () => [{ op: 'add', path: 'displayName' }],
  },
  {
    id: 'rfc.patch.message.replace-without-value',
    what: 'A replace without a value',
    level: 'should',
    source: 'RFC 7644 §3.5.2.3',
    fix: 'Refuse a replace that has no value; clearing an attribute is remove, or replace with null.',
    scimType: 'invalidValue',
    request: () => [{ op: 'replace', path: 'displayName' }],
  },
]);

const message: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.message.unknown-resource',
    title: 'A PATCH of a resource that does not exist is answered with 404.',
    source: 'RFC 7644 §3.12',
    fix: 'Answer with status 404 when there is no resource with the id.',
    async run(t) {
      const user = await t.user();
      t.expectSuccess(await t.delete(user));
      t.expectError(await t.patch(user, [{ op: 'replace', path: 'displayName', value: 'x' }]), 404);
    },
  }),
];

/** PATCH of displayName, with parameters. */
async function rename(t: Probe, user: Made, query: Record<string, string>, displayName: string) {
  const Operations = [{ op: 'replace', path: 'displayName', value: displayName }] as Json;
  return t.request('PATCH', user.path, { query, body: { schemas: [PATCH_URN], Operations } });
}

const answers: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.answer.status',
    title: 'A PATCH is answered with 200 and the resource, or with 204 and no body.',
    source: SOURCE,
    fix: 'Answer with 200 and the whole resource, or with 204 and an empty body; nothing else.',
    async run(t) {
      const user = await t.user();
      const answer = await t.patch(user, [{ op: 'replace', path: 'displayName', value: t.unique('shown') }]);
      t.expectStatus(answer, 200, 204);
      if (answer.status === 204) t.expect(answer.text === '', answer, 'The 204 has a body', 'no body', answer.text);
      else t.expectEqual(answer, 'id', user.id);
    },
  }),
  patchCheck({
    id: 'rfc.patch.answer.whole',
    title: 'When a PATCH is answered with 200 the body is the resource as it now is.',
    source: SOURCE,
    fix: 'Put the resource in the answer after all operations have been applied, with all of its attributes.',
    async run(t) {
      const user = await t.user();
      const value = t.unique('shown');
      const answer = await t.patch(user, [{ op: 'replace', path: 'displayName', value }]);
      t.expectStatus(answer, 200, 204);
      if (answer.status === 204) return;
      t.expectEqual(answer, 'displayName', value);
      const now = await t.read(user);
      for (const path of ['schemas', 'userName', 'name.familyName', 'emails', 'meta.lastModified']) {
        expectKept(t, now, answer, path);
      }
    },
  }),
  patchCheck({
    id: 'rfc.patch.answer.attributes-status',
    title: 'A PATCH with the parameter attributes is answered with 200.',
    source: SOURCE,
    fix: 'Answer with 200 and a body whenever the request has the parameter attributes.',
    async run(t) {
      const user = await t.user();
      const answer = await rename(t, user, { attributes: 'displayName' }, t.unique('shown'));
      t.expectStatus(answer, 200);
    },
  }),
  patchCheck({
    id: 'rfc.patch.answer.attributes',
    title: 'The answer to a PATCH with the parameter attributes has those attributes, and others only by necessity.',
    source: `${SOURCE}, §3.9`,
    fix: 'Project the answer to a PATCH like the answer to a GET.',
    async run(t) {
      const user = await t.user();
      const value = t.unique('shown');
      const answer = await rename(t, user, { attributes: 'displayName' }, value);
      t.expectSuccess(answer);
      t.expectEqual(answer, 'displayName', value);
      t.expectPresent(answer, 'id');
      t.expectAbsent(answer, 'emails');
    },
  }),
  patchCheck({
    id: 'rfc.patch.answer.last-modified',
    title: 'A PATCH that changes a resource changes its meta.lastModified.',
    source: 'RFC 7643 §3.1',
    fix: 'Set meta.lastModified to the time of the change.',
    async run(t) {
      const user = await t.user();
      const before = await modifiedOf(t, user);
      await untilNextStamp(before);
      const after = await patched(t, user, { op: 'replace', path: 'displayName', value: t.unique('shown') });
      const found = valueAt(after.body, 'meta.lastModified');
      const isLater = Date.parse(String(found)) > Date.parse(before);
      t.expect(isLater, after, `meta.lastModified is ${String(found)} after the change`, `later than ${before}`, found);
    },
  }),
  patchCheck({
    id: 'rfc.patch.answer.identity',
    title: 'A PATCH leaves id, meta.created and meta.resourceType as they are.',
    source: 'RFC 7643 §3.1',
    fix: 'Change the resource in place; its id and the time of its making stay for ever.',
    async run(t) {
      const user = await t.user();
      const before = await t.read(user);
      const after = await patched(t, user, { op: 'replace', path: 'displayName', value: t.unique('shown') });
      for (const path of ['id', 'meta.created', 'meta.resourceType']) {
        if (valueAt(before.body, path) !== undefined) expectKept(t, before, after, path);
      }
    },
  }),
];

const order: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.order.last-wins',
    title: 'Of two operations on one attribute the later one decides.',
    source: SOURCE,
    fix: 'Apply the operations one after the other in the order of the array.',
    async run(t) {
      t.needsAttribute(USER_URN, 'displayName');
      const user = await t.user();
      const [first, last] = [t.unique('first'), t.unique('last')];
      const after = await patched(
        t,
        user,
        { op: 'replace', path: 'displayName', value: first },
        { op: 'replace', path: 'displayName', value: last },
      );
      t.expectEqual(after, 'displayName', last);
    },
  }),
  patchCheck({
    id: 'rfc.patch.order.all-applied',
    title: 'All operations of a request are applied.',
    source: SOURCE,
    fix: 'Go through the whole array Operations, not only its first element.',
    async run(t) {
      const path = optionalText(t);
      const user = await t.user();
      const [text, given, shown] = [t.unique('text'), t.unique('given'), t.unique('shown')];
      const after = await patched(
        t,
        user,
        { op: 'add', path, value: text },
        { op: 'replace', path: 'name.givenName', value: given },
        { op: 'replace', path: 'displayName', value: shown },
      );
      t.expectEqual(after, path, text);
      t.expectEqual(after, 'name.givenName', given);
      t.expectEqual(after, 'displayName', shown);
    },
  }),
  patchCheck({
    id: 'rfc.patch.order.builds-on-former',
    title: 'An operation works on what the operations before it have made.',
    source: SOURCE,
    fix: 'Hand the resource that one operation leaves to the next; do not resolve all paths beforehand.',
    async run(t) {
      const user = await userWithEmails(t, ['work']);
      const [added, changed] = [mailbox(t), mailbox(t)];
      const after = await patched(
        t,
        user,
        { op: 'add', path: 'emails', value: [{ value: added, type: 'home' }] },
        { op: 'replace', path: 'emails[type eq "home"].value', value: changed },
      );
      expectValues(t, after, 'emails', [emailOf(user, 0), changed]);
    },
  }),
  patchCheck({
    id: 'rfc.patch.order.remove-then-add',
    title: 'A remove followed by an add leaves what was added.',
    source: SOURCE,
    fix: 'Apply the operations in the order of the array; do not gather them by kind.',
    async run(t) {
      const user = await userWithEmails(t, ['work', 'home']);
      const added = mailbox(t);
      const after = await patched(
        t,
        user,
        { op: 'remove', path: 'emails' },
        { op: 'add', path: 'emails', value: [{ value: added, type: 'work' }] },
      );
      expectValues(t, after, 'emails', [added]);
    },
  }),
];

/** A row: operations of which the last is impossible, and what must be as it was. */
interface Unity {
  readonly id: string;
  readonly title: string;
  operations(t: Probe): PatchOperation[];
  readonly kept: string;
}

const IMPOSSIBLE: PatchOperation = { op: 'remove' };

const UNITY: readonly Unity[] = [
  {
    id: 'rfc.patch.atomic.singular',
    title: 'When a later operation fails the change of a single-valued attribute is undone.',
    operations: (t) => [{ op: 'replace', path: 'displayName', value: t.unique('shown') }, IMPOSSIBLE],
    kept: 'displayName',
  },
  {
    id: 'rfc.patch.atomic.multi-valued',
    title: 'When a later operation fails an added value is gone again.',
    operations: (t) => [{ op: 'add', path: 'emails', value: [{ value: mailbox(t), type: 'home' }] }, IMPOSSIBLE],
    kept: 'emails',
  },
  {
    id: 'rfc.patch.atomic.removed',
    title: 'When a later operation fails a removed value is back.',
    operations: () => [{ op: 'remove', path: 'name.givenName' }, IMPOSSIBLE],
    kept: 'name.givenName',
  },
  {
    id: 'rfc.patch.atomic.user-name',
    title: 'When a later operation fails the user has its former userName.',
    operations: (t) => [{ op: 'replace', path: 'userName', value: `${t.unique('new')}@example.com` }, IMPOSSIBLE],
    kept: 'userName',
  },
  {
    id: 'rfc.patch.atomic.following',
    title: 'Operations behind one that fails are not applied.',
    operations: (t) => [IMPOSSIBLE, { op: 'replace', path: 'displayName', value: t.unique('shown') }],
    kept: 'displayName',
  },
];

const unity: readonly Check[] = [
  ...UNITY.map(({ id, title, operations, kept }) =>
    patchCheck({
      id,
      title,
      source: SOURCE,
      fix: 'Apply the operations to a copy, or in a transaction, and keep the result only when all have succeeded.',
      async run(t) {
        t.needsAttribute(USER_URN, kept);
        const user = await t.user();
        const before = await t.read(user);
        await t.patch(user, operations(t));
        expectKept(t, before, await t.read(user), kept);
      },
    }),
  ),
  patchCheck({
    id: 'rfc.patch.atomic.status',
    title: 'A PATCH of which one operation fails is answered with an error.',
    source: SOURCE,
    fix: 'Answer with the error of the operation that failed, even when others could have been applied.',
    async run(t) {
      const user = await t.user();
      const operations = [{ op: 'replace', path: 'displayName', value: t.unique('shown') }, IMPOSSIBLE];
      t.expectError(await t.patch(user, operations), 400);
    },
  }),
];

export const patchMessageChecks: readonly Check[] = [...refused, ...message, ...answers, ...order, ...unity];
