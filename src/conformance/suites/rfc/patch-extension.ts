/** PATCH of the enterprise extension: RFC 7644 §3.5.2 and §3.10, RFC 7643 §4.3. */
import type { Check } from '../../check.js';
import { ENTERPRISE_URN, USER_URN } from '../../facts.js';
import type { JsonObject } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { valueAt } from '../../values.js';
import { needsOptional, type PatchCheck, patchCheck, patched } from './patch-common.js';

const DEPARTMENT = `${ENTERPRISE_URN}:department`;
const NUMBER = `${ENTERPRISE_URN}:employeeNumber`;
const MANAGER = `${ENTERPRISE_URN}:manager`;
const NOTATION = 'RFC 7644 §3.5.2, §3.10';
const BY_URN = 'Resolve a path that begins with the URN of an extension in that extension, and write it there.';

function extensionCheck(check: Omit<PatchCheck, 'needs'>): Check {
  return patchCheck({ ...check, needs: ['enterprise'] });
}

function userWith(t: Probe, extension: JsonObject): Promise<Made> {
  for (const name of Object.keys(extension)) t.needsAttribute(ENTERPRISE_URN, name);
  return t.user({ schemas: [USER_URN, ENTERPRISE_URN], [ENTERPRISE_URN]: extension });
}

const texts: readonly Check[] = [
  extensionCheck({
    id: 'rfc.patch.extension.add',
    title: 'An add to an attribute of an extension gives it the value.',
    source: NOTATION,
    fix: BY_URN,
    async run(t) {
      t.needsAttribute(ENTERPRISE_URN, 'department');
      const user = await t.user();
      const value = t.unique('department');
      t.expectEqual(await patched(t, user, { op: 'add', path: DEPARTMENT, value }), DEPARTMENT, value);
    },
  }),
  extensionCheck({
    id: 'rfc.patch.extension.schemas',
    title: 'An add to an attribute of an extension adds the URN of the extension to schemas.',
    source: 'RFC 7644 §3.5.2',
    fix: 'List the URN of an extension in schemas as soon as the resource has a value of it.',
    async run(t) {
      t.needsAttribute(ENTERPRISE_URN, 'department');
      const user = await t.user();
      const after = await patched(t, user, { op: 'add', path: DEPARTMENT, value: t.unique('department') });
      const schemas = valueAt(after.body, 'schemas');
      const holds = Array.isArray(schemas) && schemas.includes(ENTERPRISE_URN);
      t.expect(holds, after, 'schemas lacks the URN of the extension', ENTERPRISE_URN, schemas);
    },
  }),
  extensionCheck({
    id: 'rfc.patch.extension.replace',
    title: 'A replace of an attribute of an extension changes it and leaves the others of the extension.',
    source: NOTATION,
    fix: BY_URN,
    async run(t) {
      const number = t.unique('number');
      const user = await userWith(t, { department: 'Former', employeeNumber: number });
      const value = t.unique('department');
      const after = await patched(t, user, { op: 'replace', path: DEPARTMENT, value });
      t.expectEqual(after, DEPARTMENT, value);
      t.expectEqual(after, NUMBER, number);
    },
  }),
  extensionCheck({
    id: 'rfc.patch.extension.remove',
    title: 'A remove of an attribute of an extension removes it and leaves the others of the extension.',
    source: NOTATION,
    fix: BY_URN,
    async run(t) {
      needsOptional(t, ENTERPRISE_URN, 'department');
      const number = t.unique('number');
      const user = await userWith(t, { department: 'Former', employeeNumber: number });
      const after = await patched(t, user, { op: 'remove', path: DEPARTMENT });
      t.expectUnassigned(after, DEPARTMENT);
      t.expectEqual(after, NUMBER, number);
    },
  }),
  extensionCheck({
    id: 'rfc.patch.extension.no-path',
    title: 'A replace without a path writes the attributes of an extension that its value has under the URN.',
    source: 'RFC 7644 §3.5.2.3, RFC 7643 §3.3',
    fix: 'Take a member of the value that is the URN of an extension for the attributes of that extension.',
    async run(t) {
      const user = await userWith(t, { department: 'Former' });
      const value = t.unique('department');
      const after = await patched(t, user, { op: 'replace', value: { [ENTERPRISE_URN]: { department: value } } });
      t.expectEqual(after, DEPARTMENT, value);
    },
  }),
  extensionCheck({
    id: 'rfc.patch.extension.add-no-path-keeps-others',
    title: 'An add without a path leaves the attributes of an extension that it does not name.',
    source: 'RFC 7644 §3.5.2.1',
    fix: 'Merge the extension in the value of an add into what the resource has of it.',
    async run(t) {
      const number = t.unique('number');
      const user = await userWith(t, { employeeNumber: number });
      t.needsAttribute(ENTERPRISE_URN, 'department');
      const value = { [ENTERPRISE_URN]: { department: t.unique('department') } };
      t.expectEqual(await patched(t, user, { op: 'add', value }), NUMBER, number);
    },
  }),
  extensionCheck({
    id: 'rfc.patch.extension.ignores-case',
    title: 'The URN of an extension in a path is taken in any letter case.',
    source: 'RFC 7644 §3.10',
    fix: 'Compare URNs and attribute names in paths without regard to case.',
    async run(t) {
      t.needsAttribute(ENTERPRISE_URN, 'department');
      const user = await t.user();
      const value = t.unique('department');
      const after = await patched(t, user, { op: 'add', path: DEPARTMENT.toLowerCase(), value });
      t.expectEqual(after, DEPARTMENT, value);
    },
  }),
];

