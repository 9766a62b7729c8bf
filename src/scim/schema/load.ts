/**
 * Links schema and resource type documents into the form the code reads. User and Group come in here exactly as a
 * custom type would. A document that contradicts itself is refused with the place and the rule.
 */
import { fold } from '../fold.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import { canonicalInstant } from '../resource/instant.js';
import type {
  Attribute,
  AttributeDocument,
  AttributeType,
  DirectoryHints,
  ResourceType,
  ResourceTypeDocument,
  SchemaDocument,
} from './characteristics.js';

/** Every schema and resource type that one server offers. */
export interface Registry {
  /** As served at /Schemas, in document order. */
  readonly schemas: readonly SchemaDocument[];
  readonly resourceTypes: readonly ResourceType[];
  /** The common attributes (RFC 7643 §3.1) that clients may set: `externalId`. */
  readonly writableCommon: readonly AttributeDocument[];
  /** By name, as in a resource type document. */
  resourceType(name: string): ResourceType | undefined;
  /** By the path segment of its endpoint, without regard to case: `Users`. */
  byEndpoint(segment: string): ResourceType | undefined;
  /** By URN, without regard to case. */
  schema(urn: string): SchemaDocument | undefined;
}

/** What loadRegistry reads: `common` holds the attributes of RFC 7643 §3.1 in the notation of a schema. */
export interface RegistryDocuments {
  readonly common: SchemaDocument;
  readonly schemas: readonly SchemaDocument[];
  readonly resourceTypes: readonly ResourceTypeDocument[];
  /** What tenants are offered that ask for roles and entitlements: as the draft has them, or as Okta knows them. */
  readonly catalogs?: Readonly<Record<'draft' | 'okta', Pick<RegistryDocuments, 'schemas' | 'resourceTypes'>>>;
}

/** A schema or resource type document that cannot be used; the message says which, where and why. */
export class SchemaDocumentError extends Error {
  /** @param document a schema's URN or a resource type's name */
  constructor(
    readonly document: string,
    readonly place: string,
    readonly rule: string,
  ) {
    super(`${document}: ${place}: ${rule}`);
    this.name = 'SchemaDocumentError';
  }
}

/** Path segments that the protocol has for itself (RFC 7644 §3.2 and §3.11), and names that objects answer to. */
const TAKEN_ENDPOINTS: ReadonlySet<string> = new Set(
  ['/Bulk', '/Me', '/ResourceTypes', '/Schemas', '/ServiceProviderConfig', '/serviceConfiguration'].map(fold),
);

/**
 * @param stored the same with all that resources may have kept, where these documents offer less.
 * @throws SchemaDocumentError
 */
export function loadRegistry(documents: RegistryDocuments, stored?: Registry): Registry {
  const schemas = new Map<string, SchemaDocument>();
  for (const document of documents.schemas) {
    if (schemas.has(fold(document.id))) throw new SchemaDocumentError(document.id, 'id', 'there are two of it');
    schemas.set(fold(document.id), document);
  }
  const typeNames = new Set(documents.resourceTypes.map((type) => type.name));
  const resourceTypes = documents.resourceTypes.map((document) => ({
    ...linkResourceType(document, documents.common, schemas, typeNames),
    stored: stored?.resourceType(document.name),
  }));
  const byName = new Map<string, ResourceType>();
  const byEndpoint = new Map<string, ResourceType>();
  for (const type of resourceTypes) {
    const { name, endpoint } = type;
    const segment = fold(endpoint.slice(1));
    if (byName.has(name)) throw new SchemaDocumentError(name, 'name', 'two resource types have this name');
    if (byEndpoint.has(segment) || TAKEN_ENDPOINTS.has(fold(endpoint))) {
      throw new SchemaDocumentError(name, 'endpoint', `${endpoint} is taken`);
    }
    byName.set(name, type);
    byEndpoint.set(segment, type);
  }
  return {
    schemas: documents.schemas,
    resourceTypes,
    writableCommon: documents.common.attributes.filter(({ mutability }) => mutability !== 'readOnly'),
    resourceType: (name) => byName.get(name),
    byEndpoint: (segment) => byEndpoint.get(segment) ?? byEndpoint.get(fold(segment)),
    schema: (urn) => schemas.get(fold(urn)),
  };
}

