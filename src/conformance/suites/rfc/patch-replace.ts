/** The operation replace: RFC 7644 §3.5.2.3. */
import type { Check } from '../../check.js';
import { definitionOf, USER_URN } from '../../facts.js';
import type { Answer } from '../../model.js';
import type { Probe } from '../../probe.js';
import { valueAt } from '../../values.js';
import {
  emailOf,
  expectFirstText,
  expectKept,
  expectNotTrue,
  expectOtherText,
  expectRestOfName,
  expectValues,
  mailbox,
  needsOptional,
  optionalText,
  patchCheck,
  patched,
  refusals,
  userWithEmails,
} from './patch-common.js';

const SOURCE = 'RFC 7644 §3.5.2.3';

const singular: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.replace.singular',
    title: 'A replace of a single-valued attribute replaces its value.',
    source: SOURCE,
    fix: 'Write the value of a replace to the attribute that its path names.',
    run: (t) => expectOtherText(t, 'replace'),
  }),
  patchCheck({
    id: 'rfc.patch.replace.boolean',
    title: 'A replace of active with false deactivates the user, and with true activates it again.',
    source: SOURCE,
    fix: 'Let replace write both true and false to active; false is a value like any other.',
    async run(t) {
      t.needsAttribute(USER_URN, 'active');
      const user = await t.user({ active: true });
      for (const value of [false, true]) {
        t.expectEqual(await patched(t, user, { op: 'replace', path: 'active', value }), 'active', value);
      }
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.user-name',
    title: 'A user can be renamed by a replace of userName.',
    source: SOURCE,
    fix: 'Let replace change userName; clients know the user by its id, not by its name.',
    async run(t) {
      const user = await t.user();
      const value = `${t.unique('renamed')}@example.com`;
      t.expectEqual(await patched(t, user, { op: 'replace', path: 'userName', value }), 'userName', value);
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.unassigned',
    title: 'A replace of an attribute without a value is treated as an add.',
    source: SOURCE,
    fix: 'Set the attribute when a replace finds no value, instead of refusing or ignoring it.',
    run: (t) => expectFirstText(t, 'replace'),
  }),
  patchCheck({
    id: 'rfc.patch.replace.null',
    title: 'A replace with null leaves the attribute unassigned.',
    source: 'RFC 7643 §2.5',
    fix: 'Take null for the wish to clear the attribute.',
    async run(t) {
      const path = optionalText(t);
      const user = await t.user({ [path]: t.unique('text') });
      t.expectUnassigned(await patched(t, user, { op: 'replace', path, value: null }), path);
    },
  }),
];

const complex: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.replace.complex',
    title: 'A replace of a complex attribute sets the sub-attributes of its value.',
    source: SOURCE,
    fix: 'Take the sub-attributes of the value over into the complex attribute.',
    async run(t) {
      t.needsAttribute(USER_URN, 'name.givenName');
      const user = await t.user();
      const value = t.unique('given');
      const after = await patched(t, user, { op: 'replace', path: 'name', value: { givenName: value } });
      t.expectEqual(after, 'name.givenName', value);
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.complex-keeps-others',
    title: 'A replace of a complex attribute leaves the sub-attributes that it does not name.',
    source: SOURCE,
    fix: 'Merge the value of a replace into the complex attribute; what it does not name stays.',
    run: (t) => expectRestOfName(t, 'replace'),
  }),
  patchCheck({
    id: 'rfc.patch.replace.sub-attribute',
    title: 'A replace of a sub-attribute changes it and leaves the others.',
    source: `${SOURCE}, §3.10`,
    fix: 'Resolve a path such as name.givenName to the sub-attribute and write that alone.',
    async run(t) {
      t.needsAttribute(USER_URN, 'name.givenName');
      const user = await t.user();
      const value = t.unique('given');
      const after = await patched(t, user, { op: 'replace', path: 'name.givenName', value });
      t.expectEqual(after, 'name.givenName', value);
      t.expectEqual(after, 'name.familyName', 'Family');
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.keeps-inactive',
    title: 'A replace of another attribute leaves an inactive user inactive.',
    source: 'RFC 7644 §3.5.2',
    fix: 'Leave active alone unless an operation names it: or whoever was locked out comes back with the next change.',
    async run(t) {
      const path = optionalText(t);
      t.needsAttribute(USER_URN, 'active');
      const user = await t.user({ active: false });
      const before = await t.read(user);
      if (valueAt(before.body, 'active') !== false) t.skip('the server has not made the user inactive');
      t.expectEqual(await patched(t, user, { op: 'replace', path, value: t.unique('text') }), 'active', false);
    },
  }),
];

