/** What the checks of PATCH share: requests with the reading of what became of them, test data, rows of refusals. */
import type { Check } from '../../check.js';
import { declares, definitionOf, type TypeName, USER_URN } from '../../facts.js';
import type { Answer, Feature, Json, JsonObject } from '../../model.js';
import type { Made, PatchOperation, Probe } from '../../probe.js';
import { isSame, objectsIn, shown, valueAt } from '../../values.js';

/** What a check of this family says of itself; suite and the need for PATCH are the same in all of them. */
export type PatchCheck = Omit<Check, 'suite' | 'level' | 'needs'> & {
  /** `must` unless said otherwise. */
  readonly level?: 'must' | 'should';
  /** Besides PATCH. */
  readonly needs?: readonly Feature[];
};

export function patchCheck({ level = 'must', needs = [], ...rest }: PatchCheck): Check {
  return { ...rest, suite: 'rfc', level, needs: ['patch', ...needs] };
}

/** Sends the operations in one request, which must succeed, and reads the resource. */
export async function patched(t: Probe, made: Made, ...operations: PatchOperation[]): Promise<Answer> {
  const answer = await t.patch(made, operations);
  t.expectStatus(answer, 200, 204);
  return t.read(made);
}

// Test data

/** Optional texts of a user, the most common first. */
const TEXTS = ['nickName', 'title', 'userType'] as const;
const NAME_PARTS = ['middleName', 'honorificPrefix', 'honorificSuffix'] as const;

/** A text attribute of users that may be written and may be without a value. */
export function optionalText(t: Probe): string {
  const isFree = (name: string): boolean => isOptional(t, USER_URN, name) && !hasCanonicalValues(t, name);
  return TEXTS.find(isFree) ?? t.skip('users have no optional text to work with');
}

/** Servers may take no other values than those that they announce (RFC 7643 §2.3.1). */
function hasCanonicalValues({ facts }: Probe, name: string): boolean {
  const values = definitionOf(facts, USER_URN, name)?.canonicalValues;
  return Array.isArray(values) && values.length > 0;
}

/** A part of `name`, as a path, that test users do not have. */
export function optionalNamePart(t: Probe): string {
  const part = NAME_PARTS.map((name) => `name.${name}`).find((path) => isOptional(t, USER_URN, path));
  return part ?? t.skip('the name of a user has no optional part to work with');
}

/** Skips when the server's schema does not let the attribute be without a value. */
export function needsOptional(t: Probe, urn: string, path: string): void {
  t.needsAttribute(urn, path);
  if (!isOptional(t, urn, path)) t.skip(`the server's schema requires ${path}, or does not let it be written`);
}

function isOptional(t: Probe, urn: string, path: string): boolean {
  if (!declares(t.facts, urn, path)) return false;
  const attribute = definitionOf(t.facts, urn, path);
  const isSingular = attribute?.multiValued !== true;
  if (isSingular && objectsIn(attribute?.subAttributes).some(({ required }) => required === true)) return false;
  return attribute?.required !== true && (attribute?.mutability ?? 'readWrite') === 'readWrite';
}

/** A new address. */
export function mailbox(t: Probe): string {
  return `${t.unique('mail')}@example.com`;
}

/** A user with one e-mail address of each type given, the first being the primary one. */
export async function userWithEmails(t: Probe, types: readonly string[]): Promise<Made> {
  t.needsAttribute(USER_URN, 'emails');
  const emails = types.map((type, i) => ({ value: mailbox(t), type, ...(i === 0 && { primary: true }) }));
  const made = await t.user({ emails });
  const kept = valueAt(made.answer.body, 'emails');
  if (Array.isArray(kept) && kept.length < types.length) {
    t.skip(`the server kept ${kept.length} of ${types.length} e-mail addresses of a user`);
  }
  return made;
}

/** The address that was sent at a position. */
export function emailOf(made: Made, index: number): string {
  return String(valueAt(made.sent, `emails[${index}].value`));
}

// Expectations

/** The values of a multi-valued attribute are these, in any order. `sub`: what is compared of each. */
export function expectValues(t: Probe, answer: Answer, path: string, wanted: readonly string[], sub = 'value'): void {
  const list = valueAt(answer.body, path);
  const found = (Array.isArray(list) ? list : []).map((each) => String(valueAt(each, sub)));
  const holds = isSame([...found].sort(), [...wanted].sort());
  t.expect(holds, answer, `${path} has ${found.length} values, and should have ${wanted.length}`, wanted, found);
}

/** A boolean is not true; false and unassigned are both right (RFC 7643 §2.4). */
export function expectNotTrue(t: Probe, answer: Answer, path: string): void {
  const found = valueAt(answer.body, path);
  t.expect(found !== true, answer, `${path} is still true`, 'false, or nothing', found);
}

