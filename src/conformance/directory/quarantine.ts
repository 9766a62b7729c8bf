/**
 * When a provisioning job is put into quarantine, how often it then runs, and when a failed object is tried again.
 * Numbers alone: time is in minutes since the job began, so that days pass within one run.
 */
import { isTransient, type LogCode } from './log-codes.js';

/** Minutes between two cycles of a healthy job. */
const CYCLE = 40;
const HOUR = 60;
const DAY = 24 * HOUR;
/** Escrow and quarantine both end after four weeks: the one gives the object up, the other disables the job. */
const FOUR_WEEKS = 28 * DAY;

/** What has happened to a job since it began. */
interface Counts {
  /** Objects and references that were worked on. */
  readonly events: number;
  /** Objects that failed. */
  readonly failures: number;
  /** Managers and memberships that failed. */
  readonly referenceFailures: number;
  /** The credential was refused, or the server does not speak SCIM. */
  readonly isRejected: boolean;
  /** Deletions and disablements that the threshold held back. */
  readonly staged: number;
}

/** As Microsoft Graph names it; `DeleteThreshold` stands for what the logs show as StagedDelete. */
export type QuarantineReason =
  | 'EncounteredQuarantineException'
  | 'EncounteredEscrowProportionThreshold'
  | 'DeleteThreshold';

/** Undefined: the job is healthy. */
export function quarantineOf(counts: Counts): QuarantineReason | undefined {
  const { events, failures, referenceFailures, isRejected, staged } = counts;
  if (isRejected) return 'EncounteredQuarantineException';
  const isMany = failures >= 5_000 && (failures > 0.4 * events || failures > 40_000);
  if (isMany || failures + referenceFailures >= 60_000) return 'EncounteredEscrowProportionThreshold';
  return staged > 0 ? 'DeleteThreshold' : undefined;
}

/** Minutes until the next cycle; undefined: the job is disabled. `quarantinedFor`: in minutes; undefined: it is not. */
export function nextCycleIn(quarantinedFor: number | undefined): number | undefined {
  if (quarantinedFor === undefined) return CYCLE;
  return quarantinedFor >= FOUR_WEEKS ? undefined : DAY;
}

/** An object that failed and waits for its next try. */
export interface Escrow {
  readonly code: LogCode;
  /** Of the first failure. */
  readonly since: number;
  /** When it is due. */
  readonly next: number;
  readonly attempts: number;
}

/**
 * The escrow after one more failure. What time alone may mend is tried in the next cycle; everything else 6, 12 and
 * 24 hours after the first failure and then once a day. Undefined: after four weeks it is given up.
 */
export function escrowAfter(before: Escrow | undefined, code: LogCode, now: number): Escrow | undefined {
  const since = before?.since ?? now;
  const attempts = (before?.attempts ?? 0) + 1;
  if (now - since >= FOUR_WEEKS) return undefined;
  if (isTransient(code)) return { code, since, next: now + CYCLE, attempts };
  const steps = [6 * HOUR, 12 * HOUR, DAY].map((wait) => since + wait);
  const next = steps.find((time) => time > now) ?? now + DAY;
  return { code, since, next, attempts };
}
