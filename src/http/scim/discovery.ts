/**
 * What the server can do, in its own words: /ServiceProviderConfig, /Schemas, /ResourceTypes (RFC 7644 §4). Made from
 * the schema documents and the limits in force, so that what is announced is what works.
 */
import { EVENT_URIS } from '../../events/sets.js';
import { ScimError } from '../../scim/errors.js';
import { fold } from '../../scim/fold.js';
import { listResponse } from '../../scim/messages/list-response.js';
import type { Dialect } from '../../scim/profiles.js';
import type { AttributeDocument, ResourceType, SchemaDocument } from '../../scim/schema/characteristics.js';
import type { Registry } from '../../scim/schema/load.js';
import type { HttpParts } from '../parts.js';
import type { Query } from '../read-request.js';
import { messageResponse, type ScimResponse } from '../write-response.js';

/** One request for a discovery document. */
export interface DiscoveryRequest {
  /** The tenant's. */
  readonly registry: Registry;
  readonly dialect: Dialect;
  /** Whether the tenant takes HTTP Basic. */
  readonly allowsBasic: boolean;
  readonly baseUrl: string;
  readonly query: Query;
  /** A schema's URN or a resource type's name; undefined for the list. */
  readonly id: string | undefined;
}

/** How every tenant can be asked. */
const SCHEMES = [
  {
    type: 'oauthbearertoken',
    name: 'Bearer token',
    description: 'A token issued for this tenant, sent in the Authorization header.',
    specUri: 'https://www.rfc-editor.org/info/rfc6750',
    primary: true,
  },
  {
    type: 'oauth2',
    name: 'OAuth 2.0 client credentials',
    description: 'A client id and secret, or an assertion of a trusted issuer, exchanged for an access token.',
    specUri: 'https://www.rfc-editor.org/info/rfc6749',
  },
];

const BASIC_SCHEME = {
  type: 'httpbasic',
  name: 'HTTP Basic',
  description: 'A user name and password issued for this tenant, sent in the Authorization header.',
  specUri: 'https://www.rfc-editor.org/info/rfc7617',
};

/** GET /ServiceProviderConfig. RFC 7643 §5 */
export function serviceProviderConfig(request: DiscoveryRequest, { limits, takesPasswords }: HttpParts): ScimResponse {
  refuseFilter(request);
  const { baseUrl } = request;
  return messageResponse({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: limits.bulk.operations, maxPayloadSize: limits.bulk.payload },
    filter: { supported: true, maxResults: limits.maxPageSize },
    changePassword: { supported: takesPasswords },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: limits.pageSize,
      maxPageSize: limits.maxPageSize,
      cursorTimeout: limits.cursorTimeout,
    },
    // RFC 9967 §4
    securityEvents: { asyncRequest: 'none', eventUris: EVENT_URIS },
    ...rolesAndEntitlements(request.registry),
    authenticationSchemes: request.allowsBasic ? [...SCHEMES, BASIC_SCHEME] : SCHEMES,
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  });
}

/** draft-ietf-scim-roles-entitlements; nothing where the tenant does not offer them. */
function rolesAndEntitlements(registry: Registry): object {
  const [roles, entitlements] = ['Role', 'Entitlement'].map((name) => registry.resourceType(name)?.isCatalog === true);
  if (!roles && !entitlements) return {};
  const other = { primarySupported: true, typeSupported: true };
  return {
    RolesAndEntitlements: {
      roles: { supported: roles, multipleRolesSupported: true, ...other },
      entitlements: { supported: entitlements, multipleEntitlementsSupported: true, ...other },
    },
  };
}

/** GET /Schemas and /Schemas/{urn}. RFC 7643 §7; the list holds the schemas that resources here can have. */
export function schemas(request: DiscoveryRequest): ScimResponse {
  refuseFilter(request);
  const { registry } = request;
  if (request.id === undefined) {
    return messageResponse(listResponse(schemasInUse(registry).map((schema) => served(schema, request, registry))));
  }
  const schema = registry.schema(request.id);
  if (!schema) throw new ScimError('notFound', 'There is no such schema; see /Schemas.');
  return messageResponse(served(schema, request, registry));
}

function schemasInUse({ resourceTypes, schemas: all }: Registry): SchemaDocument[] {
  const urns = new Set(
    resourceTypes.flatMap(({ schema, extensions }) => [schema, ...extensions.map(({ name }) => name)]),
  );
  return all.filter(({ id }) => urns.has(id));
}

function served(schema: SchemaDocument, { dialect, baseUrl }: DiscoveryRequest, registry: Registry): object {
  let { attributes } = schema;
  const isCore = registry.resourceTypes.some((type) => type.schema === schema.id);
  if (isCore && dialect.bend('list-external-id')) attributes = [...registry.writableCommon, ...attributes];
  if (attributes.some(isUnreadable) && dialect.bend('hide-unreadable')) {
    attributes = attributes.filter((attribute) => !isUnreadable(attribute));
  }
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    ...schema,
    attributes: attributes.map(spelledOut),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id}` },
  };
}

/** Documents may leave out what the answer must have: RFC 7643 §8.7.2 requires multiValued. */
function spelledOut({ name, type, ...rest }: AttributeDocument): AttributeDocument {
  const { subAttributes } = rest;
  const below = subAttributes && { subAttributes: subAttributes.map(spelledOut) };
  return { name, type, multiValued: false, ...rest, ...below };
}

function isUnreadable({ returned }: AttributeDocument): boolean {
  return returned === 'never';
}

/** GET /ResourceTypes and /ResourceTypes/{name}. RFC 7643 §6 */
export function resourceTypes(request: DiscoveryRequest): ScimResponse {
  refuseFilter(request);
  const { id, baseUrl, registry } = request;
  if (id === undefined) {
    return messageResponse(listResponse(registry.resourceTypes.map((type) => servedType(type, baseUrl))));
  }
  const type = registry.resourceTypes.find(({ name }) => fold(name) === fold(id));
  if (!type) throw new ScimError('notFound', 'There is no such resource type; see /ResourceTypes.');
  return messageResponse(servedType(type, baseUrl));
}

function servedType({ document }: ResourceType, baseUrl: string): object {
  const { 'scim-target': _, ...plain } = document;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    ...plain,
    id: document.name,
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${document.name}` },
  };
}

/** RFC 7644 §4: a filter on discovery documents is answered with 403, so that nobody takes a part for the whole. */
function refuseFilter({ query }: DiscoveryRequest): void {
  if (query.has('filter')) throw new ScimError('forbidden', 'Discovery documents cannot be filtered.');
}
