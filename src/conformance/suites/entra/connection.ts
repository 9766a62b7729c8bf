/**
 * Test Connection: what Entra asks before anything else. Entra does not read what a server announces: it filters
 * always, and so these checks need no feature for it.
 */
import type { Check } from '../../check.js';
import { ENTERPRISE_URN, USER_URN } from '../../facts.js';
import type { Probe } from '../../probe.js';
import { type EntraRow, mandatory, optional } from './entra-check.js';

const TUTORIAL = 'Microsoft Entra, Tutorial: Develop and plan provisioning for a SCIM endpoint';
const TEST_CONNECTION = `${TUTORIAL}, Test Connection`;
const COMPATIBILITY = 'Microsoft Entra, Known issues with SCIM 2.0 protocol compliance, flags in the tenant URL';

/** An attribute that an administrator may match users by. */
interface MatchingAttribute {
  /** Part of the id. */
  readonly name: string;
  /** As it stands in the filter. */
  readonly path: string;
  /** Where the schema has it; undefined for common attributes, which are in no schema (RFC 7643 §3.1). */
  readonly declared: readonly [urn: string, path: string] | undefined;
}

const BY_USER_NAME: MatchingAttribute = { name: 'user-name', path: 'userName', declared: undefined };

/** Instead of the default, which is userName. */
const BY_CHOICE: readonly MatchingAttribute[] = [
  { name: 'external-id', path: 'externalId', declared: undefined },
  { name: 'work-email', path: 'emails[type eq "work"].value', declared: [USER_URN, 'emails'] },
  {
    name: 'employee-number',
    path: `${ENTERPRISE_URN}:employeeNumber`,
    declared: [ENTERPRISE_URN, 'employeeNumber'],
  },
];

/** How a blank may travel in a query. */
const BLANKS = [
  { name: 'plus', sign: '+' },
  { name: 'percent-20', sign: '%20' },
] as const;

type Blank = (typeof BLANKS)[number];

function encoded(filter: string, { sign }: Blank = BLANKS[1]): string {
  return `filter=${encodeURIComponent(filter).replaceAll('%20', sign)}`;
}

/** The filter by a value that nobody has is answered with an empty list. */
async function expectNobody(t: Probe, query: string, path = t.endpoint('User')): Promise<void> {
  const answer = await t.get(path, query);
  const found = t.expectList(answer, 0);
  t.expect(found.length === 0, answer, 'A list of no results has resources', 0, found.length);
}

function probeRow({ name, path, declared }: MatchingAttribute, blank: Blank): EntraRow {
  return {
    id: `entra.connection.probe-${name}-${blank.name}`,
    title: `A filter by ${path} for a random GUID, with blanks as ${blank.sign}, is answered with 200 and an empty list.`,
    fix: `Answer a filter without a hit with 200 and totalResults 0, accept ${path} in filters, and decode ${blank.sign} as a blank.`,
    readsOnly: true,
    async run(t) {
      if (path.startsWith(ENTERPRISE_URN)) t.needs('enterprise');
      if (declared) t.needsAttribute(...declared);
      await expectNobody(t, encoded(`${path} eq "${t.random.uuid()}"`, blank));
    },
  };
}

const credentialChecks: readonly Check[] = [
  mandatory(TEST_CONNECTION, {
    id: 'entra.connection.wrong-token-status',
    title: 'A request with a wrong token is answered with 401.',
    fix: 'Refuse unknown credentials with status 401, or Test Connection succeeds with any token.',
    readsOnly: true,
    async run(t) {
      const query = encoded(`userName eq "${t.random.uuid()}"`);
      const answer = await t.request('GET', t.endpoint('User'), { query, authorization: t.wrongAuthorization });
      t.expectStatus(answer, 401);
    },
  }),
  optional(`${TUTORIAL}, error responses`, {
    id: 'entra.connection.wrong-token-error',
    title: 'The answer to a wrong token has a SCIM error in its body.',
    fix: 'Send the error body of RFC 7644 §3.12 with 401, too: administrators see its detail in the portal.',
    readsOnly: true,
    async run(t) {
      const query = encoded(`userName eq "${t.random.uuid()}"`);
      const answer = await t.request('GET', t.endpoint('User'), { query, authorization: t.wrongAuthorization });
      t.expectError(answer, 401);
    },
  }),
];

