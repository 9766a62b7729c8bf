/**
 * What one tenant has of its own beside the schemas of the server: resource types, extensions, and a policy on what is
 * there already. Its documents and those of the server make the documents of one registry. Knows no attribute by name.
 */
import { fold } from '../fold.js';
import type { AttributeDocument, DirectoryHints, ResourceTypeDocument, SchemaDocument } from './characteristics.js';
import { loadRegistry, type Registry, type RegistryDocuments, SchemaDocumentError } from './load.js';

/** The documents of a tenant. What is left out is as the server has it. */
export interface TenantSchemas {
  /** Of new types, and extensions. */
  readonly schemas?: readonly SchemaDocument[];
  readonly resourceTypes?: readonly ResourceTypeDocument[];
  /** By ResourceType.name. */
  readonly policy?: Readonly<Record<string, TypePolicy>>;
  /**
   * True: /Roles and /Entitlements are there (draft-ietf-scim-roles-entitlements). `okta`: under the URNs and with the
   * names by which Okta Identity Governance knows them.
   */
  readonly roles?: boolean | 'okta';
  /** True: a user's `roles` and `entitlements` must be among those. */
  readonly checkRoles?: boolean;
}

/** How a tenant has a resource type differ from its schemas. */
export interface TypePolicy {
  /** Attribute paths that each resource must have, and all that lies above them: `name.givenName`. */
  readonly required?: readonly string[];
  /** Attribute paths that are not offered. Values that are there are kept, and not shown. */
  readonly hidden?: readonly string[];
  readonly extensions?: readonly { readonly schema: string; readonly required: boolean }[];
}

/** What a user's attributes of these names are values of. */
const CATALOGS = { roles: 'Role', entitlements: 'Entitlement' } as const;

/** @throws SchemaDocumentError */
export function loadTenantRegistry(base: RegistryDocuments, own: TenantSchemas): Registry {
  const kept = withRequirements(together(base, own), own);
  const stored = loadRegistry(kept);
  const hidesAny = Object.values(own.policy ?? {}).some(({ hidden }) => hidden?.length);
  return hidesAny ? loadRegistry(withoutHidden(kept, own), stored) : stored;
}

function together(base: RegistryDocuments, own: TenantSchemas): RegistryDocuments {
  const catalog = own.roles ? base.catalogs?.[own.roles === 'okta' ? 'okta' : 'draft'] : undefined;
  const types = [...base.resourceTypes, ...(catalog?.resourceTypes ?? []), ...(own.resourceTypes ?? [])];
  for (const name of Object.keys(own.policy ?? {})) {
    if (!types.some((type) => type.name === name)) {
      throw new SchemaDocumentError('policy', name, 'there is no such resource type');
    }
  }
  if (own.checkRoles && !own.roles) {
    throw new SchemaDocumentError('checkRoles', 'roles', 'must be true, or there is nothing to check by');
  }
  return {
    common: base.common,
    schemas: [...base.schemas, ...(catalog?.schemas ?? []), ...(own.schemas ?? [])],
    resourceTypes: types.map((type) => extended(type, own)),
  };
}

function extended(type: ResourceTypeDocument, { policy, checkRoles }: TenantSchemas): ResourceTypeDocument {
  const extensions = policy?.[type.name]?.extensions ?? [];
  for (const { schema } of extensions) {
    if (type.schemaExtensions?.some((other) => fold(other.schema) === fold(schema))) {
      throw new SchemaDocumentError('policy', `${type.name}.extensions`, `${schema} is one already`);
    }
  }
  const hints = checkRoles && type.name === 'User' ? { ...type['scim-target'], catalogs: CATALOGS } : undefined;
  return {
    ...type,
    ...(extensions.length > 0 && { schemaExtensions: [...(type.schemaExtensions ?? []), ...extensions] }),
    ...(hints && { 'scim-target': hints }),
  };
}

/** Where an attribute is defined: in which schema, under which names from its top down. */
interface Definition {
  readonly schema: string;
  readonly names: readonly string[];
}

function withRequirements(documents: RegistryDocuments, { policy = {} }: TenantSchemas): RegistryDocuments {
  let next = documents;
  for (const [name, { required = [] }] of Object.entries(policy)) {
    for (const path of required) next = requiring(next, name, path);
  }
  return next;
}

function requiring(documents: RegistryDocuments, name: string, path: string): RegistryDocuments {
  const place = `${name}.required`;
  const type = typeOf(documents, name);
  const definition = find(documents, type, path, place);
  const changed = edit(documents, definition, (attribute) => {
    if (attribute.mutability === 'readOnly') {
      throw new SchemaDocumentError('policy', place, `clients cannot write ${path}`);
    }
    return { ...attribute, required: true };
  });
  const isOfExtension = fold(definition.schema) !== fold(type.schema);
  // What must be said has no default.
  const { [definition.names[0] as string]: _, ...defaults } = type['scim-target']?.defaults ?? {};
  return replacing(changed, {
    ...type,
    ...(isOfExtension && {
      schemaExtensions: (type.schemaExtensions ?? []).map((extension) =>
        fold(extension.schema) === fold(definition.schema) ? { ...extension, required: true } : extension,
      ),
    }),
    'scim-target': { ...type['scim-target'], defaults },
  });
}

