/** What a JWT claims, held against what a credential trusts. Pure: signatures and times are judged elsewhere. */
import type { JWTPayload } from 'jose';
import type { JsonObject } from '../../scim/json.js';
import type { Trust } from '../../store/store.js';

/** One claim that does not fit. */
export interface Mismatch {
  readonly claim: 'iss' | 'aud' | 'sub' | 'tid';
  readonly expected: string;
  readonly came: string;
}

/** In the order in which people should look at them; empty: the token is the credential's, if it is genuine. */
export function mismatches({ issuer, audiences, subject, directory }: Trust, claims: JWTPayload): Mismatch[] {
  const found: Mismatch[] = [];
  const expect = (claim: Mismatch['claim'], expected: string, fits: boolean): void => {
    if (!fits) found.push({ claim, expected, came: shown(claims[claim]) });
  };
  expect('iss', issuer, claims.iss === issuer);
  expect('aud', audiences.join(' or '), hasAudience(claims.aud, audiences));
  if (directory !== undefined) expect('tid', directory, claims.tid === directory);
  if (subject !== undefined) expect('sub', subject, claims.sub === subject);
  return found;
}

/** RFC 7519 §4.1.3: one or several, of which one must be ours. */
function hasAudience(aud: unknown, audiences: readonly string[]): boolean {
  const claimed: unknown[] = Array.isArray(aud) ? aud : [aud];
  return claimed.some((audience) => typeof audience === 'string' && audiences.includes(audience));
}

/** For a log or a page: what whoever made the token wrote, cut to 200 characters. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** A claim of seconds since 1970 as ISO 8601, where there is such a time; like shown() otherwise. */
export function asTime(value: unknown): string {
  const time = new Date(typeof value === 'number' ? value * 1_000 : Number.NaN);
  return Number.isNaN(time.getTime()) ? shown(value) : time.toISOString();
}

/** As it is recorded: the claim that failed first, with both sides, and the names of the others. */
export function reasonOf([first, ...others]: readonly Mismatch[]): JsonObject {
  if (!first) return {};
  const { claim, expected, came } = first;
  const alsoFailed = others.map((other) => other.claim).join(', ');
  return { failed: claim, expected, came, ...(alsoFailed !== '' && { alsoFailed }) };
}
