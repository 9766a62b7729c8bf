/** attributes and excludedAttributes: RFC 7644 §3.9. */
import type { Check } from '../../check.js';
import { ENTERPRISE_URN, extensionsOf, PATCH_URN, schemaOf, USER_URN } from '../../facts.js';
import { valueFor } from '../../fill.js';
import type { Answer, JsonObject } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { objectsIn, valueAt } from '../../values.js';
import { type Heading, type Row, rfcArea } from './rfc-check.js';

/** A user that is read with a query, and what the answer must and must not have. */
interface Reading extends Heading {
  /** Attributes of User that the server's schema must have. */
  readonly attributes?: readonly string[];
  readonly user?: JsonObject;
  readonly query: Readonly<Record<string, string>>;
  readonly present?: readonly string[];
  readonly absent?: readonly string[];
}

const SOURCE = 'RFC 7644 §3.9';

const projectionCheck = rfcArea('projection', SOURCE);

function reading(row: Reading): Check {
  return projectionCheck({
    ...row,
    async run(t) {
      for (const attribute of row.attributes ?? []) t.needsAttribute(USER_URN, attribute);
      const answer = await t.read(await t.user(row.user), row.query);
      expectParts(t, answer, row);
    },
  });
}

function expectParts(
  t: Probe,
  answer: Answer,
  { present = [], absent = [] }: Pick<Reading, 'present' | 'absent'>,
): void {
  for (const path of present) t.expectPresent(answer, path);
  for (const path of absent) t.expectAbsent(answer, path);
}

const EMPLOYEE: JsonObject = {
  schemas: [USER_URN, ENTERPRISE_URN],
  [ENTERPRISE_URN]: { department: 'Tours', employeeNumber: '4711' },
};

