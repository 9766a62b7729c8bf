/** Resources and writes as the directory would plan them, for the store contract and for tests of the engines. */

import { bundledDocuments } from '../../schema-files.js';
import type { FilterNode } from '../../scim/filter/node.js';
import { parseFilter } from '../../scim/filter/parse.js';
import { resolveFilter } from '../../scim/filter/resolve.js';
import type { JsonObject } from '../../scim/json.js';
import { findAttribute } from '../../scim/path/resolve.js';
import { Dialect, PROFILES } from '../../scim/profiles.js';
import { toSearchIndex } from '../../scim/resource/search-form.js';
import type { Attribute, ResourceType, SchemaDocument } from '../../scim/schema/characteristics.js';
import { loadRegistry } from '../../scim/schema/load.js';
import type {
  ChangeRecord,
  DeleteWrite,
  PutWrite,
  ResourceKey,
  ResourceQuery,
  Store,
  StoredResource,
} from '../../store/store.js';

/** A type with an attribute of every kind that User and Group lack. */
const GADGET: SchemaDocument = {
  id: 'urn:example:Gadget',
  name: 'Gadget',
  attributes: [
    { name: 'label', type: 'string', caseExact: true },
    { name: 'size', type: 'integer' },
    { name: 'weight', type: 'decimal' },
    { name: 'built', type: 'dateTime' },
    { name: 'key', type: 'binary' },
    { name: 'tags', type: 'string', multiValued: true },
    { name: 'sizes', type: 'integer', multiValued: true },
    { name: 'isNew', type: 'boolean' },
    {
      name: 'checks',
      type: 'complex',
      multiValued: true,
      subAttributes: [
        { name: 'value', type: 'string', caseExact: true },
        { name: 'time', type: 'dateTime' },
        { name: 'score', type: 'decimal' },
        { name: 'marks', type: 'string', multiValued: true },
        { name: 'primary', type: 'boolean' },
      ],
    },
  ],
};

const bundled = bundledDocuments();

export const registry = loadRegistry({
  ...bundled,
  schemas: [...bundled.schemas, GADGET],
  resourceTypes: [
    ...bundled.resourceTypes,
    { name: 'Gadget', endpoint: '/Gadgets', schema: GADGET.id, 'scim-target': { lookups: ['tags'] } },
  ],
});

export const types = (name: string): ResourceType | undefined => registry.resourceType(name);

export function typeOf(name: string): ResourceType {
  const type = types(name);
  if (!type) throw new Error(`no type ${name}`);
  return type;
}

export const TENANT = 'acme';
const CREATED = '2026-01-01T00:00:00.000Z';

interface Details {
  tenant?: string;
  added?: string[];
  removed?: string[];
  /** Makes Group.displayName unique as well. */
  uniqueByProfile?: boolean;
  change?: Partial<ChangeRecord>;
}

/** The first write of a resource. */
export function create(type: string, id: string, document: JsonObject, details: Details = {}): PutWrite {
  return put({ tenant: details.tenant ?? TENANT, type, id }, document, 0, {
    change: { operation: 'create' },
    ...details,
  });
}

/** The write that follows `before`. */
export function replace(before: PutWrite, document: JsonObject, details: Details = {}): PutWrite {
  const { key, version } = before.resource;
  return put(key, document, version, details);
}

export function remove(before: PutWrite): DeleteWrite {
  const { key, version } = before.resource;
  return { kind: 'delete', key, expected: version, change: record({ change: { operation: 'delete' } }) };
}

export function user(id: string, document: JsonObject = {}, details: Details = {}): PutWrite {
  return create('User', id, { userName: id, ...document }, details);
}

export function group(id: string, members: string[] = [], details: Details = {}): PutWrite {
  return create('Group', id, { displayName: id }, { added: members, ...details });
}

function put(key: ResourceKey, document: JsonObject, expected: number, details: Details): PutWrite {
  const type = typeOf(key.type);
  const meta = { resourceType: key.type, created: CREATED, lastModified: CREATED };
  const unique = [...type.unique, ...(details.uniqueByProfile ? type.uniqueByProfile : [])];
  const resource: StoredResource = { key, version: expected + 1, created: CREATED, lastModified: CREATED, document };
  const index = toSearchIndex({ ...document, id: key.id, meta }, type, unique);
  return { kind: 'put', resource, index, expected, change: record(details), memberTypes: ['User', 'Group'] };
}

function record({ added = [], removed = [], change = {} }: Details): ChangeRecord {
  return {
    operation: 'replace',
    time: CREATED,
    requestId: 'r-1',
    actor: { credential: 'c-1', name: 'Entra', address: undefined },
    difference: [],
    added,
    removed,
    ...change,
  };
}

const LIMITS = { length: 10_000, depth: 50, terms: 1000 };

export function filter(type: string, text: string): FilterNode {
  const dialect = new Dialect(PROFILES.entra);
  return resolveFilter(parseFilter(text, LIMITS, dialect), typeOf(type), dialect);
}

export function attribute(type: string, path: string): Attribute {
  const found = findAttribute(typeOf(type), path, new Dialect(PROFILES.entra));
  if (!found) throw new Error(`${type} has no ${path}`);
  return found;
}

export function query(type: string, text?: string, rest: Partial<ResourceQuery> = {}): ResourceQuery {
  return {
    tenant: TENANT,
    type,
    filter: text === undefined ? undefined : filter(type, text),
    offset: 0,
    limit: 100,
    ...rest,
  };
}

/** The ids that a search finds, in its order. */
export async function ids(store: Store, search: ResourceQuery): Promise<string[]> {
  const { resources } = await store.search(search);
  return resources.map(({ key }) => key.id);
}
