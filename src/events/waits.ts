/**
 * Requests that wait until something happens in their tenant. Knows: who waits, and for how long at most. Does not know:
 * what they read then. Bounds: 200 wait at once in a tenant, 5,000 in all; further ones are told at once that nothing has happened.
 */

/** Tells of tenants (Tenant.id) in which there may be something new. @returns what ends it */
export type OnWake = (listener: (tenant: string) => void) => () => void;

/** One request that waits. */
export interface Wait {
  /** What has happened so far is known. */
  reset(): void;
  /**
   * True as soon as there may be something new since reset(), or within a second where that was so before: who is woken
   * in vain by each of many commits shall not cost more than the commits. False when it is over.
   */
  happened(): Promise<boolean>;
  /** Must be called. */
  end(): void;
}

const MOST_PER_TENANT = 200;
const MOST = 5_000;
/** Milliseconds. */
const REST = 1_000;

export class Waits {
  /** By Tenant.id. */
  private readonly waiting = new Map<string, Set<OneWait>>();
  private count = 0;
  private stopListening: (() => void) | undefined;
  private isClosed = false;

  constructor(private readonly onWake: OnWake) {}

  /** @param milliseconds how long at most @param signal ends it, too */
  begin(tenant: string, milliseconds: number, signal: AbortSignal): Wait {
    const others = this.waiting.get(tenant) ?? new Set();
    const isFull = others.size >= MOST_PER_TENANT || this.count >= MOST;
    const wait = new OneWait(this.isClosed || isFull ? 0 : milliseconds, signal, () => this.remove(tenant, wait));
    if (isFull || this.isClosed || milliseconds === 0) return wait;
    this.waiting.set(tenant, others.add(wait));
    this.count++;
    // Nobody is listened to while nobody waits.
    this.stopListening ??= this.onWake((woken) => this.wake(woken));
    return wait;
  }

  /** Whoever waits, and whoever wants to from now on, is told that it is over. */
  close(): void {
    this.isClosed = true;
    for (const waits of [...this.waiting.values()]) for (const wait of [...waits]) wait.finish();
  }

  private wake(tenant: string): void {
    for (const wait of this.waiting.get(tenant) ?? []) wait.ring();
  }

  private remove(tenant: string, wait: OneWait): void {
    const others = this.waiting.get(tenant);
    if (!others?.delete(wait)) return;
    this.count--;
    if (others.size === 0) this.waiting.delete(tenant);
    if (this.waiting.size > 0) return;
    this.stopListening?.();
    this.stopListening = undefined;
  }
}

class OneWait implements Wait {
  private isRung = false;
  private isOver: boolean;
  private isFirst = true;
  private resting: NodeJS.Timeout | undefined;
  private tell: ((isRung: boolean) => void) | undefined;
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly onAbort = (): void => this.finish();

  constructor(
    milliseconds: number,
    private readonly signal: AbortSignal,
    private readonly onEnd: () => void,
  ) {
    this.isOver = milliseconds === 0 || signal.aborted;
    if (this.isOver) return;
    this.timer = setTimeout(this.onAbort, milliseconds);
    signal.addEventListener('abort', this.onAbort, { once: true });
  }

  reset(): void {
    this.isRung = false;
  }

  happened(): Promise<boolean> {
    if (this.isOver) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.tell = resolve;
      if (this.isRung) this.ring();
    });
  }

  ring(): void {
    this.isRung = true;
    if (!this.tell || this.resting) return;
    if (!this.isFirst) this.resting = setTimeout(() => this.settle(true), REST);
    else this.settle(true);
    this.isFirst = false;
  }

  finish(): void {
    this.isOver = true;
    this.settle(false);
  }

  end(): void {
    this.finish();
    clearTimeout(this.timer);
    this.signal.removeEventListener('abort', this.onAbort);
    this.onEnd();
  }

  private settle(isRung: boolean): void {
    clearTimeout(this.resting);
    this.resting = undefined;
    this.tell?.(isRung);
    this.tell = undefined;
  }
}
