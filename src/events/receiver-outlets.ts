/**
 * The receivers of tenants as outlets: what the dispatcher tells over the network. Knows: which receivers there are, and
 * how each kind is told. Does not know: when. Receivers of the kind `poll` ask by themselves (poll.ts).
 */
import { audit } from '../access/audit.js';
import type { AddressRules } from '../network/checked-address.js';
import { endedBy } from '../network/ending.js';
import { Poster } from '../network/post.js';
import type { Consumer, Receiver, Store, Tenant } from '../store/store.js';
import type { ScimEvent } from './event.js';
import type { Attempt, Outlet, OutletSource, Teller, Told, Verdict } from './outlet.js';
import type { Polls } from './poll.js';
import { PollTeller } from './poll-teller.js';
import { pushSet } from './push.js';
import { explain, isRefusal, Superseded, verdictOn } from './refused.js';
import type { EventSecrets } from './secrets.js';
import type { SetSigner } from './set-signer.js';
import { namesOf, sendWebhook, wantedEvents, webhookMessage } from './webhooks.js';

export interface ReceiverOutletParts {
  readonly store: Pick<Store, 'receivers' | 'receiver' | 'updateReceiver' | 'appendAudit'>;
  readonly secrets: EventSecrets;
  readonly signer: SetSigner;
  readonly polls: Pick<Polls, 'reopen'>;
  /** Where receivers may be. */
  readonly rules: AddressRules;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  readonly log: { warn(fields: object, message: string): void };
}

/** Milliseconds after which the store is asked again, for what other processes have changed. */
const FRESH = 5_000;

export class ReceiverOutlets implements OutletSource {
  /** By Receiver.id. */
  private outlets = new Map<string, ReceiverOutlet>();
  private byTenant = new Map<string, readonly Receiver[]>();
  private read: Promise<void> | undefined;
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: ReceiverOutletParts) {}

  async hasAny(): Promise<boolean> {
    await this.refresh();
    return this.byTenant.size > 0;
  }

  async outletsOf(tenant: Tenant): Promise<readonly Outlet[]> {
    await this.refresh();
    return (this.byTenant.get(tenant.id) ?? []).map((receiver) => this.outletOf(tenant, receiver));
  }

  async askerOf(tenant: Tenant, id: Consumer): Promise<Teller | undefined> {
    const receiver = await this.parts.store.receiver(tenant.id, id);
    return receiver?.kind === 'poll' ? new PollTeller(this.parts.polls, tenant, receiver) : undefined;
  }

  /** A receiver has changed: the store is asked when somebody wants to know next. */
  changed(): void {
    this.readAt = Number.NEGATIVE_INFINITY;
    this.read = undefined;
  }

  /** A receiver is no more: what is being sent to it is broken off. */
  end(id: string): void {
    this.outlets.get(id)?.end();
    this.outlets.delete(id);
  }

  close(): void {
    for (const outlet of this.outlets.values()) outlet.close();
    this.outlets.clear();
  }

  private outletOf(tenant: Tenant, receiver: Receiver): ReceiverOutlet {
    const known = this.outlets.get(receiver.id);
    if (known?.isOf(tenant, receiver)) return known;
    known?.close();
    const made = new ReceiverOutlet(this.parts, tenant, receiver, (isNew) => {
      // Another one, so that it is told again.
      if (isNew && this.outlets.get(receiver.id) === made) this.outlets.delete(receiver.id);
      this.changed();
    });
    this.outlets.set(receiver.id, made);
    return made;
  }

  /** Of many who ask at once, one reads. */
  private refresh(): Promise<void> {
    const now = performance.now();
    if (this.read && now - this.readAt < FRESH) return this.read;
    this.readAt = now;
    const reading: Promise<void> = this.parts.store.receivers().then((receivers) => {
      // Whoever began to read before a change knows less than whoever began after it.
      if (this.read === reading) this.take(receivers);
    });
    this.read = reading;
    reading.catch(() => {
      if (this.read === reading) this.changed();
    });
    return reading;
  }

  private take(receivers: readonly Receiver[]): void {
    const byTenant = new Map<string, Receiver[]>();
    for (const receiver of receivers) {
      if (receiver.kind === 'poll' || receiver.paused !== undefined) continue;
      const others = byTenant.get(receiver.tenant);
      if (others) others.push(receiver);
      else byTenant.set(receiver.tenant, [receiver]);
    }
    const ids = new Set([...byTenant.values()].flat().map(({ id }) => id));
    for (const [id, outlet] of this.outlets) {
      if (ids.has(id)) continue;
      outlet.close();
      this.outlets.delete(id);
    }
    this.byTenant = byTenant;
  }
}

