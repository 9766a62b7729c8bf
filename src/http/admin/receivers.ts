/**
 * Receivers of a tenant's events: made, changed, given a new secret, tried and removed. A secret is in the answer that
 * makes it and nowhere else.
 */
import { changedDetails, createdDetails, withoutPath } from '../../events/receiver-details.js';
import type { IssuedReceiver as Issued } from '../../events/receivers.js';
import type { Receiver } from '../../store/store.js';
import { deliveryViews, type FindRecipient, replayTo } from './deliveries.js';
import { type AdminAudit, type AdminRequest, type AdminResponse, ok, tenantOf } from './handler.js';
import type {
  DeliveryAttempt,
  DeliveryView,
  EventAddresses,
  IssuedReceiver,
  NewReceiver,
  ReceiverList,
  ReceiverPatch,
  ReceiverView,
  Replay,
} from './messages.js';
import type { AdminParts } from './parts.js';
import { readQuery } from './query.js';
import { addressIn } from './tenants.js';

/** GET /tenants/{tenant}/receivers */
export async function listReceivers(request: AdminRequest, parts: AdminParts): Promise<AdminResponse> {
  readQuery(request.query, {});
  const items = await viewsOf(await parts.receivers.list(tenantOf(request)), request, parts);
  return ok({ items, addresses: await addressesOf(request, parts) } satisfies ReceiverList);
}

/** POST /tenants/{tenant}/receivers */
export async function createReceiver(
  request: AdminRequest & { readonly body: NewReceiver },
  parts: AdminParts,
): Promise<AdminResponse> {
  const { body, admin } = request;
  const issued = await parts.receivers.create(tenantOf(request), {
    kind: body.kind,
    name: body.name,
    url: body.url ?? undefined,
    events: body.events ?? undefined,
    from: body.from,
    audience: body.audience ?? undefined,
    authorization: body.authorization ?? undefined,
    createdBy: admin.actor.name,
  });
  const details = createdDetails(issued.receiver, body.from);
  return sendSecret(201, issued, request, parts, { action: 'receiver.create', details });
}

/** GET /tenants/{tenant}/receivers/{id} */
export async function getReceiver(request: AdminRequest, parts: AdminParts): Promise<AdminResponse> {
  readQuery(request.query, {});
  return ok(await viewOf(await find(request, parts), request, parts));
}

/** PATCH /tenants/{tenant}/receivers/{id} */
export async function updateReceiver(
  request: AdminRequest & { readonly body: ReceiverPatch },
  parts: AdminParts,
): Promise<AdminResponse> {
  const before = await find(request, parts);
  const after = await parts.receivers.update(tenantOf(request), before.id, request.body);
  const { authorization } = request.body;
  const header = authorization === undefined ? undefined : authorization === null ? 'removed' : 'set';
  const details = changedDetails(before, after, header);
  return answer(after, request, parts, { action: 'receiver.update', details });
}

/** DELETE /tenants/{tenant}/receivers/{id} */
export async function removeReceiver(request: AdminRequest, { receivers }: AdminParts): Promise<AdminResponse> {
  const { kind, name } = await receivers.remove(tenantOf(request), idOf(request));
  return { status: 204, audit: { action: 'receiver.delete', target: name, details: { kind } } };
}

/** POST /tenants/{tenant}/receivers/{id}/rotate */
export async function rotateReceiver(
  request: AdminRequest & { readonly body: { readonly overlapHours: number } },
  parts: AdminParts,
): Promise<AdminResponse> {
  const { overlapHours } = request.body;
  const issued = await parts.receivers.rotate(tenantOf(request), idOf(request), Math.round(overlapHours * 3_600));
  return sendSecret(200, issued, request, parts, { action: 'receiver.rotate', details: { overlapHours } });
}

