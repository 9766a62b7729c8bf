/** Servers on which Entra's connection test, its validator and the Logic App fail. */
import { ENTERPRISE_URN, LIST_URN } from '../../../src/conformance/facts.js';
import type { Json, JsonObject } from '../../../src/conformance/model.js';
import { isObject, valueAt } from '../../../src/conformance/values.js';
import type { Ask, Passing, Reply, Spoiler } from '../proxy.js';
import type { Defect } from './defect.js';
import { done, json, list, refusal } from './forms.js';

// Ways to be wrong

/** Requests of a kind are refused. */
function refusing(isMeant: (passing: Passing) => boolean, status = 400): () => Spoiler {
  return () => ({ request: (passing) => (isMeant(passing) ? refusal(status) : undefined) });
}

/** Successful answers to requests of a kind are spoilt. */
function answering(isMeant: (request: Passing) => boolean, spoil: (reply: Reply) => void): () => Spoiler {
  return () => ({
    reply(reply, request) {
      if (isMeant(request) && reply.status < 300) spoil(reply);
    },
  });
}

/** Each resource of an answer, alone or in a list, is spoilt. */
function returning(spoil: (resource: JsonObject, request: Passing) => void): () => Spoiler {
  return () => ({
    reply(reply, request) {
      for (const resource of resourcesIn(reply)) spoil(resource, request);
    },
  });
}

/** The operations of each PATCH are other ones; without any, nothing is done. */
function patching(change: (operations: readonly JsonObject[], passing: Passing) => readonly JsonObject[]) {
  return (): Spoiler => ({
    request(passing) {
      if (passing.method !== 'PATCH' || !isObject(passing.body)) return undefined;
      const Operations = change(operationsIn(passing), passing);
      passing.body = { ...passing.body, Operations: [...Operations] };
      return Operations.length === 0 ? done() : undefined;
    },
  });
}

/** Operations of a kind are passed over. */
function forgetting(isMeant: (operation: JsonObject, passing: Passing) => boolean): () => Spoiler {
  return patching((operations, passing) => operations.filter((operation) => !isMeant(operation, passing)));
}

/** A PATCH with an operation of a kind is refused. */
function refusingOperation(isMeant: (operation: JsonObject) => boolean): () => Spoiler {
  return refusing((passing) => operationsIn(passing).some(isMeant));
}

function resourcesIn({ body, status }: Reply): JsonObject[] {
  const list = valueAt(body, 'Resources');
  const found = Array.isArray(list) ? list : status < 300 && valueAt(body, 'id') !== undefined ? [body] : [];
  return found.filter(isObject);
}

function operationsIn({ method, body }: Passing): JsonObject[] {
  const operations = valueAt(body, 'Operations');
  return method === 'PATCH' && Array.isArray(operations) ? operations.filter(isObject) : [];
}

function filterOf({ method, query }: Passing): string {
  return method === 'GET' ? (query.get('filter') ?? '') : '';
}

/** What stands between the quotes of the filter. */
function literalOf(passing: Passing): string {
  return /eq "([^"]*)"/.exec(filterOf(passing))?.[1] ?? '';
}

const isUsers = ({ path }: Passing) => path.startsWith('/Users');
const isGroups = ({ path }: Passing) => path.startsWith('/Groups');
const isList = ({ method, path }: Passing) => method === 'GET' && /^\/(Users|Groups)$/.test(path);
const isPost = ({ method }: Passing) => method === 'POST';
const isDelete = ({ method }: Passing) => method === 'DELETE';
const pathIn = (operation: JsonObject) => String(operation.path ?? '');
const isManager = (operation: JsonObject) => pathIn(operation).endsWith('manager');
const isMembers = (operation: JsonObject) => pathIn(operation).startsWith('members');
const isOp = (operation: JsonObject, op: string) => String(operation.op).toLowerCase() === op;
const isEmpty = (value: Json | undefined) => value === '' || (isObject(value) && value.value === '');
const isEnabling = (operation: JsonObject) => pathIn(operation) === 'active' && operation.value === 'True';
const isDisabling = (operation: JsonObject) =>
  pathIn(operation) === 'active' && String(operation.value).toLowerCase() === 'false';

