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
import { createAuthenticator } from './access/authenticate.js';
import { createTenant, issueToken } from './access/credentials.js';
import { createUseRecorder } from './access/last-use.js';
import { ALL_SCOPES, type Scope } from './access/principal.js';
import { BulkDirectory } from './directory/bulk.js';
import { Directory } from './directory/directory.js';
import { Cursors } from './http/cursors.js';
import type { HttpLimits } from './http/parts.js';
import { scimRouter } from './http/scim-router.js';
import { readOptions, type ServerOptions } from './options.js';
import { bundledDocuments } from './schema-files.js';
import { PROFILES, type ProfileName } from './scim/profiles.js';
import { loadRegistry, type Registry, type RegistryDocuments } from './scim/schema/load.js';
import type { Store } from './store/store.js';

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
      | 'busyTimeout'
    >
  > {
  /** `sqlite:PATH`, `memory:`, or an open store, which then is the caller's to close. `sqlite:./data/scim.db` without it. */
  readonly store?: string | Store;
  /** Silent without it. */
  readonly logger?: Logger;
  /** Schema and resource type documents; User, Group and the enterprise extension without it. */
  readonly schemas?: RegistryDocuments;
  /** The present moment; for tests. */
  readonly clock?: () => Date;
}

/** A running target. Any number of them can live in one process. */
export interface ScimTarget {
  /** Mount it where the identity provider's Tenant URL points: `app.use('/scim/v2', target.scimRouter)`. */
  readonly scimRouter: Router;
  readonly store: Store;
  readonly registry: Registry;
  /** @throws AccessError when the name is taken or not a valid name, or the profile is unknown. */
  createTenant(tenant: { name: string; profile?: ProfileName }): Promise<void>;
  /**
   * A bearer token for a tenant, which is created when it does not exist. The token is returned this once.
   * `expires`: ISO 8601; undefined: never.
   */
  createToken(token: { tenant: string; name: string; scopes?: readonly Scope[]; expires?: string }): Promise<string>;
  /** Writes what is still in memory and closes the store. Stop sending requests before. */
  close(): Promise<void>;
}

/** @throws OptionError, SchemaDocumentError, or what opening the store throws */
export async function createScimTarget(options: TargetOptions = {}): Promise<ScimTarget> {
  const { store: given, logger, schemas, clock: _, ...plain } = options;
  const flags = Object.fromEntries(
    Object.entries(plain).map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
  );
  const settings = readOptions({}, { ...flags, ...(typeof given === 'string' && { store: given }) });
  const clock = isoClock(options.clock ?? (() => new Date()));
  const log = logger ?? pino({ level: 'silent' });
  const registry = loadRegistry(schemas ?? bundledDocuments());
  const store = typeof given === 'object' ? given : await openStore(settings.store, settings.busyTimeout, registry);
  const uses = createUseRecorder({ store, clock, log });
  const limits = limitsOf(settings);
  const directory = new Directory({
    store,
    types: registry.resourceType,
    clock,
    newId: randomUUID,
    filterLimits: limits.filter,
    maxMembers: settings.maxMembers,
  });
  const router = scimRouter({
    cursors: cursorsOf(store, settings, clock),
    authenticator: createAuthenticator({ store, clock, log }),
    uses,
    directory,
    bulk: new BulkDirectory({ directory, store, types: registry.resourceType, newId: randomUUID }),
    registry,
    log,
    newRequestId: randomUUID,
    limits,
    patchAnswer: settings.patchAnswer,
    publicUrl: settings.publicUrl,
  });
  const sources = { clock, newId: randomUUID };
  const newTenant = ({ name, profile = 'entra' }: { name: string; profile?: ProfileName }) =>
    createTenant(store, { name, profile, profiles: Object.keys(PROFILES), ...sources });

  return {
    scimRouter: router,
    store,
    registry,
    createTenant: async (tenant) => void (await newTenant(tenant)),
    createToken: async ({ tenant: name, name: label, scopes = ALL_SCOPES, expires }) => {
      const tenant = (await store.tenantByName(name)) ?? (await newTenant({ name }));
      const issued = await issueToken(store, { tenant, name: label, scopes, expires, ...sources, randomBytes });
      return issued.token;
    },
    close: async () => {
      await uses.close();
      if (store !== given) await store.close();
    },
  };
}

function limitsOf(settings: ServerOptions): HttpLimits {
  return {
    body: settings.bodyLimit,
    filter: { length: settings.maxFilterLength, depth: settings.maxFilterDepth, terms: settings.maxFilterTerms },
    pageSize: settings.pageSize,
    maxPageSize: settings.maxPageSize,
    cursorTimeout: settings.cursorTimeout,
    bulk: { operations: settings.bulkMaxOperations, payload: settings.bulkMaxPayload },
  };
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

/** Opens `sqlite:PATH` (the file and its folder are made when missing) or `memory:`. Engines are loaded when needed. */
export async function openStore(
  spec: string,
  busyTimeout = readOptions({}).busyTimeout,
  registry: Registry = loadRegistry(bundledDocuments()),
): Promise<Store> {
  if (spec === 'memory:') {
    const { createMemoryStore } = await import('./store/memory/store.js');
    return createMemoryStore({ types: registry.resourceType });
  }
  const { openSqliteStore } = await import('./store/sqlite/store.js');
  const path = spec.replace(/^sqlite:/, '');
  await mkdir(dirname(path), { recursive: true });
  return openSqliteStore({ path, types: registry.resourceType, busyTimeout });
}
