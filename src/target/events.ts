/** What tells an app, and others, of what was committed. */
import { randomBytes } from 'node:crypto';
import type { Registries } from '../access/registries.js';
import { AppEvents } from '../events/app-events.js';
import { Dispatcher } from '../events/dispatcher.js';
import type { Events } from '../events/events.js';
import type { OutageLog } from '../events/outage.js';
import { Pace } from '../events/pace.js';
import { Reader } from '../events/reader.js';
import type { Store, Tenant } from '../store/store.js';
import type { TargetOptions } from './options.js';

export interface EventParts {
  readonly events: Events;
  readonly dispatcher: Dispatcher;
  readonly reader: Reader;
  /** For whoever commits. @param tenant Tenant.id */
  readonly announce: (tenant: string) => void;
}

export function eventsOf(
  parts: {
    readonly store: Store;
    readonly registries: Registries;
    readonly clock: () => string;
    readonly log: OutageLog;
  },
  { eventInterval: interval, eventLease: lease }: Pick<TargetOptions, 'eventInterval' | 'eventLease'> = {},
): EventParts {
  const { store, registries, clock, log } = parts;
  const pace = new Pace();
  const typesOf = (tenant: Tenant) => registries.of(tenant).resourceType;
  const reader = new Reader({ store, typesOf, pace });
  const owner = randomBytes(16).toString('hex');
  const now = (): number => Date.parse(clock());
  const dispatcher = new Dispatcher({ store, reader, log, owner, now, pace, interval, lease });
  const events = new AppEvents({ store, reader, dispatcher, random: Math.random });
  return { events, dispatcher, reader, announce: (tenant) => dispatcher.wake(tenant) };
}
