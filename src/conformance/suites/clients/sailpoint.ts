/** SailPoint SCIM 2.0: discovery down to the single resource type, aggregation by pages, disabling by PATCH add. */
import type { Check } from '../../check.js';
import { GROUP_URN, type TypeName, USER_URN } from '../../facts.js';
import type { Answer, JsonObject } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { isObject, objectsIn, shown, valueAt } from '../../values.js';
import { type ClientCheck, demands, tolerates } from './client-check.js';

/** SailPoint does not work without it. */
function sailpoint(check: Omit<ClientCheck, 'source'> & { source?: string }): Check {
  return demands('SailPoint', { source: PREREQUISITES, ...check });
}

const PREREQUISITES = 'SailPoint SCIM 2.0, Prerequisites';
const PATCH_TOPIC = 'SailPoint Developer Community, SCIM API Patch Op';

function schemaOf(type: TypeName): string {
  return type === 'User' ? USER_URN : GROUP_URN;
}

/** The schema of a resource type, and those of its extensions. */
function urnsOf({ schema, schemaExtensions }: JsonObject): string[] {
  return [schema, ...objectsIn(schemaExtensions).map((extension) => extension.schema)].map(String);
}

const discovery: readonly Check[] = [
  sailpoint({
    id: 'clients.sailpoint.service-provider-config',
    title: 'GET /ServiceProviderConfig says whether PATCH is supported.',
    fix: 'Serve /ServiceProviderConfig with patch.supported: SailPoint chooses between PATCH and PUT by it.',
    readsOnly: true,
    async run(t) {
      const answer = await t.get('/ServiceProviderConfig');
      t.expectStatus(answer, 200);
      const found = valueAt(answer.body, 'patch.supported');
      const isBoolean = typeof found === 'boolean';
      t.expect(isBoolean, answer, `patch.supported is ${shown(found)}`, 'true or false', found ?? 'nothing');
    },
  }),
  sailpoint({
    id: 'clients.sailpoint.resource-types',
    title: 'GET /ResourceTypes lists the type User with its schema and endpoint.',
    fix: 'Serve /ResourceTypes as a ListResponse with name, endpoint and schema of every type.',
    readsOnly: true,
    async run(t) {
      const answer = await t.get('/ResourceTypes');
      t.expectList(answer);
      t.expectEqual(answer, 'Resources[name=User].schema', USER_URN);
      t.expectPresent(answer, 'Resources[name=User].endpoint');
    },
  }),
  sailpoint({
    id: 'clients.sailpoint.schemas',
    title: 'GET /Schemas lists the schema of each resource type.',
    fix: 'Serve /Schemas as a ListResponse with the schemas that /ResourceTypes names, extensions included.',
    readsOnly: true,
    async run(t) {
      const types = t.expectList(await t.get('/ResourceTypes'));
      const answer = await t.get('/Schemas');
      const ids = t.expectList(answer).map(({ id }) => String(id).toLowerCase());
      const missing = types.flatMap(urnsOf).filter((urn) => !ids.includes(urn.toLowerCase()));
      t.expect(missing.length === 0, answer, `${missing.join(', ')} is not in /Schemas`, 'every schema', ids);
    },
  }),
  ...(['User', 'Group'] as const).map((type) =>
    sailpoint({
      id: `clients.sailpoint.resource-type-${type.toLowerCase()}`,
      title: `GET /ResourceTypes/${type} gives the resource type alone.`,
      fix: `Serve /ResourceTypes/${type}: the same object as in the list, with schema and endpoint.`,
      needs: type === 'Group' ? ['groups'] : [],
      readsOnly: true,
      async run(t) {
        const answer = await t.get(`/ResourceTypes/${type}`);
        t.expectStatus(answer, 200);
        t.expectEqual(answer, 'schema', schemaOf(type));
        t.expectPresent(answer, 'endpoint');
      },
    }),
  ),
];

