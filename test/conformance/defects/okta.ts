/** Servers that Okta fails on, or would. */

import { LIST_URN } from '../../../src/conformance/facts.js';
import type { JsonObject } from '../../../src/conformance/model.js';
import { isObject, objectsIn } from '../../../src/conformance/values.js';
import type { Ask, Reply, Spoiler } from '../proxy.js';
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

const spec: readonly Defect[] = [
  {
    title: 'Users are listed as a plain array.',
    noticedBy: [
      'okta.spec.01-list-users',
      'okta.spec.03-invalid-user-name',
      'okta.spec.05-random-email',
      'okta.dialect.match-user',
      'okta.dialect.pages-are-apart',
      'okta.dialect.page-beyond-the-end',
      'okta.dialect.order-is-stable',
    ],
    spoil: replies('GET', USERS, (reply) => {
      reply.body = objectOf(reply.body).Resources;
    }),
  },
  {
    title: 'The numbers of a list of users are texts.',
    noticedBy: ['okta.spec.01-list-users', 'okta.dialect.integers'],
    spoil: replies('GET', USERS, (reply) => {
      const body = objectOf(reply.body);
      for (const name of ['totalResults', 'startIndex', 'itemsPerPage']) body[name] = String(body[name]);
    }),
  },
  {
    title: 'Lists have no itemsPerPage.',
    noticedBy: ['okta.spec.01-list-users', 'okta.dialect.integers'],
    spoil: replies('GET', USERS, ({ body }) => {
      delete objectOf(body).itemsPerPage;
    }),
  },
  {
    title: 'Lists have abstracts of users: id and userName alone.',
    noticedBy: [
      'okta.spec.01-listed-users-are-whole',
      'okta.crud.assignment',
      'okta.crud.deactivated-is-found',
      'okta.crud.reactivation',
    ],
    spoil: replies('GET', USERS, (reply) => {
      const body = objectOf(reply.body);
      body.Resources = objectsIn(body.Resources).map(({ schemas, id, userName }) => ({ schemas, id, userName }));
    }),
  },
  {
    title: 'Users have one text for a name.',
    noticedBy: [
      'okta.spec.02-read-user',
      'okta.spec.06-create-user',
      'okta.spec.07-read-new-user',
      'okta.crud.profile-change',
      'okta.dialect.create-answer',
    ],
    spoil: () => ({
      reply(reply) {
        for (const user of resourcesOf(reply)) if (isObject(user.name)) user.name = String(user.name.formatted);
      },
    }),
  },
  {
    title: 'A filter for users without a hit is answered with 404.',
    noticedBy: ['okta.spec.03-invalid-user-name', 'okta.spec.05-random-email'],
    spoil: replies('GET', USERS, (reply, { query }) => {
      if (query.has('filter') && resourcesOf(reply).length === 0) Object.assign(reply, refusal(404));
    }),
  },
  {
    title: 'A 404 has no body.',
    noticedBy: ['okta.spec.04-unknown-id', 'okta.spec.12-numeric-id', 'okta.dialect.unknown-group'],
    spoil: replies('GET', EITHER, (reply) => {
      if (reply.status === 404) reply.body = undefined;
    }),
  },
  {
    title: 'An id of digits is looked up as a number, and fails with 500.',
    noticedBy: ['okta.spec.12-numeric-id'],
    spoil: requests('GET', /^\/Users\/\d+$/, () => refusal(500)),
  },
  {
    title: 'A body of application/json is refused with 415.',
    noticedBy: ['okta.spec.06-create-user'],
    spoil: requests('POST', USERS, ({ headers }) =>
      headers['content-type'] === 'application/json' ? refusal(415) : undefined,
    ),
  },
  {
    title: 'A new user can be read a moment later only.',
    noticedBy: ['okta.spec.02-read-user', 'okta.spec.07-read-new-user'],
    spoil: () => {
      const known = new Set<string>();
      return {
        request({ method, path }) {
          if (method !== 'GET' || !USER.test(path) || known.has(path)) return undefined;
          known.add(path);
          return refusal(404);
        },
      };
    },
  },
  {
    title: 'A second user of the same userName is answered with the first one.',
    noticedBy: ['okta.spec.08-duplicate-user'],
    spoil: replies('POST', USERS, async (reply, request, ask) => {
      if (reply.status !== 409) return;
      const filter = encodeURIComponent(`userName eq "${objectOf(request.body).userName}"`);
      const [user] = resourcesOf(await ask('GET', `/Users?filter=${filter}`));
      Object.assign(reply, json(201, user));
    }),
  },
  {
    title: 'A filter compares userName letter by letter.',
    noticedBy: ['okta.spec.09-user-name-in-capitals'],
    spoil: replies('GET', USERS, (reply, { query }) => {
      const [, wanted] = /^userName eq "(.*)"$/.exec(query.get('filter') ?? '') ?? [];
      const body = objectOf(reply.body);
      const left = objectsIn(body.Resources).filter(({ userName }) => wanted === undefined || userName === wanted);
      if (wanted !== undefined) Object.assign(body, { Resources: left, totalResults: left.length });
    }),
  },
  {
    title: 'Groups are announced, and cannot be listed.',
    noticedBy: ['okta.spec.10-list-groups', 'okta.dialect.match-group', 'okta.dialect.import-members'],
    spoil: requests('GET', GROUPS, () => refusal(501)),
  },
  {
    title: 'A wrong credential is answered with a page of HTML.',
    noticedBy: ['okta.spec.11-no-token'],
    spoil: () => ({
      reply(reply) {
        if (reply.status !== 401) return;
        Object.assign(reply, { headers: { 'content-type': 'text/html' }, body: '<h1>Unauthorized</h1>' });
      },
    }),
  },
];

