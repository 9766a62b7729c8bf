/**
 * Discovery: RFC 7644 §4, RFC 7643 §5 to §7. Each check reads the documents itself; what was read at the start of the
 * run decides which checks apply, not what they find.
 */
import type { Check } from '../../check.js';
import { attributeOf, CONFIG_URN, USER_URN } from '../../facts.js';
import type { Answer, Json, JsonObject } from '../../model.js';
import type { Probe } from '../../probe.js';
import { isObject, objectsIn, shown, valueAt } from '../../values.js';

/** What a configuration must say of itself, each a complex attribute with `supported` (RFC 7643 §5). */
const FEATURES = ['patch', 'bulk', 'filter', 'changePassword', 'sort', 'etag'] as const;

/** Numbers of the configuration by the name of their check. */
const LIMITS = {
  'bulk-max-operations': 'bulk.maxOperations',
  'bulk-max-payload-size': 'bulk.maxPayloadSize',
  'filter-max-results': 'filter.maxResults',
} as const;

/** The values that RFC 7643 §7 allows, with the names of checks. */
const KEYWORDS = {
  type: ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference', 'complex'],
  mutability: ['readOnly', 'readWrite', 'immutable', 'writeOnly'],
  returned: ['always', 'never', 'default', 'request'],
  uniqueness: ['none', 'server', 'global'],
} as const;

/** Documents that are lists, and the schema of what they list. */
const LISTS = { '/ResourceTypes': 'ResourceType', '/Schemas': 'Schema' } as const;

/** A definition of an attribute, and where it stands: `urn:…:User name.givenName`. */
interface Definition {
  readonly where: string;
  readonly attribute: JsonObject;
}

async function configOf(t: Probe): Promise<Answer> {
  return t.read('/ServiceProviderConfig');
}

/** The documents of `/ResourceTypes` or `/Schemas`. */
async function listOf(t: Probe, path: keyof typeof LISTS): Promise<{ answer: Answer; documents: JsonObject[] }> {
  const answer = await t.get(path);
  return { answer, documents: t.expectList(answer) };
}

/** A URN in a path: colons may stand there as they are (RFC 3986 §3.3), and clients write them so. */
function asSegment(urn: string): string {
  return encodeURIComponent(urn).replaceAll('%3A', ':');
}

/** The schemas that a resource type names: its own and those of its extensions. */
function schemasOf(type: JsonObject): string[] {
  const extensions = objectsIn(type.schemaExtensions).map(({ schema }) => schema);
  return [type.schema, ...extensions].filter((urn) => typeof urn === 'string');
}

/** Every attribute and sub-attribute of the schemas. */
function definitionsIn(schemas: readonly JsonObject[]): Definition[] {
  const under = (parent: string, value: Json | undefined): Definition[] =>
    objectsIn(value).flatMap((attribute) => {
      const where = `${parent}${String(attribute.name)}`;
      return [{ where, attribute }, ...under(`${where}.`, attribute.subAttributes)];
    });
  return schemas.flatMap((schema) => under(`${String(schema.id)} `, schema.attributes));
}

/** Fails with the first definition that is not sound. */
async function everyDefinition(t: Probe, isSound: (attribute: JsonObject) => boolean, what: string): Promise<void> {
  const { answer, documents } = await listOf(t, '/Schemas');
  const bad = definitionsIn(documents).find(({ attribute }) => !isSound(attribute));
  t.expect(bad === undefined, answer, `${what}: ${bad?.where}`, undefined, bad?.attribute);
}

