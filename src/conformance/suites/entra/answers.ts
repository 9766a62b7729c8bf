/** What Entra wants of answers, sends in bodies of POST and PUT, and asks of groups. */
import type { Check } from '../../check.js';
import { encodeQuery } from '../../client/client.js';
import { attributeOf, definitionOf, ENTERPRISE_URN, GROUP_URN, USER_URN } from '../../facts.js';
import type { Answer, Json, JsonObject } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { isObject, objectsIn, shown, valueAt } from '../../values.js';
import { entraCheck, SOURCE, type Spec } from './entra-check.js';
import { address, expectDone, needsPath, one, ROLE_TYPE } from './patch-row.js';

const answers = (spec: Spec): Check => entraCheck('answers', spec);

const DEPARTMENT = `${ENTERPRISE_URN}:department`;
const MANAGER = `${ENTERPRISE_URN}:manager`;

// Content type

const MEDIA_TYPE = 'application/scim+json';

function expectScimJson(t: Probe, answer: Answer): void {
  const type = answer.headers['content-type'];
  t.expect(
    type?.split(';')[0]?.trim().toLowerCase() === MEDIA_TYPE,
    answer,
    `The content type of the ${answer.status} is ${type ?? 'not given'}`,
    MEDIA_TYPE,
    type ?? 'nothing',
  );
}

const contentTypes: readonly {
  readonly name: string;
  readonly of: string;
  readonly readsOnly?: boolean;
  readonly needs?: Check['needs'];
  answer(t: Probe): Promise<Answer>;
}[] = [
  {
    name: 'list',
    of: 'A list',
    readsOnly: true,
    answer: (t) => t.get(t.endpoint('User'), { startIndex: 1, count: 1 }),
  },
  { name: 'created', of: 'A created user', answer: (t) => t.post(t.endpoint('User'), t.userBody()) },
  { name: 'resource', of: 'A single user', answer: async (t) => t.read(await t.user()) },
  {
    name: 'not-found',
    of: 'A 404',
    readsOnly: true,
    answer: (t) => t.get(`${t.endpoint('User')}/${t.unique('none')}`),
  },
  {
    name: 'conflict',
    of: 'A 409',
    async answer(t) {
      const user = await t.user();
      return t.post(t.endpoint('User'), t.userBody({ userName: user.sent.userName }));
    },
  },
  {
    name: 'bad-request',
    of: 'A 400',
    needs: ['patch'],
    async answer(t) {
      const user = await t.user();
      return t.patch(user, [{ op: 'Remove' }]);
    },
  },
];

const contentTypeChecks = contentTypes.map(({ name, of, answer, ...rest }) =>
  answers({
    ...rest,
    name: `content-type-${name}`,
    title: `${of} is answered as application/scim+json.`,
    source: SOURCE.endpoint,
    fix: 'Send the header Content-Type: application/scim+json with every answer that has a body, errors included.',
    async run(t) {
      const found = await answer(t);
      // A body is optional with a 404.
      if (found.status !== 404 || found.text !== '') expectScimJson(t, found);
    },
  }),
);

// Lists

const listChecks: readonly Check[] = [
  answers({
    name: 'list-numbers',
    title: 'A list says totalResults, startIndex and itemsPerPage, as whole numbers.',
    source: SOURCE.endpoint,
    fix: 'Answer every GET of a resource type with a ListResponse that has all three, as JSON numbers.',
    readsOnly: true,
    async run(t) {
      const answer = await t.get(t.endpoint('User'), { startIndex: 1, count: 1 });
      t.expectList(answer);
      for (const name of ['totalResults', 'startIndex', 'itemsPerPage']) {
        const found = valueAt(answer.body, name);
        t.expect(Number.isInteger(found), answer, `${name} is ${shown(found)}`, 'a whole number', found ?? 'nothing');
      }
    },
  }),
  answers({
    name: 'list-of-one',
    title: 'A filter with one hit is answered with a list of one.',
    source: SOURCE.endpoint,
    fix: 'Answer a filter with a ListResponse however many match.',
    needs: ['filter'],
    async run(t) {
      const user = await t.user();
      const answer = await t.find('User', `userName eq "${user.sent.userName as string}"`);
      t.expectFound(answer, user);
      t.expectEqual(answer, 'totalResults', 1);
    },
  }),
  ...(['User', 'Group'] as const).map((type) =>
    answers({
      name: `empty-list-${type.toLowerCase()}s`,
      title: `A filter without a hit among ${type}s is answered with an empty array of resources.`,
      source: SOURCE.endpoint,
      fix: 'Answer with 200, totalResults 0 and "Resources": [].',
      needs: type === 'User' ? ['filter'] : ['filter', 'groups'],
      readsOnly: true,
      async run(t) {
        const name = type === 'User' ? 'userName' : 'displayName';
        const answer = await t.find(type, `${name} eq "${t.random.uuid()}"`);
        t.expectEqual(answer, 'totalResults', 0);
        const resources = valueAt(answer.body, 'Resources');
        t.expect(Array.isArray(resources), answer, `Resources is ${shown(resources)}`, '[]', resources ?? 'nothing');
      },
    }),
  ),
];

// Identifiers

const ID_FIX = 'Make the id on the server, once, and ignore the one of a body.';

async function expectSameId(t: Probe, user: Made): Promise<void> {
  t.expectEqual(await t.read(user), 'id', user.id);
}