function linkResourceType(
  document: ResourceTypeDocument,
  common: SchemaDocument,
  schemas: ReadonlyMap<string, SchemaDocument>,
  typeNames: ReadonlySet<string>,
): ResourceType {
  const hints = document['scim-target'] ?? {};
  const find = (urn: string): SchemaDocument => {
    const schema = schemas.get(fold(urn));
    if (!schema) throw new SchemaDocumentError(document.name, 'schema', `there is no schema ${urn}`);
    if (!Array.isArray(schema.attributes)) throw new SchemaDocumentError(urn, 'attributes', 'must be an array');
    return schema;
  };
  if (!/^\/[A-Za-z][\w-]*$/.test(document.endpoint)) {
    throw new SchemaDocumentError(document.name, 'endpoint', 'must be a slash and one path segment');
  }
  const link = new Linker(document.name, typeNames, new Set((hints.lookups ?? []).map(fold)));
  const core = find(document.schema);
  const attributes = link.attributes([...common.attributes, ...core.attributes], {
    schema: core.id,
    parent: undefined,
  });
  const extensions = (document.schemaExtensions ?? []).map(({ schema, required }) =>
    link.extension(find(schema), required),
  );
  for (const extension of extensions) attributes.set(fold(extension.name), extension);
  return describe(document, core.id, attributes, extensions, hints);
}

function describe(
  document: ResourceTypeDocument,
  schema: string,
  attributes: ReadonlyMap<string, Attribute>,
  extensions: readonly Attribute[],
  hints: DirectoryHints,
): ResourceType {
  const all = [...everyAttribute(attributes)];
  const named = (path: string | undefined, hint: string): Attribute | undefined => {
    if (path === undefined) return undefined;
    const attribute = all.find((candidate) => fold(candidate.path) === fold(path));
    if (!attribute)
      throw new SchemaDocumentError(document.name, `scim-target.${hint}`, `there is no attribute ${path}`);
    return attribute;
  };
  for (const path of hints.lookups ?? []) named(path, 'lookups');
  const uniqueByProfile = (hints.uniqueByProfile ?? []).map((path) => named(path, 'uniqueByProfile') as Attribute);
  for (const attribute of uniqueByProfile) {
    if (!attribute.isLookup)
      throw new SchemaDocumentError(document.name, attribute.path, 'a unique attribute must be a look-up');
  }
  const edges = named(hints.edges, 'edges');
  if (edges && !(edges.multiValued && edges.subAttributes.has('value'))) {
    throw new SchemaDocumentError(document.name, edges.path, 'edges must be multi-valued and have a value');
  }
  return {
    name: document.name,
    endpoint: document.endpoint,
    document,
    schema,
    extensions,
    attributes,
    lookups: all.filter((attribute) => attribute.isLookup),
    unique: all.filter((attribute) => attribute.isLookup && attribute.uniqueness !== 'none'),
    uniqueByProfile,
    withheld: [...new Set(all.filter(isWithheld).map(({ lineage }) => lineage[0] as Attribute))],
    display: named(hints.display, 'display'),
    edges,
    memberships: named(hints.memberships, 'memberships'),
    defaults: readDefaults(document.name, attributes, hints.defaults ?? {}),
    isCatalog: hints.catalog ?? false,
    catalogs: Object.entries(hints.catalogs ?? {}).map(([path, type]) => ({
      attribute: named(path, 'catalogs') as Attribute,
      type,
    })),
    stored: undefined,
  };
}

function isWithheld({ returned }: Attribute): boolean {
  return returned === 'never' || returned === 'request';
}

/** Defaults are simple values under top-level names: nothing that would have to be merged. */
function readDefaults(type: string, attributes: ReadonlyMap<string, Attribute>, defaults: JsonObject): JsonObject {
  for (const [name, value] of Object.entries(defaults)) {
    const attribute = attributes.get(fold(name));
    if (attribute?.name !== name || attribute.multiValued || !fitsType(value as Json, attribute.type)) {
      throw new SchemaDocumentError(type, `scim-target.defaults.${name}`, 'must name an attribute and fit its type');
    }
  }
  return defaults;
}

function fitsType(value: Json, type: AttributeType): boolean {
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'integer' || type === 'decimal') return typeof value === 'number';
  if (typeof value !== 'string') return false;
  return type === 'dateTime' ? canonicalInstant(value) !== undefined : type !== 'complex';
}

/** All attributes at every depth, parents before children. */
export function* everyAttribute(attributes: ReadonlyMap<string, Attribute>): Generator<Attribute> {
  for (const attribute of attributes.values()) {
    yield attribute;
    yield* everyAttribute(attribute.subAttributes);
  }
}

interface Place {
  schema: string;
  parent: Attribute | undefined;
}

const ATTRIBUTE_NAME = /^(?:\$ref|[A-Za-z][\w-]*)$/;
/** Names that JavaScript objects answer to; refused in schemas so that no code need fear them. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const TYPES: ReadonlySet<string> = new Set<AttributeType>([
  'string',
  'boolean',
  'decimal',
  'integer',
  'dateTime',
  'reference',
  'binary',
  'complex',
]);

const CHARACTERISTICS: Readonly<Record<'mutability' | 'returned' | 'uniqueness', readonly string[]>> = {
  mutability: ['readOnly', 'readWrite', 'immutable', 'writeOnly'],
  returned: ['always', 'never', 'default', 'request'],
  uniqueness: ['none', 'server', 'global'],
};

/** RFC 7644 §3.10: a colon behind a schema's URN, a dot behind an attribute. */
function separator(parent: Attribute): ':' | '.' {
  return parent.isExtension ? ':' : '.';
}

