/**
 * Managing receivers: what the command line and the admin API ask for, without knowing which it is. Knows: how a receiver
 * is made, changed, given a new secret and ended. Does not know: how one is told (receiver-outlets.ts), terminals.
 * Every refusal is an AccessError whose message is a sentence for the person who asked.
 */
import { AccessError, FieldRefused } from '../access/refusal.js';
import type { Sources } from '../access/tenants.js';
import type { AddressRules } from '../network/checked-address.js';
import type { Receiver, ReceiverChange, ReceiverKey, Store, Tenant } from '../store/store.js';
import { outgoing } from './key-overlap.js';
import {
  checkedAudience,
  checkedAuthorization,
  checkedEvents,
  checkedKind,
  checkedName,
  checkedUrl,
} from './receiver-rules.js';
import type { EventSecrets } from './secrets.js';
import type { SetSigner } from './set-signer.js';
import { type SendResult, sendTest } from './test-event.js';

/** Receivers of one tenant. */
export const MOST_RECEIVERS = 20;
/** How often a change is planned while others come first. */
const MOST_TRIES = 100;

export type { SendResult } from './test-event.js';

export interface ReceiversParts extends Sources {
  readonly store: Pick<
    Store,
    | 'createReceiver'
    | 'receivers'
    | 'receiver'
    | 'updateReceiver'
    | 'removeReceiver'
    | 'claimDeliveries'
    | 'deliveries'
    | 'moveDelivery'
  >;
  readonly secrets: EventSecrets;
  readonly signer: SetSigner;
  /** Where receivers may be. */
  readonly rules: AddressRules;
  /** Called when something has changed. */
  readonly changed: () => void;
  /** Called when the place of one was put elsewhere. @param tenant Tenant.id */
  readonly moved: (receiver: string, tenant: string) => void;
  /** Called when one is gone; resolves when nothing is sent to it any more. */
  readonly gone: (receiver: string) => Promise<void>;
}

/** A receiver to be. */
export interface NewReceiver {
  readonly kind: string;
  readonly name: string;
  /** Of `webhook` and `push`. */
  readonly url?: string | undefined;
  /** Names of events; undefined: all. */
  readonly events?: readonly string[] | undefined;
  /** Whether it hears of what happens from now on, or of everything that ever did; `now` without it. */
  readonly from?: 'now' | 'start' | undefined;
  /** Of `push` and `poll`. */
  readonly audience?: string | undefined;
  /** Of `push`: the header to send. */
  readonly authorization?: string | undefined;
  /** Who makes it, for people; undefined: the app itself. */
  readonly createdBy?: string | undefined;
}

/** What is to change of a receiver; what is left out stays, null is taken away. */
export interface WantedReceiver {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly events?: readonly string[] | null | undefined;
  readonly paused?: boolean | undefined;
  readonly audience?: string | undefined;
  readonly authorization?: string | null | undefined;
}

/** A receiver, and what checks its webhooks: in this result and nowhere else; undefined but for webhooks. */
export interface IssuedReceiver {
  readonly receiver: Receiver;
  readonly secret: string | undefined;
}

export class Receivers {
  constructor(private readonly parts: ReceiversParts) {}

  /** In the order of creation. */
  list(tenant: Tenant): Promise<Receiver[]> {
    return this.parts.store.receivers(tenant.id);
  }

  /** @throws AccessError notFound, also for one of another tenant */
  async find(tenant: Tenant, id: string): Promise<Receiver> {
    const found = await this.parts.store.receiver(tenant.id, id);
    if (!found) throw noSuch(tenant, id);
    return found;
  }

  /** @throws FieldRefused; AccessError conflict where there are as many as there may be */
  async create(tenant: Tenant, wanted: NewReceiver): Promise<IssuedReceiver> {
    const { store, clock, newId, rules, secrets } = this.parts;
    const kind = checkedKind(wanted.kind);
    const authorization = checkedAuthorization(wanted.authorization, kind);
    const plain = {
      id: newId(),
      tenant: tenant.id,
      kind,
      name: checkedName(wanted.name),
      url: checkedUrl(wanted.url, kind, rules),
      events: checkedEvents(wanted.events),
      audience: checkedAudience(wanted.audience, kind),
      created: clock(),
      createdBy: wanted.createdBy,
      paused: undefined,
      pausedBecause: undefined,
    };
    if ((await this.list(tenant)).length >= MOST_RECEIVERS) throw tooMany(tenant);
    const key: ReceiverKey = { id: newId(), created: plain.created, ends: undefined };
    const receiver: Receiver = {
      ...plain,
      keys: kind === 'webhook' ? [key] : [],
      authorization: authorization && (await secrets.sealed(authorization, plain.url ?? '')),
    };
    await store.createReceiver(receiver);
    try {
      await this.begin(tenant, receiver, wanted.from ?? 'now');
    } catch (error) {
      await store.removeReceiver(tenant.id, receiver.id);
      throw error;
    }
    this.parts.changed();
    return { receiver, secret: kind === 'webhook' ? await secrets.ofWebhook(receiver.id, key.id) : undefined };
  }

  /** @throws FieldRefused; AccessError notFound */
  async update(tenant: Tenant, id: string, wanted: WantedReceiver): Promise<Receiver> {
    return this.change(tenant, id, async (receiver) => {
      const change = await this.changeOf(receiver, wanted);
      // Whoever is served again, or is somewhere else now, is told at once.
      const isServedAgain = wanted.paused === false && receiver.paused !== undefined;
      if (isServedAgain || change.url !== undefined || change.authorization !== undefined) await this.again(receiver);
      return change;
    });
  }

