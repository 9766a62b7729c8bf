import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { AccountChange, SessionView } from '../../http/admin/messages.js';
import { api, setCsrf } from '../api.js';
import { keys } from '../queries.js';
import { useNotify } from '../shell/notices.js';

/** Changes the viewer’s own account. A new password may come with a new session, so with another CSRF token. */
export function useAccountChange(done: string, onSuccess: () => void) {
  const client = useQueryClient();
  const notify = useNotify();
  return useMutation({
    mutationFn: (change: AccountChange) => api.patch<SessionView>('/account', change),
    gcTime: 0,
    onSuccess: (session) => {
      setCsrf(session.csrf);
      client.setQueryData(keys.session, session);
      notify({ type: 'success', content: done });
      onSuccess();
    },
  });
}
