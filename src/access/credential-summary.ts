/**
 * Credentials as people are shown them: without hashes, with their state and what is about to end.
 * Knows: times. Does not know: the store, who looks.
 */
import type { Credential, CredentialKind, Key, KeyedCredential } from '../store/store.js';
import { isExpired, isNear } from './lifetime.js';

/** `expiring`: within 30 days. A credential of which every secret has ended is `expired`. */
export type CredentialState = 'active' | 'expiring' | 'expired' | 'revoked';

/** A credential as it may be shown. */
export interface CredentialSummary extends Credential {
  readonly state: CredentialState;
  /** Oldest first; without access tokens. */
  readonly keys: readonly KeySummary[];
  /** What stops working and when, and what to do, in sentences; undefined when nothing is near. */
  readonly warning: string | undefined;
}

/** A key as it may be shown: all but the hash. `ending`: it has an end, which is still to come. */
export interface KeySummary extends Omit<Key, 'hash'> {
  readonly state: 'active' | 'ending' | 'ended';
}

/** As JSON: each member is there, null where there is no value. */
export function keyAsJson({ id, hint, created, expires, state }: KeySummary) {
  return { id, hint: hint ?? null, created, expires: expires ?? null, state };
}

/** `now`: ISO 8601. */
export function summaryOf({ credential, keys }: KeyedCredential, now: string): CredentialSummary {
  const shown = keys.map((key) => keySummaryOf(key, now));
  const state = stateOf(credential, shown, now);
  return { ...credential, state, keys: shown, warning: warningOf(credential, shown, state) };
}

function keySummaryOf({ hash: _, ...key }: Key, now: string): KeySummary {
  const state = isExpired(key, now) ? 'ended' : key.expires === undefined ? 'active' : 'ending';
  return { ...key, state };
}

function stateOf(credential: Credential, keys: readonly KeySummary[], now: string): CredentialState {
  if (credential.revoked !== undefined) return 'revoked';
  if (isWithoutSecret(credential, keys)) return 'expired';
  const expires = endOf(credential, keys);
  if (isExpired({ expires }, now)) return 'expired';
  return isNear(expires, now) ? 'expiring' : 'active';
}

/** The store forgets secrets some time after they have ended. */
function isWithoutSecret({ kind }: Credential, keys: readonly KeySummary[]): boolean {
  return kind !== 'federation' && keys.length === 0;
}

/** When the credential opens nothing any more: its own end, or that of the last of its keys. */
function endOf({ kind, expires }: Credential, keys: readonly KeySummary[]): string | undefined {
  const ends = keys.map((key) => key.expires);
  const lastKey = kind === 'federation' || ends.includes(undefined) ? undefined : (ends as string[]).sort().at(-1);
  if (expires === undefined || lastKey === undefined) return expires ?? lastKey;
  return expires < lastKey ? expires : lastKey;
}

const REFUSED: Readonly<Record<CredentialKind, string>> = {
  token: 'requests with this token are refused',
  client: 'this client gets no access token, and those that it has are refused',
  basic: 'requests with this user name are refused',
  federation: 'tokens of this issuer are refused',
};

function warningOf(credential: Credential, keys: readonly KeySummary[], state: CredentialState): string | undefined {
  const what = REFUSED[credential.kind];
  if (state === 'expired' && isWithoutSecret(credential, keys)) {
    return `There is no secret any more, so ${what}. Rotate it, or issue another.`;
  }
  const end = endOf(credential, keys);
  const remedy = end === credential.expires ? 'Give it a later end' : 'Rotate it';
  switch (state) {
    case 'revoked':
      return undefined;
    case 'expired':
      return `Since ${end} ${what}. ${remedy}, or issue another.`;
    case 'expiring':
      return `From ${end} on, ${what}. ${remedy}, or issue another, before provisioning stops.`;
    case 'active':
      return endingOf(keys);
  }
}

/** While two secrets overlap. */
function endingOf(keys: readonly KeySummary[]): string | undefined {
  const ending = keys.filter((key) => key.state === 'ending').map((key) => `${secretOf(key)} until ${key.expires}`);
  if (ending.length === 0) return undefined;
  return `The client needs the new secret soon: ${ending.join(', ')}.`;
}

function secretOf({ hint, created }: KeySummary): string {
  return hint === undefined ? `the one of ${created} works` : `the one that ends in ${hint} works`;
}
