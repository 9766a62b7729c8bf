/** Token introspection (RFC 7662) and revocation (RFC 7009), each within what the caller may know of. */
import type { Credential, Key, Store, Tenant } from '../../store/store.js';
import { hashToken } from '../token.js';
import { authenticateClient, type Client, type ClientAuthenticationParts } from './client-authentication.js';
import { type OAuthRequest, required } from './form.js';
import { OAuthRefused } from './refusal.js';

export interface InspectionParts extends ClientAuthenticationParts {
  readonly store: ClientAuthenticationParts['store'] & Pick<Store, 'findBearer' | 'removeKey'>;
}

/** Who asks. */
export interface Caller {
  readonly credential: Credential;
  readonly tenant: Tenant;
}

/** RFC 7662 §2.2 */
export type TokenDescription =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly scope: string;
      readonly client_id: string;
      readonly token_type: 'Bearer';
      /** Seconds since 1970. */
      readonly iat: number;
      readonly exp?: number;
    };

export interface Inspection {
  /** What a token allows now. One of another tenant is as inactive as one that does not exist. @throws OAuthRefused */
  introspect(request: OAuthRequest): Promise<{ readonly answer: TokenDescription; readonly caller: Caller }>;
  /** Forgets an access token of the client. Whatever is not one changes nothing. @throws OAuthRefused */
  revoke(request: OAuthRequest): Promise<Client>;
}

interface Found extends Caller {
  readonly key: Key;
}

export function createInspection(parts: InspectionParts): Inspection {
  const { store, clock } = parts;
  return {
    introspect: async (request) => {
      const caller = await callerOf(request, parts);
      const found = await store.findBearer(hashToken(required(request.form, 'token')));
      const isVisible = found?.tenant.id === caller.tenant.id && isLive(found, clock());
      return { caller, answer: found && isVisible ? describe(found) : { active: false } };
    },
    revoke: async (request) => {
      const client = await authenticateClient(request, parts);
      const hash = hashToken(required(request.form, 'token'));
      const found = await store.findBearer(hash);
      if (found?.key.kind === 'access' && found.credential.id === client.credential.id) await store.removeKey(hash);
      return client;
    },
  };
}

/** A client, or the holder of a bearer token. RFC 7662 §2.1 leaves it open how the caller is authorized. */
async function callerOf(request: OAuthRequest, parts: InspectionParts): Promise<Caller> {
  const [, token] = /^bearer +(\S+) *$/i.exec(request.authorization ?? '') ?? [];
  if (token === undefined) return authenticateClient(request, parts);
  const found = await parts.store.findBearer(hashToken(token));
  if (found && isLive(found, parts.clock())) return found;
  const description = 'The bearer token of the Authorization header is not known here, or not good any more.';
  const reason = {
    failed: 'bearer',
    expected: 'a token that is good',
    came: found ? 'one that was' : 'an unknown one',
  };
  throw new OAuthRefused('invalid_token', description, { reason, found });
}

function isLive({ key, credential, tenant }: Found, now: string): boolean {
  const isPast = (time: string | undefined): boolean => time !== undefined && Date.parse(time) <= Date.parse(now);
  const isEnded = isPast(key.expires) || isPast(credential.expires);
  return !isEnded && credential.revoked === undefined && tenant.disabled === undefined;
}

function describe({ key, credential }: Found): TokenDescription {
  const ends = [key.expires, credential.expires].filter((time) => time !== undefined).map(toSeconds);
  const scopes = key.scopes ? credential.scopes.filter((scope) => key.scopes?.includes(scope)) : credential.scopes;
  return {
    active: true,
    scope: scopes.join(' '),
    client_id: credential.identifier ?? credential.id,
    token_type: 'Bearer',
    iat: toSeconds(key.created),
    ...(ends.length > 0 && { exp: Math.min(...ends) }),
  };
}

function toSeconds(time: string): number {
  return Math.floor(Date.parse(time) / 1_000);
}
