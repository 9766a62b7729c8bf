/** How federation says no: what was wrong with a JWT, or with the place that its keys come from. */
import type { JsonObject } from '../../scim/json.js';
import type { Credential, Tenant } from '../../store/store.js';

/** A credential with its tenant. */
export interface Trusted {
  readonly credential: Credential;
  readonly tenant: Tenant;
}

/**
 * A JWT that opens nothing. `message` is one sentence for the client: ASCII without quotes. `reason` is for those who run
 * the server and the tenant (RefusalAbout): which check failed, what was expected, what came. Claims are in it, the token
 * and its signature never.
 */
export class JwtRefused extends Error {
  readonly reason: JsonObject;

  constructor(
    message: string,
    reason: JsonObject,
    /** Whose it would have been, where that is clear. */
    readonly found?: Trusted,
  ) {
    super(message);
    this.name = 'JwtRefused';
    this.reason = { ...reason, ...(found && { credential: named(found) }) };
  }
}

/** A credential as reasons name it. */
export function named({ credential: { id, name, kind } }: Pick<Trusted, 'credential'>): JsonObject {
  return { id, name, kind };
}

/**
 * The keys of an issuer could not be had. `message` says why, for those who run the server.
 * `isTemporary`: it may work later; otherwise something must be configured differently.
 */
export class IssuerError extends Error {
  constructor(
    message: string,
    readonly isTemporary: boolean,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'IssuerError';
  }
}
