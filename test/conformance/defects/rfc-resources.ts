/** Servers that are wrong in discovery, authentication, single resources or errors. */
import { ENTERPRISE_URN, GROUP_URN, LIST_URN, USER_URN } from '../../../src/conformance/facts.js';
import type { Json, JsonObject } from '../../../src/conformance/model.js';
import { isObject, objectsIn, valueAt } from '../../../src/conformance/values.js';
import type { Ask, Passing, Reply, Spoiler } from '../proxy.js';
import type { Defect } from './defect.js';
import { current, json, list, refusal } from './forms.js';

type Spoil = () => Spoiler;

// How defects are made

/** Changes the body of what a GET of the path is answered with. */
function served(path: string, change: (body: JsonObject) => void): Spoil {
  return () => ({
    reply(reply, request) {
      if (request.method === 'GET' && request.path === path && isObject(reply.body)) change(reply.body);
    },
  });
}

/** Changes each document of a discovery list. */
function listed(path: string, change: (document: JsonObject) => void): Spoil {
  return served(path, (body) => objectsIn(body.Resources).forEach(change));
}

/** Changes each attribute of each schema, sub-attributes included. */
function defined(change: (attribute: JsonObject) => void): Spoil {
  const walk = (value: Json | undefined): void => {
    for (const attribute of objectsIn(value)) {
      walk(attribute.subAttributes);
      change(attribute);
    }
  };
  return listed('/Schemas', (schema) => walk(schema.attributes));
}

/** Changes every user and group in answers that succeed, alone or in a list. */
function shown(change: (resource: JsonObject, request: Passing, reply: Reply) => void): Spoil {
  return () => ({
    reply(reply, request) {
      if (reply.status >= 300 || !isObject(reply.body) || !/^\/(Users|Groups)/.test(request.path)) return;
      const list = reply.body.Resources;
      for (const resource of Array.isArray(list) ? objectsIn(list) : [reply.body]) change(resource, request, reply);
    },
  });
}

/** Changes every answer. */
function answered(change: (reply: Reply, request: Passing) => void): Spoil {
  return () => ({ reply: change });
}

/** Changes the body of requests of a method before the server reads it. */
function received(method: string, change: (body: JsonObject, request: Passing, ask: Ask) => unknown): Spoil {
  return () => ({
    async request(request, ask) {
      if (request.method === method && isObject(request.body)) await change(request.body, request, ask);
      return undefined;
    },
  });
}

/** Answers some requests itself. */
function refused(applies: (request: Passing) => boolean, status: number, detail = 'Refused.'): Spoil {
  return () => ({ request: (request) => (applies(request) ? refusal(status, undefined, detail) : undefined) });
}

function metaOf(resource: JsonObject): JsonObject {
  return isObject(resource.meta) ? resource.meta : {};
}

/** The id in `/Users/{id}`. */
function idOf(path: string): string | undefined {
  return /^\/(?:Users|Groups)\/([^/]+)$/.exec(path)?.[1];
}

/** The user with the name. */
async function userNamed(ask: Ask, name: Json | undefined): Promise<JsonObject | undefined> {
  const filter = encodeURIComponent(`userName eq ${JSON.stringify(String(name))}`);
  const { body } = await ask('GET', `/Users?filter=${filter}`);
  return objectsIn(valueAt(body, 'Resources'))[0];
}

/** Lets requests without the proper credential in, as if they had it. Which ones: `applies`. */
function open(applies: (request: Passing) => boolean): Spoil {
  return () => {
    let proper: string | undefined;
    return {
      request(request) {
        proper ??= request.headers.authorization;
        if (proper !== undefined && applies(request)) request.headers.authorization = proper;
        return undefined;
      },
    };
  };
}

const isAnonymous = ({ headers }: Passing) => headers.authorization === undefined;

// Discovery

const CONFIG = '/ServiceProviderConfig';
const FEATURES = ['patch', 'bulk', 'filter', 'change-password', 'sort', 'etag'];