/** One receiver, as it is now. */
class ReceiverOutlet implements Outlet {
  readonly consumer: string;
  /** Its place is made with it, so that this is for one that was lost alone. */
  readonly from = 'now';
  readonly pace = 'network';
  private readonly poster: Poster;
  private readonly wanted: ReadonlySet<string> | undefined;
  private readonly form: string;
  /** There is another one of this receiver, or the receiver is no more. */
  private isClosed = false;
  private readonly ending = new AbortController();
  /** How often the receiver has said no to a message (`sequence.part`) here. */
  private refused = { message: '', times: 0 };

  constructor(
    private readonly means: ReceiverOutletParts,
    private readonly tenant: Tenant,
    private readonly receiver: Receiver,
    /** @param isNew true: another outlet is to be made of the receiver, even if it is the same */
    private readonly changed: (isNew?: boolean) => void,
  ) {
    this.consumer = receiver.id;
    this.poster = new Poster(means.rules);
    this.wanted = namesOf(receiver);
    this.form = formOf(tenant, receiver);
  }

  isOf(tenant: Tenant, receiver: Receiver): boolean {
    return formOf(tenant, receiver) === this.form;
  }

  /** Of a webhook each event is one, wanted or not: which it is stays the same when others are wanted. */
  parts(told: Told): number {
    if (wantedEvents(told, this.wanted).length === 0) return 0;
    return this.receiver.kind === 'webhook' ? told.events.length : 1;
  }

  tell(told: Told, part: number, attempt: Attempt): void | Promise<void> {
    if (this.eventOf(told, part)) return this.sendWhileWanted(told, part, attempt);
  }

  /** Undefined for a part that the receiver is not told of. */
  private eventOf(told: Told, part: number): ScimEvent | undefined {
    const wanted = wantedEvents(told, this.wanted);
    return this.receiver.kind === 'webhook' ? wanted.find((event) => event.part === part) : wanted[part];
  }

  private async sendWhileWanted(told: Told, part: number, { signal }: Attempt): Promise<void> {
    try {
      await endedBy([signal, this.ending.signal], (ending) => this.send(told, part, ending));
    } catch (error) {
      if (this.isClosed) throw new Superseded();
      this.noteRefusal(`${told.change.sequence}.${part}`, error);
      throw error;
    }
  }

  private async send(told: Told, part: number, signal: AbortSignal): Promise<void> {
    const { secrets, signer } = this.means;
    if (this.receiver.kind === 'push') {
      const token = await signer.tokenOf(this.tenant, this.receiver, told);
      await pushSet(secrets, this.poster, this.receiver, token, signal);
      return;
    }
    const message = webhookMessage(this.tenant, this.eventOf(told, part) as ScimEvent);
    await sendWebhook(this.means, this.poster, this.receiver, message, signal);
  }

  private noteRefusal(message: string, error: unknown): void {
    const before = this.refused.message === message ? this.refused.times : 0;
    this.refused = { message, times: isRefusal(error) ? before + 1 : before };
  }

  afterFailure(failed: { attempts: number; since: number; error: unknown }, now: number): Verdict {
    return verdictOn({ ...failed, refusals: this.refused.times }, now);
  }

  explain(error: unknown): string {
    return explain(error);
  }

  nameOf(told: Told, part: number): string {
    return this.eventOf(told, part)?.type ?? 'event';
  }

  async pause(because: string): Promise<void> {
    try {
      await this.keepPaused(because);
    } catch (error) {
      // It could not be kept, so that nobody knows: it is told again, and paused then.
      this.changed(true);
      throw error;
    }
  }

  private async keepPaused(because: string): Promise<void> {
    const { store, clock, log } = this.means;
    const { tenant, id, name, url } = this.receiver;
    const paused = clock();
    const now = await store.receiver(tenant, id);
    // What an address has answered is nothing to the one that the receiver is at now.
    const isSame = now !== undefined && now.url === url;
    const change = { paused, pausedBecause: because };
    const updated = isSame ? await store.updateReceiver(tenant, id, change, now) : undefined;
    this.changed();
    if (!updated) return;
    log.warn({ tenant: this.tenant.name, receiver: id }, 'a receiver of events is paused, since it cannot be told');
    const actor = { kind: 'app', id: undefined, name: 'the server' } as const;
    const details = { paused: { before: null, after: paused }, because };
    await audit(store, { time: paused, actor, action: 'receiver.update', tenant: this.tenant, target: name, details });
  }

  close(): void {
    this.isClosed = true;
    this.poster.close();
  }

  /** Breaks off what is being sent, too. */
  end(): void {
    this.close();
    this.ending.abort();
  }
}

/** Everything that an outlet is made of, as a text. */
function formOf({ name, settings }: Tenant, receiver: Receiver): string {
  return JSON.stringify([name, settings.schemas, receiver]);
}
