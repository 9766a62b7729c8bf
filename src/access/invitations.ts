/**
 * Links that let one person become an admin, or set a new password, once and within a day.
 * Knows: what a link gives. Does not know: where the page is that it leads to (setUpPath is the caller's to put behind
 * an origin), who may invite whom.
 */
import type { Admin, AdminKey, Store, Tenant } from '../store/store.js';
import { checkEmail, checkName, checkRole, isSameEmail, LONGEST_NAME, takenAs } from './admins.js';
import { hashPassword, passwordProblem } from './passwords.js';
import { AccessError, FieldRefused } from './refusal.js';
import { isOver, type Sessions } from './sessions.js';
import { hashToken, type RandomBytes } from './token.js';

/** Milliseconds that a link is good for. */
const INVITATION_LIFETIME = 24 * 3_600_000;

/** Whose the link of the first start is, as `createdBy`. */
const FIRST_START = 'first start';

export interface InvitationParts {
  readonly store: Pick<
    Store,
    | 'admins'
    | 'adminByEmail'
    | 'tenantById'
    | 'createAdminKey'
    | 'adminKeys'
    | 'adminKeyByHash'
    | 'removeAdminKey'
    | 'acceptInvitation'
  >;
  readonly sessions: Pick<Sessions, 'endAll'>;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  readonly newId: () => string;
  readonly randomBytes: RandomBytes;
}

/** Who is invited, to what. */
export interface Invitation {
  /** Undefined: whoever has the link says their own. */
  readonly email: string | undefined;
  readonly role: string;
  /** The only tenant they will see; undefined: all. */
  readonly tenant: Pick<Tenant, 'id'> | undefined;
  /** For people; undefined: the app itself. */
  readonly createdBy: string | undefined;
}

/** A link: `token` is in it and nowhere else. */
export interface IssuedLink {
  readonly key: AdminKey;
  readonly token: string;
}

export interface Acceptance {
  readonly token: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

/** Where a link leads, below the admin page. A fragment is never sent to a server, so no log has it. */
export function setUpPath(token: string): string {
  return `/setup#${token}`;
}

/** Makes links, and takes them back. */
export class Invitations {
  constructor(private readonly parts: InvitationParts) {}

  /** @throws AccessError invalid; conflict when there is an admin with the email. */
  async create({ email, role, tenant, createdBy }: Invitation): Promise<IssuedLink> {
    checkRole(role, tenant?.id);
    const name = email === undefined ? undefined : checkEmail(email);
    if (name !== undefined && (await this.parts.store.adminByEmail(name))) {
      throw new AccessError('conflict', `there is an admin with the email ${name} already`);
    }
    return this.issue({ name, role, tenant: tenant?.id, admin: undefined, createdBy });
  }

  /** A link with which an admin sets a new password. Links made for the same before end. */
  async createReset(admin: Admin, createdBy: string): Promise<IssuedLink> {
    await this.endResets(admin.id);
    const { email: name, role, tenant } = admin;
    return this.issue({ name, role, tenant, admin: admin.id, createdBy });
  }

  /** Takes back the links with which an admin could set a new password: they may be in anybody's hands. */
  async endResets(admin: string): Promise<void> {
    await this.removeWhere((key) => key.admin === admin);
  }

  /** The link of a server that has no admin yet, in place of the one that an earlier start printed. */
  async createFirst(): Promise<IssuedLink> {
    await this.removeWhere((key) => key.createdBy === FIRST_START);
    return this.create({ email: undefined, role: 'owner', tenant: undefined, createdBy: FIRST_START });
  }

  /** Those that are still good, oldest first; the others are forgotten. */
  async list(): Promise<AdminKey[]> {
    const now = this.parts.clock();
    await this.removeWhere((key) => isOver(key, now));
    return this.parts.store.adminKeys('invitation');
  }

  /** @throws AccessError notFound */
  async remove(id: string): Promise<AdminKey> {
    const key = (await this.list()).find((candidate) => candidate.id === id);
    if (!key || !(await this.parts.store.removeAdminKey(id))) {
      throw new AccessError('notFound', 'there is no such invitation; it was used, taken back, or has expired');
    }
    return key;
  }

