/** What the pages of requests read: those of a tenant, or those that belong to none. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { ActivityDetail, ActivityList, ActivityView } from '../../http/admin/messages.js';
import { api, apiHref, part } from '../api.js';
import { paths, queryText } from '../paths.js';
import { keys } from '../queries.js';
import { type ActivityFilter, isNarrowed, queryOf } from './filter.js';
import { ARRIVAL_LIMIT } from './tail.js';

/** A tenant by its name; undefined: the requests that belong to no tenant. */
export type Scope = string | undefined;

const ON_PAGE = 50;

const listPath = (scope: Scope) => (scope === undefined ? '/activity' : `/tenants/${part(scope)}/activity`);
const listKey = (scope: Scope) => (scope === undefined ? ['stray activity'] : keys.activity(scope));

export interface ActivityPageData extends ActivityList {
  /** The sequence number of the newest request, whether the filter wants it or not. */
  readonly newest: number;
}

async function readPage(
  scope: Scope,
  filter: ActivityFilter,
  before: number | undefined,
  signal: AbortSignal,
): Promise<ActivityPageData> {
  const ask = (query: Readonly<Record<string, string | number | undefined>>) =>
    api.get<ActivityList>(listPath(scope), query, signal);
  // Asked first, so that nothing can arrive between the two answers and be in neither.
  const first = isNarrowed(filter) && before === undefined ? (await ask({ limit: 1 })).items[0] : undefined;
  const list = await ask({ ...Object.fromEntries(queryOf(filter)), before, limit: ON_PAGE });
  return { ...list, newest: first?.sequence ?? list.items[0]?.sequence ?? 0 };
}

export const activityQueries = {
  /** Not read anew by itself: what arrives is put on top by the page. */
  page: (scope: Scope, filter: ActivityFilter, before: number | undefined) =>
    queryOptions({
      queryKey: [...listKey(scope), 'page', filter, before],
      queryFn: ({ signal }) => readPage(scope, filter, before, signal),
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 0,
    }),
  /** Oldest first. */
  arrivals: (scope: Scope, after: number) =>
    queryOptions({
      queryKey: [...listKey(scope), 'arrivals', after],
      queryFn: async ({ signal }): Promise<readonly ActivityView[]> =>
        (await api.get<ActivityList>(listPath(scope), { after, limit: ARRIVAL_LIMIT }, signal)).items,
      staleTime: 0,
      gcTime: 0,
      retry: false,
    }),
  /** The changes that a request made; only those of a tenant can have made any. */
  detail: (tenant: string, requestId: string) =>
    queryOptions({
      queryKey: [...keys.activity(tenant), 'detail', requestId],
      queryFn: ({ signal }) => api.get<ActivityDetail>(`${listPath(tenant)}/${part(requestId)}`, undefined, signal),
    }),
};

/** The address of the page with this filter, and with the details of a request when one is named. */
export function activityHref(scope: Scope, filter: ActivityFilter, request?: string): string {
  const query = Object.fromEntries(queryOf(filter, { request }));
  return scope === undefined ? `${paths.strayActivity}${queryText(query)}` : paths.activity(scope, query);
}

export function exportHref(tenant: string, format: 'csv' | 'jsonl', filter: ActivityFilter): string {
  return apiHref(`${listPath(tenant)}/export`, Object.fromEntries(queryOf(filter, { format })));
}