const idChecks: readonly Check[] = [
  answers({
    name: 'id-of-server',
    title: 'The id in the body of a POST is ignored.',
    source: SOURCE.endpoint,
    fix: ID_FIX,
    async run(t) {
      const id = t.unique('id');
      const answer = await t.post(t.endpoint('User'), t.userBody({ id }));
      t.expectStatus(answer, 201);
      t.expectPresent(answer, 'id');
      const found = valueAt(answer.body, 'id');
      t.expect(found !== id, answer, 'The id is the one that the client sent', 'an id of the server', found);
    },
  }),
  answers({
    name: 'id-kept-by-put',
    title: 'A PUT with another id leaves the id as it was.',
    source: SOURCE.endpoint,
    fix: ID_FIX,
    async run(t) {
      const user = await t.user();
      await t.put(user, { ...user.sent, id: t.unique('id') });
      await expectSameId(t, user);
    },
  }),
  answers({
    name: 'id-kept-by-patch',
    title: 'A PATCH of the id leaves the id as it was.',
    source: SOURCE.endpoint,
    fix: ID_FIX,
    needs: ['patch'],
    async run(t) {
      const user = await t.user();
      await t.patch(user, one('Replace', 'id', t.unique('id')));
      await expectSameId(t, user);
    },
  }),
  answers({
    name: 'external-id-verbatim',
    title: 'An externalId is returned as it was sent, letter case and signs included.',
    source: SOURCE.endpoint,
    fix: 'Store externalId as it comes.',
    async run(t) {
      const externalId = `Ext.${t.unique('External').toUpperCase()}/ÅÄÖ é+42`;
      t.expectEqual(await t.read(await t.user({ externalId })), 'externalId', externalId);
    },
  }),
  answers({
    name: 'external-id-found',
    title: 'A user is found by externalId.',
    source: SOURCE.endpoint,
    fix: 'Support eq on externalId: it is a usual matching attribute.',
    needs: ['filter'],
    async run(t) {
      const user = await t.user({ externalId: t.unique('external') });
      t.expectFound(await t.find('User', `externalId eq "${user.sent.externalId as string}"`), user);
    },
  }),
  answers({
    name: 'external-id-case',
    title: 'A filter on externalId tells letter cases apart.',
    source: 'RFC 7643 §3.1',
    level: 'must',
    fix: 'Compare externalId exactly: it is caseExact.',
    needs: ['filter'],
    async run(t) {
      const externalId = t.unique('external');
      await t.user({ externalId });
      t.expectFound(await t.find('User', `externalId eq "${externalId.toUpperCase()}"`));
    },
  }),
  answers({
    name: 'external-id-changes',
    title: 'A client may change externalId by PATCH.',
    source: SOURCE.endpoint,
    fix: 'Let clients change externalId.',
    needs: ['patch'],
    async run(t) {
      const user = await t.user();
      const externalId = t.unique('external');
      expectDone(t, await t.patch(user, one('Replace', 'externalId', externalId)));
      t.expectEqual(await t.read(user), 'externalId', externalId);
    },
  }),
];

// Values

const verbatim: readonly {
  readonly name: string;
  readonly what: string;
  readonly wants: readonly string[];
  given(t: Probe): JsonObject;
  readonly path: string;
}[] = [
  {
    name: 'user-name',
    what: 'The letter case of a userName',
    wants: [],
    given: (t) => ({ userName: `Lin.${t.unique('Ng')}@Example.COM` }),
    path: 'userName',
  },
  {
    name: 'email',
    what: 'The letter case of an e-mail address',
    wants: ['emails.value'],
    given: (t) => ({ emails: [{ type: 'work', primary: true, value: `Lin.${t.unique('Ng')}@Example.COM` }] }),
    path: 'emails',
  },
  {
    name: 'phone',
    what: 'The blanks and signs of a phone number',
    wants: ['phoneNumbers.value'],
    given: () => ({ phoneNumbers: [{ type: 'mobile', value: '+47 (555) 00-001 x9' }] }),
    path: 'phoneNumbers',
  },
  {
    name: 'display-name',
    what: 'Every letter of a displayName',
    wants: ['displayName'],
    given: () => ({ displayName: 'Łin "Bo" O’Ñg \\ 吳 🙂' }),
    path: 'displayName',
  },
];

const verbatimChecks = verbatim.map(({ name, what, wants, given, path }) =>
  answers({
    name: `verbatim-${name}`,
    title: `${what} is kept.`,
    source: SOURCE.endpoint,
    fix: 'Return values as they were sent; where that cannot be, refuse them with 400 and a detail that says why.',
    async run(t) {
      for (const attribute of wants) needsPath(t, attribute);
      const attributes = given(t);
      const answer = await t.read(await t.user(attributes));
      const sent = valueAt(attributes, path);
      const found = valueAt(answer.body, path);
      const [wanted, there] = Array.isArray(sent)
        ? [valueAt(sent, '[0].value'), valueAt(found, '[0].value')]
        : [sent, found];
      t.expect(wanted === there, answer, `${path} is ${shown(found)}`, wanted, there ?? 'nothing');
    },
  }),
);