/** Two pages in a row of two resources each; some were made before. */
async function expectPages(t: Probe, type: TypeName): Promise<void> {
  const pages: Answer[] = [];
  for (const startIndex of [1, 3]) pages.push(await t.get(t.endpoint(type), { startIndex, count: 2 }));
  const ids = pages.flatMap((answer) => {
    const found = t.expectList(answer).map(({ id }) => String(id));
    t.expect(found.length === 2, answer, `The page has ${found.length} resources`, 2, found.length);
    return found;
  });
  t.expect(new Set(ids).size === ids.length, pages[1], 'A resource is on both pages', 'four resources', ids);
}

const aggregation: readonly Check[] = [
  sailpoint({
    id: 'clients.sailpoint.aggregate-accounts',
    title: 'Accounts are read page by page, none of them twice.',
    fix: 'Obey startIndex (from 1) and count on /Users, in an order that is the same for every request.',
    async run(t) {
      for (let i = 0; i < 4; i++) await t.user();
      await expectPages(t, 'User');
    },
  }),
  sailpoint({
    id: 'clients.sailpoint.aggregate-groups',
    title: 'Groups are read page by page, none of them twice.',
    fix: 'Obey startIndex (from 1) and count on /Groups, in an order that is the same for every request.',
    needs: ['groups'],
    async run(t) {
      for (let i = 0; i < 4; i++) await t.group();
      await expectPages(t, 'Group');
    },
  }),
  sailpoint({
    id: 'clients.sailpoint.entitlement-of-account',
    title: 'A user that was added to a group is among the members of the group.',
    fix: 'Give members with the id of the user as value; SailPoint joins accounts and groups by it.',
    needs: ['groups', 'patch'],
    async run(t) {
      const user = await t.user();
      const group = await t.group();
      t.expectSuccess(await t.patch(group, [{ op: 'add', path: 'members', value: [{ value: user.id }] }]));
      t.expectMembers(await t.read(group), user);
    },
  }),
];

async function putActive(t: Probe, user: Made, active: boolean): Promise<void> {
  const { body } = await t.read(user);
  const fetched: JsonObject = isObject(body) ? body : {};
  t.expectSuccess(await t.put(user, { ...fetched, active }));
}

const states: readonly Check[] = [
  ...[false, true].map((active) =>
    sailpoint({
      id: `clients.sailpoint.add-active-${active}`,
      title: `PATCH add {"active": ${active}} without a path sets active to ${active}.`,
      source: PATCH_TOPIC,
      fix: 'Let add without path replace single-valued attributes that have a value (RFC 7644 §3.5.2.1).',
      needs: ['patch'],
      async run(t) {
        const user = await t.user({ active: !active });
        t.expectStatus(await t.patch(user, [{ op: 'add', value: { active } }]), 200, 204);
        t.expectEqual(await t.read(user), 'active', active);
      },
    }),
  ),
  tolerates({
    id: 'clients.sailpoint.add-attributes',
    title: 'PATCH add without a path changes one name inside name, and leaves the other one.',
    source: `RFC 7644 §3.5.2.1; ${PATCH_TOPIC}`,
    fix: 'Merge the members of a complex value of add into those that are there (RFC 7644 §3.5.2.1).',
    needs: ['patch'],
    async run(t) {
      const user = await t.user();
      const value = { name: { familyName: 'Changed' }, displayName: 'Changed' };
      t.expectStatus(await t.patch(user, [{ op: 'add', value }]), 200, 204);
      const answer = await t.read(user);
      t.expectEqual(answer, 'name.familyName', 'Changed');
      t.expectEqual(answer, 'name.givenName', 'Given');
      t.expectEqual(answer, 'displayName', 'Changed');
    },
  }),
  sailpoint({
    id: 'clients.sailpoint.put-active',
    title: 'PUT of the whole user disables and enables it, where PATCH is switched off.',
    fix: 'Store active with a PUT of what a GET showed, and keep the user when it is false.',
    async run(t) {
      const user = await t.user();
      await putActive(t, user, false);
      t.expectEqual(await t.read(user), 'active', false);
      await putActive(t, user, true);
      t.expectEqual(await t.read(user), 'active', true);
    },
  }),
];

export const sailpointChecks: readonly Check[] = [...discovery, ...aggregation, ...states];
