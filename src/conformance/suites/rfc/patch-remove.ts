/** The operation remove: RFC 7644 §3.5.2.2. */
import type { Check } from '../../check.js';
import { USER_URN } from '../../facts.js';
import type { Probe } from '../../probe.js';
import {
  emailOf,
  expectValues,
  needsOptional,
  optionalNamePart,
  optionalText,
  patchCheck,
  patched,
  refusals,
  userWithEmails,
} from './patch-common.js';

const SOURCE = 'RFC 7644 §3.5.2.2';

const whole: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.remove.singular',
    title: 'A remove of a single-valued attribute leaves it unassigned.',
    source: SOURCE,
    fix: 'Delete the value of the attribute that the path of a remove names.',
    async run(t) {
      const path = optionalText(t);
      const user = await t.user({ [path]: t.unique('text') });
      t.expectUnassigned(await patched(t, user, { op: 'remove', path }), path);
    },
  }),
  patchCheck({
    id: 'rfc.patch.remove.keeps-others',
    title: 'A remove leaves the other attributes as they are.',
    source: SOURCE,
    fix: 'Let remove touch nothing but the target of its path.',
    async run(t) {
      const path = optionalText(t);
      const user = await t.user({ [path]: t.unique('text') });
      const after = await patched(t, user, { op: 'remove', path });
      t.expectEqual(after, 'userName', user.sent.userName ?? null);
      t.expectEqual(after, 'name.familyName', 'Family');
    },
  }),
  patchCheck({
    id: 'rfc.patch.remove.sub-attribute',
    title: 'A remove of a sub-attribute leaves the rest of the complex attribute.',
    source: `${SOURCE}, §3.10`,
    fix: 'Resolve a path such as name.middleName to the sub-attribute and delete that alone.',
    async run(t) {
      const path = optionalNamePart(t);
      const part = path.slice('name.'.length);
      const user = await t.user({ name: { givenName: 'Given', familyName: 'Family', [part]: 'Part' } });
      const after = await patched(t, user, { op: 'remove', path });
      t.expectUnassigned(after, path);
      t.expectEqual(after, 'name.familyName', 'Family');
    },
  }),
  patchCheck({
    id: 'rfc.patch.remove.complex',
    title: 'A remove of a complex attribute removes all of its sub-attributes.',
    source: SOURCE,
    fix: 'Delete the whole complex value when the path of a remove names it without a sub-attribute.',
    async run(t) {
      needsOptional(t, USER_URN, 'name');
      const user = await t.user();
      const after = await patched(t, user, { op: 'remove', path: 'name' });
      // What a server composes of other attributes, it may still show in `formatted`.
      t.expectUnassigned(after, 'name.givenName');
      t.expectUnassigned(after, 'name.familyName');
    },
  }),
  patchCheck({
    id: 'rfc.patch.remove.multi-valued',
    title: 'A remove of a multi-valued attribute without a filter removes all its values.',
    source: SOURCE,
    fix: 'Delete all values when the path of a remove names a multi-valued attribute without a filter.',
    async run(t) {
      needsOptional(t, USER_URN, 'emails');
      const user = await userWithEmails(t, ['work', 'home']);
      t.expectUnassigned(await patched(t, user, { op: 'remove', path: 'emails' }), 'emails');
    },
  }),
];

/** A row: which of three addresses a filter selects. */
interface Selecting {
  readonly id: string;
  readonly title: string;
  readonly source?: string;
  /** Types of the addresses, in order. */
  readonly types: readonly string[];
  /** Positions of the addresses that stay. */
  readonly stay: readonly number[];
  filter(addresses: readonly string[]): string;
}

const SELECTING: readonly Selecting[] = [
  {
    id: 'rfc.patch.remove.filter',
    title: 'A remove with a filter removes the value that matches and keeps the others.',
    types: ['work', 'home', 'other'],
    stay: [0, 2],
    filter: () => 'type eq "home"',
  },
  {
    id: 'rfc.patch.remove.filter-value',
    title: 'A remove with a filter for a value removes that value and keeps the others.',
    types: ['work', 'home', 'other'],
    stay: [0, 1],
    filter: ([, , third]) => `value eq "${third}"`,
  },
  {
    id: 'rfc.patch.remove.filter-several',
    title: 'A remove with a filter removes all values that match.',
    types: ['work', 'home', 'home'],
    stay: [0],
    filter: () => 'type eq "home"',
  },
  {
    id: 'rfc.patch.remove.filter-and',
    title: 'A filter with and in the path of a remove selects what meets both conditions.',
    types: ['work', 'home', 'home'],
    stay: [0, 1],
    filter: ([, , third]) => `type eq "home" and value eq "${third}"`,
  },
  {
    id: 'rfc.patch.remove.filter-or',
    title: 'A filter with or in the path of a remove selects what meets either condition.',
    types: ['work', 'home', 'other'],
    stay: [1],
    filter: ([first]) => `type eq "other" or value eq "${first}"`,
  },
  {
    id: 'rfc.patch.remove.filter-not',
    title: 'A filter with not in the path of a remove selects what does not meet the condition.',
    types: ['work', 'home', 'other'],
    stay: [0],
    filter: () => 'not (type eq "work")',
  },
  {
    id: 'rfc.patch.remove.filter-ne',
    title: 'The operator ne works in the path of a remove.',
    types: ['work', 'home', 'other'],
    stay: [1],
    filter: () => 'type ne "home"',
  },
  {
    id: 'rfc.patch.remove.filter-sw',
    title: 'The operator sw works in the path of a remove.',
    types: ['work', 'home', 'other'],
    stay: [0, 2],
    filter: ([, second]) => `value sw "${String(second).split('@')[0]}"`,
  },
  {
    id: 'rfc.patch.remove.filter-ew',
    title: 'A filter with and and ew, as in the example of the RFC, works in the path of a remove.',
    types: ['work', 'home', 'home'],
    stay: [0, 2],
    filter: ([, second]) => `type eq "home" and value ew "${String(second).slice(-20)}"`,
  },
  {
    id: 'rfc.patch.remove.filter-co',
    title: 'The operator co works in the path of a remove.',
    types: ['work', 'home', 'other'],
    stay: [0, 2],
    filter: ([, second]) => `value co "${String(second).slice(3, -3)}"`,
  },
  {
    id: 'rfc.patch.remove.filter-ignores-case',
    title: 'A filter in a path compares an attribute that is not caseExact without regard to case.',
    source: 'RFC 7644 §3.4.2.2, RFC 7643 §2.2',
    types: ['work', 'home', 'other'],
    stay: [0, 2],
    filter: () => 'TYPE eq "HOME"',
  },
];

