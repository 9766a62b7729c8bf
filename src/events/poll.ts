/**
 * Security event tokens for whoever asks for them (RFC 8936). Knows: what a receiver has acknowledged, and what it is
 * given next. Does not know: HTTP. A token is given again with each poll until it is acknowledged, or said to be wrong,
 * in any order.
 *
 * Bounds: what is given lies within the 2,000 changes after the first one that is not settled; a poll gives 1,000 tokens
 * at most, and about 4 MB.
 */
import { ScimError } from '../scim/errors.js';
import type { Delivery, NewDeadLetter, Receiver, Store, Tenant } from '../store/store.js';
import type { Told } from './outlet.js';
import { knownErrorCode } from './push.js';
import type { Reader } from './reader.js';
import { jtiOf, type SetSigner, sequenceOf } from './set-signer.js';
import { wantedEvents } from './webhooks.js';

export interface PollParts {
  readonly store: Pick<Store, 'receiver' | 'deliveries' | 'claimDeliveries' | 'saveDeliveries'>;
  readonly reader: Reader;
  readonly signer: SetSigner;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  readonly newId: () => string;
}

/** RFC 8936 §2.2 */
export interface PollRequest {
  /** 0 to MOST_SETS. */
  readonly maxEvents: number;
  /** `jti`s that were received. */
  readonly ack: readonly string[];
  /** `jti`s that could not be used, with the error codes of RFC 8935. */
  readonly setErrs: ReadonlyMap<string, string>;
}

/** RFC 8936 §2.3 */
export interface PollAnswer {
  /** By `jti`. */
  readonly sets: Readonly<Record<string, string>>;
  readonly moreAvailable: boolean;
}

export const MOST_SETS = 1_000;
/** Changes. */
const WINDOW = 2_000;
/** Characters of tokens, unless the first alone has more. */
const MOST_TEXT = 4_000_000;
/** Milliseconds for which a place is taken. */
const LEASE = 10_000;
/** How often, and after how many milliseconds, a place is asked for that somebody else has. */
const TRIES = 100;
const PAUSE = 50;

interface Found {
  readonly told: readonly Told[];
  /** Changes before the first of them that are of no interest to the receiver. */
  readonly passed: number;
  readonly hasMore: boolean;
}

export class Polls {
  constructor(private readonly parts: PollParts) {}

  /** @throws ScimError notFound where the tenant has no receiver of this id that polls */
  async receiver(tenant: Tenant, id: string): Promise<Receiver> {
    const found = await this.parts.store.receiver(tenant.id, id);
    if (found?.kind === 'poll') return found;
    throw new ScimError('notFound', 'There is no receiver at this address that polls.');
  }

  /** Settles what was acknowledged. @throws ScimError unavailable where others hold the place for too long */
  async settle(tenant: Tenant, receiver: Receiver, { ack, setErrs }: PollRequest): Promise<void> {
    const settled = new Map<number, string | undefined>();
    for (const jti of ack) note(settled, receiver, jti, undefined);
    for (const [jti, code] of setErrs) note(settled, receiver, jti, code);
    if (settled.size > 0) await this.move(tenant, receiver, settled);
  }

  /** What comes next. @throws StoreUnavailable */
  async next(tenant: Tenant, receiver: Receiver, maxEvents: number): Promise<PollAnswer> {
    if (maxEvents === 0 || receiver.paused !== undefined) return { sets: {}, moreAvailable: false };
    for (;;) {
      const { told, passed, hasMore } = await this.find(tenant, receiver, maxEvents);
      // So that nothing is looked at again and again which is of no interest.
      const isMoved = told.length === 0 && passed > 0 && (await this.move(tenant, receiver, new Map(), 1));
      if (!isMoved || !hasMore) return this.answer(tenant, receiver, told, hasMore);
    }
  }

  private async answer(tenant: Tenant, receiver: Receiver, all: readonly Told[], hasMore: boolean) {
    const sets: Record<string, string> = {};
    let text = 0;
    let given = 0;
    for (const told of all) {
      const token = await this.parts.signer.tokenOf(tenant, receiver, told);
      if (given > 0 && text + token.length > MOST_TEXT) break;
      sets[jtiOf(receiver, told.change.sequence)] = token;
      text += token.length;
      given++;
    }
    return { sets, moreAvailable: hasMore || given < all.length };
  }

  private async find(tenant: Tenant, receiver: Receiver, limit: number): Promise<Found> {
    const place = await this.place(tenant, receiver);
    const ahead = new Set(place.ahead);
    const told: Told[] = [];
    let passed = 0;
    let seen = 0;
    for await (const one of this.changesAfter(tenant, place.position)) {
      seen++;
      const isOpen = isWanted(one, receiver) && !ahead.has(one.change.sequence);
      if (isOpen && told.length === limit) return { told, passed, hasMore: true };
      if (isOpen) told.push(one);
      else if (told.length === 0) passed++;
    }
    return { told, passed, hasMore: seen === WINDOW };
  }

