/**
 * Managing tenants and their credentials: what the command line asks for, without knowing that it is one.
 * Knows: the rules for names, scopes and lifetimes. Does not know: how a token is checked (authenticate.ts), terminals.
 * Every refusal is an AccessError whose message is a sentence for the person who asked.
 */
import { compareText } from '../scim/fold.js';
import { canonicalInstant } from '../scim/resource/instant.js';
import { type Credential, type Store, type Tenant, UniquenessConflict } from '../store/store.js';
import { isExpired } from './authenticate.js';
import type { Scope } from './principal.js';
import { AccessError } from './refusal.js';
import { hashToken, newToken, type RandomBytes } from './token.js';

const TENANT_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const MAX_LABEL_LENGTH = 100;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a label is printed in a terminal, so they are what is refused
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Where time and ids come from: arguments, so that tests decide both. */
export interface Sources {
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  /** A new id, never given before. */
  readonly newId: () => string;
}

/** A tenant to be. `profiles`: the names that `profile` may be one of. */
export interface NewTenant extends Sources {
  readonly name: string;
  readonly profile: string;
  readonly profiles: readonly string[];
}

/** @throws AccessError invalid for a bad name or profile; conflict when the name is taken. */
export async function createTenant(store: Pick<Store, 'createTenant'>, wanted: NewTenant): Promise<Tenant> {
  const { name, profile, profiles, clock, newId } = wanted;
  if (!TENANT_NAME.test(name)) {
    const form = 'lower-case letters, digits, dots, underscores and hyphens, 63 at most, a letter or digit first';
    throw new AccessError('invalid', `${JSON.stringify(name)} cannot name a tenant: use ${form}`);
  }
  if (!profiles.includes(profile)) {
    throw new AccessError('invalid', `${JSON.stringify(profile)} is not a profile; there are ${profiles.join(', ')}`);
  }
  const tenant: Tenant = { id: newId(), name, profile, created: clock() };
  try {
    await store.createTenant(tenant);
  } catch (error) {
    if (error instanceof UniquenessConflict)
      throw new AccessError('conflict', `there is a tenant named ${name} already`);
    throw error;
  }
  return tenant;
}

/** @throws AccessError notFound */
export async function findTenant(store: Pick<Store, 'tenantByName'>, name: string): Promise<Tenant> {
  const tenant = await store.tenantByName(name);
  if (!tenant) throw new AccessError('notFound', `there is no tenant named ${JSON.stringify(name)}`);
  return tenant;
}

/** A token to be. */
export interface NewToken extends Sources {
  readonly tenant: Tenant;
  /** What people call it, e.g. `Entra production`. Not unique: two of one name overlap while one is being replaced. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** ISO 8601 UTC, as parseLifetime gives it; undefined: never. */
  readonly expires: string | undefined;
  readonly randomBytes: RandomBytes;
}

/** The token is in the result and nowhere else. @throws AccessError invalid for a bad name or without scopes. */
export async function issueToken(
  store: Pick<Store, 'createCredential'>,
  wanted: NewToken,
): Promise<{ token: string; credential: Credential }> {
  const { tenant, scopes, expires, clock, newId, randomBytes } = wanted;
  const name = wanted.name.trim();
  if (name === '' || name.length > MAX_LABEL_LENGTH || CONTROL.test(name)) {
    const form = `1 to ${MAX_LABEL_LENGTH} characters on one line`;
    throw new AccessError('invalid', `${JSON.stringify(wanted.name)} cannot name a token: use ${form}`);
  }
  if (scopes.length === 0) throw new AccessError('invalid', 'a token needs at least one scope');
  const token = newToken(randomBytes);
  const credential: Credential = {
    id: newId(),
    tenant: tenant.id,
    name,
    hash: hashToken(token),
    scopes: [...scopes],
    created: clock(),
    expires,
    revoked: undefined,
    lastUsed: undefined,
    lastAddress: undefined,
  };
  await store.createCredential(credential);
  return { token, credential };
}

/** A credential as it may be shown: all but the hash. */
export interface TokenSummary extends Omit<Credential, 'hash'> {
  readonly state: 'active' | 'expired' | 'revoked';
}

