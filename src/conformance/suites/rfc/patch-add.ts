/** The operation add: RFC 7644 §3.5.2.1. */
import type { Check } from '../../check.js';
import { USER_URN } from '../../facts.js';
import type { Made, PatchOperation, Probe } from '../../probe.js';
import {
  emailOf,
  expectFirstText,
  expectKept,
  expectNotTrue,
  expectOtherText,
  expectRestOfName,
  expectValues,
  mailbox,
  modifiedOf,
  needsOptional,
  optionalNamePart,
  optionalText,
  patchCheck,
  patched,
  untilNextStamp,
  userWithEmails,
} from './patch-common.js';

const SOURCE = 'RFC 7644 §3.5.2.1';

const toSingular: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.add.unassigned',
    title: 'An add to an attribute without a value gives it the value.',
    source: SOURCE,
    fix: 'Let add set an attribute that the resource does not have yet.',
    run: (t) => expectFirstText(t, 'add'),
  }),
  patchCheck({
    id: 'rfc.patch.add.replaces-singular',
    title: 'An add to a single-valued attribute that has a value replaces it.',
    source: SOURCE,
    fix: 'Treat add on a single-valued attribute as replace when it has a value already.',
    run: (t) => expectOtherText(t, 'add'),
  }),
  patchCheck({
    id: 'rfc.patch.add.boolean',
    title: 'An add of false to active deactivates the user.',
    source: SOURCE,
    fix: 'Let add replace the value of active; false is a value like any other.',
    async run(t) {
      t.needsAttribute(USER_URN, 'active');
      const user = await t.user({ active: true });
      t.expectEqual(await patched(t, user, { op: 'add', path: 'active', value: false }), 'active', false);
    },
  }),
  patchCheck({
    id: 'rfc.patch.add.sub-attribute',
    title: 'An add to a sub-attribute sets it and leaves the others.',
    source: `${SOURCE}, §3.10`,
    fix: 'Resolve a path such as name.middleName to the sub-attribute and set that alone.',
    async run(t) {
      const path = optionalNamePart(t);
      const user = await t.user();
      const value = t.unique('part');
      const after = await patched(t, user, { op: 'add', path, value });
      t.expectEqual(after, path, value);
      t.expectEqual(after, 'name.familyName', 'Family');
    },
  }),
  patchCheck({
    id: 'rfc.patch.add.complex',
    title: 'An add to a complex attribute sets the sub-attributes of its value.',
    source: SOURCE,
    fix: 'Take the sub-attributes of the value over into the complex attribute.',
    async run(t) {
      t.needsAttribute(USER_URN, 'name.givenName');
      const user = await t.user();
      const value = t.unique('given');
      const after = await patched(t, user, { op: 'add', path: 'name', value: { givenName: value, familyName: 'F' } });
      t.expectEqual(after, 'name.givenName', value);
    },
  }),
  patchCheck({
    id: 'rfc.patch.add.complex-keeps-others',
    title: 'An add to a complex attribute leaves the sub-attributes that it does not name.',
    level: 'should',
    source: SOURCE,
    fix: 'Add the named sub-attributes to those that are there, instead of replacing the whole complex value.',
    run: (t) => expectRestOfName(t, 'add'),
  }),
];

const toMultiValued: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.add.multi-valued',
    title: 'An add to a multi-valued attribute adds the value to those that are there.',
    source: SOURCE,
    fix: 'Append the values of an add; only replace takes the place of what is there.',
    async run(t) {
      const user = await userWithEmails(t, ['work']);
      const added = mailbox(t);
      const after = await patched(t, user, { op: 'add', path: 'emails', value: [{ value: added, type: 'home' }] });
      expectValues(t, after, 'emails', [emailOf(user, 0), added]);
    },
  }),
  patchCheck({
    id: 'rfc.patch.add.several-values',
    title: 'An add of several values adds them all.',
    source: SOURCE,
    fix: 'Go through the whole array in the value of an add, not only its first element.',
    async run(t) {
      const user = await userWithEmails(t, ['work']);
      const added = [mailbox(t), mailbox(t)] as const;
      const value = [
        { value: added[0], type: 'home' },
        { value: added[1], type: 'other' },
      ];
      const after = await patched(t, user, { op: 'add', path: 'emails', value });
      expectValues(t, after, 'emails', [emailOf(user, 0), ...added]);
    },
  }),
  patchCheck({
    id: 'rfc.patch.add.first-value',
    title: 'An add to a multi-valued attribute without values gives it its first one.',
    source: SOURCE,
    fix: 'Let add make the array when the attribute has none yet.',
    async run(t) {
      needsOptional(t, USER_URN, 'emails');
      const user = await t.user({ emails: null });
      const added = mailbox(t);
      const after = await patched(t, user, { op: 'add', path: 'emails', value: [{ value: added, type: 'work' }] });
      expectValues(t, after, 'emails', [added]);
    },
  }),
  patchCheck({
    id: 'rfc.patch.add.filtered-sub-attribute',
    title: 'An add to a sub-attribute of the values that a filter selects sets it in those alone.',
    source: `${SOURCE}, §3.5.2`,
    fix: 'Apply the filter in the brackets of the path, and write the sub-attribute of the matching values only.',
    async run(t) {
      needsOptional(t, USER_URN, 'emails.type');
      const user = await userWithEmails(t, ['work', 'home']);
      const after = await patched(t, user, { op: 'add', path: 'emails[type eq "home"].type', value: 'other' });
      t.expectEqual(after, `emails[value=${emailOf(user, 1)}].type`, 'other');
      t.expectEqual(after, `emails[value=${emailOf(user, 0)}].type`, 'work');
    },
  }),
  patchCheck({
    id: 'rfc.patch.add.primary',
    title: 'A new value with primary true sets primary of the others to false.',
    source: 'RFC 7644 §3.5.2',
    fix: 'When an operation sets primary to true in one value, set it to false in all others of the attribute.',
    async run(t) {
      t.needsAttribute(USER_URN, 'emails.primary');
      const user = await userWithEmails(t, ['work']);
      const value = [{ value: mailbox(t), type: 'home', primary: true }];
      const after = await patched(t, user, { op: 'add', path: 'emails', value });
      t.expectEqual(after, 'emails[type=home].primary', true);
      expectNotTrue(t, after, 'emails[type=work].primary');
    },
  }),
];