const selecting: readonly Check[] = SELECTING.map(({ id, title, source, types, stay, filter }) =>
  patchCheck({
    id,
    title,
    source: source ?? `${SOURCE}, §3.4.2.2`,
    fix: 'Evaluate the filter in the brackets of the path for each value, and remove exactly those that match.',
    async run(t) {
      const user = await userWithEmails(t, types);
      const addresses = types.map((_, i) => emailOf(user, i));
      const after = await patched(t, user, { op: 'remove', path: `emails[${filter(addresses)}]` });
      const wanted = stay.map((i) => String(addresses[i]));
      expectValues(t, after, 'emails', wanted);
    },
  }),
);

const filtered: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.remove.filter-boolean',
    title: 'A filter in a path compares booleans.',
    source: `${SOURCE}, §3.4.2.2`,
    fix: 'Take true and false without quotes in the filter of a path, and compare them as booleans.',
    async run(t) {
      t.needsAttribute(USER_URN, 'emails.primary');
      const user = await userWithEmails(t, ['work', 'home']);
      const after = await patched(t, user, { op: 'remove', path: 'emails[primary eq true]' });
      expectValues(t, after, 'emails', [emailOf(user, 1)]);
    },
  }),
  patchCheck({
    id: 'rfc.patch.remove.last-value',
    title: 'When a filter removes the last value the attribute is unassigned.',
    source: SOURCE,
    fix: 'Leave the attribute out, or give an empty array, when no value remains.',
    async run(t) {
      needsOptional(t, USER_URN, 'emails');
      const user = await userWithEmails(t, ['work']);
      t.expectUnassigned(await patched(t, user, { op: 'remove', path: 'emails[type eq "work"]' }), 'emails');
    },
  }),
  patchCheck({
    id: 'rfc.patch.remove.filtered-sub-attribute',
    title: 'A remove of a sub-attribute of selected values removes it and keeps the values.',
    source: SOURCE,
    fix: 'When a name follows the brackets of a path remove that sub-attribute alone, not the whole value.',
    async run(t) {
      needsOptional(t, USER_URN, 'emails.type');
      const user = await userWithEmails(t, ['work', 'home']);
      const after = await patched(t, user, { op: 'remove', path: 'emails[type eq "home"].type' });
      t.expectUnassigned(after, `emails[value=${emailOf(user, 1)}].type`);
      t.expectPresent(after, `emails[value=${emailOf(user, 1)}]`);
      t.expectEqual(after, `emails[value=${emailOf(user, 0)}].type`, 'work');
    },
  }),
  patchCheck({
    id: 'rfc.patch.remove.no-match',
    title: 'A remove whose filter matches nothing removes nothing.',
    source: SOURCE,
    fix: 'When no value matches leave all of them; whether that is a success or noTarget is open.',
    async run(t) {
      const user = await userWithEmails(t, ['work', 'home']);
      const answer = await t.patch(user, [{ op: 'remove', path: 'emails[type eq "other"]' }]);
      t.expectStatus(answer, 200, 204, 400);
      expectValues(t, await t.read(user), 'emails', [emailOf(user, 0), emailOf(user, 1)]);
    },
  }),
];

const refused = refusals([
  {
    id: 'rfc.patch.remove.no-path',
    what: 'A remove without a path',
    source: SOURCE,
    fix: 'Refuse a remove without a path with status 400 and scimType noTarget.',
    scimType: 'noTarget',
    isTypeDemanded: true,
    request: () => [{ op: 'remove' }],
  },
  {
    id: 'rfc.patch.remove.required',
    what: 'A remove of a required attribute',
    source: SOURCE,
    fix: 'Refuse to remove userName with status 400 and scimType mutability.',
    scimType: 'mutability',
    isTypeDemanded: true,
    request: () => [{ op: 'remove', path: 'userName' }],
  },
  {
    id: 'rfc.patch.remove.read-only',
    what: 'A remove of a readOnly attribute',
    source: SOURCE,
    fix: 'Refuse to remove what the server alone writes, such as id, with status 400 and scimType mutability.',
    scimType: 'mutability',
    isTypeDemanded: true,
    request: () => [{ op: 'remove', path: 'id' }],
  },
]);

const unassigned: readonly Check[] = [
  patchCheck({
    id: 'rfc.patch.remove.unassigned',
    title: 'A remove of what is not there is no fault of the server.',
    level: 'should',
    source: SOURCE,
    fix: 'Answer a remove of an unassigned attribute with success, or with 400 and noTarget.',
    async run(t: Probe) {
      const path = optionalText(t);
      t.expectStatus(await t.patch(await t.user(), [{ op: 'remove', path }]), 200, 204, 400);
    },
  }),
];

export const patchRemoveChecks: readonly Check[] = [...whole, ...selecting, ...filtered, ...refused, ...unassigned];
