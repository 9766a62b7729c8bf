/**
 * Managing credentials of all kinds: what the command line and the admin API ask for, without knowing which it is.
 * Knows: how each kind is made, rotated and ended. Does not know: how one is checked (authenticate.ts), terminals.
 * Every refusal is an AccessError whose message is a sentence for the person who asked.
 */
import type { Credential, CredentialKind, Key, KeyedCredential, Store, Tenant, Trust } from '../store/store.js';
import { checkedName, checkedScopes, checkedTokenLifetime, checkedTrust, NOUNS } from './credential-rules.js';
import { newKey, type SecretSources, withIdentifier } from './credential-secret.js';
import { type CredentialSummary, summaryOf } from './credential-summary.js';
import { isExpired } from './lifetime.js';
import type { Scope } from './principal.js';
import { AccessError, FieldRefused } from './refusal.js';
import type { Sources } from './tenants.js';

export type { SecretSources } from './credential-secret.js';
export type { CredentialSummary } from './credential-summary.js';

/** The longest that old secrets may last beside a new one, in seconds. */
export const LONGEST_OVERLAP = 30 * 86_400;

/** Secrets of one credential that are good at once: each more is one more that HTTP Basic has to try. */
const MOST_LIVE_KEYS = 5;

/** A credential to be. */
export interface NewCredential extends SecretSources {
  readonly tenant: Tenant;
  readonly kind: CredentialKind;
  /** What people call it, e.g. `Entra production`. Not unique: two of one name overlap while one is being replaced. */
  readonly name: string;
  readonly scopes: readonly string[];
  /** ISO 8601 UTC, as parseLifetime gives it; undefined: never. */
  readonly expires: string | undefined;
  /** Who makes it, for people; undefined: the app itself. */
  readonly createdBy?: string | undefined;
  /** Seconds; of `client` and `federation`, an hour without it. */
  readonly tokenLifetime?: number | undefined;
  /** Of `federation` alone. */
  readonly trust?: Trust | undefined;
  /** Id of the user who it is, as findUserId() gives it; undefined: nobody. */
  readonly user?: string | undefined;
}

/** A credential, and the secret that is in this result and nowhere else; undefined for `federation`, which has none. */
export interface Issued {
  readonly credential: CredentialSummary;
  readonly secret: string | undefined;
}

/** @throws FieldRefused; AccessError conflict for HTTP Basic where the tenant does not take it. */
export async function issueCredential(store: Pick<Store, 'createCredential'>, wanted: NewCredential): Promise<Issued> {
  const { tenant, kind, expires, createdBy, clock, newId } = wanted;
  if (kind === 'basic' && !tenant.settings.allowsBasic) {
    throw new AccessError('conflict', `the tenant ${tenant.name} does not take HTTP Basic: allow it first`);
  }
  const plain = {
    id: newId(),
    tenant: tenant.id,
    kind,
    name: checkedName(wanted.name, kind),
    scopes: checkedScopes(wanted.scopes, kind),
    created: clock(),
    createdBy,
    expires,
    revoked: undefined,
    lastUsed: undefined,
    lastAddress: undefined,
    tokenLifetime: checkedTokenLifetime(wanted.tokenLifetime, kind),
    trust: checkedTrust(wanted.trust, kind),
    user: wanted.user,
  };
  const made = await newKey(plain, wanted);
  const keys = made ? [made.key] : [];
  const credential = await withIdentifier(kind, wanted.randomBytes, async (identifier) => {
    const whole: Credential = { ...plain, identifier };
    await store.createCredential(whole, keys);
    return whole;
  });
  return { credential: summaryOf({ credential, keys }, plain.created), secret: made?.secret };
}

/** A token to be. */
export type NewToken = Omit<NewCredential, 'kind' | 'scopes' | 'tokenLifetime' | 'trust'> & {
  readonly scopes: readonly Scope[];
};