const crud: readonly Defect[] = [
  {
    title: 'Any filter for users finds all of them.',
    noticedBy: ['okta.crud.assignment', 'okta.dialect.match-user', 'okta.spec.09-user-name-in-capitals'],
    spoil: requests('GET', USERS, ({ query }) => query.delete('filter')),
  },
  {
    title: 'PUT is answered, and stores nothing.',
    noticedBy: [
      'okta.crud.profile-change',
      'okta.dialect.put-whole-user',
      'okta.dialect.put-keeps-others',
      'okta.dialect.put-unknown-attribute',
      'okta.dialect.put-replaces-emails',
      'okta.dialect.put-active-false',
      'okta.dialect.put-active-true',
      'okta.dialect.put-group',
    ],
    spoil: ignoresPut(EITHER),
  },
  {
    title: 'PATCH is answered with 204, and stores nothing.',
    noticedBy: [
      'okta.crud.deactivation',
      'okta.crud.deactivated-is-found',
      'okta.crud.unassignment',
      'okta.dialect.patch-active-false',
      'okta.dialect.patch-active-true',
      'okta.dialect.rename-group',
      'okta.dialect.swap-members',
      'okta.dialect.push-members',
      'okta.dialect.push-no-members',
      'okta.dialect.push-without-path',
    ],
    spoil: ignoresPatch(),
  },
  {
    title: 'Inactive users are hidden.',
    noticedBy: [
      'okta.crud.deactivation',
      'okta.crud.deactivated-is-found',
      'okta.crud.unassignment',
      'okta.dialect.put-active-false',
    ],
    spoil: () => ({
      reply(reply, { method, path }) {
        if (method !== 'GET') return;
        const body = objectOf(reply.body);
        if (USER.test(path) && body.active === false) Object.assign(reply, refusal(404));
        if (!USERS.test(path)) return;
        const left = objectsIn(body.Resources).filter(({ active }) => active !== false);
        Object.assign(body, { Resources: left, totalResults: left.length });
      },
    }),
  },
  {
    title: 'Users have a text for active.',
    noticedBy: ['okta.crud.deactivation', 'okta.crud.reactivation', 'okta.dialect.patch-active-true'],
    spoil: () => ({
      reply(reply) {
        for (const user of resourcesOf(reply)) if ('active' in user) user.active = String(user.active);
      },
    }),
  },
  {
    title: 'A user who becomes active again is a new one.',
    noticedBy: ['okta.crud.reactivation'],
    spoil: requests('PATCH', USER, async (request, ask) => {
      const isActivated = operationsOf(request).some(({ value }) => objectOf(value).active === true);
      if (!isActivated) return undefined;
      const { body } = await ask('GET', request.path);
      await ask('DELETE', request.path);
      await ask('POST', '/Users', { ...objectOf(body), id: undefined, active: true });
      return json(204);
    }),
  },
  {
    title: 'E-mail addresses come in the order in which the database likes them.',
    noticedBy: ['okta.crud.first-email-is-primary'],
    spoil: () => ({
      reply(reply) {
        for (const { emails } of resourcesOf(reply)) if (Array.isArray(emails)) emails.reverse();
      },
    }),
  },
];

const ROLE: JsonObject = {
  schemas: ['urn:okta:scim:schemas:core:1.0:Role'],
  id: 'r1',
  displayName: 'Administrator',
};

function listOf(resources: readonly JsonObject[], extra: JsonObject = {}): JsonObject {
  const totalResults = resources.length;
  const head = { schemas: [LIST_URN], totalResults, startIndex: 1, itemsPerPage: totalResults };
  return { ...head, Resources: [...resources], ...extra };
}

