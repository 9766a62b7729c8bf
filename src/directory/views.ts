/** Stored resources as answers need them: with what a projection shows, and with nothing else read. */
import type { JsonObject } from '../scim/json.js';
import { fingerprint, type ResourceMeta } from '../scim/resource/present.js';
import { isShown, type Projection } from '../scim/resource/project.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { Edge, StoredResource } from '../store/store.js';
import { memberPages, shownMemberships } from './members.js';
import type { DirectoryStore } from './options.js';

/** A resource as one answer needs it. */
export interface ResourceView {
  readonly type: ResourceType;
  /** Canonical, with the memberships when they are shown. */
  readonly document: JsonObject;
  readonly meta: ResourceMeta;
  readonly projection: Projection;
  /** Pages of members, read while they are written out; undefined when they are not shown. */
  readonly members: AsyncIterable<Edge[]> | undefined;
}

export async function viewOf(
  store: DirectoryStore,
  resource: StoredResource,
  type: ResourceType,
  projection: Projection,
): Promise<ResourceView> {
  const [only] = await viewsOf(store, [resource], type, projection);
  return only as ResourceView;
}

/** @param resources of one tenant and of this type */
export async function viewsOf(
  store: DirectoryStore,
  resources: readonly StoredResource[],
  type: ResourceType,
  projection: Projection,
): Promise<ResourceView[]> {
  const { edges, memberships } = type;
  const showsMembers = edges !== undefined && isShown(edges, projection);
  const groups =
    memberships && isShown(memberships, projection) && resources.length > 0
      ? await store.memberships(
          (resources[0] as StoredResource).key.tenant,
          resources.map(({ key }) => key.id),
        )
      : undefined;
  return resources.map((resource) => {
    const { key, version, created, lastModified, document } = resource;
    const shown = shownMemberships(type, groups?.get(key.id));
    return {
      type,
      document: shown ? { ...document, ...shown } : document,
      meta: { id: key.id, version, created, lastModified, memberships: shown && fingerprint(shown) },
      projection,
      members: showsMembers ? memberPages(store, key, 'committed') : undefined,
    };
  });
}
