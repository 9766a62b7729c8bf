/** Attributes whose values must be those of resources: a user's roles, where the tenant has them checked. */
import { ScimError } from '../scim/errors.js';
import { valuesAt } from '../scim/filter/matches.js';
import type { JsonObject } from '../scim/json.js';
import { searchText } from '../scim/resource/search-form.js';
import type { Attribute, ResourceType } from '../scim/schema/characteristics.js';
import type { Store } from '../store/store.js';

/** Where to look. */
export interface CatalogSource {
  readonly store: Pick<Store, 'search'>;
  /** Tenant.id */
  readonly tenant: string;
  readonly types: (name: string) => ResourceType | undefined;
}

/**
 * What a resource has already may stay, though it is offered no more.
 * @throws ScimError invalidValue for a value that it takes and that no supported resource has
 */
export async function checkCatalogs(
  source: CatalogSource,
  { catalogs }: ResourceType,
  before: JsonObject,
  after: JsonObject,
): Promise<void> {
  for (const { attribute, type: name } of catalogs) {
    const type = source.types(name);
    const value = attribute.subAttributes.get('value');
    if (!type || !value) continue;
    const had = new Set(valuesAt(before, value.lineage));
    for (const taken of new Set(valuesAt(after, value.lineage))) {
      if (had.has(taken) || (await isOffered(source, type, String(taken)))) continue;
      const detail = `There is no ${name} ${JSON.stringify(String(taken).slice(0, 100))} to have in ${attribute.path}; see ${type.endpoint}.`;
      throw new ScimError('invalidValue', detail);
    }
  }
}

async function isOffered({ store, tenant }: CatalogSource, type: ResourceType, value: string): Promise<boolean> {
  const attribute = type.attributes.get('value') as Attribute;
  const filter = { kind: 'compare', operator: 'eq', attribute, value: searchText(attribute, value) } as const;
  const query = { tenant, type: type.name, resourceType: type, filter, offset: 0, limit: 1 };
  const { resources } = await store.search(query);
  return resources.some(({ document }) => document.supported !== false);
}