const READINGS: readonly Reading[] = [
  {
    id: 'attributes',
    title: 'The parameter attributes asks for the named attributes and no others.',
    fix: 'Return only what attributes names, and what is always returned.',
    attributes: ['name', 'emails'],
    query: { attributes: 'userName' },
    present: ['userName'],
    absent: ['name', 'emails'],
  },
  {
    id: 'attributes-several',
    title: 'The parameter attributes may have several names, with commas between them.',
    fix: 'Split attributes at the commas.',
    attributes: ['name', 'emails', 'displayName'],
    query: { attributes: 'userName,displayName' },
    present: ['userName', 'displayName'],
    absent: ['name', 'emails'],
  },
  {
    id: 'attributes-id',
    title: 'The id is returned whatever attributes names.',
    source: 'RFC 7644 §3.9, RFC 7643 §3.1',
    fix: 'Return id always: its "returned" is "always".',
    query: { attributes: 'userName' },
    present: ['id'],
  },
  {
    id: 'attributes-schemas',
    title: 'The attribute schemas is returned whatever attributes names.',
    source: 'RFC 7643 §3',
    fix: 'Return schemas always: every representation of a resource has it.',
    query: { attributes: 'userName' },
    present: ['schemas'],
  },
  {
    id: 'attributes-sub-attribute',
    title: 'The parameter attributes may name a sub-attribute, and leaves out its neighbours.',
    fix: 'Resolve name.familyName in attributes, and return that part of name alone.',
    attributes: ['name.givenName', 'name.familyName'],
    query: { attributes: 'name.familyName' },
    present: ['name.familyName'],
    absent: ['name.givenName', 'userName'],
  },
  {
    id: 'attributes-multi-valued',
    title: 'The parameter attributes may name a sub-attribute of a multi-valued attribute.',
    fix: 'Resolve emails.value in attributes, and return that part of each value alone.',
    attributes: ['emails.value', 'emails.type'],
    query: { attributes: 'emails.value' },
    present: ['emails[0].value'],
    absent: ['emails[0].type'],
  },
  {
    id: 'attributes-ignores-case',
    title: 'The letter case of names in attributes does not matter.',
    source: 'RFC 7643 §2.1, RFC 7644 §3.9',
    fix: 'Compare attribute names without regard to letter case.',
    attributes: ['name.familyName', 'emails'],
    query: { attributes: 'USERNAME,Name.FAMILYname' },
    present: ['userName', 'name.familyName'],
    absent: ['emails'],
  },
  {
    id: 'attributes-urn',
    title: 'The parameter attributes may name an attribute with the URN of the core schema.',
    source: 'RFC 7644 §3.9, §3.10',
    fix: `Take ${USER_URN}:userName for userName in attributes.`,
    attributes: ['emails'],
    query: { attributes: `${USER_URN}:userName` },
    present: ['userName'],
    absent: ['emails'],
  },
  {
    id: 'attributes-extension',
    title: 'The parameter attributes may name an attribute of an extension with its URN.',
    source: 'RFC 7644 §3.9, §3.10',
    fix: `Resolve names such as ${ENTERPRISE_URN}:department in attributes.`,
    needs: ['enterprise'],
    user: EMPLOYEE,
    query: { attributes: `${ENTERPRISE_URN}:department` },
    present: [`${ENTERPRISE_URN}:department`],
    absent: [`${ENTERPRISE_URN}:employeeNumber`, 'userName'],
  },
  {
    id: 'attributes-never-returned',
    title: 'The parameter attributes cannot ask for the password.',
    source: 'RFC 7643 §4.1.1, §7',
    fix: 'Never return an attribute whose "returned" is "never", not even when it is named.',
    attributes: ['password'],
    user: { password: 'Tr0ub4dor&3-horse' },
    query: { attributes: 'userName,password' },
    absent: ['password'],
  },
  {
    id: 'excluded',
    title: 'The parameter excludedAttributes leaves out the named attributes and no others.',
    fix: 'Return what is returned by default, without what excludedAttributes names.',
    attributes: ['name', 'emails'],
    query: { excludedAttributes: 'emails' },
    present: ['userName', 'name'],
    absent: ['emails'],
  },
  {
    id: 'excluded-sub-attribute',
    title: 'The parameter excludedAttributes may name a sub-attribute.',
    fix: 'Leave out name.givenName alone when excludedAttributes names it.',
    attributes: ['name.givenName', 'name.familyName'],
    query: { excludedAttributes: 'name.givenName' },
    present: ['name.familyName', 'userName'],
    absent: ['name.givenName'],
  },
  {
    id: 'excluded-ignores-case',
    title: 'The letter case of names in excludedAttributes does not matter.',
    source: 'RFC 7643 §2.1, RFC 7644 §3.9',
    fix: 'Compare attribute names without regard to letter case.',
    attributes: ['emails'],
    query: { excludedAttributes: 'EMAILS' },
    present: ['userName'],
    absent: ['emails'],
  },
  {
    id: 'excluded-urn',
    title: 'The parameter excludedAttributes may name an attribute of an extension with its URN.',
    source: 'RFC 7644 §3.9, §3.10',
    fix: `Resolve names such as ${ENTERPRISE_URN}:department in excludedAttributes.`,
    needs: ['enterprise'],
    user: EMPLOYEE,
    query: { excludedAttributes: `${ENTERPRISE_URN}:department` },
    present: [`${ENTERPRISE_URN}:employeeNumber`, 'userName'],
    absent: [`${ENTERPRISE_URN}:department`],
  },
  {
    id: 'excluded-always-returned',
    title: 'The parameter excludedAttributes cannot leave out id and schemas.',
    source: 'RFC 7644 §3.9, RFC 7643 §3, §3.1, §7',
    fix: 'Return attributes whose "returned" is "always" even when excludedAttributes names them.',
    query: { excludedAttributes: 'id,schemas' },
    present: ['id', 'schemas'],
  },
];

const READS: readonly Row[] = [
  {
    id: 'always-returned',
    title: 'What the schema says is always returned cannot be excluded.',
    source: 'RFC 7644 §3.9, RFC 7643 §7',
    fix: 'Return attributes whose "returned" is "always" even when excludedAttributes names them.',
    async run(t) {
      const always = alwaysReturned(t);
      const made = await t.user(withValues(t, always));
      const whole = await t.read(made);
      const names = always.flatMap(({ path }) => (valueAt(whole.body, path) === undefined ? [] : path));
      if (names.length === 0) t.skip("the server's schema does not announce an attribute as always returned");
      const answer = await t.read(made, { excludedAttributes: names.join(',') });
      for (const name of names) t.expectPresent(answer, name);
    },
  },
  {
    id: 'unknown-name',
    title: 'An unknown name in attributes does not keep the known ones away.',
    level: 'should',
    fix: 'Ignore names in attributes that the resource type does not have.',
    async run(t) {
      const answer = await t.read(await t.user(), { attributes: 'userName,noSuchAttribute' });
      expectParts(t, answer, { present: ['userName'], absent: ['noSuchAttribute'] });
    },
  },
  {
    id: 'unknown-excluded',
    title: 'An unknown name in excludedAttributes leaves out nothing.',
    level: 'should',
    fix: 'Ignore names in excludedAttributes that the resource type does not have.',
    async run(t) {
      t.expectPresent(await t.read(await t.user(), { excludedAttributes: 'noSuchAttribute' }), 'userName');
    },
  },
  {
    id: 'both',
    title: 'The parameters attributes and excludedAttributes together are answered, or declined with 400.',
    level: 'should',
    fix: 'Decline a request that has both, or let one of them go first: they exclude each other.',
    async run(t) {
      const query = { attributes: 'userName', excludedAttributes: 'emails' };
      const answer = await t.get((await t.user()).path, query);
      if (answer.status === 200) t.expectPresent(answer, 'id');
      else t.expectError(answer, 400);
    },
  },
];

