/** The document of a tenant: reading it, and putting another in its place. */
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { SchemasPut, SchemasView } from '../../http/admin/messages.js';
import { api, part } from '../api.js';
import { keys } from '../queries.js';
import { useNotify } from '../shell/notices.js';

const path = (tenant: string) => `/tenants/${part(tenant)}/schemas`;

export const schemasOf = (tenant: string) =>
  queryOptions({
    queryKey: [...keys.tenant(tenant), 'schemas'],
    queryFn: ({ signal }) => api.get<SchemasView>(path(tenant), undefined, signal),
    // What somebody is writing is not overtaken by what is read again.
    refetchOnWindowFocus: false,
  });

/** What the tenant offers follows from its schemas, so all that is known of it is read again. */
export function usePutSchemas(tenant: string) {
  const client = useQueryClient();
  const notify = useNotify();
  return useMutation({
    mutationFn: (text: string | null) => api.put<SchemasView>(path(tenant), { text } satisfies SchemasPut),
    onSuccess: (view) => {
      client.setQueryData(schemasOf(tenant).queryKey, view);
      void client.invalidateQueries({ queryKey: keys.tenant(tenant) });
      const content =
        view.text === null ? `${tenant} has the schemas of the server.` : `The schemas of ${tenant} were saved.`;
      notify({ type: 'success', content });
    },
  });
}
