/** A store that does not answer is left alone for a while, longer each time. Knows: for how many looks. */
export interface OutageLog {
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

/** The most looks that are left out. */
const LONGEST = 30;

export class Outage {
  /** Looks that are still left out, and how many the next failure leaves out. */
  private left = 0;
  private next = 1;

  constructor(private readonly log: OutageLog) {}

  get isOn(): boolean {
    return this.left > 0;
  }

  /** Whether this look is to be left out. */
  skips(): boolean {
    if (this.left === 0) return false;
    this.left--;
    return true;
  }

  /** The first failure is logged. */
  begin(error: unknown): void {
    if (this.isOn) return;
    if (this.next === 1) this.log.warn({ err: error }, 'events cannot be delivered for now; this is tried again');
    this.left = this.next;
    this.next = Math.min(LONGEST, this.next * 2);
  }

  end(): void {
    if (this.next > 1) this.log.info({}, 'the store answers again: events are delivered');
    this.left = 0;
    this.next = 1;
  }
}