/** An attribute of users, and the schema that has it. */
interface Declared {
  readonly urn: string;
  readonly attribute: JsonObject;
  /** With the URN in front where that is an extension. */
  readonly path: string;
}

/** Attributes of users, of their extensions too, with "returned" "always". */
function alwaysReturned(t: Probe): Declared[] {
  return [USER_URN, ...extensionsOf(t.facts, USER_URN)].flatMap((urn) =>
    objectsIn(schemaOf(t.facts, urn)?.attributes)
      .filter(({ returned }) => returned === 'always')
      .map((attribute) => {
        const name = String(attribute.name);
        return { urn, attribute, path: urn === USER_URN ? name : `${urn}:${name}` };
      }),
  );
}

/** A body with values for those of them that a user need not have. */
function withValues(t: Probe, attributes: readonly Declared[]): JsonObject {
  const extensions: Record<string, JsonObject> = {};
  for (const { urn, attribute } of attributes) {
    if (urn === USER_URN || attribute.mutability === 'readOnly') continue;
    extensions[urn] = { ...extensions[urn], [String(attribute.name)]: valueFor(attribute, t.random) };
  }
  return { schemas: [USER_URN, ...Object.keys(extensions)], ...extensions };
}

/** The one resource of the list that a filter for the name finds. */
async function listed(t: Probe, query: Readonly<Record<string, string>>): Promise<Answer> {
  const userName = `${t.unique('projection')}@example.com`;
  const made = await t.user({ userName });
  const answer = await t.find('User', `userName eq ${JSON.stringify(userName)}`, query);
  t.expectFound(answer, made);
  return answer;
}

const LISTS: readonly Row[] = [
  {
    id: 'list-attributes',
    title: 'The parameter attributes holds for each resource of a list.',
    source: 'RFC 7644 §3.4.2.5, §3.9',
    fix: 'Apply attributes to every resource of a list, as to a single one.',
    needs: ['filter'],
    async run(t) {
      t.needsAttribute(USER_URN, 'emails');
      const answer = await listed(t, { attributes: 'userName' });
      expectParts(t, answer, {
        present: ['Resources[0].id', 'Resources[0].userName'],
        absent: ['Resources[0].emails', 'Resources[0].name'],
      });
    },
  },
  {
    id: 'list-excluded',
    title: 'The parameter excludedAttributes holds for each resource of a list.',
    source: 'RFC 7644 §3.4.2.5, §3.9',
    fix: 'Apply excludedAttributes to every resource of a list, as to a single one.',
    needs: ['filter'],
    async run(t) {
      t.needsAttribute(USER_URN, 'emails');
      const answer = await listed(t, { excludedAttributes: 'emails' });
      expectParts(t, answer, { present: ['Resources[0].userName'], absent: ['Resources[0].emails'] });
    },
  },
  {
    id: 'list-envelope',
    title: 'The parameter attributes does not take away the envelope of a list.',
    source: 'RFC 7644 §3.4.2, §3.9',
    fix: 'Apply attributes to the resources, not to the ListResponse around them.',
    readsOnly: true,
    async run(t) {
      t.expectList(await t.get(t.endpoint('User'), { attributes: 'userName', count: 1 }));
    },
  },
  {
    id: 'filter-by-other',
    title: 'A filter may ask for an attribute that is not to be returned.',
    source: 'RFC 7644 §3.4.2.2, §3.9',
    fix: 'Evaluate the filter on the whole resource, before attributes is applied.',
    needs: ['filter'],
    async run(t) {
      t.needsAttribute(USER_URN, 'displayName');
      const displayName = t.unique('projection');
      const made = await t.user({ displayName });
      const filter = `displayName eq ${JSON.stringify(displayName)}`;
      t.expectFound(await t.find('User', filter, { attributes: 'userName' }), made);
    },
  },
  {
    id: 'group-members',
    title: 'A group can be read without its members.',
    fix: 'Apply excludedAttributes=members at /Groups: clients ask like this for groups of any size.',
    needs: ['groups'],
    async run(t) {
      const made = await groupWithMember(t);
      const answer = await t.read(made, { excludedAttributes: 'members' });
      expectParts(t, answer, { present: ['displayName'], absent: ['members'] });
    },
  },
  {
    id: 'group-members-list',
    title: 'Groups can be listed without their members.',
    source: 'RFC 7644 §3.4.2.5, §3.9',
    fix: 'Apply excludedAttributes=members to lists of groups.',
    needs: ['groups', 'filter'],
    async run(t) {
      const made = await groupWithMember(t);
      const filter = `displayName eq ${JSON.stringify(made.sent.displayName)}`;
      const answer = await t.find('Group', filter, { excludedAttributes: 'members' });
      t.expectFound(answer, made);
      t.expectAbsent(answer, 'Resources[0].members');
    },
  },
  {
    id: 'group-members-asked',
    title: 'The members of a group can be asked for alone.',
    fix: 'Apply attributes=members at /Groups.',
    needs: ['groups'],
    async run(t) {
      const answer = await t.read(await groupWithMember(t), { attributes: 'members' });
      expectParts(t, answer, { present: ['members[0].value'], absent: ['externalId'] });
    },
  },
];

