/**
 * Which schemas a tenant has: those of the server, or with its own beside them. Linked once and kept as long as the
 * tenant's document stays the same text, so that a request costs one look-up.
 */
import { parse } from 'jsonc-parser';
import { loadRegistry, type Registry, type RegistryDocuments } from '../scim/schema/load.js';
import { loadTenantRegistry, type TenantSchemas } from '../scim/schema/tenant-schemas.js';
import type { Tenant } from '../store/store.js';

/** Registries to keep; of more the oldest are linked again when they are asked for. */
const MOST_KEPT = 1_000;

export class Registries {
  /** Of tenants without schemas of their own. */
  readonly common: Registry;
  /** By Tenant.id. */
  private readonly own = new Map<string, { readonly text: string; readonly registry: Registry }>();

  /** @throws SchemaDocumentError */
  constructor(readonly documents: RegistryDocuments) {
    this.common = loadRegistry(documents);
  }

  /** @throws SchemaDocumentError when its documents do not go with those that the server has now */
  of({ id, settings: { schemas: text } }: Pick<Tenant, 'id' | 'settings'>): Registry {
    if (text === undefined) return this.common;
    const known = this.own.get(id);
    if (known?.text === text) return known.registry;
    const registry = this.link(parse(text) as TenantSchemas);
    this.own.delete(id);
    this.own.set(id, { text, registry });
    if (this.own.size > MOST_KEPT) this.own.delete(this.own.keys().next().value as string);
    return registry;
  }

  /** @throws SchemaDocumentError */
  link(own: TenantSchemas): Registry {
    return loadTenantRegistry(this.documents, own);
  }
}