/** The token is in the result and nowhere else. @throws FieldRefused for a bad name or without scopes. */
export async function issueToken(
  store: Pick<Store, 'createCredential'>,
  wanted: NewToken,
): Promise<{ token: string; credential: CredentialSummary }> {
  const { secret, credential } = await issueCredential(store, { ...wanted, kind: 'token' });
  return { token: secret as string, credential };
}

/** The tenant's credentials of all kinds, in the order of creation; expired and revoked ones too. */
export async function listCredentials(
  store: Pick<Store, 'credentials'>,
  tenant: Tenant,
  clock: Sources['clock'],
): Promise<CredentialSummary[]> {
  const now = clock();
  return (await store.credentials(tenant.id)).map((found) => summaryOf(found, now));
}

/** @throws AccessError notFound, also for one of another tenant. */
export async function findCredential(
  store: Pick<Store, 'credential'>,
  tenant: Tenant,
  id: string,
  clock: Sources['clock'],
): Promise<CredentialSummary> {
  return summaryOf(await keyedCredential(store, tenant, id), clock());
}

/** How a credential gets a new secret. */
export interface Rotation extends SecretSources {
  /** Seconds that the old secrets are good beside the new one, 0 to LONGEST_OVERLAP. */
  readonly overlap: number;
}

/** A new secret beside those there are, which end after the overlap unless they end before. @throws AccessError */
export async function rotateCredential(
  store: Pick<Store, 'credential' | 'rotateKey'>,
  tenant: Tenant,
  id: string,
  rotation: Rotation,
): Promise<Issued> {
  const { overlap, clock } = rotation;
  if (!Number.isInteger(overlap) || overlap < 0 || overlap > LONGEST_OVERLAP) {
    throw new FieldRefused('overlap', `old secrets may last 0 to ${LONGEST_OVERLAP} seconds beside a new one`);
  }
  const { credential, keys } = await keyedCredential(store, tenant, id);
  const now = clock();
  checkRotatable(credential, keys, now);
  const made = await newKey({ ...credential, created: now }, rotation);
  const ends = new Date(Date.parse(now) + overlap * 1_000).toISOString();
  if (!made || !(await store.rotateKey(tenant.id, made.key, ends))) throw revokedAlready(credential);
  return { credential: summaryOf(await keyedCredential(store, tenant, id), clock()), secret: made.secret };
}

function checkRotatable(credential: Credential, keys: readonly Key[], now: string): void {
  if (credential.revoked !== undefined) throw revokedAlready(credential);
  const which = `the ${NOUNS[credential.kind]} ${credential.id}`;
  if (credential.kind === 'federation') {
    throw new AccessError('conflict', `${which} has no secret: the keys are those of the issuer`);
  }
  if (isExpired(credential, now)) {
    throw new AccessError(
      'conflict',
      `${which} has expired, and a new secret would not open it: give it a later end first`,
    );
  }
  if (keys.filter((key) => !isExpired(key, now)).length >= MOST_LIVE_KEYS) {
    throw new AccessError('conflict', `${which} has ${MOST_LIVE_KEYS} secrets that are good: end an old one first`);
  }
}

/** What is to change of a credential; what is left out stays. */
export interface WantedCredential {
  readonly name?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** ISO 8601 UTC, as parseLifetime gives it; null: never. */
  readonly expires?: string | null | undefined;
  readonly tokenLifetime?: number | undefined;
  readonly trust?: Trust | undefined;
}

/** Takes effect with the next request, for access tokens too. @throws FieldRefused; AccessError */
export async function updateCredential(
  store: Pick<Store, 'credential' | 'updateCredential'>,
  tenant: Tenant,
  id: string,
  wanted: WantedCredential,
  clock: Sources['clock'],
): Promise<CredentialSummary> {
  const { credential, keys } = await keyedCredential(store, tenant, id);
  if (credential.revoked !== undefined) throw revokedAlready(credential);
  const { kind } = credential;
  const { name, scopes, expires, tokenLifetime, trust } = wanted;
  const updated = await store.updateCredential(tenant.id, id, {
    ...(name !== undefined && { name: checkedName(name, kind) }),
    ...(scopes !== undefined && { scopes: checkedScopes(scopes, kind) }),
    ...(expires !== undefined && { expires }),
    ...(tokenLifetime !== undefined && { tokenLifetime: checkedTokenLifetime(tokenLifetime, kind) }),
    ...(trust !== undefined && { trust: checkedTrust(trust, kind) }),
  });
  if (!updated) throw noSuch(tenant, id);
  return summaryOf({ credential: updated, keys }, clock());
}

