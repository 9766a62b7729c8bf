/** What the page needs to know of the resource types: everything here follows from the schemas. */
import type { Registries } from '../../access/registries.js';
import { isSearchable } from '../../scim/resource/search-form.js';
import type { Attribute, ResourceType } from '../../scim/schema/characteristics.js';
import { everyAttribute } from '../../scim/schema/load.js';
import { type AdminRequest, type AdminResponse, ok, tenantOf } from './handler.js';
import type { TypeView } from './messages.js';

export interface TypeParts {
  readonly registries: Pick<Registries, 'of'>;
}

const MOST_COLUMNS = 6;

/** GET /tenants/{tenant}/types */
export async function listTypes(request: AdminRequest, { registries }: TypeParts): Promise<AdminResponse> {
  return ok({ items: registries.of(tenantOf(request)).resourceTypes.map(typeView) });
}

function typeView(type: ResourceType): TypeView {
  const comparable = [...everyAttribute(type.attributes)].filter(
    (attribute) => attribute.type !== 'complex' && isSearchable(attribute),
  );
  return {
    name: type.name,
    endpoint: type.endpoint,
    attributes: comparable.map((attribute) => ({
      path: attribute.path,
      type: attribute.type,
      multiValued: attribute.lineage.some(({ multiValued }) => multiValued),
      sortable: isSortable(attribute, type),
      description: attribute.description,
    })),
    columns: columnsOf(type),
    hasMembers: type.edges !== undefined,
  };
}

/** As scim/sort.ts has it: what a resource does not hold itself gives no order. */
function isSortable({ lineage: [top] }: Attribute, { edges, memberships }: ResourceType): boolean {
  return top !== edges && top !== memberships;
}

/** What tells one resource from another comes first: unique names, the display name, what everyone has, what is looked up. */
function columnsOf(type: ResourceType): string[] {
  const attributes = [...type.unique, ...(type.display ? [type.display] : [])];
  const paths = [...attributes.map(({ path }) => path), ...Object.keys(type.defaults)];
  const lookups = type.lookups.map(({ path }) => path);
  return [...new Set([...paths, ...lookups])].slice(0, MOST_COLUMNS - 1).concat('meta.lastModified');
}