/** The path of the first null in a document. */
function nullIn(value: Json | undefined, path = ''): string | undefined {
  if (value === null) return path;
  const entries = Array.isArray(value) || isObject(value) ? Object.entries(value) : [];
  for (const [name, each] of entries) {
    const found = nullIn(each, path === '' ? name : `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

const configChecks: readonly Check[] = [
  {
    id: 'rfc.discovery.config',
    suite: 'rfc',
    title: '/ServiceProviderConfig is served, with its schema.',
    level: 'must',
    source: 'RFC 7644 §4',
    fix: `Answer GET /ServiceProviderConfig with one JSON object whose schemas contain ${CONFIG_URN}.`,
    readsOnly: true,
    async run(t) {
      const answer = await configOf(t);
      const schemas = valueAt(answer.body, 'schemas');
      const isNamed = Array.isArray(schemas) && schemas.includes(CONFIG_URN);
      t.expect(isNamed, answer, 'schemas does not name the configuration', [CONFIG_URN], schemas);
    },
  },
  ...FEATURES.map(
    (feature): Check => ({
      id: `rfc.discovery.config-${feature.toLowerCase().replace('password', '-password')}`,
      suite: 'rfc',
      title: `/ServiceProviderConfig says whether ${feature} is supported.`,
      level: 'must',
      source: 'RFC 7643 §5',
      fix: `Give ${feature} as an object with a boolean named supported, also when the feature is not offered.`,
      readsOnly: true,
      async run(t) {
        const answer = await configOf(t);
        const found = valueAt(answer.body, `${feature}.supported`);
        t.expect(
          typeof found === 'boolean',
          answer,
          `${feature}.supported is ${shown(found)}`,
          'true or false',
          found ?? 'nothing',
        );
      },
    }),
  ),
  ...Object.entries(LIMITS).map(
    ([name, path]): Check => ({
      id: `rfc.discovery.config-${name}`,
      suite: 'rfc',
      title: `/ServiceProviderConfig gives ${path} as an integer.`,
      level: 'must',
      source: 'RFC 7643 §5',
      fix: `Give ${path} as a JSON number without a fraction; it is required, also when the feature is not offered.`,
      readsOnly: true,
      async run(t) {
        const answer = await configOf(t);
        const found = valueAt(answer.body, path);
        t.expect(Number.isInteger(found), answer, `${path} is ${shown(found)}`, 'an integer', shown(found));
      },
    }),
  ),
  {
    id: 'rfc.discovery.config-authentication',
    suite: 'rfc',
    title: '/ServiceProviderConfig describes each authentication scheme with type, name and description.',
    level: 'must',
    source: 'RFC 7643 §5',
    fix: 'Give authenticationSchemes as an array of objects that each have type, name and description as texts.',
    readsOnly: true,
    async run(t) {
      const answer = await configOf(t);
      const schemes = valueAt(answer.body, 'authenticationSchemes');
      t.expect(Array.isArray(schemes), answer, 'authenticationSchemes is no array', 'an array', schemes ?? 'nothing');
      const isText = (value: Json | undefined) => typeof value === 'string' && value !== '';
      const isSound = (scheme: Json) => ['type', 'name', 'description'].every((name) => isText(valueAt(scheme, name)));
      const bad = (Array.isArray(schemes) ? schemes : []).find((scheme) => !isSound(scheme));
      t.expect(bad === undefined, answer, 'An authentication scheme is not described', 'type, name, description', bad);
    },
  },
];

const resourceTypeChecks: readonly Check[] = [
  {
    id: 'rfc.discovery.resource-types',
    suite: 'rfc',
    title: '/ResourceTypes is served as a ListResponse.',
    level: 'must',
    source: 'RFC 7644 §4',
    fix: 'Answer GET /ResourceTypes with a ListResponse that has one resource for each resource type.',
    readsOnly: true,
    async run(t) {
      const { answer, documents } = await listOf(t, '/ResourceTypes');
      t.expect(documents.length > 0, answer, '/ResourceTypes lists nothing', 'at least one resource type', 'none');
    },
  },
  {
    id: 'rfc.discovery.resource-type-attributes',
    suite: 'rfc',
    title: 'Each resource type has a name, an endpoint and a schema.',
    level: 'must',
    source: 'RFC 7643 §6',
    fix: 'Give each resource type name, endpoint (relative to the base URL) and schema (a URN).',
    readsOnly: true,
    async run(t) {
      const { answer, documents } = await listOf(t, '/ResourceTypes');
      const isSound = (type: JsonObject) =>
        ['name', 'endpoint', 'schema'].every((name) => typeof type[name] === 'string' && type[name] !== '');
      const bad = documents.find((type) => !isSound(type));
      t.expect(bad === undefined, answer, 'A resource type is incomplete', 'name, endpoint, schema', bad);
    },
  },
  {
    id: 'rfc.discovery.resource-type-extensions',
    suite: 'rfc',
    title: 'Each extension of a resource type has its schema and says whether it is required.',
    level: 'must',
    source: 'RFC 7643 §6',
    fix: 'Give each element of schemaExtensions a schema (a URN) and required as a boolean.',
    readsOnly: true,
    async run(t) {
      const { answer, documents } = await listOf(t, '/ResourceTypes');
      const bad = documents
        .flatMap(({ schemaExtensions }) => objectsIn(schemaExtensions))
        .find(({ schema, required }) => typeof schema !== 'string' || typeof required !== 'boolean');
      t.expect(bad === undefined, answer, 'A schema extension is incomplete', 'schema, required', bad);
    },
  },
  {
    id: 'rfc.discovery.resource-type-endpoints',
    suite: 'rfc',
    title: 'The endpoint of each resource type answers.',
    level: 'must',
    source: 'RFC 7643 §6',
    fix: 'List only resource types that are served, with the path behind the base URL as endpoint, such as /Users.',
    readsOnly: true,
    async run(t) {
      const { answer, documents } = await listOf(t, '/ResourceTypes');
      for (const { name, endpoint } of documents) {
        if (typeof endpoint !== 'string') continue;
        const isRelative = !/^https?:/i.test(endpoint);
        t.expect(isRelative, answer, `The endpoint of ${shown(name)} is not relative`, 'a relative URI', endpoint);
        const path = endpoint.startsWith('/') ? endpoint : `/${endpoint}`;
        if (isRelative) t.expectStatus(await t.get(path, { count: 1 }), 200);
      }
    },
  },
  {
    id: 'rfc.discovery.resource-type-by-id',
    suite: 'rfc',
    title: 'Each resource type can be read on its own.',
    level: 'must',
    source: 'RFC 7644 §4',
    fix: 'Answer GET /ResourceTypes/{id} with the same object that the list has, outside of a ListResponse.',
    readsOnly: true,
    async run(t) {
      const { documents } = await listOf(t, '/ResourceTypes');
      for (const { id, name, endpoint } of documents) {
        const answer = await t.read(`/ResourceTypes/${encodeURIComponent(String(id ?? name))}`);
        t.expectEqual(answer, 'name', name ?? null);
        t.expectEqual(answer, 'endpoint', endpoint ?? null);
      }
    },
  },
  {
    id: 'rfc.discovery.resource-type-unknown',
    suite: 'rfc',
    title: 'A resource type that does not exist is 404.',
    level: 'must',
    source: 'RFC 7644 §3.12',
    fix: 'Answer GET /ResourceTypes/{id} with 404 and an error body when there is no such resource type.',
    readsOnly: true,
    async run(t) {
      t.expectError(await t.get(`/ResourceTypes/${t.unique('type')}`), 404);
    },
  },
];

const schemaListChecks: readonly Check[] = [
  {
    id: 'rfc.discovery.schemas',
    suite: 'rfc',
    title: '/Schemas is served as a ListResponse.',
    level: 'must',
    source: 'RFC 7644 §4',
    fix: 'Answer GET /Schemas with a ListResponse that has one resource for each schema.',
    readsOnly: true,
    async run(t) {
      const { answer, documents } = await listOf(t, '/Schemas');
      t.expect(documents.length > 0, answer, '/Schemas lists nothing', 'at least one schema', 'none');
    },
  },
  {
    id: 'rfc.discovery.schemas-complete',
    suite: 'rfc',
    title: '/Schemas has the schemas and extensions of all resource types.',
    level: 'must',
    source: 'RFC 7644 §4',
    fix: 'List in /Schemas every schema that /ResourceTypes names, the extensions included, under the same URN.',
    readsOnly: true,
    async run(t) {
      const types = (await listOf(t, '/ResourceTypes')).documents;
      const { answer, documents } = await listOf(t, '/Schemas');
      const listed = documents.map(({ id }) => String(id).toLowerCase());
      const missing = types.flatMap(schemasOf).filter((urn) => !listed.includes(urn.toLowerCase()));
      t.expect(missing.length === 0, answer, `/Schemas lacks ${missing.join(', ')}`, types.flatMap(schemasOf), listed);
    },
  },
  {
    id: 'rfc.discovery.schema-by-urn',
    suite: 'rfc',
    title: 'Each schema can be read by its URN.',
    level: 'must',
    source: 'RFC 7644 §4',
    fix: 'Answer GET /Schemas/{urn} with the same object that the list has, outside of a ListResponse.',
    readsOnly: true,
    async run(t) {
      const { documents } = await listOf(t, '/Schemas');
      for (const { id, attributes } of documents) {
        const answer = await t.read(`/Schemas/${asSegment(String(id))}`);
        t.expectEqual(answer, 'id', id ?? null);
        const found = objectsIn(valueAt(answer.body, 'attributes')).length;
        const listed = objectsIn(attributes).length;
        t.expect(found === listed, answer, `${shown(id)} has ${found} attributes here`, listed, found);
      }
    },
  },
  {
    id: 'rfc.discovery.schema-unknown',
    suite: 'rfc',
    title: 'A schema that does not exist is 404.',
    level: 'must',
    source: 'RFC 7644 §3.12',
    fix: 'Answer GET /Schemas/{urn} with 404 and an error body when there is no such schema.',
    readsOnly: true,
    async run(t) {
      t.expectError(await t.get(`/Schemas/urn:example:${t.unique('schema')}`), 404);
    },
  },
];

const definitionChecks: readonly Check[] = [
  {
    id: 'rfc.discovery.schema-attributes',
    suite: 'rfc',
    title: 'Each schema has an id and defines attributes.',
    level: 'must',
    source: 'RFC 7643 §7',
    fix: 'Give each schema its URN as id and its attributes as an array that is not empty.',
    readsOnly: true,
    async run(t) {
      const { answer, documents } = await listOf(t, '/Schemas');
      const isSound = ({ id, attributes }: JsonObject) => typeof id === 'string' && objectsIn(attributes).length > 0;
      const bad = documents.find((schema) => !isSound(schema));
      t.expect(bad === undefined, answer, `The schema ${shown(bad?.id)} is incomplete`, 'id, attributes', bad);
    },
  },
  {
    id: 'rfc.discovery.attribute-name',
    suite: 'rfc',
    title: 'Each attribute of a schema has a name.',
    level: 'must',
    source: 'RFC 7643 §7',
    fix: 'Give each attribute and sub-attribute in /Schemas a name.',
    readsOnly: true,
    run: (t) =>
      everyDefinition(t, ({ name }) => typeof name === 'string' && name !== '', 'An attribute does not have a name'),
  },
  {
    id: 'rfc.discovery.attribute-multi-valued',
    suite: 'rfc',
    title: 'Each attribute of a schema says whether it is multi-valued.',
    level: 'must',
    source: 'RFC 7643 §7',
    fix: 'Give each attribute and sub-attribute in /Schemas multiValued as a boolean.',
    readsOnly: true,
    run: (t) =>
      everyDefinition(t, ({ multiValued }) => typeof multiValued === 'boolean', 'multiValued is missing or no boolean'),
  },
  ...Object.entries(KEYWORDS).map(
    ([name, words]): Check => ({
      id: `rfc.discovery.attribute-${name}`,
      suite: 'rfc',
      title: `The ${name} of each attribute is one of the values that the RFC knows, in the same letter case.`,
      level: 'must',
      source: 'RFC 7643 §7',
      fix: `Write ${name} in /Schemas as one of ${words.join(', ')}, in exactly this letter case.`,
      readsOnly: true,
      run: (t) => {
        const isKnown = (value: Json | undefined) => (words as readonly unknown[]).includes(value);
        // Only the type has no default (RFC 7643 §2.2).
        const isSound = (value: Json | undefined) =>
          isKnown(value) || ((value ?? undefined) === undefined && name !== 'type');
        return everyDefinition(t, (attribute) => isSound(attribute[name]), `An unknown ${name}`);
      },
    }),
  ),
  ...(['required', 'caseExact'] as const).map(
    (name): Check => ({
      id: `rfc.discovery.attribute-${name === 'required' ? name : 'case-exact'}`,
      suite: 'rfc',
      title: `Where an attribute of a schema says ${name}, it says it with a boolean.`,
      level: 'must',
      source: 'RFC 7643 §7',
      fix: `Write ${name} in /Schemas as true or false without quotes.`,
      readsOnly: true,
      run: (t) => everyDefinition(t, (each) => typeof (each[name] ?? false) === 'boolean', `${name} is no boolean`),
    }),
  ),
  {
    id: 'rfc.discovery.complex-attributes',
    suite: 'rfc',
    title: 'Complex attributes of a schema list their sub-attributes.',
    level: 'must',
    source: 'RFC 7643 §7',
    fix: 'Give each attribute of type complex in /Schemas its subAttributes, and no other attribute any.',
    readsOnly: true,
    run: (t) =>
      everyDefinition(
        t,
        ({ type, subAttributes }) => (type === 'complex') === objectsIn(subAttributes).length > 0,
        'type and subAttributes do not agree',
      ),
  },
];

/** What RFC 7643 §4.1.1 and §8.7.1 say of the one attribute that every User has. */
const userNameChecks: readonly Check[] = [
  {
    id: 'rfc.discovery.user-name-required',
    suite: 'rfc',
    title: 'The schema of User has userName as a required attribute.',
    level: 'must',
    source: 'RFC 7643 §4.1.1',
    fix: 'Define userName in the User schema with required true.',
    readsOnly: true,
    run: (t) => expectOfUserName(t, 'required', [true]),
  },
  {
    id: 'rfc.discovery.user-name-unique',
    suite: 'rfc',
    title: 'The schema of User has userName as a unique attribute.',
    level: 'must',
    source: 'RFC 7643 §4.1.1',
    fix: 'Define userName in the User schema with uniqueness server (or global).',
    readsOnly: true,
    run: (t) => expectOfUserName(t, 'uniqueness', ['server', 'global']),
  },
  {
    id: 'rfc.discovery.user-name-case',
    suite: 'rfc',
    title: 'The schema of User has userName as an attribute that ignores letter case.',
    level: 'must',
    source: 'RFC 7643 §4.1.1',
    fix: 'Define userName in the User schema with caseExact false.',
    readsOnly: true,
    run: (t) => expectOfUserName(t, 'caseExact', [false, undefined]),
  },
];

async function expectOfUserName(t: Probe, name: string, wanted: readonly (Json | undefined)[]): Promise<void> {
  const { answer, documents } = await listOf(t, '/Schemas');
  const schema = documents.find(({ id }) => String(id).toLowerCase() === USER_URN.toLowerCase());
  t.expect(schema !== undefined, answer, '/Schemas has no User', USER_URN, 'nothing');
  const found = attributeOf(schema, 'userName')?.[name];
  t.expect(wanted.includes(found), answer, `${name} of userName is ${shown(found)}`, wanted[0], found ?? 'nothing');
}

/** Rules for every discovery endpoint alike. */
const manners: readonly Check[] = [
  ...Object.entries(LISTS).flatMap(([path, type]): Check[] => {
    const area = path === '/Schemas' ? 'schemas' : 'resource-types';
    const list = path as keyof typeof LISTS;
    return [
      {
        id: `rfc.discovery.${area}-filter`,
        suite: 'rfc',
        title: `A filter on ${path} is refused with 403.`,
        level: 'should',
        source: 'RFC 7644 §4',
        fix: `Answer GET ${path} with 403 when it has a filter, so that no client takes the whole for what it asked for.`,
        readsOnly: true,
        async run(t) {
          t.expectError(await t.get(path, { filter: 'name eq "User"' }), 403);
        },
      },
      {
        id: `rfc.discovery.${area}-unpaged`,
        suite: 'rfc',
        title: `Paging parameters are ignored on ${path}.`,
        level: 'must',
        source: 'RFC 7644 §4',
        fix: `Pass over startIndex, count, sortBy and sortOrder on ${path}, and answer with all documents.`,
        readsOnly: true,
        async run(t) {
          const { documents } = await listOf(t, list);
          const answer = await t.get(path, { startIndex: 2, count: 1 });
          const found = t.expectList(answer).length;
          t.expect(found === documents.length, answer, `${found} documents are left`, documents.length, found);
        },
      },
      {
        id: `rfc.discovery.${area}-meta`,
        suite: 'rfc',
        title: `Each document of ${path} names its resource type and location in meta.`,
        level: 'should',
        source: 'RFC 7643 §3.1',
        fix: `Give each document of ${path} meta with resourceType ${type} and its own URI as location.`,
        readsOnly: true,
        async run(t) {
          const { answer, documents } = await listOf(t, list);
          const isSound = (each: JsonObject) =>
            valueAt(each, 'meta.resourceType') === type && typeof valueAt(each, 'meta.location') === 'string';
          const bad = documents.find((each) => !isSound(each));
          t.expect(bad === undefined, answer, 'A document has no proper meta', `resourceType ${type}, location`, bad);
        },
      },
    ];
  }),
  ...['/ServiceProviderConfig', ...Object.keys(LISTS)].flatMap((path): Check[] => {
    const area = path
      .slice(1)
      .replace(/(?<=[a-z])(?=[A-Z])/g, '-')
      .toLowerCase();
    return [
      {
        id: `rfc.discovery.${area}-nulls`,
        suite: 'rfc',
        title: `There is no null in ${path}.`,
        level: 'should',
        source: 'RFC 7643 §2.5',
        fix: `Leave attributes without a value out of ${path}: several clients cannot read a null there.`,
        readsOnly: true,
        async run(t) {
          const answer = await t.read(path);
          const found = nullIn(answer.body);
          t.expect(found === undefined, answer, `${found} is null`, 'no null', 'null');
        },
      },
      {
        id: `rfc.discovery.${area}-media-type`,
        suite: 'rfc',
        title: `${path} is answered with the media type application/scim+json.`,
        level: 'must',
        source: 'RFC 7644 §3.8',
        fix: `Send ${path} with Content-Type: application/scim+json to clients that accept it.`,
        readsOnly: true,
        async run(t) {
          const answer = await t.read(path);
          const found = answer.headers['content-type'];
          const isScim = /^application\/scim\+json\s*(;|$)/i.test(found ?? '');
          t.expect(isScim, answer, `The media type is ${shown(found)}`, 'application/scim+json', found ?? 'nothing');
        },
      },
      {
        id: `rfc.discovery.${area}-read-only`,
        suite: 'rfc',
        title: `A POST to ${path} is refused.`,
        level: 'must',
        source: 'RFC 7644 §3.2',
        fix: `Answer POST ${path} with 405 or another 4xx, or with 501; it has only GET.`,
        async run(t) {
          // An empty object: even a server that lets schemas be added would refuse it.
          const answer = await t.post(path, {});
          const { status } = answer;
          const isRefused = (status >= 400 && status < 500) || status === 501;
          t.expect(isRefused, answer, `POST ${path} was answered with ${status}`, '4xx or 501', String(status));
        },
      },
    ];
  }),
];

/** In the order in which a client would meet them. */
export const discoveryChecks: readonly Check[] = [
  ...configChecks,
  ...resourceTypeChecks,
  ...schemaListChecks,
  ...definitionChecks,
  ...userNameChecks,
  ...manners,
];
