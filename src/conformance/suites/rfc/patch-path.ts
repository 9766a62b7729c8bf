/** How paths are written: RFC 7644 §3.5.2, Figure 7, and the notation of §3.10. */
import type { Check } from '../../check.js';
import { USER_URN } from '../../facts.js';
import { emailOf, mailbox, optionalText, patchCheck, patched, refusals, userWithEmails } from './patch-common.js';

/** A row: a way to write the path of an attribute that test users have. */
interface Spelling {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly fix: string;
  readonly attribute: string;
  readonly path: string;
}

const ANY_CASE = 'Compare attribute names and URNs in paths without regard to case.';
const WITH_URN = 'Take off the URN of the schema before the attribute name, and resolve the rest in that schema.';

const SPELLINGS: readonly Spelling[] = [
  {
    id: 'rfc.patch.path.ignores-case',
    title: 'Attribute names in a path are taken in any letter case.',
    source: 'RFC 7644 §3.10, RFC 7643 §2.1',
    fix: ANY_CASE,
    attribute: 'displayName',
    path: 'DISPLAYNAME',
  },
  {
    id: 'rfc.patch.path.ignores-case-sub-attribute',
    title: 'Sub-attribute names in a path are taken in any letter case.',
    source: 'RFC 7644 §3.10, RFC 7643 §2.1',
    fix: ANY_CASE,
    attribute: 'name.givenName',
    path: 'Name.GIVENNAME',
  },
  {
    id: 'rfc.patch.path.urn',
    title: 'A path may name a core attribute with the URN of its schema.',
    source: 'RFC 7644 §3.10',
    fix: WITH_URN,
    attribute: 'displayName',
    path: `${USER_URN}:displayName`,
  },
  {
    id: 'rfc.patch.path.urn-sub-attribute',
    title: 'A path may name a sub-attribute with the URN of its schema.',
    source: 'RFC 7644 §3.10',
    fix: WITH_URN,
    attribute: 'name.givenName',
    path: `${USER_URN}:name.givenName`,
  },
  {
    id: 'rfc.patch.path.urn-ignores-case',
    title: 'The URN in a path is taken in any letter case.',
    source: 'RFC 7644 §3.10',
    fix: ANY_CASE,
    attribute: 'displayName',
    path: `${USER_URN.toLowerCase()}:displayname`,
  },
];

const spellings: readonly Check[] = SPELLINGS.map(({ id, title, source, fix, attribute, path }) =>
  patchCheck({
    id,
    title,
    source,
    fix,
    async run(t) {
      t.needsAttribute(USER_URN, attribute);
      const user = await t.user();
      const value = t.unique('text');
      t.expectEqual(await patched(t, user, { op: 'replace', path, value }), attribute, value);
    },
  }),
);

const valuePaths: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.path.urn-filter',
    title: 'A path with a filter may begin with the URN of the schema.',
    source: 'RFC 7644 §3.5.2, §3.10',
    fix: WITH_URN,
    async run(t) {
      const user = await userWithEmails(t, ['work', 'home']);
      const value = mailbox(t);
      const path = `${USER_URN}:emails[type eq "home"].value`;
      const after = await patched(t, user, { op: 'replace', path, value });
      t.expectEqual(after, 'emails[type=home].value', value);
    },
  }),
  patchCheck({
    id: 'rfc.patch.path.filter-ignores-case',
    title: 'Names and operators of a path with a filter are taken in any letter case.',
    source: 'RFC 7644 §3.10, §3.4.2.2',
    fix: 'Compare attribute names and filter operators in paths without regard to case.',
    async run(t) {
      const user = await userWithEmails(t, ['work', 'home']);
      const value = mailbox(t);
      const after = await patched(t, user, { op: 'replace', path: 'Emails[Type EQ "home"].Value', value });
      t.expectEqual(after, 'emails[type=home].value', value);
    },
  }),
  patchCheck({
    id: 'rfc.patch.path.filter-by-value',
    title: 'The filter of a path may select by a value with the signs of an e-mail address.',
    source: 'RFC 7644 §3.5.2, §3.4.2.2',
    fix: 'Parse the filter in the brackets as a filter; dots, @ and brackets within quotes belong to the value.',
    async run(t) {
      t.needsAttribute(USER_URN, 'emails.type');
      const user = await userWithEmails(t, ['work', 'home']);
      const path = `emails[value eq "${emailOf(user, 1)}"].type`;
      const after = await patched(t, user, { op: 'replace', path, value: 'other' });
      t.expectEqual(after, `emails[value=${emailOf(user, 1)}].type`, 'other');
    },
  }),
  patchCheck({
    id: 'rfc.patch.path.keys-ignore-case',
    title: 'Attribute names in a value without a path are taken in any letter case.',
    source: 'RFC 7643 §2.1',
    fix: 'Compare the names of JSON members with attribute names without regard to case.',
    async run(t) {
      t.needsAttribute(USER_URN, 'displayName');
      const user = await t.user();
      const value = t.unique('shown');
      const after = await patched(t, user, { op: 'replace', value: { DisplayNAME: value } });
      t.expectEqual(after, 'displayName', value);
    },
  }),
  patchCheck({
    id: 'rfc.patch.path.quoted-text',
    title: 'A value keeps quotes, backslashes and letters of any script.',
    source: 'RFC 7644 §3.5.2, §3.8',
    fix: 'Take the value of an operation as JSON gives it, in UTF-8, without decoding it once more.',
    async run(t) {
      const path = optionalText(t);
      const user = await t.user();
      const value = `"${t.unique('q')}" \\ 'Zoë' 山田`;
      t.expectEqual(await patched(t, user, { op: 'replace', path, value }), path, value);
    },
  }),
];

const MALFORMED = 'Parse the path by Figure 7 of RFC 7644, and refuse what does not fit with 400 and invalidPath.';

const refused = refusals([
  {
    id: 'rfc.patch.path.unclosed',
    what: 'A path whose bracket is not closed',
    source: 'RFC 7644 §3.5.2, §3.12',
    fix: MALFORMED,
    scimType: 'invalidPath',
    request: () => [{ op: 'replace', path: 'emails[type eq "work"', value: { value: 'x@example.com' } }],
  },
  {
    id: 'rfc.patch.path.dots',
    what: 'A path with an empty sub-attribute name',
    source: 'RFC 7644 §3.5.2, §3.12',
    fix: MALFORMED,
    scimType: 'invalidPath',
    request: () => [{ op: 'replace', path: 'name..givenName', value: 'Given' }],
  },
  {
    id: 'rfc.patch.path.unknown-attribute',
    what: 'A path to an attribute that no schema has',
    level: 'should',
    source: 'RFC 7644 §3.5.2, §3.12',
    fix: 'Resolve the path in the schemas of the resource type, and refuse names that none of them has.',
    scimType: 'invalidPath',
    request: (t) => [{ op: 'replace', path: 'noSuchAttributeAnywhere', value: t.unique('x') }],
  },
]);

/** The operator is no operator: servers call it invalidPath or invalidFilter, and both are right. */
const unknownOperator: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.path.unknown-operator',
    title: 'A path with an unknown filter operator is answered with 400.',
    source: 'RFC 7644 §3.5.2, §3.12',
    fix: MALFORMED,
    async run(t) {
      const user = await t.user();
      const operation = { op: 'replace', path: 'emails[type like "work"].value', value: mailbox(t) };
      t.expectError(await t.patch(user, [operation]), 400);
    },
  }),
];

export const patchPathChecks: readonly Check[] = [...spellings, ...valuePaths, ...refused, ...unknownOperator];