const withoutPath: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.add.no-path',
    title: 'An add without a path adds each attribute of its value to the resource.',
    source: SOURCE,
    fix: 'Take an absent path for the resource itself, and apply each member of the value to the attribute it names.',
    async run(t) {
      t.needsAttribute(USER_URN, 'displayName');
      const path = optionalText(t);
      const user = await t.user();
      const [text, shown] = [t.unique('text'), t.unique('shown')];
      const after = await patched(t, user, { op: 'add', value: { [path]: text, displayName: shown } });
      t.expectEqual(after, path, text);
      t.expectEqual(after, 'displayName', shown);
    },
  }),
  patchCheck({
    id: 'rfc.patch.add.no-path-multi-valued',
    title: 'An add without a path adds values to a multi-valued attribute and keeps those that are there.',
    source: SOURCE,
    fix: 'Append the elements of an array in the value of an add without a path, instead of replacing the attribute.',
    async run(t) {
      const user = await userWithEmails(t, ['work']);
      const added = mailbox(t);
      const after = await patched(t, user, { op: 'add', value: { emails: [{ value: added, type: 'home' }] } });
      expectValues(t, after, 'emails', [emailOf(user, 0), added]);
    },
  }),
  patchCheck({
    id: 'rfc.patch.add.no-path-keeps-others',
    title: 'An add without a path leaves the attributes that it does not name.',
    source: SOURCE,
    fix: 'Merge the value of an add without a path into the resource; only PUT replaces the resource as a whole.',
    async run(t) {
      const path = optionalText(t);
      const user = await t.user();
      const before = await t.read(user);
      const after = await patched(t, user, { op: 'add', value: { [path]: t.unique('text') } });
      for (const kept of ['userName', 'externalId', 'displayName', 'active']) expectKept(t, before, after, kept);
    },
  }),
];

/** A user, and an add of the address that it has already. */
async function addressTwice(t: Probe): Promise<{ user: Made; again: PatchOperation }> {
  const user = await userWithEmails(t, ['work']);
  const value = [{ value: emailOf(user, 0), type: 'work', primary: true }];
  return { user, again: { op: 'add', path: 'emails', value } };
}

const whatIsThere: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.add.existing-succeeds',
    title: 'An add of a value that is there already succeeds.',
    level: 'should',
    source: SOURCE,
    fix: 'Answer an add that changes nothing like one that does: with 200 or 204.',
    async run(t) {
      const { user, again } = await addressTwice(t);
      t.expectStatus(await t.patch(user, [again]), 200, 204);
    },
  }),
  patchCheck({
    id: 'rfc.patch.add.existing-once',
    title: 'An add of a value that is there already does not double it.',
    level: 'should',
    source: SOURCE,
    fix: 'Compare the values of an add with those that are there, and leave out what the attribute has already.',
    async run(t) {
      const { user, again } = await addressTwice(t);
      expectValues(t, await patched(t, user, again), 'emails', [emailOf(user, 0)]);
    },
  }),
  patchCheck({
    id: 'rfc.patch.add.existing-keeps-timestamp',
    title: 'An add of what is there already does not change meta.lastModified.',
    source: SOURCE,
    fix: 'Write meta.lastModified only when the operations changed the resource.',
    async run(t) {
      t.needsAttribute(USER_URN, 'displayName');
      const shown = t.unique('shown');
      const user = await t.user({ displayName: shown });
      const before = await modifiedOf(t, user);
      await untilNextStamp(before);
      const after = await patched(t, user, { op: 'add', path: 'displayName', value: shown });
      t.expectEqual(after, 'meta.lastModified', before);
    },
  }),
  patchCheck({
    id: 'rfc.patch.add.existing-keeps-version',
    title: 'An add of what is there already does not change the version of the resource.',
    level: 'should',
    source: `${SOURCE}, §3.14`,
    fix: 'Make a new version only when the operations changed the resource.',
    needs: ['etag'],
    async run(t) {
      t.needsAttribute(USER_URN, 'displayName');
      const shown = t.unique('shown');
      const user = await t.user({ displayName: shown });
      const before = await t.read(user);
      const after = await patched(t, user, { op: 'add', path: 'displayName', value: shown });
      expectKept(t, before, after, 'meta.version');
    },
  }),
];

export const patchAddChecks: readonly Check[] = [...toSingular, ...toMultiValued, ...withoutPath, ...whatIsThere];