  /** @throws AccessError notFound, the same for what never was, was used, or has expired. */
  async look(token: string): Promise<{ key: AdminKey; admin: Admin | undefined }> {
    const { store, clock } = this.parts;
    const found = await store.adminKeyByHash(hashToken(token));
    const isGood =
      found?.key.kind === 'invitation' &&
      !isOver(found.key, clock()) &&
      (found.key.admin === undefined || found.admin !== undefined) &&
      (found.key.tenant === undefined || (await store.tenantById(found.key.tenant)) !== undefined) &&
      // The one in a log makes no second owner, in whatever way the first has come.
      (found.key.createdBy !== FIRST_START || (await store.admins()).length === 0);
    if (found && isGood) return found;
    throw new AccessError(
      'notFound',
      'this link was used already, was taken back, or is older than 24 hours; ask whoever sent it for a new one',
    );
  }

  /** The admin that there is now, or whose password is new now. @throws AccessError */
  async accept({
    token,
    email: given,
    name: called,
    password,
  }: Acceptance): Promise<{ admin: Admin; isReset: boolean }> {
    const { key, admin: known } = await this.look(token);
    const email = checkEmail(given);
    const expected = known?.email ?? key.name;
    if (expected !== undefined && !isSameEmail(expected, email)) {
      throw new FieldRefused('email', 'the link is for another email address');
    }
    if (known?.disabled !== undefined)
      throw new AccessError('conflict', 'the account is disabled; ask an owner to enable it');
    const problem = passwordProblem(password, email);
    if (problem !== undefined) throw new FieldRefused('password', problem);
    const hash = await hashPassword(password);
    const admin = known
      ? { ...known, password: hash }
      : this.newAdmin(key, email, { name: checkName(called), password: hash });
    await this.use(hashToken(token), known ? { id: known.id, change: { password: hash } } : admin, email);
    if (known) await this.parts.sessions.endAll(known.id);
    return { admin, isReset: known !== undefined };
  }

  /**
   * Uses up the invitation of an address, for somebody who has shown elsewhere that it is theirs. Undefined when there is
   * none for it: one for anybody takes the link.
   */
  async acceptByEmail(
    email: string,
    { subject, name }: { readonly subject: string; readonly name: string },
  ): Promise<Admin | undefined> {
    const { store } = this.parts;
    const open = await this.list();
    const key = open.find(({ admin, name: invited }) => admin === undefined && isSameEmail(invited ?? '', email));
    if (!key || (key.tenant !== undefined && !(await store.tenantById(key.tenant)))) return undefined;
    const admin = this.newAdmin(key, key.name ?? email, { name: shortened(name), subject });
    await this.use(key.hash, admin, email);
    return admin;
  }

  private async use(hash: string, admin: Parameters<Store['acceptInvitation']>[1], email: string): Promise<void> {
    const isFirst = await this.parts.store.acceptInvitation(hash, admin).catch((error: unknown) => {
      throw takenAs(`there is an admin with the email ${email} already`, error);
    });
    if (!isFirst)
      throw new AccessError('notFound', 'this link was used a moment ago; ask whoever sent it for a new one');
  }

  private newAdmin(key: AdminKey, email: string, own: Pick<Admin, 'name'> & Partial<Admin>): Admin {
    return {
      id: this.parts.newId(),
      email,
      role: key.role ?? '',
      tenant: key.tenant,
      password: undefined,
      subject: undefined,
      ...own,
      created: this.parts.clock(),
      createdBy: key.createdBy,
      disabled: undefined,
      lastSignIn: undefined,
    };
  }

  private async issue(what: Pick<AdminKey, 'name' | 'role' | 'tenant' | 'admin' | 'createdBy'>): Promise<IssuedLink> {
    const { store, clock, newId, randomBytes } = this.parts;
    const token = Buffer.from(randomBytes(32)).toString('base64url');
    const created = clock();
    const key: AdminKey = {
      ...what,
      id: newId(),
      kind: 'invitation',
      hash: hashToken(token),
      created,
      expires: new Date(Date.parse(created) + INVITATION_LIFETIME).toISOString(),
      lastUsed: undefined,
    };
    await store.createAdminKey(key);
    return { key, token };
  }

  private async removeWhere(isMeant: (key: AdminKey) => boolean): Promise<void> {
    const { store } = this.parts;
    for (const key of await store.adminKeys('invitation')) if (isMeant(key)) await store.removeAdminKey(key.id);
  }
}

/** A name that was given elsewhere, as one may be here. */
function shortened(name: string): string {
  return checkName(
    name
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
      .trim()
      .slice(0, LONGEST_NAME) || 'Admin',
  );
}
