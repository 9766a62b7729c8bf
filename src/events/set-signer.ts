/**
 * Security event tokens (RFC 8417): the claims of a change, signed. Knows: claims that say who tells whom. Does not know:
 * what a change carries (sets.ts), where keys come from (signing-keys.ts), how a token travels.
 */
import { type JWK, SignJWT } from 'jose';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { Receiver, Tenant } from '../store/store.js';
import type { Told } from './outlet.js';
import { claimsOf } from './sets.js';
import { ALGORITHM, type SigningKeys } from './signing-keys.js';

export interface SetParts {
  readonly keys: SigningKeys;
  /** The resource types of a tenant, as they are now. */
  readonly typesOf: (tenant: Tenant) => (name: string) => ResourceType | undefined;
  /** Where the server is; undefined: the thumbprint of its first key stands for it (RFC 9278), which is nobody else's. */
  readonly issuer: string | undefined;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
}

/** What tells a receiver that it is reached. OpenID Shared Signals Framework §8.1.4 */
const VERIFICATION = 'https://schemas.openid.net/secevent/ssf/event-type/verification';

/** To whom a token is. */
export type Audience = Pick<Receiver, 'id' | 'tenant' | 'audience'>;

export class SetSigner {
  constructor(private readonly parts: SetParts) {}

  /**
   * The claim `iss` of the tokens of a tenant. All are signed with the same key, and whom they are for is for the tenant to say:
   * by this claim alone a receiver sees that a token is not of the tenant that it trusts.
   * @param tenant Tenant.id, which no later tenant of the same name has
   */
  async issuer(tenant: string): Promise<string> {
    const { issuer } = this.parts;
    return issuer === undefined
      ? `${(await this.parts.keys.current()).origin}#${tenant}`
      : `${issuer}/tenants/${tenant}`;
  }

  /** The public keys, as a JWK Set: that which signs, and those that it has replaced. RFC 7517 §5 */
  async jwks(): Promise<{ keys: JWK[] }> {
    return { keys: (await this.parts.keys.published()).map(({ jwk }) => jwk) };
  }

  /** The token that tells a receiver of a change; each time the same claims but for `iat`, when it was signed. */
  async tokenOf(tenant: Tenant, receiver: Audience, told: Told): Promise<string> {
    const type = this.typeOf(tenant, told.change.key.type);
    return this.sign(receiver, jtiOf(receiver, told.change.sequence), { ...claimsOf(told, type) });
  }

  /** A token that tells nothing, to find out whether it arrives. */
  verification(receiver: Audience, id: string): Promise<string> {
    const subject = { format: 'opaque', id: receiver.id };
    return this.sign(receiver, id, { sub_id: subject, events: { [VERIFICATION]: {} } });
  }

  /** Undefined also where the tenant's schemas cannot be linked any more. */
  private typeOf(tenant: Tenant, name: string): ResourceType | undefined {
    try {
      return this.parts.typesOf(tenant)(name);
    } catch {
      return undefined;
    }
  }

  private async sign({ audience, id, tenant }: Audience, jti: string, claims: object): Promise<string> {
    const { signing } = await this.parts.keys.current();
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'secevent+jwt', kid: signing.id })
      .setIssuer(await this.issuer(tenant))
      .setAudience(audience ?? id)
      .setIssuedAt(new Date(this.parts.clock()))
      .setJti(jti)
      .sign(signing.key);
  }
}

/** The claim `jti`: the same each time a receiver is told of a change. */
export function jtiOf({ id }: Pick<Receiver, 'id'>, sequence: number): string {
  return `${id}.${sequence}`;
}

/** The sequence number of the change that a token told of; undefined for what was never a token of this receiver. */
export function sequenceOf({ id }: Pick<Receiver, 'id'>, jti: string): number | undefined {
  if (!jti.startsWith(`${id}.`)) return undefined;
  const number = jti.slice(id.length + 1);
  return /^[1-9]\d{0,14}$/.test(number) ? Number(number) : undefined;
}
