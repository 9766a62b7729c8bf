/**
 * Webhooks as https://www.standardwebhooks.com has them: each event by POST, signed, in order. Knows: what is sent, and
 * with which headers. Does not know: when (dispatcher), when again (refused.ts), over which connection (network/post.ts).
 */
import { Webhook } from 'standardwebhooks';
import type { Poster } from '../network/post.js';
import type { Receiver, ReceiverKey, Tenant } from '../store/store.js';
import type { ScimEvent } from './event.js';
import { isLive } from './key-overlap.js';
import type { Told } from './outlet.js';
import { checkAnswer } from './refused.js';
import type { EventSecrets } from './secrets.js';

/** What webhooks are made with. */
export interface WebhookParts {
  readonly secrets: EventSecrets;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
}

/** A message as it is sent: `{type, timestamp, data}`. */
export interface WebhookMessage {
  /** The same however often it is sent, and to whichever receiver of the tenant. */
  readonly id: string;
  readonly type: string;
  /** When it happened, ISO 8601 UTC. */
  readonly timestamp: string;
  readonly data: unknown;
}

/** Names of the events that a receiver wants; undefined: all. */
export function namesOf({ events }: Pick<Receiver, 'events'>): ReadonlySet<string> | undefined {
  return events && new Set(events);
}

/** The events of a change that a receiver wants. */
export function wantedEvents({ events }: Told, wanted: ReadonlySet<string> | undefined): readonly ScimEvent[] {
  return wanted ? events.filter(({ type }) => wanted.has(type)) : events;
}

export function webhookMessage({ id: tenant }: Pick<Tenant, 'id'>, event: ScimEvent): WebhookMessage {
  const { type, time: timestamp, sequence, part } = event;
  // What is signed is joined with dots, so that there is none in the id.
  return { id: `${tenant}-${sequence}-${part}`, type, timestamp, data: event };
}

/** Sends one message. @throws Refused, PostFailed */
export async function sendWebhook(
  { secrets, clock }: WebhookParts,
  poster: Poster,
  { id: receiver, url = '', keys }: Receiver,
  message: WebhookMessage,
  signal?: AbortSignal,
): Promise<void> {
  const now = clock();
  const moment = new Date(now);
  const { id, ...content } = message;
  const body = JSON.stringify(content);
  const signatures = await Promise.all(
    liveKeys(keys, now).map(async (key) => new Webhook(await secrets.ofWebhook(receiver, key)).sign(id, moment, body)),
  );
  const headers = {
    'Content-Type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(moment.getTime() / 1_000)),
    'webhook-signature': signatures.join(' '),
  };
  checkAnswer(await poster.post({ url, headers, body, signal }));
}

/** Ids of the keys that sign at a moment, newest first: who checks one signature alone gets that of the new secret. */
function liveKeys(keys: readonly ReceiverKey[], now: string): string[] {
  return keys
    .filter((key) => isLive(key, now))
    .map(({ id }) => id)
    .reverse();
}
