/** Changing a credential: the answer is shown at once, and the lists that it is in are read again. */
import { useQueryClient } from '@tanstack/react-query';
import type { CredentialPatch, CredentialView, IssuedCredential } from '../../http/admin/messages.js';
import { api, part } from '../api.js';
import { keys, queries } from '../queries.js';

export interface CredentialChanges {
  readonly patch: (patch: CredentialPatch) => Promise<void>;
  /** The new secret is in the result and nowhere else. */
  readonly rotate: (overlapHours: number) => Promise<IssuedCredential>;
  readonly revoke: () => Promise<void>;
  readonly endKey: (key: string) => Promise<void>;
}

export function useCredentialChange(tenant: string, id: string): CredentialChanges {
  const client = useQueryClient();
  const path = `/tenants/${part(tenant)}/credentials/${part(id)}`;
  const show = (changed: CredentialView) => {
    client.setQueryData(queries.credential(tenant, id).queryKey, changed);
    void client.invalidateQueries({ queryKey: keys.tenant(tenant) });
  };
  return {
    patch: async (patch) => show(await api.patch<CredentialView>(path, patch)),
    revoke: async () => show(await api.post<CredentialView>(`${path}/revoke`)),
    endKey: async (key) => show(await api.post<CredentialView>(`${path}/keys/${part(key)}/end`)),
    rotate: async (overlapHours) => {
      const issued = await api.post<IssuedCredential>(`${path}/rotate`, { overlapHours });
      show(issued.credential);
      return issued;
    },
  };
}