  /** The changes of the window, one by one. */
  private async *changesAfter(tenant: Tenant, position: number): AsyncGenerator<Told> {
    let after = position;
    for (let left = WINDOW; left > 0; ) {
      const { told, isEnd } = await this.parts.reader.batch(tenant, after);
      for (const one of told.slice(0, left)) yield one;
      left -= told.length;
      after += told.length;
      if (isEnd || told.length === 0) return;
    }
  }

  /**
   * @param settled sequence numbers of changes, with error codes
   * @param tries how often the place is asked for; it is left as it is where nothing is settled and others have it
   * @returns whether the place is another one now
   */
  private async move(
    tenant: Tenant,
    receiver: Receiver,
    settled: ReadonlyMap<number, string | undefined>,
    tries = TRIES,
  ): Promise<boolean> {
    const claimed = await this.claim(tenant, receiver, tries);
    if (!claimed && settled.size === 0) return false;
    const [before, owner] = claimed ?? others();
    const letters: NewDeadLetter[] = [];
    const done = new Set(before.ahead);
    const known = Math.max(before.position, ...settled.keys());
    let { position } = before;
    let isGapless = true;
    for await (const told of this.changesAfter(tenant, before.position)) {
      const { sequence } = told.change;
      if (settled.has(sequence) && !done.has(sequence) && isWanted(told, receiver)) {
        done.add(sequence);
        const code = settled.get(sequence);
        if (code !== undefined) letters.push(this.letterOf(tenant, receiver, told, code));
      }
      isGapless &&= done.has(sequence) || !isWanted(told, receiver);
      if (isGapless) position = sequence;
      else if (sequence >= known) break;
    }
    const ahead = [...done].filter((sequence) => sequence > position).sort((a, b) => a - b);
    const after = { ...before, position, parts: 0, ahead, trouble: undefined };
    const now = this.parts.clock();
    const [isSaved] = await this.parts.store.saveDeliveries({ owner, now, until: now }, [after], letters);
    if (!isSaved) others();
    return position !== before.position;
  }

  private letterOf(tenant: Tenant, receiver: Receiver, told: Told, code: string): NewDeadLetter {
    const { sequence } = told.change;
    const known = knownErrorCode(code) ?? 'an error code that RFC 8935 does not know';
    const error = `The receiver could not use the token: ${known}.`;
    const [event] = wantedEvents(told, wantedNames(receiver));
    const about = { consumer: receiver.id, tenant: tenant.id, sequence, part: 0, event: event?.type ?? 'event' };
    return { ...about, attempts: 1, error, time: this.parts.clock() };
  }

  private async place(tenant: Tenant, receiver: Receiver): Promise<Delivery> {
    const [found] = await this.parts.store.deliveries({ tenant: tenant.id, consumer: receiver.id });
    if (found) return found;
    const [delivery, owner] = (await this.claim(tenant, receiver, TRIES)) ?? others();
    const now = this.parts.clock();
    await this.parts.store.saveDeliveries({ owner, now, until: now }, [delivery], []);
    return delivery;
  }

  /** Of several polls at once, in whichever process, one at a time moves the place. @throws ScimError notFound */
  private async claim(
    tenant: Tenant,
    receiver: Receiver,
    most: number,
  ): Promise<[Delivery, owner: string] | undefined> {
    const owner = this.parts.newId();
    const claim = { consumer: receiver.id, tenant: tenant.id, from: 'now' } as const;
    for (let tries = 1; ; tries++) {
      const now = this.parts.clock();
      const until = new Date(Date.parse(now) + LEASE).toISOString();
      const [delivery] = await this.parts.store.claimDeliveries({ owner, now, until }, [claim]);
      if (delivery) return [delivery, owner];
      // One that is gone has no place for anybody.
      await this.receiver(tenant, receiver.id);
      if (tries >= most) return undefined;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

function others(): never {
  throw new ScimError('unavailable', 'Others work on this receiver; try again.');
}

function note(
  settled: Map<number, string | undefined>,
  receiver: Receiver,
  jti: string,
  code: string | undefined,
): void {
  const sequence = sequenceOf(receiver, jti);
  if (sequence !== undefined) settled.set(sequence, code);
}

function isWanted(told: Told, receiver: Receiver): boolean {
  return wantedEvents(told, wantedNames(receiver)).length > 0;
}

function wantedNames({ events }: Receiver): ReadonlySet<string> | undefined {
  return events && new Set(events);
}
