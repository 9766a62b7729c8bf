/** How the OAuth endpoints say no: RFC 6749 §5.2. */
import type { JsonObject } from '../../scim/json.js';
import type { Credential, Tenant } from '../../store/store.js';

/** Each error code with its HTTP status. `temporarily_unavailable` and `slow_down` are for 503 and 429. */
export const OAUTH_ERRORS = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  invalid_token: 401,
  slow_down: 429,
  temporarily_unavailable: 503,
  server_error: 500,
} as const satisfies Record<string, number>;

export type OAuthErrorName = keyof typeof OAUTH_ERRORS;

/** Beside what the client is told. */
export interface RefusalNotes {
  /** Which check failed, what was expected, what came; never a secret. For the log and the activity. */
  readonly reason?: JsonObject | undefined;
  /** Whose credential it was, where that is known; it need not have been accepted. */
  readonly found?: { readonly credential: Credential; readonly tenant: Tenant } | undefined;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** A request that is refused. `message` is the `error_description`: ASCII without quotes and backslashes. */
export class OAuthRefused extends Error {
  readonly status: number;
  readonly notes: RefusalNotes;

  constructor(
    readonly error: OAuthErrorName,
    message: string,
    notes: RefusalNotes = {},
  ) {
    super(message, notes.cause === undefined ? undefined : { cause: notes.cause });
    this.name = 'OAuthRefused';
    this.status = OAUTH_ERRORS[error];
    this.notes = notes;
  }
}
