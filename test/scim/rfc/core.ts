/** The core put together as the directory does it, without a store: what a request leads to, as a client sees it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { matches } from '../../../src/scim/filter/matches.js';
import { type FilterLimits, parseFilter } from '../../../src/scim/filter/parse.js';
import { resolveFilter } from '../../../src/scim/filter/resolve.js';
import { fold } from '../../../src/scim/fold.js';
import { isObject, type Json, type JsonObject } from '../../../src/scim/json.js';
import { applyPatch } from '../../../src/scim/patch/apply.js';
import { equal } from '../../../src/scim/patch/difference.js';
import { planEdges } from '../../../src/scim/patch/edge-plan.js';
import { parsePatch } from '../../../src/scim/patch/operation.js';
import { Dialect, PROFILES, type ProfileName } from '../../../src/scim/profiles.js';
import { readResource } from '../../../src/scim/resource/normalise.js';
import { present } from '../../../src/scim/resource/present.js';
import { DEFAULT_PROJECTION, type Projection, project } from '../../../src/scim/resource/project.js';
import { formOf } from '../../../src/scim/resource/search-form.js';
import { validate } from '../../../src/scim/resource/validate.js';
import type {
  Attribute,
  ResourceType,
  ResourceTypeDocument,
  SchemaDocument,
} from '../../../src/scim/schema/characteristics.js';
import { loadRegistry, type Registry } from '../../../src/scim/schema/load.js';
import { fixture } from './fixtures.js';

const SCHEMAS = path.resolve(import.meta.dirname, '../../../schemas');

/** A document of schemas/, by file name without `.json`. */
export function readSchemaFile<Content = SchemaDocument>(name: string): Content {
  return JSON.parse(readFileSync(path.join(SCHEMAS, `${name}.json`), 'utf8')) as Content;
}

/** User, with the enterprise extension and one that an administrator added, and Group. */
function loadTypes(): Registry {
  const acme = fixture<SchemaDocument>('custom-extension');
  const user = readSchemaFile<ResourceTypeDocument>('user.resource-type');
  const schemaExtensions = [...(user.schemaExtensions ?? []), { schema: acme.id, required: false }];
  return loadRegistry({
    common: readSchemaFile('common'),
    schemas: [...['user', 'group', 'enterprise-user'].map((name) => readSchemaFile(name)), acme],
    resourceTypes: [{ ...user, schemaExtensions }, readSchemaFile<ResourceTypeDocument>('group.resource-type')],
  });
}

export const registry = loadTypes();

export function typeNamed(name: string): ResourceType {
  const type = registry.resourceType(name);
  if (!type) throw new Error(`no resource type ${name}`);
  return type;
}

export function typeAtEndpoint(segment: string): ResourceType {
  const type = registry.resourceTypes.find(({ endpoint }) => endpoint === `/${segment}`);
  if (!type) throw new Error(`no endpoint ${segment}`);
  return type;
}

/** The type whose core schema the resource lists. */
export function typeOf(resource: JsonObject): ResourceType {
  const schemas = Array.isArray(resource.schemas) ? resource.schemas : [];
  const type = registry.resourceTypes.find(({ schema }) => schemas.includes(schema));
  if (!type) throw new Error(`no resource type for ${JSON.stringify(schemas)}`);
  return type;
}

export const LIMITS: FilterLimits = { length: 4096, depth: 10, terms: 50 };

export function dialectOf(profile: ProfileName): Dialect {
  return new Dialect(PROFILES[profile]);
}

/** A resource as the directory holds it: the document, and the ids of the members beside it. */
export interface Held {
  readonly document: JsonObject;
  readonly edges: readonly string[];
}

/** What a stored resource looks like inside. Its members may be written in full. */
export function hold(resource: JsonObject, type: ResourceType): Held {
  const { document, edges } = readResource(resource, type, dialectOf('strict'));
  return { document, edges: edges ?? [] };
}

