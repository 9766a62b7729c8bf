/** When credentials end: how people write it, and what is near. Knows: times. Does not know: what it is that ends. */
import { canonicalInstant } from '../scim/resource/instant.js';
import { FieldRefused } from './refusal.js';

const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000 } as const;
const DURATION = /^(\d{1,9})([dhm])$/;
const LIFETIME_FORMS = '90d, 12h, 30m, a date such as 2031-01-31, or a time such as 2031-01-31T12:00:00Z';

/** Milliseconds before its end from which on something is said to expire. */
const NEAR = 30 * UNIT_MS.d;

/**
 * When something made now is to end, as ISO 8601 UTC. `90d`, `12h` and `30m` count from `now` (ISO 8601); a date
 * means its first moment in UTC.
 * @throws FieldRefused for another form, and for a moment that is past or beyond the year 9999.
 */
export function parseLifetime(text: string, now: string): string {
  const [, count, unit] = DURATION.exec(text) ?? [];
  const start = Date.parse(now);
  const end = count ? start + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS] : instantOf(text);
  const refused = (why: string) => new FieldRefused('expires', `${JSON.stringify(text.slice(0, 80))} ${why}`);
  if (Number.isNaN(end)) throw refused(`is not a lifetime: write ${LIFETIME_FORMS}`);
  if (end <= start) throw refused('ends at once: it is not in the future');
  if (end > Date.UTC(9999, 11, 31)) throw refused('is too far in the future');
  return new Date(end).toISOString();
}

/** Milliseconds since 1970, or NaN. */
function instantOf(text: string): number {
  const instant = canonicalInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  return instant === undefined ? Number.NaN : Date.parse(instant);
}

/**
 * A number of seconds, as `3600`, `90m`, `12h` or `7d`.
 * @throws FieldRefused for `field` in another form.
 */
export function parseSeconds(text: string, field: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const [, count, unit] = DURATION.exec(text) ?? [];
  if (count) return (Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]) / 1_000;
  throw new FieldRefused(
    field,
    `${JSON.stringify(text.slice(0, 80))} is no length of time: write 90m, 12h, 7d or seconds`,
  );
}

/** True from the moment of `expires` on; never without one. `now`: ISO 8601. */
export function isExpired({ expires }: { readonly expires: string | undefined }, now: string): boolean {
  return expires !== undefined && Date.parse(expires) <= Date.parse(now);
}

/** True where the end is at most 30 days away, or past. */
export function isNear(expires: string | undefined, now: string): boolean {
  return expires !== undefined && Date.parse(expires) - Date.parse(now) <= NEAR;
}
