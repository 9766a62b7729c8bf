/**
 * Users, groups and other resources of a tenant, for its admins: to look at, never to change. What a SCIM client would
 * be shown is shown, by the same code.
 */
import type { Registries } from '../../access/registries.js';
import type { Caller } from '../../directory/caller.js';
import type { Directory } from '../../directory/directory.js';
import type { ResourceView as ShownResource } from '../../directory/views.js';
import { ScimError } from '../../scim/errors.js';
import { type FilterLimits, parseFilter } from '../../scim/filter/parse.js';
import { resolveFilter } from '../../scim/filter/resolve.js';
import { Dialect, PROFILES, type ProfileName } from '../../scim/profiles.js';
import { entityTag, type Locate, present } from '../../scim/resource/present.js';
import { type Projection, project } from '../../scim/resource/project.js';
import type { ResourceType } from '../../scim/schema/characteristics.js';
import { resolveSort } from '../../scim/sort.js';
import type { Store } from '../../store/store.js';
import { locator } from '../read-request.js';
import { changeView } from './changes.js';
import { type AdminRequest, type AdminResponse, ok, tenantOf } from './handler.js';
import type { ChangeList, MemberList, ResourceList, ResourceView } from './messages.js';
import type { ConnectionPaths } from './parts.js';
import { AdminProblem, nothingThere } from './problem.js';
import { readQuery, sequence, text, whole } from './query.js';

export interface DirectoryParts {
  readonly directory: Directory;
  readonly registries: Pick<Registries, 'of'>;
  readonly store: Pick<Store, 'edges' | 'changesOf'>;
  readonly filterLimits: FilterLimits;
  readonly paths: Pick<ConnectionPaths, 'scim'>;
}

/** Resources, members or changes on a page, without a parameter and at most. */
const PAGE = 50;
const MOST = 200;

/** GET /tenants/{tenant}/resources/{type} */
export async function listResources(request: AdminRequest, parts: DirectoryParts): Promise<AdminResponse> {
  const query = readQuery(request.query, {
    filter: text(65_536).optional(),
    sortBy: text(500).optional(),
    sortOrder: text(20).optional(),
    startIndex: whole(1, 1_000_000_000).optional(),
    count: whole(0, MOST).optional(),
  });
  const { caller, type, projection, locate } = about(request, parts);
  return inAdminWords(async () => {
    const { filter } = query;
    const { dialect } = caller;
    const startIndex = query.startIndex ?? 1;
    const question = {
      filter:
        filter === undefined
          ? undefined
          : resolveFilter(parseFilter(filter, parts.filterLimits, dialect), type, dialect),
      sort: resolveSort(type, query.sortBy, query.sortOrder, dialect),
      startIndex,
      count: query.count ?? PAGE,
    };
    const { total, resources } = await parts.directory.search(caller, type, question, projection);
    const items = resources.map((resource) => resourceView(resource, projection, locate));
    return ok({ total, startIndex, items } satisfies ResourceList);
  });
}

/** GET /tenants/{tenant}/resources/{type}/{id} */
export async function getResource(request: AdminRequest, parts: DirectoryParts): Promise<AdminResponse> {
  readQuery(request.query, {});
  const { caller, type, id, projection, locate } = about(request, parts);
  return inAdminWords(async () => {
    const found = await parts.directory.get(caller, type, id, projection);
    return ok(resourceView(found, projection, locate));
  });
}

/** GET /tenants/{tenant}/resources/{type}/{id}/members: by ascending id. */
export async function listMembers(request: AdminRequest, parts: DirectoryParts): Promise<AdminResponse> {
  const { after, limit = PAGE } = readQuery(request.query, {
    after: text(200).optional(),
    limit: whole(1, MOST).optional(),
  });
  const { caller, type, id } = about(request, parts);
  if (!type.edges) throw nothingThere(`A ${type.name} has no members.`);
  return inAdminWords(async () => {
    await parts.directory.get(caller, type, id, NOTHING);
    const key = { tenant: caller.tenant, type: type.name, id };
    const found = await parts.store.edges(key, { after, limit: limit + 1 });
    const items = found.slice(0, limit);
    const next = found.length > limit ? (items.at(-1)?.id ?? null) : null;
    const shown = items.map((edge) => ({ id: edge.id, type: edge.type, display: edge.display ?? null }));
    return ok({ items: shown, next } satisfies MemberList);
  });
}

/** GET /tenants/{tenant}/resources/{type}/{id}/history: newest first; of a resource that is gone, too. */
export async function listHistory(request: AdminRequest, parts: DirectoryParts): Promise<AdminResponse> {
  const { before, limit = PAGE } = readQuery(request.query, {
    before: sequence.optional(),
    limit: whole(1, MOST).optional(),
  });
  const { caller, type, id } = about(request, parts);
  const { tenant } = caller;
  const resource = { type: type.name, id };
  const found = await parts.store.changesOf({ tenant, resource, before, limit: limit + 1 });
  if (found.length === 0 && before === undefined) throw nothingThere(`There is no such ${type.name}.`);
  const items = found.slice(0, limit);
  const next = found.length > limit ? (items.at(-1)?.sequence ?? null) : null;
  return ok({ items: items.map(changeView), next } satisfies ChangeList);
}

/** Shows the least that there is. */
const NOTHING: Projection = { attributes: new Set(), excluded: new Set() };

interface About {
  readonly caller: Caller;
  readonly type: ResourceType;
  /** Empty where the path has none. */
  readonly id: string;
  /** Everything but the members, of which there may be any number. */
  readonly projection: Projection;
  readonly locate: Locate;
}

/** @throws AdminProblem 404 for an unknown type */
function about(request: AdminRequest, { registries, paths }: DirectoryParts): About {
  const tenant = tenantOf(request);
  const registry = registries.of(tenant);
  const type = registry.resourceType(request.params.type ?? '');
  if (!type) throw nothingThere('There is no such resource type.');
  const { actor } = request.admin;
  return {
    caller: {
      tenant: tenant.id,
      actor: { credential: actor.id ?? '', name: actor.name, address: request.address },
      requestId: '',
      dialect: new Dialect(PROFILES[tenant.profile as ProfileName]),
      types: registry.resourceType,
    },
    type,
    id: request.params.id ?? '',
    projection: { attributes: undefined, excluded: new Set(type.edges ? [type.edges] : []) },
    locate: locator(request.baseUrl + paths.scim.replace('{tenant}', tenant.name), registry),
  };
}

function resourceView({ document, meta, type }: ShownResource, projection: Projection, locate: Locate): ResourceView {
  return {
    id: meta.id,
    type: type.name,
    version: entityTag(meta),
    created: meta.created,
    lastModified: meta.lastModified,
    resource: project(present(document, meta, type, locate), type, projection),
  };
}

/** What SCIM refuses is a problem of the admin's request; a failure of the server stays one. */
async function inAdminWords(answer: () => Promise<AdminResponse>): Promise<AdminResponse> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof ScimError) || error.status >= 500) throw error;
    throw new AdminProblem(error.status, error.detail, { position: error.position, cause: error });
  }
}