const discoveryDefects: readonly Defect[] = [
  {
    title: 'The configuration has the schema of SCIM 1.1.',
    noticedBy: ['rfc.discovery.config'],
    spoil: served(CONFIG, (body) => {
      body.schemas = ['urn:scim:schemas:core:1.0'];
    }),
  },
  {
    title: 'The configuration says features with plain booleans.',
    noticedBy: FEATURES.map((name) => `rfc.discovery.config-${name}`),
    spoil: served(CONFIG, (body) => {
      for (const name of ['patch', 'bulk', 'filter', 'changePassword', 'sort', 'etag']) body[name] = true;
    }),
  },
  {
    title: 'The configuration has numbers as texts.',
    noticedBy: ['bulk-max-operations', 'bulk-max-payload-size', 'filter-max-results'].map(
      (name) => `rfc.discovery.config-${name}`,
    ),
    spoil: served(CONFIG, (body) => {
      body.bulk = { supported: false, maxOperations: '0', maxPayloadSize: '0' };
      body.filter = { supported: true, maxResults: '100' };
    }),
  },
  {
    title: 'The authentication schemes have no description.',
    noticedBy: ['rfc.discovery.config-authentication'],
    spoil: served(CONFIG, (body) => {
      for (const scheme of objectsIn(body.authenticationSchemes)) delete scheme.description;
    }),
  },
  {
    title: 'Discovery lists are plain arrays.',
    noticedBy: ['rfc.discovery.resource-types', 'rfc.discovery.schemas'],
    spoil: answered((reply, { path }) => {
      const list = valueAt(reply.body, 'Resources');
      if (/^\/(Schemas|ResourceTypes)$/.test(path) && list !== undefined) reply.body = list;
    }),
  },
  {
    title: 'Resource types have no schema.',
    noticedBy: ['rfc.discovery.resource-type-attributes'],
    spoil: listed('/ResourceTypes', (type) => {
      delete type.schema;
    }),
  },
  {
    title: 'Extensions are given by their URN alone.',
    noticedBy: ['rfc.discovery.resource-type-extensions'],
    spoil: listed('/ResourceTypes', (type) => {
      for (const extension of objectsIn(type.schemaExtensions)) delete extension.required;
    }),
  },
  {
    title: 'A resource type is announced and not served.',
    noticedBy: ['rfc.discovery.resource-type-endpoints'],
    spoil: listed('/ResourceTypes', (type) => {
      if (type.name === 'Group') type.endpoint = '/Teams';
    }),
  },
  {
    title: 'Single discovery documents come in a list of one.',
    noticedBy: ['rfc.discovery.resource-type-by-id', 'rfc.discovery.schema-by-urn'],
    spoil: answered((reply, { path }) => {
      if (!/^\/(Schemas|ResourceTypes)\/./.test(path) || reply.status !== 200) return;
      reply.body = { schemas: [LIST_URN], totalResults: 1, Resources: [reply.body ?? null] };
    }),
  },
  {
    title: 'The enterprise extension is announced, and its schema is not listed.',
    noticedBy: ['rfc.discovery.schemas-complete'],
    spoil: served('/Schemas', (body) => {
      body.Resources = objectsIn(body.Resources).filter(({ id }) => id !== ENTERPRISE_URN);
    }),
  },
  {
    title: 'Schemas have no attributes.',
    noticedBy: ['rfc.discovery.schema-attributes', 'rfc.discovery.user-name-required'],
    spoil: listed('/Schemas', (schema) => {
      delete schema.attributes;
    }),
  },
  {
    title: 'Schemas write keywords as numbers and upper case, and booleans as texts.',
    noticedBy: ['type', 'mutability', 'returned', 'uniqueness', 'multi-valued', 'required', 'case-exact'].map(
      (name) => `rfc.discovery.attribute-${name}`,
    ),
    spoil: defined((attribute) => {
      for (const name of ['type', 'mutability', 'returned']) attribute[name] = String(attribute[name]).toUpperCase();
      attribute.uniqueness = 1;
      for (const name of ['multiValued', 'required', 'caseExact']) attribute[name] = String(attribute[name]);
    }),
  },
  {
    title: 'Schemas call the names of attributes ids.',
    noticedBy: ['rfc.discovery.attribute-name'],
    spoil: defined((attribute) => {
      attribute.id = attribute.name;
      delete attribute.name;
    }),
  },
  {
    title: 'Sub-attributes are called attributes.',
    noticedBy: ['rfc.discovery.complex-attributes'],
    spoil: defined((attribute) => {
      attribute.attributes = attribute.subAttributes;
      delete attribute.subAttributes;
    }),
  },
  {
    title: 'The schema says that userName is optional, not unique and case exact.',
    noticedBy: ['required', 'unique', 'case'].map((name) => `rfc.discovery.user-name-${name}`),
    spoil: defined((attribute) => {
      if (attribute.name === 'userName') {
        Object.assign(attribute, { required: false, uniqueness: 'none', caseExact: true });
      }
    }),
  },
  {
    title: 'A filter on discovery documents is passed over.',
    noticedBy: ['rfc.discovery.resource-types-filter', 'rfc.discovery.schemas-filter'],
    spoil: () => ({
      request({ path, query }) {
        if (/^\/(Schemas|ResourceTypes)$/.test(path)) query.delete('filter');
        return undefined;
      },
    }),
  },
  {
    title: 'Discovery lists are cut into pages.',
    noticedBy: ['rfc.discovery.resource-types-unpaged', 'rfc.discovery.schemas-unpaged'],
    spoil: answered(({ body }, { path, query }) => {
      if (!/^\/(Schemas|ResourceTypes)$/.test(path) || !query.has('count') || !isObject(body)) return;
      body.Resources = objectsIn(body.Resources).slice(0, Number(query.get('count')));
    }),
  },
  {
    title: 'Discovery documents have nulls and no meta.',
    noticedBy: [
      'rfc.discovery.resource-types-meta',
      'rfc.discovery.schemas-meta',
      'rfc.discovery.service-provider-config-nulls',
      'rfc.discovery.resource-types-nulls',
      'rfc.discovery.schemas-nulls',
    ],
    spoil: answered(({ body }, { path }) => {
      if (!/^\/(Schemas|ResourceTypes|ServiceProviderConfig)$/.test(path) || !isObject(body)) return;
      for (const document of Array.isArray(body.Resources) ? objectsIn(body.Resources) : [body]) {
        delete document.meta;
        document.description = null;
      }
    }),
  },
  {
    title: 'Writing to discovery endpoints succeeds.',
    noticedBy: ['service-provider-config', 'resource-types', 'schemas'].map(
      (name) => `rfc.discovery.${name}-read-only`,
    ),
    spoil: () => ({
      request({ method, path }) {
        const isDiscovery = /^\/(Schemas|ResourceTypes|ServiceProviderConfig)$/.test(path);
        return method === 'POST' && isDiscovery ? json(200, {}) : undefined;
      },
    }),
  },
];

