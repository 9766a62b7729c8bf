/**
 * The parts of a target, put together: options to store, directory, access and router. An embedding app starts here;
 * server.ts, the standalone program, is this module's first user. Reads no environment, listens nowhere, logs only
 * through the logger it is given.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Router } from 'express';
import { type Logger, pino } from 'pino';
import { createActivityRecorder } from './access/activity.js';
import { AdminTokens } from './access/admin-tokens.js';
import { Admins } from './access/admins.js';
import { audit } from './access/audit.js';
import { createAuthenticator } from './access/authenticate.js';
import { issueToken } from './access/credentials.js';
import { createFetchJson, readHosts } from './access/federation/fetch-json.js';
import { createIssuerKeys } from './access/federation/issuer-keys.js';
import { createTrustedTokens, type TrustedTokens } from './access/federation/trusted-tokens.js';
import { Invitations, setUpPath } from './access/invitations.js';
import { createUseRecorder } from './access/last-use.js';
import { createOAuthServer, type OAuthServerParts } from './access/oauth/server.js';
import { DEFAULT_SCOPES, type Scope } from './access/principal.js';
import { createPurge } from './access/purge.js';
import { Registries } from './access/registries.js';
import { createRequestLimit } from './access/request-limit.js';
import type { Role } from './access/roles.js';
import { Sessions } from './access/sessions.js';
import { isIssuerTaken, SingleSignOn } from './access/sso.js';
import { createTenant, findTenant, type Sources } from './access/tenants.js';
import { createThrottle, type Throttle } from './access/throttle.js';
import { BulkDirectory } from './directory/bulk.js';
import { Directory } from './directory/directory.js';
import type { PasswordHook } from './directory/password-hook.js';
import { ResourceCounts } from './http/admin/overview.js';
import type { AdminParts, ConnectionPaths } from './http/admin/parts.js';
import { adminRouter } from './http/admin-router.js';
import { Cursors } from './http/cursors.js';
import type { ExchangeParts } from './http/exchange.js';
import { OAUTH_PATH, oauthMetadata, oauthRouter } from './http/oauth-router.js';
import type { HttpLimits } from './http/parts.js';
import { scimRouter } from './http/scim-router.js';
import { type ScimPaths, unknownAddress } from './http/unknown-address.js';
import { OPTIONS, OptionError, readOptions, type ServerOptions } from './options.js';
import { bundledDocuments, documentsWith } from './schema-files.js';
import { PROFILES, type ProfileName } from './scim/profiles.js';
import { loadRegistry, type Registry, type RegistryDocuments } from './scim/schema/load.js';
import type { Store, Tenant } from './store/store.js';
import type { Transfer } from './store/transfer.js';

/** What an embedding app may choose. Everything has the default that options.ts gives. */
export interface TargetOptions
  extends Partial<
    Pick<
      ServerOptions,
      | 'publicUrl'
      | 'bodyLimit'
      | 'maxFilterLength'
      | 'maxFilterDepth'
      | 'maxFilterTerms'
      | 'pageSize'
      | 'maxPageSize'
      | 'cursorTimeout'
      | 'maxMembers'
      | 'bulkMaxOperations'
      | 'bulkMaxPayload'
      | 'patchAnswer'
      | 'requestLimit'
      | 'activityDays'
      | 'activityEntries'
      | 'issuerHosts'
      | 'issuerPrivate'
      | 'adminIdleTimeout'
      | 'ssoIssuer'
      | 'ssoClientId'
      | 'ssoClientSecret'
      | 'ssoLabel'
      | 'busyTimeout'
    >
  > {
  /** `sqlite:PATH`, `memory:`, or an open store, which then is the caller's to close. `sqlite:./data/scim.db` without it. */
  readonly store?: string | Store;
  /** Silent without it. */
  readonly logger?: Logger;
  /**
   * Schema and resource type documents, or a folder with those to have beside the bundled ones; without it User, Group and
   * the enterprise extension.
   */
  readonly schemas?: RegistryDocuments | string | undefined;
  /**
   * Where an app has mounted the routers, for the addresses that the admin page tells; `{tenant}` stands for the name of
   * a tenant. `/tenants/{tenant}/scim/v2` and `/oauth` without it.
   */
  readonly paths?: Partial<ConnectionPaths>;
  /**
   * Is given each password that a client sets, before the write is committed, and may refuse it with a ScimError; it has
   * five seconds. Without it passwords are let go. ServiceProviderConfig announces changePassword accordingly.
   */
  readonly onPassword?: PasswordHook;
  /** The present moment; for tests. */
  readonly clock?: () => Date;
  /** What slows guessing down; for tests. */
  readonly throttle?: Throttle;
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
  /** The admin page and its API, made when it is first asked for: `app.use('/admin', target.adminRouter)`. */
  readonly adminRouter: Router;
  /**
   * A link that lets one person become an admin, once and within 24 hours. `path` stands below the place where
   * `adminRouter` is mounted. Without an email, whoever has the link says their own; the role is `owner` without one.
   * @throws AccessError when there is an admin with the email, or the role needs a tenant.
   */
  inviteAdmin(invited?: { email?: string; role?: Role; tenant?: string }): Promise<{ path: string; token: string }>;
  readonly store: Store;
  readonly registry: Registry;
  /** @throws AccessError when the name is taken or not a valid name, or the profile is unknown. */
  createTenant(tenant: { name: string; profile?: ProfileName }): Promise<void>;
  /**
   * A bearer token for a tenant, which is created when it does not exist. The token is returned this once.
   * `expires`: ISO 8601; undefined: never.
   */
  createToken(token: { tenant: string; name: string; scopes?: readonly Scope[]; expires?: string }): Promise<string>;
  /** Writes what is still in memory: the activity, and when credentials were last used. Both are written by themselves. */
  flush(): Promise<void>;
  /** Writes what is still in memory and closes the store. Stop sending requests before. */
  close(): Promise<void>;
}

