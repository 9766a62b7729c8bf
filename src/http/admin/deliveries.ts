/**
 * What is told of a tenant's changes: the latest events, how far everybody has got who is told of them, and what was
 * given up. Receivers and the app's subscribers are alike here; what only receivers have stands in receivers.ts.
 */
import { AccessError, FieldRefused } from '../../access/refusal.js';
import { eventOf } from '../../events/dead-letters.js';
import type { ScimEvent } from '../../events/event.js';
import { consumerOf } from '../../events/subscribers.js';
import type { Consumer, DeadLetter, Delivery, Store, Tenant } from '../../store/store.js';
import { differenceView } from './changes.js';
import { type AdminAudit, type AdminRequest, type AdminResponse, ok, tenantOf } from './handler.js';
import type {
  DeadLetterList,
  DeadLetterView,
  DeliveryView,
  EventList,
  EventView,
  Replay,
  SubscriberView,
} from './messages.js';
import type { AdminParts } from './parts.js';
import { readQuery, text, whole } from './query.js';

/** Entries on a page, without a parameter and at most. */
const PAGE = 50;
const MOST = 200;

/** Members that one event shows. */
const MOST_MEMBERS = 20;

/** What the consumers begin with that are code of the app. */
const APP = consumerOf('');

/** Whoever is told, as the path of a request names them. */
export interface Recipient {
  readonly consumer: Consumer;
  /** For people. */
  readonly name: string;
}

/** @throws AccessError notFound */
export type FindRecipient = (request: AdminRequest, parts: AdminParts) => Promise<Recipient>;

/** `17.3`: change and part. */
const eventId = text(30)
  .refine((id) => id === undefined || /^\d{1,15}\.\d{1,9}$/.test(id), 'must be the id of an event')
  .transform((id) => id?.split('.').map(Number) as [sequence: number, part: number] | undefined);

/** GET /tenants/{tenant}/events: newest first. */
export async function listEvents(request: AdminRequest, parts: AdminParts): Promise<AdminResponse> {
  const { before, limit = PAGE } = readQuery(request.query, {
    before: eventId.optional(),
    limit: whole(1, MOST).optional(),
  });
  const tenant = tenantOf(request);
  const last = await lastOf(tenant, parts.store);
  const [end, part] = before && before[0] <= last ? before : [last, Number.POSITIVE_INFINITY];
  // Each change is one event at least; of the one at the end there may be none before the part.
  const start = Math.max(0, end - limit - 1);
  const found = (await eventsBetween(tenant, start, end, parts))
    .filter((event) => event.sequence < end || event.part < part)
    .toReversed();
  const items = found.slice(0, limit);
  const isMore = found.length > limit || start > 0;
  return ok({ items: items.map(eventView), next: isMore ? (items.at(-1)?.id ?? null) : null } satisfies EventList);
}

/** Of the changes after `start`, up to and with `end`; oldest first. */
async function eventsBetween(tenant: Tenant, start: number, end: number, { events }: AdminParts): Promise<ScimEvent[]> {
  const found: ScimEvent[] = [];
  for (let after = start; after < end; ) {
    const page = await events.read(tenant, after, end - after);
    found.push(...page.flatMap((told) => told.events));
    const newest = page.at(-1)?.change.sequence;
    if (newest === undefined) break;
    after = newest;
  }
  return found;
}

async function lastOf(tenant: Tenant, store: Pick<Store, 'heads'>): Promise<number> {
  return (await store.heads()).get(tenant.id) ?? 0;
}

/** GET /tenants/{tenant}/subscribers */
export async function listSubscribers(request: AdminRequest, parts: AdminParts): Promise<AdminResponse> {
  readQuery(request.query, {});
  const tenant = tenantOf(request);
  const consumers = (await parts.store.deliveries({ tenant: tenant.id }))
    .map(({ consumer }) => consumer)
    .filter((consumer) => consumer.startsWith(APP));
  const views = await deliveryViews(tenant, consumers, parts);
  const items = [...views].map(([consumer, delivery]): SubscriberView => ({ name: nameOf(consumer), delivery }));
  return ok({ items: items.sort((a, b) => (a.name < b.name ? -1 : 1)) });
}

/** A subscriber of the app that has been there, in the tenant of the path. */
export const subscriberInPath: FindRecipient = async (request, { store }) => {
  const tenant = tenantOf(request);
  const { name = '' } = request.params;
  const [known] = await store.deliveries({ tenant: tenant.id, consumer: consumerOf(name) });
  if (!known) throw new AccessError('notFound', `there is no subscriber named ${JSON.stringify(name)}`);
  return { consumer: consumerOf(name), name };
};

/** The name of a subscriber, or the id of a receiver. */
function nameOf(consumer: Consumer): string {
  return consumer.startsWith(APP) ? consumer.slice(APP.length) : consumer;
}

/** POST …/subscribers/{name}/replay */
export async function replayToSubscriber(
  request: AdminRequest & { readonly body: Replay },
  parts: AdminParts,
): Promise<AdminResponse> {
  const recipient = await subscriberInPath(request, parts);
  const { audit } = await replayTo(recipient, request, parts);
  const delivery = await deliveryView(tenantOf(request), recipient.consumer, parts);
  return { ...ok({ name: recipient.name, delivery } satisfies SubscriberView), audit };
}

