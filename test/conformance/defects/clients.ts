/** Servers that SailPoint, JumpCloud, Ping, Google Workspace and others fail on. */
import { ENTERPRISE_URN } from '../../../src/conformance/facts.js';
import type { JsonObject } from '../../../src/conformance/model.js';
import { objectsIn } from '../../../src/conformance/values.js';
import type { Defect } from './defect.js';
import {
  EITHER,
  GROUP,
  GROUPS,
  ignoresDelete,
  ignoresPatch,
  ignoresPut,
  isWithoutPath,
  json,
  objectOf,
  operationsOf,
  refusal,
  replies,
  requests,
  resourcesOf,
  USER,
  USERS,
} from './forms.js';

const LISTS = /^\/(Users|Groups)$/;

/** A list of users whose filter has the form is refused. */
function refusesFilter(form: RegExp) {
  return requests('GET', USERS, ({ query }) => (form.test(query.get('filter') ?? '') ? refusal(400) : undefined));
}

const discovery: readonly Defect[] = [
  {
    title: 'There is no /ServiceProviderConfig.',
    noticedBy: ['clients.sailpoint.service-provider-config'],
    spoil: requests('GET', /^\/ServiceProviderConfig$/, () => refusal(404)),
  },
  {
    title: '/ResourceTypes is a plain array.',
    noticedBy: ['clients.sailpoint.resource-types', 'clients.sailpoint.schemas', 'clients.postman.users-come-first'],
    spoil: replies('GET', /^\/ResourceTypes$/, (reply) => {
      reply.body = objectOf(reply.body).Resources;
    }),
  },
  {
    title: 'Resource types are listed, and cannot be asked for by name.',
    noticedBy: ['clients.sailpoint.resource-type-user', 'clients.sailpoint.resource-type-group'],
    spoil: requests('GET', /^\/ResourceTypes\/./, () => refusal(404)),
  },
  {
    title: '/Schemas leaves the extensions out.',
    noticedBy: ['clients.sailpoint.schemas'],
    spoil: replies('GET', /^\/Schemas$/, ({ body }) => {
      const list = objectOf(body);
      list.Resources = objectsIn(list.Resources).filter(({ id }) => !String(id).includes(':extension:'));
    }),
  },
  {
    title: 'The resource types are sorted by name.',
    noticedBy: ['clients.postman.users-come-first'],
    spoil: replies('GET', /^\/ResourceTypes$/, ({ body }) => {
      const list = objectOf(body).Resources;
      if (Array.isArray(list)) list.reverse();
    }),
  },
  {
    title: 'Schemas have no description.',
    noticedBy: ['clients.postman.user-account'],
    spoil: replies('GET', /^\/Schemas$/, (reply) => {
      for (const schema of resourcesOf(reply)) delete schema.description;
    }),
  },
];

const lists: readonly Defect[] = [
  {
    title: 'Lists begin with the first resource, whatever startIndex is.',
    noticedBy: ['clients.sailpoint.aggregate-accounts', 'clients.sailpoint.aggregate-groups'],
    spoil: requests('GET', LISTS, ({ query }) => query.delete('startIndex')),
  },
  {
    title: 'Lists want startIndex.',
    noticedBy: ['clients.google.probe', 'clients.entra-source.probe'],
    spoil: requests('GET', USERS, ({ query }) => (query.has('startIndex') ? undefined : refusal(400))),
  },
  {
    title: 'Lists have the page size of the server, whatever count is.',
    noticedBy: ['clients.sailpoint.aggregate-accounts', 'clients.google.probe', 'clients.entra-source.probe'],
    spoil: replies('GET', USERS, ({ body }) => {
      const list = objectOf(body);
      const [first = {}] = objectsIn(list.Resources);
      list.Resources = [first, { ...first, id: '2' }, { ...first, id: '3' }];
    }),
  },
  {
    title: 'Filters are not looked at.',
    noticedBy: [
      'clients.ping.unique-user',
      'clients.ping.unique-user-by-email',
      'clients.google.match',
      'clients.onelogin.match',
      'clients.entra-source.by-id',
      'clients.entra-source.full-sync',
      'clients.entra-source.delta',
      'clients.entra-source.mixed-case',
      'clients.postman.attribute-in-other-case',
    ],
    spoil: requests('GET', USERS, ({ query }) => query.delete('filter')),
  },
  {
    title: 'Filters know attributes without sub-attributes.',
    noticedBy: [
      'clients.ping.unique-user-by-email',
      'clients.postman.unquoted-in-parentheses',
      'clients.postman.unquoted-time',
    ],
    spoil: refusesFilter(/\b(emails|name|meta)\./),
  },
  {
    title: 'Filters want attribute names in the letter case of the schema.',
    noticedBy: ['clients.postman.attribute-in-other-case', 'clients.entra-source.mixed-case'],
    spoil: refusesFilter(/DisplayName|ActiVe/),
  },
  {
    title: 'Filters know times of three decimals at most.',
    noticedBy: [
      'clients.entra-source.full-sync',
      'clients.entra-source.delta',
      'clients.entra-source.mixed-case',
      'clients.postman.unquoted-time',
    ],
    spoil: refusesFilter(/:\d\d\.\d{4,}/),
  },
  {
    title: 'A startIndex below 1 is refused.',
    noticedBy: ['clients.entra-source.delta'],
    spoil: requests('GET', USERS, ({ query }) => {
      const isBelow = [...query].some(([name, value]) => /^startIndex$/i.test(name) && Number(value) < 1);
      return isBelow ? refusal(400) : undefined;
    }),
  },
];

