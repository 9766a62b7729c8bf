/**
 * Okta's Entitlements test: each resource type that lists roles or entitlements is asked for its first element. Which
 * these are is read from /ResourceTypes, as Okta Identity Governance does.
 */
import type { Check } from '../../check.js';
import type { Answer, JsonObject } from '../../model.js';
import type { Probe } from '../../probe.js';
import { objectsIn, shown, valueAt } from '../../values.js';
import { type OktaCheck, oktaLikes, oktaNeeds, TEST_HEADERS } from './spec.js';

/** The schemas by which Okta Identity Governance knows roles and entitlements. */
const ROLE_URN = 'urn:okta:scim:schemas:core:1.0:Role';
const ENTITLEMENT_URN = 'urn:okta:scim:schemas:core:1.0:Entitlement';
const KNOWN: readonly string[] = [ROLE_URN.toLowerCase(), ENTITLEMENT_URN.toLowerCase()];

function isKnown({ schema }: JsonObject): boolean {
  return KNOWN.includes(String(schema).toLowerCase());
}

/** Those that Okta knows; without any, those that mean the same by their names. Skips when there are none. */
async function entitlementTypes(t: Probe): Promise<readonly JsonObject[]> {
  const { body } = await t.get('/ResourceTypes', undefined, TEST_HEADERS);
  const types = objectsIn(Array.isArray(body) ? body : valueAt(body, 'Resources'));
  const known = types.filter(isKnown);
  if (known.length > 0) return known;
  const named = types.filter(({ name }) => /^(roles?|entitlements?|licen[cs]es?|permissions?)$/i.test(String(name)));
  if (named.length === 0) t.skip('the server does not announce roles or entitlements');
  return named;
}

/** `/Roles`, also where the whole URL is given. */
function endpointOf({ endpoint, name }: JsonObject): string {
  const last = String(endpoint ?? name)
    .split('/')
    .filter(Boolean)
    .at(-1);
  return `/${last ?? ''}`;
}

/** A check that looks at the first element of each such endpoint. */
function ofEach(parts: Omit<OktaCheck, 'run' | 'readsOnly'>, look: (t: Probe, answer: Answer) => void): OktaCheck {
  return {
    ...parts,
    readsOnly: true,
    async run(t) {
      for (const type of await entitlementTypes(t)) {
        look(t, await t.get(endpointOf(type), { count: 1, startIndex: 1 }, TEST_HEADERS));
      }
    },
  };
}

const TEST = 'Okta SCIM 2.0 Entitlements Test';
const GUIDE = 'Okta, Build a SCIM 2.0 server with entitlements';

export const entitlementChecks: readonly Check[] = [
  oktaNeeds(
    ofEach(
      {
        id: 'okta.entitlements.list',
        title: 'Roles and entitlements are listed, and there is at least one.',
        source: TEST,
        fix: 'Answer GET of each endpoint of /ResourceTypes with a ListResponse; have an element before the test.',
      },
      (t, answer) => {
        t.expectList(answer);
        t.expectPresent(answer, 'Resources');
      },
    ),
  ),
  oktaNeeds(
    ofEach(
      {
        id: 'okta.entitlements.items-per-page',
        title: 'A page of one role or entitlement has an itemsPerPage of 1.',
        source: TEST,
        fix: 'Obey count on these endpoints too, and give the number of elements of the page as itemsPerPage.',
      },
      (t, answer) => {
        const resources = t.expectList(answer);
        t.expectEqual(answer, 'itemsPerPage', 1);
        t.expect(resources.length <= 1, answer, `The page has ${resources.length} elements`, 1, resources.length);
      },
    ),
  ),
  oktaNeeds(
    ofEach(
      {
        id: 'okta.entitlements.numbers',
        title: 'A list of roles or entitlements has numbers for startIndex and totalResults.',
        source: TEST,
        fix: 'Give startIndex and totalResults as JSON numbers, as in every ListResponse.',
      },
      (t, answer) => {
        t.expectStatus(answer, 200);
        for (const path of ['startIndex', 'totalResults']) {
          const found = valueAt(answer.body, path);
          t.expect(typeof found === 'number', answer, `${path} is ${shown(found)}`, 'a number', found ?? 'nothing');
        }
      },
    ),
  ),
  oktaNeeds(
    ofEach(
      {
        id: 'okta.entitlements.named',
        title: 'Each role and entitlement has an id and a displayName.',
        source: `${GUIDE}, Role example`,
        fix: 'Give id and displayName of every role and entitlement: Okta stores the one and shows the other.',
      },
      (t, answer) => {
        t.expectList(answer);
        for (const path of ['Resources[0].id', 'Resources[0].displayName']) t.expectPresent(answer, path);
      },
    ),
  ),
  oktaLikes({
    id: 'okta.entitlements.schemas',
    title: 'Resource types for roles and entitlements carry the URN by which Okta knows them.',
    source: `${GUIDE}, ResourceTypes`,
    fix: `Give ${ROLE_URN} or ${ENTITLEMENT_URN} as schema of these resource types: Okta passes over all others.`,
    readsOnly: true,
    async run(t) {
      const types = await entitlementTypes(t);
      const schemas = types.map(({ schema }) => String(schema));
      t.expect(types.some(isKnown), undefined, 'No resource type has a schema that Okta knows', KNOWN, schemas);
    },
  }),
];