/** The attribute is what it was in the other answer. */
export function expectKept(t: Probe, before: Answer, after: Answer, path: string): void {
  const [wanted, found] = [valueAt(before.body, path), valueAt(after.body, path)];
  t.expect(isSame(wanted, found), after, `${path} is ${shown(found)}`, wanted ?? 'nothing', found ?? 'nothing');
}

/** `meta.lastModified`; the check is skipped on a server that does not give it. */
export async function modifiedOf(t: Probe, made: Made): Promise<string> {
  const stamp = valueAt((await t.read(made)).body, 'meta.lastModified');
  return typeof stamp === 'string' ? stamp : t.skip('the server gives no meta.lastModified');
}

/** Waits until a modify timestamp written now would differ: a second where the server writes whole seconds. */
export async function untilNextStamp(stamp: string): Promise<void> {
  const hasFraction = /\.\d*[1-9]/.test(stamp);
  await new Promise((resolve) => setTimeout(resolve, hasFraction ? 25 : 1100));
}

// What add and replace do alike (RFC 7644 §3.5.2.3)

type Writing = 'add' | 'replace';

/** A text attribute without a value gets one. */
export async function expectFirstText(t: Probe, op: Writing): Promise<void> {
  const path = optionalText(t);
  const user = await t.user();
  const value = t.unique('text');
  t.expectEqual(await patched(t, user, { op, path, value }), path, value);
}

/** A single-valued attribute that has a value gets another one. */
export async function expectOtherText(t: Probe, op: Writing): Promise<void> {
  t.needsAttribute(USER_URN, 'displayName');
  const user = await t.user();
  const value = t.unique('shown');
  t.expectEqual(await patched(t, user, { op, path: 'displayName', value }), 'displayName', value);
}

/** A complex attribute keeps the sub-attributes that the value does not name. */
export async function expectRestOfName(t: Probe, op: Writing): Promise<void> {
  t.needsAttribute(USER_URN, 'name.familyName');
  const user = await t.user();
  const after = await patched(t, user, { op, path: 'name', value: { givenName: t.unique('given') } });
  t.expectEqual(after, 'name.familyName', 'Family');
}

// Refusals

/** A PATCH that has to be refused. */
interface Refusal {
  readonly id: string;
  /** The beginning of a sentence: `A remove without a path`. */
  readonly what: string;
  readonly source: string;
  readonly fix: string;
  readonly level?: 'must' | 'should';
  readonly scimType: string;
  /** Another scimType whose description in Table 9 fits as well. */
  readonly orScimType?: string;
  /** The text names the scimType for this case; otherwise a check of its own recommends it. */
  readonly isTypeDemanded?: boolean;
  readonly needs?: readonly Feature[];
  readonly type?: TypeName;
  /** Of the schema of users; the row does not apply to a server without it. */
  readonly attribute?: string;
  /** The body of the request, or the operations in it. */
  request(t: Probe): JsonObject | PatchOperation[];
}

/** One check of the status, and one of the scimType where RFC 7644 only lists it in Table 9. */
export function refusals(rows: readonly Refusal[]): Check[] {
  return rows.flatMap((row) => {
    const { id, what, source, level = 'must', scimType, isTypeDemanded = false, needs = [] } = row;
    const type = isTypeDemanded ? scimType : undefined;
    const status = patchCheck({
      id,
      title: `${what} is answered with 400${type ? ` and the scimType ${type}` : ''}.`,
      level,
      source,
      fix: row.fix,
      needs,
      run: async (t) => t.expectError(await sendRefusal(t, row), 400, type),
    });
    if (isTypeDemanded) return [status];
    const named = patchCheck({
      id: `${id}-type`,
      title: `${what} is answered with the scimType ${scimType}${row.orScimType ? ` or ${row.orScimType}` : ''}.`,
      level: 'should',
      source: 'RFC 7644 §3.12, Table 9',
      fix: `Put "scimType": "${scimType}" in the error body, so that clients can tell this fault from others.`,
      needs,
      run: async (t) => {
        const answer = await sendRefusal(t, row);
        t.expect(answer.status >= 400, answer, `${what} was not refused, but answered with ${answer.status}`, 400);
        const isOther = row.orScimType !== undefined && valueAt(answer.body, 'scimType') === row.orScimType;
        if (!isOther) t.expectEqual(answer, 'scimType', scimType);
      },
    });
    return [status, named];
  });
}

async function sendRefusal(t: Probe, { type = 'User', attribute, request }: Refusal): Promise<Answer> {
  if (attribute) t.needsAttribute(USER_URN, attribute);
  const body = request(t);
  const made = type === 'User' ? await t.user() : await t.group();
  if (Array.isArray(body)) return t.patch(made, body);
  return t.request('PATCH', made.path, { body: body as Json });
}