/** Lists lack what is meant, and count without it. */
function hiding(isMeant: (resource: JsonObject, request: Passing) => boolean): () => Spoiler {
  return () => ({
    reply(reply, request) {
      if (!isList(request) || !isObject(reply.body)) return;
      const kept = resourcesIn(reply).filter((resource) => !isMeant(resource, request));
      reply.body = { ...reply.body, totalResults: kept.length, Resources: kept };
    },
  });
}

// Lists of ids

const PROBES = ['user-name', 'external-id', 'work-email', 'employee-number'].flatMap((name) =>
  ['plus', 'percent-20'].map((blank) => `entra.connection.probe-${name}-${blank}`),
);
const connection = (...names: string[]) => names.map((name) => `entra.connection.${name}`);
const validator = (...names: string[]) => names.map((name) => `entra.validator.${name}`);
const logicApp = (...names: string[]) => names.map((name) => `entra.logic-app.${name}`);
const leaving = (...names: string[]) => names.map((name) => `entra.deprovisioning.${name}`);

// The servers

const connecting: readonly Defect[] = [
  {
    title: 'A filter without a hit is answered with 404, as Entra does not bear it.',
    noticedBy: [
      ...PROBES,
      ...connection('probe-group', 'feature-flag-in-probe', 'unknown-parameter'),
      ...validator('u04-filter-unknown', 'g06-filter-display-name-unknown', 'g06-filter-external-id-unknown'),
      ...logicApp('01-create-user', '08-create-group', '10-delete-group', '14-restore-group'),
      ...leaving('deleted-user-not-found'),
    ],
    spoil: () => ({
      reply(reply, request) {
        if (filterOf(request) && valueAt(reply.body, 'totalResults') === 0) Object.assign(reply, refusal(404));
      },
    }),
  },
  {
    title: 'Any filter finds everybody, so that Test Connection finds users.',
    noticedBy: [...PROBES, ...connection('unknown-parameter', 'unquoted-literal')],
    spoil: () => ({
      request(passing) {
        passing.query.delete('filter');
        return undefined;
      },
    }),
  },
  {
    title: 'Any token will do.',
    noticedBy: connection('wrong-token-status', 'wrong-token-error'),
    spoil: () => ({
      request: ({ headers }) => (headers.authorization === 'Bearer not-a-token' ? list() : undefined),
    }),
  },
  {
    title: 'A wrong token is answered with a page for browsers.',
    noticedBy: connection('wrong-token-error'),
    spoil: () => ({
      reply(reply) {
        if (reply.status === 401) Object.assign(reply, { headers: {}, body: '<html>Please sign in</html>' });
      },
    }),
  },
  {
    title: 'Lists without a filter are refused.',
    noticedBy: [...connection('first-user', 'first-group'), ...logicApp('23-user-pagination', '24-group-pagination')],
    spoil: refusing((passing) => isList(passing) && !passing.query.has('filter')),
  },
  {
    title: 'Unknown query parameters are refused.',
    noticedBy: connection('feature-flag-in-probe', 'feature-flag-in-create', 'unknown-parameter'),
    spoil: refusing(({ query }) => [...query.keys()].some((name) => /optscim|custom/i.test(name))),
  },
  {
    title: 'A literal without quotes is refused.',
    noticedBy: connection('unquoted-literal'),
    spoil: refusing((passing) => / eq [^"]/.test(filterOf(passing))),
  },
];

const creating: readonly Defect[] = [
  {
    title: 'POST refuses a primary that is the text "True".',
    noticedBy: validator('u01-create-user', 'u01-create-keeps-attributes'),
    spoil: refusing((passing) => isPost(passing) && JSON.stringify(passing.body).includes('"primary":"True"')),
  },
  {
    title: 'Lists show users without the enterprise extension.',
    noticedBy: validator('u01-create-keeps-attributes'),
    spoil: returning((resource, request) => {
      if (isList(request)) delete resource[ENTERPRISE_URN];
    }),
  },
  {
    title: 'New resources are found only after a while.',
    noticedBy: [
      ...validator('u01-create-user', 'u03-filter-existing', 'g05-filter-display-name', 'g05-filter-external-id'),
      ...logicApp('01-create-user', '08-create-group', '06-restore-deleted-user', '14-restore-group'),
    ],
    spoil: () => ({ request: (passing) => (filterOf(passing) ? list() : undefined) }),
  },
  {
    title: 'A clash of names is an internal error.',
    noticedBy: validator('u02-create-duplicate', 'g02-create-duplicate'),
    spoil: () => ({
      reply(reply) {
        if (reply.status === 409) Object.assign(reply, refusal(500));
      },
    }),
  },
  {
    title: 'Names are compared with regard to letter case.',
    noticedBy: validator('u05-filter-other-case', 'g07-filter-other-case'),
    spoil: hiding((resource, request) => !JSON.stringify(resource).includes(literalOf(request))),
  },
  {
    title: 'totalResults is a text.',
    noticedBy: [...validator('u03-filter-existing'), ...connection('first-user', 'first-group')],
    spoil: answering(isList, ({ body }) => {
      if (isObject(body)) body.totalResults = String(body.totalResults);
    }),
  },
  {
    title: 'The answer to POST has no id.',
    noticedBy: [...validator('g01-create-group'), ...logicApp('17-create-user', '19-create-group')],
    spoil: answering(isPost, ({ body }) => {
      if (isObject(body)) delete body.id;
    }),
  },
  {
    title: 'Names are shortened to ten characters.',
    noticedBy: [...validator('g01-create-group'), ...logicApp('17-create-user', '19-create-group')],
    spoil: returning((resource) => {
      for (const name of ['userName', 'displayName']) {
        if (typeof resource[name] === 'string') resource[name] = resource[name].slice(0, 10);
      }
    }),
  },
  {
    title: 'Phone numbers are written with blanks.',
    noticedBy: [
      ...validator('u01-create-keeps-attributes', 'u06-replace-attributes', 'u09-add-attributes'),
      ...logicApp('02-update-user', '18-update-user'),
    ],
    spoil: returning((resource) => {
      const phones = Array.isArray(resource.phoneNumbers) ? resource.phoneNumbers.filter(isObject) : [];
      for (const phone of phones) phone.value = String(phone.value).replace(/(...)$/, ' $1');
    }),
  },
  {
    title: 'A parenthesis in a literal is taken for grouping.',
    noticedBy: logicApp('08-create-group'),
    spoil: refusing((passing) => literalOf(passing).includes('(')),
  },
];

const patchingUsers: readonly Defect[] = [
  {
    title: 'PATCH is answered with 204 and forgotten.',
    noticedBy: [
      ...validator('u06-replace-attributes', 'u07-update-user-name-path', 'u07-update-user-name-no-path'),
      ...validator('u08-disable-boolean', 'u08-disable-string', 'u09-add-attributes', 'u09-add-primary'),
      ...validator('g08-replace-attributes', 'g09-update-display-name', 'g09-update-external-id', 'g10-add-member'),
      ...validator('p01-many-operations', 'p02-same-attribute', 'p05-add-and-remove-members'),
      ...logicApp('02-update-user', '03-disable-user', '05-update-manager', '06-restore-disabled-user'),
      ...logicApp('09-update-group', '11-add-member', '12-remove-member', '18-update-user', '18-any-text'),
      ...logicApp('20-update-group', '25-update-manager'),
      ...leaving('disabled-user-by-id'),
    ],
    spoil: forgetting(() => true),
  },
  {
    title: 'Only the first operation of a PATCH is done.',
    noticedBy: [
      ...validator('u06-replace-attributes', 'u09-add-attributes', 'u09-add-primary'),
      ...validator('p01-many-operations', 'p02-same-attribute', 'p05-add-and-remove-members'),
      ...logicApp('02-update-user', '16-empty-string-clears', '16-null-clears', '16-null-after-empty-string'),
      ...logicApp('18-update-user', '18-any-text', '20-update-group'),
    ],
    spoil: patching((operations) => operations.slice(0, 1)),
  },
  {
    title: 'The operations of a PATCH are done in the reverse order.',
    noticedBy: validator('p02-same-attribute'),
    spoil: patching((operations) => [...operations].reverse()),
  },
  {
    title: 'Names of operations in capitals are refused.',
    noticedBy: [
      ...logicApp('02-update-user', '03-disable-user', '05-update-manager', '06-restore-disabled-user'),
      ...logicApp('09-update-group', '11-add-member', '12-remove-member', '25-update-manager'),
      ...leaving('disabled-user-by-id', 'disabled-user-by-filter', 'enable-keeps-id', 'enable-keeps-memberships'),
    ],
    spoil: refusingOperation(({ op }) => /^[A-Z]/.test(String(op))),
  },
  {
    title: 'Paths with a filter are refused unless there is such an element.',
    noticedBy: validator('u09-add-attributes', 'u09-add-primary'),
    spoil: refusingOperation((operation) => isOp(operation, 'add') && pathIn(operation).includes('[')),
  },
  {
    title: 'A path with a type is written to a new element each time.',
    noticedBy: validator('u09-add-primary'),
    spoil: patching((operations) =>
      operations.map((operation) =>
        pathIn(operation).endsWith('.primary')
          ? { op: 'add', path: 'emails', value: [{ type: 'work', value: 'another@example.com', primary: true }] }
          : operation,
      ),
    ),
  },
  {
    title: 'Paths that begin with a URN are passed over.',
    noticedBy: [
      ...validator('u06-replace-attributes', 'u09-add-attributes', 'u10-add-manager-string'),
      ...logicApp('02-update-user', '18-update-user', '25-update-manager'),
    ],
    spoil: forgetting((operation) => pathIn(operation).startsWith('urn:')),
  },
  {
    title: 'The userName cannot be changed by PATCH.',
    noticedBy: [
      ...validator('u07-update-user-name-path', 'u07-update-user-name-no-path'),
      ...logicApp('02-update-user'),
    ],
    spoil: forgetting((operation, passing) => isUsers(passing) && JSON.stringify(operation).includes('userName')),
  },
  {
    title: 'PATCH without a path is refused.',
    noticedBy: validator('u07-update-user-name-no-path', 'g08-replace-attributes'),
    spoil: refusingOperation(({ path }) => path === undefined),
  },
  {
    title: 'Filters know only the names that were posted.',
    noticedBy: [
      ...validator('u07-update-user-name-path', 'g09-update-display-name', 'g09-update-external-id'),
      ...logicApp('09-update-group'),
    ],
    spoil: () => {
      let posted = '';
      return {
        request(passing) {
          if (isPost(passing)) posted += JSON.stringify(passing.body);
          return filterOf(passing) && !posted.includes(`"${literalOf(passing)}"`) ? list() : undefined;
        },
      };
    },
  },
  {
    title: 'Strings that look wrong to the server are refused.',
    noticedBy: logicApp('18-any-text'),
    spoil: refusingOperation(({ value }) => /^upd-[0-9a-f]{8}$/.test(String(value))),
  },
];

const clearing: readonly Defect[] = [
  {
    title: 'An empty string is no new value.',
    noticedBy: [
      ...logicApp('16-empty-string-clears', '16-null-after-empty-string', '25-update-manager'),
      ...validator('u12-remove-manager-object', 'u12-remove-manager-string'),
    ],
    spoil: forgetting(({ value }) => isEmpty(value)),
  },
  {
    title: 'An empty string is refused.',
    noticedBy: [
      ...logicApp('16-empty-string-clears', '16-null-after-empty-string', '25-update-manager'),
      ...validator('u12-remove-manager-object', 'u12-remove-manager-string'),
    ],
    spoil: refusingOperation(({ value }) => isEmpty(value)),
  },
  {
    title: 'A replace by null does nothing.',
    noticedBy: logicApp('16-null-clears'),
    spoil: forgetting(({ value }) => value === null),
  },
  {
    title: 'A replace by null of what is not there is refused.',
    noticedBy: logicApp('16-null-after-empty-string'),
    spoil: () => {
      let isCleared = false;
      return {
        request(passing) {
          const values = operationsIn(passing).map(({ value }) => value);
          if (isCleared && values.includes(null)) return refusal(400);
          isCleared ||= values.includes('');
          return undefined;
        },
      };
    },
  },
];

const managing: readonly Defect[] = [
  {
    title: 'The id of a manager as a plain text is refused.',
    noticedBy: [
      ...validator('u10-add-manager-string', 'u11-replace-manager-string', 'u12-remove-manager-string'),
      ...logicApp('25-update-manager'),
    ],
    spoil: refusingOperation((operation) => isManager(operation) && typeof operation.value === 'string'),
  },
  {
    title: 'The id of a manager in an object is refused.',
    noticedBy: validator('u10-add-manager-object', 'u11-replace-manager-object', 'u12-remove-manager-object'),
    spoil: refusingOperation((operation) => isManager(operation) && isObject(operation.value)),
  },
  {
    title: 'The manager is known by its full name only.',
    noticedBy: logicApp('05-update-manager'),
    spoil: refusingOperation(({ path }) => path === 'manager'),
  },
  {
    title: 'A manager is set once and for all.',
    noticedBy: [
      ...validator('u11-replace-manager-string', 'u11-replace-manager-object'),
      ...logicApp('05-update-manager', '25-update-manager'),
    ],
    spoil: forgetting((operation) => isManager(operation) && isOp(operation, 'replace') && !isEmpty(operation.value)),
  },
  {
    title: 'A manager cannot be removed.',
    noticedBy: [
      ...validator('u12-remove-manager-string', 'u12-remove-manager-object'),
      ...logicApp('05-update-manager', '25-update-manager'),
    ],
    spoil: forgetting((operation) => isManager(operation) && (isEmpty(operation.value) || isOp(operation, 'remove'))),
  },
];

/** The user leaves all groups. */
async function removeMemberships(id: string, ask: Ask): Promise<void> {
  const groups = resourcesIn(await ask('GET', '/Groups'));
  const Operations = [{ op: 'remove', path: `members[value eq "${id}"]` }];
  const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations };
  for (const group of groups) await ask('PATCH', `/Groups/${String(group.id)}`, body);
}

const disabling: readonly Defect[] = [
  {
    title: 'The text "False" is true.',
    noticedBy: [
      ...validator('u08-disable-string'),
      ...logicApp('03-disable-user', '06-restore-disabled-user'),
      ...leaving('disabled-user-by-id'),
    ],
    spoil: patching((operations) =>
      operations.map((operation) => (operation.value === 'False' ? { ...operation, value: true } : operation)),
    ),
  },
  {
    title: 'The value active comes as the text "True" or "False".',
    noticedBy: [
      ...validator('u08-disable-boolean', 'u08-disable-string'),
      ...logicApp('03-disable-user', '06-restore-disabled-user'),
      ...leaving('disabled-user-by-id', 'enable-keeps-id'),
    ],
    spoil: returning((resource) => {
      if (typeof resource.active === 'boolean') resource.active = resource.active ? 'True' : 'False';
    }),
  },
  {
    title: 'Disabled users are left out of lists.',
    noticedBy: [
      ...validator('u08-disable-boolean', 'u08-disable-string'),
      ...logicApp('03-disable-user'),
      ...leaving('disabled-user-by-filter'),
    ],
    spoil: hiding(({ active }) => active === false),
  },
  {
    title: 'Disabled users are answered with 404.',
    noticedBy: [...validator('u08-disable-boolean', 'u08-disable-string'), ...leaving('disabled-user-by-id')],
    spoil: () => ({
      reply(reply, request) {
        const isDisabled = valueAt(reply.body, 'active') === false;
        if (request.method === 'GET' && isDisabled) Object.assign(reply, refusal(404));
      },
    }),
  },
  {
    title: 'A disabled user cannot be enabled again.',
    noticedBy: [...logicApp('06-restore-disabled-user'), ...leaving('enable-keeps-id')],
    spoil: forgetting(isEnabling),
  },
  {
    title: 'Disabling deletes the user.',
    noticedBy: [
      ...validator('u08-disable-boolean', 'u08-disable-string'),
      ...logicApp('06-restore-disabled-user'),
      ...leaving('disabled-user-by-id', 'disabled-user-by-filter', 'enable-keeps-id', 'enable-keeps-memberships'),
    ],
    spoil: () => ({
      request(passing, ask) {
        return operationsIn(passing).some(isDisabling) ? ask('DELETE', passing.path) : undefined;
      },
    }),
  },
  {
    title: 'Disabled users lose their memberships.',
    noticedBy: leaving('enable-keeps-memberships'),
    spoil: () => ({
      async reply(_, request, ask) {
        if (operationsIn(request).some(isDisabling)) await removeMemberships(request.path.slice(7), ask);
      },
    }),
  },
];

const deleting: readonly Defect[] = [
  {
    title: 'DELETE is answered with 204 and forgotten.',
    noticedBy: [
      ...validator('u13-delete-user', 'g12-delete-group', 'p04-delete-user-twice', 'p07-delete-group-twice'),
      ...validator('p03-delete-unknown-user', 'p06-delete-unknown-group'),
      ...logicApp('04-delete-user', '06-restore-deleted-user', '10-delete-group', '14-restore-group'),
      ...leaving('delete-twice', 'create-after-delete', 'deleted-user-not-found'),
    ],
    spoil: () => ({ request: (passing) => (isDelete(passing) ? done() : undefined) }),
  },
  {
    title: 'DELETE is answered with 200.',
    noticedBy: validator('u13-delete-user', 'g12-delete-group', 'p04-delete-user-twice', 'p07-delete-group-twice'),
    spoil: answering(isDelete, (reply) => {
      Object.assign(reply, json(200, {}));
    }),
  },
  {
    title: 'DELETE of what is not there is answered with 204.',
    noticedBy: [
      ...validator('p03-delete-unknown-user', 'p04-delete-user-twice'),
      ...validator('p06-delete-unknown-group', 'p07-delete-group-twice'),
      ...leaving('delete-twice'),
    ],
    spoil: () => ({
      reply(reply, request) {
        if (isDelete(request) && reply.status === 404) Object.assign(reply, done());
      },
    }),
  },
  {
    title: 'Deleted resources can still be read by id.',
    noticedBy: [...validator('u13-delete-user', 'g12-delete-group'), ...logicApp('04-delete-user')],
    spoil: () => ({
      reply(reply, { method, path }) {
        if (method !== 'GET' || reply.status !== 404) return;
        Object.assign(reply, { status: 200, body: { id: path.split('/').at(-1), active: false } });
      },
    }),
  },
  {
    title: 'The names of deleted resources stay taken.',
    noticedBy: [...logicApp('06-restore-deleted-user', '14-restore-group'), ...leaving('create-after-delete')],
    spoil: () => {
      const posted = new Set<string>();
      return {
        request(passing) {
          if (!isPost(passing)) return undefined;
          const name = String(valueAt(passing.body, 'userName') ?? valueAt(passing.body, 'displayName'));
          if (posted.has(name)) return refusal(409);
          posted.add(name);
          return undefined;
        },
      };
    },
  },
  {
    title: 'A user who is created again gets the id of the deleted one.',
    noticedBy: leaving('create-after-delete'),
    spoil: () => {
      const ids = new Map<string, Json>();
      return {
        reply(reply, request) {
          if (!isPost(request) || !isObject(reply.body) || reply.status !== 201) return;
          const name = String(reply.body.userName);
          reply.body.id = ids.get(name) ?? reply.body.id;
          ids.set(name, reply.body.id as Json);
        },
      };
    },
  },
  {
    title: 'Deleted users are found by filters.',
    noticedBy: [...leaving('deleted-user-not-found'), ...logicApp('06-restore-deleted-user')],
    spoil: () => ({
      reply(reply, request) {
        if (!filterOf(request) || valueAt(reply.body, 'totalResults') !== 0) return;
        reply.body = { schemas: [LIST_URN], totalResults: 1, Resources: [{ id: 'gone', active: true }] };
      },
    }),
  },
];

/** Before an operation of a kind the group loses all its members. */
function withoutMembersFirst(isMeant: (operation: JsonObject) => boolean): () => Spoiler {
  return patching((operations, passing) => {
    const isGroup = isGroups(passing);
    return operations.flatMap((operation) =>
      isGroup && isMeant(operation) ? [{ op: 'remove', path: 'members' }, operation] : [operation],
    );
  });
}

const grouping: readonly Defect[] = [
  {
    title: 'Groups always come with their members.',
    noticedBy: validator(
      'g03-get-without-members',
      'g04-filter-display-name-without-members',
      'g04-filter-external-id-without-members',
    ),
    spoil: () => ({
      request(passing) {
        passing.query.delete('excludedAttributes');
        return undefined;
      },
    }),
  },
  {
    title: 'Lists of groups never have members.',
    noticedBy: [...validator('g05-filter-display-name', 'g05-filter-external-id'), ...logicApp('11-add-member')],
    spoil: returning((resource, request) => {
      if (isList(request)) delete resource.members;
    }),
  },
  {
    title: 'Groups cannot be filtered by externalId.',
    noticedBy: validator(
      'g04-filter-external-id-without-members',
      'g05-filter-external-id',
      'g06-filter-external-id-unknown',
      'g09-update-external-id',
    ),
    spoil: refusing((passing) => isGroups(passing) && filterOf(passing).startsWith('externalId')),
  },
  {
    title: 'The externalId of a group cannot be changed.',
    noticedBy: [...validator('g09-update-external-id'), ...logicApp('20-update-group')],
    spoil: forgetting((operation, passing) => isGroups(passing) && pathIn(operation) === 'externalId'),
  },
  {
    title: 'A replace without a path empties the group.',
    noticedBy: validator('g08-replace-attributes'),
    spoil: withoutMembersFirst(({ path }) => path === undefined),
  },
  {
    title: 'Added members take the place of those that were there.',
    noticedBy: validator('g10-add-member', 'p05-add-and-remove-members'),
    spoil: withoutMembersFirst((operation) => isMembers(operation) && isOp(operation, 'add')),
  },
  {
    title: 'Remove with an array in the value removes all members.',
    noticedBy: validator('g11-remove-member-value'),
    spoil: withoutMembersFirst((operation) => Array.isArray(operation.value) && isOp(operation, 'remove')),
  },
  {
    title: 'Remove with a filter on members removes all members.',
    noticedBy: validator('g11-remove-member-filter', 'p05-add-and-remove-members'),
    spoil: withoutMembersFirst((operation) => pathIn(operation).startsWith('members[')),
  },
  {
    title: 'Removing members does nothing.',
    noticedBy: [
      ...validator('g11-remove-member-filter', 'g11-remove-member-value', 'p05-add-and-remove-members'),
      ...logicApp('12-remove-member'),
    ],
    spoil: forgetting((operation) => isMembers(operation) && isOp(operation, 'remove')),
  },
];

const isSchemas = ({ path }: Passing) => path === '/Schemas';

const discovering: readonly Defect[] = [
  {
    title: 'There are no /Schemas.',
    noticedBy: logicApp('15-schemas', '15-canonical-types', '15-default-mapping', '15-group-mapping'),
    spoil: refusing(isSchemas, 404),
  },
  {
    title: 'The schemas are those of users alone.',
    noticedBy: logicApp('15-group-schema', '15-group-mapping'),
    spoil: answering(isSchemas, ({ body }) => {
      if (isObject(body) && Array.isArray(body.Resources)) body.Resources = body.Resources.slice(0, 1);
    }),
  },
  {
    title: 'The schemas have no attributes.',
    noticedBy: logicApp('15-schemas', '15-default-mapping', '15-group-mapping'),
    spoil: answering(isSchemas, (reply) => {
      for (const schema of resourcesIn(reply)) schema.attributes = [];
    }),
  },
  {
    title: 'The schemas have no canonical values.',
    noticedBy: logicApp('15-canonical-types', '15-default-mapping'),
    spoil: answering(isSchemas, (reply) => {
      reply.body = JSON.parse(JSON.stringify(reply.body).replaceAll('"canonicalValues"', '"suggestedValues"')) as Json;
    }),
  },
  {
    title: 'The schemas do not have externalId.',
    noticedBy: logicApp('15-default-mapping', '15-group-mapping'),
    spoil: answering(isSchemas, (reply) => {
      reply.body = JSON.parse(JSON.stringify(reply.body).replaceAll('"externalId"', '"externalKey"')) as Json;
    }),
  },
  {
    title: 'Each page says that it begins at 1.',
    noticedBy: logicApp('23-user-pagination', '24-group-pagination'),
    spoil: answering(isList, ({ body }) => {
      if (isObject(body)) body.startIndex = 1;
    }),
  },
  {
    title: 'A list has everything, whatever count says.',
    noticedBy: logicApp('23-user-pagination', '24-group-pagination'),
    spoil: () => ({
      request(passing) {
        passing.query.delete('count');
        return undefined;
      },
    }),
  },
  {
    title: 'Every page but the first is empty.',
    noticedBy: logicApp('23-user-pagination', '24-group-pagination'),
    spoil: answering(
      (request) => isList(request) && Number(request.query.get('startIndex') ?? 1) > 1,
      ({ body }) => {
        if (isObject(body)) body.Resources = [];
      },
    ),
  },
];

export const entraValidatorDefects: readonly Defect[] = [
  ...connecting,
  ...creating,
  ...patchingUsers,
  ...clearing,
  ...managing,
  ...disabling,
  ...deleting,
  ...grouping,
  ...discovering,
];