/** What the members of an operation were meant to be, as objects. */
function listed({ value }: JsonObject): JsonObject[] {
  return objectsIn(value);
}

const patches: readonly Defect[] = [
  {
    title: 'Any PATCH is answered with 204, and nothing comes of it.',
    noticedBy: [
      'clients.sailpoint.add-active-false',
      'clients.sailpoint.add-active-true',
      'clients.sailpoint.add-attributes',
      'clients.sailpoint.entitlement-of-account',
      'clients.jumpcloud.deactivate',
      'clients.jumpcloud.add-member',
      'clients.jumpcloud.remove-member',
      'clients.ping.rename-group',
      'clients.ping.update-members',
      'clients.ping.add-with-path',
      'clients.ping.add-without-path',
      'clients.ping.replace-with-path',
      'clients.ping.replace-without-path',
      'clients.google.suspend',
      'clients.keycloak.patch-without-schemas',
      'clients.postman.extra-key-in-operation',
      'clients.postman.extra-key-in-member',
      'clients.postman.member-as-text',
      'clients.postman.remove-all-members',
    ],
    spoil: ignoresPatch(),
  },
  {
    title: 'PATCH add leaves what has a value already.',
    noticedBy: [
      'clients.sailpoint.add-active-false',
      'clients.sailpoint.add-active-true',
      'clients.sailpoint.add-attributes',
      'clients.ping.add-with-path',
      'clients.ping.add-without-path',
    ],
    spoil: requests('PATCH', USER, (request) =>
      operationsOf(request).every(({ op }) => op === 'add') ? json(204) : undefined,
    ),
  },
  {
    title: 'PATCH add without a path is refused.',
    noticedBy: [
      'clients.sailpoint.add-active-false',
      'clients.sailpoint.add-active-true',
      'clients.sailpoint.add-attributes',
      'clients.ping.add-without-path',
    ],
    spoil: requests('PATCH', USER, (request) =>
      operationsOf(request).some((operation) => operation.op === 'add' && isWithoutPath(operation))
        ? refusal(400)
        : undefined,
    ),
  },
  {
    title: 'PATCH add of a complex value forgets the sub-attributes that it does not name.',
    noticedBy: ['clients.sailpoint.add-attributes'],
    spoil: requests('PATCH', USER, (request) => {
      for (const { value } of operationsOf(request)) {
        const name = objectOf(value).name;
        if (name !== undefined) Object.assign(objectOf(name), { givenName: null });
      }
    }),
  },
  {
    title: 'PATCH add of members replaces those that are there.',
    noticedBy: ['clients.jumpcloud.add-member'],
    spoil: requests('PATCH', GROUP, (request) => {
      for (const operation of operationsOf(request)) if (operation.op === 'add') operation.op = 'replace';
    }),
  },
  {
    title: 'PATCH remove of members with a value empties the group.',
    noticedBy: ['clients.jumpcloud.remove-member'],
    spoil: requests('PATCH', GROUP, (request) => {
      for (const operation of operationsOf(request)) if (operation.op === 'remove') delete operation.value;
    }),
  },
  {
    title: 'PATCH knows no filter in a path.',
    noticedBy: ['clients.ping.update-members'],
    spoil: requests('PATCH', GROUP, (request) =>
      operationsOf(request).some(({ path }) => /\[/.test(String(path))) ? refusal(400) : undefined,
    ),
  },
  {
    title: 'PATCH refuses keys that it does not know.',
    noticedBy: ['clients.postman.extra-key-in-operation', 'clients.postman.extra-key-in-member'],
    spoil: requests('PATCH', GROUP, (request) => {
      const hasExtra = operationsOf(request).some(
        (operation) => 'name' in operation || listed(operation).some((member) => 'displayName' in member),
      );
      return hasExtra ? refusal(400) : undefined;
    }),
  },
  {
    title: 'PATCH remove of all members is refused.',
    noticedBy: ['clients.postman.remove-all-members'],
    spoil: requests('PATCH', GROUP, (request) =>
      operationsOf(request).some(({ op, path }) => op === 'remove' && path === 'members') ? refusal(400) : undefined,
    ),
  },
];

const writes: readonly Defect[] = [
  {
    title: 'Any PUT is answered with 200, and nothing comes of it.',
    noticedBy: [
      'clients.sailpoint.put-active',
      'clients.onelogin.suspend',
      'clients.keycloak.put-without-id',
      'clients.postman.put-group-without-members',
    ],
    spoil: ignoresPut(EITHER),
  },
  {
    title: 'PUT wants the id in the body.',
    noticedBy: ['clients.keycloak.put-without-id', 'clients.onelogin.suspend'],
    spoil: requests('PUT', USER, ({ body }) => ('id' in objectOf(body) ? undefined : refusal(400))),
  },
  {
    title: 'PUT of a group wants its members.',
    noticedBy: ['clients.postman.put-group-without-members'],
    spoil: requests('PUT', GROUP, ({ body }) => ('members' in objectOf(body) ? undefined : refusal(400))),
  },
  {
    title: 'Users without the enterprise extension are refused.',
    noticedBy: ['clients.jumpcloud.test-user', 'clients.jumpcloud.activate-again'],
    spoil: requests('POST', USERS, ({ body }) => (ENTERPRISE_URN in objectOf(body) ? undefined : refusal(400))),
  },
  {
    title: 'Groups without members are refused.',
    noticedBy: ['clients.jumpcloud.test-group'],
    spoil: requests('POST', GROUPS, ({ body }) => ('members' in objectOf(body) ? undefined : refusal(400))),
  },
  {
    title: 'The members of a new group are dropped.',
    noticedBy: ['clients.postman.create-with-members'],
    spoil: requests('POST', GROUPS, ({ body }) => {
      delete objectOf(body).members;
    }),
  },
  {
    title: 'What was deleted can still be read.',
    noticedBy: [
      'clients.jumpcloud.test-user',
      'clients.jumpcloud.test-group',
      'clients.google.delete-suspended',
      'clients.ping.delete-group',
    ],
    spoil: ignoresDelete(),
  },
  {
    title: 'Users can be neither deleted nor deactivated.',
    noticedBy: ['clients.jumpcloud.test-user', 'clients.jumpcloud.deactivate', 'clients.google.suspend'],
    spoil: () => ({
      request: ({ method, path }) =>
        USER.test(path) && (method === 'DELETE' || method === 'PATCH') ? refusal(501) : undefined,
    }),
  },
  {
    title: 'An inactive user cannot be deleted.',
    noticedBy: ['clients.google.delete-suspended'],
    spoil: requests('DELETE', USER, async ({ path }, ask) => {
      const { body } = await ask('GET', path);
      return objectOf(body).active === false ? refusal(404) : undefined;
    }),
  },
  {
    title: 'The userName of a deleted user stays taken.',
    noticedBy: ['clients.jumpcloud.activate-again'],
    spoil: () => {
      const taken = new Set<unknown>();
      return {
        request({ method, path, body }) {
          if (method !== 'POST' || !USERS.test(path)) return undefined;
          const { userName } = objectOf(body);
          if (taken.has(userName)) return refusal(409);
          taken.add(userName);
          return undefined;
        },
      };
    },
  },
  {
    title: 'Nothing beyond the RFC is understood.',
    noticedBy: [
      'clients.jumpcloud.remove-member',
      'clients.onelogin.scim-1-urn',
      'clients.keycloak.patch-without-schemas',
      'clients.postman.unquoted-literal',
      'clients.postman.unquoted-in-parentheses',
      'clients.postman.unquoted-time',
      'clients.postman.attributes-by-type',
      'clients.postman.attributes-by-value',
      'clients.postman.member-as-text',
      'clients.postman.string-boolean',
    ],
    profile: 'strict',
    spoil: () => ({}),
  },
];

export const clientsDefects: readonly Defect[] = [...discovery, ...lists, ...patches, ...writes];