/** An attribute while its parts are being linked. */
type Draft = Omit<Attribute, 'subAttributes' | 'hasImmutable' | 'hasDerivedReferences'> & {
  subAttributes: Map<string, Attribute>;
  hasImmutable: boolean;
  hasDerivedReferences: boolean;
};

class Linker {
  constructor(
    private readonly type: string,
    private readonly typeNames: ReadonlySet<string>,
    private readonly lookups: ReadonlySet<string>,
  ) {}

  attributes(documents: readonly AttributeDocument[], place: Place): Map<string, Attribute> {
    const linked = new Map<string, Attribute>();
    for (const document of documents) {
      const attribute = this.attribute(document, place);
      if (linked.has(fold(attribute.name))) {
        throw new SchemaDocumentError(this.type, attribute.path, 'is defined twice');
      }
      linked.set(fold(attribute.name), attribute);
    }
    return linked;
  }

  extension(schema: SchemaDocument, required: boolean): Attribute {
    const document = { name: schema.id, type: 'complex', required, subAttributes: schema.attributes } as const;
    return this.link(document, { schema: schema.id, parent: undefined }, true);
  }

  private attribute(document: AttributeDocument, place: Place): Attribute {
    if (!isObject(document as unknown as Json)) {
      throw new SchemaDocumentError(
        this.type,
        place.parent?.path ?? place.schema,
        'has an attribute that is no object',
      );
    }
    this.check(document, place);
    return this.link(document, place, false);
  }

  private link(document: AttributeDocument, { schema, parent }: Place, isExtension: boolean): Attribute {
    const { name, type } = document;
    const path = parent ? `${parent.path}${separator(parent)}${name}` : name;
    const uniqueness = document.uniqueness ?? 'none';
    const lineage: Attribute[] = parent ? [...parent.lineage] : [];
    const attribute: Draft = {
      name,
      hasImmutable: document.mutability === 'immutable',
      hasDerivedReferences: false,
      path,
      description: document.description ?? '',
      type,
      multiValued: document.multiValued ?? false,
      required: document.required ?? false,
      // RFC 7643 §2.3.6 and §2.3.7: binary and reference values are case exact whatever the document says.
      caseExact: document.caseExact ?? (type === 'reference' || type === 'binary'),
      mutability: document.mutability ?? 'readWrite',
      returned: document.returned ?? 'default',
      uniqueness,
      canonicalValues: document.canonicalValues ?? [],
      referenceTypes: document.referenceTypes ?? [],
      schema,
      isExtension,
      parent,
      lineage,
      subAttributes: new Map(),
      isLookup: this.lookups.has(fold(path)) || (uniqueness !== 'none' && name !== 'id'),
      isDerivedReference:
        name === '$ref' && (document.referenceTypes ?? []).some((target) => this.typeNames.has(target)),
    };
    lineage.push(attribute);
    const children = this.attributes(document.subAttributes ?? [], { schema, parent: attribute });
    for (const [key, child] of children) attribute.subAttributes.set(key, child);
    attribute.hasImmutable ||= [...children.values()].some(({ hasImmutable }) => hasImmutable);
    attribute.hasDerivedReferences = [...children.values()].some(
      (child) => child.isDerivedReference || child.hasDerivedReferences,
    );
    return attribute;
  }

  private check(document: AttributeDocument, { parent }: Place): void {
    const place = `${parent ? `${parent.path}${separator(parent)}` : ''}${String(document.name)}`;
    const refuse = (rule: string): never => {
      throw new SchemaDocumentError(this.type, place, rule);
    };
    const { name } = document;
    if (typeof name !== 'string' || !ATTRIBUTE_NAME.test(name) || RESERVED_NAMES.has(fold(name))) {
      refuse('is not an attribute name (RFC 7643 §2.1)');
    }
    for (const [characteristic, values] of Object.entries(CHARACTERISTICS)) {
      const value = document[characteristic as keyof typeof CHARACTERISTICS];
      if (value !== undefined && !values.includes(value)) {
        refuse(`has the unknown ${characteristic} ${String(value)} (RFC 7643 §7)`);
      }
    }
    if (!TYPES.has(document.type)) refuse(`has the unknown type ${String(document.type)} (RFC 7643 §2.3)`);
    const isComplex = document.type === 'complex';
    if (isComplex !== (document.subAttributes !== undefined)) {
      refuse('must have subAttributes when, and only when, it is complex (RFC 7643 §2.3.8)');
    }
    if (isComplex && parent && !parent.isExtension) refuse('is complex inside a complex attribute (RFC 7643 §2.3.8)');
  }
}
