/**
 * What the pages read, each with its key: below `['tenant', name]` for what belongs to a tenant, so that all of it can
 * be made stale at once. Nothing secret is ever read by a query: secrets come from the answer of a change, once.
 */
import { MutationCache, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query';
import type {
  ActivityList,
  Config,
  Connection,
  CredentialView,
  SessionView,
  Settings,
  TenantView,
  TrafficView,
  TypeView,
} from '../http/admin/messages.js';
import { ApiError, api, part, setCsrf } from './api.js';

export const keys = {
  config: ['config'],
  session: ['session'],
  tenants: ['tenants'],
  settings: ['settings'],
  tenant: (tenant: string) => ['tenant', tenant],
  credentials: (tenant: string) => ['tenant', tenant, 'credentials'],
  activity: (tenant: string) => ['tenant', tenant, 'activity'],
} as const;

interface Items<T> {
  readonly items: readonly T[];
}

const tenantPath = (tenant: string) => `/tenants/${part(tenant)}`;

export const queries = {
  config: queryOptions({
    queryKey: keys.config,
    queryFn: ({ signal }) => api.get<Config>('/config', undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  }),
  /** Null: nobody is signed in. */
  session: queryOptions({
    queryKey: keys.session,
    queryFn: async ({ signal }): Promise<SessionView | null> => {
      const session = await api.get<SessionView>('/session', undefined, signal).catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      });
      setCsrf(session?.csrf);
      return session;
    },
    staleTime: 60_000,
  }),
  tenants: queryOptions({
    queryKey: keys.tenants,
    queryFn: async ({ signal }) => (await api.get<Items<TenantView>>('/tenants', undefined, signal)).items,
  }),
  settings: queryOptions({
    queryKey: keys.settings,
    queryFn: ({ signal }) => api.get<Settings>('/settings', undefined, signal),
  }),
  tenant: (tenant: string) =>
    queryOptions({
      queryKey: keys.tenant(tenant),
      queryFn: ({ signal }) => api.get<TenantView>(tenantPath(tenant), undefined, signal),
    }),
  traffic: (tenant: string, hours: number) =>
    queryOptions({
      queryKey: [...keys.tenant(tenant), 'traffic', hours],
      queryFn: async ({ signal }) =>
        (await api.get<Items<TrafficView>>(`${tenantPath(tenant)}/traffic`, { hours }, signal)).items,
    }),
  connection: (tenant: string) =>
    queryOptions({
      queryKey: [...keys.tenant(tenant), 'connection'],
      queryFn: ({ signal }) => api.get<Connection>(`${tenantPath(tenant)}/connection`, undefined, signal),
    }),
  credentials: (tenant: string) =>
    queryOptions({
      queryKey: keys.credentials(tenant),
      queryFn: async ({ signal }) =>
        (await api.get<Items<CredentialView>>(`${tenantPath(tenant)}/credentials`, undefined, signal)).items,
    }),
  credential: (tenant: string, id: string) =>
    queryOptions({
      queryKey: [...keys.credentials(tenant), id],
      queryFn: ({ signal }) =>
        api.get<CredentialView>(`${tenantPath(tenant)}/credentials/${part(id)}`, undefined, signal),
    }),
  types: (tenant: string) =>
    queryOptions({
      queryKey: [...keys.tenant(tenant), 'types'],
      queryFn: async ({ signal }) =>
        (await api.get<Items<TypeView>>(`${tenantPath(tenant)}/types`, undefined, signal)).items,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  /** The newest requests of a tenant. */
  newest: (tenant: string, limit: number) =>
    queryOptions({
      queryKey: [...keys.activity(tenant), 'newest', limit],
      queryFn: async ({ signal }) =>
        (await api.get<ActivityList>(`${tenantPath(tenant)}/activity`, { limit }, signal)).items,
    }),
};

/**
 * Somebody has signed in: nothing that was read for whoever was signed in before is shown to them. The session itself is
 * changed in its place, for those who watch it.
 */
export function beginSession(client: QueryClient, session: SessionView): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] });
  client.getMutationCache().clear();
  setCsrf(session.csrf);
  client.setQueryData(keys.session, session);
}

/** Asking again helps when the server could not answer, not when it has refused. */
function isWorthRepeating(failures: number, error: Error): boolean {
  return failures < 2 && !(error instanceof ApiError && error.status < 500 && error.status !== 429);
}

/**
 * A 401 of any query or change means that the session has ended; whoever shows the page goes to sign-in. Without a
 * network what is asked for fails and says so: waiting for it would be silent, and the server may be on this machine.
 */
export function createQueryClient(): QueryClient {
  const noticeEnd = (error: Error) => {
    if (error instanceof ApiError && error.status === 401) client.setQueryData(keys.session, null);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: noticeEnd }),
    mutationCache: new MutationCache({ onError: noticeEnd }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        networkMode: 'always',
        retry: isWorthRepeating,
        retryDelay: (failures) => 1000 * 2 ** failures,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
  return client;
}