// Authentication

const authenticationDefects: readonly Defect[] = [
  {
    title: 'Everything is open to everybody.',
    noticedBy: ['list', 'post', 'get', 'put', 'patch', 'delete', 'challenge', 'error-body', 'unknown-id'].map(
      (name) => `rfc.authentication.${name}`,
    ),
    spoil: open(isAnonymous),
  },
  {
    title: 'A credential is asked for, and any will do.',
    noticedBy: ['wrong-credential', 'empty-token', 'undefined-token', 'unknown-scheme'].map(
      (name) => `rfc.authentication.${name}`,
    ),
    spoil: open((request) => !isAnonymous(request)),
  },
  {
    title: 'Writes without a credential are answered with 401, and done.',
    noticedBy: ['put', 'patch', 'delete'].map((name) => `rfc.authentication.${name}`),
    spoil: () => ({
      ...open(isAnonymous)(),
      reply(reply, request) {
        if (isAnonymous(request)) Object.assign(reply, refusal(401, undefined, 'Who are you?'));
      },
    }),
  },
  {
    title: 'Who has no credential is told which ids exist.',
    noticedBy: ['rfc.authentication.unknown-id'],
    spoil: () => ({
      ...open(isAnonymous)(),
      reply(reply, request) {
        if (isAnonymous(request) && reply.status !== 404) Object.assign(reply, refusal(401, undefined, 'Who are you?'));
      },
    }),
  },
  {
    title: 'A 401 is a bare status.',
    noticedBy: ['rfc.authentication.challenge', 'rfc.authentication.error-body'],
    spoil: answered((reply) => {
      if (reply.status !== 401) return;
      delete reply.headers['www-authenticate'];
      reply.body = undefined;
    }),
  },
];

// Create

const createAnswerDefects: readonly Defect[] = [
  {
    title: 'POST is answered with 200.',
    noticedBy: ['rfc.create.status', 'rfc.create.group'],
    spoil: () => ({
      reply(reply, { method }) {
        if (method === 'POST' && reply.status === 201) reply.status = 200;
      },
    }),
  },
  {
    title: 'The id of a resource is a number.',
    noticedBy: ['rfc.create.id-string'],
    spoil: shown((resource, { method }) => {
      if (method === 'POST') resource.id = 42;
    }),
  },
  {
    title: 'A 201 has no Location.',
    noticedBy: ['rfc.create.location-header'],
    spoil: answered(({ headers }) => {
      delete headers.location;
    }),
  },
  {
    title: 'Locations have the path that the server has behind its gateway.',
    noticedBy: ['rfc.create.location', 'rfc.read.location'],
    spoil: shown((resource) => {
      const meta = metaOf(resource);
      meta.location = String(meta.location).replace('/scim/v2/', '/internal/api/');
    }),
  },
  {
    title: 'Locations have the host that the server has behind its gateway.',
    noticedBy: ['rfc.create.location-host'],
    spoil: shown((resource) => {
      const meta = metaOf(resource);
      meta.location = String(meta.location).replace(/^http:\/\/[^/]+/, 'http://scim-7f9c:8080');
    }),
  },
  {
    title: 'The resource type is written in the plural.',
    noticedBy: ['rfc.create.resource-type'],
    spoil: shown((resource) => {
      metaOf(resource).resourceType = 'Users';
    }),
  },
  {
    title: 'Times are milliseconds since 1970.',
    noticedBy: ['rfc.create.meta-times', 'rfc.replace.last-modified'],
    spoil: shown((resource) => {
      const meta = metaOf(resource);
      for (const name of ['created', 'lastModified']) meta[name] = Date.parse(String(meta[name]));
    }),
  },
  {
    title: 'The time of change of a new user is a little later than that of its creation.',
    noticedBy: ['rfc.create.meta-same-time'],
    spoil: shown((resource) => {
      const meta = metaOf(resource);
      meta.lastModified = new Date(Date.parse(String(meta.lastModified)) + 3).toISOString();
    }),
  },
  {
    title: 'The version has no quotes in the body.',
    noticedBy: ['rfc.create.version'],
    spoil: shown((resource) => {
      const meta = metaOf(resource);
      meta.version = String(meta.version).replace(/^W\/|"/g, '');
    }),
  },
  {
    title: 'Resources have no schemas.',
    noticedBy: ['rfc.create.schemas', 'rfc.create.no-schemas', 'rfc.read.schemas', 'rfc.create.extension-schemas'],
    spoil: () => ({
      ...received('POST', (body, { path }) => {
        body.schemas ??= [path === '/Groups' ? GROUP_URN : USER_URN];
      })(),
      ...shown((resource) => {
        delete resource.schemas;
      })(),
    }),
  },
  {
    title: 'A URN is in schemas twice.',
    noticedBy: ['rfc.create.schemas'],
    spoil: shown((resource) => {
      resource.schemas = [USER_URN, USER_URN];
    }),
  },
  {
    title: 'Ids and meta are taken from the client.',
    noticedBy: ['rfc.create.id-ignored', 'rfc.create.meta-ignored', 'rfc.replace.id-ignored'],
    spoil: shown((resource, { method, body }) => {
      if (!/^(POST|PUT)$/.test(method) || !isObject(body)) return;
      if (body.id !== undefined) resource.id = body.id;
      Object.assign(metaOf(resource), body.meta);
    }),
  },
  {
    title: 'A new user becomes a member of the groups that it names.',
    noticedBy: ['rfc.create.groups-ignored'],
    spoil: () => ({
      async reply(reply, { method, body }, ask) {
        if (method !== 'POST' || !isObject(body)) return;
        for (const { value } of objectsIn(body.groups)) {
          const members = [{ value: valueAt(reply.body, 'id') as Json }];
          const Operations = [{ op: 'add', path: 'members', value: members }];
          const message = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations };
          await ask('PATCH', `/Groups/${String(value)}`, message);
        }
      },
    }),
  },
  {
    title: 'A new resource can be read only the second time.',
    noticedBy: ['rfc.create.readable', 'rfc.create.findable', 'rfc.read.status', 'rfc.read.group'],
    spoil: () => {
      const seen = new Set<string>();
      return {
        request({ method, path, query }) {
          const key = `${path}?${query}`;
          if (method !== 'GET' || !(idOf(path) || query.has('filter')) || seen.has(key)) return undefined;
          seen.add(key);
          return idOf(path) ? refusal(404, undefined, 'Not yet.') : list();
        },
      };
    },
  },
];

