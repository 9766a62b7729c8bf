/** Changing a tenant, from wherever: the answer is shown at once, and the list is read again. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { TenantPatch, TenantView } from '../../http/admin/messages.js';
import { api, part } from '../api.js';
import { keys } from '../queries.js';
import { useNotify } from '../shell/notices.js';

/** `done`: the sentence that is shown afterwards. */
export function usePatchTenant(tenant: string, done: (changed: TenantView) => string) {
  const client = useQueryClient();
  const notify = useNotify();
  return useMutation({
    mutationFn: (patch: TenantPatch) => api.patch<TenantView>(`/tenants/${part(tenant)}`, patch),
    onSuccess: (changed) => {
      client.setQueryData(keys.tenant(changed.name), changed);
      void client.invalidateQueries({ queryKey: keys.tenants });
      notify({ type: 'success', content: done(changed) });
    },
  });
}

/** Forgets all that is known of a tenant that is gone or has another name. */
export function useForgetTenant() {
  const client = useQueryClient();
  return (tenant: string) => {
    client.removeQueries({ queryKey: keys.tenant(tenant) });
    return client.invalidateQueries({ queryKey: keys.tenants });
  };
}
