/** Okta's SPEC test: the rows of Okta-SCIM-20-SPEC-Test.json, with the headers that it sends. */
import type { Check } from '../../check.js';
import { SCIM_JSON } from '../../client/client.js';
import { ERROR_URN, USER_URN } from '../../facts.js';
import type { Answer, JsonObject } from '../../model.js';
import type { Probe } from '../../probe.js';
import { isObject, shown, valueAt } from '../../values.js';

/** A check without what all checks of this suite share. */
export type OktaCheck = Omit<Check, 'suite' | 'level' | 'client'>;

/** Okta does not work, or does not accept the integration, without it. */
export function oktaNeeds(check: OktaCheck): Check {
  return { suite: 'okta', level: 'client', client: 'Okta', ...check };
}

/** Okta asks for it, and goes on without it; or it is known from the field alone. */
export function oktaLikes(check: OktaCheck): Check {
  return { suite: 'okta', level: 'should', ...check };
}

/** What the test files send with every request. */
export const TEST_HEADERS = {
  Accept: SCIM_JSON,
  'Accept-Charset': 'utf-8',
  'Content-Type': `${SCIM_JSON}; charset=utf-8`,
  'User-Agent': 'OKTA SCIM Integration',
} as const;

/** The body as an object; empty when it is none. */
export function bodyOf({ body }: Answer): JsonObject {
  return isObject(body) ? body : {};
}

/** Where the resource is that a POST was answered with. */
export function pathOfNew(t: Probe, endpoint: string, answer: Answer): string {
  const id = valueAt(answer.body, 'id');
  t.expect(typeof id === 'string' && id !== '', answer, 'The answer to the POST has no id', 'an id', id ?? 'nothing');
  return `${endpoint}/${encodeURIComponent(String(id))}`;
}

/** A list of users, asked for as the test files do. */
export function findUser(t: Probe, userName: string, extra: Record<string, number> = {}): Promise<Answer> {
  return t.get(t.endpoint('User'), { filter: `userName eq "${userName}"`, ...extra }, TEST_HEADERS);
}

function expectNumber(t: Probe, answer: Answer, path: string): void {
  const found = valueAt(answer.body, path);
  t.expect(typeof found === 'number', answer, `${path} is ${shown(found)}`, 'a number', found ?? 'nothing');
}

function expectSchema(t: Probe, answer: Answer, urn: string): void {
  const schemas = valueAt(answer.body, 'schemas');
  const has = Array.isArray(schemas) && schemas.includes(urn);
  t.expect(has, answer, `schemas of the answer is ${shown(schemas)}`, urn, schemas ?? 'nothing');
}

/** An error as the test file wants it: `status` is looked at only where a row does. */
function expectOktaError(t: Probe, answer: Answer, status: number): void {
  t.expectStatus(answer, status);
  expectSchema(t, answer, ERROR_URN);
  t.expectPresent(answer, 'detail');
}

/** What the test file reads of every user. `at`: where the user is in the answer. */
function expectUserFields(t: Probe, answer: Answer, at = ''): void {
  for (const path of ['id', 'userName', 'name.familyName', 'name.givenName', 'active', 'emails[0].value']) {
    t.expectPresent(answer, `${at}${path}`);
  }
}

/** The least that row 6 sends: a userName, the two names, an e-mail address, active. */
function newUser(t: Probe): JsonObject {
  return t.userBody({ displayName: null, externalId: null });
}

/** The values that were sent are in the answer. */
function expectSentValues(t: Probe, answer: Answer, sent: JsonObject): void {
  for (const path of ['userName', 'name.familyName', 'name.givenName', 'active']) {
    t.expectEqual(answer, path, valueAt(sent, path) ?? null);
  }
}

const source = (row: number) => `Okta SCIM 2.0 SPEC Test, row ${row}`;

const reading: readonly Check[] = [
  oktaNeeds({
    id: 'okta.spec.01-list-users',
    title: 'The first page of one user is a ListResponse with three numbers and a user in it.',
    source: source(1),
    fix: 'Answer GET /Users with a ListResponse: totalResults, startIndex, itemsPerPage as numbers, and Resources.',
    async run(t) {
      const page = () => t.get(t.endpoint('User'), { count: 1, startIndex: 1 }, TEST_HEADERS);
      let answer = await page();
      if (t.expectList(answer).length === 0) {
        await t.user();
        answer = await page();
        t.expectList(answer);
      }
      for (const path of ['itemsPerPage', 'startIndex', 'totalResults']) expectNumber(t, answer, path);
      for (const path of ['Resources', 'Resources[0].id', 'Resources[0].userName']) t.expectPresent(answer, path);
    },
  }),
  oktaNeeds({
    id: 'okta.spec.01-listed-users-are-whole',
    title: 'A user in a list has id, userName, both names, active and an e-mail address.',
    source: source(1),
    fix: 'Give the whole user in lists too, not an abstract: the import of Okta reads lists alone.',
    async run(t) {
      const user = await t.user();
      const answer = await findUser(t, String(user.sent.userName), { count: 1, startIndex: 1 });
      t.expectFound(answer, user);
      expectUserFields(t, answer, 'Resources[0].');
    },
  }),
  oktaNeeds({
    id: 'okta.spec.02-read-user',
    title: 'A user that is read by id has id, userName, both names, active and an e-mail address.',
    source: source(2),
    fix: 'Answer GET /Users/{id} with 200 and the whole user.',
    async run(t) {
      const user = await t.user();
      const answer = await t.get(user.path, undefined, TEST_HEADERS);
      t.expectStatus(answer, 200);
      t.expectEqual(answer, 'id', user.id);
      expectUserFields(t, answer);
    },
  }),
  oktaNeeds({
    id: 'okta.spec.03-invalid-user-name',
    title: 'A filter for a userName that nobody has is answered with an empty list.',
    source: source(3),
    fix: 'Answer a filter without a hit with 200 and a ListResponse whose totalResults is 0; never with 404.',
    readsOnly: true,
    async run(t) {
      t.expectList(await findUser(t, t.unique('invalid')), 0);
    },
  }),
  oktaNeeds({
    id: 'okta.spec.04-unknown-id',
    title: 'An unknown id is answered with 404 and a SCIM error that has a detail.',
    source: source(4),
    fix: 'Answer GET /Users/{id} of an unknown id with 404 and a body of the Error schema with a detail.',
    readsOnly: true,
    async run(t) {
      const answer = await t.get(`${t.endpoint('User')}/${t.random.uuid()}`, undefined, TEST_HEADERS);
      expectOktaError(t, answer, 404);
    },
  }),
  oktaNeeds({
    id: 'okta.spec.05-random-email',
    title: 'A filter for a random e-mail address is answered with an empty list.',
    source: source(5),
    fix: 'Answer a filter without a hit with 200 and a ListResponse whose totalResults is 0; never with 404.',
    readsOnly: true,
    async run(t) {
      t.expectList(await findUser(t, `${t.unique('nobody')}@example.com`), 0);
    },
  }),
];