/** What a server makes of the values of a new user, by the check that looks at it. */
const MANGLED: Readonly<Record<string, { title: string; change: (body: JsonObject) => void }>> = {
  'rfc.create.keeps-user-name': {
    title: 'A userName is cut at 24 characters.',
    change: (body) => {
      body.userName = String(body.userName).slice(0, 24);
    },
  },
  'rfc.create.keeps-external-id': {
    title: 'An externalId is stored in lower case.',
    change: (body) => {
      body.externalId = String(body.externalId).toLowerCase();
    },
  },
  'rfc.create.keeps-name': {
    title: 'Of a name only the formatted one is stored.',
    change: (body) => {
      body.name = { formatted: 'Given Family' };
    },
  },
  'rfc.create.keeps-emails': {
    title: 'Only the first e-mail address is stored.',
    change: (body) => {
      body.emails = objectsIn(body.emails).slice(0, 1);
    },
  },
  'rfc.create.keeps-primary': {
    title: 'No e-mail address is primary.',
    change: (body) => {
      for (const email of objectsIn(body.emails)) delete email.primary;
    },
  },
  'rfc.create.keeps-active-false': {
    title: 'New users are always active.',
    change: (body) => {
      body.active = true;
    },
  },
  'rfc.create.keeps-unicode': {
    title: 'Letters outside of ASCII become question marks.',
    change: (body) => {
      body.displayName = String(body.displayName).replace(/[^ -~]/g, '?');
    },
  },
  'rfc.create.keeps-markup': {
    title: 'Angle brackets are escaped when they are stored.',
    change: (body) => {
      body.displayName = String(body.displayName).replaceAll('<', '&lt;');
    },
  },
  'rfc.create.keeps-digits': {
    title: 'Zeros in front of digits are taken for padding.',
    change: (body) => {
      body.displayName = String(body.displayName).replace(/^0+(?=\d+$)/, '');
    },
  },
  'rfc.create.keeps-words': {
    title: 'The names True and Null are taken for values of JSON.',
    change: (body) => {
      const isTaken = (value: Json | undefined) => /^(?:true|false|null)$/i.test(String(value));
      body.name = Object.fromEntries(Object.entries(body.name ?? {}).filter(([, value]) => !isTaken(value)));
    },
  },
  'rfc.create.keeps-blanks': {
    title: 'Blanks are joined as in HTML.',
    change: (body) => {
      body.displayName = String(body.displayName).replace(/ +/g, ' ');
    },
  },
  'rfc.create.keeps-line-breaks': {
    title: 'Addresses are one line.',
    change: (body) => {
      for (const address of objectsIn(body.addresses)) {
        address.formatted = String(address.formatted).replaceAll('\n', ', ');
      }
    },
  },
  'rfc.create.keeps-extension': {
    title: 'Data of extensions are not stored.',
    change: (body) => {
      delete body[ENTERPRISE_URN];
    },
  },
};

const isExact = (name: string) =>
  /^(urn:.*|schemas|userName|externalId|active|displayName|name|emails|title|phoneNumbers|password|members)$/.test(
    name,
  );

/** The attributes whose values the checks write with another type. */
const TYPED: Readonly<Record<string, (value: Json | undefined) => boolean>> = {
  displayName: (value) => typeof value === 'string',
  active: (value) => typeof value === 'boolean',
  name: isObject,
  emails: Array.isArray,
};

const MISTYPED = [
  'number-for-string',
  'object-for-string',
  'word-for-boolean',
  'string-for-complex',
  'string-for-list',
].flatMap((name) => [`rfc.create.${name}`, `rfc.create.${name}-refused`]);