function withoutHidden(documents: RegistryDocuments, { policy = {} }: TenantSchemas): RegistryDocuments {
  let next = documents;
  for (const [name, { hidden = [] }] of Object.entries(policy)) {
    for (const path of hidden) next = hiding(next, name, path);
  }
  return next;
}

function hiding(documents: RegistryDocuments, name: string, path: string): RegistryDocuments {
  const place = `${name}.hidden`;
  const type = typeOf(documents, name);
  const { edges, memberships } = type['scim-target'] ?? {};
  const definition = find(documents, type, path, place);
  if (fold(definition.names[0] as string) === fold(edges ?? memberships ?? '')) {
    throw new SchemaDocumentError('policy', place, `${path} is kept by the server and cannot be hidden`);
  }
  const depth = definition.names.length;
  const changed = edit(documents, definition, (attribute, level) => {
    if (level < depth) return attribute;
    if (!attribute.required) return undefined;
    throw new SchemaDocumentError('policy', place, `${path} is required and cannot be hidden`);
  });
  return replacing(changed, { ...type, 'scim-target': hintsWithout(type['scim-target'] ?? {}, type, definition) });
}

/** Hints about an attribute that is not there any more, or about one below it, are dropped. */
function hintsWithout(hints: DirectoryHints, type: ResourceTypeDocument, gone: Definition): DirectoryHints {
  const plain = gone.names.join('.');
  const path = fold(fold(gone.schema) === fold(type.schema) ? plain : `${gone.schema}:${plain}`);
  const stays = (other: string): boolean => fold(other) !== path && !fold(other).startsWith(`${path}.`);
  const { display, defaults = {}, catalogs = {}, lookups = [], uniqueByProfile = [], ...rest } = hints;
  const keep = <T>(record: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([name]) => stays(name)));
  return {
    ...rest,
    ...(display !== undefined && stays(display) && { display }),
    defaults: keep(defaults) as NonNullable<DirectoryHints['defaults']>,
    catalogs: keep(catalogs),
    lookups: lookups.filter(stays),
    uniqueByProfile: uniqueByProfile.filter(stays),
  };
}

function typeOf({ resourceTypes }: RegistryDocuments, name: string): ResourceTypeDocument {
  return resourceTypes.find((type) => type.name === name) as ResourceTypeDocument;
}

function replacing(documents: RegistryDocuments, type: ResourceTypeDocument): RegistryDocuments {
  const resourceTypes = documents.resourceTypes.map((other) => (other.name === type.name ? type : other));
  return { ...documents, resourceTypes };
}

/** @throws SchemaDocumentError */
function find({ schemas }: RegistryDocuments, type: ResourceTypeDocument, path: string, place: string): Definition {
  const urns = [type.schema, ...(type.schemaExtensions ?? []).map(({ schema }) => schema)];
  const urn = urns.find((candidate) => fold(path).startsWith(`${fold(candidate)}:`));
  const schema = schemas.find(({ id }) => fold(id) === fold(urn ?? type.schema));
  const names = (urn === undefined ? path : path.slice(urn.length + 1)).split('.');
  let attributes: readonly AttributeDocument[] = schema?.attributes ?? [];
  const exact = names.map((name) => {
    const found = attributes.find((attribute) => fold(attribute.name) === fold(name));
    if (!found) throw new SchemaDocumentError('policy', place, `${type.name} has no attribute ${path}`);
    attributes = found.subAttributes ?? [];
    return found.name;
  });
  return { schema: (schema as SchemaDocument).id, names: exact };
}

/** Changes each attribute on the way down, with its level from 1; undefined takes it away. */
function edit(
  documents: RegistryDocuments,
  { schema, names }: Definition,
  change: (attribute: AttributeDocument, level: number) => AttributeDocument | undefined,
): RegistryDocuments {
  const within = (attributes: readonly AttributeDocument[], level: number): AttributeDocument[] =>
    attributes.flatMap((attribute) => {
      if (attribute.name !== names[level - 1]) return attribute;
      const changed = change(attribute, level);
      if (!changed || level === names.length) return changed ?? [];
      return { ...changed, subAttributes: within(changed.subAttributes ?? [], level + 1) };
    });
  const schemas = documents.schemas.map((document) =>
    document.id === schema ? { ...document, attributes: within(document.attributes, 1) } : document,
  );
  return { ...documents, schemas };
}