const managers: readonly Check[] = [
  extensionCheck({
    id: 'rfc.patch.extension.manager',
    title: 'An add of manager with the id of a user makes that user the manager.',
    source: 'RFC 7643 §4.3, RFC 7644 §3.5.2.1',
    fix: 'Store the id in manager.value, and give it back.',
    async run(t) {
      t.needsAttribute(ENTERPRISE_URN, 'manager.value');
      const [user, boss] = [await t.user(), await t.user()];
      const after = await patched(t, user, { op: 'add', path: MANAGER, value: { value: boss.id } });
      t.expectEqual(after, `${MANAGER}.value`, boss.id);
    },
  }),
  extensionCheck({
    id: 'rfc.patch.extension.manager-replaced',
    title: 'A replace of manager names another manager.',
    source: 'RFC 7643 §4.3, RFC 7644 §3.5.2.3',
    fix: 'Let replace write manager.value when there is a manager already.',
    async run(t) {
      const [former, next] = [await t.user(), await t.user()];
      const user = await userWith(t, { manager: { value: former.id } });
      const after = await patched(t, user, { op: 'replace', path: MANAGER, value: { value: next.id } });
      t.expectEqual(after, `${MANAGER}.value`, next.id);
    },
  }),
  extensionCheck({
    id: 'rfc.patch.extension.manager-value',
    title: 'A replace of manager.value names another manager.',
    source: NOTATION,
    fix: 'Resolve the sub-attribute behind the attribute of the extension: urn:…:User:manager.value.',
    async run(t) {
      const [former, next] = [await t.user(), await t.user()];
      const user = await userWith(t, { manager: { value: former.id } });
      const after = await patched(t, user, { op: 'replace', path: `${MANAGER}.value`, value: next.id });
      t.expectEqual(after, `${MANAGER}.value`, next.id);
    },
  }),
  extensionCheck({
    id: 'rfc.patch.extension.manager-removed',
    title: 'A remove of manager leaves the user without one.',
    source: 'RFC 7644 §3.5.2.2',
    fix: 'Delete the whole complex value manager.',
    async run(t) {
      needsOptional(t, ENTERPRISE_URN, 'manager');
      const boss = await t.user();
      const user = await userWith(t, { manager: { value: boss.id } });
      t.expectUnassigned(await patched(t, user, { op: 'remove', path: MANAGER }), `${MANAGER}.value`);
    },
  }),
];

export const patchExtensionChecks: readonly Check[] = [...texts, ...managers];
