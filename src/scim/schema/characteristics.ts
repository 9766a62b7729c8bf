/**
 * What a schema says of an attribute (RFC 7643 §2.2 and §7), as documents and as the linked form the code reads.
 * Knows: names of characteristics and how attributes hang together. Does not know: any attribute by name.
 */
import type { JsonObject } from '../json.js';

/** RFC 7643 §2.3. */
export type AttributeType =
  | 'string'
  | 'boolean'
  | 'decimal'
  | 'integer'
  | 'dateTime'
  | 'reference'
  | 'binary'
  | 'complex';
/** Who may write it: RFC 7643 §7. `writeOnly` values are never read back. */
export type Mutability = 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
/** When it is in an answer: RFC 7643 §7. */
export type Returned = 'always' | 'never' | 'default' | 'request';
/** `server`: unique in the tenant and resource type. `global` is treated alike. */
export type Uniqueness = 'none' | 'server' | 'global';

/** An attribute as a schema document writes it (RFC 7643 §7). Absent characteristics have §2.2's defaults. */
export interface AttributeDocument {
  name: string;
  type: AttributeType;
  multiValued?: boolean;
  description?: string;
  required?: boolean;
  caseExact?: boolean;
  mutability?: Mutability;
  returned?: Returned;
  uniqueness?: Uniqueness;
  canonicalValues?: string[];
  referenceTypes?: string[];
  subAttributes?: AttributeDocument[];
}

/** A schema document (RFC 7643 §7), as served at /Schemas. */
export interface SchemaDocument {
  schemas?: string[];
  id: string;
  name: string;
  description?: string;
  attributes: AttributeDocument[];
  meta?: JsonObject;
}

/** How the directory keeps a type; the property `scim-target` of a resource type document, never served. */
export interface DirectoryHints {
  /** Attribute paths that must be found without a scan, e.g. `emails.value`. Unique attributes are look-ups anyway. */
  lookups?: string[];
  /** The attribute that others show as `display` of this resource, e.g. `displayName`. */
  display?: string;
  /** The multi-valued attribute that is kept as edges, e.g. `members`. */
  edges?: string;
  /** The read-only attribute that shows the other end of those edges, e.g. `groups`. */
  memberships?: string;
  /** Values that a resource gets when it is created without them, and keeps when a PUT leaves them out. */
  defaults?: JsonObject;
  /** Attributes that are unique where the tenant's profile asks for it, beyond what the schema says. */
  uniqueByProfile?: string[];
  /** True: clients read its resources, and only those with a scope of its own change them. */
  catalog?: boolean;
  /** By attribute of which each `value` must be that of a resource: the name of that resource's type. */
  catalogs?: Record<string, string>;
}

/** A resource type document (RFC 7643 §6). */
export interface ResourceTypeDocument {
  schemas?: string[];
  id?: string;
  name: string;
  description?: string;
  /** Path below the base URL, e.g. `/Users`. */
  endpoint: string;
  schema: string;
  schemaExtensions?: { schema: string; required: boolean }[];
  meta?: JsonObject;
  'scim-target'?: DirectoryHints;
}

/**
 * An attribute in the linked form. An extension is one too: complex, singular, named by its URN, so that a resource
 * is one tree of attributes and no code treats extensions apart.
 */
export interface Attribute {
  readonly name: string;
  /** Canonical notation, RFC 7644 §3.10: `emails.value`, `urn:…:User:manager.value`. Unique within a type. */
  readonly path: string;
  /** For people; empty when the schema has none. */
  readonly description: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: Mutability;
  readonly returned: Returned;
  readonly uniqueness: Uniqueness;
  readonly canonicalValues: readonly string[];
  readonly referenceTypes: readonly string[];
  /** The URN of the schema that defines it. */
  readonly schema: string;
  /** True for the attribute that stands for a whole extension. */
  readonly isExtension: boolean;
  /** Undefined at the top of a resource. */
  readonly parent: Attribute | undefined;
  /** From the top of the resource down to this one, itself included. */
  readonly lineage: readonly Attribute[];
  /** By folded name; empty unless complex. */
  readonly subAttributes: ReadonlyMap<string, Attribute>;
  /** True when stores keep its values where they are found without a scan. */
  readonly isLookup: boolean;
  /** True when it, or an attribute within it, is immutable. */
  readonly hasImmutable: boolean;
  /** True when it, or an attribute within it, has a `$ref` that follows from a sibling `value`. */
  readonly hasDerivedReferences: boolean;
  /**
   * True for a `$ref` that points at a resource of this server: it follows from its sibling `value`, so it is
   * written when a resource is shown and never stored.
   */
  readonly isDerivedReference: boolean;
}

/** A resource type with its schema and extensions linked. */
export interface ResourceType {
  readonly name: string;
  /** As in the document, with the leading slash: `/Users`. */
  readonly endpoint: string;
  readonly document: ResourceTypeDocument;
  /** URN of the core schema. */
  readonly schema: string;
  /** Extension attributes in document order; `required` says whether a resource must carry it. */
  readonly extensions: readonly Attribute[];
  /** Top level: common attributes, the core schema's, and one per extension; by folded name or URN. */
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** Every attribute whose values stores keep for look-up. */
  readonly lookups: readonly Attribute[];
  /** Attributes unique by schema, and those unique only where the profile asks for it. */
  readonly unique: readonly Attribute[];
  readonly uniqueByProfile: readonly Attribute[];
  /** Top-level attributes of which some part is not shown by default. */
  readonly withheld: readonly Attribute[];
  readonly display: Attribute | undefined;
  readonly edges: Attribute | undefined;
  readonly memberships: Attribute | undefined;
  readonly defaults: JsonObject;
  readonly isCatalog: boolean;
  /** Attributes of which each `value` must be that of a resource of the named type. */
  readonly catalogs: readonly { readonly attribute: Attribute; readonly type: string }[];
  /** The type as resources are kept, where a tenant does not offer all of it; otherwise undefined. */
  readonly stored: ResourceType | undefined;
}
