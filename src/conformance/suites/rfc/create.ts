/** POST: RFC 7644 §3.3, and what RFC 7643 says of the attributes of a new resource. */
import type { Check } from '../../check.js';
import { ENTERPRISE_URN, GROUP_URN, USER_URN } from '../../facts.js';
import type { Answer, Json, JsonObject, Level } from '../../model.js';
import type { Probe } from '../../probe.js';
import { decoded, isUnassigned, shown, valueAt } from '../../values.js';

/** Creates a user, which must succeed. */
async function created(t: Probe, extra: JsonObject = {}): Promise<Answer> {
  const answer = await t.post(t.endpoint('User'), t.userBody(extra));
  t.expectStatus(answer, 201);
  return answer;
}

/** The user as it is read afterwards. */
async function readBack(t: Probe, answer: Answer): Promise<Answer> {
  return t.read(`${t.endpoint('User')}/${encodeURIComponent(String(valueAt(answer.body, 'id')))}`);
}

/** A date with a time and a zone or without one, as xsd:dateTime has it (RFC 7643 §2.3.5). */
export function isDateTime(value: Json | undefined): boolean {
  return (
    typeof value === 'string' &&
    /^\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}

const statusChecks: readonly Check[] = [
  {
    id: 'rfc.create.status',
    suite: 'rfc',
    title: 'A created user is answered with 201 and an id of the server.',
    level: 'must',
    source: 'RFC 7644 §3.3',
    fix: 'Answer POST with status 201 and the whole new resource in the body.',
    async run(t) {
      const answer = await t.post(t.endpoint('User'), t.userBody());
      t.expectStatus(answer, 201);
      t.expectPresent(answer, 'id');
    },
  },
  {
    id: 'rfc.create.id-string',
    suite: 'rfc',
    title: 'The id of a user is a string.',
    level: 'must',
    source: 'RFC 7643 §3.1',
    fix: 'Write id as a JSON string, also when it is a number in the database.',
    async run(t) {
      const answer = await created(t);
      const id = valueAt(answer.body, 'id');
      t.expect(typeof id === 'string', answer, `id is ${shown(id)}`, 'a string', shown(id));
    },
  },
  {
    id: 'rfc.create.group',
    suite: 'rfc',
    title: 'A created group is answered with 201, an id and its displayName.',
    level: 'must',
    source: 'RFC 7644 §3.3',
    fix: 'Answer POST of a group with status 201 and the whole new resource in the body.',
    needs: ['groups'],
    async run(t) {
      const body = t.groupBody();
      const answer = await t.post(t.endpoint('Group'), body);
      t.expectStatus(answer, 201);
      t.expectPresent(answer, 'id');
      t.expectEqual(answer, 'displayName', body.displayName as Json);
    },
  },
  {
    id: 'rfc.create.location-header',
    suite: 'rfc',
    title: 'The answer to a POST has the header Location.',
    level: 'must',
    source: 'RFC 7644 §3.3',
    fix: 'Send the URI of the new resource in the header Location of the 201.',
    async run(t) {
      const answer = await created(t);
      const found = answer.headers.location;
      t.expect((found ?? '') !== '', answer, 'The 201 has no Location', 'Location', found ?? 'nothing');
    },
  },
  {
    id: 'rfc.create.location',
    suite: 'rfc',
    title: 'The meta.location of a created user is what the header Location says, and ends with its id.',
    level: 'must',
    source: 'RFC 7644 §3.3',
    fix: 'Send the same URI, which ends with /Users/{id}, in the header Location and in meta.location.',
    async run(t) {
      const answer = await created(t);
      const location = String(valueAt(answer.body, 'meta.location') ?? '');
      const header = answer.headers.location;
      t.expect(location !== '', answer, 'meta.location is missing from the answer', 'a URI', 'nothing');
      t.expect(header === undefined || header === location, answer, 'The two locations differ', header, location);
      const id = encodeURIComponent(String(valueAt(answer.body, 'id')));
      const isOwn = decoded(location).endsWith(`/${decoded(id)}`);
      t.expect(isOwn, answer, 'meta.location does not end with the id', `…/${id}`, location);
    },
  },
  {
    id: 'rfc.create.location-host',
    suite: 'rfc',
    title: 'The location of a created user is at the host that the client asked.',
    level: 'should',
    source: 'RFC 7643 §3.1, RFC 9110 §10.2.2',
    fix: 'Build locations from the address that clients use, such as X-Forwarded-Host and -Proto, not from that of a server behind.',
    async run(t) {
      const answer = await created(t);
      const asked = answer.exchange.request.url;
      for (const location of [answer.headers.location, valueAt(answer.body, 'meta.location')]) {
        // A relative one is resolved by who reads it.
        const origin = URL.canParse(String(location ?? ''), asked) && new URL(String(location ?? ''), asked).origin;
        const wanted = new URL(asked).origin;
        t.expect(origin === wanted, answer, `The location leads to ${shown(location)}`, wanted, origin);
      }
    },
  },
  {
    id: 'rfc.create.resource-type',
    suite: 'rfc',
    title: 'The meta.resourceType of a created user is the name that /ResourceTypes gives, or else User.',
    level: 'must',
    source: 'RFC 7643 §3.1',
    fix: 'Write the name of the resource type, as /ResourceTypes has it, to meta.resourceType.',
    async run(t) {
      const types = valueAt((await t.get('/ResourceTypes')).body, 'Resources');
      const own = (Array.isArray(types) ? types : []).find((type) => valueAt(type, 'schema') === USER_URN);
      t.expectEqual(await created(t), 'meta.resourceType', valueAt(own, 'name') ?? 'User');
    },
  },
  {
    id: 'rfc.create.meta-times',
    suite: 'rfc',
    title: 'The times meta.created and meta.lastModified are dateTimes.',
    level: 'must',
    source: 'RFC 7643 §3.1',
    fix: 'Write both as xsd:dateTime, such as 2026-02-03T04:05:06.789Z.',
    async run(t) {
      const answer = await created(t);
      for (const name of ['meta.created', 'meta.lastModified']) {
        const found = valueAt(answer.body, name);
        t.expect(isDateTime(found), answer, `${name} is ${shown(found)}`, 'a dateTime', shown(found));
      }
    },
  },
  {
    id: 'rfc.create.meta-same-time',
    suite: 'rfc',
    title: 'The times meta.created and meta.lastModified of a new user are the same.',
    level: 'must',
    source: 'RFC 7643 §3.1',
    fix: 'Write both times from one reading of the clock when a resource is created.',
    async run(t) {
      const answer = await created(t);
      t.expectEqual(answer, 'meta.lastModified', valueAt(answer.body, 'meta.created') ?? null);
    },
  },
  {
    id: 'rfc.create.version',
    suite: 'rfc',
    title: 'The meta.version of a created user is what the header ETag says.',
    level: 'must',
    source: 'RFC 7643 §3.1, RFC 7644 §3.14',
    fix: 'Send the same entity tag, quotes and W/ included, in the header ETag and in meta.version.',
    needs: ['etag'],
    async run(t) {
      const answer = await created(t);
      t.expectPresent(answer, 'meta.version');
      const version = valueAt(answer.body, 'meta.version');
      const tag = answer.headers.etag;
      t.expect(tag === version, answer, 'ETag and meta.version differ', version, tag ?? 'nothing');
    },
  },
  {
    id: 'rfc.create.schemas',
    suite: 'rfc',
    title: 'A created user is answered with its schemas, none of them twice.',
    level: 'must',
    source: 'RFC 7643 §3',
    fix: `Write schemas with ${USER_URN} and the URNs of extensions that have data, each once.`,
    async run(t) {
      const answer = await created(t);
      const schemas = valueAt(answer.body, 'schemas');
      const urns = Array.isArray(schemas) ? schemas : [];
      t.expect(urns.includes(USER_URN), answer, `schemas is ${shown(schemas)}`, [USER_URN], schemas ?? 'nothing');
      t.expect(new Set(urns).size === urns.length, answer, 'schemas has a URN twice', 'each once', schemas);
    },
  },
];

/** What a client sends must be there afterwards; a row for each form of value. */
interface Kept {
  readonly title: string;
  /** Of the User schema or, with a URN, of an extension. */
  readonly attribute: string;
  readonly extra: (t: Probe) => JsonObject;
  /** Where to look, and what must be there. */
  readonly wanted: (sent: JsonObject) => readonly (readonly [path: string, value: Json])[];
  /** RFC 7644 §3.3 leaves the server free to alter what it is sent; a few attributes are not for it to choose. */
  readonly level?: Level;
  readonly source?: string;
}

const KEPT: Readonly<Record<string, Kept>> = {
  'user-name': {
    title: 'The userName of a created user is what the client sent.',
    attribute: 'userName',
    extra: () => ({}),
    wanted: ({ userName }) => [['userName', userName as Json]],
    level: 'must',
    source: 'RFC 7643 §4.1.1',
  },
  'external-id': {
    title: 'The externalId of a created user is what the client sent, in its letter case.',
    attribute: 'externalId',
    extra: (t) => ({ externalId: `${t.unique('ext')}-MiXeD` }),
    wanted: ({ externalId }) => [['externalId', externalId as Json]],
    source: 'RFC 7643 §3.1',
  },
  name: {
    title: 'The name of a created user is kept with its parts.',
    attribute: 'name',
    extra: () => ({ name: { givenName: 'Ada', familyName: 'Ødegård' } }),
    wanted: () => [
      ['name.givenName', 'Ada'],
      ['name.familyName', 'Ødegård'],
    ],
  },
  emails: {
    title: 'Two e-mail addresses of a created user are kept, each with its type.',
    attribute: 'emails',
    extra: (t) => ({
      emails: [
        { value: `${t.unique('work')}@example.com`, type: 'work', primary: true },
        { value: `${t.unique('home')}@example.com`, type: 'home' },
      ],
    }),
    wanted: ({ emails }) => [
      ['emails[type=work].value', valueAt(emails, '[0].value') as Json],
      ['emails[type=home].value', valueAt(emails, '[1].value') as Json],
    ],
  },
  primary: {
    title: 'The primary mark of an e-mail address is kept.',
    attribute: 'emails.primary',
    extra: (t) => ({ emails: [{ value: `${t.unique('work')}@example.com`, type: 'work', primary: true }] }),
    wanted: () => [['emails[type=work].primary', true]],
  },
  'active-false': {
    title: 'A user that is created inactive is inactive.',
    attribute: 'active',
    extra: () => ({ active: false }),
    wanted: () => [['active', false]],
  },
  unicode: {
    title: 'Letters outside of ASCII and of the basic plane are kept.',
    attribute: 'displayName',
    extra: () => ({ displayName: 'Zoë Åström 李雷 🚀' }),
    wanted: () => [['displayName', 'Zoë Åström 李雷 🚀']],
    level: 'must',
    source: 'RFC 7644 §3.8',
  },
  markup: {
    title: 'Quotes, backslashes and angle brackets in a value are kept as they are.',
    attribute: 'displayName',
    extra: () => ({ displayName: `O'Brien "Bob" \\ <b>&amp;</b> %41 ; --` }),
    wanted: ({ displayName }) => [['displayName', displayName as Json]],
  },
  digits: {
    title: 'A text of digits stays a text, with its zeros in front.',
    attribute: 'displayName',
    extra: () => ({ displayName: '00420' }),
    wanted: () => [['displayName', '00420']],
    level: 'must',
    source: 'RFC 7643 §2.3.1',
  },
  words: {
    title: 'Names that look like booleans or null stay what they are: texts.',
    attribute: 'name',
    extra: () => ({ name: { givenName: 'True', familyName: 'Null' } }),
    wanted: () => [
      ['name.givenName', 'True'],
      ['name.familyName', 'Null'],
    ],
    level: 'must',
    source: 'RFC 7643 §2.3.1',
  },
  blanks: {
    title: 'Two blanks in a row within a value stay two.',
    attribute: 'displayName',
    extra: () => ({ displayName: 'Anna  Lena' }),
    wanted: () => [['displayName', 'Anna  Lena']],
  },
  'line-breaks': {
    title: 'The line breaks of a formatted address are kept.',
    attribute: 'addresses.formatted',
    extra: () => ({ addresses: [{ type: 'work', formatted: '100 Main Street\nSpringfield' }] }),
    wanted: () => [['addresses[type=work].formatted', '100 Main Street\nSpringfield']],
    source: 'RFC 7643 §4.1.2, RFC 7644 §3.3',
  },
};

const keptChecks: readonly Check[] = Object.entries(KEPT).map(
  ([name, { title, attribute, extra, wanted, level = 'should', source = 'RFC 7644 §3.3' }]): Check => ({
    id: `rfc.create.keeps-${name}`,
    suite: 'rfc',
    title,
    level,
    source,
    fix: `Store ${attribute} as it is sent, and answer with it at once and on every later read.`,
    async run(t) {
      // A common attribute (RFC 7643 §3.1) is in no schema.
      if (attribute !== 'externalId') t.needsAttribute(USER_URN, attribute);
      const body = t.userBody(extra(t));
      const answer = await t.post(t.endpoint('User'), body);
      t.expectStatus(answer, 201);
      const read = await readBack(t, answer);
      for (const [path, value] of wanted(body)) {
        t.expectEqual(answer, path, value);
        t.expectEqual(read, path, value);
      }
    },
  }),
);

const serverChecks: readonly Check[] = [
  {
    id: 'rfc.create.id-ignored',
    suite: 'rfc',
    title: 'An id that the client sends is ignored.',
    level: 'must',
    source: 'RFC 7643 §3.1',
    fix: 'Give each new resource an id of the server; id is readOnly, and what a client sends for it is ignored.',
    async run(t) {
      const id = t.unique('id');
      const answer = await created(t, { id });
      const found = valueAt(answer.body, 'id');
      t.expect(found !== id, answer, 'The id was taken from the request', 'an id of the server', found);
    },
  },
  {
    id: 'rfc.create.meta-ignored',
    suite: 'rfc',
    title: 'What the client sends of meta is ignored.',
    level: 'must',
    source: 'RFC 7643 §3.1',
    fix: 'Take nothing of meta from a request, and do not refuse a request that has it.',
    async run(t) {
      const times = { created: '2001-02-03T04:05:06Z', lastModified: '2001-02-03T04:05:06Z' };
      const meta = { resourceType: 'Nonsense', location: 'https://example.com/Users/1', version: 'W/"none"', ...times };
      const answer = await created(t, { meta });
      for (const [name, value] of Object.entries(meta)) {
        const found = valueAt(answer.body, `meta.${name}`);
        t.expect(found !== value, answer, `meta.${name} was taken from the request`, 'a value of the server', found);
      }
    },
  },
  {
    id: 'rfc.create.groups-ignored',
    suite: 'rfc',
    title: 'Groups in a new user are ignored: members are kept in the group.',
    level: 'must',
    source: 'RFC 7643 §4.1.2',
    fix: 'Treat groups of a User as readOnly: ignore it in requests, and work it out from the members of groups.',
    needs: ['groups'],
    async run(t) {
      const group = await t.group();
      const answer = await created(t, { groups: [{ value: group.id }] });
      t.expectUnassigned(await readBack(t, answer), 'groups');
      t.expectMembers(await t.read(group));
    },
  },
  {
    id: 'rfc.create.readable',
    suite: 'rfc',
    title: 'A created user can be read at once, and is what the answer to the POST said.',
    level: 'must',
    source: 'RFC 7644 §3.3, RFC 7644 §3.4.1',
    fix: 'Answer POST only when the resource is stored, with what a GET would give.',
    async run(t) {
      const answer = await created(t);
      const read = await readBack(t, answer);
      for (const path of ['id', 'userName', 'displayName', 'active', 'name.givenName', 'meta.created']) {
        const value = valueAt(answer.body, path);
        if (!isUnassigned(value)) t.expectEqual(read, path, value as Json);
      }
    },
  },
  {
    id: 'rfc.create.findable',
    suite: 'rfc',
    title: 'A created user is found at once by a filter on its userName.',
    level: 'must',
    source: 'RFC 7644 §3.4.2',
    fix: 'Keep what is searched in step with what is stored: a new resource is in the next list.',
    needs: ['filter'],
    async run(t) {
      const user = await t.user();
      t.expectFound(await t.find('User', `userName eq "${String(user.sent.userName)}"`), user);
    },
  },
];

const passwordChecks: readonly Check[] = [
  {
    id: 'rfc.create.password-hidden',
    suite: 'rfc',
    title: 'A password is not in the answer to the POST that sets it.',
    level: 'must',
    source: 'RFC 7643 §4.1.1, RFC 7643 §7',
    fix: 'Leave password out of every answer: it is writeOnly and returned never.',
    async run(t) {
      const { answer } = await withPassword(t);
      t.expectAbsent(answer, 'password');
    },
  },
  {
    id: 'rfc.create.password-unread',
    suite: 'rfc',
    title: 'A password is not read, even when it is asked for by name.',
    level: 'must',
    source: 'RFC 7643 §4.1.1, RFC 7643 §7',
    fix: 'Leave password out of every answer, whatever the attributes parameter says.',
    async run(t) {
      const { answer, password } = await withPassword(t);
      const path = `${t.endpoint('User')}/${encodeURIComponent(String(valueAt(answer.body, 'id')))}`;
      for (const query of [undefined, { attributes: 'userName,password' }]) {
        const read = await t.get(path, query);
        const isHidden = valueAt(read.body, 'password') === undefined && !read.text.includes(password);
        t.expect(isHidden, read, 'The password is in the answer', 'nothing', valueAt(read.body, 'password'));
      }
    },
  },
];

async function withPassword(t: Probe): Promise<{ answer: Answer; password: string }> {
  t.needsAttribute(USER_URN, 'password');
  const password = `Pw1!-${t.random.hex(16)}`;
  return { answer: await created(t, { password }), password };
}

const duplicateChecks: readonly Check[] = [
  {
    id: 'rfc.create.duplicate',
    suite: 'rfc',
    title: 'A second user with the same userName is 409 uniqueness.',
    level: 'must',
    source: 'RFC 7644 §3.3',
    fix: 'Refuse a POST whose userName another user has with 409, scimType uniqueness; never create or return a user.',
    async run(t) {
      const user = await t.user();
      const body = t.userBody({ userName: user.sent.userName as Json });
      t.expectError(await t.post(t.endpoint('User'), body), 409, 'uniqueness');
    },
  },
  {
    id: 'rfc.create.duplicate-case',
    suite: 'rfc',
    title: 'A second user whose userName differs in letter case alone is 409.',
    level: 'must',
    source: 'RFC 7643 §4.1.1',
    fix: 'Compare userName without regard to case when looking for duplicates: its caseExact is false.',
    async run(t) {
      const user = await t.user();
      const body = t.userBody({ userName: String(user.sent.userName).toUpperCase() });
      t.expectError(await t.post(t.endpoint('User'), body), 409);
    },
  },
  {
    id: 'rfc.create.duplicate-unharmed',
    suite: 'rfc',
    title: 'A refused duplicate leaves the user that has the userName as it was.',
    level: 'must',
    source: 'RFC 7644 §3.3',
    fix: 'Do not update the existing user when a POST has its userName: refuse with 409 and change nothing.',
    async run(t) {
      const user = await t.user();
      const before = await t.read(user);
      const body = t.userBody({ userName: user.sent.userName as Json, displayName: 'Intruder' });
      const answer = await t.post(t.endpoint('User'), body);
      const after = await t.read(user);
      const [was, is] = [before, after].map(({ body: each }) => valueAt(each, 'displayName'));
      t.expect(was === is, after, `The existing user changed after a ${answer.status}`, was ?? 'nothing', is);
    },
  },
];

/** Bodies that lack what is required, by the name of their check. */
const INCOMPLETE: Readonly<Record<string, { title: string; extra: JsonObject }>> = {
  'no-user-name': { title: 'A user without a userName is 400.', extra: { userName: null } },
  'empty-user-name': { title: 'A user whose userName is empty is 400.', extra: { userName: '' } },
};

const refusedChecks: readonly Check[] = [
  ...Object.entries(INCOMPLETE).map(
    ([name, { title, extra }]): Check => ({
      id: `rfc.create.${name}`,
      suite: 'rfc',
      title,
      level: 'must',
      source: 'RFC 7643 §4.1.1, RFC 7644 §3.12',
      fix: 'Refuse a user without a userName that has at least one character with 400, scimType invalidValue.',
      async run(t) {
        t.expectError(await t.post(t.endpoint('User'), t.userBody(extra)), 400);
      },
    }),
  ),
  {
    id: 'rfc.create.no-user-name-type',
    suite: 'rfc',
    title: 'A user without a userName is refused with the scimType invalidValue.',
    level: 'should',
    source: 'RFC 7644 §3.12',
    fix: 'Say scimType invalidValue in the error body when a required value is missing.',
    async run(t) {
      t.expectError(await t.post(t.endpoint('User'), t.userBody({ userName: null })), 400, 'invalidValue');
    },
  },
  {
    id: 'rfc.create.no-display-name',
    suite: 'rfc',
    title: 'A group without a displayName is 400.',
    // The text of §4.2 requires it, the schema in §8.7.1 does not.
    level: 'should',
    source: 'RFC 7643 §4.2, RFC 7644 §3.12',
    fix: 'Refuse a group without a displayName with 400, scimType invalidValue.',
    needs: ['groups'],
    async run(t) {
      t.expectError(await t.post(t.endpoint('Group'), t.groupBody({ displayName: null })), 400);
    },
  },
  {
    id: 'rfc.create.no-schemas',
    suite: 'rfc',
    title: 'A user without schemas is refused, or taken for a User and answered with the schemas.',
    level: 'must',
    source: 'RFC 7643 §3',
    fix: 'Refuse a body without schemas with 400, or fill them in; never answer with a resource that has none.',
    async run(t) {
      const answer = await t.post(t.endpoint('User'), t.userBody({ schemas: null }));
      if (answer.status === 201) {
        const schemas = valueAt(answer.body, 'schemas');
        const isNamed = Array.isArray(schemas) && schemas.includes(USER_URN);
        t.expect(isNamed, answer, 'The new user has no schemas', [USER_URN], schemas ?? 'nothing');
      } else t.expectError(answer, 400);
    },
  },
  {
    id: 'rfc.create.wrong-schema',
    suite: 'rfc',
    title: 'A body that says it is a group is not created as a user.',
    level: 'should',
    source: 'RFC 7643 §3',
    fix: 'Refuse a POST whose schemas have only schemas of another resource type with 400.',
    async run(t) {
      t.expectError(await t.post(t.endpoint('User'), t.userBody({ schemas: [GROUP_URN] })), 400);
    },
  },
];

/** Values that do not have the type of their attribute, by the name of their check. */
const MISTYPED: Readonly<Record<string, { attribute: string; value: Json; holds: (value: Json) => boolean }>> = {
  'number-for-string': { attribute: 'displayName', value: 42, holds: (value) => typeof value === 'string' },
  'object-for-string': { attribute: 'displayName', value: { a: 'b' }, holds: (value) => typeof value === 'string' },
  'word-for-boolean': { attribute: 'active', value: 'maybe', holds: (value) => typeof value === 'boolean' },
  'string-for-complex': { attribute: 'name', value: 'Ada', holds: (value) => typeof value === 'object' },
  'string-for-list': { attribute: 'emails', value: 'ada@example.com', holds: Array.isArray },
};

const typeChecks: readonly Check[] = Object.entries(MISTYPED).flatMap(
  ([name, { attribute, value, holds }]): Check[] => [
    {
      id: `rfc.create.${name}`,
      suite: 'rfc',
      title: `The value ${shown(value)} for ${attribute} does not become a value of the wrong type.`,
      level: 'must',
      source: 'RFC 7643 §2.3',
      fix: `Refuse ${attribute} with a value of another type than its schema says with 400, scimType invalidValue.`,
      async run(t) {
        t.needsAttribute(USER_URN, attribute);
        const answer = await t.post(t.endpoint('User'), t.userBody({ [attribute]: value }));
        t.expect(answer.status < 500, answer, `The server failed with ${answer.status}`, 400, String(answer.status));
        if (answer.status >= 300) return;
        const found = valueAt(answer.body, attribute);
        t.expect(isUnassigned(found) || holds(found as Json), answer, `${attribute} is ${shown(found)}`, 400, found);
      },
    },
    {
      id: `rfc.create.${name}-refused`,
      suite: 'rfc',
      title: `The value ${shown(value)} for ${attribute} is refused with 400.`,
      level: 'should',
      source: 'RFC 7644 §3.12',
      fix: `Refuse ${attribute} with a value of another type than its schema says with 400, scimType invalidValue.`,
      async run(t) {
        t.needsAttribute(USER_URN, attribute);
        t.expectError(await t.post(t.endpoint('User'), t.userBody({ [attribute]: value })), 400);
      },
    },
  ],
);

const notationChecks: readonly Check[] = [
  {
    id: 'rfc.create.null-unassigned',
    suite: 'rfc',
    title: 'A null in a new user means that the attribute has no value.',
    level: 'must',
    source: 'RFC 7643 §2.5',
    fix: 'Take null for an attribute that is not there, in a POST too.',
    async run(t) {
      t.needsAttribute(USER_URN, 'title');
      const answer = await t.post(t.endpoint('User'), { ...t.userBody(), title: null });
      t.expectStatus(answer, 201);
      t.expectUnassigned(answer, 'title');
    },
  },
  {
    id: 'rfc.create.empty-list-unassigned',
    suite: 'rfc',
    title: 'An empty array in a new user means that the attribute has no values.',
    level: 'must',
    source: 'RFC 7643 §2.5',
    fix: 'Take an empty array for a multi-valued attribute that is not there, in a POST too.',
    async run(t) {
      t.needsAttribute(USER_URN, 'phoneNumbers');
      const answer = await created(t, { phoneNumbers: [] });
      t.expectUnassigned(answer, 'phoneNumbers');
    },
  },
  {
    id: 'rfc.create.names-ignore-case',
    suite: 'rfc',
    title: 'Attribute names in the body are understood in any letter case.',
    level: 'must',
    source: 'RFC 7643 §2.1',
    fix: 'Compare attribute names of a request without regard to case.',
    async run(t) {
      t.needsAttribute(USER_URN, 'displayName');
      const { userName, displayName, ...rest } = t.userBody();
      const body = { ...rest, USERNAME: userName, DisplayName: displayName };
      const answer = await t.post(t.endpoint('User'), body);
      t.expectStatus(answer, 201);
      t.expectEqual(answer, 'userName', userName as Json);
      t.expectEqual(answer, 'displayName', displayName as Json);
    },
  },
];

const extensionChecks: readonly Check[] = [
  {
    id: 'rfc.create.keeps-extension',
    suite: 'rfc',
    title: 'Data of the enterprise extension is kept.',
    level: 'should',
    source: 'RFC 7643 §4.3, RFC 7644 §3.3',
    fix: `Store the attributes under ${ENTERPRISE_URN}, and answer with them under the same name.`,
    needs: ['enterprise'],
    async run(t) {
      const answer = await created(t, enterprise(t));
      const read = await readBack(t, answer);
      for (const each of [answer, read]) t.expectEqual(each, `${ENTERPRISE_URN}:department`, 'Research');
    },
  },
  {
    id: 'rfc.create.extension-schemas',
    suite: 'rfc',
    title: 'A user with data of an extension has the URN of the extension in schemas.',
    level: 'must',
    source: 'RFC 7643 §3',
    fix: 'Add the URN of each extension that the answer has data of to schemas.',
    needs: ['enterprise'],
    async run(t) {
      const answer = await created(t, enterprise(t));
      const schemas = valueAt(answer.body, 'schemas');
      const isNamed = Array.isArray(schemas) && schemas.includes(ENTERPRISE_URN);
      const isThere = valueAt(answer.body, ENTERPRISE_URN) !== undefined;
      t.expect(isNamed || !isThere, answer, 'schemas lacks the extension', ENTERPRISE_URN, schemas ?? 'nothing');
    },
  },
];

function enterprise(t: Probe): JsonObject {
  t.needsAttribute(ENTERPRISE_URN, 'department');
  return { schemas: [USER_URN, ENTERPRISE_URN], [ENTERPRISE_URN]: { department: 'Research' } };
}

export const createChecks: readonly Check[] = [
  ...statusChecks,
  ...keptChecks,
  ...serverChecks,
  ...passwordChecks,
  ...duplicateChecks,
  ...refusedChecks,
  ...typeChecks,
  ...notationChecks,
  ...extensionChecks,
];
