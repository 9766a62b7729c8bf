/** Servers that do not follow Entra's PATCH dialects, or give answers that Entra cannot use. */
import { ENTERPRISE_URN, USER_URN } from '../../../src/conformance/facts.js';
import type { Json, JsonObject } from '../../../src/conformance/model.js';
import { isObject, objectsIn, valueAt } from '../../../src/conformance/values.js';
import type { Passing, Reply, Spoiler } from '../proxy.js';
import type { Defect } from './defect.js';
import { current, done, refusal, requests, USER } from './forms.js';

const ACME = 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User';
const FLAG = 'aadOptscim062020';

const dialect = (...names: string[]): string[] => names.map((name) => `entra.dialect.${name}`);
const compliant = (...names: string[]): string[] => names.map((name) => `entra.compliant-dialect.${name}`);
const answers = (...names: string[]): string[] => names.map((name) => `entra.answers.${name}`);

// Forms of wrong servers

/** Does not take requests of a kind. */
function refusing(isMeant: (request: Passing) => boolean, status = 400): () => Spoiler {
  return () => ({ request: (request) => (isMeant(request) ? refusal(status, 'invalidValue') : undefined) });
}

type Operation = JsonObject & { op: string; path?: string };

function operationsOf({ method, body }: Passing): Operation[] {
  const list = method === 'PATCH' ? valueAt(body, 'Operations') : undefined;
  return Array.isArray(list) ? (list as Operation[]) : [];
}

/** Understands operations in another way. No operation left: success, and nothing is done. */
function reading(change: (operations: Operation[], request: Passing) => Operation[]): () => Spoiler {
  return () => ({
    request(request) {
      const operations = operationsOf(request);
      if (operations.length === 0) return undefined;
      const changed = change(operations, request);
      if (changed.length === 0) return done();
      request.body = { ...(request.body as JsonObject), Operations: changed };
      return undefined;
    },
  });
}

/** Passes operations of a kind over. */
function overlooking(isMeant: (operation: Operation, request: Passing) => boolean): () => Spoiler {
  return reading((operations, request) => operations.filter((each) => !isMeant(each, request)));
}

/** Refuses requests with an operation of a kind. */
function refusingOperation(isMeant: (operation: Operation, request: Passing) => boolean): () => Spoiler {
  return refusing((request) => operationsOf(request).some((each) => isMeant(each, request)));
}

/** Shows every resource in another way. */
function showing(change: (resource: JsonObject, request: Passing) => void): () => Spoiler {
  return () => ({
    reply({ status, body }, request) {
      if (status >= 300 || !isObject(body) || !/^\/(Users|Groups)/.test(request.path)) return;
      const resources = Array.isArray(body.Resources) ? body.Resources.filter(isObject) : [body];
      for (const resource of resources) change(resource, request);
    },
  });
}

/** Shows lists in another way. */
function listing(change: (list: JsonObject, request: Passing) => void): () => Spoiler {
  return () => ({
    reply({ status, body }, request) {
      if (status === 200 && isObject(body) && 'totalResults' in body) change(body, request);
    },
  });
}

/** Asks another question than the one of the query. */
function asking(change: (query: URLSearchParams) => void): () => Spoiler {
  return () => ({
    request({ method, query }) {
      if (method === 'GET') change(query);
      return undefined;
    },
  });
}

/** Makes resources from another body. */
function taking(change: (body: JsonObject) => void): () => Spoiler {
  return () => ({
    request({ method, body }) {
      if (method === 'POST' && isObject(body)) change(body);
      return undefined;
    },
  });
}

/** Serves other schemas. */
function serving(change: (schemas: JsonObject[], list: JsonObject) => void): () => Spoiler {
  return () => ({
    reply({ body }, { path }) {
      if (path === '/Schemas' && isObject(body)) change((body.Resources as JsonObject[]) ?? [], body);
    },
  });
}

const isOp = ({ op }: Operation, name: string): boolean => op.toLowerCase() === name;
const isPost = ({ method }: Passing): boolean => method === 'POST';
const isCreated = ({ status }: Reply, { method }: Passing): boolean => method === 'POST' && status === 201;
const filterOf = ({ query }: Passing): string => query.get('filter') ?? '';
const elements = (resource: JsonObject, name: string): JsonObject[] => objectsIn(resource[name]);
const isEmpty = (value: unknown): boolean => value === '' || value === null || (isObject(value) && value.value === '');

