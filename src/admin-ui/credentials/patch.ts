/** What was changed in the form of a credential. Pure. */
import type { CredentialPatch, CredentialView } from '../../http/admin/messages.js';
import { type TrustDraft, trustOf } from '../connect/trust.js';

export interface Edited {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expires: string | null;
  /** Seconds. */
  readonly tokenLifetime: number;
  readonly trust: TrustDraft;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Only what differs; empty when nothing does. */
export function patchOf(
  before: CredentialView,
  { name, scopes, expires, tokenLifetime, trust }: Edited,
): CredentialPatch {
  const newTrust = before.trust && trustOf('any', trust);
  return {
    ...(name.trim() !== before.name && { name: name.trim() }),
    ...(!isSame([...scopes].sort(), [...before.scopes].sort()) && { scopes }),
    ...(expires !== before.expires && { expires }),
    ...(before.tokenLifetime !== null && tokenLifetime !== before.tokenLifetime && { tokenLifetime }),
    ...(newTrust && !isSame(newTrust, before.trust) && { trust: newTrust }),
  };
}