/** POST (RFC 7644 §3.3), and PUT (§3.5.1) of a body that mentions the members. */
export function write(body: JsonObject, type: ResourceType, dialect: Dialect): Held {
  const { document, edges } = readResource(body, type, dialect);
  const complete = { ...type.defaults, ...document };
  validate(complete, type);
  return { document: complete, edges: edges ?? [] };
}

/** PATCH, RFC 7644 §3.5.2. */
export function patch(held: Held, request: JsonObject, type: ResourceType, dialect: Dialect): Held {
  const operations = parsePatch(request, type, dialect, LIMITS);
  const before = held.edges.map((value): JsonObject => ({ value }));
  const plan = planEdges(operations, type.edges, dialect, { before, named: new Map() });
  const document = applyPatch(held.document, operations, type, dialect);
  if (!plan) return { document, edges: held.edges };
  const kept = plan.isCleared ? [] : held.edges.filter((id) => !plan.removed.has(id));
  return { document, edges: [...kept, ...[...plan.added].filter((id) => !kept.includes(id))] };
}

const BASE_URL = 'https://example.com/v2';

/** The resource as it is answered. */
export function show(
  held: Held,
  type: ResourceType,
  id: string,
  projection: Projection = DEFAULT_PROJECTION,
): JsonObject {
  const locate = (name: string, target: string): string => `${BASE_URL}${typeNamed(name).endpoint}/${target}`;
  const meta = { id, version: 1, created: '2026-01-01T00:00:00Z', lastModified: '2026-01-01T00:00:00Z' };
  const members = held.edges.map((value): JsonObject => ({ value }));
  const edges = type.edges && members.length > 0 ? { [type.edges.name]: members } : {};
  return project(present({ ...held.document, ...edges }, meta, type, locate), type, projection);
}

/**
 * What a client decides of a resource: without `meta`, read-only attributes, references that follow from a `value`,
 * what is never returned, and what the server knows of a member beside its id. Members are in order of their ids.
 */
export function assertedPart(resource: JsonObject, type: ResourceType): JsonObject {
  const { schemas, ...rest } = asserted(resource, type.attributes, type);
  return { schemas: Array.isArray(resource.schemas) ? resource.schemas : (schemas ?? null), ...rest };
}

function asserted(object: JsonObject, attributes: ReadonlyMap<string, Attribute>, type: ResourceType): JsonObject {
  const part: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    const attribute = attributes.get(fold(name));
    if (!attribute) part[name] = value;
    else if (attribute === type.edges) part[name] = memberIds(value);
    else if (isAsserted(attribute)) part[name] = assertedValue(value, attribute, type);
  }
  return part;
}

function isAsserted({ mutability, returned, isDerivedReference }: Attribute): boolean {
  return mutability !== 'readOnly' && returned !== 'never' && !isDerivedReference;
}

function assertedValue(value: Json | undefined, attribute: Attribute, type: ResourceType): Json | undefined {
  if (Array.isArray(value)) return value.map((element) => assertedValue(element, attribute, type) as Json);
  return isObject(value) ? asserted(value, attribute.subAttributes, type) : value;
}

function memberIds(value: Json | undefined): Json {
  const elements = Array.isArray(value) ? value.filter(isObject) : [];
  return elements.map((element) => String(element.value)).sort();
}

/** True when nothing that is stored changed. */
export function isSame(before: Held, after: Held): boolean {
  return equal(before.document, after.document) && equal([...before.edges].sort(), [...after.edges].sort());
}

/** The ids of the resources that a filter selects, as the reference evaluator sees it. RFC 7644 §3.4.2.2 */
export function select(
  filter: string,
  resources: readonly JsonObject[],
  type: ResourceType,
  dialect: Dialect,
): string[] {
  const node = resolveFilter(parseFilter(filter, LIMITS, dialect), type, dialect);
  return resources.filter((resource) => matches(formOf(resource, type.attributes), node)).map(({ id }) => String(id));
}