const multiValued: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.replace.multi-valued',
    title: 'A replace of a multi-valued attribute without a filter replaces all its values.',
    source: SOURCE,
    fix: 'Put the values of a replace in the place of all that are there; only add appends.',
    async run(t) {
      const user = await userWithEmails(t, ['work', 'home']);
      const value = mailbox(t);
      const after = await patched(t, user, { op: 'replace', path: 'emails', value: [{ value, type: 'other' }] });
      expectValues(t, after, 'emails', [value]);
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.empty-array',
    title: 'A replace with an empty array leaves the attribute unassigned.',
    source: `RFC 7643 §2.5, ${SOURCE}`,
    fix: 'Take an empty array for the wish to remove all values.',
    async run(t) {
      needsOptional(t, USER_URN, 'emails');
      const user = await userWithEmails(t, ['work']);
      t.expectUnassigned(await patched(t, user, { op: 'replace', path: 'emails', value: [] }), 'emails');
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.filter',
    title: 'A replace with a filter replaces the value that matches and keeps the others.',
    source: SOURCE,
    fix: 'Apply the filter in the brackets of the path, and replace the matching values only.',
    async run(t) {
      const user = await userWithEmails(t, ['work', 'home']);
      const value = mailbox(t);
      const operation = { op: 'replace', path: 'emails[type eq "home"]', value: { value, type: 'home' } };
      expectValues(t, await patched(t, user, operation), 'emails', [emailOf(user, 0), value]);
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.filtered-sub-attribute',
    title: 'A replace of a sub-attribute of the value that a filter selects changes it there alone.',
    source: SOURCE,
    fix: 'Write the sub-attribute behind the brackets of the path in the matching values, and nowhere else.',
    async run(t) {
      const user = await userWithEmails(t, ['work', 'home']);
      const value = mailbox(t);
      const after = await patched(t, user, { op: 'replace', path: 'emails[type eq "home"].value', value });
      t.expectEqual(after, 'emails[type=home].value', value);
      t.expectEqual(after, 'emails[type=work].value', emailOf(user, 0));
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.filtered-sub-attribute-keeps-others',
    title: 'A replace of one sub-attribute of a selected value leaves the other sub-attributes of that value.',
    source: SOURCE,
    fix: 'Change the sub-attribute that the path names, instead of making the value anew.',
    async run(t) {
      t.needsAttribute(USER_URN, 'emails.primary');
      const user = await userWithEmails(t, ['work', 'home']);
      const after = await patched(t, user, { op: 'replace', path: 'emails[type eq "work"].value', value: mailbox(t) });
      t.expectEqual(after, 'emails[type=work].primary', true);
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.filtered-all',
    title: 'A replace with a filter changes all values that match, not only the first.',
    source: SOURCE,
    fix: 'Go through all values of the attribute, and change each one that the filter selects.',
    async run(t) {
      t.needsAttribute(USER_URN, 'emails.type');
      const user = await userWithEmails(t, ['work', 'home', 'home']);
      const after = await patched(t, user, { op: 'replace', path: 'emails[type eq "home"].type', value: 'other' });
      expectValues(t, after, 'emails', ['work', 'other', 'other'], 'type');
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.address',
    title: 'A replace of addresses[type eq "work"].streetAddress changes the street of that address alone.',
    source: SOURCE,
    fix: 'Let filters in paths work for every complex multi-valued attribute, also without a sub-attribute value.',
    async run(t) {
      t.needsAttribute(USER_URN, 'addresses.streetAddress');
      const [home, work] = [t.unique('street'), t.unique('street')];
      const addresses = [
        { type: 'home', streetAddress: home, locality: 'Hometown' },
        { type: 'work', streetAddress: work, locality: 'Worktown' },
      ];
      const user = await t.user({ addresses });
      const value = t.unique('street');
      const path = 'addresses[type eq "work"].streetAddress';
      const after = await patched(t, user, { op: 'replace', path, value });
      t.expectEqual(after, 'addresses[type=work].streetAddress', value);
      t.expectEqual(after, 'addresses[type=work].locality', 'Worktown');
      t.expectEqual(after, 'addresses[type=home].streetAddress', home);
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.primary',
    title: 'A replace that makes another value the primary one takes primary from the value that had it.',
    source: 'RFC 7644 §3.5.2',
    fix: 'When an operation sets primary to true in one value, set it to false in all others of the attribute.',
    async run(t) {
      t.needsAttribute(USER_URN, 'emails.primary');
      const user = await userWithEmails(t, ['work', 'home']);
      const after = await patched(t, user, { op: 'replace', path: 'emails[type eq "home"].primary', value: true });
      t.expectEqual(after, 'emails[type=home].primary', true);
      expectNotTrue(t, after, 'emails[type=work].primary');
    },
  }),
];

const withoutPath: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.replace.no-path',
    title: 'A replace without a path replaces each attribute of its value.',
    source: SOURCE,
    fix: 'Take an absent path for the resource itself, and write each member of the value to the attribute it names.',
    async run(t) {
      t.needsAttribute(USER_URN, 'displayName');
      const user = await t.user({ active: true });
      const displayName = t.unique('shown');
      const after = await patched(t, user, { op: 'replace', value: { displayName, active: false } });
      t.expectEqual(after, 'displayName', displayName);
      t.expectEqual(after, 'active', false);
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.no-path-keeps-others',
    title: 'A replace without a path leaves the attributes that it does not name.',
    source: SOURCE,
    fix: 'Replace only the attributes in the value; the whole resource is replaced by PUT alone.',
    async run(t) {
      t.needsAttribute(USER_URN, 'displayName');
      const user = await t.user();
      const before = await t.read(user);
      const after = await patched(t, user, { op: 'replace', value: { displayName: t.unique('shown') } });
      for (const kept of ['userName', 'externalId', 'name.familyName', 'active']) expectKept(t, before, after, kept);
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.no-path-multi-valued',
    title: 'A replace without a path replaces all values of a multi-valued attribute.',
    source: SOURCE,
    fix: 'Put the array in the value of a replace in the place of what the attribute has.',
    async run(t) {
      const user = await userWithEmails(t, ['work', 'home']);
      const value = mailbox(t);
      const after = await patched(t, user, { op: 'replace', value: { emails: [{ value, type: 'work' }] } });
      expectValues(t, after, 'emails', [value]);
    },
  }),
];

const NO_MATCH = 'Refuse a replace whose filter selects no value with status 400 and scimType noTarget.';
const WRONG_TYPE = 'Compare the JSON type of a value with the type of the attribute, and refuse what does not fit.';
const NOT_YOURS =
  'Refuse operations on attributes that the server alone writes with status 400 and scimType mutability.';

const refused = refusals([
  {
    id: 'rfc.patch.replace.no-match',
    what: 'A replace whose filter selects nothing',
    source: SOURCE,
    fix: NO_MATCH,
    scimType: 'noTarget',
    isTypeDemanded: true,
    attribute: 'emails',
    request: (t) => [{ op: 'replace', path: 'emails[type eq "other"]', value: { value: mailbox(t), type: 'other' } }],
  },
  {
    id: 'rfc.patch.replace.no-match-sub-attribute',
    what: 'A replace of a sub-attribute whose filter selects nothing',
    source: SOURCE,
    fix: NO_MATCH,
    scimType: 'noTarget',
    isTypeDemanded: true,
    attribute: 'emails',
    request: (t) => [{ op: 'replace', path: 'emails[type eq "other"].value', value: mailbox(t) }],
  },
  {
    id: 'rfc.patch.replace.read-only-id',
    what: 'A replace of id',
    source: 'RFC 7644 §3.5.2',
    fix: NOT_YOURS,
    scimType: 'mutability',
    request: (t) => [{ op: 'replace', path: 'id', value: t.unique('id') }],
  },
  {
    id: 'rfc.patch.replace.read-only-meta',
    what: 'A replace of meta.created',
    source: 'RFC 7644 §3.5.2',
    fix: NOT_YOURS,
    scimType: 'mutability',
    request: () => [{ op: 'replace', path: 'meta.created', value: '2001-02-03T04:05:06Z' }],
  },
  {
    id: 'rfc.patch.replace.wrong-type-boolean',
    what: 'A replace of a boolean with a text that is none',
    source: 'RFC 7644 §3.5.2, RFC 7643 §2.3.2',
    fix: WRONG_TYPE,
    scimType: 'invalidValue',
    attribute: 'active',
    request: () => [{ op: 'replace', path: 'active', value: 'perhaps' }],
  },
  {
    id: 'rfc.patch.replace.wrong-type-string',
    what: 'A replace of a text with an object',
    source: 'RFC 7644 §3.5.2, RFC 7643 §2.3.1',
    fix: WRONG_TYPE,
    scimType: 'invalidValue',
    attribute: 'displayName',
    request: () => [{ op: 'replace', path: 'displayName', value: { text: 'x' } }],
  },
  {
    id: 'rfc.patch.replace.wrong-type-complex',
    what: 'A replace of a complex attribute with a text',
    source: 'RFC 7644 §3.5.2, RFC 7643 §2.3.8',
    fix: WRONG_TYPE,
    scimType: 'invalidValue',
    attribute: 'name',
    request: () => [{ op: 'replace', path: 'name', value: 'Given Family' }],
  },
  {
    id: 'rfc.patch.replace.required-null',
    what: 'A replace of userName with null',
    source: 'RFC 7643 §2.2, §2.5',
    fix: 'Refuse to leave a required attribute without a value.',
    scimType: 'invalidValue',
    // What clears a required attribute by remove is mutability (§3.5.2.2), and null is unassigned.
    orScimType: 'mutability',
    request: () => [{ op: 'replace', path: 'userName', value: null }],
  },
]);

/** The answer to a replace of the userName by that of another user, as it is written. */
async function takeName(t: Probe, written: (name: string) => string): Promise<Answer> {
  const [first, second] = [await t.user(), await t.user()];
  const value = written(String(first.sent.userName));
  return t.patch(second, [{ op: 'replace', path: 'userName', value }]);
}

const unique: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.replace.user-name-taken',
    title: 'A replace of userName with the name of another user is refused.',
    source: 'RFC 7643 §4.1.1, RFC 7644 §3.12',
    fix: 'Look for another user with the new userName before writing it, and answer with 409.',
    async run(t) {
      t.expectError(await takeName(t, (name) => name), [400, 409]);
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.user-name-taken-status',
    title: 'A replace of userName with the name of another user is answered with 409 and uniqueness.',
    level: 'should',
    source: 'RFC 7644 §3.3, §3.12',
    fix: 'Answer with status 409 and scimType uniqueness, as for a POST.',
    async run(t) {
      t.expectError(await takeName(t, (name) => name), 409, 'uniqueness');
    },
  }),
  patchCheck({
    id: 'rfc.patch.replace.user-name-other-case',
    title: 'A replace of userName with the name of another user in other case is refused.',
    source: 'RFC 7643 §4.1.1, RFC 7644 §3.12',
    fix: 'Compare userName without regard to case: it is not caseExact.',
    async run(t) {
      const isExact = definitionOf(t.facts, USER_URN, 'userName')?.caseExact === true;
      if (isExact) t.skip("the server's schema says that userName is caseExact");
      t.expectError(await takeName(t, (name) => name.toUpperCase()), [400, 409]);
    },
  }),
];

export const patchReplaceChecks: readonly Check[] = [
  ...singular,
  ...complex,
  ...multiValued,
  ...withoutPath,
  ...refused,
  ...unique,
];