/** Where a user is seen: an answer, and the path of `active` in it. */
const views: readonly [name: string, words: string, see: (t: Probe, user: Made) => Promise<[Answer, string]>][] = [
  ['post', 'The answer to a POST', async (_, user) => [user.answer, 'active']],
  ['get', 'A single user', async (t, user) => [await t.read(user), 'active']],
  [
    'list',
    'A user in a list',
    async (t, user) => {
      const answer = await t.find('User', `userName eq "${user.sent.userName as string}"`);
      t.expectFound(answer, user);
      return [answer, 'Resources[0].active'];
    },
  ],
];

const activeChecks: readonly Check[] = [
  ...views.map(([name, words, see]) =>
    answers({
      name: `active-in-${name}`,
      title: `${words} has active as a boolean, false when it was sent as false.`,
      source: SOURCE.endpoint,
      fix: 'Keep active, and return it with every user as a JSON boolean.',
      needs: name === 'list' ? ['filter'] : [],
      async run(t) {
        needsPath(t, 'active');
        const [answer, path] = await see(t, await t.user({ active: false }));
        t.expectEqual(answer, path, false);
      },
    }),
  ),
  answers({
    name: 'active-by-default',
    title: 'A user made without `active` is returned with it.',
    level: 'should',
    source: SOURCE.endpoint,
    fix: 'Give active a default, and return it with every user.',
    async run(t) {
      needsPath(t, 'active');
      const answer = await t.read(await t.user({ active: null }));
      const found = valueAt(answer.body, 'active');
      t.expect(typeof found === 'boolean', answer, `active is ${shown(found)}`, 'a boolean', found ?? 'nothing');
    },
  }),
  answers({
    name: 'active-string-in-post',
    title: 'The text "True" for `active` in a POST is stored as a boolean.',
    source: SOURCE.postman,
    fix: 'Read the texts "True" and "False" as booleans where the attribute is a boolean.',
    async run(t) {
      needsPath(t, 'active');
      const answer = await t.post(t.endpoint('User'), t.userBody({ active: 'True' }));
      t.expectStatus(answer, 201);
      t.expectEqual(answer, 'active', true);
    },
  }),
  answers({
    name: 'primary-string-in-post',
    title: 'The text "True" for `primary` of a role in a POST is stored as a boolean.',
    source: `${SOURCE.validator}, U1`,
    fix: 'Read the texts "True" and "False" as booleans in sub-attributes, too.',
    async run(t) {
      needsPath(t, 'roles.primary');
      const roles = [{ primary: 'True', type: ROLE_TYPE, display: 'Admin', value: 'app-admin' }];
      const answer = await t.post(t.endpoint('User'), t.userBody({ roles }));
      t.expectStatus(answer, 201);
      t.expectEqual(answer, 'roles[0].primary', true);
    },
  }),
  answers({
    name: 'disabled-is-found',
    title: 'A disabled user is found by a filter, and is not active.',
    source: `${SOURCE.validator}, U8`,
    fix: 'Show disabled users like all others: only DELETE makes them vanish.',
    needs: ['patch', 'filter'],
    async run(t) {
      needsPath(t, 'active');
      const user = await t.user();
      expectDone(t, await t.patch(user, one('Replace', 'active', false)));
      const answer = await t.find('User', `userName eq "${user.sent.userName as string}"`);
      t.expectFound(answer, user);
      t.expectEqual(answer, 'Resources[0].active', false);
    },
  }),
];

// Errors

/** The answer to a second user of the same name, which differs in letter case alone when `isUpper`. */
async function conflict(t: Probe, isUpper = false): Promise<{ answer: Answer; user: Made }> {
  const user = await t.user();
  const name = user.sent.userName as string;
  const body = t.userBody({ userName: isUpper ? name.toUpperCase() : name });
  return { answer: await t.post(t.endpoint('User'), body), user };
}

const CONFLICT_FIX =
  'Answer with 409 and a SCIM error: schemas, "status": "409" as a text, "scimType": "uniqueness", and a detail.';

