/**
 * Managing tenants: what the command line and the admin API ask for, without knowing which of them it is.
 * Knows: the rules for names, profiles and limits. Does not know: credentials, terminals, who may ask.
 * Every refusal is an AccessError whose message is a sentence for the person who asked.
 */
import { type Store, type Tenant, type TenantSettings, UniquenessConflict } from '../store/store.js';
import { AccessError, FieldRefused } from './refusal.js';

const TENANT_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Requests per second that a tenant's own limit may be. */
const REQUEST_LIMIT = { least: 1, most: 1_000_000 } as const;

/** What a tenant has when nobody says otherwise. */
const SETTINGS: TenantSettings = { allowsBasic: false, requestLimit: undefined };

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

/** @throws FieldRefused for a bad name or profile; AccessError conflict when the name is taken. */
export async function createTenant(store: Pick<Store, 'createTenant'>, wanted: NewTenant): Promise<Tenant> {
  const { name, profile, profiles, clock, newId } = wanted;
  checkName(name);
  checkProfile(profile, profiles);
  const tenant: Tenant = { id: newId(), name, profile, created: clock(), disabled: undefined, settings: SETTINGS };
  await unlessTaken(name, () => store.createTenant(tenant));
  return tenant;
}

/** @throws AccessError notFound */
export async function findTenant(store: Pick<Store, 'tenantByName'>, name: string): Promise<Tenant> {
  const tenant = await store.tenantByName(name);
  if (!tenant) throw new AccessError('notFound', `there is no tenant named ${JSON.stringify(name)}`);
  return tenant;
}

/** What is to change of a tenant; what is left out stays. */
export interface WantedTenant {
  /** Part of the Tenant URL: clients that have the old one in theirs find nothing from then on. */
  readonly name?: string | undefined;
  readonly profile?: string | undefined;
  readonly allowsBasic?: boolean | undefined;
  /** Requests per second; null: the server's own limit. */
  readonly requestLimit?: number | null | undefined;
  readonly disabled?: boolean | undefined;
}

/** Takes effect with the next request. Gives the tenant as it is then. @throws FieldRefused; AccessError */
export async function updateTenant(
  store: Pick<Store, 'updateTenant'>,
  tenant: Tenant,
  wanted: WantedTenant,
  { profiles, clock }: { readonly profiles: readonly string[]; readonly clock: Sources['clock'] },
): Promise<Tenant> {
  const { name, profile, disabled, allowsBasic, requestLimit } = wanted;
  if (name !== undefined) checkName(name);
  if (profile !== undefined) checkProfile(profile, profiles);
  if (typeof requestLimit === 'number') checkLimit(requestLimit);
  // Who is disabled already stays so from then on, not from now.
  const isOther = disabled !== undefined && disabled !== (tenant.disabled !== undefined);
  const change = {
    name,
    profile,
    ...(isOther && { disabled: disabled ? clock() : null }),
    settings: { allowsBasic, requestLimit },
  };
  const updated = await unlessTaken(name ?? '', () => store.updateTenant(tenant.id, change));
  if (!updated) throw new AccessError('notFound', `there is no tenant named ${JSON.stringify(tenant.name)} any more`);
  return updated;
}

/**
 * From the next request on there is no such tenant; what it had is deleted later, with store.purgeTenants().
 * @param confirm the name of the tenant, so that nobody deletes another than they mean.
 * @throws FieldRefused when it is not; AccessError notFound
 */
export async function removeTenant(
  store: Pick<Store, 'removeTenant'>,
  tenant: Tenant,
  confirm: string | undefined,
): Promise<void> {
  if (confirm !== tenant.name) {
    const what = 'with all its users, groups, credentials and their history';
    throw new FieldRefused('confirm', `to delete the tenant ${tenant.name} ${what}, confirm it with its name`);
  }
  if (!(await store.removeTenant(tenant.id))) {
    throw new AccessError('notFound', `there is no tenant named ${JSON.stringify(tenant.name)} any more`);
  }
}

function checkLimit(limit: number): void {
  const { least, most } = REQUEST_LIMIT;
  if (Number.isInteger(limit) && limit >= least && limit <= most) return;
  throw new FieldRefused('requestLimit', `a request limit is a whole number from ${least} to ${most} per second`);
}

function checkName(name: string): void {
  if (TENANT_NAME.test(name)) return;
  const form = 'lower-case letters, digits, dots, underscores and hyphens, 63 at most, a letter or digit first';
  throw new FieldRefused('name', `${JSON.stringify(name.slice(0, 80))} cannot name a tenant: use ${form}`);
}

function checkProfile(profile: string, profiles: readonly string[]): void {
  if (profiles.includes(profile)) return;
  const known = profiles.join(', ');
  throw new FieldRefused('profile', `${JSON.stringify(profile.slice(0, 80))} is not a profile; there are ${known}`);
}

async function unlessTaken<T>(name: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof UniquenessConflict) {
      throw new AccessError('conflict', `there is a tenant named ${name} already`);
    }
    throw error;
  }
}
