/**
 * Leases on deliveries, and how far each has got, between this process and the store. Knows: when to save. Does not know:
 * what is told.
 */
import type { Delivery, DeliveryOwner, DeliveryStore } from '../store/store.js';
import { isOver, type Lane } from './lane.js';

const LEASE = 30_000;
/** Deliveries in one request to the store. */
const CHUNK = 500;
/** How long until one that somebody else has is tried again, in ms: doubling up to this. */
export const LONGEST_PAUSE = 5_000;
const FIRST_PAUSE = 500;

export interface PlacesParts {
  readonly store: Pick<DeliveryStore, 'claimDeliveries' | 'saveDeliveries'>;
  /** Random, told to nobody. */
  readonly owner: string;
  /** The present time, ms since 1970. */
  readonly now: () => number;
  /** How long a lease lasts without being renewed, in ms: that long nobody goes on for a process that is gone; 30,000. */
  readonly lease?: number | undefined;
}

export class Places {
  /** What this process works on, or has worked on until a moment ago. */
  readonly held = new Set<Lane>();
  private saving: Promise<unknown> = Promise.resolve();

  private readonly lease: number;

  constructor(private readonly parts: PlacesParts) {
    this.lease = parts.lease ?? LEASE;
  }

  /** Those that are ours afterwards; the others are not to be tried for a while. @throws StoreUnavailable */
  async claim(lanes: readonly Lane[]): Promise<Lane[]> {
    // Whoever has overslept the end of a lease goes on where it is, unless others were there.
    const held = lanes.filter((lane) => this.held.has(lane));
    for (const lane of await this.inTurn(() => this.write(held, false))) {
      this.forget(lane);
      lane.isKnown = false;
    }
    const got = held.filter((lane) => this.held.has(lane));
    for (const chunk of chunksOf(lanes.filter((lane) => !this.held.has(lane)))) {
      const owner = this.owner();
      const until = Date.parse(owner.until);
      const claims = chunk.map(({ outlet: { consumer, from }, tenancy }) => ({
        consumer,
        tenant: tenancy.tenant.id,
        from,
      }));
      const deliveries = await this.parts.store.claimDeliveries(owner, claims);
      const found = new Map(deliveries.map((delivery) => [nameOf(delivery), delivery]));
      for (const lane of chunk) {
        const delivery = found.get(nameOf(lane.delivery));
        if (delivery) {
          lane.begin(delivery, until);
          this.held.add(lane);
          got.push(lane);
        } else this.postpone(lane);
      }
    }
    return got;
  }

  /** Saves what has moved, and renews what is at work, one time after the other. @returns what others have taken */
  save(): Promise<Lane[]> {
    return this.inTurn(() => {
      const due = [...this.held].filter((lane) => this.isDue(lane));
      return this.write(due, false);
    });
  }

  /** Saves and lets go. @returns what others had taken before */
  release(lanes: readonly Lane[]): Promise<Lane[]> {
    return this.inTurn(async () => {
      const mine = lanes.filter((lane) => this.held.has(lane));
      const lost = await this.write(mine, true);
      for (const lane of mine) this.forget(lane);
      return lost;
    });
  }

  /** Nothing of it is saved any more. */
  forget(lane: Lane): void {
    this.held.delete(lane);
    lane.leave();
  }

  isHeld(lane: Lane): boolean {
    return this.held.has(lane) && !isOver(lane.leasedUntil, this.parts.now(), this.lease);
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.saving.then(work);
    this.saving = result.catch(() => undefined);
    return result;
  }

  private postpone(lane: Lane): void {
    lane.state = 'away';
    lane.claimAt = this.parts.now() + lane.claimPause;
    lane.claimPause = Math.min(LONGEST_PAUSE, Math.max(FIRST_PAUSE, lane.claimPause * 2));
  }

  private isDue(lane: Lane): boolean {
    if (lane.isLost) return false;
    if (lane.isMoved) return true;
    const isAtWork = lane.isBusy && lane.state !== 'claiming';
    const now = this.parts.now();
    return isAtWork && isOver(lane.leasedUntil, now + this.lease / 2, this.lease / 2);
  }

  private async write(lanes: readonly Lane[], lets: boolean): Promise<Lane[]> {
    const lost: Lane[] = [];
    for (const chunk of chunksOf(lanes)) {
      const owner = this.owner(lets);
      const letters = chunk.map((lane) => lane.letters);
      const deliveries = chunk.map((lane) => {
        lane.isMoved = false;
        lane.letters = [];
        return lane.delivery;
      });
      try {
        const saved = await this.parts.store.saveDeliveries(owner, deliveries, letters.flat());
        chunk.forEach((lane, i) => {
          if (saved[i]) lane.leasedUntil = Date.parse(owner.until);
          else lost.push(lane);
        });
      } catch (error) {
        chunk.forEach((lane, i) => {
          lane.isMoved = true;
          lane.letters = [...(letters[i] ?? []), ...lane.letters];
        });
        throw error;
      }
    }
    return lost;
  }

  private owner(lets = false): DeliveryOwner {
    const now = this.parts.now();
    const isoOf = (time: number): string => new Date(time).toISOString();
    return { owner: this.parts.owner, now: isoOf(now), until: isoOf(lets ? now : now + this.lease) };
  }
}

function nameOf({ consumer, tenant }: Pick<Delivery, 'consumer' | 'tenant'>): string {
  return `${tenant} ${consumer}`;
}

function chunksOf<Item>(items: readonly Item[]): Item[][] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += CHUNK) chunks.push(items.slice(start, start + CHUNK));
  return chunks;
}