/** @throws OptionError, SchemaDocumentError, or what opening the store throws */
export async function createScimTarget(options: TargetOptions = {}): Promise<ScimTarget> {
  const { store: given, logger, schemas, paths, clock: _, onPassword, throttle = createThrottle(), ...plain } = options;
  const flags = Object.fromEntries(
    Object.entries(plain).map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
  );
  const settings = readOptions({}, { ...flags, ...(typeof given === 'string' && { store: given }) });
  const clock = isoClock(options.clock ?? (() => new Date()));
  const log = logger ?? pino({ level: 'silent' });
  const registries = new Registries(typeof schemas === 'object' ? schemas : serverDocuments(schemas));
  const store =
    typeof given === 'object' ? given : await openStore(settings.store, settings.busyTimeout, registries.common);
  const uses = createUseRecorder({ store, clock, log });
  const { activityDays: days, activityEntries: most } = settings;
  const activity = createActivityRecorder({ store, clock, log, days, most });
  const exchange = { log, activity, newRequestId: randomUUID };
  const limits = limitsOf(settings);
  const directory = directoryOf(store, registries.common, settings, clock, onPassword);
  const tokens = trustedTokensOf(store, settings, clock);
  const router = scimRouter({
    cursors: cursorsOf(store, settings, clock),
    authenticator: createAuthenticator({ store, clock, log, throttle, federation: tokens }),
    requestLimit: createRequestLimit(),
    uses,
    ...exchange,
    directory,
    bulk: new BulkDirectory({ directory, store, newId: randomUUID }),
    registries,
    limits,
    patchAnswer: settings.patchAnswer,
    takesPasswords: onPassword !== undefined,
    publicUrl: settings.publicUrl,
  });
  const sources = { clock, newId: randomUUID };
  const filterLimits = limits.filter;
  const own = { store, directory, registries, filterLimits, activity, throttle, log, ...sources };
  const admin = adminOf(own, settings, paths);
  const tenants = tenantsOf(store, sources);
  return {
    scimRouter: router,
    ...oauthRoutersOf({ store, tokens, uses, throttle, ...sources }, exchange, settings, paths?.oauth),
    unknownAddress: (paths) => unknownAddress({ ...exchange, store }, paths),
    get adminRouter() {
      return admin.router();
    },
    inviteAdmin: admin.invite,
    store,
    registry: registries.common,
    createTenant: async (tenant) => void (await tenants.create(tenant)),
    createToken: async ({ tenant: name, name: label, scopes = DEFAULT_SCOPES, expires }) => {
      const tenant = await tenants.named(name);
      const issued = await issueToken(store, { tenant, name: label, scopes, expires, ...sources, randomBytes });
      return issued.token;
    },
    flush: async () => void (await Promise.all([uses.flush(), activity.flush()])),
    close: async () => {
      await Promise.all([uses.close(), activity.close(), admin.close()]);
      if (store !== given) await store.close();
    },
  };
}

