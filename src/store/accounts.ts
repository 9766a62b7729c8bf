/**
 * The part of the store port that says who may do what: tenants, their credentials, and admins.
 * Knows: what is kept, and by what it is found. Does not know: what a role or a scope allows, how a secret is made.
 */

export interface Tenant {
  readonly id: string;
  /** Unique, case-insensitively; as in `/tenants/{name}/scim/v2`. */
  readonly name: string;
  /** Name of a profile in scim/profiles.ts. */
  readonly profile: string;
  readonly created: string;
  /** Since when its requests are refused, ISO 8601 UTC; undefined while it is served. */
  readonly disabled: string | undefined;
  readonly settings: TenantSettings;
}

export interface TenantSettings {
  /** Whether HTTP Basic is taken. */
  readonly allowsBasic: boolean;
  /** Requests per second; undefined: the server's own limit. */
  readonly requestLimit: number | undefined;
  /** A JSON document with its comments: scim/schema/tenant-schemas.ts; undefined: the schemas of the server. */
  readonly schemas?: string | undefined;
}

/** What can be changed of a tenant; what is left out stays. `disabled: null` serves it again. */
export interface TenantChange {
  readonly name?: string | undefined;
  readonly profile?: string | undefined;
  readonly disabled?: string | null | undefined;
  readonly settings?: TenantSettingsChange | undefined;
}

/** One by one, so that nobody puts back what others have changed meanwhile; null takes a setting away. */
export interface TenantSettingsChange {
  readonly allowsBasic?: boolean | undefined;
  readonly requestLimit?: number | null | undefined;
  readonly schemas?: string | null | undefined;
}

/**
 * `token`: a bearer token. `client`: OAuth 2.0 client credentials. `basic`: HTTP Basic. `federation`: JWTs of a trusted
 * issuer, as they are or exchanged for an access token.
 */
export type CredentialKind = 'token' | 'client' | 'basic' | 'federation';

/** One way into one tenant. What opens it are its keys. */
export interface Credential {
  readonly id: string;
  readonly tenant: string;
  readonly kind: CredentialKind;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created: string;
  /** Who made it, for people; undefined: the app itself. */
  readonly createdBy: string | undefined;
  /** ISO 8601 UTC; undefined: never. */
  readonly expires: string | undefined;
  readonly revoked: string | undefined;
  readonly lastUsed: string | undefined;
  readonly lastAddress: string | undefined;
  /** What the client is known by: OAuth client id, Basic user name. Unique in the store; undefined for a token. */
  readonly identifier: string | undefined;
  /** Seconds that an access token lives which is issued for it; undefined where none is. */
  readonly tokenLifetime: number | undefined;
  /** Of `federation` alone. */
  readonly trust: Trust | undefined;
  /** Id of the user who it is, at /Me (RFC 7644 §3.11); undefined: nobody. */
  readonly user?: string | undefined;
}

/** Which JWTs of an issuer are those of a credential. At least one of `subject` and `directory` is there. */
export interface Trust {
  /** The claim `iss`, exactly. */
  readonly issuer: string;
  /** The claim `aud` must have one of them. */
  readonly audiences: readonly string[];
  /** The claim `sub`. */
  readonly subject: string | undefined;
  /** The claim `tid`: the Entra tenant. */
  readonly directory: string | undefined;
}

/**
 * What opens a credential, as a hash. `bearer`: a long-lived token; `access`: one that the token endpoint issued;
 * `secret`: that of an OAuth client; `password`: that of HTTP Basic.
 */
export interface Key {
  readonly id: string;
  /** Credential.id */
  readonly credential: string;
  readonly kind: 'bearer' | 'access' | 'secret' | 'password';
  /** SHA-256 in hex, unique in the store; for a password an argon2id string. The secret itself is nowhere. */
  readonly hash: string;
  /** Fewer scopes than the credential has; undefined: all of them. */
  readonly scopes: readonly string[] | undefined;
  readonly created: string;
  /** ISO 8601 UTC; undefined: as long as the credential is good. */
  readonly expires: string | undefined;
  /** The last characters of the secret, so that people can tell two apart; undefined for passwords and access tokens. */
  readonly hint: string | undefined;
}