const ORDERS = [
  'primary-type-value',
  'primary-value-type',
  'type-primary-value',
  'type-value-primary',
  'value-primary-type',
  'value-type-primary',
].map((order) => `element-order-${order}`);

// PATCH

const operationDefects: readonly Defect[] = [
  {
    title: 'The names of operations must be in lower case.',
    noticedBy: dialect(
      'single-string',
      'several-attributes',
      'sub-attribute',
      'path-case',
      'op-any-case',
      'disable-boolean',
      'typed-value',
      'extension',
      'manager-replace-object',
      'member-remove-value',
      'rename',
    ),
    spoil: refusingOperation(({ op }) => op !== op.toLowerCase()),
  },
  {
    title: 'An operation `add` is passed over.',
    noticedBy: [
      ...dialect(
        'single-string',
        'single-string-replaces',
        'enable-add',
        'typed-value-keeps-others',
        'capital-sub-attribute',
        'phones',
        'primary-boolean',
        'primary-string',
        'typed-address',
        'other-address',
        'joins-later',
        'extension-in-schemas',
        'extension-object',
        'manager-object',
        'role-single',
        'role-json-text',
        'member-add',
        ...ORDERS,
      ),
      ...compliant('single-string', 'manager', 'roles-add', 'member-add'),
      ...answers('many-members-add', 'nested-group'),
    ],
    spoil: overlooking((operation) => isOp(operation, 'add')),
  },
  {
    title: 'The first operation of a request is applied, and no other.',
    noticedBy: [
      ...dialect('several-attributes', 'phones', 'typed-address', 'other-address', 'role-single', 'everything'),
      ...dialect(...ORDERS),
      ...compliant('many-attributes', 'member-remove-several'),
    ],
    spoil: reading((operations) => operations.slice(0, 1)),
  },
  {
    title: 'Operations are stored one by one, and stay when a later one fails.',
    noticedBy: dialect('atomic-conflict', 'atomic-no-target'),
    spoil: () => ({
      async request(request, ask) {
        let reply: Reply | undefined;
        for (const operation of operationsOf(request)) {
          reply = await ask('PATCH', request.path, { ...(request.body as JsonObject), Operations: [operation] });
          if (reply.status >= 400) break;
        }
        return reply;
      },
    }),
  },
  {
    title: 'PATCH reads `Operations` in this letter case alone.',
    noticedBy: dialect('lower-case-operations'),
    spoil: refusing(({ method, body }) => method === 'PATCH' && isObject(body) && !('Operations' in body)),
  },
  {
    title: 'An operation may have no member that the RFC does not know.',
    noticedBy: dialect('extra-key'),
    spoil: refusingOperation((operation) => Object.keys(operation).some((key) => !/^(op|path|value)$/.test(key))),
  },
  {
    title: 'A content type with a charset is refused.',
    noticedBy: [...dialect('request-charset'), ...answers('post-plain-json')],
    spoil: refusing(({ headers }) => /charset/.test(headers['content-type'] ?? ''), 415),
  },
  {
    title: 'More than thirty operations are refused.',
    noticedBy: dialect('everything'),
    spoil: refusing((request) => operationsOf(request).length > 30, 413),
  },
  {
    title: 'A PATCH that changes nothing is refused.',
    noticedBy: dialect('no-change'),
    spoil: () => ({
      async request(request, ask) {
        const [operation] = operationsOf(request);
        if (operation?.path !== 'displayName') return undefined;
        const { body } = await ask('GET', request.path);
        return valueAt(body, 'displayName') === operation.value ? refusal(400) : undefined;
      },
    }),
  },
];

/** What a server that goes by the letter of the RFC does not understand. */
const LETTER: readonly string[] = [
  ...dialect(
    'disable-string',
    'enable-string',
    'enable-add',
    'typed-value-creates',
    'primary-string',
    'dot-form',
    'manager-array',
    'manager-urn-array',
    'manager-string',
    'manager-replace-string',
    'manager-bare-string',
    'manager-bare-object',
    'manager-dot-form',
    'manager-clear-text',
    'manager-clear-bare',
    'role-single',
    'role-single-changes',
    'member-add-string',
    'member-remove-value',
    'member-remove-several',
    'custom-extension-unknown',
  ),
  ...compliant('typed-value-creates', 'dotted-keys', 'urn-keys', 'many-attributes', 'filtered-key'),
  ...answers(
    'active-string-in-post',
    'primary-string-in-post',
    'post-unknown-schema',
    'post-top-level-extension',
    'put-misspelt',
    'group-old-urn',
    'group-conflict',
  ),
];