async function groupWithMember(t: Probe): Promise<Made> {
  return t.group({ members: [{ value: (await t.user()).id }] });
}

const WRITES: readonly Row[] = [
  {
    id: 'post',
    title: 'The parameter attributes holds for the answer to a POST.',
    fix: 'Apply attributes and excludedAttributes to every answer with a resource, POST included.',
    async run(t) {
      t.needsAttribute(USER_URN, 'emails');
      const answer = await t.request('POST', t.endpoint('User'), {
        query: { attributes: 'userName' },
        body: t.userBody(),
      });
      t.expectStatus(answer, 201);
      expectParts(t, answer, { present: ['id', 'userName'], absent: ['emails'] });
    },
  },
  {
    id: 'put',
    title: 'The parameter attributes holds for the answer to a PUT.',
    fix: 'Apply attributes and excludedAttributes to every answer with a resource, PUT included.',
    async run(t) {
      t.needsAttribute(USER_URN, 'emails');
      const { answer } = await replaced(t);
      expectParts(t, answer, { present: ['id', 'userName'], absent: ['emails'] });
    },
  },
  {
    id: 'patch-status',
    title: 'A PATCH with attributes is answered with 200 and the resource.',
    source: 'RFC 7644 §3.5.2',
    fix: 'Answer PATCH with 200 and a body whenever the request has attributes, even if you answer 204 otherwise.',
    needs: ['patch'],
    async run(t) {
      t.expectPresent(await patched(t), 'userName');
    },
  },
  {
    id: 'patch',
    title: 'The parameter attributes holds for the answer to a PATCH.',
    source: 'RFC 7644 §3.5.2, §3.9',
    fix: 'Apply attributes and excludedAttributes to every answer with a resource, PATCH included.',
    needs: ['patch'],
    async run(t) {
      t.needsAttribute(USER_URN, 'emails');
      expectParts(t, await patched(t), { present: ['id'], absent: ['emails'] });
    },
  },
  {
    id: 'write-keeps-all',
    title: 'The parameter attributes on a write narrows the answer, not what is stored.',
    fix: 'Apply attributes to the answer alone, after the whole resource is stored.',
    async run(t) {
      t.needsAttribute(USER_URN, 'emails');
      const { made } = await replaced(t);
      expectParts(t, await t.read(made), { present: ['emails[0].value', 'name.familyName'] });
    },
  },
];

/** A user, and the answer to a PUT of it of which only the userName is asked for. */
async function replaced(t: Probe): Promise<{ made: Made; answer: Answer }> {
  const made = await t.user();
  const answer = await t.request('PUT', made.path, {
    query: { attributes: 'userName' },
    body: { ...made.sent, id: made.id },
  });
  t.expectStatus(answer, 200);
  return { made, answer };
}

/** The answer to a PATCH of which only the userName is asked for. */
async function patched(t: Probe): Promise<Answer> {
  t.needsAttribute(USER_URN, 'displayName');
  const made = await t.user();
  const answer = await t.request('PATCH', made.path, {
    query: { attributes: 'userName' },
    body: {
      schemas: [PATCH_URN],
      Operations: [{ op: 'replace', path: 'displayName', value: t.unique('patched') }],
    },
  });
  t.expectStatus(answer, 200);
  return answer;
}

export const projectionChecks: readonly Check[] = [
  ...READINGS.map(reading),
  ...[...READS, ...LISTS, ...WRITES].map(projectionCheck),
];