/** Tenants as an embedding app makes them. */
function tenantsOf(store: Store, sources: Sources) {
  const create = ({ name, profile = 'entra' }: { name: string; profile?: ProfileName }): Promise<Tenant> =>
    createTenant(store, { name, profile, profiles: Object.keys(PROFILES), ...sources });
  /** The tenant of this name, made when there is none; of two who ask at once, one makes it. */
  const named = async (name: string): Promise<Tenant> => {
    const known = await store.tenantByName(name);
    return known ?? create({ name }).catch(async (error: unknown) => (await store.tenantByName(name)) ?? raise(error));
  };
  return { create, named };
}

function raise(error: unknown): never {
  throw error;
}

/** The documents for all tenants: the bundled ones, with those of a folder where there is one. */
export function serverDocuments(folder: string | undefined): RegistryDocuments {
  return folder === undefined ? bundledDocuments() : documentsWith(folder);
}

/** An app knows its tenants by their names. */
function byTenantName(hook: PasswordHook, store: Store): PasswordHook {
  return async (set) => {
    const tenant = await store.tenantById(set.tenant);
    await hook({ ...set, tenant: tenant?.name ?? set.tenant });
  };
}

function directoryOf(
  store: Store,
  registry: Registry,
  settings: ServerOptions,
  clock: () => string,
  onPassword: PasswordHook | undefined,
): Directory {
  return new Directory({
    store,
    types: registry.resourceType,
    clock,
    newId: randomUUID,
    filterLimits: limitsOf(settings).filter,
    maxMembers: settings.maxMembers,
    onPassword: onPassword && byTenantName(onPassword, store),
  });
}

function limitsOf(settings: ServerOptions): HttpLimits {
  return {
    requests: settings.requestLimit,
    body: settings.bodyLimit,
    filter: { length: settings.maxFilterLength, depth: settings.maxFilterDepth, terms: settings.maxFilterTerms },
    pageSize: settings.pageSize,
    maxPageSize: settings.maxPageSize,
    cursorTimeout: settings.cursorTimeout,
    bulk: { operations: settings.bulkMaxOperations, payload: settings.bulkMaxPayload },
  };
}

/** JWTs of trusted issuers, whose keys are fetched as the options allow. */
function trustedTokensOf(store: Store, settings: ServerOptions, clock: () => string): TrustedTokens {
  const hosts = readHosts(settings.issuerHosts);
  const fetchJson = createFetchJson({ hosts, allowsPrivate: settings.issuerPrivate === 'allow' });
  const keys = createIssuerKeys({ fetchJson, now: () => Date.parse(clock()) });
  return createTrustedTokens({ store, keys, clock });
}

function oauthRoutersOf(
  parts: Omit<OAuthServerParts, 'issueLimit' | 'log' | 'randomBytes'>,
  exchange: ExchangeParts,
  { publicUrl }: ServerOptions,
  path = OAUTH_PATH,
): Pick<ScimTarget, 'oauthRouter' | 'oauthMetadata'> {
  const { log } = exchange;
  const oauth = createOAuthServer({ ...parts, issueLimit: createRequestLimit(), log, randomBytes });
  const routerParts = { ...exchange, oauth, publicUrl };
  return { oauthRouter: oauthRouter(routerParts), oauthMetadata: oauthMetadata(routerParts, path) };
}

type OwnParts = Pick<
  AdminParts,
  'store' | 'directory' | 'registries' | 'filterLimits' | 'activity' | 'throttle' | 'log' | 'clock' | 'newId'
>;

