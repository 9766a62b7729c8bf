/**
 * Tokens with which scripts call the admin API. Knows: that a token gives no more than its maker has.
 * Does not know: how one is checked (admin-access.ts).
 */
import type { AdminKey, Store, Tenant } from '../store/store.js';
import type { AdminPrincipal } from './admin-access.js';
import { checkName, checkRole } from './admins.js';
import { AccessError, FieldRefused } from './refusal.js';
import { permissionsOf } from './roles.js';
import { ADMIN_TOKEN_PREFIX, hashToken, newToken, type RandomBytes } from './token.js';

export interface AdminTokenParts {
  readonly store: Pick<Store, 'createAdminKey' | 'adminKeys' | 'removeAdminKey'>;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  readonly newId: () => string;
  readonly randomBytes: RandomBytes;
}

export interface NewAdminToken {
  readonly name: string;
  readonly role: string;
  /** The only tenant that it sees; undefined: all. */
  readonly tenant: Pick<Tenant, 'id'> | undefined;
  /** ISO 8601 UTC; undefined: never. */
  readonly expires: string | undefined;
  readonly maker: AdminPrincipal;
}

/** Issues, lists and removes admin tokens. */
export class AdminTokens {
  constructor(private readonly parts: AdminTokenParts) {}

  /** The token is in the result and nowhere else. @throws AccessError invalid */
  async create({ name, role, tenant, expires, maker }: NewAdminToken): Promise<{ key: AdminKey; token: string }> {
    const { store, clock, newId, randomBytes } = this.parts;
    checkRole(role, tenant?.id);
    if ([...permissionsOf(role)].some((permission) => !maker.permissions.has(permission))) {
      throw new FieldRefused('role', `a token of the role ${role} may do more than you may yourself`);
    }
    const token = newToken(randomBytes, ADMIN_TOKEN_PREFIX);
    const key: AdminKey = {
      id: newId(),
      kind: 'token',
      hash: hashToken(token),
      admin: maker.admin.id,
      name: checkName(name),
      role,
      tenant: tenant?.id,
      created: clock(),
      createdBy: maker.admin.email,
      expires,
      lastUsed: undefined,
    };
    await store.createAdminKey(key);
    return { key, token };
  }

  /** Oldest first; expired ones too, so that people see why a script has stopped. */
  list(): Promise<AdminKey[]> {
    return this.parts.store.adminKeys('token');
  }

  /** @throws AccessError notFound */
  async remove(id: string): Promise<AdminKey> {
    const key = (await this.list()).find((candidate) => candidate.id === id);
    if (!key || !(await this.parts.store.removeAdminKey(id)))
      throw new AccessError('notFound', 'there is no such admin token');
    return key;
  }
}
