/** What the pages of resources read. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { ChangeList, MemberList, ResourceList, ResourceView } from '../../http/admin/messages.js';
import { api, part } from '../api.js';
import { keys } from '../queries.js';
import type { ListView } from './list-view.js';

const MEMBERS_ON_PAGE = 50;
const CHANGES_ON_PAGE = 20;

const resourcePath = (tenant: string, type: string, ...rest: readonly string[]) =>
  ['', 'tenants', tenant, 'resources', type, ...rest].map(part).join('/');

export const directoryQueries = {
  resources: (tenant: string, type: string, view: ListView) =>
    queryOptions({
      queryKey: [...keys.tenant(tenant), 'resources', type, 'list', view],
      queryFn: ({ signal }) =>
        api.get<ResourceList>(
          resourcePath(tenant, type),
          {
            filter: view.filter || undefined,
            sortBy: view.sortBy || undefined,
            sortOrder: view.sortBy ? (view.isDescending ? 'descending' : 'ascending') : undefined,
            startIndex: (view.page - 1) * view.size + 1,
            count: view.size,
          },
          signal,
        ),
      placeholderData: keepPreviousData,
    }),
  resource: (tenant: string, type: string, id: string) =>
    queryOptions({
      queryKey: [...keys.tenant(tenant), 'resources', type, 'one', id],
      queryFn: ({ signal }) => api.get<ResourceView>(resourcePath(tenant, type, id), undefined, signal),
    }),
  members: (tenant: string, type: string, id: string, after: string | undefined) =>
    queryOptions({
      queryKey: [...keys.tenant(tenant), 'resources', type, 'one', id, 'members', after],
      queryFn: ({ signal }) =>
        api.get<MemberList>(resourcePath(tenant, type, id, 'members'), { after, limit: MEMBERS_ON_PAGE }, signal),
      placeholderData: keepPreviousData,
    }),
  history: (tenant: string, type: string, id: string, before: number | undefined) =>
    queryOptions({
      queryKey: [...keys.tenant(tenant), 'resources', type, 'one', id, 'history', before],
      queryFn: ({ signal }) =>
        api.get<ChangeList>(resourcePath(tenant, type, id, 'history'), { before, limit: CHANGES_ON_PAGE }, signal),
      placeholderData: keepPreviousData,
    }),
};
