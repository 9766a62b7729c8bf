/** What the audit is told of receivers: never a secret, nor what may be one. Both sides of changes are for the caller. */
import type { JsonObject } from '../scim/json.js';
import type { Receiver } from '../store/store.js';

/** Of one that was made. */
export function createdDetails(receiver: Receiver, from: 'now' | 'start'): JsonObject {
  const { kind, url, events, audience, authorization } = receiver;
  return {
    kind,
    ...(url !== undefined && { url: withoutPath(url) }),
    events: events ? [...events] : null,
    from,
    ...(audience !== undefined && { audience }),
    ...(authorization !== undefined && { authorization: 'set' }),
  };
}

/** Of one that was changed: both sides. @param header whether the Authorization header was given anew, or taken away */
export function changedDetails(before: Receiver, after: Receiver, header: 'set' | 'removed' | undefined): JsonObject {
  const details: JsonObject = {};
  const note = (name: string, was: JsonObject[string] | undefined, is: JsonObject[string] | undefined): void => {
    details[name] = { before: was ?? null, after: is ?? null };
  };
  if (before.name !== after.name) note('name', before.name, after.name);
  // Compared as a whole, told without what may be a key.
  if (before.url !== after.url) note('url', withoutPath(before.url), withoutPath(after.url));
  if (JSON.stringify(before.events) !== JSON.stringify(after.events)) {
    note('events', before.events && [...before.events], after.events && [...after.events]);
  }
  const [wasPaused, isPaused] = [before.paused !== undefined, after.paused !== undefined];
  if (wasPaused !== isPaused) note('paused', wasPaused, isPaused);
  if (before.audience !== after.audience) note('audience', before.audience, after.audience);
  const was = before.authorization === undefined ? undefined : 'set';
  if (header === 'set') note('authorization', was, was === undefined ? 'set' : 'set anew');
  else if (header === 'removed' && was !== undefined) note('authorization', was, undefined);
  return details;
}

/** `https://example.com/…`: with some receivers whoever knows path or query can write to them. */
export function withoutPath(url: string): string;
export function withoutPath(url: string | undefined): string | undefined;
export function withoutPath(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  return URL.canParse(url) ? `${new URL(url).origin}/…` : '…';
}
