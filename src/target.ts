/**
 * The parts of a target, put together: options to store, directory, access and router. An embedding app starts here;
 * server.ts, the standalone program, is this module's first user. Reads no environment, listens nowhere, logs only
 * through the logger it is given. What each part needs of the options stands in target/.
 */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { createActivityRecorder } from './access/activity.js';
import { createUseRecorder } from './access/last-use.js';
import { Registries } from './access/registries.js';
import { createRequestLimit } from './access/request-limit.js';
import { createThrottle } from './access/throttle.js';
import { BulkDirectory } from './directory/bulk.js';
import { eventsRouter } from './http/events-router.js';
import { scimRouter } from './http/scim-router.js';
import { unknownAddress } from './http/unknown-address.js';
import type { TargetSettings } from './options.js';
import { adminOf, checkSso } from './target/admin.js';
import { authenticatorOf } from './target/authentication.js';
import { eventsOf } from './target/events.js';
import { settingsOf } from './target/given.js';
import type { ScimTarget, TargetOptions } from './target/options.js';
import {
  appDirectoryOf,
  cursorsOf,
  directoryOf,
  isoClock,
  limitsOf,
  oauthRoutersOf,
  tenantMakersOf,
  trustedTokensOf,
} from './target/parts.js';
import { passwordsOf, takesPasswords } from './target/passwords.js';
import { receiversOf } from './target/receivers.js';
import { openStore, serverDocuments } from './target/stores.js';

export type { ScimTarget, TargetOptions } from './target/options.js';
export { bundledRegistry, openStore, openTransfer, serverDocuments } from './target/stores.js';

/** @throws OptionError, SchemaDocumentError, or what opening the store throws */
export async function createScimTarget(options: TargetOptions = {}): Promise<ScimTarget> {
  return createTarget(options, settingsOf(options));
}

/** For whoever has read the settings already. @param options what is said in settings is not looked for here */
export async function createTarget(options: TargetOptions, settings: TargetSettings): Promise<ScimTarget> {
  checkSso(settings);
  const { paths, throttle = createThrottle() } = options;
  const { clock, log, registries, store } = await groundOf(options, settings);
  const uses = createUseRecorder({ store, clock, log });
  const { activityDays: days, activityEntries: most } = settings;
  const activity = createActivityRecorder({ store, clock, log, days, most });
  const exchange = { log, activity, newRequestId: randomUUID };
  const limits = limitsOf(settings);
  const sources = { clock, newId: randomUUID };
  const { announce, dispatcher, events, reader } = eventsOf({ store, registries, clock, log }, options);
  const told = receiversOf({ store, registries, log, ...sources }, { dispatcher, reader, events }, settings);
  const directory = directoryOf(store, settings, clock, options, announce);
  const tokens = trustedTokensOf(store, settings, clock);
  const admission = {
    authenticator: authenticatorOf({ store, clock, newId: randomUUID, log, throttle, federation: tokens }, options),
    requestLimit: createRequestLimit(),
    uses,
    ...exchange,
    limits,
  };
  const router = scimRouter({
    ...admission,
    cursors: cursorsOf(store, settings, clock),
    directory,
    bulk: new BulkDirectory({ directory, store, newId: randomUUID, announce }),
    registries,
    patchAnswer: settings.patchAnswer,
    takesPasswords: takesPasswords(settings, options.onPassword),
    publicUrl: settings.publicUrl,
  });
  const filterLimits = limits.filter;
  const own = { store, directory, registries, filterLimits, activity, throttle, log, ...sources };
  const admin = adminOf({ ...own, receivers: told.receivers, events: told.desk }, settings, paths);
  return {
    scimRouter: router,
    ...oauthRoutersOf({ store, tokens, uses, throttle, ...sources }, exchange, settings, paths?.oauth),
    unknownAddress: (paths) => unknownAddress({ ...exchange, store }, paths),
    eventsRouter: eventsRouter({ ...admission, ...told }),
    get adminRouter() {
      return admin.router();
    },
    inviteAdmin: admin.invite,
    events,
    ...passwordsOf(own),
    store,
    registry: registries.common,
    ...tenantMakersOf(own),
    directory: appDirectoryOf(own),
    flush: async () => void (await Promise.all([uses.flush(), activity.flush()])),
    endWaits: () => told.waits.close(),
    close: async () => {
      told.waits.close();
      await dispatcher.close();
      told.close();
      await Promise.all([uses.close(), activity.close(), admin.close()]);
      if (store !== options.store) await store.close();
    },
  };
}

/** What everything else of a target stands on. */
async function groundOf(
  { store: given, logger, schemas, clock: now = () => new Date() }: TargetOptions,
  settings: TargetSettings,
) {
  const clock = isoClock(now);
  const log = logger ?? pino({ level: 'silent' }, { write: () => {} });
  const registries = new Registries(typeof schemas === 'object' ? schemas : serverDocuments(settings.schemas));
  const store =
    typeof given === 'object' ? given : await openStore(settings.store, settings.busyTimeout, registries.common);
  return { clock, log, registries, store };
}
