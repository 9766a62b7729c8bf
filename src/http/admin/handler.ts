/**
 * What a handler of the admin API is given, and what it gives back. By then the admin is known and permitted, and the
 * tenant in the path exists and is one that the admin sees. Handlers know no Express.
 */
import type { AdminPrincipal } from '../../access/admin-access.js';
import type { AuditEntry } from '../../access/audit.js';
import type { Tenant } from '../../store/store.js';

export interface AdminRequest {
  readonly admin: AdminPrincipal;
  /** That of `/tenants/{tenant}/…`; undefined elsewhere. */
  readonly tenant: Tenant | undefined;
  /** The variable parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** As the route's schema has checked it; undefined without a body. */
  readonly body: unknown;
  /** Origin of the server, without a slash: `https://scim.example.com`. */
  readonly baseUrl: string;
  /** Where the admin page is, without a slash: `https://scim.example.com/admin`. */
  readonly page: string;
  /** The client's. */
  readonly address: string | undefined;
}

/** A request of somebody who need not have signed in. */
export interface PublicRequest extends Omit<AdminRequest, 'admin' | 'tenant'> {
  /** The session that the browser says it has. */
  readonly sessionId: string | undefined;
  /** The header Cookie. */
  readonly cookies: string | undefined;
  /** Whether the browser uses https. */
  readonly isSecure: boolean;
}

/** What is recorded of a change. Without `actor`: the caller. Without `tenant`: that in the path. */
export type AdminAudit = Pick<AuditEntry, 'action' | 'tenant' | 'target' | 'details'> & {
  readonly actor?: AuditEntry['actor'];
};

export interface AdminResponse {
  /** HTTP status code. */
  readonly status: number;
  /** Sent as JSON. */
  readonly body?: unknown;
  /**
   * In place of `body`: writes the answer bit by bit. `write` resolves when the client has taken enough for more to
   * come, and rejects when it is gone.
   */
  readonly stream?: (write: (chunk: string) => Promise<void>) => Promise<void>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Recorded before the answer is sent. Every change has one. */
  readonly audit?: AdminAudit;
  /** The session that the browser is to have from now on; null: none. */
  readonly session?: string | null;
}

/** The tenant of a route below `/tenants/{tenant}`. */
export function tenantOf({ tenant }: AdminRequest): Tenant {
  if (!tenant) throw new Error('the route has no tenant in its path');
  return tenant;
}

export function ok(body: unknown): AdminResponse {
  return { status: 200, body };
}