/** Announces roles, and answers GET /Roles so. */
function withRoles(answer: Reply, schema = 'urn:okta:scim:schemas:core:1.0:Role'): () => Spoiler {
  return () => ({
    request: ({ path }) => (path === '/Roles' ? answer : undefined),
    reply({ body }, { path }) {
      if (path !== '/ResourceTypes') return;
      const list = objectOf(body).Resources;
      if (Array.isArray(list)) list.push({ id: 'Role', name: 'Role', endpoint: '/Roles', schema });
    },
  });
}

const entitlements: readonly Defect[] = [
  {
    title: 'Roles are announced, and not served.',
    noticedBy: [
      'okta.entitlements.list',
      'okta.entitlements.items-per-page',
      'okta.entitlements.numbers',
      'okta.entitlements.named',
    ],
    spoil: withRoles(refusal(404)),
  },
  {
    title: 'The list of roles is empty.',
    noticedBy: ['okta.entitlements.list', 'okta.entitlements.named'],
    spoil: withRoles(json(200, listOf([]))),
  },
  {
    title: 'The list of roles ignores count.',
    noticedBy: ['okta.entitlements.items-per-page'],
    spoil: withRoles(json(200, listOf([ROLE, { ...ROLE, id: 'r2' }]))),
  },
  {
    title: 'The numbers of the list of roles are texts.',
    noticedBy: ['okta.entitlements.numbers'],
    spoil: withRoles(json(200, listOf([ROLE], { totalResults: '1', startIndex: '1' }))),
  },
  {
    title: 'Roles have a value and no displayName.',
    noticedBy: ['okta.entitlements.named'],
    spoil: withRoles(json(200, listOf([{ schemas: ROLE.schemas, id: 'r1', value: 'Administrator' }]))),
  },
  {
    title: 'Roles are announced under a URN of the vendor.',
    noticedBy: ['okta.entitlements.schemas'],
    spoil: withRoles(json(200, listOf([ROLE])), 'urn:example:scim:schemas:2.0:Role'),
  },
];

const users: readonly Defect[] = [
  {
    title: 'A POST of a user is refused when it has the read-only groups.',
    noticedBy: ['okta.dialect.create-user', 'okta.dialect.create-answer', 'okta.dialect.password-is-secret'],
    spoil: requests('POST', USERS, ({ body }) => ('groups' in objectOf(body) ? refusal(400) : undefined)),
  },
  {
    title: 'POST is answered with 201 and nothing.',
    noticedBy: ['okta.dialect.create-answer', 'okta.dialect.create-user', 'okta.dialect.create-group'],
    spoil: replies('POST', /^\/(Users|Groups)$/, (reply) => {
      reply.body = undefined;
    }),
  },
  {
    title: 'Users are shown with their password hash.',
    noticedBy: ['okta.dialect.password-is-secret', 'okta.dialect.password-sync'],
    spoil: () => ({
      reply(reply) {
        for (const user of resourcesOf(reply)) if ('userName' in user) user.password = '$2b$10$abcdefghijklmnopqrstuv';
      },
    }),
  },
  {
    title: 'PUT refuses a body that has an id.',
    noticedBy: ['okta.dialect.put-whole-user', 'okta.dialect.put-active-false', 'okta.dialect.put-group'],
    spoil: requests('PUT', EITHER, ({ body }) => ('id' in objectOf(body) ? refusal(400) : undefined)),
  },
  {
    title: 'PUT takes the userName of the user itself for a conflict.',
    noticedBy: ['okta.dialect.put-whole-user', 'okta.crud.profile-change'],
    spoil: requests('PUT', USER, () => refusal(409)),
  },
  {
    title: 'PUT knows the attributes that the form of the server has, and drops the others.',
    noticedBy: ['okta.dialect.put-keeps-others'],
    spoil: requests('PUT', USER, ({ body }) => {
      delete objectOf(body).title;
    }),
  },
  {
    title: 'PUT refuses an unknown attribute.',
    noticedBy: ['okta.dialect.put-unknown-attribute'],
    spoil: requests('PUT', USER, ({ body }) => ('notAnAttribute' in objectOf(body) ? refusal(400) : undefined)),
  },
  {
    title: 'PUT adds e-mail addresses to those that are there.',
    noticedBy: ['okta.dialect.put-replaces-emails', 'okta.dialect.no-equal-elements'],
    spoil: () => {
      const before = new Map<string, JsonObject[]>();
      return {
        async request({ method, path }, ask) {
          if (method !== 'PUT' || !USER.test(path)) return undefined;
          before.set(path, objectsIn(objectOf((await ask('GET', path)).body).emails));
          return undefined;
        },
        reply(reply, { path }) {
          const user = objectOf(reply.body);
          if (before.has(path)) user.emails = [...(before.get(path) ?? []), ...objectsIn(user.emails)];
        },
      };
    },
  },
  {
    title: 'PATCH wants a path.',
    noticedBy: [
      'okta.dialect.patch-active-false',
      'okta.dialect.patch-active-true',
      'okta.dialect.password-sync',
      'okta.dialect.rename-group',
      'okta.dialect.rename-to-same',
      'okta.dialect.rename-keeps-members',
      'okta.dialect.push-without-path',
    ],
    spoil: requests('PATCH', EITHER, (request) =>
      operationsOf(request).some(isWithoutPath) ? refusal(400) : undefined,
    ),
  },
];

