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

/** A consumer as it can be told. Made anew when something about it has changed. */
export interface Outlet {
  readonly consumer: Consumer;
  /** Where it begins when it has no place yet: after this change, or after the last. */
  readonly from: number | 'now';
  /** `network`: takes its time and waits when requests need the process; `app`: code that runs in it. */
  readonly pace: 'app' | 'network';
  /** How many parts it tells a change in; 0: it is of no interest here. */
  parts(told: Told): number;
  /** Done when it returns, or what it returns resolves. Told one after the other, in order. */
  tell(told: Told, part: number, attempt: Attempt): void | Promise<void>;
  /** @param failed how often, since when (ms since 1970), and why now */
  afterFailure(failed: { attempts: number; since: number; error: unknown }, now: number): Verdict;
  /** One sentence for people, without secrets and without what the other side wrote. */
  explain(error: unknown): string;
  /** Name of the event that a part is, for people. */
  nameOf(told: Told, part: number): EventType | string;
  /** Asked for by a verdict: nothing more is told from now on. */
  pause?(because: string): Promise<void>;
}

/** Where outlets come from: the app's subscribers, the receivers of tenants. */
export interface OutletSource {
  /** Who is to be told of a tenant's changes, as it is now; the same objects while nothing has changed. */
  outletsOf(tenant: Tenant): readonly Outlet[] | Promise<readonly Outlet[]>;
  /** False while there can be nobody in any tenant: then nothing needs to be looked at. */
  hasAny(): boolean | Promise<boolean>;
}
