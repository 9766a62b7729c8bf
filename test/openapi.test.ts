import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metadataOf } from '../src/access/oauth/metadata.js';
import { OAUTH_ERRORS } from '../src/access/oauth/refusal.js';
import { readOptions } from '../src/options.js';
import { ERROR_URN, SCIM_ERRORS, ScimError, type ScimErrorName } from '../src/scim/errors.js';
import type { AttributeDocument, ResourceTypeDocument, SchemaDocument } from '../src/scim/schema/characteristics.js';
import { type RunningServer, startServer } from '../src/server.js';
import { createScimTarget } from '../src/target.js';
import {
  type Example,
  operationsOf,
  type ResponseObject,
  readDescription,
  resolve,
  type SchemaObject,
} from './support/description.js';

const ROOT = path.resolve(import.meta.dirname, '..');

const description = readDescription();
const { components } = description;

/** The properties of a schema and of those it is composed of. */
function propertiesOf(schema: SchemaObject): Record<string, SchemaObject> {
  const resolved = resolve(description, schema, 'schemas');
  const inherited = (resolved.allOf ?? []).map(propertiesOf);
  return Object.assign({}, ...inherited, resolved.properties);
}

/** `emails[].value: string`: what a schema document says of its attributes, one line each. */
function attributeLines(attributes: readonly AttributeDocument[], prefix = ''): string[] {
  return attributes.flatMap((attribute) => {
    const name = `${prefix}${attribute.name}${attribute.multiValued ? '[]' : ''}`;
    const direction =
      attribute.mutability === 'readOnly' || attribute.mutability === 'writeOnly' ? attribute.mutability : '';
    return [
      `${name}: ${attribute.type} ${prefix === '' && attribute.name !== 'schemas' ? direction : ''}`.trim(),
      ...attributeLines(attribute.subAttributes ?? [], `${name}.`),
    ];
  });
}

/** The same lines of a schema of the OpenAPI description. */
function propertyLines(properties: Record<string, SchemaObject>, prefix = ''): string[] {
  return Object.entries(properties).flatMap(([property, schema]) => {
    const isList = schema.type === 'array';
    const value = resolve(description, isList ? (schema.items as SchemaObject) : schema, 'schemas');
    const name = `${prefix}${property}${isList ? '[]' : ''}`;
    const direction = schema.readOnly ? 'readOnly' : schema.writeOnly ? 'writeOnly' : '';
    return [
      `${name}: ${typeOf(value)} ${prefix === '' && property !== 'schemas' ? direction : ''}`.trim(),
      ...propertyLines(propertiesOf(value), `${name}.`),
    ];
  });
}

/** The SCIM type that a JSON Schema stands for. */
function typeOf({ type, format, contentEncoding }: SchemaObject): string {
  if (type === 'object') return 'complex';
  if (type === 'number') return 'decimal';
  if (contentEncoding === 'base64') return 'binary';
  if (format === 'date-time') return 'dateTime';
  if (format === 'uri' || format === 'uri-reference') return 'reference';
  return String(type);
}

function readSchema<Document>(name: string): Document {
  return JSON.parse(readFileSync(path.join(ROOT, 'schemas', name), 'utf8')) as Document;
}

const schemaFiles = readdirSync(path.join(ROOT, 'schemas'));
const documents = schemaFiles
  .filter((name) => !name.endsWith('.resource-type.json'))
  .map((name) => readSchema<SchemaDocument>(name));
const common = readSchema<SchemaDocument>('common.json').attributes;