const createValueDefects: readonly Defect[] = [
  ...Object.entries(MANGLED).map(
    ([id, { title, change }]): Defect => ({
      title,
      noticedBy: [id],
      spoil: received('POST', (body, { path }) => path === '/Users' && change(body)),
    }),
  ),
  {
    title: 'Passwords are in answers.',
    noticedBy: ['rfc.create.password-hidden', 'rfc.create.password-unread'],
    spoil: () => {
      const passwords = new Map<Json | undefined, Json | undefined>();
      return {
        reply({ body }, request) {
          if (!isObject(body)) return;
          if (request.method === 'POST') passwords.set(body.id, valueAt(request.body, 'password'));
          body.password = passwords.get(body.id);
        },
      };
    },
  },
  {
    title: 'The schemas of a resource do not name its extension.',
    noticedBy: ['rfc.create.extension-schemas'],
    spoil: shown((resource) => {
      resource.schemas = [USER_URN];
    }),
  },
  {
    title: 'A POST for a taken userName is answered with the user that has it.',
    noticedBy: ['rfc.create.duplicate', 'rfc.create.duplicate-case'],
    spoil: () => ({
      async request({ method, path, body }, ask) {
        if (method !== 'POST' || path !== '/Users') return undefined;
        const found = await userNamed(ask, valueAt(body, 'userName'));
        return found && json(200, found);
      },
    }),
  },
  {
    title: 'A POST for a taken userName updates the user that has it.',
    noticedBy: ['rfc.create.duplicate-unharmed'],
    spoil: received('POST', async (body, { path }, ask) => {
      const found = path === '/Users' ? await userNamed(ask, body.userName) : undefined;
      if (found) await ask('PUT', `/Users/${String(found.id)}`, body);
    }),
  },
  {
    title: 'Names that differ in letter case are different names.',
    noticedBy: ['rfc.create.duplicate-case'],
    spoil: received('POST', (body) => {
      const name = String(body.userName);
      if (name !== name.toLowerCase()) body.userName = `${name}.other`;
    }),
  },
  {
    title: 'A 409 does not say uniqueness.',
    noticedBy: ['rfc.create.duplicate', 'rfc.replace.duplicate'],
    spoil: answered(({ status, body }) => {
      if (status === 409 && isObject(body)) delete body.scimType;
    }),
  },
  {
    title: 'Required names that are missing are made up.',
    noticedBy: [
      'rfc.create.no-user-name',
      'rfc.create.empty-user-name',
      'rfc.create.no-user-name-type',
      'rfc.create.no-display-name',
      'rfc.replace.no-user-name',
    ],
    spoil: () => ({
      request({ method, path, body }) {
        if (!/^(POST|PUT)$/.test(method) || !isObject(body)) return undefined;
        const name = path.startsWith('/Users') ? 'userName' : 'displayName';
        if (!body[name]) body[name] = `made-up-${Math.random()}`;
        return undefined;
      },
    }),
  },
  {
    title: 'The endpoint decides what a body is, whatever its schemas are.',
    noticedBy: ['rfc.create.wrong-schema'],
    spoil: received('POST', (body, { path }) => {
      body.schemas = [path === '/Groups' ? GROUP_URN : USER_URN];
    }),
  },
  {
    title: 'Values are stored whatever their type is.',
    noticedBy: MISTYPED,
    spoil: () => ({
      ...received('POST', (body) => {
        for (const [name, isTyped] of Object.entries(TYPED)) if (!isTyped(body[name])) delete body[name];
      })(),
      ...shown((resource, { method, body }) => {
        if (method !== 'POST' || !isObject(body)) return;
        for (const name of Object.keys(TYPED)) resource[name] = body[name];
      })(),
    }),
  },
  {
    title: 'Nulls and empty arrays are refused.',
    noticedBy: [
      'rfc.create.null-unassigned',
      'rfc.create.empty-list-unassigned',
      'rfc.replace.null-clears',
      'rfc.replace.empty-list-clears',
    ],
    spoil: refused(
      ({ body }) => isObject(body) && Object.values(body).some((value) => JSON.stringify(value).match(/^(null|\[\])$/)),
      400,
    ),
  },
  {
    title: 'Attribute names are understood in one letter case alone.',
    noticedBy: ['rfc.create.names-ignore-case', 'rfc.replace.names-ignore-case'],
    spoil: () => ({
      request({ body }) {
        if (isObject(body)) for (const name of Object.keys(body)) if (!isExact(name)) delete body[name];
        return undefined;
      },
    }),
  },
];

// Read

