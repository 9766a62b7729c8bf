/**
 * Cursors of RFC 9865: a place in one list, for whoever asked for that list. Sealed with AES-256-GCM, so that none can be
 * made up or carried to another tenant, type, filter or order, and none tells how much the store holds of others.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { PositionAcross } from '../directory/search-across.js';
import { ScimError } from '../scim/errors.js';
import type { Keyset, Position } from '../store/store.js';

/** What a cursor belongs to: the tenant, and what the parameters of the list mean. */
export type CursorScope = readonly (string | undefined)[];

export interface CursorParts {
  /** 32 bytes in hex, the same for all processes on one store, and known to nobody else. */
  readonly secret: () => Promise<string>;
  /** Seconds for which a cursor is good. */
  readonly timeout: number;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
}

/**
 * [expires in ms since 1970, forward, row, key, search]; without a sort there is no key, which JSON makes a null, and the
 * last stands in cursors of lists of several types alone.
 */
type Content = readonly [expires: number, isForward: boolean, row: number, key: Position['key'], search?: number];

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Longer ones are not read: a position is far shorter. */
const MOST_CHARACTERS = 8_000;

/** A place in the list of one type, or of several. */
export type CursorPlace = Position & Partial<PositionAcross>;

export class Cursors {
  constructor(private readonly parts: CursorParts) {}

  /** The cursor that leads to the page which the keyset describes. */
  async issue({ direction, from }: Keyset & { readonly from: CursorPlace }, scope: CursorScope): Promise<string> {
    const expires = Date.parse(this.parts.clock()) + this.parts.timeout * 1000;
    const { row, key, search } = from;
    const place = [expires, direction === 'forward', row, key] as const;
    const content: Content = search === undefined ? place : [...place, search];
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, await this.key(), nonce).setAAD(scopeText(scope));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(content)), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /**
   * Where the cursor leads; an empty one to the first page.
   * @throws ScimError invalidCursor, expiredCursor
   */
  async read(cursor: string, scope: CursorScope): Promise<Keyset<PositionAcross>> {
    if (cursor === '') return { direction: 'forward' };
    const [expires, isForward, row, key, search = 0] = open(cursor, await this.key(), scope);
    if (expires <= Date.parse(this.parts.clock())) throw new ScimError('expiredCursor');
    return { direction: isForward ? 'forward' : 'backward', from: { row, key, search } };
  }

  private async key(): Promise<Buffer> {
    return Buffer.from(await this.parts.secret(), 'hex');
  }
}

/** @throws ScimError invalidCursor */
function open(cursor: string, key: Buffer, scope: CursorScope): Content {
  const bytes = Buffer.from(cursor.slice(0, MOST_CHARACTERS), 'base64url');
  // Base64 has more than one spelling of the same bytes; only ours is good.
  if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== cursor) {
    throw new ScimError('invalidCursor');
  }
  const [nonce, sealed, tag] = [
    bytes.subarray(0, NONCE_BYTES),
    bytes.subarray(NONCE_BYTES, -TAG_BYTES),
    bytes.subarray(-TAG_BYTES),
  ];
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(scopeText(scope))
    .setAuthTag(tag);
  try {
    return JSON.parse(Buffer.concat([decipher.update(sealed), decipher.final()]).toString()) as Content;
  } catch (cause) {
    throw new ScimError('invalidCursor', undefined, { cause });
  }
}

function scopeText(scope: CursorScope): Buffer {
  return Buffer.from(JSON.stringify(scope.map((part) => part ?? null)));
}
