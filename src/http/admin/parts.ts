/** What the admin API is given: everything it needs, nothing global. */

import type { Logger } from 'pino';
import type { ActivityRecorder } from '../../access/activity.js';
import type { AdminTokens } from '../../access/admin-tokens.js';
import type { Admins } from '../../access/admins.js';
import type { Invitations } from '../../access/invitations.js';
import type { Purge } from '../../access/purge.js';
import type { Registries } from '../../access/registries.js';
import type { Sessions } from '../../access/sessions.js';
import type { SingleSignOn } from '../../access/sso.js';
import type { Throttle } from '../../access/throttle.js';
import type { RandomBytes } from '../../access/token.js';
import type { Directory } from '../../directory/directory.js';
import type { EventDesk } from '../../events/desk.js';
import type { Receivers } from '../../events/receivers.js';
import type { OptionDescription, ServerOptions } from '../../options.js';
import type { FilterLimits } from '../../scim/filter/parse.js';
import type { Store } from '../../store/store.js';
import type { ResourceCounts } from './overview.js';

export interface AdminParts {
  readonly store: Store;
  readonly directory: Directory;
  readonly registries: Registries;
  readonly filterLimits: FilterLimits;
  readonly counts: ResourceCounts;
  readonly activity: ActivityRecorder;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  /** A new id, never given before. */
  readonly newId: () => string;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly sessions: Sessions;
  readonly admins: Admins;
  readonly invitations: Invitations;
  readonly tokens: AdminTokens;
  readonly throttle: Throttle;
  readonly purge: Purge;
  readonly receivers: Receivers;
  readonly events: EventDesk;
  /** Undefined where it is not set up. */
  readonly sso: SingleSignOn | undefined;
  /** The options in force, and what there is to say of each. */
  readonly options: Partial<ServerOptions>;
  readonly optionDescriptions: readonly OptionDescription[];
  /** Origin and path prefix of the URLs in answers; undefined: as the client addressed the server. */
  readonly publicUrl: string | undefined;
  readonly paths: ConnectionPaths;
}

/** Where the other routers are, below the origin; `{tenant}` stands for the name of a tenant. */
export interface ConnectionPaths {
  /** `/tenants/{tenant}/scim/v2` */
  readonly scim: string;
  /** `/oauth` */
  readonly oauth: string;
  /** `/tenants/{tenant}/events` */
  readonly events: string;
}