/** A credential with what opens it. */
export interface KeyedCredential {
  readonly credential: Credential;
  /** All but access tokens, oldest first; expired ones too. */
  readonly keys: readonly Key[];
}

/** What can be changed of a credential; what is left out stays. `expires: null`: never. */
export interface CredentialChange {
  readonly name?: string | undefined;
  readonly expires?: string | null | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly tokenLifetime?: number | undefined;
  readonly trust?: Trust | undefined;
}

/** A use of a credential, noted from time to time rather than per request. */
export interface CredentialUse {
  readonly credential: string;
  readonly time: string;
  readonly address: string | undefined;
}

/** A person who manages. */
export interface Admin {
  readonly id: string;
  /** Unique, case-insensitively. */
  readonly email: string;
  readonly name: string;
  /** Name of a role in access/roles.ts. */
  readonly role: string;
  /** Tenant.id of the only tenant that the admin sees; undefined: all. */
  readonly tenant: string | undefined;
  /** An argon2id string; undefined where single sign-on is the only way in. */
  readonly password: string | undefined;
  /** Issuer and subject of single sign-on, a blank between them; unique. Undefined until it was used. */
  readonly subject: string | undefined;
  readonly created: string;
  readonly createdBy: string | undefined;
  /** Since when sign-in is refused. */
  readonly disabled: string | undefined;
  readonly lastSignIn: string | undefined;
}

/** What can be changed of an admin; what is left out stays. null takes the value away. */
export interface AdminChange {
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly role?: string | undefined;
  readonly tenant?: string | null | undefined;
  readonly password?: string | undefined;
  readonly subject?: string | undefined;
  readonly disabled?: string | null | undefined;
  readonly lastSignIn?: string | undefined;
}

/**
 * What opens the admin API, as a hash. `session`: the cookie of an admin; `token`: for scripts; `invitation`: lets one
 * person become an admin, or (when it names one) set a new password, once.
 */
export interface AdminKey {
  readonly id: string;
  readonly kind: 'session' | 'token' | 'invitation';
  /** SHA-256 in hex, unique in the store. */
  readonly hash: string;
  /** Admin.id: whose session; who made the token, which ends with that admin; whose password. */
  readonly admin: string | undefined;
  /** Of a token: what people call it. Of an invitation: the email of whoever is invited, undefined: anybody's. */
  readonly name: string | undefined;
  /** Of tokens and invitations: what they give. A session has what its admin has. */
  readonly role: string | undefined;
  readonly tenant: string | undefined;
  readonly created: string;
  readonly createdBy: string | undefined;
  /** ISO 8601 UTC; undefined: never (tokens alone). */
  readonly expires: string | undefined;
  readonly lastUsed: string | undefined;
}

export interface AccountStore {
  /** @throws UniquenessConflict when the name is taken, or the id was a tenant's before. */
  createTenant(tenant: Tenant): Promise<void>;
  tenantByName(name: string): Promise<Tenant | undefined>;
  tenantById(id: string): Promise<Tenant | undefined>;
  /** In the order of creation. */
  tenants(): Promise<Tenant[]>;
  /** The tenant as it is now; undefined when there is none. @throws UniquenessConflict when the name is taken. */
  updateTenant(id: string, change: TenantChange): Promise<Tenant | undefined>;
  /**
   * From now on there is no such tenant, none of its credentials opens anything, and its admins and admin keys are gone;
   * the name is free. What else it had is there until purgeTenants().
   */
  removeTenant(id: string): Promise<boolean>;
  /**
   * Deletes what removed tenants have left, and what requests that were under way have added since, at most about
   * `limit` rows at a time so that others get their turn. The audit stays. False when nothing was left.
   */
  purgeTenants(limit: number): Promise<boolean>;

