/** A message that tells nothing, sent now, to find out whether a receiver is reached. */
import type { Sources } from '../access/tenants.js';
import type { AddressRules } from '../network/checked-address.js';
import { Poster } from '../network/post.js';
import type { Receiver, Tenant } from '../store/store.js';
import { pushSet } from './push.js';
import { explain, isOfReceiver } from './refused.js';
import type { EventSecrets } from './secrets.js';
import type { SetSigner } from './set-signer.js';
import { sendWebhook } from './webhooks.js';

export interface TestEventParts extends Sources {
  readonly secrets: EventSecrets;
  readonly signer: SetSigner;
  /** Where receivers may be. */
  readonly rules: AddressRules;
}

/** What came of sending something now. */
export interface SendResult {
  readonly isDelivered: boolean;
  /** One sentence: what came back, or why nothing did. */
  readonly detail: string;
}

/** @param receiver one that is told, and does not poll @throws what is not the receiver's fault */
export async function sendTest(parts: TestEventParts, tenant: Tenant, receiver: Receiver): Promise<SendResult> {
  const poster = new Poster(parts.rules);
  try {
    await (receiver.kind === 'push' ? pushTest(parts, poster, receiver) : webhookTest(parts, poster, receiver, tenant));
    return { isDelivered: true, detail: 'The receiver has taken the test event.' };
  } catch (error) {
    if (!isOfReceiver(error)) throw error;
    return { isDelivered: false, detail: explain(error) };
  } finally {
    poster.close();
  }
}

async function pushTest({ secrets, signer, newId }: TestEventParts, poster: Poster, receiver: Receiver): Promise<void> {
  await pushSet(secrets, poster, receiver, await signer.verification(receiver, newId()));
}

function webhookTest(parts: TestEventParts, poster: Poster, receiver: Receiver, tenant: Tenant): Promise<void> {
  const data = { tenant: tenant.name, receiver: receiver.name };
  const message = { id: `test-${parts.newId()}`, type: 'test', timestamp: parts.clock(), data };
  return sendWebhook(parts, poster, receiver, message);
}