const errorChecks: readonly Check[] = [
  answers({
    name: 'conflict',
    title: 'A second user with the same userName is refused with 409.',
    source: `${SOURCE.validator}, U2`,
    fix: CONFLICT_FIX,
    async run(t) {
      t.expectStatus((await conflict(t)).answer, 409);
    },
  }),
  answers({
    name: 'conflict-any-case',
    title: 'A second user whose userName differs in letter case alone is refused with 409.',
    source: SOURCE.endpoint,
    fix: 'Compare userName without regard to letter case, for uniqueness as in filters.',
    async run(t) {
      t.expectStatus((await conflict(t, true)).answer, 409);
    },
  }),
  answers({
    name: 'conflict-body',
    title: 'The 409 is a SCIM error whose status is a text.',
    source: SOURCE.endpoint,
    fix: CONFLICT_FIX,
    async run(t) {
      t.expectError((await conflict(t)).answer, 409);
    },
  }),
  answers({
    name: 'conflict-scim-type',
    title: 'The 409 has the scimType uniqueness.',
    source: SOURCE.endpoint,
    fix: CONFLICT_FIX,
    async run(t) {
      const { answer } = await conflict(t);
      t.expectStatus(answer, 409);
      t.expectEqual(answer, 'scimType', 'uniqueness');
    },
  }),
  answers({
    name: 'conflict-detail',
    title: 'The 409 says in words what is wrong.',
    level: 'should',
    source: SOURCE.endpoint,
    fix: CONFLICT_FIX,
    async run(t) {
      const { answer } = await conflict(t);
      t.expectStatus(answer, 409);
      t.expectPresent(answer, 'detail');
    },
  }),
  answers({
    name: 'conflict-makes-nothing',
    title: 'After a 409 there is one user of the name.',
    source: SOURCE.logs,
    fix: 'Make uniqueness and creation one step, so that a refused user is not stored.',
    needs: ['filter'],
    async run(t) {
      const { user } = await conflict(t);
      t.expectFound(await t.find('User', `userName eq "${user.sent.userName as string}"`), user);
    },
  }),
  answers({
    name: 'unknown-id',
    title: 'An unknown id is answered with 404.',
    source: SOURCE.endpoint,
    fix: 'Answer with 404 when there is no resource of the id.',
    readsOnly: true,
    async run(t) {
      t.expectStatus(await t.get(`${t.endpoint('User')}/${t.unique('none')}`), 404);
    },
  }),
  answers({
    name: 'unauthorized-body',
    title: 'A wrong credential is answered with 401 and a SCIM error.',
    level: 'should',
    source: 'RFC 7644 §3.12',
    fix: 'Give 401 the body of a SCIM error, with "status": "401" as a text.',
    readsOnly: true,
    async run(t) {
      const query = { startIndex: 1, count: 1 };
      const answer = await t.request('GET', t.endpoint('User'), { query, authorization: t.wrongAuthorization });
      t.expectError(answer, 401);
    },
  }),
];

// POST, PUT, PATCH

/** Behind the last two slashes: a server may stand behind another name than its own. */
function expectLocation(t: Probe, answer: Answer, location: Json | undefined, where: string): void {
  const tail = `${t.endpoint('User')}/${encodeURIComponent(String(valueAt(answer.body, 'id')))}`;
  const isRight = typeof location === 'string' && location.endsWith(tail);
  t.expect(isRight, answer, `${where} is ${shown(location)}`, `a URL that ends in ${tail}`, location ?? 'nothing');
}

/** As Entra sends it with the default mapping. */
function mappedUser(t: Probe): JsonObject {
  const work = address(t);
  return {
    ...t.userBody(),
    schemas: [USER_URN, ENTERPRISE_URN],
    externalId: t.unique('nick'),
    userName: work,
    displayName: 'Lin Ng',
    title: 'Engineer',
    preferredLanguage: 'nb-NO',
    emails: [{ primary: true, type: 'work', value: work }],
    name: { formatted: 'Lin Ng', familyName: 'Ng', givenName: 'Lin' },
    addresses: [{ primary: false, type: 'work', country: 'NO', streetAddress: 'Gate 1' }],
    phoneNumbers: [{ primary: false, type: 'mobile', value: '+4755500001' }],
    [ENTERPRISE_URN]: { employeeNumber: 'E-7', department: 'Ops' },
    meta: { resourceType: 'User' },
    roles: [],
  };
}

async function expectCreated(t: Probe, extra: JsonObject): Promise<Answer> {
  // Written into the body itself: there a null is to stay a null.
  const answer = await t.post(t.endpoint('User'), { ...t.userBody(), ...extra });
  t.expectStatus(answer, 201);
  return answer;
}

