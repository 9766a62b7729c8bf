/**
 * What a server says of itself: /ServiceProviderConfig, /ResourceTypes, /Schemas (RFC 7644 §4). Read once at the start.
 * Checks are chosen by it, and test data is made from it; none of it is taken for true.
 */
import type { Client } from './client/client.js';
import type { Answer, Feature, JsonObject } from './model.js';
import { isObject, objectsIn, valueAt } from './values.js';

export const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const LIST_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';
export const BULK_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
export const BULK_RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';
export const CONFIG_URN = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
export const SEARCH_URN = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

export type TypeName = 'User' | 'Group';

export interface Facts {
  readonly features: ReadonlySet<Feature>;
  /** With the leading slash: `/Users`. */
  readonly endpoints: Readonly<Record<TypeName, string>>;
  /** What /ResourceTypes lists; empty when it gives nothing. */
  readonly types: readonly JsonObject[];
  /** Schema documents by URN in lower case; empty when /Schemas gives none. */
  readonly schemas: ReadonlyMap<string, JsonObject>;
  /** Undefined when it is not served. */
  readonly serviceProviderConfig: JsonObject | undefined;
  /** For people, one sentence each. */
  readonly sentences: readonly string[];
}

/** Never throws for what a server answers: what is missing is assumed, and said. @throws NoAnswer, CannotRun */
export async function readFacts(client: Client): Promise<Facts> {
  const configuration = okBody(await client.send({ method: 'GET', path: '/ServiceProviderConfig' }));
  const types = resourcesOf(await client.send({ method: 'GET', path: '/ResourceTypes' }));
  const schemas = new Map<string, JsonObject>();
  for (const schema of resourcesOf(await client.send({ method: 'GET', path: '/Schemas' }))) {
    if (typeof schema.id === 'string') schemas.set(schema.id.toLowerCase(), schema);
  }
  const endpoints = {
    User: endpointOf(types, USER_URN, 'User') ?? '/Users',
    Group: endpointOf(types, GROUP_URN, 'Group') ?? '/Groups',
  };
  const features = featuresOf(configuration, types, schemas);
  const names = types.map(({ name }) => String(name));
  return {
    features,
    endpoints,
    types,
    schemas,
    serviceProviderConfig: configuration,
    sentences: [
      configuration
        ? `It announces ${[...features].join(', ') || 'nothing that is optional'}.`
        : 'It serves no /ServiceProviderConfig: PATCH and filters are taken for granted, nothing else that is optional.',
      names.length > 0
        ? `Its resource types are ${names.join(', ')}.`
        : 'It serves no /ResourceTypes: /Users and /Groups are assumed.',
      schemas.size > 0 ? `It serves ${schemas.size} schemas.` : 'It serves no /Schemas: those of RFC 7643 are assumed.',
    ],
  };
}

/** Whether the schema has the attribute; true when the server does not serve the schema. `path`: `name.givenName`. */
export function declares(facts: Facts, urn: string, path: string): boolean {
  // Nobody can read a password, so some servers leave it out of what they serve: who can change it can send it.
  const isPassword = urn === USER_URN && path === 'password';
  if (isPassword && valueAt(facts.serviceProviderConfig, 'changePassword.supported') === true) return true;
  return schemaOf(facts, urn) === undefined || definitionOf(facts, urn, path) !== undefined;
}

/** The schemas that extend the resource type of another, as /ResourceTypes lists them. */
export function extensionsOf({ types }: Facts, urn: string): string[] {
  const type = types.find(({ schema }) => String(schema).toLowerCase() === urn.toLowerCase());
  return objectsIn(type?.schemaExtensions).map(({ schema }) => String(schema));
}

/** The document of a schema, where the server serves it. */
export function schemaOf({ schemas }: Facts, urn: string): JsonObject | undefined {
  return schemas.get(urn.toLowerCase());
}

/** The definition of an attribute in a schema; undefined when the server serves neither. `path`: `name.givenName`. */
export function definitionOf(facts: Facts, urn: string, path: string): JsonObject | undefined {
  return attributeOf(schemaOf(facts, urn), path);
}

/** The same in a schema document at hand. */
export function attributeOf(schema: JsonObject | undefined, path: string): JsonObject | undefined {
  let attributes = schema?.attributes;
  let found: JsonObject | undefined;
  for (const name of path.split('.')) {
    found = objectsIn(attributes).find((each) => String(each.name).toLowerCase() === name.toLowerCase());
    attributes = found?.subAttributes;
  }
  return found;
}

/** The endpoint of a resource type that the server announces, by the name of the type: `Role` gives `/Roles`. */
export function typeEndpoint({ types }: Facts, name: string): string | undefined {
  return endpointOf(types, '', name);
}

function featuresOf(
  configuration: JsonObject | undefined,
  types: readonly JsonObject[],
  schemas: ReadonlyMap<string, JsonObject>,
): Set<Feature> {
  const features = new Set<Feature>(configuration ? [] : ['patch', 'filter']);
  for (const name of ['patch', 'bulk', 'filter', 'sort', 'etag'] as const) {
    if (valueAt(configuration, `${name}.supported`) === true) features.add(name);
  }
  if (valueAt(configuration, 'pagination.cursor') === true) features.add('cursor');
  if (types.length === 0 || endpointOf(types, GROUP_URN, 'Group')) features.add('groups');
  const extensions = types.flatMap(({ schemaExtensions }) => (Array.isArray(schemaExtensions) ? schemaExtensions : []));
  const isBound = extensions.some(
    (each) => String(valueAt(each, 'schema')).toLowerCase() === ENTERPRISE_URN.toLowerCase(),
  );
  if (isBound || schemas.has(ENTERPRISE_URN.toLowerCase()) || schemas.size === 0) features.add('enterprise');
  return features;
}

function endpointOf(types: readonly JsonObject[], urn: string, name: string): string | undefined {
  const type =
    types.find(({ schema }) => String(schema).toLowerCase() === urn.toLowerCase()) ??
    types.find((each) => each.name === name);
  if (typeof type?.endpoint !== 'string') return undefined;
  // Some servers give the whole URL, or leave the slash out.
  const path = type.endpoint.replace(/^https?:\/\/[^/]+/, '');
  return `/${path.split('/').filter(Boolean).at(-1) ?? ''}`;
}

function okBody(answer: Answer): JsonObject | undefined {
  return answer.status === 200 && isObject(answer.body) ? answer.body : undefined;
}

/** Of a ListResponse, or of the plain array that some servers give instead. */
function resourcesOf(answer: Answer): JsonObject[] {
  if (answer.status !== 200) return [];
  return objectsIn(Array.isArray(answer.body) ? answer.body : valueAt(answer.body, 'Resources'));
}