/** Puts somebody elsewhere in the history. @throws FieldRefused for a change that there is not */
export async function replayTo(
  { consumer, name }: Recipient,
  request: AdminRequest & { readonly body: Replay },
  { store, events }: AdminParts,
): Promise<{ readonly audit: AdminAudit }> {
  const tenant = tenantOf(request);
  const { after } = request.body;
  const last = await lastOf(tenant, store);
  if (after > last) throw new FieldRefused('after', `the last change of the tenant is ${last}`);
  const before = (await events.places(tenant)).find((place) => place.consumer === consumer);
  await events.replay(nameOf(consumer), tenant, after);
  const details = { position: { before: before?.position ?? null, after } };
  return { audit: { action: 'delivery.replay', target: name, details } };
}

/** GET …/dead-letters: newest first. */
export function listDeadLetters(find: FindRecipient) {
  return async (request: AdminRequest, parts: AdminParts): Promise<AdminResponse> => {
    const { before, limit = PAGE } = readQuery(request.query, {
      before: text(200).optional(),
      limit: whole(1, MOST).optional(),
    });
    const tenant = tenantOf(request);
    const { consumer } = await find(request, parts);
    const found = await parts.store.deadLetters({ tenant: tenant.id, consumer, before, limit: limit + 1 });
    const letters = found.slice(0, limit);
    const sequences = letters.map(({ sequence }) => sequence);
    const told = await parts.events.several(tenant, sequences);
    const items = letters.map((letter) => letterView(letter, told.get(letter.sequence)?.events ?? []));
    return ok({ items, next: found.length > limit ? (items.at(-1)?.id ?? null) : null } satisfies DeadLetterList);
  };
}

/** POST …/dead-letters/{letter}/redeliver */
export function redeliver(find: FindRecipient) {
  return async (request: AdminRequest, parts: AdminParts): Promise<AdminResponse> => {
    const { recipient, letter } = await letterInPath(find, request, parts);
    const attempt = await parts.events.redeliver(tenantOf(request), letter);
    const details = { ...aboutOf(letter), isDelivered: attempt.isDelivered };
    return { ...ok(attempt), audit: { action: 'delivery.redeliver', target: recipient.name, details } };
  };
}

/** DELETE …/dead-letters/{letter} */
export function discard(find: FindRecipient) {
  return async (request: AdminRequest, parts: AdminParts): Promise<AdminResponse> => {
    const { recipient, letter } = await letterInPath(find, request, parts);
    if (!(await parts.store.removeDeadLetter(letter.tenant, letter.id))) throw noSuchLetter(letter.id);
    return { status: 204, audit: { action: 'delivery.discard', target: recipient.name, details: aboutOf(letter) } };
  };
}

async function letterInPath(find: FindRecipient, request: AdminRequest, parts: AdminParts) {
  const recipient = await find(request, parts);
  const { letter: id = '' } = request.params;
  const letter = await parts.store.deadLetter(tenantOf(request).id, id);
  if (letter?.consumer !== recipient.consumer) throw noSuchLetter(id);
  return { recipient, letter };
}

function noSuchLetter(id: string): AccessError {
  return new AccessError('notFound', `there is no dead letter with the id ${JSON.stringify(id)}`);
}

function aboutOf({ event, sequence, attempts }: DeadLetter) {
  return { event, sequence, attempts };
}

/** @param events of the change */
function letterView(letter: DeadLetter, events: readonly ScimEvent[]): DeadLetterView {
  const { id, time, attempts, error, event: what, sequence } = letter;
  const shown = eventOf(letter, events);
  return { id, time, attempts, error, what, sequence, event: shown ? eventView(shown) : null };
}

/** How far each of them has got; those without a place have just come. */
export async function deliveryViews(
  tenant: Tenant,
  consumers: readonly Consumer[],
  { store, events }: Pick<AdminParts, 'store' | 'events'>,
): Promise<Map<Consumer, DeliveryView>> {
  const [places, last] = await Promise.all([events.places(tenant), lastOf(tenant, store)]);
  const views = new Map<Consumer, DeliveryView>();
  for (const consumer of consumers) {
    const place = places.find((one) => one.consumer === consumer);
    const letters = await store.deadLetters({ tenant: tenant.id, consumer, limit: 1 });
    views.set(consumer, { ...placeView(place, last), hasDeadLetters: letters.length > 0 });
  }
  return views;
}

/** How far one of them has got. */
async function deliveryView(tenant: Tenant, consumer: Consumer, parts: AdminParts): Promise<DeliveryView> {
  return (await deliveryViews(tenant, [consumer], parts)).get(consumer) as DeliveryView;
}

/** Without a place it begins after what is there: it has missed nothing. */
function placeView(place: Delivery | undefined, last: number): Omit<DeliveryView, 'hasDeadLetters'> {
  const { position = last, ahead = [], trouble } = place ?? {};
  const open = ahead.filter((sequence) => sequence <= position).length;
  const behind = Math.max(0, last - position - (ahead.length - open)) + open;
  return { position, last, behind, trouble: trouble ?? null };
}

function eventView(event: ScimEvent): EventView {
  const { id, type, sequence, time, operation, resourceType, resource, members, actor, requestId } = event;
  return {
    id,
    type,
    sequence,
    time,
    operation,
    resourceType,
    resource,
    difference: differenceView(event.difference),
    members: members.slice(0, MOST_MEMBERS),
    memberCount: members.length,
    actor,
    requestId,
  };
}