/** The members of a group, as the sound server has them. */
async function membersOf(path: string, ask: Ask): Promise<JsonObject[]> {
  return objectsIn(objectOf((await ask('GET', path)).body).members);
}

const groups: readonly Defect[] = [
  {
    title: 'A PATCH of a group that does not name members empties it.',
    noticedBy: ['okta.dialect.rename-keeps-members'],
    spoil: requests('PATCH', GROUP, (request) => {
      for (const operation of operationsOf(request).filter(isWithoutPath)) {
        operation.value = { members: [], ...objectOf(operation.value) };
      }
    }),
  },
  {
    title: 'The name of the group itself is a conflict.',
    noticedBy: ['okta.dialect.rename-to-same'],
    spoil: requests('PATCH', GROUP, async (request, ask) => {
      const { displayName } = objectOf((await ask('GET', request.path)).body);
      const isSame = operationsOf(request).some(({ value }) => objectOf(value).displayName === displayName);
      return isSame ? refusal(409) : undefined;
    }),
  },
  {
    title: 'A group is marked as deleted, and still there.',
    noticedBy: ['okta.dialect.delete-group'],
    spoil: ignoresDelete(),
  },
  {
    title: 'A group takes its members along when it is deleted.',
    noticedBy: ['okta.dialect.delete-group-keeps-users'],
    spoil: requests('DELETE', GROUP, async (request, ask) => {
      for (const { value } of await membersOf(request.path, ask)) await ask('DELETE', `/Users/${value}`);
    }),
  },
  {
    title: 'Of several operations of a PATCH the first is carried out.',
    noticedBy: ['okta.dialect.swap-members'],
    spoil: requests('PATCH', GROUP, (request) => {
      objectOf(request.body).Operations = operationsOf(request).slice(0, 1);
    }),
  },
  {
    title: 'A member that is there already is refused.',
    noticedBy: ['okta.dialect.add-known-member'],
    spoil: requests('PATCH', GROUP, async (request, ask) => {
      const known = (await membersOf(request.path, ask)).map(({ value }) => value);
      const added = operationsOf(request).flatMap(({ op, value }) => (op === 'add' ? objectsIn(value) : []));
      return added.some(({ value }) => known.includes(value)) ? refusal(409) : undefined;
    }),
  },
  {
    title: 'A replace of members adds them.',
    noticedBy: ['okta.dialect.push-members', 'okta.dialect.push-no-members', 'okta.dialect.push-without-path'],
    spoil: requests('PATCH', GROUP, (request) => {
      for (const operation of operationsOf(request)) if (operation.op === 'replace') operation.op = 'add';
    }),
  },
  {
    title: 'Lists of groups leave members out.',
    noticedBy: ['okta.dialect.import-members'],
    spoil: replies('GET', GROUPS, (reply) => {
      for (const group of resourcesOf(reply)) delete group.members;
    }),
  },
];

const pages: readonly Defect[] = [
  {
    title: 'Pages begin one user too early.',
    noticedBy: ['okta.dialect.pages-are-apart', 'okta.dialect.pages-are-complete'],
    spoil: requests('GET', USERS, ({ query }) => {
      const start = Number(query.get('startIndex') ?? 1);
      if (start > 1) query.set('startIndex', String(start - 1));
    }),
  },
  {
    title: 'Pages ignore count.',
    noticedBy: ['okta.dialect.pages-are-apart'],
    spoil: requests('GET', USERS, ({ query }) => query.delete('count')),
  },
  {
    title: 'Users are listed in another order each time.',
    noticedBy: ['okta.dialect.order-is-stable'],
    spoil: () => {
      let lists = 0;
      return {
        reply({ body }, { method, path }) {
          const list = objectOf(body).Resources;
          if (method === 'GET' && USERS.test(path) && ++lists % 2 === 0 && Array.isArray(list)) list.reverse();
        },
      };
    },
  },
  {
    title: 'A page beyond the end is refused.',
    noticedBy: ['okta.dialect.page-beyond-the-end'],
    spoil: replies('GET', USERS, (reply, { query }) => {
      if (Number(query.get('startIndex')) > 1 && resourcesOf(reply).length === 0) Object.assign(reply, refusal(400));
    }),
  },
];

export const oktaDefects: readonly Defect[] = [...spec, ...crud, ...entitlements, ...users, ...groups, ...pages];
