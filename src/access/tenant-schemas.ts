/**
 * Changing the schemas that one tenant has of its own: read, checked against the RFC and against the resources that
 * are there, and kept as the text it came as. Every refusal names the line and the rule, and changes nothing.
 */
import {
  createScanner,
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parse,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { z } from 'zod';
import { isSearchable } from '../scim/resource/search-form.js';
import { type Misfit, misfits } from '../scim/schema/compare.js';
import { type Registry, SchemaDocumentError } from '../scim/schema/load.js';
import type { TenantSchemas } from '../scim/schema/tenant-schemas.js';
import type { Store, Tenant } from '../store/store.js';
import { AccessError, FieldRefused } from './refusal.js';
import type { Registries } from './registries.js';

/** Characters of the document. */
export const LONGEST_SCHEMAS = 50_000;

/** Levels that the document may nest. An attribute within an attribute is at the seventh. */
const DEEPEST = 32;

/** What can be wrong without a schema being wrong: names and shapes. The rules of the RFC are in scim/schema/load.ts. */
const attribute = z.strictObject({
  name: z.string(),
  type: z.string(),
  multiValued: z.boolean().optional(),
  description: z.string().optional(),
  required: z.boolean().optional(),
  caseExact: z.boolean().optional(),
  mutability: z.string().optional(),
  returned: z.string().optional(),
  uniqueness: z.string().optional(),
  canonicalValues: z.array(z.string()).optional(),
  referenceTypes: z.array(z.string()).optional(),
  get subAttributes() {
    return z.array(attribute).optional();
  },
});

const schema = z.strictObject({
  schemas: z.array(z.string()).optional(),
  id: z.string().regex(/^urn:[a-z0-9][a-z0-9-]{0,31}:\S+$/i, 'must be a URN, such as urn:example:scim:schemas:Device'),
  name: z.string().min(1),
  description: z.string().optional(),
  attributes: z.array(attribute).min(1),
});

const extension = z.strictObject({ schema: z.string(), required: z.boolean() });

const resourceType = z.strictObject({
  schemas: z.array(z.string()).optional(),
  id: z.string().optional(),
  name: z.string().regex(/^[A-Za-z][\w-]{0,62}$/, 'must be a letter, then letters, digits, _ and -'),
  description: z.string().optional(),
  endpoint: z.string(),
  schema: z.string(),
  schemaExtensions: z.array(extension).optional(),
  'scim-target': z
    .strictObject({
      lookups: z.array(z.string()).optional(),
      display: z.string().optional(),
      edges: z.string().optional(),
      memberships: z.string().optional(),
      defaults: z.record(z.string(), z.json()).optional(),
      uniqueByProfile: z.array(z.string()).optional(),
      catalog: z.boolean().optional(),
      catalogs: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
});

const document = z.strictObject({
  schemas: z.array(schema).max(50).optional(),
  resourceTypes: z.array(resourceType).max(50).optional(),
  policy: z
    .record(
      z.string(),
      z.strictObject({
        required: z.array(z.string()).optional(),
        hidden: z.array(z.string()).optional(),
        extensions: z.array(extension).optional(),
      }),
    )
    .optional(),
  roles: z.union([z.boolean(), z.literal('okta')]).optional(),
  checkRoles: z.boolean().optional(),
});

/** What a document makes of the schemas. @throws FieldRefused `text`, with the line and the rule */
export function readSchemas(text: string, registries: Registries): Registry {
  if (text.length > LONGEST_SCHEMAS) {
    throw new FieldRefused('text', `the document has ${text.length} characters; ${LONGEST_SCHEMAS} are the most`);
  }
  const root = readTree(text);
  const value: unknown = getNodeValue(root);
  const checked = document.safeParse(value);
  if (!checked.success) {
    const issue = checked.error.issues[0] as z.core.$ZodIssue;
    const path = [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])] as string[];
    throw refused(text, findDeepest(root, path), `${path.join('.') || 'the document'}: ${issue.message}`);
  }
  try {
    return registries.link(value as TenantSchemas);
  } catch (error) {
    if (!(error instanceof SchemaDocumentError)) throw error;
    throw refused(text, placeOf(root, error), error.message);
  }
}

/**
 * From the next request on the tenant has these.
 * @param text null: those of the server alone.
 * @throws FieldRefused `text`; AccessError conflict for resources that would not fit, notFound
 */
export async function setSchemas(
  store: Pick<Store, 'search' | 'updateTenant'>,
  registries: Registries,
  tenant: Tenant,
  text: string | null,
): Promise<Tenant> {
  const after = text === null ? registries.common : readSchemas(text, registries);
  for (const misfit of misfits(registries.of(tenant), after)) await refuseIfAny(store, tenant, misfit);
  const updated = await store.updateTenant(tenant.id, { settings: { schemas: text } });
  if (!updated) throw new AccessError('notFound', `there is no tenant named ${JSON.stringify(tenant.name)} any more`);
  return updated;
}

/** @throws AccessError conflict */
async function refuseIfAny(
  store: Pick<Store, 'search'>,
  tenant: Tenant,
  { type, attribute, change }: Misfit,
): Promise<void> {
  // What cannot be asked for itself is part of something that can.
  const asked = attribute && (isSearchable(attribute) ? attribute : attribute.parent);
  const filter = asked && ({ kind: 'present', attribute: asked } as const);
  const query = { tenant: tenant.id, type: type.name, resourceType: type, filter, offset: 0, limit: 0 };
  const { total } = await store.search(query);
  if (total === 0) return;
  const them = `${total} ${total === 1 ? 'resource' : 'resources'} of type ${type.name}`;
  throw new AccessError(
    'conflict',
    `${them} would not fit: ${change}; delete what is there first, or leave it as it is`,
  );
}

/** The names of what a document has, for the record of a change. */
export function namesIn(text: string | undefined) {
  const { schemas = [], resourceTypes = [], policy = {}, roles = false } = (parse(text ?? '{}') ?? {}) as TenantSchemas;
  return {
    resourceTypes: resourceTypes.map(({ name }) => name),
    schemas: schemas.map(({ id }) => id),
    policy: Object.keys(policy),
    roles,
  };
}

function readTree(text: string): Node {
  checkDepth(text);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) throw refused(text, { offset: error.offset }, `not valid JSON: ${printParseErrorCode(error.error)}`);
  if (root?.type !== 'object') throw refused(text, { offset: 0 }, 'the document must be a JSON object');
  const name = repeatedName(root);
  if (name) throw refused(text, name, `the name ${JSON.stringify(name.value)} is there twice`);
  return root;
}