const bodyChecks: readonly Check[] = [
  answers({
    name: 'created',
    title: 'A POST is answered with 201 and the whole resource.',
    source: SOURCE.endpoint,
    fix: 'Answer POST with 201 and the new resource, its id included.',
    async run(t) {
      const body = t.userBody();
      const answer = await t.post(t.endpoint('User'), body);
      t.expectStatus(answer, 201);
      t.expectPresent(answer, 'id');
      t.expectEqual(answer, 'userName', body.userName as string);
    },
  }),
  answers({
    name: 'created-location',
    title: 'The answer to a POST has a Location header that leads to the new resource.',
    source: SOURCE.endpoint,
    fix: 'Send the URL of the new resource in the Location header of the 201.',
    async run(t) {
      const { answer } = await t.user();
      expectLocation(t, answer, answer.headers.location, 'The Location header');
    },
  }),
  answers({
    name: 'created-meta-location',
    title: 'The answer to a POST has the URL of the new resource in `meta.location`.',
    source: SOURCE.endpoint,
    fix: 'Give every resource its URL in meta.location.',
    async run(t) {
      const { answer } = await t.user();
      expectLocation(t, answer, valueAt(answer.body, 'meta.location'), 'meta.location');
    },
  }),
  answers({
    name: 'post-mapped',
    title: 'A POST with all attributes of the default mapping is stored.',
    source: SOURCE.endpoint,
    fix: 'Accept the body as it comes and return each value; ignore meta and an empty roles.',
    needs: ['enterprise'],
    async run(t) {
      const paths = ['title', 'preferredLanguage', 'addresses.country', 'phoneNumbers.value', DEPARTMENT];
      for (const path of paths) needsPath(t, path);
      const answer = await t.post(t.endpoint('User'), mappedUser(t));
      t.expectStatus(answer, 201);
      t.expectEqual(answer, 'title', 'Engineer');
      t.expectEqual(answer, 'preferredLanguage', 'nb-NO');
      t.expectEqual(answer, 'addresses[type=work].country', 'NO');
      t.expectEqual(answer, 'phoneNumbers[type=mobile].value', '+4755500001');
      t.expectEqual(answer, DEPARTMENT, 'Ops');
    },
  }),
  answers({
    name: 'post-nulls',
    title: 'Attributes that are null in a POST are taken for absent.',
    source: SOURCE.endpoint,
    fix: 'Drop members that are null before looking at a body (RFC 7643 §2.5).',
    async run(t) {
      const names = ['addresses', 'nickName', 'phoneNumbers', 'timezone', 'title'];
      const free = names.filter((name) => definitionOf(t.facts, USER_URN, name)?.required !== true);
      const answer = await expectCreated(t, Object.fromEntries(free.map((name) => [name, null])));
      for (const name of free) t.expectUnassigned(answer, name);
    },
  }),
  answers({
    name: 'post-empty-roles',
    title: 'An empty array of roles in a POST is taken for none.',
    source: SOURCE.endpoint,
    fix: 'Take an empty array for an attribute without values.',
    async run(t) {
      t.expectUnassigned(await expectCreated(t, { roles: [] }), 'roles');
    },
  }),
  answers({
    name: 'post-unknown-schema',
    title: 'An entry of `schemas` that the server does not know does not make it refuse a user.',
    level: 'should',
    source: SOURCE.endpoint,
    fix: 'Ignore unknown entries of schemas: an example in the documentation of Entra has a broken URN.',
    async run(t) {
      await expectCreated(t, { schemas: [USER_URN, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User'] });
    },
  }),
  answers({
    name: 'post-top-level-extension',
    title: 'A department beside the core attributes does not make the server refuse a user.',
    level: 'should',
    source: SOURCE.endpoint,
    fix: 'Ignore attributes of a body that the schemas do not have, or take them for those of the extension.',
    async run(t) {
      await expectCreated(t, { department: 'Ops' });
    },
  }),
  answers({
    name: 'post-meta',
    title: 'The `meta` of a POST is ignored.',
    source: SOURCE.endpoint,
    fix: 'Make meta on the server, whatever the body says.',
    async run(t) {
      const created = '2001-02-03T04:05:06Z';
      const answer = await expectCreated(t, { meta: { resourceType: 'User', created } });
      const found = valueAt(answer.body, 'meta.created');
      const isOwn = typeof found !== 'string' || !found.startsWith('2001-02-03');
      t.expect(isOwn, answer, 'meta.created is the one of the client', 'the time of the server', found);
    },
  }),
  answers({
    name: 'post-names-any-case',
    title: 'Attribute names of a POST are understood in any letter case.',
    source: SOURCE.endpoint,
    fix: 'Match attribute names without regard to letter case (RFC 7643 §2.1).',
    async run(t) {
      const { userName, displayName: _, ...body } = t.userBody();
      const answer = await t.post(t.endpoint('User'), { ...body, USERNAME: userName, DisplayName: 'Lin Ng' });
      t.expectStatus(answer, 201);
      t.expectEqual(answer, 'userName', userName as string);
      t.expectEqual(answer, 'displayName', 'Lin Ng');
    },
  }),
  answers({
    name: 'post-plain-json',
    title: 'A POST with the content type application/json is accepted.',
    source: SOURCE.endpoint,
    fix: 'Accept application/json besides application/scim+json, with a charset or without.',
    async run(t) {
      const type = { 'Content-Type': 'application/json; charset=utf-8' };
      t.expectStatus(await t.post(t.endpoint('User'), t.userBody(), type), 201);
    },
  }),
  answers({
    name: 'put-misspelt',
    title: 'An attribute of a PUT that no schema has is dropped.',
    level: 'should',
    source: SOURCE.postman,
    fix: 'Ignore attributes that the schemas do not have: answer 200, and do not store them.',
    async run(t) {
      const user = await t.user();
      const answer = await t.put(user, { ...user.sent, displayName: 'Lin Ng', dispalyNaem: 'Lin Ng' });
      t.expectStatus(answer, 200);
      const seen = await t.read(user);
      t.expectAbsent(seen, 'dispalyNaem');
      t.expectEqual(seen, 'displayName', 'Lin Ng');
    },
  }),
  answers({
    name: 'patch-answer',
    title: 'A PATCH of a user is answered with 200 and the user, or with 204 and nothing.',
    source: SOURCE.endpoint,
    fix: 'Send the changed resource with a 200; a 204 has no body.',
    needs: ['patch'],
    async run(t) {
      const user = await t.user();
      const answer = await t.patch(user, one('Replace', 'displayName', 'Lin Ng'));
      expectDone(t, answer);
      if (answer.status === 204) t.expect(answer.text === '', answer, 'The 204 has a body', 'none', answer.text);
      else t.expectEqual(answer, 'id', user.id);
    },
  }),
];

// Names in queries

const queryChecks: readonly Check[] = [
  answers({
    name: 'filter-any-case',
    title: 'Attribute names and operators of a filter are understood in any letter case.',
    source: SOURCE.endpoint,
    fix: 'Match attribute names and operators of filters without regard to letter case (RFC 7644 §3.4.2.2).',
    needs: ['filter'],
    async run(t) {
      const user = await t.user();
      t.expectFound(await t.find('User', `USERNAME EQ "${user.sent.userName as string}"`), user);
    },
  }),
  answers({
    name: 'parameter-any-case',
    title: 'The names of query parameters are understood in any letter case.',
    level: 'should',
    source: SOURCE.field,
    fix: 'Match the names of query parameters without regard to letter case.',
    readsOnly: true,
    needs: ['filter'],
    async run(t) {
      const Filter = `userName eq "${t.unique('nobody')}"`;
      t.expectList(await t.get(t.endpoint('User'), encodeQuery({ Filter })), 0);
    },
  }),
  ...(['id-first', 'manager-first'] as const).map((order) =>
    answers({
      name: `manager-check-${order}`,
      title: `A filter on ${order === 'id-first' ? 'id and manager' : 'manager and id'} finds the user of that manager.`,
      level: 'should',
      source: SOURCE.endpoint,
      fix: 'Compare manager with its value, and let `and` join it with a filter on id.',
      needs: ['filter', 'enterprise'],
      async run(t) {
        needsPath(t, `${MANAGER}.value`);
        const manager = await t.user();
        const extension = { schemas: [USER_URN, ENTERPRISE_URN], [ENTERPRISE_URN]: { manager: { value: manager.id } } };
        const user = await t.user(extension);
        const terms = [`id eq "${user.id}"`, `manager eq "${manager.id}"`];
        if (order === 'manager-first') terms.reverse();
        t.expectFound(await t.find('User', terms.join(' and '), { attributes: 'id' }), user);
      },
    }),
  ),
];

// Groups

/** A group with one member. */
async function groupOfOne(t: Probe): Promise<{ group: Made; user: Made }> {
  t.needsAttribute(GROUP_URN, 'members');
  const user = await t.user();
  return { group: await t.group({ members: [{ value: user.id }] }), user };
}

/** Whether the member is in the group, asked as Entra asks. */
async function membership(t: Probe, group: Made, user: Made, isReversed = false): Promise<Answer> {
  const terms = [`id eq "${group.id}"`, `members eq "${user.id}"`];
  if (isReversed) terms.reverse();
  return t.find('Group', terms.join(' and '), { attributes: 'id' });
}

const WITHOUT_MEMBERS =
  'Honour excludedAttributes=members for lists and single groups: Entra takes members in such an answer for an error.';

const MEMBERSHIP_FIX = 'Compare members in a filter with the value of each, and let `and` join it with a filter on id.';

const groupReadingChecks: readonly Check[] = [
  answers({
    name: 'group-without-members',
    title: 'A group read with excludedAttributes=members comes without them.',
    source: `${SOURCE.validator}, G3`,
    fix: WITHOUT_MEMBERS,
    needs: ['groups'],
    async run(t) {
      const { group } = await groupOfOne(t);
      const answer = await t.read(group, { excludedAttributes: 'members' });
      t.expectAbsent(answer, 'members');
      t.expectEqual(answer, 'displayName', group.sent.displayName as string);
    },
  }),
  answers({
    name: 'groups-without-members',
    title: 'A group found with excludedAttributes=members comes without them.',
    source: `${SOURCE.validator}, G4`,
    fix: WITHOUT_MEMBERS,
    needs: ['groups', 'filter'],
    async run(t) {
      const { group } = await groupOfOne(t);
      const filter = `displayName eq "${group.sent.displayName as string}"`;
      const query = `excludedAttributes=members&${encodeQuery({ filter })}`;
      const answer = await t.get(t.endpoint('Group'), query);
      t.expectFound(answer, group);
      t.expectAbsent(answer, 'Resources[0].members');
    },
  }),
  answers({
    name: 'groups-with-members',
    title: 'A group found by its name comes with its members.',
    source: `${SOURCE.logicApp}, Group_Update_Add_Member`,
    fix: 'Return members in lists unless the query leaves them out.',
    needs: ['groups', 'filter'],
    async run(t) {
      const { group, user } = await groupOfOne(t);
      const answer = await t.find('Group', `displayName eq "${group.sent.displayName as string}"`);
      t.expectFound(answer, group);
      t.expectEqual(answer, 'Resources[0].members[0].value', user.id);
    },
  }),
  answers({
    name: 'membership-id-first',
    title: 'A filter on id and members finds the group of that member.',
    source: SOURCE.endpoint,
    fix: MEMBERSHIP_FIX,
    needs: ['groups', 'filter'],
    async run(t) {
      const { group, user } = await groupOfOne(t);
      t.expectFound(await membership(t, group, user), group);
    },
  }),
  answers({
    name: 'membership-members-first',
    title: 'A filter on members and id finds the group of that member.',
    source: SOURCE.endpoint,
    fix: MEMBERSHIP_FIX,
    needs: ['groups', 'filter'],
    async run(t) {
      const { group, user } = await groupOfOne(t);
      t.expectFound(await membership(t, group, user, true), group);
    },
  }),
  answers({
    name: 'membership-none',
    title: 'A filter on id and members finds nothing for a user who is no member.',
    source: SOURCE.endpoint,
    fix: MEMBERSHIP_FIX,
    needs: ['groups', 'filter'],
    async run(t) {
      const { group } = await groupOfOne(t);
      t.expectFound(await membership(t, group, await t.user()));
    },
  }),
  answers({
    name: 'membership-id-only',
    title: 'A membership check with attributes=id is answered without members.',
    source: SOURCE.endpoint,
    fix: 'Return no more than id and what is always returned when attributes=id asks for it.',
    needs: ['groups', 'filter'],
    async run(t) {
      const { group, user } = await groupOfOne(t);
      const answer = await membership(t, group, user);
      t.expectFound(answer, group);
      t.expectAbsent(answer, 'Resources[0].members');
    },
  }),
];

/** As many members as the checklist of the gallery speaks of: many in one request. */
const MANY = 100;

async function manyUsers(t: Probe, count: number): Promise<Made[]> {
  const users: Made[] = [];
  while (users.length < count) users.push(await t.user());
  return users;
}

const groupWritingChecks: readonly Check[] = [
  answers({
    name: 'group-created',
    title: 'A group is made from name, externalId and `meta`, without members.',
    source: SOURCE.endpoint,
    fix: 'Accept a group without members; ignore the meta of the body.',
    needs: ['groups'],
    async run(t) {
      const body = t.groupBody({ externalId: t.random.uuid(), meta: { resourceType: 'Group' } });
      const answer = await t.post(t.endpoint('Group'), body);
      t.expectStatus(answer, 201);
      t.expectPresent(answer, 'id');
      t.expectEqual(answer, 'displayName', body.displayName as string);
      t.expectEqual(answer, 'externalId', body.externalId as string);
    },
  }),
  answers({
    name: 'group-old-urn',
    title: "The URN of Microsoft's own group schema beside that of SCIM does not make the server refuse a group.",
    source: SOURCE.endpoint,
    fix: 'Ignore entries of schemas that you do not know, this one above all: the documentation of Entra sends it.',
    needs: ['groups'],
    async run(t) {
      const old = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';
      const answer = await t.post(t.endpoint('Group'), t.groupBody({ schemas: [GROUP_URN, old] }));
      t.expectStatus(answer, 201);
    },
  }),
  answers({
    name: 'group-conflict',
    title: 'A second group with the same displayName is refused with 409.',
    source: `${SOURCE.validator}, G2`,
    fix: 'Keep displayName of groups unique for Entra; answer 409 with the scimType uniqueness.',
    needs: ['groups'],
    async run(t) {
      const group = await t.group();
      const body = t.groupBody({ displayName: group.sent.displayName });
      t.expectError(await t.post(t.endpoint('Group'), body), 409, 'uniqueness');
    },
  }),
  answers({
    name: 'group-patch-answer',
    title: 'A PATCH of a group is answered with 204 and nothing, or with 200 and the group.',
    source: SOURCE.endpoint,
    fix: 'Prefer 204 for groups, which spares their members; a 200 has the changed group.',
    needs: ['patch', 'groups'],
    async run(t) {
      const group = await t.group();
      const answer = await t.patch(group, one('Replace', 'displayName', t.unique('renamed')));
      expectDone(t, answer);
      if (answer.status === 204) t.expect(answer.text === '', answer, 'The 204 has a body', 'none', answer.text);
      else t.expectEqual(answer, 'id', group.id);
    },
  }),
  answers({
    name: 'unknown-member',
    title: 'A member whose id the server does not know is refused, and not stored.',
    level: 'should',
    source: SOURCE.logs,
    fix: 'Answer with 400 and invalidValue: Entra tries again when the user is there.',
    needs: ['patch', 'groups'],
    async run(t) {
      const { group, user } = await groupOfOne(t);
      const answer = await t.patch(group, one('Add', 'members', [{ value: t.random.uuid() }]));
      const isRefused = answer.status >= 400 && answer.status < 500;
      t.expect(isRefused, answer, `The unknown member was answered with ${answer.status}`, 400, answer.status);
      t.expectMembers(await t.read(group), user);
    },
  }),
  answers({
    name: 'nested-group',
    title: 'A group can be a member of a group.',
    level: 'should',
    source: SOURCE.field,
    fix: 'Accept ids of groups as members.',
    needs: ['patch', 'groups'],
    async run(t) {
      const [inner, outer] = [await t.group(), await t.group()];
      expectDone(t, await t.patch(outer, one('Add', 'members', [{ $ref: null, value: inner.id }])));
      t.expectMembers(await t.read(outer), inner);
    },
  }),
  answers({
    name: 'many-members-add',
    title: `One operation adds ${MANY} members.`,
    source: SOURCE.endpoint,
    fix: 'Accept many members in one value array, and add all of them.',
    needs: ['patch', 'groups'],
    async run(t) {
      t.needsAttribute(GROUP_URN, 'members');
      const users = await manyUsers(t, MANY);
      const group = await t.group();
      const members = users.map(({ id }) => ({ $ref: null, value: id }));
      expectDone(t, await t.patch(group, one('Add', 'members', members)));
      t.expectMembers(await t.read(group), ...users);
    },
  }),
  answers({
    name: 'many-members-remove',
    title: 'Twenty members are removed by one operation, and the others stay.',
    source: SOURCE.compliance,
    fix: 'Remove every member that the value array of the operation lists, and no other.',
    needs: ['patch', 'groups'],
    async run(t) {
      t.needsAttribute(GROUP_URN, 'members');
      const users = await manyUsers(t, 22);
      const group = await t.group({ members: users.map(({ id }) => ({ value: id })) });
      const gone = users.slice(0, 20).map(({ id }) => ({ $ref: null, value: id }));
      expectDone(t, await t.patch(group, one('Remove', 'members', gone)));
      t.expectMembers(await t.read(group), ...users.slice(20));
    },
  }),
];

// Schemas

/** Every attribute and sub-attribute of a schema, with its path. */
function definitions(schema: JsonObject): [path: string, definition: JsonObject][] {
  const within = (list: Json | undefined, prefix: string): [string, JsonObject][] =>
    objectsIn(list).flatMap((each): [string, JsonObject][] => {
      const path = `${prefix}${String(each.name)}`;
      return [[path, each], ...within(each.subAttributes, `${path}.`)];
    });
  return within(schema.attributes, '');
}

/** Paths below which there is a null. */
function nulls(value: Json | undefined, path: string): string[] {
  if (value === null) return [path];
  if (Array.isArray(value)) return value.flatMap((each, i) => nulls(each, `${path}[${i}]`));
  if (isObject(value)) return Object.entries(value).flatMap(([name, each]) => nulls(each, `${path}.${name}`));
  return [];
}

/** What RFC 7643 §7 knows; letter case counts. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  type: ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference', 'complex'],
  mutability: ['readOnly', 'readWrite', 'immutable', 'writeOnly'],
  returned: ['always', 'never', 'default', 'request'],
  uniqueness: ['none', 'server', 'global'],
};

/** The schemas of a list, which must not be empty. */
async function schemasOf(t: Probe): Promise<{ answer: Answer; schemas: JsonObject[] }> {
  const answer = await t.get('/Schemas');
  const schemas = t.expectList(answer);
  t.expect(schemas.length > 0, answer, 'The list of schemas is empty', 'a schema for each resource type', '[]');
  return { answer, schemas };
}

const TYPES: readonly (readonly [attribute: string, ...types: string[]])[] = [
  ['emails', 'work'],
  ['phoneNumbers', 'work', 'mobile', 'fax'],
  ['addresses', 'work'],
];

const schemaChecks: readonly Check[] = [
  answers({
    name: 'schemas-without-nulls',
    title: 'The schemas have no member that is null.',
    source: SOURCE.endpoint,
    fix: 'Leave out of /Schemas what has no value.',
    readsOnly: true,
    async run(t) {
      const { answer, schemas } = await schemasOf(t);
      const found = schemas.flatMap((schema) => nulls(schema, String(schema.id)));
      t.expect(found.length === 0, answer, `There are ${found.length} nulls in the schemas`, 'none', found[0]);
    },
  }),
  answers({
    name: 'schemas-keywords',
    title: 'The types and characteristics in the schemas are the words of the RFC, letter case included.',
    source: SOURCE.endpoint,
    fix: 'Write the values of type, mutability, returned and uniqueness as RFC 7643 §7 does: readWrite, dateTime.',
    readsOnly: true,
    async run(t) {
      const { answer, schemas } = await schemasOf(t);
      for (const [path, definition] of schemas.flatMap(definitions)) {
        for (const [name, words] of Object.entries(KEYWORDS)) {
          const found = definition[name];
          const isKnown = found === undefined || words.includes(String(found));
          t.expect(isKnown, answer, `${name} of ${path} is ${shown(found)}`, `one of ${words.join(', ')}`, found);
        }
      }
    },
  }),
  answers({
    name: 'schemas-complete',
    title: 'The schemas that a user names are served.',
    source: SOURCE.endpoint,
    fix: 'List the core schemas and every extension in use at /Schemas.',
    async run(t) {
      const { answer, schemas } = await schemasOf(t);
      const served = schemas.map(({ id }) => String(id).toLowerCase());
      const user = await t.read(await t.user());
      const named = valueAt(user.body, 'schemas');
      const wanted = new Set((Array.isArray(named) ? named : []).map(String).concat(USER_URN));
      if (t.facts.features.has('groups')) wanted.add(GROUP_URN);
      const missing = [...wanted].filter((urn) => !served.includes(urn.toLowerCase()));
      t.expect(missing.length === 0, answer, `/Schemas lacks ${missing.join(', ')}`, [...wanted], served);
    },
  }),
  ...TYPES.map(([attribute, ...types]) =>
    answers({
      name: `schemas-types-${attribute}`,
      title: `The schema of User gives canonical values for the type of ${attribute}.`,
      source: SOURCE.endpoint,
      fix: `Give type of ${attribute} canonicalValues: from them come paths such as ${attribute}[type eq "work"].`,
      readsOnly: true,
      async run(t) {
        const { answer, schemas } = await schemasOf(t);
        const user = schemas.find(({ id }) => String(id).toLowerCase() === USER_URN.toLowerCase()) ?? {};
        if (!attributeOf(user, attribute)) t.skip(`the server's schema has no attribute ${attribute}`);
        const values = attributeOf(user, `${attribute}.type`)?.canonicalValues;
        const isComplete = Array.isArray(values) && types.every((type) => values.includes(type));
        const message = `The canonical values of ${attribute}.type are ${shown(values)}`;
        t.expect(isComplete, answer, message, types, values ?? 'nothing');
      },
    }),
  ),
];

export const answerChecks: readonly Check[] = [
  ...contentTypeChecks,
  ...listChecks,
  ...idChecks,
  ...verbatimChecks,
  ...activeChecks,
  ...errorChecks,
  ...bodyChecks,
  ...queryChecks,
  ...groupReadingChecks,
  ...groupWritingChecks,
  ...schemaChecks,
];
