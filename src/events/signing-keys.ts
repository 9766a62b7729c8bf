/**
 * The keys that sign security event tokens: one signs, and those that it has replaced are published for a while beside it.
 * Kept in the store as one secret, the same for all tenants and all processes on it; the first is made when it is needed.
 * Of a key that signs no more its public part alone is kept. Knows: keys, and until when they hold. Does not know: claims.
 */
import {
  type CryptoKey,
  calculateJwkThumbprint,
  calculateJwkThumbprintUri,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import { AccessError } from '../access/refusal.js';
import type { Store } from '../store/store.js';
import { type Ending, isLive, outgoing } from './key-overlap.js';

export interface SigningKeysParts {
  readonly store: Pick<Store, 'secret' | 'replaceSecret'>;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
}

/** What checks tokens. */
export interface PublicKey extends Ending {
  /** As /jwks has it, with `kid`. */
  readonly jwk: JWK & { readonly kid: string };
  /** Since when it signs, ISO 8601 UTC; undefined: that was not noted. */
  readonly created?: string | undefined;
}

/** As the store has it, in JSON. */
interface Kept {
  /** The thumbprint of the first key as a URI (RFC 9278): it names the server, whatever signs by now. */
  readonly origin: string;
  /** Oldest first; the last one signs, and has its private part. */
  readonly keys: readonly (Omit<PublicKey, 'jwk'> & { readonly jwk: JWK })[];
}

interface Ring {
  readonly text: string;
  readonly origin: string;
  readonly signing: { readonly key: CryptoKey; readonly id: string };
  /** Oldest first. */
  readonly keys: readonly PublicKey[];
}

export const ALGORITHM = 'ES256';
const NAME = 'set-keys';
/** Milliseconds for which a key may sign that another process has replaced. */
const FRESH = 5_000;
/** How often a rotation is begun while others come first. */
const MOST_TRIES = 100;

export class SigningKeys {
  private known: Ring | undefined;
  private knownAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<Ring> | undefined;

  constructor(private readonly parts: SigningKeysParts) {}

  /** What signs now, and the thumbprint of the first key as a URI. */
  async current(): Promise<Pick<Ring, 'signing' | 'origin'>> {
    const isFresh = this.known && performance.now() - this.knownAt < FRESH;
    return isFresh ? (this.known as Ring) : this.latest();
  }

  /** What checks tokens, newest first: all that any process signs with. */
  async published(): Promise<PublicKey[]> {
    const now = this.parts.clock();
    const { keys } = await this.latest();
    return keys.filter((key) => isLive(key, now)).toReversed();
  }

  /**
   * A new key, which signs from now on; the others are published until the overlap is over.
   * @param overlap seconds, 0 to LONGEST_OVERLAP
   * @throws FieldRefused; AccessError conflict where too many are published
   */
  async rotate(overlap: number): Promise<PublicKey> {
    const { store, clock } = this.parts;
    const jwk = await newKey();
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { text, origin, keys } = await this.latest();
      const created = clock();
      const next: Kept = { origin, keys: [...outgoing(keys, created, overlap), { jwk, created }] };
      const isReplaced = await store.replaceSecret(NAME, text, JSON.stringify(next));
      // What is being read may be what was there before.
      this.reading = undefined;
      this.knownAt = Number.NEGATIVE_INFINITY;
      if (isReplaced) return publicOf({ jwk, created }, await calculateJwkThumbprint(jwk));
    }
    throw new AccessError('conflict', 'others replace the key at the same time: try again');
  }

  /** Of many who ask at once, one reads. */
  private latest(): Promise<Ring> {
    if (this.reading) return this.reading;
    const reading: Promise<Ring> = this.read().then((ring) => {
      // Whoever began to read before a change knows less than whoever began after it.
      if (this.reading === reading) this.keep(ring);
      return ring;
    });
    this.reading = reading;
    reading.catch(() => {
      if (this.reading === reading) this.reading = undefined;
    });
    return reading;
  }

  private keep(ring: Ring): void {
    this.known = ring;
    this.knownAt = performance.now();
    this.reading = undefined;
  }

  private async read(): Promise<Ring> {
    const { store, clock } = this.parts;
    const text = await store.secret(NAME, this.known?.text ?? (await firstOf(await newKey(), clock())));
    return this.known?.text === text ? this.known : ringOf(text);
  }
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return exportJWK(privateKey);
}

async function firstOf(jwk: JWK, created: string | undefined): Promise<string> {
  return JSON.stringify({ origin: await calculateJwkThumbprintUri(jwk), keys: [{ jwk, created }] } satisfies Kept);
}

async function ringOf(text: string): Promise<Ring> {
  const found = JSON.parse(text) as Kept | JWK;
  // As it was kept before a key could be replaced: the key itself.
  const kept = 'keys' in found ? (found as Kept) : (JSON.parse(await firstOf(found as JWK, undefined)) as Kept);
  const keys = await Promise.all(kept.keys.map(async (key) => publicOf(key, await calculateJwkThumbprint(key.jwk))));
  const newest = kept.keys.at(-1)?.jwk as JWK;
  const signing = { key: (await importJWK(newest, ALGORITHM)) as CryptoKey, id: keys.at(-1)?.jwk.kid as string };
  return { text, origin: kept.origin, signing, keys };
}

/** Without what is private. */
function publicOf({ jwk, created, ends }: Kept['keys'][number], kid: string): PublicKey {
  const { kty, crv, x, y } = jwk as JWK & { kty: string; crv: string; x: string; y: string };
  return { jwk: { kty, crv, x, y, kid, use: 'sig', alg: ALGORITHM }, created, ends };
}
