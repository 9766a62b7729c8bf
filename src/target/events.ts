/** What tells an app, and others, of what was committed. */
import { randomBytes } from 'node:crypto';
import type { Registries } from '../access/registries.js';
import { AppEvents } from '../events/app-events.js';
import { Dispatcher } from '../events/dispatcher.js';
import type { Events } from '../events/events.js';
import type { OutageLog } from '../events/outage.js';
import { Pace } from '../events/pace.js';
import { Reader } from '../events/reader.js';
import { OptionError } from '../options.js';
import type { Store, Tenant } from '../store/store.js';
import type { TargetOptions } from './options.js';

/** Milliseconds. */
const LONGEST = 600_000;
const SHORTEST = 10;

export interface EventParts {
  readonly events: Events;
  readonly dispatcher: Dispatcher;
  readonly reader: Reader;
  /** For whoever commits. @param tenant Tenant.id */
  readonly announce: (tenant: string) => void;
}

/** @throws OptionError */
export function eventsOf(
  parts: {
    readonly store: Store;
    readonly registries: Registries;
    readonly clock: () => string;
    readonly log: OutageLog;
  },
  { eventInterval: interval, eventLease: lease }: Pick<TargetOptions, 'eventInterval' | 'eventLease'> = {},
): EventParts {
  checkPace(interval, lease);
  const { store, registries, clock, log } = parts;
  const pace = new Pace();
  const typesOf = (tenant: Tenant) => registries.of(tenant).resourceType;
  const reader = new Reader({ store, typesOf, onWork: (milliseconds) => pace.spend(milliseconds) });
  const owner = randomBytes(16).toString('hex');
  const now = (): number => Date.parse(clock());
  const dispatcher = new Dispatcher({ store, reader, log, owner, now, pace, interval, lease });
  const events = new AppEvents({ store, reader, dispatcher, random: Math.random });
  return { events, dispatcher, reader, announce: (tenant) => dispatcher.wake(tenant) };
}

/** A lease is renewed while it lasts, so several looks must fit into it. @throws OptionError */
function checkPace(interval = 1_000, lease = 30_000): void {
  const check = (name: string, value: number, least: number): void => {
    if (Number.isInteger(value) && value >= least && value <= LONGEST) return;
    throw new OptionError(
      `${name} must be a whole number from ${least} to ${LONGEST}, in milliseconds; it is ${value}.`,
    );
  };
  check('eventInterval', interval, SHORTEST);
  // Of three looks one may be late.
  check('eventLease', lease, 3 * interval);
}