/** What lets people manage: the page, their accounts, and what goes on behind a tenant that is deleted. */
function adminOf(own: OwnParts, settings: ServerOptions, paths: Partial<ConnectionPaths> | undefined) {
  const { store, log } = own;
  const parts = { ...own, randomBytes };
  const sessions = new Sessions({ ...parts, idleTimeout: settings.adminIdleTimeout });
  const invitations = new Invitations({ ...parts, sessions });
  const sso = ssoOf({ ...parts, invitations }, settings);
  const purge = createPurge({ store, log });
  purge.wake();
  let router: Router | undefined;
  const whole = (): AdminParts => ({
    ...parts,
    counts: new ResourceCounts(own),
    sessions,
    invitations,
    admins: new Admins({ ...parts, sessions }),
    tokens: new AdminTokens(parts),
    purge,
    sso,
    options: settings,
    optionDescriptions: OPTIONS,
    publicUrl: settings.publicUrl,
    paths: { scim: '/tenants/{tenant}/scim/v2', oauth: OAUTH_PATH, ...paths },
  });
  return {
    router: () => (router ??= adminRouter(whole())),
    invite: async ({ email, role = 'owner', tenant: name }: Parameters<ScimTarget['inviteAdmin']>[0] = {}) => {
      const tenant = name === undefined ? undefined : await findTenant(store, name);
      const { token, key } = await invitations.create({ email, role, tenant, createdBy: undefined });
      const actor = { kind: 'app', id: undefined, name: 'the app' } as const;
      const about = { tenant, target: key.name, details: { role } };
      await audit(store, { time: key.created, actor, action: 'invitation.create', ...about });
      return { path: setUpPath(token), token };
    },
    close: () => purge.close(),
  };
}

/** Undefined where it is not set up. @throws OptionError where it is set up by half, or unsafely */
function ssoOf(
  parts: Pick<AdminParts, 'store' | 'invitations' | 'clock' | 'randomBytes' | 'log'>,
  { ssoIssuer: issuer, ssoClientId: clientId, ssoClientSecret, ssoLabel: label, issuerPrivate }: ServerOptions,
): SingleSignOn | undefined {
  if (issuer === undefined) return undefined;
  if (clientId === undefined)
    throw new OptionError('SCIM_TARGET_SSO_ISSUER needs SCIM_TARGET_SSO_CLIENT_ID beside it.');
  const allowsHttp = issuerPrivate === 'allow';
  if (!isIssuerTaken(issuer, allowsHttp)) throw new OptionError('SCIM_TARGET_SSO_ISSUER must be an https URL.');
  return new SingleSignOn({ ...parts, issuer, clientId, clientSecret: ssoClientSecret, label });
}

/** Cursors that all processes on one store understand. */
function cursorsOf(store: Store, { cursorTimeout: timeout }: ServerOptions, clock: () => string): Cursors {
  let secret: Promise<string> | undefined;
  const ask = (): Promise<string> =>
    store.secret('cursors', randomBytes(32).toString('hex')).catch((error: unknown) => {
      secret = undefined;
      throw error;
    });
  return new Cursors({ secret: () => (secret ??= ask()), timeout, clock });
}

/** The present time as text, made once per millisecond. */
function isoClock(now: () => Date): () => string {
  let last = Number.NaN;
  let text = '';
  return () => {
    const moment = now();
    if (moment.getTime() !== last) {
      last = moment.getTime();
      text = moment.toISOString();
    }
    return text;
  };
}

/** The schemas that a target has without others. */
export function bundledRegistry(): Registry {
  return loadRegistry(bundledDocuments());
}

/**
 * Opens `sqlite:PATH` (the file and its folder are made when missing), `mongodb://…` or `memory:`. Engines are loaded
 * when needed.
 */
export async function openStore(
  spec: string,
  busyTimeout = readOptions({}).busyTimeout,
  registry: Registry = bundledRegistry(),
): Promise<Store> {
  if (spec === 'memory:') {
    const { createMemoryStore } = await import('./store/memory/store.js');
    return createMemoryStore({ types: registry.resourceType });
  }
  if (/^mongodb(?:\+srv)?:/.test(spec)) {
    const { openMongoStore } = await import('./store/mongo/store.js');
    return openMongoStore({ uri: spec, types: registry.resourceType });
  }
  const { openSqliteStore } = await import('./store/sqlite/store.js');
  const path = spec.replace(/^sqlite:/, '');
  await mkdir(dirname(path), { recursive: true });
  return openSqliteStore({ path, types: registry.resourceType, busyTimeout });
}

/** The rows of a store that openStore() opens, for moving them; not those of `memory:`, which end with their process. */
export async function openTransfer(spec: string, busyTimeout = readOptions({}).busyTimeout): Promise<Transfer> {
  if (/^mongodb(?:\+srv)?:/.test(spec)) {
    const { openMongoTransfer } = await import('./store/mongo/transfer.js');
    return openMongoTransfer({ uri: spec });
  }
  const { openSqliteTransfer } = await import('./store/sqlite/transfer.js');
  return openSqliteTransfer(spec.replace(/^sqlite:/, ''), busyTimeout);
}
