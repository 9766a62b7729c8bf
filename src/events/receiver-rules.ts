/** What a receiver may be called, where it may be, and what it may be told. Each refusal names the value. */
import { isLabel, MOST_OF_LABEL } from '../access/credential-rules.js';
import { FieldRefused } from '../access/refusal.js';
import { type AddressRules, checkLiteral, isAllowedScheme } from '../network/checked-address.js';
import type { ReceiverKind } from '../store/store.js';
import { EVENT_TYPES } from './event.js';

const MOST_OF_URL = 2_000;
const MOST_OF_AUDIENCE = 500;
const MOST_OF_AUTHORIZATION = 4_000;
/** RFC 9110 §5.5: what can stand in a header; blanks not at its ends. */
const HEADER = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
/** What a URL may have and a person does not see: it would be passed over, and another address shown than is asked. */
const HIDDEN = /[\s\p{Cc}\p{Cf}]/u;
const KINDS: readonly ReceiverKind[] = ['webhook', 'push', 'poll'];
const NAMES: ReadonlySet<string> = new Set(EVENT_TYPES);

/** @throws FieldRefused */
export function checkedKind(kind: string): ReceiverKind {
  const known = KINDS.find((one) => one === kind);
  if (known) return known;
  throw new FieldRefused('kind', `a receiver is one of ${KINDS.join(', ')}`);
}

/** Without blanks around it. @throws FieldRefused */
export function checkedName(name: string): string {
  const label = name.trim();
  if (isLabel(label)) return label;
  throw new FieldRefused('name', `a receiver needs a name of 1 to ${MOST_OF_LABEL} characters on one line`);
}

/** Undefined for `poll`. Where the name of its host leads is looked at when something is sent. @throws FieldRefused */
export function checkedUrl(url: string | undefined, kind: ReceiverKind, rules: AddressRules): string | undefined {
  if (kind === 'poll') {
    if (url === undefined) return undefined;
    throw new FieldRefused('url', 'a receiver that polls asks for its events, and is told them nowhere else');
  }
  const refused = (why: string) => new FieldRefused('url', `the address of a receiver ${why}`);
  if (url === undefined || url.length > MOST_OF_URL || HIDDEN.test(url) || !URL.canParse(url)) {
    throw refused('must be a URL, such as https://app.example.com/hooks/scim');
  }
  const parsed = new URL(url);
  const isWhole = url.toLowerCase().startsWith(`${parsed.protocol}//`);
  if (!isWhole || !isAllowedScheme(parsed, rules)) throw refused('must begin with https://');
  if (parsed.username !== '' || parsed.password !== '') throw refused('must not have a user name or a password in it');
  if (parsed.hash !== '') throw refused('must not have a fragment');
  try {
    checkLiteral(parsed, rules);
  } catch {
    throw refused('must be on the public Internet');
  }
  return url;
}

/** Undefined: all. Each name once, in the order of EVENT_TYPES. @throws FieldRefused */
export function checkedEvents(events: readonly string[] | undefined): readonly string[] | undefined {
  if (events === undefined) return undefined;
  if (events.length === 0) throw new FieldRefused('events', 'say at least one event, or nothing for all of them');
  const wrong = events.find((name) => !NAMES.has(name));
  if (wrong !== undefined) {
    const known = EVENT_TYPES.join(', ');
    throw new FieldRefused('events', `${JSON.stringify(wrong.slice(0, 80))} is not an event; the events are ${known}`);
  }
  return EVENT_TYPES.filter((name) => events.includes(name));
}

/** Of `push` and `poll`, which need one. @throws FieldRefused */
export function checkedAudience(audience: string | undefined, kind: ReceiverKind): string | undefined {
  if (kind === 'webhook') {
    if (audience === undefined) return undefined;
    throw new FieldRefused('audience', 'a webhook has no audience');
  }
  if (audience !== undefined && audience.length <= MOST_OF_AUDIENCE && HEADER.test(audience)) return audience;
  const form = `1 to ${MOST_OF_AUDIENCE} characters without blanks around them, such as the URL of the receiver`;
  throw new FieldRefused('audience', `say for whom the tokens are (the claim aud): ${form}`);
}

/** Of `push` alone. The value is in no message. @throws FieldRefused */
export function checkedAuthorization(header: string | undefined, kind: ReceiverKind): string | undefined {
  if (header === undefined) return undefined;
  if (kind !== 'push') throw new FieldRefused('authorization', `a receiver of the kind ${kind} is sent no such header`);
  if (header.length <= MOST_OF_AUTHORIZATION && HEADER.test(header)) return header;
  const form = `1 to ${MOST_OF_AUTHORIZATION} ASCII characters on one line, such as Bearer and a token`;
  throw new FieldRefused('authorization', `the header Authorization has ${form}`);
}