  /**
   * A new secret, which signs beside the others until those end.
   * @param overlap seconds, 0 to LONGEST_OVERLAP
   * @throws FieldRefused; AccessError notFound; conflict where there is no secret, or too many
   */
  async rotate(tenant: Tenant, id: string, overlap: number): Promise<IssuedReceiver> {
    const { clock, newId, secrets } = this.parts;
    const key: ReceiverKey = { id: newId(), created: clock(), ends: undefined };
    const receiver = await this.change(tenant, id, async ({ kind, keys }) => {
      if (kind === 'webhook') return { keys: [...outgoing(keys, key.created, overlap), key] };
      throw new AccessError('conflict', 'only a webhook has a secret: tokens are signed with the key of the server');
    });
    return { receiver, secret: await secrets.ofWebhook(id, key.id) };
  }

  /** With what it was not told. @throws AccessError notFound */
  async remove(tenant: Tenant, id: string): Promise<Receiver> {
    const receiver = await this.find(tenant, id);
    if (!(await this.parts.store.removeReceiver(tenant.id, id))) throw noSuch(tenant, id);
    this.parts.changed();
    await this.parts.gone(id);
    return receiver;
  }

  /** Sends a message that tells nothing, and says what came back. @throws AccessError notFound; conflict for `poll` */
  async test(tenant: Tenant, id: string): Promise<SendResult> {
    const receiver = await this.find(tenant, id);
    if (receiver.kind === 'poll') {
      throw new AccessError('conflict', 'a receiver that polls is sent nothing: it asks by itself');
    }
    return sendTest(this.parts, tenant, receiver);
  }

  /**
   * Planned again from what others have made of it meanwhile: no change is lost.
   * @throws AccessError notFound; conflict where others are faster each time; what `plan` throws
   */
  private async change(
    tenant: Tenant,
    id: string,
    plan: (receiver: Receiver) => Promise<ReceiverChange>,
  ): Promise<Receiver> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const receiver = await this.find(tenant, id);
      const updated = await this.parts.store.updateReceiver(tenant.id, id, await plan(receiver), receiver);
      if (!updated) continue;
      this.parts.changed();
      return updated;
    }
    throw new AccessError('conflict', 'others change this receiver at the same time: try again');
  }

  private async changeOf(receiver: Receiver, wanted: WantedReceiver): Promise<ReceiverChange> {
    const { kind } = receiver;
    const { name, url, events, paused, audience, authorization } = wanted;
    const header = checkedAuthorization(authorization ?? undefined, kind);
    const place = url === undefined ? undefined : checkedUrl(url, kind, this.parts.rules);
    if (authorization === undefined && isElsewhere(receiver, place)) {
      const why = 'it was given for another server, and is sent to no other';
      throw new FieldRefused('authorization', `give the header Authorization again, or take it away: ${why}`);
    }
    const at = receiver.paused ?? this.parts.clock();
    return {
      ...(name !== undefined && { name: checkedName(name) }),
      ...(place !== undefined && { url: place }),
      ...(events !== undefined && { events: checkedEvents(events ?? undefined) ?? null }),
      ...(audience !== undefined && { audience: checkedAudience(audience, kind) }),
      ...(authorization === null && { authorization: null }),
      ...(header !== undefined && {
        authorization: await this.parts.secrets.sealed(header, place ?? receiver.url ?? ''),
      }),
      ...(paused === true && { paused: at }),
      ...(paused === false && { paused: null, pausedBecause: null }),
    };
  }

  /** Forgets what went wrong, so that nobody waits for the next try. */
  private async again({ id: consumer, tenant }: Receiver): Promise<void> {
    const [delivery] = await this.parts.store.deliveries({ tenant, consumer });
    if (!delivery?.trouble) return;
    await this.parts.store.moveDelivery(consumer, tenant, delivery.position);
    this.parts.moved(consumer, tenant);
  }

  /** Makes its place in the history, which anybody may take. @throws AccessError where others were made meanwhile */
  private async begin(tenant: Tenant, { id: consumer }: Receiver, from: 'now' | 'start'): Promise<void> {
    const { store, clock, newId } = this.parts;
    const all = await store.receivers(tenant.id);
    if (all.findIndex(({ id }) => id === consumer) >= MOST_RECEIVERS) throw tooMany(tenant);
    const now = clock();
    const claim = { consumer, tenant: tenant.id, from: 'now' } as const;
    // Somebody else may have met the receiver already, and made it.
    if (from === 'start') await store.moveDelivery(consumer, tenant.id, 0);
    else await store.claimDeliveries({ owner: newId(), now, until: now }, [claim]);
  }
}

/** Whether a header that nobody is shown would be sent to whoever is at the new address. */
function isElsewhere({ url, authorization }: Receiver, place: string | undefined): boolean {
  if (authorization === undefined || url === undefined || place === undefined) return false;
  return new URL(url).origin !== new URL(place).origin;
}

function tooMany({ name }: Tenant): AccessError {
  return new AccessError('conflict', `the tenant ${name} has ${MOST_RECEIVERS} receivers: remove one first`);
}

function noSuch(tenant: Tenant, id: string): AccessError {
  return new AccessError('notFound', `tenant ${tenant.name} has no receiver with the id ${JSON.stringify(id)}`);
}
