/** What the dispatcher tells: outlets, one for each consumer. Knows: nothing of how somebody is told. */
import type { Change, Consumer, Tenant } from '../store/store.js';
import type { EventType, ScimEvent } from './event.js';

/** A change of the history, with what happened by it. */
export interface Told {
  readonly change: Change;
  /** Not empty, in order. */
  readonly events: readonly ScimEvent[];
}

/** One attempt to tell something. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  /** Aborted when the outlet is closed. */
  readonly signal: AbortSignal;
}

/** What becomes of what could not be told: tried again at a moment (ms since 1970), given up, or everything waits. */
export type Verdict =
  | { readonly retryAt: number }
  | { readonly giveUp: true; readonly pauseBecause?: string }
  | { readonly pauseBecause: string; readonly giveUp?: undefined };

/** What can tell a consumer of one change, in turn or out of it. */
export interface Teller {
  /** How many parts it tells a change in; 0: it is of no interest here. */
  parts(told: Told): number;
  /** Done when it returns, or what it returns resolves. */
  tell(told: Told, part: number, attempt: Attempt): void | Promise<void>;
  /** What has become of it then, for people; without it, it has been delivered. */
  readonly outcome?: string;
  /** One sentence for people, without secrets and without what the other side wrote. */
  explain(error: unknown): string;
  /** Name of the event that a part is, for people. */
  nameOf(told: Told, part: number): EventType | string;
}

/** A consumer as it is told, of one change after the other. Made anew when something about it has changed. */
export interface Outlet extends Teller {
  readonly consumer: Consumer;
  /** Where it begins when it has no place yet: after this change, or after the last. */
  readonly from: number | 'now';
  /** It takes its place also before there is anything to tell, so that where it began is known; as from `now` always. */
  readonly takesPlace?: boolean;
  /** `network`: takes its time and waits when requests need the process; `app`: code that runs in it. */
  readonly pace: 'app' | 'network';
  /** @param failed how often, since when (ms since 1970), and why now */
  afterFailure(failed: { attempts: number; since: number; error: unknown }, now: number): Verdict;
  /** Asked for by a verdict: nothing more is told from now on. */
  pause?(because: string): Promise<void>;
}

/** Where outlets come from: the app's subscribers, the receivers of tenants. */
export interface OutletSource {
  /** Who is to be told of a tenant's changes, as it is now; the same objects while nothing has changed. */
  outletsOf(tenant: Tenant): readonly Outlet[] | Promise<readonly Outlet[]>;
  /** What tells one that asks by itself, and is not among the outlets, of a change once more. */
  askerOf?(tenant: Tenant, consumer: Consumer): Promise<Teller | undefined>;
  /** False while there can be nobody in any tenant: then nothing needs to be looked at. */
  hasAny(): boolean | Promise<boolean>;
}