const readDefects: readonly Defect[] = [
  {
    title: 'A single resource comes in a list of one.',
    noticedBy: ['rfc.read.status', 'rfc.read.group', 'rfc.read.schemas', 'rfc.read.meta'],
    spoil: answered((reply, { method, path }) => {
      if (method !== 'GET' || !idOf(path) || reply.status !== 200) return;
      reply.body = { schemas: [LIST_URN], totalResults: 1, Resources: [reply.body ?? null] };
    }),
  },
  {
    title: 'The time of creation is the time of the request.',
    noticedBy: ['rfc.read.meta'],
    spoil: shown((resource, { method }) => {
      if (method === 'GET') metaOf(resource).created = new Date().toISOString().replace('Z', '1Z');
    }),
  },
  {
    title: 'PUT stores a new record in place of the old one.',
    noticedBy: ['rfc.replace.created'],
    spoil: () => {
      const replaced = new Map<Json | undefined, Json | undefined>();
      return shown((resource, { method }) => {
        const meta = metaOf(resource);
        if (method === 'PUT') replaced.set(resource.id, meta.lastModified);
        meta.created = replaced.get(resource.id) ?? meta.created;
      })();
    },
  },
  {
    title: 'Content-Location is another place than meta.location.',
    noticedBy: ['rfc.read.content-location'],
    spoil: answered(({ headers }, { path }) => {
      headers['content-location'] = `/api${path}`;
    }),
  },
  {
    title: 'Names of attributes are in lower case, and what has no value is null.',
    noticedBy: ['rfc.read.names', 'rfc.read.no-null'],
    spoil: shown((resource, { method }) => {
      if (method !== 'GET') return;
      resource.username = resource.userName;
      delete resource.userName;
      resource.nickName = null;
    }),
  },
  {
    title: 'Everything is sent as application/json.',
    noticedBy: [
      'rfc.read.media-type',
      'rfc.read.list-media-type',
      'rfc.errors.media-type',
      'rfc.discovery.service-provider-config-media-type',
      'rfc.discovery.resource-types-media-type',
      'rfc.discovery.schemas-media-type',
    ],
    spoil: answered(({ headers }) => {
      headers['content-type'] = 'application/json';
    }),
  },
  {
    title: 'Only clients that accept application/scim+json and nothing else are served.',
    noticedBy: ['rfc.read.accept-json', 'rfc.read.accept-any', 'rfc.read.accept-list'],
    spoil: refused(({ headers }) => headers.accept !== 'application/scim+json', 406),
  },
  {
    title: 'Personal data may be stored in shared caches.',
    noticedBy: ['rfc.read.not-public'],
    spoil: answered(({ headers }) => {
      headers['cache-control'] = 'public, max-age=60';
    }),
  },
  {
    title: 'What is not there is answered with an empty list.',
    noticedBy: [
      'rfc.read.unknown-user',
      'rfc.read.unknown-group',
      'rfc.discovery.resource-type-unknown',
      'rfc.discovery.schema-unknown',
      'rfc.remove.then-get',
      'rfc.remove.group',
      'rfc.errors.odd-id',
      'rfc.errors.unknown-endpoint',
    ],
    spoil: answered((reply, { method }) => {
      if (method === 'GET' && (reply.status === 404 || reply.status === 400)) {
        Object.assign(reply, list());
      }
    }),
  },
  {
    title: 'Ids that are no UUID are answered with 500.',
    noticedBy: ['rfc.read.unknown-user', 'rfc.read.unknown-group', 'rfc.errors.odd-id', 'rfc.errors.schemas'],
    spoil: () => ({
      request({ path }) {
        const id = idOf(path);
        const isCrash = id !== undefined && !/^[\da-f-]{36}$/i.test(id);
        return isCrash ? { status: 500, headers: {}, body: 'Internal Server Error' } : undefined;
      },
    }),
  },
  {
    title: 'The letter case of ids does not count.',
    noticedBy: ['rfc.read.id-exact'],
    spoil: () => ({
      request(request) {
        request.path = request.path.replace(/(?<=^\/Users\/).*/, (id) => id.toLowerCase());
        return undefined;
      },
    }),
  },
  {
    title: 'All ids are looked up in one table.',
    noticedBy: ['rfc.read.other-type'],
    spoil: () => ({
      async request({ method, path }, ask) {
        if (method !== 'GET' || !path.startsWith('/Groups/')) return undefined;
        const reply = await ask('GET', path.replace('Groups', 'Users'));
        return reply.status === 200 ? reply : undefined;
      },
    }),
  },
];

// Replace

/** Changes the body of a PUT, knowing the resource as it is. */
function put(change: (body: JsonObject, before: JsonObject) => void): Spoil {
  return received('PUT', async (body, { path }, ask) => change(body, await current(path, ask)));
}

