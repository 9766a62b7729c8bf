/** What the page of admins reads. No secret is among it: links and tokens come once, from the answer of a change. */
import { queryOptions } from '@tanstack/react-query';
import type { AdminTokenView, AdminView, InvitationView } from '../../http/admin/messages.js';
import { api } from '../api.js';

const KEY = ['admins'];

function listOf<T>(path: string) {
  return queryOptions({
    queryKey: [...KEY, path],
    queryFn: async ({ signal }) => (await api.get<{ readonly items: readonly T[] }>(path, undefined, signal)).items,
  });
}

export const adminQueries = {
  /** Of all below. */
  key: KEY,
  admins: listOf<AdminView>('/admins'),
  invitations: listOf<InvitationView>('/invitations'),
  tokens: listOf<AdminTokenView>('/tokens'),
};