const parameterChecks: readonly Check[] = [
  mandatory('Microsoft SCIM validation Logic App, row 21', {
    id: 'entra.connection.first-user',
    title: 'GET /Users with startIndex 1 and count 1 is answered with a list of at most one user.',
    fix: 'Accept startIndex and count without a filter, and answer with a ListResponse of at most count resources.',
    readsOnly: true,
    async run(t) {
      const answer = await t.get(t.endpoint('User'), 'startIndex=1&count=1');
      const found = t.expectList(answer);
      t.expect(found.length <= 1, answer, `The page has ${found.length} users`, 'at most 1', found.length);
    },
  }),
  optional('Microsoft SCIM validation Logic App, probes of the onboarding agent', {
    id: 'entra.connection.first-group',
    title: 'GET /Groups with count 1 is answered with a list of at most one group.',
    fix: 'Accept count without a filter on /Groups, and answer with a ListResponse of at most count resources.',
    needs: ['groups'],
    readsOnly: true,
    async run(t) {
      const answer = await t.get(t.endpoint('Group'), 'count=1');
      const found = t.expectList(answer);
      t.expect(found.length <= 1, answer, `The page has ${found.length} groups`, 'at most 1', found.length);
    },
  }),
  optional(COMPATIBILITY, {
    id: 'entra.connection.feature-flag-in-probe',
    title: 'The flag aadOptscim062020 in the query does not change what a filter finds.',
    fix: 'Ignore query parameters that you do not know: the flags of the tenant URL may arrive with every request.',
    async run(t) {
      const user = await t.user();
      const filter = encoded(`userName eq "${String(user.sent.userName)}"`);
      t.expectFound(await t.get(t.endpoint('User'), `aadOptscim062020&${filter}`), user);
      await expectNobody(t, `aadOptscim062020&${encoded(`userName eq "${t.random.uuid()}"`)}`);
    },
  }),
  optional(COMPATIBILITY, {
    id: 'entra.connection.feature-flag-in-create',
    title: 'A user is created with the flag aadOptscim062020 in the query.',
    fix: 'Ignore query parameters that you do not know in POST, too.',
    async run(t) {
      const answer = await t.request('POST', t.endpoint('User'), { query: 'aadOptscim062020', body: t.userBody() });
      t.expectStatus(answer, 201);
    },
  }),
  optional(TUTORIAL, {
    id: 'entra.connection.unknown-parameter',
    title: 'A query parameter that SCIM does not have is ignored.',
    fix: 'Ignore query parameters that you do not know instead of refusing the request.',
    readsOnly: true,
    async run(t) {
      await expectNobody(t, `${encoded(`userName eq "${t.random.uuid()}"`)}&customFlag=1`);
    },
  }),
  optional(`${TUTORIAL}, sample requests`, {
    id: 'entra.connection.unquoted-literal',
    title: 'A filter with an unquoted value, as in a sample of Microsoft, is understood.',
    fix: 'Take an unquoted word on the right of an operator for a string, as in externalId eq jyoung.',
    readsOnly: true,
    async run(t) {
      await expectNobody(t, encoded(`externalId eq jyoung${t.random.hex(8)}`));
    },
  }),
];

export const connectionChecks: readonly Check[] = [
  ...BLANKS.map((blank) => mandatory(TEST_CONNECTION, probeRow(BY_USER_NAME, blank))),
  ...BY_CHOICE.flatMap((attribute) => BLANKS.map((blank) => optional(TEST_CONNECTION, probeRow(attribute, blank)))),
  mandatory(TEST_CONNECTION, {
    id: 'entra.connection.probe-group',
    title: 'A filter by displayName for a random GUID on /Groups is answered with 200 and an empty list.',
    fix: 'Answer a filter without a hit with 200 and totalResults 0 on /Groups, too.',
    needs: ['groups'],
    readsOnly: true,
    async run(t) {
      const query = `excludedAttributes=members&${encoded(`displayName eq "${t.random.uuid()}"`)}`;
      await expectNobody(t, query, t.endpoint('Group'));
    },
  }),
  ...credentialChecks,
  ...parameterChecks,
];