const replaceDefects: readonly Defect[] = [
  {
    title: 'PUT is answered with 204.',
    noticedBy: ['rfc.replace.status'],
    spoil: answered((reply, { method }) => {
      if (method === 'PUT' && reply.status === 200) Object.assign(reply, { status: 204, body: undefined });
    }),
  },
  {
    title: 'PUT is answered as if it had been done, and is not.',
    noticedBy: ['stored', 'active', 'user-name', 'list', 'group-members', 'last-modified'].map(
      (name) => `rfc.replace.${name}`,
    ),
    spoil: () => ({
      async request({ method, path, body }, ask) {
        if (method !== 'PUT' || !isObject(body)) return undefined;
        return json(200, { ...(await current(path, ask)), ...body });
      },
    }),
  },
  {
    title: 'PUT changes only what it mentions.',
    noticedBy: ['drops-unmentioned', 'drops-unmentioned-extension', 'null-clears', 'empty-list-clears'].map(
      (name) => `rfc.replace.${name}`,
    ),
    spoil: put((body, before) => {
      const isEmpty = (value: Json | undefined) => value === null || (Array.isArray(value) && value.length === 0);
      for (const [name, value] of Object.entries(before)) {
        if (body[name] === undefined || isEmpty(body[name])) body[name] = value;
      }
      body.schemas = before.schemas;
    }),
  },
  {
    title: 'PUT adds to lists, and leaves userName and active.',
    noticedBy: ['list', 'group-members', 'user-name', 'active'].map((name) => `rfc.replace.${name}`),
    spoil: put((body, before) => {
      if (body.emails)
        body.emails = [...objectsIn(before.emails).map(({ value }) => ({ value })), ...objectsIn(body.emails)];
      if (body.members) body.members = [...objectsIn(before.members), ...objectsIn(body.members)];
      if (body.userName) Object.assign(body, { userName: before.userName, active: before.active });
    }),
  },
  {
    title: 'PUT with what is readOnly is refused.',
    noticedBy: ['rfc.replace.echo', 'rfc.replace.meta-ignored', 'rfc.replace.id-ignored', 'rfc.replace.groups-ignored'],
    spoil: refused(
      ({ method, body }) => method === 'PUT' && ['id', 'meta', 'groups'].some((name) => valueAt(body, name)),
      400,
      'readOnly',
    ),
  },
  {
    title: 'PUT takes meta from the client.',
    noticedBy: ['rfc.replace.meta-ignored'],
    spoil: () => {
      const taken = new Map<Json | undefined, Json>();
      return {
        reply({ body }, request) {
          if (!isObject(body)) return;
          const meta = request.method === 'PUT' ? valueAt(request.body, 'meta') : undefined;
          if (meta !== undefined) taken.set(body.id, meta);
          if (taken.has(body.id)) Object.assign(metaOf(body), taken.get(body.id));
        },
      };
    },
  },
  {
    title: 'PUT of a user takes it out of groups that it does not name.',
    noticedBy: ['rfc.replace.groups-ignored'],
    spoil: received('PUT', async (body, { path }, ask) => {
      if (!Array.isArray(body.groups)) return;
      for (const { value } of objectsIn((await current(path, ask)).groups)) {
        const group = await current(`/Groups/${String(value)}`, ask);
        const members = objectsIn(group.members).filter((member) => member.value !== idOf(path));
        await ask('PUT', `/Groups/${String(value)}`, { ...group, members });
      }
    }),
  },
  {
    title: 'Times and versions stay what they were at the creation.',
    noticedBy: ['rfc.replace.last-modified', 'rfc.replace.version'],
    spoil: shown((resource) => {
      const meta = metaOf(resource);
      Object.assign(meta, { lastModified: meta.created, version: 'W/"1"' });
    }),
  },
  {
    title: 'PUT to an unknown id creates a resource.',
    noticedBy: ['rfc.replace.unknown', 'rfc.remove.then-put'],
    spoil: () => ({
      async request({ method, path, body }, ask) {
        if (method !== 'PUT' || (await ask('GET', path)).status !== 404) return undefined;
        return ask('POST', '/Users', body);
      },
    }),
  },
  {
    title: 'PUT does not look for duplicates.',
    noticedBy: ['rfc.replace.duplicate'],
    spoil: received('PUT', async (body, { path }, ask) => {
      const found = path.startsWith('/Users') ? await userNamed(ask, body.userName) : undefined;
      if (found && found.id !== idOf(path)) body.userName = `${String(body.userName)}.again`;
    }),
  },
  {
    title: 'PUT has stored half of the attributes when it finds the duplicate.',
    noticedBy: ['rfc.replace.all-or-nothing'],
    spoil: () => ({
      async reply({ status }, { method, path, body }, ask) {
        if (method !== 'PUT' || status !== 409 || !isObject(body)) return;
        const { userName } = await current(path, ask);
        await ask('PUT', path, { ...body, userName });
      },
    }),
  },
];

// Remove

/** A server that only marks resources as removed. */
const softDelete: Spoil = () => {
  const gone = new Map<string, JsonObject>();
  return {
    async request({ method, path, query, body }, ask) {
      if (method === 'DELETE') {
        const resource = await current(path, ask);
        if (resource.id !== undefined) gone.set(path, resource);
        return undefined;
      }
      const kept = gone.get(path);
      if (kept) return json(200, kept);
      if (
        method === 'POST' &&
        [...gone.values()].some(({ userName }) => userName && userName === valueAt(body, 'userName'))
      )
        return refusal(409, undefined, 'Removed users keep their names.');
      if (method !== 'GET' || !query.has('filter')) return undefined;
      const found = [...gone.values()].filter(({ userName }) => query.get('filter')?.includes(String(userName)));
      return list(found);
    },
  };
};

const removeDefects: readonly Defect[] = [
  {
    title: 'DELETE is answered with 200 and the resource.',
    noticedBy: ['rfc.remove.status', 'rfc.remove.group'],
    spoil: answered((reply, { method }) => {
      if (method === 'DELETE' && reply.status === 204) Object.assign(reply, json(200, { schemas: [USER_URN] }));
    }),
  },
  {
    title: 'DELETE always succeeds.',
    noticedBy: ['rfc.remove.unknown', 'rfc.remove.then-delete'],
    spoil: answered((reply, { method }) => {
      if (method === 'DELETE' && reply.status === 404) Object.assign(reply, { status: 204, body: undefined });
    }),
  },
  {
    title: 'Removed resources are only marked as removed.',
    noticedBy: ['then-get', 'then-put', 'then-patch', 'group', 'not-found-by-filter', 'name-free'].map(
      (name) => `rfc.remove.${name}`,
    ),
    spoil: softDelete,
  },
  {
    title: 'A user that comes back gets the id that it had.',
    noticedBy: ['rfc.remove.id-not-reused'],
    spoil: () => {
      const ids = new Map<Json | undefined, Json | undefined>();
      return {
        reply({ body }, request) {
          if (request.method !== 'POST' || !isObject(body)) return;
          body.id = ids.get(body.userName) ?? body.id;
          ids.set(body.userName, body.id);
        },
      };
    },
  },
  {
    title: 'Groups keep members that were removed.',
    noticedBy: ['rfc.remove.leaves-groups'],
    spoil: () => {
      const members = new Map<string, Json | undefined>();
      return {
        reply({ body }, request) {
          if (!request.path.startsWith('/Groups') || !isObject(body)) return;
          if (request.method === 'POST') members.set(String(body.id), body.members);
          else if (members.has(String(body.id))) body.members = members.get(String(body.id));
        },
      };
    },
  },
  {
    title: 'Removing a group removes its members.',
    noticedBy: ['rfc.remove.keeps-members'],
    spoil: () => ({
      async request({ method, path }, ask) {
        if (method !== 'DELETE' || !path.startsWith('/Groups')) return undefined;
        const { members } = await current(path, ask);
        for (const { value } of objectsIn(members)) await ask('DELETE', `/Users/${String(value)}`);
        return undefined;
      },
    }),
  },
];

