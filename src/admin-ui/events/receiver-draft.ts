/** What the form of a receiver holds, and what it asks the server for. Pure. */
import type { NewReceiver, ReceiverPatch, ReceiverView } from '../../http/admin/messages.js';
import type { ReceiverKind } from './words.js';

export interface ReceiverDraft {
  readonly kind: ReceiverKind;
  readonly name: string;
  readonly url: string;
  /** Empty: all. */
  readonly events: readonly string[];
  readonly from: 'now' | 'start';
  readonly audience: string;
  readonly authorization: string;
}

export const EMPTY_RECEIVER: ReceiverDraft = {
  kind: 'webhook',
  name: '',
  url: '',
  events: [],
  from: 'now',
  audience: '',
  authorization: '',
};

export function draftOf({ kind, name, url, events, audience }: ReceiverView): ReceiverDraft {
  return { ...EMPTY_RECEIVER, kind, name, url: url ?? '', events: events ?? [], audience: audience ?? '' };
}

const eventsOf = ({ events }: ReceiverDraft) => (events.length === 0 ? null : events);

export function newReceiver(draft: ReceiverDraft): NewReceiver {
  const { kind, name, url, from, audience, authorization } = draft;
  return {
    kind,
    name: name.trim(),
    url: kind === 'poll' ? null : url.trim(),
    events: eventsOf(draft),
    from,
    ...(kind !== 'webhook' && { audience: audience.trim() }),
    ...(kind === 'push' && authorization !== '' && { authorization }),
  };
}

/** What is different from how the receiver is now. An empty Authorization header leaves the one that is there. */
export function patchOf(receiver: ReceiverView, draft: ReceiverDraft): ReceiverPatch {
  const before = draftOf(receiver);
  const [name, url, audience] = [draft.name.trim(), draft.url.trim(), draft.audience.trim()];
  return {
    ...(name !== before.name && { name }),
    ...(url !== before.url && { url }),
    ...([...draft.events].sort().join() !== [...before.events].sort().join() && { events: eventsOf(draft) }),
    ...(audience !== before.audience && { audience }),
    ...(draft.authorization !== '' && { authorization: draft.authorization }),
  };
}