/** Which credential to revoke: by its id, or by its name where that names a single one. */
export type CredentialChoice = { readonly id: string } | { readonly name: string };

/**
 * Takes effect with the next request, for access tokens too. Gives the credential that was revoked.
 * @throws AccessError notFound; conflict when it is revoked already, or several that are not have the name.
 */
export async function revokeCredential(
  store: Pick<Store, 'credentials' | 'revokeCredential'>,
  tenant: Tenant,
  choice: CredentialChoice,
  clock: Sources['clock'],
): Promise<CredentialSummary> {
  const chosen = choose(await listCredentials(store, tenant, clock), tenant, choice);
  const revoked = clock();
  if (chosen.state === 'revoked' || !(await store.revokeCredential(tenant.id, chosen.id, revoked))) {
    throw revokedAlready(chosen);
  }
  return { ...chosen, revoked, state: 'revoked', warning: undefined };
}

/** Ends one secret from the next request on. @throws AccessError notFound; conflict when it has ended already. */
export async function endKey(
  store: Pick<Store, 'credential' | 'endKey'>,
  tenant: Tenant,
  id: string,
  key: string,
  clock: Sources['clock'],
): Promise<CredentialSummary> {
  const before = await findCredential(store, tenant, id, clock);
  const chosen = before.keys.find((one) => one.id === key);
  if (!chosen)
    throw new AccessError('notFound', `the ${NOUNS[before.kind]} ${id} has no secret ${JSON.stringify(key)}`);
  if (chosen.state === 'ended') throw new AccessError('conflict', `the secret ${key} has ended already`);
  await store.endKey(tenant.id, id, key, clock());
  return findCredential(store, tenant, id, clock);
}

/** Which one is meant. @throws AccessError notFound; conflict when several that are not revoked have the name. */
export function choose(
  credentials: readonly CredentialSummary[],
  tenant: Tenant,
  choice: CredentialChoice,
): CredentialSummary {
  if ('id' in choice) {
    const found = credentials.find(({ id }) => id === choice.id);
    if (found) return found;
    throw noSuch(tenant, choice.id);
  }
  const name = choice.name.trim();
  const named = credentials.filter((credential) => credential.name === name);
  const live = named.filter(({ state }) => state !== 'revoked');
  const [only, ...others] = live.length > 0 ? live : named.slice(-1);
  if (!only) {
    throw new AccessError('notFound', `tenant ${tenant.name} has no credential named ${JSON.stringify(choice.name)}`);
  }
  if (others.length === 0) return only;
  const ids = live.map(({ id }) => id).join(', ');
  throw new AccessError(
    'conflict',
    `${live.length} credentials are named ${JSON.stringify(name)}; choose by id: ${ids}`,
  );
}

async function keyedCredential(store: Pick<Store, 'credential'>, tenant: Tenant, id: string): Promise<KeyedCredential> {
  const found = await store.credential(tenant.id, id);
  if (!found) throw noSuch(tenant, id);
  return found;
}

function noSuch(tenant: Tenant, id: string): AccessError {
  return new AccessError('notFound', `tenant ${tenant.name} has no credential with the id ${JSON.stringify(id)}`);
}

function revokedAlready({ id, kind }: Pick<Credential, 'id' | 'kind'>): AccessError {
  return new AccessError('conflict', `the ${NOUNS[kind]} ${id} is revoked already`);
}