// Errors

const TRACE = `TypeError: Cannot read properties of undefined
    at toUser (/srv/app/node_modules/scim/users.js:42:7)`;

/** Bodies that make a careless server fail, by their check; `text` is the body as JSON. */
const CRASHES: Readonly<Record<string, (body: JsonObject, text: string) => boolean>> = {
  'odd-nul-byte': (_, text) => text.includes('\\u0000'),
  'odd-lone-surrogate': (_, text) => text.includes('\\ud83d'),
  'odd-prototype-name': (body) => Object.hasOwn(body, '__proto__'),
  'odd-deep-nesting': (_, text) => text.includes('['.repeat(1_000)),
  'odd-long-value': (_, text) => text.length > 65_536,
  'odd-wrong-schemas': ({ schemas }) => !Array.isArray(schemas),
  'odd-mixed-list': ({ emails }) => Array.isArray(emails) && !emails.every(isObject),
  // A name that is given twice stands where it stood first.
  'odd-repeated-name': (body) => Object.keys(body)[0] === 'displayName',
  'group-body': ({ members }) => Array.isArray(members) && !members.every(isObject),
};

const errorDefects: readonly Defect[] = [
  {
    title: 'Error bodies have their own form.',
    noticedBy: ['rfc.errors.schemas', 'rfc.errors.status', 'rfc.errors.detail'],
    spoil: answered((reply) => {
      if (reply.status >= 400) reply.body = { error: 'not found', code: reply.status };
    }),
  },
  {
    title: 'The status of an error body is a number.',
    noticedBy: ['rfc.errors.status'],
    spoil: answered(({ status, body }) => {
      if (status >= 400 && isObject(body)) body.status = status;
    }),
  },
  {
    title: 'Bodies that are no JSON object make the server fail.',
    noticedBy: ['truncated', 'not-json', 'empty', 'array', 'string', 'null']
      .map((name) => `rfc.errors.body-${name}`)
      .concat('rfc.errors.invalid-syntax'),
    spoil: refused(({ method, body }) => method === 'POST' && !isObject(body), 500),
  },
  {
    title: 'Bodies are read only when the media type is exactly application/scim+json.',
    noticedBy: ['json', 'charset', 'json-charset', 'upper-case'].map((name) => `rfc.errors.accepts-${name}`),
    spoil: refused(
      ({ method, headers }) => method === 'POST' && headers['content-type'] !== 'application/scim+json',
      415,
    ),
  },
  {
    title: 'The media type of a body is not looked at.',
    noticedBy: ['rfc.errors.unsupported-media-type'],
    spoil: () => ({
      request({ headers }) {
        if (headers['content-type']) headers['content-type'] = 'application/scim+json';
        return undefined;
      },
    }),
  },
  {
    title: 'PUT to all users and POST to one user are taken for a POST to all.',
    noticedBy: ['rfc.errors.put-list', 'rfc.errors.post-resource'],
    spoil: () => ({
      request({ method, path, body }, ask) {
        const isMisplaced = (method === 'PUT' && path === '/Users') || (method === 'POST' && idOf(path) !== undefined);
        return isMisplaced ? ask('POST', '/Users', body) : undefined;
      },
    }),
  },
  {
    title: 'A 405 does not say which methods there are.',
    noticedBy: ['rfc.errors.allow'],
    spoil: () => ({
      request: ({ method, path }) =>
        method === 'PUT' && path === '/Users' ? refusal(405, undefined, 'No.') : undefined,
    }),
  },
  {
    title: 'Unknown paths are answered with the page of an application.',
    noticedBy: ['rfc.errors.unknown-endpoint'],
    spoil: answered((reply, { path }) => {
      if (reply.status !== 404 || /^\/(Users|Groups|Schemas|ResourceTypes)/.test(path)) return;
      Object.assign(reply, { status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html>' });
    }),
  },
  {
    title: 'Errors have the stack trace in the detail.',
    noticedBy: ['rfc.errors.no-trace'],
    spoil: answered(({ status, body }) => {
      if (status >= 400 && isObject(body)) body.detail = TRACE;
    }),
  },
  ...Object.entries(CRASHES).map(
    ([name, crashes]): Defect => ({
      title: `The server fails at a body of the kind ${name}.`,
      noticedBy: [`rfc.errors.${name}`],
      spoil: refused(
        ({ method, body }) => method === 'POST' && isObject(body) && crashes(body, JSON.stringify(body)),
        500,
      ),
    }),
  ),
];

export const rfcResourcesDefects: readonly Defect[] = [
  ...discoveryDefects,
  ...authenticationDefects,
  ...createAnswerDefects,
  ...createValueDefects,
  ...readDefects,
  ...replaceDefects,
  ...removeDefects,
  ...errorDefects,
];
