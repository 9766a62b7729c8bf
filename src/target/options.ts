/** What an embedding app gives to a target, and what it gets. */
import type { IncomingMessage } from 'node:http';
import type { Router } from 'express';
import type { Logger } from 'pino';
import type { Authenticate } from '../access/own/authenticate.js';
import type { Scope } from '../access/principal.js';
import type { Role } from '../access/roles.js';
import type { Throttle } from '../access/throttle.js';
import type { TenantDirectory } from '../directory/app-directory.js';
import type { BeforeCommit } from '../directory/before-commit.js';
import type { PasswordHook } from '../directory/password-hook.js';
import type { Events } from '../events/events.js';
import type { ConnectionPaths } from '../http/admin/parts.js';
import type { ScimPaths } from '../http/unknown-address.js';
import type { TargetSettings } from '../options.js';
import type { ProfileName } from '../scim/profiles.js';
import type { Registry, RegistryDocuments } from '../scim/schema/load.js';
import type { Store } from '../store/store.js';

/** So that an app may pass on what it may have: `publicUrl: config.publicUrl`. */
type Choice<Of> = { readonly [Name in keyof Of]?: Of[Name] | undefined };

/**
 * What an embedding app may choose. Everything has the default that options.ts gives. One that is not of these, or has a
 * wrong value, is an OptionError before anything is opened.
 */
export interface TargetOptions extends Choice<Omit<TargetSettings, 'store' | 'schemas'>> {
  /** `sqlite:PATH`, `memory:`, or an open store, which then is the caller's to close. `sqlite:./data/scim.db` without it. */
  readonly store?: string | Store | undefined;
  /** Silent without it. */
  readonly logger?: Logger | undefined;
  /**
   * Schema and resource type documents, or a folder with those to have beside the bundled ones; without it User, Group and
   * the enterprise extension.
   */
  readonly schemas?: RegistryDocuments | string | undefined;
  /**
   * Where an app has mounted the routers, for the addresses that the admin page tells; `{tenant}` stands for the name of
   * a tenant. No slash at the end; `''` is the origin itself. `/tenants/{tenant}/scim/v2`, `/oauth` and `/tenants/{tenant}/events` without it.
   */
  readonly paths?: Partial<ConnectionPaths> | undefined;
  /**
   * Is given each password that a client sets, before the write is committed, and may refuse it with a ScimError; it has
   * five seconds. What is kept of a password here is for the option `passwords` to say, with or without this.
   * ServiceProviderConfig announces changePassword where either does something with passwords.
   */
  readonly onPassword?: PasswordHook | undefined;
  /**
   * Is asked before each change of a resource is committed, and may refuse it with a ScimError or add values of its own,
   * of attributes that the schema marks readOnly; it has `hookTimeout`.
   */
  readonly beforeCommit?: BeforeCommit | undefined;
  /** Milliseconds that `beforeCommit`, `onPassword` and `authenticate` may each take, 1 to 600,000; 5,000 without it. */
  readonly hookTimeout?: number | undefined;
  /**
   * Says who is calling, in place of the tokens and other credentials of this target, for all its routers but the admin
   * page and OAuth (whose tokens then open nothing, so that router need not be mounted). passportAuthentication() makes
   * one of any strategy for passport. A method, so that one for an Express request fits.
   */
  authenticate?(request: IncomingMessage): ReturnType<Authenticate>;
  /**
   * With `authenticate`: a tenant whose name is seen for the first time is made, with this profile (`entra` for true), and
   * the audit has it. Without it a caller whose tenant does not exist is answered 404.
   */
  readonly createTenants?: boolean | { readonly profile: ProfileName } | undefined;
  /**
   * Milliseconds between two looks at what other processes have committed, from 10 to a third of `eventLease`; 1,000
   * without it.
   */
  readonly eventInterval?: number | undefined;
  /**
   * Milliseconds after which others deliver events for a process that is gone, from three times `eventInterval` to
   * 600,000; 30,000 without it.
   */
  readonly eventLease?: number | undefined;
  /** The present moment; for tests. */
  readonly clock?: (() => Date) | undefined;
  /** What slows guessing down; for tests. */
  readonly throttle?: Throttle | undefined;
}

/** A running target. Any number of them can live in one process. */
export interface ScimTarget {
  /** Mount it where the identity provider's Tenant URL points: `app.use('/scim/v2', target.scimRouter)`. */
  readonly scimRouter: Router;
  /**
   * For the end of an app that has `scimRouter` at these paths: answers what nothing else has taken with 404, and puts it
   * into the activity of the tenant whose Tenant URL it was meant for.
   */
  unknownAddress(paths: ScimPaths): Router;
  /** The OAuth 2.0 endpoints: `app.use('/oauth', target.oauthRouter)`. */
  readonly oauthRouter: Router;
  /** Where clients look for those (RFC 8414): `app.use('/.well-known/oauth-authorization-server', target.oauthMetadata)`. */
  readonly oauthMetadata: Router;
  /**
   * The events of a tenant, for credentials with the scope `events:read`: `app.use('/events', target.eventsRouter)`, and
   * below `/tenants/:tenant/events` where the path is to name the tenant.
   */
  readonly eventsRouter: Router;
  /** The admin page and its API, made when it is first asked for: `app.use('/admin', target.adminRouter)`. */
  readonly adminRouter: Router;
  /**
   * A link that lets one person become an admin, once and within 24 hours. `path` stands below the place where
   * `adminRouter` is mounted. Without an email, whoever has the link says their own; the role is `owner` without one.
   * @throws AccessError when there is an admin with the email, or the role needs a tenant.
   */
  inviteAdmin(invited?: { email?: string; role?: Role; tenant?: string }): Promise<{ path: string; token: string }>;
  /** Tells of every change after it was committed, in order, at least once. */
  readonly events: Events;
  /**
   * What the app itself may do in a tenant: `await target.directory('acme').users.byUserName('ann')`. What it changes is
   * checked, recorded and told as what clients change; `beforeCommit` is asked as well.
   */
  directory(tenant: string): TenantDirectory;
  readonly store: Store;
  readonly registry: Registry;
  /** @throws AccessError when the name is taken or not a valid name, or the profile is unknown. */
  createTenant(tenant: { name: string; profile?: ProfileName }): Promise<void>;
  /**
   * A bearer token for a tenant, which is created when it does not exist. The token is returned this once.
   * `scopes`: `scim:read` and `scim:write` without them. `expires`: `90d`, `12h`, a date, or a time in ISO 8601; never
   * without it.
   * @throws AccessError for what is none of these, and for an end that is past; then no tenant is made either
   */
  createToken(token: { tenant: string; name: string; scopes?: readonly Scope[]; expires?: string }): Promise<string>;
  /**
   * With `passwords: 'hash'`: the active user of a tenant (its name) who has this password; undefined for everybody else,
   * after the same time. `address`: the client's, by which failures are counted too.
   * @throws AccessRefused (429) after too many failures; `retryAfter` says for how many seconds. AccessError for what is
   * no text, as the body of a request may have it
   */
  checkPassword(
    tenant: string,
    userName: string,
    password: string,
    address?: string,
  ): Promise<{ id: string } | undefined>;
  /** Writes what is still in memory: the activity, and when credentials were last used. Both are written by themselves. */
  flush(): Promise<void>;
  /** Answers requests that wait for events, at once and from now on; before a server waits for requests to end. */
  endWaits(): void;
  /** Writes what is still in memory and closes the store. Stop sending requests before. */
  close(): Promise<void>;
}
