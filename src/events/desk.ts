/**
 * What admins see and do about what is told, whoever is told it: the app's subscribers and receivers alike. Knows: what
 * an admin is told of a failure. Does not know: HTTP, who the admin is.
 */
import { AccessError } from '../access/refusal.js';
import { type DeadLetter, type Delivery, type Store, StoreUnavailable, type Tenant } from '../store/store.js';
import type { Dispatcher } from './dispatcher.js';
import { type Events, EventsError } from './events.js';
import type { Told } from './outlet.js';
import type { Reader } from './reader.js';
import type { SendResult } from './receivers.js';
import type { SetSigner } from './set-signer.js';
import type { PublicKey, SigningKeys } from './signing-keys.js';

export interface EventDeskParts {
  readonly store: Pick<Store, 'deliveries'>;
  readonly reader: Pick<Reader, 'read' | 'several'>;
  readonly dispatcher: Pick<Dispatcher, 'tellerOf' | 'current'>;
  readonly events: Pick<Events, 'redeliver' | 'replay'>;
  readonly signer: Pick<SetSigner, 'issuer'>;
  readonly keys: Pick<SigningKeys, 'published' | 'rotate'>;
}

export class EventDesk {
  constructor(private readonly parts: EventDeskParts) {}

  /** Changes after a sequence number, oldest first; none when there are no more. */
  read(tenant: Tenant, after: number, limit: number): Promise<readonly Told[]> {
    return this.parts.reader.read(tenant, after, limit);
  }

  /** Changes by their sequence numbers, newest first; those that are not there are left out. */
  several(tenant: Tenant, sequences: readonly number[]): Promise<ReadonlyMap<number, Told>> {
    return this.parts.reader.several(tenant, sequences);
  }

  /** How far everybody has got in a tenant, as this process knows it. */
  async places({ id: tenant }: Tenant): Promise<Delivery[]> {
    const { store, dispatcher } = this.parts;
    return (await store.deliveries({ tenant })).map((delivery) => dispatcher.current(delivery));
  }

  /** The claim `iss` of the tenant's security event tokens. */
  issuer({ id }: Tenant): Promise<string> {
    return this.parts.signer.issuer(id);
  }

  /** What checks the security event tokens of all tenants, newest first. */
  signingKeys(): Promise<PublicKey[]> {
    return this.parts.keys.published();
  }

  /** As SigningKeys.rotate(). */
  rotateSigningKey(overlap: number): Promise<PublicKey> {
    return this.parts.keys.rotate(overlap);
  }

  /** Everything after a change is told again. @param subscriber its name, or Receiver.id @throws AccessError conflict */
  replay(subscriber: string, tenant: Tenant, after: number): Promise<void> {
    return asConflict(this.parts.events.replay(subscriber, tenant.name, after));
  }

  /**
   * Tries a dead letter once, now; it goes when that succeeds. Who asks by itself is given it when it does.
   * @throws AccessError conflict where there is nobody to be told here, or not of this
   */
  async redeliver(tenant: Tenant, { id, consumer }: DeadLetter): Promise<SendResult> {
    const { dispatcher, events } = this.parts;
    const teller = await dispatcher.tellerOf(tenant, consumer);
    if (!teller) {
      throw new AccessError('conflict', 'nobody can be told here: it is paused, or is not part of this process');
    }
    try {
      await asConflict(events.redeliver(tenant.name, id));
      return { isDelivered: true, detail: teller.outcome ?? 'It has been delivered.' };
    } catch (error) {
      if (error instanceof AccessError || error instanceof StoreUnavailable) throw error;
      return { isDelivered: false, detail: teller.explain(error) };
    }
  }
}

async function asConflict(doing: Promise<void>): Promise<void> {
  try {
    await doing;
  } catch (error) {
    throw error instanceof EventsError ? new AccessError('conflict', error.message) : error;
  }
}