const pathDefects: readonly Defect[] = [
  {
    title: 'The letter of the RFC is followed, but for the letter case of operations.',
    noticedBy: LETTER,
    profile: 'strict',
    spoil: reading((operations) => operations.map((each) => ({ ...each, op: each.op.toLowerCase() }))),
  },
  {
    title: 'Names in paths must be in the letter case of the schema.',
    noticedBy: dialect('path-case', 'capital-sub-attribute', 'extension-urn-case'),
    spoil: refusingOperation(({ path = '' }) => /^[A-Z]|\.[A-Z]|:user:/.test(path)),
  },
  {
    title: 'A path with a sub-attribute replaces the whole attribute.',
    noticedBy: [
      ...dialect('sub-attribute', 'clear-sub-attribute-text', 'clear-sub-attribute-null'),
      ...compliant('dotted-keys-keep'),
    ],
    spoil: reading((operations) =>
      operations.some(({ path, value }) => path?.startsWith('name.') || (isObject(value) && 'name.familyName' in value))
        ? [{ op: 'remove', path: 'name' }, ...operations]
        : operations,
    ),
  },
  {
    title: 'A sub-attribute cannot be set where its attribute is missing.',
    noticedBy: dialect('sub-attribute-creates'),
    spoil: () => ({
      async request(request, ask) {
        if (!operationsOf(request).some(({ path }) => path?.startsWith('name.'))) return undefined;
        const { body } = await ask('GET', request.path);
        return valueAt(body, 'name') === undefined ? refusal(400, 'noTarget') : undefined;
      },
    }),
  },
  {
    title: 'A path with a filter replaces all elements.',
    noticedBy: dialect('typed-value', 'typed-value-keeps-others', 'clear-element-text', 'clear-element-null'),
    spoil: reading((operations) => {
      const name = /^(\w+)\[/.exec(operations[0]?.path ?? '')?.[1];
      return name === undefined ? operations : [{ op: 'remove', path: name }, ...operations];
    }),
  },
  {
    title: 'Each operation with a filter makes an element of its own.',
    noticedBy: dialect('typed-address', 'joins-later', ...ORDERS),
    spoil: showing((resource) => {
      for (const name of ['addresses', 'emails']) {
        const apart = elements(resource, name).flatMap(({ type, ...rest }) =>
          Object.entries(rest).map(([key, value]) => ({ type, [key]: value })),
        );
        if (apart.length > 0) resource[name] = apart;
      }
    }),
  },
  {
    title: 'Every element is primary.',
    noticedBy: dialect('primary-moves'),
    spoil: showing((resource) => {
      for (const each of elements(resource, 'emails')) each.primary = true;
    }),
  },
  {
    title: 'URNs in paths are not understood.',
    noticedBy: [
      ...dialect('extension', 'extension-object', 'extension-in-schemas', 'manager-object', 'manager-remove'),
      ...dialect('clear-extension-text', 'clear-extension-null', 'manager-clear-object'),
      ...compliant('manager'),
    ],
    spoil: refusingOperation(({ path = '' }) => path.startsWith('urn:')),
  },
  {
    title: 'Extensions do not come into `schemas`.',
    noticedBy: dialect('extension-in-schemas'),
    spoil: showing((resource) => {
      if (Array.isArray(resource.schemas) && resource.schemas.includes(USER_URN)) resource.schemas = [USER_URN];
    }),
  },
  {
    title: 'An extension of the server takes no values.',
    noticedBy: dialect('custom-extension-unlisted', 'custom-extension-patch'),
    spoil: serving((schemas, list) => {
      const badge = { name: 'badge', type: 'string', multiValued: false, mutability: 'readWrite' };
      list.Resources = [...schemas, { id: ACME, name: 'Acme', attributes: [badge] }];
    }),
  },
];

const valueDefects: readonly Defect[] = [
  {
    title: '`active` is returned as a text.',
    noticedBy: [
      ...dialect('disable-string', 'disable-boolean', 'enable-string', 'enable-add'),
      ...compliant('disable', 'enable'),
      ...answers(
        'active-in-post',
        'active-in-get',
        'active-in-list',
        'active-by-default',
        'active-string-in-post',
        'disabled-is-found',
      ),
    ],
    spoil: showing((resource) => {
      if (typeof resource.active === 'boolean') resource.active = resource.active ? 'True' : 'False';
    }),
  },
  {
    title: 'The manager is returned as a text.',
    noticedBy: [
      ...dialect('manager-array', 'manager-urn-array', 'manager-string', 'manager-object', 'manager-replace-string'),
      ...dialect('manager-replace-object', 'manager-bare-string', 'manager-bare-object', 'manager-dot-form'),
      ...compliant('manager'),
    ],
    spoil: showing((resource) => {
      const extension = resource[ENTERPRISE_URN];
      if (isObject(extension)) extension.manager = valueAt(extension, 'manager.value');
    }),
  },
  {
    title: 'Empty values are passed over.',
    noticedBy: [
      ...dialect('manager-clear-text', 'manager-clear-object', 'manager-clear-null', 'manager-clear-bare'),
      ...dialect('empty-user-name'),
      ...dialect(
        ...['clear', 'clear-sub-attribute', 'clear-element', 'clear-extension'].flatMap((name) => [
          `${name}-text`,
          `${name}-null`,
        ]),
      ),
    ],
    spoil: overlooking(({ value }) => isEmpty(value)),
  },
  {
    title: 'The whole extension goes with the manager.',
    noticedBy: dialect('manager-remove', 'manager-clear-text'),
    spoil: reading((operations) =>
      operations.map((each) => (each.path?.endsWith(':manager') ? { op: 'remove', path: ENTERPRISE_URN } : each)),
    ),
  },
  {
    title: 'Values of roles are cut off.',
    noticedBy: dialect('role-json-text', 'roles-add-keeps', 'roles-add-once'),
    spoil: showing((resource) => {
      for (const role of elements(resource, 'roles')) role.value = String(role.value).slice(0, 20);
    }),
  },
  {
    title: 'An operation `add` replaces the values that are there.',
    noticedBy: [
      ...dialect('roles-add-keeps', 'member-add-keeps', 'member-add-string'),
      ...compliant('roles-add', 'member-add'),
    ],
    spoil: reading((operations) =>
      operations.map((each) =>
        isOp(each, 'add') && /^(roles|members)$/.test(each.path ?? '')
          ? { ...each, op: 'replace', value: typeof each.value === 'string' ? [{ value: each.value }] : each.value }
          : each,
      ),
    ),
  },
  {
    title: 'An operation `replace` keeps the roles that are there.',
    noticedBy: [...dialect('roles-replace'), ...compliant('roles-replace')],
    spoil: reading((operations) =>
      operations.map((each) => (isOp(each, 'replace') && each.path === 'roles' ? { ...each, op: 'add' } : each)),
    ),
  },
  {
    title: 'Values that are added twice are there twice.',
    noticedBy: dialect('roles-add-once', 'member-add-twice'),
    spoil: showing((resource) => {
      for (const name of ['roles', 'members']) {
        const list = elements(resource, name);
        if (list.length > 0) resource[name] = list.concat(list.slice(0, 1));
      }
    }),
  },
  {
    title: 'A user has one role.',
    noticedBy: dialect('roles-in-post', 'roles-add-keeps'),
    spoil: showing((resource) => {
      if (Array.isArray(resource.roles)) resource.roles = resource.roles.slice(0, 1);
    }),
  },
];

const isMembers = ({ path = '' }: Operation): boolean => path === 'members';

const memberDefects: readonly Defect[] = [
  {
    title: 'A `$ref` that is null is refused.',
    noticedBy: [
      ...dialect('member-add', 'member-add-several', 'member-add-twice', 'member-remove-value'),
      ...answers('nested-group'),
    ],
    spoil: refusingOperation(
      ({ value }) => Array.isArray(value) && value.some((each) => valueAt(each, '$ref') === null),
    ),
  },
  {
    title: 'The first element of a value array is taken, and no other.',
    noticedBy: [
      ...dialect('member-add-several', 'member-remove-several'),
      ...compliant('member-add'),
      ...answers('many-members-add', 'many-members-remove'),
    ],
    spoil: reading((operations) =>
      operations.map((each) => (Array.isArray(each.value) ? { ...each, value: each.value.slice(0, 1) } : each)),
    ),
  },
  {
    title: 'An operation `remove` of members takes no notice of its value.',
    noticedBy: [
      ...dialect('member-remove-value', 'member-remove-several', 'member-remove-absent'),
      ...answers('many-members-remove'),
    ],
    spoil: reading((operations) =>
      operations.map((each) => (isOp(each, 'remove') && isMembers(each) ? { op: each.op, path: 'members' } : each)),
    ),
  },
  {
    title: 'An operation `remove` of members takes no notice of its filter.',
    noticedBy: compliant('member-remove', 'member-remove-several'),
    spoil: reading((operations) =>
      operations.map((each) => (each.path?.startsWith('members[') ? { op: each.op, path: 'members' } : each)),
    ),
  },
  {
    title: 'An operation `remove` without a filter and a value is passed over.',
    noticedBy: dialect('manager-remove', 'member-remove-all', 'atomic-no-target'),
    spoil: overlooking((operation) => isOp(operation, 'remove') && operation.value === undefined),
  },
  {
    title: 'Members go when their group is renamed.',
    noticedBy: [...dialect('group-rename'), ...compliant('group-rename')],
    spoil: reading((operations, { path }) =>
      path.startsWith('/Groups') ? [...operations, { op: 'remove', path: 'members' }] : operations,
    ),
  },
  {
    title: 'Members that nobody knows are passed over.',
    noticedBy: answers('unknown-member'),
    spoil: () => ({
      reply(reply, { method, path }) {
        if (method === 'PATCH' && path.startsWith('/Groups') && reply.status === 400) {
          Object.assign(reply, { status: 204, body: undefined });
        }
      },
    }),
  },
  {
    title: 'A group cannot be a member.',
    noticedBy: answers('nested-group'),
    spoil: () => ({
      async request(request, ask) {
        const id = valueAt(operationsOf(request)[0]?.value, '[0].value');
        if (typeof id !== 'string' || !request.path.startsWith('/Groups')) return undefined;
        return (await ask('GET', `/Groups/${id}`)).status === 200 ? refusal(400, 'invalidValue') : undefined;
      },
    }),
  },
  {
    title: 'More than fifty members at once are refused.',
    noticedBy: answers('many-members-add'),
    spoil: refusingOperation(({ value }) => Array.isArray(value) && value.length > 50),
  },
];

const nameDefects: readonly Defect[] = [
  {
    title: 'PATCH does not change userName.',
    noticedBy: dialect('rename', 'rename-conflict', 'atomic-conflict', 'everything'),
    spoil: overlooking(({ path }) => path === 'userName'),
  },
  {
    title: 'The names that users have had stay taken.',
    noticedBy: dialect('rename-frees-name'),
    spoil: () => {
      const taken = new Set<Json | undefined>();
      return {
        request({ method, path, body }) {
          if (method !== 'POST' || path !== '/Users') return undefined;
          const name = valueAt(body, 'userName');
          if (taken.has(name)) return refusal(409, 'uniqueness');
          taken.add(name);
          return undefined;
        },
      };
    },
  },
  {
    title: 'A user is in the way of its own new name.',
    noticedBy: dialect('rename-letter-case'),
    spoil: requests('PATCH', USER, async (request, ask) => {
      const { userName } = await current(request.path, ask);
      const isOwn = operationsOf(request).some(
        ({ path, value }) => path === 'userName' && String(value).toLowerCase() === String(userName).toLowerCase(),
      );
      return isOwn ? refusal(409, 'uniqueness') : undefined;
    }),
  },
  {
    title: 'PATCH does not change externalId.',
    noticedBy: [...dialect('group-external-id'), ...answers('external-id-changes')],
    spoil: overlooking(({ path }) => path === 'externalId'),
  },
  {
    title: 'A value without a path replaces the whole user.',
    noticedBy: compliant('no-path-keeps', 'dotted-keys-keep', 'urn-keys-keep'),
    spoil: reading((operations) =>
      operations.some(({ path }) => path === undefined)
        ? [...['title', 'name', ENTERPRISE_URN].map((path) => ({ op: 'remove', path })), ...operations]
        : operations,
    ),
  },
  {
    title: 'A value without a path is passed over.',
    noticedBy: compliant(
      'dotted-keys',
      'urn-keys',
      'no-path-keeps',
      'many-attributes',
      'nested-object',
      'nested-extension',
      'group-rename',
    ),
    spoil: overlooking(({ path }) => path === undefined),
  },
  {
    title: 'A filter behind a parameter without a value is lost.',
    noticedBy: compliant('flag-on-list'),
    spoil: asking((query) => {
      if (query.has(FLAG)) query.delete('filter');
    }),
  },
  {
    title: 'Parameters that nobody knows are refused.',
    noticedBy: compliant('flag-on-create'),
    spoil: refusing(({ query }) => query.has(FLAG)),
  },
];

// Answers

const listDefects: readonly Defect[] = [
  {
    title: 'Everything is answered as application/json.',
    noticedBy: answers(
      ...['list', 'created', 'resource', 'not-found', 'conflict', 'bad-request'].map((name) => `content-type-${name}`),
    ),
    spoil: () => ({
      reply(reply) {
        if (reply.status !== 204) reply.headers['content-type'] = 'application/json';
      },
    }),
  },
  {
    title: 'The figures of a list are texts.',
    noticedBy: answers('list-numbers', 'list-of-one', 'empty-list-users', 'empty-list-groups'),
    spoil: listing((list) => {
      for (const name of ['totalResults', 'startIndex', 'itemsPerPage']) list[name] = String(list[name]);
    }),
  },
  {
    title: 'A single hit is answered without a list around it.',
    noticedBy: answers('list-of-one', 'external-id-found', 'filter-any-case', 'active-in-list', 'disabled-is-found'),
    spoil: () => ({
      reply(reply) {
        if (valueAt(reply.body, 'totalResults') === 1) reply.body = valueAt(reply.body, 'Resources[0]');
      },
    }),
  },
  {
    title: 'An empty list has no array.',
    noticedBy: answers('empty-list-users', 'empty-list-groups'),
    spoil: listing((list) => {
      if (list.totalResults === 0) delete list.Resources;
    }),
  },
  {
    title: 'Filters must be in the letter case of the schema.',
    noticedBy: answers('filter-any-case'),
    spoil: refusing((request) => / EQ |^[A-Z]/.test(filterOf(request))),
  },
  {
    title: 'Query parameters are read in lower case alone.',
    noticedBy: answers('parameter-any-case'),
    spoil: asking((query) => query.delete('Filter')),
  },
  {
    title: 'A filter cannot have two terms.',
    noticedBy: answers(
      'membership-id-first',
      'membership-members-first',
      'membership-none',
      'membership-id-only',
      'manager-check-id-first',
      'manager-check-manager-first',
    ),
    spoil: refusing((request) => / and /.test(filterOf(request))),
  },
  {
    title: 'The first term of a filter is looked at, and no other.',
    noticedBy: answers('membership-none'),
    spoil: asking((query) => {
      const filter = query.get('filter');
      if (filter) query.set('filter', filter.split(' and ')[0] as string);
    }),
  },
  {
    title: '`attributes` and `excludedAttributes` are not looked at.',
    noticedBy: answers('group-without-members', 'groups-without-members', 'membership-id-only'),
    spoil: asking((query) => {
      query.delete('attributes');
      query.delete('excludedAttributes');
    }),
  },
  {
    title: 'Lists never show members.',
    noticedBy: answers('groups-with-members'),
    spoil: listing((list) => {
      for (const each of elements(list, 'Resources')) delete each.members;
    }),
  },
];

const valueAnswerDefects: readonly Defect[] = [
  {
    title: 'The id of a new user is the one that the client sent.',
    noticedBy: answers('id-of-server'),
    spoil: () => ({
      reply(reply, request) {
        const id = valueAt(request.body, 'id');
        if (isCreated(reply, request) && id !== undefined) (reply.body as JsonObject).id = id;
      },
    }),
  },
  {
    title: 'Clients may change the id.',
    noticedBy: answers('id-kept-by-put', 'id-kept-by-patch'),
    spoil: () => {
      let id: JsonObject['id'];
      return {
        request(request) {
          if (request.method === 'PUT') id = valueAt(request.body, 'id');
          else id = operationsOf(request).find(({ path }) => path === 'id')?.value ?? id;
          return undefined;
        },
        reply({ status, body }, { method }) {
          if (method === 'GET' && status === 200 && isObject(body) && 'id' in body && id) body.id = id;
        },
      };
    },
  },
  {
    title: 'The letter case of values is lost.',
    noticedBy: answers('external-id-verbatim', 'verbatim-user-name', 'verbatim-email', 'verbatim-display-name'),
    spoil: showing((resource) => {
      for (const name of ['externalId', 'userName', 'displayName']) {
        if (typeof resource[name] === 'string') resource[name] = String(resource[name]).toLowerCase();
      }
      for (const email of elements(resource, 'emails')) email.value = String(email.value).toLowerCase();
    }),
  },
  {
    title: 'Phone numbers are brought into one form.',
    noticedBy: answers('verbatim-phone'),
    spoil: showing((resource) => {
      for (const phone of elements(resource, 'phoneNumbers'))
        phone.value = `tel:${String(phone.value).replace(/[ ()-]/g, '')}`;
    }),
  },
  {
    title: '`externalId` cannot be filtered.',
    noticedBy: answers('external-id-found', 'external-id-case'),
    spoil: refusing((request) => filterOf(request).startsWith('externalId')),
  },
  {
    title: '`externalId` is compared without regard to letter case.',
    noticedBy: answers('external-id-case'),
    spoil: asking((query) => {
      const filter = query.get('filter') ?? '';
      if (filter.startsWith('externalId'))
        query.set(
          'filter',
          filter.replace(/".*"/, (text) => text.toLowerCase()),
        );
    }),
  },
  {
    title: '`active` is not returned.',
    noticedBy: answers('active-in-post', 'active-in-get', 'active-in-list', 'active-by-default', 'disabled-is-found'),
    spoil: showing((resource) => delete resource.active),
  },
  {
    title: '`active` is true until somebody looks.',
    noticedBy: [...answers('active-in-post', 'active-in-get', 'active-in-list'), ...compliant('disable')],
    spoil: showing((resource) => {
      if ('active' in resource) resource.active = true;
    }),
  },
  {
    title: 'Disabled users are not found.',
    noticedBy: answers('active-in-list', 'disabled-is-found'),
    spoil: listing((list) => {
      const active = elements(list, 'Resources').filter((each) => each.active !== false);
      Object.assign(list, { Resources: active, totalResults: active.length, itemsPerPage: active.length });
    }),
  },
];

/** Changes the body of a 409. */
function conflicting(change: (error: JsonObject, reply: Reply) => void): () => Spoiler {
  return () => ({
    reply(reply) {
      if (reply.status === 409 && isObject(reply.body)) change(reply.body, reply);
    },
  });
}

const errorDefects: readonly Defect[] = [
  {
    title: 'A name that is taken is answered with 400.',
    noticedBy: [
      ...answers('conflict', 'conflict-any-case', 'conflict-body', 'conflict-scim-type', 'conflict-detail'),
      ...answers('group-conflict'),
      ...dialect('rename-conflict'),
    ],
    spoil: conflicting((_, reply) => {
      reply.status = 400;
    }),
  },
  {
    title: 'The status of a 409 is a number.',
    noticedBy: [...answers('conflict-body', 'group-conflict'), ...dialect('rename-conflict')],
    spoil: conflicting((error) => {
      error.status = 409;
    }),
  },
  {
    title: 'A 409 does not say why.',
    noticedBy: [...answers('conflict-scim-type', 'conflict-detail', 'group-conflict'), ...dialect('rename-conflict')],
    spoil: conflicting((error) => {
      delete error.scimType;
      delete error.detail;
    }),
  },
  {
    title: 'User names that differ in letter case are different.',
    noticedBy: answers('conflict-any-case'),
    spoil: taking((body) => {
      if (typeof body.userName === 'string' && !/[a-z]/.test(body.userName)) body.userName += 'X';
    }),
  },
  {
    title: 'A user who was refused with 409 is there all the same.',
    noticedBy: answers('conflict-makes-nothing'),
    spoil: () => {
      let isTwice = false;
      return {
        reply({ status, body }, { path }) {
          isTwice ||= status === 409;
          if (!isTwice || path !== '/Users' || !isObject(body) || !Array.isArray(body.Resources)) return;
          const twin = { ...(body.Resources[0] as JsonObject), id: 'twin' };
          Object.assign(body, { Resources: [...body.Resources, twin], totalResults: body.Resources.length + 1 });
        },
      };
    },
  },
  {
    title: 'An unknown id is answered with 200.',
    noticedBy: answers('unknown-id'),
    spoil: () => ({
      reply(reply) {
        if (reply.status === 404) Object.assign(reply, { status: 200, body: {} });
      },
    }),
  },
  {
    title: 'A 401 has no SCIM error.',
    noticedBy: answers('unauthorized-body'),
    spoil: () => ({
      reply(reply) {
        if (reply.status === 401) reply.body = 'Unauthorized';
      },
    }),
  },
];

const bodyDefects: readonly Defect[] = [
  {
    title: 'A POST is answered without the resource.',
    noticedBy: answers('created', 'id-of-server', 'group-created', 'post-names-any-case'),
    spoil: () => ({
      reply(reply, request) {
        if (isCreated(reply, request)) reply.body = undefined;
      },
    }),
  },
  {
    title: 'Nothing says where a new user is.',
    noticedBy: answers('created-location', 'created-meta-location'),
    spoil: () => ({
      reply(reply, request) {
        if (!isCreated(reply, request)) return;
        delete reply.headers.location;
        delete (valueAt(reply.body, 'meta') as JsonObject).location;
      },
    }),
  },
  {
    title: 'A body with meta is refused.',
    noticedBy: answers('post-mapped', 'post-meta', 'group-created'),
    spoil: refusing(({ body }) => isObject(body) && 'meta' in body),
  },
  {
    title: 'The time of creation is what the client says.',
    noticedBy: answers('post-meta'),
    spoil: () => ({
      reply(reply, request) {
        const created = valueAt(request.body, 'meta.created');
        if (isCreated(reply, request) && created) Object.assign(valueAt(reply.body, 'meta') as JsonObject, { created });
      },
    }),
  },
  {
    title: 'A null in a body is refused.',
    noticedBy: answers('post-nulls'),
    spoil: refusing(({ method, body }) => method === 'POST' && isObject(body) && Object.values(body).includes(null)),
  },
  {
    title: 'An empty array in a body is refused.',
    noticedBy: answers('post-empty-roles', 'post-mapped'),
    spoil: refusing(({ body }) => isObject(body) && Array.isArray(body.roles) && body.roles.length === 0),
  },
  {
    title: 'The body of a POST must be in the letter case of the schema.',
    noticedBy: answers('post-names-any-case'),
    spoil: refusing(({ method, path, body }) => method === 'POST' && path === '/Users' && !exactly(body, 'userName')),
  },
  {
    title: 'Bodies of application/json are refused.',
    noticedBy: answers('post-plain-json'),
    spoil: refusing(({ headers }) => (headers['content-type'] ?? '').startsWith('application/json'), 415),
  },
  {
    title: 'A PATCH is answered with an empty object.',
    noticedBy: answers('patch-answer', 'group-patch-answer'),
    spoil: () => ({
      reply(reply, { method }) {
        if (method !== 'PATCH') return;
        Object.assign(reply, { status: 200, headers: { 'content-type': 'application/scim+json' }, body: {} });
      },
    }),
  },
  {
    title: 'A group without members cannot be made.',
    noticedBy: answers('group-created', 'group-old-urn'),
    spoil: refusing((request) => isPost(request) && request.path === '/Groups' && !exactly(request.body, 'members')),
  },
];

/** The member of exactly this name. */
function exactly(body: Passing['body'], name: string): unknown {
  return isObject(body) ? body[name] : undefined;
}

const schemaDefects: readonly Defect[] = [
  {
    title: 'The schemas have nulls, and words in lower case.',
    noticedBy: answers('schemas-without-nulls', 'schemas-keywords'),
    spoil: serving((schemas) => {
      for (const schema of schemas) {
        schema.description = null;
        for (const each of elements(schema, 'attributes')) each.mutability = String(each.mutability).toLowerCase();
      }
    }),
  },
  {
    title: 'The schemas lack the one of groups.',
    noticedBy: answers('schemas-complete'),
    spoil: serving((schemas, list) => {
      list.Resources = schemas.filter(({ id }) => !String(id).endsWith(':Group'));
    }),
  },
  {
    title: 'The schemas do not say which types of values there are.',
    noticedBy: answers('schemas-types-emails', 'schemas-types-phoneNumbers', 'schemas-types-addresses'),
    spoil: serving((schemas) => {
      for (const attribute of schemas.flatMap((schema) => elements(schema, 'attributes'))) {
        for (const each of elements(attribute, 'subAttributes')) delete each.canonicalValues;
      }
    }),
  },
];

export const entraDialectDefects: readonly Defect[] = [
  ...operationDefects,
  ...pathDefects,
  ...valueDefects,
  ...memberDefects,
  ...nameDefects,
  ...listDefects,
  ...valueAnswerDefects,
  ...errorDefects,
  ...bodyDefects,
  ...schemaDefects,
];