/** The tenant's tokens, oldest first; expired and revoked ones too. */
export async function listTokens(
  store: Pick<Store, 'credentials'>,
  tenant: Tenant,
  clock: Sources['clock'],
): Promise<TokenSummary[]> {
  const now = clock();
  const credentials = await store.credentials(tenant.id);
  return credentials
    .map(({ hash: _, ...shown }) => ({ ...shown, state: stateOf(shown, now) }))
    .sort((a, b) => compareText(a.created, b.created) || compareText(a.id, b.id));
}

function stateOf(credential: Pick<Credential, 'revoked' | 'expires'>, now: string): TokenSummary['state'] {
  if (credential.revoked !== undefined) return 'revoked';
  return isExpired(credential, now) ? 'expired' : 'active';
}

/** Which token to revoke: by its id, or by its name where that names a single one. */
export type TokenChoice = { readonly id: string } | { readonly name: string };

/**
 * Takes effect with the next request. Gives the token that was revoked.
 * @throws AccessError notFound; conflict when the token is revoked already, or several that are not have the name.
 */
export async function revokeToken(
  store: Pick<Store, 'credentials' | 'revokeCredential'>,
  tenant: Tenant,
  choice: TokenChoice,
  clock: Sources['clock'],
): Promise<TokenSummary> {
  const chosen = choose(await listTokens(store, tenant, clock), tenant, choice);
  const revoked = clock();
  if (chosen.state === 'revoked' || !(await store.revokeCredential(tenant.id, chosen.id, revoked))) {
    throw new AccessError('conflict', `the token ${chosen.id} is revoked already`);
  }
  return { ...chosen, revoked, state: 'revoked' };
}

function choose(tokens: readonly TokenSummary[], tenant: Tenant, choice: TokenChoice): TokenSummary {
  if ('id' in choice) {
    const token = tokens.find(({ id }) => id === choice.id);
    if (token) return token;
    throw new AccessError('notFound', `tenant ${tenant.name} has no token with the id ${JSON.stringify(choice.id)}`);
  }
  const name = choice.name.trim();
  const named = tokens.filter((token) => token.name === name);
  const live = named.filter(({ state }) => state !== 'revoked');
  const [only, ...others] = live.length > 0 ? live : named.slice(-1);
  if (!only) {
    throw new AccessError('notFound', `tenant ${tenant.name} has no token named ${JSON.stringify(choice.name)}`);
  }
  if (others.length === 0) return only;
  const ids = live.map(({ id }) => id).join(', ');
  throw new AccessError('conflict', `${live.length} tokens are named ${JSON.stringify(name)}; choose by id: ${ids}`);
}

const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000 } as const;
const DURATION = /^(\d{1,9})([dhm])$/;
const LIFETIME_FORMS = '90d, 12h, 30m, a date such as 2031-01-31, or a time such as 2031-01-31T12:00:00Z';

/**
 * When something made now is to end, as ISO 8601 UTC. `90d`, `12h` and `30m` count from `now` (ISO 8601); a date
 * means its first moment in UTC.
 * @throws AccessError for another form, and for a moment that is past or beyond the year 9999.
 */
export function parseLifetime(text: string, now: string): string {
  const [, count, unit] = DURATION.exec(text) ?? [];
  const start = Date.parse(now);
  const end = count ? start + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS] : instantOf(text);
  if (Number.isNaN(end)) {
    throw new AccessError('invalid', `${JSON.stringify(text)} is not a lifetime: write ${LIFETIME_FORMS}`);
  }
  if (end <= start) throw new AccessError('invalid', `${JSON.stringify(text)} ends at once: it is not in the future`);
  if (end > Date.UTC(9999, 11, 31))
    throw new AccessError('invalid', `${JSON.stringify(text)} is too far in the future`);
  return new Date(end).toISOString();
}

/** Milliseconds since 1970, or NaN. */
function instantOf(text: string): number {
  const instant = canonicalInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  return instant === undefined ? Number.NaN : Date.parse(instant);
}