  /** @throws UniquenessConflict when the id, the identifier or a hash is taken. */
  createCredential(credential: Credential, keys: readonly Key[]): Promise<void>;
  /** In the order of creation; expired and revoked ones too. */
  credentials(tenant: string): Promise<KeyedCredential[]>;
  credential(tenant: string, id: string): Promise<KeyedCredential | undefined>;
  /** The credential as it is now; undefined when the tenant has none with this id. */
  updateCredential(tenant: string, id: string, change: CredentialChange): Promise<Credential | undefined>;
  /**
   * Marks it revoked from `time`, and forgets its access tokens. False when the tenant has no such credential, or it is
   * revoked already.
   */
  revokeCredential(tenant: string, id: string, time: string): Promise<boolean>;
  /**
   * One more key, while the others of the same kind end at `ends` (ISO 8601 UTC) if they would last longer. False
   * when the tenant has no such credential, or it is revoked.
   */
  rotateKey(tenant: string, key: Key, ends: string): Promise<boolean>;
  /** Ends one key at `time`, unless it ends before. False when there is no such key. */
  endKey(tenant: string, credential: string, key: string, time: string): Promise<boolean>;
  /** For access tokens. */
  addKey(key: Key): Promise<void>;
  removeKey(hash: string): Promise<boolean>;
  /**
   * Forgets keys that ended before `time` (ISO 8601 UTC), sessions and invitations too, at most `limit`. How many it
   * forgot. Ended admin tokens stay, so that people see them.
   */
  dropEndedKeys(time: string, limit: number): Promise<number>;
  /** By the hash of what was presented as bearer: a `bearer` or `access` key. Ended and revoked ones too. */
  findBearer(hash: string): Promise<{ key: Key; credential: Credential; tenant: Tenant } | undefined>;
  /** By Credential.identifier, exactly. Ended and revoked ones too. */
  findByIdentifier(identifier: string): Promise<(KeyedCredential & { tenant: Tenant }) | undefined>;
  /** The credentials that trust an issuer, of every tenant. Revoked ones too. */
  findByIssuer(issuer: string): Promise<{ credential: Credential; tenant: Tenant }[]>;
  /** An older note than the one that is kept changes nothing. */
  noteUse(uses: readonly CredentialUse[]): Promise<void>;

  /** @throws UniquenessConflict when the email or the subject is taken. */
  createAdmin(admin: Admin): Promise<void>;
  admins(): Promise<Admin[]>;
  admin(id: string): Promise<Admin | undefined>;
  adminByEmail(email: string): Promise<Admin | undefined>;
  adminBySubject(subject: string): Promise<Admin | undefined>;
  /** @throws UniquenessConflict when the email or the subject is taken. */
  updateAdmin(id: string, change: AdminChange): Promise<Admin | undefined>;
  /** With all keys of the admin. */
  removeAdmin(id: string): Promise<boolean>;

  createAdminKey(key: AdminKey): Promise<void>;
  /** Ended ones too. `admin`: the one that the key names. */
  adminKeyByHash(hash: string): Promise<{ key: AdminKey; admin: Admin | undefined } | undefined>;
  /** In the order of creation. */
  adminKeys(kind: AdminKey['kind']): Promise<AdminKey[]>;
  /** Notes a use, and for a session until when it lasts from now on. */
  touchAdminKey(hash: string, lastUsed: string, expires?: string): Promise<void>;
  removeAdminKey(id: string): Promise<boolean>;
  /** All keys of a kind that name the admin. */
  removeAdminKeys(admin: string, kind: AdminKey['kind']): Promise<void>;
  /**
   * Uses the invitation up and creates the admin, or changes the one that the invitation names, in one commit. False
   * when somebody else has used it. @throws UniquenessConflict; then the invitation is as it was.
   */
  acceptInvitation(
    hash: string,
    admin: Admin | { readonly id: string; readonly change: AdminChange },
  ): Promise<boolean>;
}

/** A tenant as a change leaves it. */
export function changedTenant(before: Tenant, { settings = {}, ...change }: TenantChange): Tenant {
  return changed(before, { ...change, settings: changed(before.settings, settings) });
}

/** `before` as a change leaves it: undefined stays as it was, null is taken away. */
export function changed<T extends object>(before: T, change: { readonly [Name in keyof T]?: T[Name] | null }): T {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(given.map(([name, value]) => [name, value ?? undefined])) };
}
