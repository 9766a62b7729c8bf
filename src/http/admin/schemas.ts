/** The schemas that a tenant has of its own. */
import { bothSides } from '../../access/audit.js';
import { namesIn, setSchemas } from '../../access/tenant-schemas.js';
import { type AdminRequest, type AdminResponse, ok, tenantOf } from './handler.js';
import type { SchemasPut, SchemasView } from './messages.js';
import type { AdminParts } from './parts.js';

/** GET /tenants/{tenant}/schemas */
export async function getSchemas(request: AdminRequest): Promise<AdminResponse> {
  return ok({ text: tenantOf(request).settings.schemas ?? null } satisfies SchemasView);
}

/** PUT /tenants/{tenant}/schemas */
export async function putSchemas(
  request: AdminRequest & { readonly body: SchemasPut },
  { store, registries }: Pick<AdminParts, 'store' | 'registries'>,
): Promise<AdminResponse> {
  const tenant = tenantOf(request);
  const after = await setSchemas(store, registries, tenant, request.body.text);
  const details = bothSides(namesIn(tenant.settings.schemas), namesIn(after.settings.schemas));
  return {
    ...ok({ text: after.settings.schemas ?? null } satisfies SchemasView),
    audit: { action: 'tenant.schemas', target: tenant.name, details },
  };
}
