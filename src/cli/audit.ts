/** What commands do is recorded as what admins do: by whom, as far as the machine knows. */
import { userInfo } from 'node:os';
import { type AuditEntry, audit } from '../access/audit.js';
import type { AuditActor, Store } from '../store/store.js';
import { sources } from './sources.js';

/** Records an action that a command has done. */
export function auditCommand(
  store: Pick<Store, 'appendAudit'>,
  entry: Pick<AuditEntry, 'action' | 'tenant' | 'target' | 'details'>,
): Promise<void> {
  return audit(store, { time: sources.clock(), actor: commandActor(), ...entry });
}

/** Whoever runs the command, by the name of their account. */
function commandActor(): AuditActor {
  return { kind: 'command line', id: undefined, name: accountName() };
}

/** For `createdBy`. */
export function commandAuthor(): string {
  return `${accountName()} (command line)`;
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container the user may have a number and no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