/** Whatever reads the document calls itself for each level, so this is looked at first. */
function checkDepth(text: string): void {
  const scanner = createScanner(text, true);
  for (let depth = 0, first = ' '; first !== ''; ) {
    scanner.scan();
    const offset = scanner.getTokenOffset();
    first = text.charAt(offset);
    if (first === '{' || first === '[') depth += 1;
    else if (first === '}' || first === ']') depth -= 1;
    if (depth > DEEPEST) throw refused(text, { offset }, `it nests deeper than ${DEEPEST} levels`);
  }
}

/** Of two values under one name, readers disagree which counts. */
function repeatedName(node: Node): Node | undefined {
  const names = new Set<unknown>();
  for (const child of node.children ?? []) {
    const name = node.type === 'object' ? child.children?.[0] : undefined;
    if (name && names.has(name.value)) return name;
    names.add(name?.value);
    const within = repeatedName(child);
    if (within) return within;
  }
  return undefined;
}

function findDeepest(root: Node, path: readonly (string | number)[]): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node) return node;
  }
  return root;
}

/** Where a rule of the loader is broken: the attribute, or else the document that has it. */
function placeOf(root: Node, { document: name, place }: SchemaDocumentError): Node {
  const { schemas = [], resourceTypes = [] } = getNodeValue(root) as TenantSchemas;
  if (name === 'policy' || name === 'checkRoles') return findDeepest(root, [name, ...place.split('.')]);
  const type = resourceTypes.findIndex((candidate) => candidate.name === name);
  const urns = [name, ...(resourceTypes[type] ? [resourceTypes[type].schema] : []), ...schemas.map(({ id }) => id)];
  for (const urn of urns) {
    const index = schemas.findIndex(({ id }) => id === urn);
    const names = place.startsWith(`${urn}:`) ? place.slice(urn.length + 1) : place;
    const found = index === -1 ? undefined : attributeAt(root, ['schemas', index], names.split('.'));
    if (found) return found;
  }
  const index = schemas.findIndex(({ id }) => id === name);
  if (type !== -1) return findDeepest(root, ['resourceTypes', type, ...place.split('.')]);
  return index === -1 ? root : findDeepest(root, ['schemas', index, ...place.split('.')]);
}

function attributeAt(root: Node, at: readonly (string | number)[], names: readonly string[]): Node | undefined {
  const list = [...at, at.length === 2 ? 'attributes' : 'subAttributes'];
  const attributes = findNodeAtLocation(root, list);
  const index = (attributes?.children ?? []).findIndex(
    (child) => findNodeAtLocation(child, ['name'])?.value === names[0],
  );
  if (index === -1) return undefined;
  const here = [...list, index];
  return names.length === 1 ? findNodeAtLocation(root, here) : attributeAt(root, here, names.slice(1));
}

function refused(text: string, { offset }: Pick<Node, 'offset'>, rule: string): FieldRefused {
  const line = text.slice(0, offset).split('\n').length;
  return new FieldRefused('text', `line ${line}: ${rule}`);
}