describe('openapi.yaml', () => {
  test('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(description.info.version).toBe(version);
  });

  const types = schemaFiles
    .filter((name) => name.endsWith('.resource-type.json'))
    .map((name) => readSchema<ResourceTypeDocument>(name));

  test.each(types.map((type) => [type.name, type] as const))(
    'describes every attribute of %s as its schema does',
    (name, type) => {
      const schema = documents.find(({ id }) => id === type.schema) as SchemaDocument;
      // The elements of a user's `roles` have that name already.
      const described = type['scim-target']?.catalog ? `${name}Resource` : name;
      const properties = propertiesOf(components.schemas[described] as SchemaObject);
      const urns = (type.schemaExtensions ?? []).map((extension) => extension.schema);
      const core = Object.fromEntries(Object.entries(properties).filter(([property]) => !urns.includes(property)));
      expect(propertyLines(core).sort()).toEqual(attributeLines([...common, ...schema.attributes]).sort());
      for (const urn of urns) {
        const extension = documents.find(({ id }) => id === urn) as SchemaDocument;
        const extended = propertiesOf(properties[urn] as SchemaObject);
        expect(propertyLines(extended).sort(), urn).toEqual(attributeLines(extension.attributes).sort());
      }
    },
  );

  test('describes every resource type at its endpoint, with each method', () => {
    for (const { endpoint } of types) {
      expect(Object.keys(description.paths[endpoint] ?? {})).toEqual(expect.arrayContaining(['get', 'post']));
      const byId = Object.keys(description.paths[`${endpoint}/{id}`] ?? {});
      expect(byId).toEqual(expect.arrayContaining(['get', 'put', 'patch', 'delete']));
    }
  });
});

describe('the errors in openapi.yaml', () => {
  const names = Object.keys(SCIM_ERRORS) as ScimErrorName[];
  const scimTypes = names.filter((name) => new ScimError(name).scimType !== undefined);

  /** Each response of each operation, with its examples by name. */
  const answers = Object.entries(description.paths).flatMap(([route, methods]) =>
    Object.entries(methods).flatMap(([method, { responses }]) =>
      Object.entries(responses ?? {}).map(([status, response]) => {
        const contents = Object.values(resolve(description, response, 'responses').content ?? {});
        const examples = Object.assign({}, ...contents.map((content) => content.examples)) as Record<string, Example>;
        return { where: `${method} ${route} ${status}`, status, contents, examples };
      }),
    ),
  );

  test.each(names)('%s has an example that says what the server says', (name) => {
    expect(components.examples[name]?.value).toEqual(new ScimError(name).toMessage());
  });

  test.each(names)('%s is the answer of some operation, under its status', (name) => {
    const status = String(SCIM_ERRORS[name].status);
    const listing = answers.filter(({ examples }) => examples[name]);
    expect(listing.length).toBeGreaterThan(0);
    for (const answer of listing) expect([status, 'default'], answer.where).toContain(answer.status);
  });

  test('there is no example of an error that the server does not have', () => {
    const described = Object.entries(components.examples)
      .filter(([, { value }]) => (value as { schemas?: string[] }).schemas?.includes(ERROR_URN))
      .map(([name]) => name);
    expect(described.sort()).toEqual([...names].sort());
  });

  test('scimType has the names of RFC 7644 table 9 that the server uses', () => {
    const scimType = components.schemas.Error?.properties?.scimType?.enum ?? [];
    expect([...scimType].sort()).toEqual([...scimTypes].sort());
  });

  test('every answer with a body has an example', () => {
    const without = answers.filter(
      ({ contents, examples }) => contents.length > 0 && Object.keys(examples).length === 0,
    );
    expect(without.map(({ where }) => where)).toEqual([]);
  });
});

describe('who may call what, in openapi.yaml', () => {
  const KINDS = ['x-scope', 'x-permission', 'x-signed-in', 'x-client', 'x-public'] as const;
  const operations = operationsOf(description).map((operation) => ({
    ...operation,
    where: `${operation.method} ${operation.path}`,
    kinds: KINDS.filter((kind) => operation[kind] !== undefined),
    schemes: operation.security.map((requirement) => Object.keys(requirement).toSorted().join(' and ')).toSorted(),
  }));

  test('every operation says it, in one way', () => {
    expect(operations.filter(({ kinds }) => kinds.length !== 1).map(({ where }) => where)).toEqual([]);
    const scim = operations.filter(({ isScim }) => isScim);
    expect(scim.filter((operation) => !operation['x-scope']).map(({ where }) => where)).toEqual([]);
  });

  test.each(operations.map((operation) => [operation.where, operation] as const))(
    '%s takes the credentials that go with it',
    (_, { kinds, method, schemes, security, 'x-scope': scope }) => {
      const session = method === 'GET' ? 'adminSession' : 'adminSession and csrfToken';
      const expected = {
        'x-scope': ['basicAuth', 'bearerAuth', 'issuerToken', 'oauth2'],
        'x-permission': [session, 'adminToken'].toSorted(),
        'x-signed-in': [session],
        'x-client': schemes.includes('bearerAuth') ? ['bearerAuth', 'clientBasic', 'oauth2'] : ['clientBasic'],
        'x-public': [],
      }[kinds[0] as (typeof KINDS)[number]];
      expect(schemes).toEqual(expected);
      if (scope) expect(security.find(({ oauth2 }) => oauth2)?.oauth2).toEqual([scope]);
    },
  );

  test('an operation below a tenant says that it is hidden from admins of others', () => {
    const inPath = operations.filter(({ path: address }) => address.includes('{tenant}')).map(({ where }) => where);
    expect(operations.filter((one) => one['x-tenant-bound']).map(({ where }) => where)).toEqual(inPath);
  });
});

