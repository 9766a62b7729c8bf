/**
 * Security event tokens (RFC 8417): the claims of a change, signed with ES256. The key is made when it is first needed,
 * kept in the store as a secret, and the same for all processes on it. Knows: keys, claims that say who tells whom.
 * Does not know: what a change carries (sets.ts), how a token travels.
 */
import {
  type CryptoKey,
  calculateJwkThumbprint,
  calculateJwkThumbprintUri,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { Receiver, Tenant } from '../store/store.js';
import type { Told } from './outlet.js';
import type { EventSecrets } from './secrets.js';
import { claimsOf } from './sets.js';

export interface SetParts {
  readonly secrets: EventSecrets;
  /** The resource types of a tenant, as they are now. */
  readonly typesOf: (tenant: Tenant) => (name: string) => ResourceType | undefined;
  /** Where the server is; undefined: the thumbprint of the key as a URI (RFC 9278) stands for it, which is nobody else's. */
  readonly issuer: string | undefined;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
}

interface SigningKey {
  readonly key: CryptoKey;
  readonly id: string;
  /** As /jwks has it. */
  readonly published: JWK;
  readonly uri: string;
}

const ALGORITHM = 'ES256';
/** What tells a receiver that it is reached. OpenID Shared Signals Framework §8.1.4 */
const VERIFICATION = 'https://schemas.openid.net/secevent/ssf/event-type/verification';

/** To whom a token is. */
export type Audience = Pick<Receiver, 'id' | 'tenant' | 'audience'>;

export class SetSigner {
  private known: Promise<SigningKey> | undefined;

  constructor(private readonly parts: SetParts) {}

  /**
   * The claim `iss` of the tokens of a tenant. All are signed with one key, and whom they are for is for the tenant to say:
   * by this claim alone a receiver sees that a token is not of the tenant that it trusts.
   * @param tenant Tenant.id, which no later tenant of the same name has
   */
  async issuer(tenant: string): Promise<string> {
    const { issuer } = this.parts;
    return issuer === undefined ? `${(await this.key()).uri}#${tenant}` : `${issuer}/tenants/${tenant}`;
  }

  /** The public keys, as a JWK Set. RFC 7517 §5 */
  async jwks(): Promise<{ keys: JWK[] }> {
    return { keys: [(await this.key()).published] };
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
    const { key, id: kid } = await this.key();
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'secevent+jwt', kid })
      .setIssuer(await this.issuer(tenant))
      .setAudience(audience ?? id)
      .setIssuedAt(new Date(this.parts.clock()))
      .setJti(jti)
      .sign(key);
  }

  private key(): Promise<SigningKey> {
    this.known ??= this.read().catch((error: unknown) => {
      this.known = undefined;
      throw error;
    });
    return this.known;
  }

  private async read(): Promise<SigningKey> {
    const jwk = JSON.parse(await this.parts.secrets.ofStore('set-keys', newKey)) as JWK;
    const { kty, crv, x, y } = jwk as JWK & { kty: string; crv: string; x: string; y: string };
    const open = { kty, crv, x, y };
    const id = await calculateJwkThumbprint(open);
    const key = (await importJWK(jwk, ALGORITHM)) as CryptoKey;
    const uri = await calculateJwkThumbprintUri(open);
    return { key, id, uri, published: { ...open, kid: id, use: 'sig', alg: ALGORITHM } };
  }
}

async function newKey(): Promise<string> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return JSON.stringify(await exportJWK(privateKey));
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
