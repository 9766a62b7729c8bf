/** Receivers and events in words. */
import type { DeliveryView, ReceiverView } from '../../http/admin/messages.js';
import { count } from '../components/format.js';

export type ReceiverKind = ReceiverView['kind'];

export const RECEIVER_WORDS: Readonly<Record<ReceiverKind, { readonly label: string; readonly description: string }>> =
  {
    webhook: { label: 'Webhook', description: 'Each event is sent as JSON with a signature (Standard Webhooks).' },
    push: { label: 'SET push', description: 'Security event tokens are sent to it (RFC 9967, RFC 8935).' },
    poll: { label: 'SET poll', description: 'It asks for security event tokens itself (RFC 9967, RFC 8936).' },
  };

/** Each kind of event, as the server knows it; a test compares the names. */
export const EVENT_WORDS: Readonly<Record<string, string>> = {
  'user.created': 'A user was created',
  'user.updated': 'A user was changed',
  'user.disabled': 'A user was disabled',
  'user.enabled': 'A user was enabled',
  'user.deleted': 'A user was deleted',
  'group.created': 'A group was created',
  'group.renamed': 'A group was renamed',
  'group.updated': 'A group was changed',
  'group.deleted': 'A group was deleted',
  'membership.added': 'Members were added',
  'membership.removed': 'Members were removed',
  'resource.changed': 'Another resource was changed',
};

/** `null` → `All`; a few by their words, many by their number. */
export function eventsText(events: readonly string[] | null): string {
  if (events === null) return 'All';
  if (events.length > 2) return count(events.length, 'kind');
  return events.map((event) => EVENT_WORDS[event] ?? event).join(', ');
}

export type DeliveryState = 'paused' | 'trouble' | 'behind' | 'current';

/** How somebody who is told of events is doing. */
export function deliveryState({ trouble, behind }: DeliveryView, paused: string | null = null): DeliveryState {
  if (paused !== null) return 'paused';
  if (trouble !== null) return 'trouble';
  return behind > 0 ? 'behind' : 'current';
}

/** The resource of an event as people call it. */
export function nameOf(resource: Readonly<Record<string, unknown>>): string {
  const { userName, displayName, id } = resource;
  const name = [displayName, userName].find((value) => typeof value === 'string' && value !== '');
  return String(name ?? id);
}
