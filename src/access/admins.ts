/**
 * The accounts of people who manage. Knows: which role may be confined to a tenant, and that an owner must remain.
 * Does not know: how one comes in (sign-in.ts, invitations.ts, sso.ts), what a role allows (roles.ts).
 */
import { type Admin, type AdminChange, type Store, type Tenant, UniquenessConflict } from '../store/store.js';
import { AccessError, FieldRefused } from './refusal.js';
import { isRole, permissionsOf, ROLES, type Role } from './roles.js';
import type { Sessions } from './sessions.js';

/** Characters of an email address (RFC 5321 §4.5.3.1.3), and of a name. */
const LONGEST_EMAIL = 254;
export const LONGEST_NAME = 100;
// biome-ignore lint/suspicious/noControlCharactersInRegex: names are printed in terminals, so they are what is refused
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** The address without blanks around it. @throws FieldRefused */
export function checkEmail(text: string): string {
  const email = text.trim();
  const isAddress = /^[^\s@<>"(),:;\\[\]]+@[^\s@<>"(),:;\\[\]]+$/.test(email) && !CONTROL.test(email);
  if (!isAddress || email.length > LONGEST_EMAIL) {
    throw new FieldRefused('email', `${JSON.stringify(text.slice(0, 80))} is not an email address`);
  }
  return email;
}

/**
 * Whether two addresses are one, whatever the case of their letters from a to z. All others must be the same: whoever
 * has the mailbox `admın` is not `admin`, though the store, which folds all letters, takes one of the two alone.
 */
export function isSameEmail(one: string, other: string): boolean {
  return plainLower(one) === plainLower(other);
}

function plainLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The name without blanks around it. @throws FieldRefused */
export function checkName(text: string): string {
  const name = text.trim();
  if (name === '' || name.length > LONGEST_NAME || CONTROL.test(name)) {
    throw new FieldRefused('name', `a name has 1 to ${LONGEST_NAME} characters on one line`);
  }
  return name;
}

/** A role, and whether somebody who has it can have this tenant. @throws FieldRefused */
export function checkRole(role: string, tenant: string | undefined): Role {
  if (!isRole(role)) {
    throw new FieldRefused('role', `${JSON.stringify(role)} is not a role; there are ${Object.keys(ROLES).join(', ')}`);
  }
  const { isTenantBound } = ROLES[role];
  if (isTenantBound === 'always' && tenant === undefined)
    throw new FieldRefused('tenant', `the role ${role} needs a tenant`);
  if (isTenantBound === 'never' && tenant !== undefined) {
    throw new FieldRefused('tenant', `the role ${role} is for all tenants; tenant-admin and viewer can have one alone`);
  }
  return role;
}

/** What can be changed of somebody else's account; what is left out stays. `tenant: null`: all of them. */
export interface AccountPatch {
  readonly name?: string | undefined;
  readonly role?: string | undefined;
  readonly tenant?: Tenant | null | undefined;
  readonly disabled?: boolean | undefined;
}

export interface AdminsParts {
  readonly store: Pick<
    Store,
    'admins' | 'admin' | 'adminByEmail' | 'updateAdmin' | 'removeAdmin' | 'adminKeys' | 'removeAdminKey'
  >;
  readonly sessions: Pick<Sessions, 'endAll'>;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
}

/** Changes and removes admins. One for the life of a target, since changes go one after the other. */
export class Admins {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: AdminsParts) {}

  /** By email, in the order of the alphabet. */
  async list(): Promise<Admin[]> {
    const admins = await this.parts.store.admins();
    return admins.toSorted((a, b) => a.email.localeCompare(b.email, 'en'));
  }

  /** @throws AccessError notFound */
  async find(id: string): Promise<Admin> {
    const admin = await this.parts.store.admin(id);
    if (!admin) throw new AccessError('notFound', 'there is no such admin');
    return admin;
  }

  /** @throws AccessError notFound */
  async findByEmail(email: string): Promise<Admin> {
    const admin = await this.parts.store.adminByEmail(email);
    if (!admin) throw new AccessError('notFound', `there is no admin with the email ${JSON.stringify(email)}`);
    return admin;
  }

  /** @throws AccessError notFound; invalid; conflict when no owner would remain who can sign in. */
  update(id: string, patch: AccountPatch): Promise<{ before: Admin; after: Admin }> {
    return this.inTurn(async () => {
      const before = await this.find(id);
      const change = this.changeOf(before, patch);
      const { role = before.role, disabled = before.disabled } = change;
      if (!isWorkingOwner({ role, disabled: disabled ?? undefined })) await this.requireAnotherOwner(before);
      const after = await this.parts.store.updateAdmin(id, change);
      if (!after) throw new AccessError('notFound', 'there is no such admin');
      if (after.disabled !== undefined) await this.parts.sessions.endAll(id);
      if (after.disabled !== undefined || !permissionsOf(after.role).has('admins.write')) await this.withdraw(after);
      return { before, after };
    });
  }

  /** With the sessions and tokens of the admin, and the links they made. @throws AccessError notFound; conflict when no owner would remain. */
  remove(id: string): Promise<Admin> {
    return this.inTurn(async () => {
      const admin = await this.find(id);
      await this.requireAnotherOwner(admin);
      await this.parts.store.removeAdmin(id);
      await this.withdraw(admin);
      return admin;
    });
  }

  /** Takes back the links that somebody made who may no longer: one of them may be in their own pocket. */
  private async withdraw({ email }: Admin): Promise<void> {
    const { store } = this.parts;
    for (const { id, createdBy } of await store.adminKeys('invitation')) {
      if (createdBy === email) await store.removeAdminKey(id);
    }
  }

  /** What is not named is left to whatever other processes make of it. */
  private changeOf(before: Admin, patch: AccountPatch): AdminChange {
    const name = patch.name === undefined ? undefined : checkName(patch.name);
    const tenant = patch.tenant === undefined ? undefined : (patch.tenant?.id ?? null);
    checkRole(patch.role ?? before.role, tenant === undefined ? before.tenant : (tenant ?? undefined));
    const since = before.disabled ?? this.parts.clock();
    const disabled = patch.disabled === undefined ? undefined : patch.disabled ? since : null;
    return { name, role: patch.role, tenant, disabled };
  }

  private async requireAnotherOwner(admin: Admin): Promise<void> {
    if (!isWorkingOwner(admin)) return;
    const admins = await this.parts.store.admins();
    if (admins.some((other) => other.id !== admin.id && isWorkingOwner(other))) return;
    throw new AccessError(
      'conflict',
      `${admin.email} is the only owner who can sign in; make somebody else owner before`,
    );
  }

  /** One change at a time, or two owners could remove each other at once. */
  private inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.last.then(act);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

function isWorkingOwner({ role, disabled }: Pick<Admin, 'role' | 'disabled'>): boolean {
  return role === 'owner' && disabled === undefined;
}

/** What the store says of a value that is taken, as a sentence. Anything else comes back as it was. */
export function takenAs(message: string, error: unknown): unknown {
  return error instanceof UniquenessConflict ? new AccessError('conflict', message) : error;
}