const writing: readonly Check[] = [
  oktaNeeds({
    id: 'okta.spec.06-create-user',
    title: 'A user that is sent as application/json is created and answered with its values.',
    source: source(6),
    fix: 'Take application/json as well as application/scim+json; answer 201 with the whole new user.',
    async run(t) {
      const sent = newUser(t);
      const headers = {
        ...TEST_HEADERS,
        Accept: `${SCIM_JSON}; charset=utf-8`,
        'Content-Type': 'application/json',
      };
      const answer = await t.post(t.endpoint('User'), sent, headers);
      t.expectStatus(answer, 201);
      t.expectPresent(answer, 'id');
      expectSchema(t, answer, USER_URN);
      expectSentValues(t, answer, sent);
    },
  }),
  oktaNeeds({
    id: 'okta.spec.07-read-new-user',
    title: 'A new user can be read at once, with the values that were sent.',
    source: source(7),
    fix: 'Let GET /Users/{id} see a new user as soon as the POST was answered, with all that was sent.',
    async run(t) {
      const user = await t.user();
      const answer = await t.get(user.path, undefined, TEST_HEADERS);
      t.expectStatus(answer, 200);
      expectSentValues(t, answer, user.sent);
    },
  }),
  oktaNeeds({
    id: 'okta.spec.08-duplicate-user',
    title: 'A second user of the same userName is refused with 409.',
    source: source(8),
    fix: 'Refuse a POST whose userName is taken with 409 and scimType uniqueness.',
    async run(t) {
      const { sent } = await t.user();
      t.expectStatus(await t.post(t.endpoint('User'), { ...sent, externalId: t.unique() }, TEST_HEADERS), 409);
    },
  }),
  oktaNeeds({
    id: 'okta.spec.09-user-name-in-capitals',
    title: 'A filter finds a userName that it spells in capitals.',
    source: source(9),
    fix: 'Compare userName without regard to letter case (RFC 7643 §4.1.1: caseExact is false).',
    async run(t) {
      const user = await t.user();
      t.expectFound(await findUser(t, String(user.sent.userName).toUpperCase()), user);
    },
  }),
];

const edges: readonly Check[] = [
  oktaLikes({
    id: 'okta.spec.10-list-groups',
    title: 'GET /Groups is answered with 200, and with groups in an array if there are any.',
    source: `${source(10)} (optional)`,
    fix: 'Answer GET /Groups with 200 and a ListResponse; without groups it is an empty one.',
    needs: ['groups'],
    readsOnly: true,
    async run(t) {
      const answer = await t.get(t.endpoint('Group'), undefined, TEST_HEADERS);
      t.expectStatus(answer, 200);
      const total = valueAt(answer.body, 'totalResults');
      const groups = valueAt(answer.body, 'Resources');
      t.expect(total === 0 || Array.isArray(groups), answer, `Resources is ${shown(groups)}`, 'an array', groups);
    },
  }),
  oktaNeeds({
    id: 'okta.spec.11-no-token',
    title: 'A request with a wrong Authorization header is refused with 401 and a SCIM error.',
    source: source(11),
    fix: 'Answer 401 with the Error schema, a detail and status "401" when the credential is wrong or has no scheme.',
    readsOnly: true,
    async run(t) {
      const answer = await t.request('GET', t.endpoint('User'), {
        query: { filter: `userName eq "${t.unique('nobody')}"` },
        headers: TEST_HEADERS,
        authorization: 'non-token',
      });
      expectOktaError(t, answer, 401);
      t.expectEqual(answer, 'status', '401');
    },
  }),
  oktaNeeds({
    id: 'okta.spec.12-numeric-id',
    title: 'An unknown id of digits is answered with 404 and a SCIM error of status "404".',
    source: source(12),
    fix: 'Treat an id as an opaque text: any unknown one is 404 with the Error schema, a detail and status "404".',
    readsOnly: true,
    async run(t) {
      const answer = await t.get(`${t.endpoint('User')}/00919288221112222`, undefined, TEST_HEADERS);
      expectOktaError(t, answer, 404);
      t.expectEqual(answer, 'status', '404');
    },
  }),
];

export const specChecks: readonly Check[] = [...reading, ...writing, ...edges];
