/** The parts of a target, each made from the options that it has to do with. */
import { randomBytes, randomUUID } from 'node:crypto';
import { checkedName, checkedScopes } from '../access/credential-rules.js';
import { issueToken } from '../access/credentials.js';
import { createFetchJson, readHosts } from '../access/federation/fetch-json.js';
import { createIssuerKeys } from '../access/federation/issuer-keys.js';
import { createTrustedTokens, type TrustedTokens } from '../access/federation/trusted-tokens.js';
import { parseLifetime } from '../access/lifetime.js';
import { createOAuthServer, type OAuthServerParts } from '../access/oauth/server.js';
import { DEFAULT_SCOPES } from '../access/principal.js';
import type { Registries } from '../access/registries.js';
import { createRequestLimit } from '../access/request-limit.js';
import { createTenant, findTenant, type Sources } from '../access/tenants.js';
import { type AppDirectoryParts, type TenantAtHand, TenantDirectory } from '../directory/app-directory.js';
import { Directory } from '../directory/directory.js';
import { Cursors } from '../http/cursors.js';
import type { ExchangeParts } from '../http/exchange.js';
import { OAUTH_PATH, oauthMetadata, oauthRouter } from '../http/oauth-router.js';
import type { HttpLimits } from '../http/parts.js';
import type { TargetSettings } from '../options.js';
import { PROFILES, type ProfileName } from '../scim/profiles.js';
import type { Store, Tenant } from '../store/store.js';
import { listOf, textOf } from './given.js';
import { directoryHooks, type Hooks } from './hooks.js';
import type { ScimTarget } from './options.js';
import { hashOf } from './passwords.js';

/** Tenants as an embedding app makes them. */
export function tenantsOf(store: Store, sources: Sources) {
  const create = async ({ name, profile = 'entra' }: { name: string; profile?: ProfileName }): Promise<Tenant> =>
    createTenant(store, { name: textOf('name', name), profile, profiles: Object.keys(PROFILES), ...sources });
  /** The tenant of this name, made when there is none; of two who ask at once, one makes it. */
  const named = async (name: string): Promise<Tenant> => {
    const known = await store.tenantByName(textOf('tenant', name));
    return known ?? create({ name }).catch(async (error: unknown) => (await store.tenantByName(name)) ?? raise(error));
  };
  return { create, named };
}

/** What an app makes of its own accord. */
export function tenantMakersOf(
  parts: Sources & { readonly store: Store },
): Pick<ScimTarget, 'createTenant' | 'createToken'> {
  const tenants = tenantsOf(parts.store, parts);
  return {
    createTenant: async (tenant) => void (await tenants.create(tenant)),
    createToken: async ({ tenant: named, name, scopes = DEFAULT_SCOPES, expires: end }) => {
      // Before the tenant is made: what is refused makes nothing.
      const label = {
        name: checkedName(textOf('name', name), 'token'),
        scopes: checkedScopes(listOf('scopes', scopes), 'token'),
      };
      const expires = end === undefined ? undefined : parseLifetime(textOf('expires', end), parts.clock());
      const tenant = await tenants.named(named);
      return (await issueToken(parts.store, { ...parts, ...label, tenant, expires, randomBytes })).token;
    },
  };
}

function raise(error: unknown): never {
  throw error;
}

export function directoryOf(
  store: Store,
  settings: TargetSettings,
  clock: () => string,
  hooks: Hooks,
  announce: (tenant: string) => void,
): Directory {
  return new Directory({
    store,
    clock,
    newId: randomUUID,
    filterLimits: limitsOf(settings).filter,
    maxMembers: settings.maxMembers,
    ...directoryHooks(hooks, store),
    hashPassword: hashOf(settings),
    announce,
  });
}

/** What the app itself may do in a tenant. */
export function appDirectoryOf(
  parts: Omit<AppDirectoryParts, 'find'> & { readonly store: Store; readonly registries: Registries },
): ScimTarget['directory'] {
  const { store, registries } = parts;
  const find = async (name: string): Promise<TenantAtHand> => {
    const tenant = await findTenant(store, name);
    return { tenant, types: registries.of(tenant).resourceType };
  };
  return (tenant) => new TenantDirectory({ ...parts, find }, textOf('tenant', tenant));
}

export function limitsOf(settings: TargetSettings): HttpLimits {
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
export function trustedTokensOf(store: Store, settings: TargetSettings, clock: () => string): TrustedTokens {
  const hosts = readHosts(settings.issuerHosts);
  const fetchJson = createFetchJson({ hosts, allowsPrivate: settings.issuerPrivate === 'allow' });
  const keys = createIssuerKeys({ fetchJson, now: () => Date.parse(clock()) });
  return createTrustedTokens({ store, keys, clock });
}

export function oauthRoutersOf(
  parts: Omit<OAuthServerParts, 'issueLimit' | 'log' | 'randomBytes'>,
  exchange: ExchangeParts,
  { publicUrl }: TargetSettings,
  path = OAUTH_PATH,
): Pick<ScimTarget, 'oauthRouter' | 'oauthMetadata'> {
  const { log } = exchange;
  const oauth = createOAuthServer({ ...parts, issueLimit: createRequestLimit(), log, randomBytes });
  const routerParts = { ...exchange, oauth, publicUrl };
  return { oauthRouter: oauthRouter(routerParts), oauthMetadata: oauthMetadata(routerParts, path) };
}

/** Cursors that all processes on one store understand. */
export function cursorsOf(store: Store, { cursorTimeout: timeout }: TargetSettings, clock: () => string): Cursors {
  let secret: Promise<string> | undefined;
  const ask = (): Promise<string> =>
    store.secret('cursors', randomBytes(32).toString('hex')).catch((error: unknown) => {
      secret = undefined;
      throw error;
    });
  return new Cursors({ secret: () => (secret ??= ask()), timeout, clock });
}

/** The present time as text, made once per millisecond. */
export function isoClock(now: () => Date): () => string {
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
