/**
 * Cursors of RFC 9865: a place in one list, for whoever asked for that list. Opaque to clients, signed so that none can
 * be made up or carried to another tenant, type, filter or order, and good for a while only.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { ScimError } from '../scim/errors.js';
import type { Keyset, Position } from '../store/store.js';

/** What a cursor belongs to: the tenant, and the parameters of the list as the client gave them. */
export type CursorScope = readonly (string | undefined)[];

export interface CursorParts {
  /** The same for all processes on one store, and known to nobody else. */
  readonly secret: () => Promise<string>;
  /** Seconds for which a cursor is good. */
  readonly timeout: number;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
}

/** [expires in ms since 1970, forward, row, key]; without a sort there is no key, which JSON makes a null. */
type Content = readonly [expires: number, isForward: boolean, row: number, key: Position['key']];

/** Base64url of at most so many characters is read; a position is far shorter. */
const LONGEST = 8_000;

export class Cursors {
  constructor(private readonly parts: CursorParts) {}

  /** The cursor that leads to the page which the keyset describes. */
  async issue(keyset: Keyset & { readonly from: object }, scope: CursorScope): Promise<string> {
    const { direction, from } = keyset;
    const expires = Date.parse(this.parts.clock()) + this.parts.timeout * 1000;
    const content: Content = [expires, direction === 'forward', from.row, from.key];
    const text = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${text}.${(await this.sign(text, scope)).toString('base64url')}`;
  }

  /**
   * Where the cursor leads; an empty one to the first page.
   * @throws ScimError invalidCursor, expiredCursor
   */
  async read(cursor: string, scope: CursorScope): Promise<Keyset> {
    if (cursor === '') return { direction: 'forward' };
    const [text = '', signature = '', ...more] = cursor.length <= LONGEST ? cursor.split('.') : [];
    const given = Buffer.from(signature, 'base64url');
    const right = await this.sign(text, scope);
    // Base64 has more than one spelling of the same bytes; only ours is good.
    const isOurs =
      more.length === 0 &&
      given.length === right.length &&
      timingSafeEqual(given, right) &&
      right.toString('base64url') === signature;
    if (!isOurs) throw new ScimError('invalidCursor');
    const [expires, isForward, row, key] = JSON.parse(Buffer.from(text, 'base64url').toString()) as Content;
    if (expires <= Date.parse(this.parts.clock())) throw new ScimError('expiredCursor');
    return { direction: isForward ? 'forward' : 'backward', from: { row, key } };
  }

  private async sign(text: string, scope: CursorScope): Promise<Buffer> {
    return createHmac('sha256', await this.parts.secret())
      .update(JSON.stringify([text, ...scope.map((part) => part ?? null)]))
      .digest();
  }
}
