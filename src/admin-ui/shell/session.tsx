/** Who is signed in, and what they may do. */
import { createContext, useContext } from 'react';
import type { Permission } from '../../access/roles.js';
import type { SessionView } from '../../http/admin/messages.js';

/** What the sign-in page is told when somebody is sent there. */
export interface SignInState {
  /** True: somebody was signed in a moment ago. */
  readonly hasEnded: boolean;
}

export const SessionContext = createContext<SessionView | null>(null);

/** Only within the shell, where somebody is signed in. */
export function useSession(): SessionView {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession is for pages within the shell');
  return session;
}

/** What decides whether an action shows; the server decides whether it is done. */
export function useCan(): (permission: Permission) => boolean {
  const { permissions } = useSession();
  return (permission) => permissions.includes(permission);
}
