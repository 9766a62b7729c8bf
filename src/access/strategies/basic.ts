/**
 * `Authorization: Basic` (RFC 7617), for tenants that allow it: a passport strategy of our own, since passport-http cuts
 * a password at its second colon and reads no UTF-8.
 */
import { Strategy } from 'passport';
import type { Store } from '../../store/store.js';
import type { PasswordCheck } from '../password-check.js';
import { type Found, judge, type Presented, principalOf, type Refusal } from '../presented.js';
import { isUserName, isWellFormed, kindOf, PASSWORD_PREFIX } from '../token.js';

export interface BasicParts {
  readonly store: Pick<Store, 'findByIdentifier'>;
  readonly passwords: PasswordCheck;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
}

/** What passport adds to a strategy for one request. */
interface Actions {
  success(principal: unknown): void;
  fail(challenge: string): void;
  error(error: unknown): void;
}

/** A strategy for passport, whose types would be those of everybody who embeds this. */
export function basicStrategy(parts: BasicParts): object {
  return new BasicStrategy(parts);
}

class BasicStrategy extends (Strategy as unknown as new () => object) {
  readonly name = 'basic';

  constructor(private readonly parts: BasicParts) {
    super();
  }

  /** Called by passport, on a copy that has its actions. */
  authenticate(presented: Presented): void {
    const actions = this as unknown as Actions;
    verify(this.parts, presented)
      .then((outcome) => {
        if ('name' in outcome) {
          presented.refusal = outcome;
          actions.fail('Basic');
        } else {
          actions.success(principalOf(outcome, undefined));
        }
      })
      .catch((error: unknown) => actions.error(error));
  }
}

/** Cheap questions come first; what costs a hash is asked last, and of a tenant that wants it alone. */
async function verify({ store, passwords, clock }: BasicParts, presented: Presented): Promise<Refusal | Found> {
  const pair = readBasic(presented.headers.authorization ?? '');
  if (!pair) return { name: 'malformed Basic header' };
  const { userName, password } = pair;
  const named = isUserName(userName) ? { userName } : { userName: 'of another form' };
  const known = await store.findByIdentifier(userName);
  const found = known?.credential.kind === 'basic' ? known : undefined;
  if (found && !found.tenant.settings.allowsBasic) {
    return { name: 'Basic not allowed', expected: { scheme: 'Bearer' }, came: { scheme: 'Basic' }, found };
  }
  if (!isWellFormed(password, PASSWORD_PREFIX)) {
    const came = { kind: kindOf(password), wellFormed: false };
    return { name: 'malformed password', expected: { kind: 'password', wellFormed: true }, came, found };
  }
  if (!found) {
    const came = { ...named, known: false };
    return { name: 'unknown user name', lookedFor: 'the user name', expected: { known: true }, came };
  }
  const keys = found.keys.filter(({ kind }) => kind === 'password');
  const key = await passwords.check({ userName, password, address: presented.address, keys });
  if (typeof key === 'number') return { name: 'too many failures', came: named, found, retryAfter: key };
  if (!key)
    return {
      name: 'wrong password',
      expected: { rightPassword: true },
      came: { ...named, rightPassword: false },
      found,
    };
  return judge(found, key, clock) ?? found;
}

const BASIC = /^Basic ([A-Za-z0-9+/]+={0,2})$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 7617 §2 refuses them
const CONTROL = /[\u0000-\u001f\u007f]/;
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** RFC 7617 §2: the first colon separates, whatever the password holds. Undefined where the header is not well formed. */
export function readBasic(authorization: string): { userName: string; password: string } | undefined {
  const encoded = BASIC.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  let text: string;
  try {
    text = UTF_8.decode(Buffer.from(encoded, 'base64'));
  } catch {
    return undefined;
  }
  const colon = text.indexOf(':');
  if (colon < 0 || CONTROL.test(text)) return undefined;
  return { userName: text.slice(0, colon), password: text.slice(colon + 1) };
}