/** POST /tenants/{tenant}/receivers/{id}/test */
export async function testReceiver(request: AdminRequest, parts: AdminParts): Promise<AdminResponse> {
  const { name } = await find(request, parts);
  const attempt: DeliveryAttempt = await parts.receivers.test(tenantOf(request), idOf(request));
  const details = { isDelivered: attempt.isDelivered };
  return { ...ok(attempt), audit: { action: 'receiver.test', target: name, details } };
}

/** POST /tenants/{tenant}/receivers/{id}/replay */
export async function replayToReceiver(
  request: AdminRequest & { readonly body: Replay },
  parts: AdminParts,
): Promise<AdminResponse> {
  const receiver = await find(request, parts);
  const { audit } = await replayTo({ consumer: receiver.id, name: receiver.name }, request, parts);
  return answer(receiver, request, parts, audit);
}

/** The receiver of the path, as whoever is told. */
export const receiverInPath: FindRecipient = async (request, parts) => {
  const { id, name } = await find(request, parts);
  return { consumer: id, name };
};

function find(request: AdminRequest, { receivers }: AdminParts): Promise<Receiver> {
  return receivers.find(tenantOf(request), idOf(request));
}

function idOf({ params }: AdminRequest): string {
  return params.id ?? '';
}

async function answer(
  receiver: Receiver,
  request: AdminRequest,
  parts: AdminParts,
  audit: AdminAudit,
): Promise<AdminResponse> {
  return { ...ok(await viewOf(receiver, request, parts)), audit: { ...audit, target: receiver.name } };
}

async function sendSecret(
  status: number,
  { receiver, secret }: Issued,
  request: AdminRequest,
  parts: AdminParts,
  audit: AdminAudit,
): Promise<AdminResponse> {
  const body: IssuedReceiver = { receiver: await viewOf(receiver, request, parts), secret: secret ?? null };
  return { status, body, audit: { ...audit, target: receiver.name } };
}

async function addressesOf(request: AdminRequest, parts: AdminParts): Promise<EventAddresses> {
  const { feed, jwks } = eventAddresses(request, parts);
  return { feed, jwks, issuer: await parts.events.issuer(tenantOf(request)) };
}

/** Where the events router is: for this tenant, and for all. */
function eventAddresses(request: AdminRequest, { paths }: AdminParts) {
  const feed = addressIn(paths.events, request);
  return { feed, jwks: `${feed}/jwks` };
}

async function viewsOf(
  receivers: readonly Receiver[],
  request: AdminRequest,
  parts: AdminParts,
): Promise<ReceiverView[]> {
  const consumers = receivers.map(({ id }) => id);
  const deliveries = await deliveryViews(tenantOf(request), consumers, parts);
  return receivers.map((receiver) => shown(receiver, deliveries.get(receiver.id) as DeliveryView, request, parts));
}

async function viewOf(receiver: Receiver, request: AdminRequest, parts: AdminParts): Promise<ReceiverView> {
  const [view] = await viewsOf([receiver], request, parts);
  return view as ReceiverView;
}

function shown(receiver: Receiver, delivery: DeliveryView, request: AdminRequest, parts: AdminParts): ReceiverView {
  const { id, kind, name, url, events, created, createdBy, paused, pausedBecause, audience, keys } = receiver;
  const maySeeAll = request.admin.permissions.has('events.write');
  return {
    id,
    kind,
    name,
    // Path or query may be the key to a receiver; whoever may not change it need not know it.
    url: (maySeeAll ? url : withoutPath(url)) ?? null,
    pollUrl: kind === 'poll' ? `${eventAddresses(request, parts).feed}/poll/${id}` : null,
    events: events ?? null,
    created,
    createdBy: createdBy ?? null,
    paused: paused ?? null,
    pausedBecause: pausedBecause ?? null,
    audience: audience ?? null,
    hasAuthorization: receiver.authorization !== undefined,
    keys: keys.map((key) => ({ id: key.id, created: key.created, ends: key.ends ?? null })),
    delivery,
  };
}