describe('OAuth in openapi.yaml', () => {
  test('names the errors that there are', () => {
    const described = components.schemas.OAuthError?.properties?.error?.enum ?? [];
    expect(described.toSorted()).toEqual(Object.keys(OAUTH_ERRORS).toSorted());
  });

  test('describes the metadata that is served', () => {
    const described = Object.keys(components.schemas.ServerMetadata?.properties ?? {});
    expect(described.toSorted()).toEqual(Object.keys(metadataOf('https://scim.example.com/oauth', [])).toSorted());
  });
});

describe('a running server', () => {
  let server: RunningServer;
  let token: string;
  let userId: string;
  let groupId: string;

  async function request(method: string, address: string, body?: unknown, headers: Record<string, string> = {}) {
    const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    return fetch(server.url + address.replace('{user}', userId).replace('{group}', groupId), {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json', ...headers },
      ...content,
    });
  }

  const patchOf = (...Operations: object[]) => ({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations,
  });
  const bulkOf = (...Operations: object[]) => ({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations,
  });
  const user = (userName: string) => ({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName });
  const group = (displayName: string) => ({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName });

  beforeAll(async () => {
    const options = { SCIM_TARGET_STORE: 'memory:', SCIM_TARGET_PORT: '0', SCIM_TARGET_LOG_LEVEL: 'silent' };
    server = await startServer(readOptions(options));
    const target = await createScimTarget({ store: server.store });
    token = await target.createToken({ tenant: 'default', name: 'openapi' });
    await target.close();
    const idOf = async (answer: Promise<Response>) => ((await (await answer).json()) as { id: string }).id;
    userId = await idOf(request('POST', '/scim/v2/Users', user('bjensen@example.com')));
    groupId = await idOf(request('POST', '/scim/v2/Groups', { ...group('Tour Guides'), members: [{ value: userId }] }));
  });

  afterAll(() => server.close());

  const none = '00000000-0000-4000-8000-000000000000';
  const tour: [status: number, method: string, route: string, address: string, body?: unknown, headers?: object][] = [
    [200, 'GET', '/Users', '/scim/v2/Users'],
    [200, 'GET', '/Users', '/tenants/default/scim/v2/Users?filter=userName+eq+"nobody"&sortBy=userName'],
    [400, 'GET', '/Users', '/scim/v2/Users?filter=userName+eq'],
    [401, 'GET', '/Users', '/scim/v2/Users', undefined, { authorization: 'Bearer wrong' }],
    [404, 'GET', '/Users', '/tenants/other/scim/v2/Users'],
    [201, 'POST', '/Users', '/scim/v2/Users', user('lin@example.com')],
    [400, 'POST', '/Users', '/scim/v2/Users', '{'],
    [409, 'POST', '/Users', '/scim/v2/Users', user('BJENSEN@example.com')],
    [413, 'POST', '/Users', '/scim/v2/Users', ' '.repeat(3_000_000)],
    [415, 'POST', '/Users', '/scim/v2/Users', 'userName', { 'content-type': 'text/plain' }],
    [200, 'GET', '/Users/{id}', '/scim/v2/Users/{user}'],
    [304, 'GET', '/Users/{id}', '/scim/v2/Users/{user}', undefined, { 'if-none-match': '*' }],
    [404, 'GET', '/Users/{id}', `/scim/v2/Users/${none}`],
    [200, 'PUT', '/Users/{id}', '/scim/v2/Users/{user}', user('bjensen@example.com')],
    [412, 'PUT', '/Users/{id}', '/scim/v2/Users/{user}', user('bjensen@example.com'), { 'if-match': 'W/"99"' }],
    [200, 'PATCH', '/Users/{id}', '/scim/v2/Users/{user}', patchOf({ op: 'replace', path: 'active', value: false })],
    [400, 'PATCH', '/Users/{id}', '/scim/v2/Users/{user}', patchOf({ op: 'remove' })],
    [404, 'PATCH', '/Users/{id}', `/scim/v2/Users/${none}`, patchOf({ op: 'remove', path: 'title' })],
    [200, 'GET', '/Groups', '/scim/v2/Groups?excludedAttributes=members'],
    [201, 'POST', '/Groups', '/scim/v2/Groups', group('Deputies')],
    [200, 'GET', '/Groups/{id}', '/scim/v2/Groups/{group}'],
    [204, 'PATCH', '/Groups/{id}', '/scim/v2/Groups/{group}', patchOf({ op: 'remove', path: 'members' })],
    [200, 'PUT', '/Groups/{id}', '/scim/v2/Groups/{group}', group('Tour Guides')],
    [412, 'DELETE', '/Groups/{id}', '/scim/v2/Groups/{group}', undefined, { 'if-match': 'W/"99"' }],
    [204, 'DELETE', '/Groups/{id}', '/scim/v2/Groups/{group}'],
    [204, 'DELETE', '/Users/{id}', '/scim/v2/Users/{user}'],
    [404, 'DELETE', '/Users/{id}', '/scim/v2/Users/{user}'],
    [200, 'POST', '/Bulk', '/scim/v2/Bulk', bulkOf({ method: 'POST', path: '/Users', bulkId: 'a', data: user('a') })],
    [400, 'POST', '/Bulk', '/scim/v2/Bulk', bulkOf()],
    [413, 'POST', '/Bulk', '/scim/v2/Bulk', ' '.repeat(1_048_577)],
    [200, 'GET', '/ServiceProviderConfig', '/scim/v2/ServiceProviderConfig'],
    [200, 'GET', '/Schemas', '/scim/v2/Schemas'],
    [403, 'GET', '/Schemas', '/scim/v2/Schemas?filter=id+pr'],
    [200, 'GET', '/Schemas/{urn}', '/scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:User'],
    [404, 'GET', '/Schemas/{urn}', '/scim/v2/Schemas/urn:none'],
    [200, 'GET', '/ResourceTypes', '/scim/v2/ResourceTypes'],
    [200, 'GET', '/ResourceTypes/{name}', '/scim/v2/ResourceTypes/User'],
    [200, 'GET', '/healthz', '/healthz'],
    [200, 'GET', '/readyz', '/readyz'],
  ];

  test.each(tour)('answers %i to %s %s as described', async (status, method, route, address, body, headers) => {
    const answer = await request(method, address, body, headers as Record<string, string> | undefined);
    const text = await answer.text();
    expect(answer.status, text).toBe(status);
    const described = description.paths[route]?.[method.toLowerCase()]?.responses[String(status)];
    const { headers: describedHeaders = {}, content = {} } = resolve(
      description,
      described as ResponseObject,
      'responses',
    );
    for (const name of Object.keys(describedHeaders)) {
      // A refused filter is no matter of credentials, so it comes without a challenge.
      if (!(status === 403 && name === 'WWW-Authenticate')) expect(answer.headers.get(name), name).toBeTruthy();
    }
    const [mediaType] = Object.keys(content);
    if (mediaType === undefined) {
      expect(text).toBe('');
    } else {
      expect(answer.headers.get('content-type')).toContain(mediaType);
      const known = Object.keys(propertiesOf(content[mediaType]?.schema as SchemaObject));
      expect(known).toEqual(expect.arrayContaining(Object.keys(JSON.parse(text) as object)));
    }
  });
});
