/**
 * Security event tokens for whoever asks for them (RFC 8936). Knows: what a receiver has acknowledged, and what it is
 * given next. Does not know: HTTP. A token is given again with each poll until it is acknowledged, or said to be wrong,
 * in any order. What was given up can be given again: it comes first.
 *
 * Bounds: what is given lies within the 2,000 changes after the first one that is not settled; a poll gives 1,000 tokens
 * at most, and about 4 MB. 1,000 that were given up are given again at once.
 */
import { AccessError } from '../access/refusal.js';
import type { NewDeadLetter, Receiver, Tenant } from '../store/store.js';
import type { Told } from './outlet.js';
import { ascending, exceptionsOf, noSuchReceiver, others, PollPlaces, type PollPlacesParts } from './poll-places.js';
import { knownErrorCode } from './push.js';
import type { Reader } from './reader.js';
import { jtiOf, type SetSigner, sequenceOf } from './set-signer.js';
import { namesOf, wantedEvents } from './webhooks.js';

export interface PollParts extends PollPlacesParts {
  readonly reader: Reader;
  readonly signer: SetSigner;
  /** Called when there is something to give again. @param tenant Tenant.id */
  readonly wake: (tenant: string) => void;
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
/** Tokens that are given again at once. */
const MOST_REOPENED = 1_000;
/** Of those, read at once. */
const CHUNK = 100;

interface Found {
  readonly told: readonly Told[];
  /** Changes before the first of them that are of no interest to the receiver. */
  readonly passed: number;
  readonly hasMore: boolean;
}

export class Polls {
  private readonly places: PollPlaces;

  constructor(private readonly parts: PollParts) {
    this.places = new PollPlaces(parts);
  }

  /** @throws ScimError notFound where the tenant has no receiver of this id that polls */
  async receiver(tenant: Tenant, id: string): Promise<Receiver> {
    const found = await this.parts.store.receiver(tenant.id, id);
    if (found?.kind === 'poll') return found;
    throw noSuchReceiver();
  }

  /** Settles what was acknowledged. @throws ScimError unavailable where others hold the place for too long */
  async settle(tenant: Tenant, receiver: Receiver, { ack, setErrs }: PollRequest): Promise<void> {
    const settled = new Map<number, string | undefined>();
    for (const jti of ack) note(settled, receiver, jti, undefined);
    for (const [jti, code] of setErrs) note(settled, receiver, jti, code);
    if (settled.size > 0) await this.move(tenant, receiver, settled);
  }

  /**
   * A token that was settled is given again, until it is settled again.
   * @throws AccessError conflict where as many are as may; ScimError unavailable where others hold the place for too long
   */
  async reopen(tenant: Tenant, receiver: Receiver, sequence: number): Promise<void> {
    const { before, owner } = (await this.places.take(receiver)) ?? others();
    const { done, reopened } = exceptionsOf(before);
    done.delete(sequence);
    if (sequence <= before.position) reopened.add(sequence);
    const isTooMuch = reopened.size > MOST_REOPENED;
    await this.places.save(owner, isTooMuch ? before : { ...before, ahead: ascending([...reopened, ...done]) });
    if (isTooMuch)
      throw new AccessError('conflict', `${MOST_REOPENED} tokens are given again already: let it poll first`);
    this.parts.wake(tenant.id);
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
    const place = await this.places.of(receiver);
    const { done, reopened } = exceptionsOf(place);
    const told: Told[] = [];
    // What is not wanted any more holds up nothing.
    for (const again = [...reopened]; again.length > 0; ) {
      told.push(...(await this.toldOf(tenant, receiver, again.splice(0, CHUNK))));
      if (told.length > limit) return { told: told.slice(0, limit), passed: 0, hasMore: true };
    }
    let passed = 0;
    let seen = 0;
    for await (const one of this.changesAfter(tenant, place.position)) {
      seen++;
      const isOpen = isWanted(one, receiver) && !done.has(one.change.sequence);
      if (isOpen && told.length === limit) return { told, passed, hasMore: true };
      if (isOpen) told.push(one);
      else if (told.length === 0) passed++;
    }
    return { told, passed, hasMore: seen === WINDOW };
  }

  /** Those that are of interest, oldest first. @param sequences ascending */
  private async toldOf(tenant: Tenant, receiver: Receiver, sequences: readonly number[]): Promise<Told[]> {
    const found = await this.parts.reader.several(tenant, sequences.toReversed());
    return sequences.flatMap((sequence) => found.get(sequence) ?? []).filter((told) => isWanted(told, receiver));
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
    tries?: number,
  ): Promise<boolean> {
    const taken = await this.places.take(receiver, tries);
    if (!taken && settled.size === 0) return false;
    const { before, owner } = taken ?? others();
    const { done, reopened } = exceptionsOf(before);
    const again = [...settled.keys()].filter((sequence) => reopened.delete(sequence));
    const refused = ascending(again.filter((sequence) => settled.get(sequence) !== undefined));
    const failed = await this.toldOf(tenant, receiver, refused);
    const known = Math.max(before.position, ...settled.keys());
    let { position } = before;
    let isGapless = true;
    for await (const told of this.changesAfter(tenant, before.position)) {
      const { sequence } = told.change;
      if (settled.has(sequence) && !done.has(sequence) && isWanted(told, receiver)) {
        done.add(sequence);
        if (settled.get(sequence) !== undefined) failed.push(told);
      }
      isGapless &&= done.has(sequence) || !isWanted(told, receiver);
      if (isGapless) position = sequence;
      else if (sequence >= known) break;
    }
    const letters = failed.map((told) =>
      this.letterOf(tenant, receiver, told, settled.get(told.change.sequence) ?? ''),
    );
    const ahead = ascending([...reopened, ...[...done].filter((sequence) => sequence > position)]);
    await this.places.save(owner, { ...before, position, parts: 0, ahead, trouble: undefined }, letters);
    return position !== before.position;
  }

  private letterOf(tenant: Tenant, receiver: Receiver, told: Told, code: string): NewDeadLetter {
    const { sequence } = told.change;
    const known = knownErrorCode(code) ?? 'an error code that RFC 8935 does not know';
    const error = `The receiver could not use the token: ${known}.`;
    const [event] = wantedEvents(told, namesOf(receiver));
    const about = { consumer: receiver.id, tenant: tenant.id, sequence, part: 0, event: event?.type ?? 'event' };
    return { ...about, attempts: 1, error, time: this.parts.clock() };
  }
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
  return wantedEvents(told, namesOf(receiver)).length > 0;
}
