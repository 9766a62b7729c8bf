/**
 * Passwords of HTTP Basic: a client sends its password with each request, and hashing it each time would cost more than
 * the request. So what was found right is remembered, in memory and as a keyed hash alone: 1,000 pairs, for 5 minutes,
 * and for a day longer where others guess at the name. Knows: which key a password opens. Does not know: whether that
 * key is still good, which is asked of the store with each request.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Key } from '../store/store.js';
import { isExpired } from './lifetime.js';
import { isPassword } from './passwords.js';
import type { Throttle } from './throttle.js';

/** A password that was presented. `keys`: the password keys of the credential, ended ones too, oldest first. */
export interface PasswordAttempt {
  readonly userName: string;
  readonly password: string;
  readonly address: string | undefined;
  readonly keys: readonly Key[];
}

export interface PasswordCheck {
  /** The key that the password opens, which may have ended; seconds to wait when too many were wrong; undefined: none. */
  check(attempt: PasswordAttempt): Promise<Key | number | undefined>;
}

export interface PasswordCheckParts {
  readonly throttle: Pick<Throttle, 'attempt' | 'succeeded'>;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  /** Milliseconds of a clock that is never set back; its own without it. */
  readonly now?: (() => number) | undefined;
  /** Whether a password is that of an argon2id string. */
  readonly isRight?: ((hash: string, password: string) => Promise<boolean>) | undefined;
}

const REMEMBERED_MS = 300_000;
/** For how long after that a pair still passes where too many others were wrong, so that nobody can be shut out so. */
const VOUCHED_MS = 86_400_000;
const MOST_REMEMBERED = 1_000;

/** What came of an attempt: the hash of the key that was opened, seconds to wait, or nothing. */
type Outcome = string | number | undefined;

export function createPasswordCheck(parts: PasswordCheckParts): PasswordCheck {
  const { throttle, clock, now = () => performance.now(), isRight = isPassword } = parts;
  // Of this process alone: whoever reads its memory finds nothing that helps elsewhere.
  const secret = randomBytes(32);
  const remembered = new Map<string, { readonly hash: string; readonly until: number }>();
  const running = new Map<string, Promise<Outcome>>();

  async function compute({ userName, password, address, keys }: PasswordAttempt, pair: string): Promise<Outcome> {
    const attempt = { address, identifier: `basic:${userName}` };
    const wait = throttle.attempt(attempt);
    if (wait !== undefined) return wait;
    for (const { hash } of candidates(keys, clock())) {
      if (!(await isRight(hash, password))) continue;
      throttle.succeeded(attempt);
      remembered.delete(pair);
      remembered.set(pair, { hash, until: now() + REMEMBERED_MS });
      if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
      return hash;
    }
    return undefined;
  }

  /** Those who come with the same pair at once wait for one computation. */
  function share(attempt: PasswordAttempt, pair: string): Promise<Outcome> {
    let computing = running.get(pair);
    if (!computing) {
      computing = compute(attempt, pair).finally(() => running.delete(pair));
      running.set(pair, computing);
    }
    return computing;
  }

  return {
    check: async (attempt) => {
      const { userName, password, keys } = attempt;
      const pair = createHmac('sha256', secret).update(`${userName.length}:${userName}${password}`).digest('base64');
      const opened = (hash: Outcome) => keys.find((key) => key.hash === hash);
      const known = remembered.get(pair);
      const knownKey = opened(known?.hash);
      if (known && known.until > now() && knownKey) return knownKey;
      const outcome = await share(attempt, pair);
      if (typeof outcome !== 'number') return opened(outcome);
      return known && known.until + VOUCHED_MS > now() && knownKey ? knownKey : outcome;
    },
  };
}

/** Newest first; of those that have ended the newest alone, so that whoever still has it is told what became of it. */
function candidates(keys: readonly Key[], now: string): readonly Key[] {
  const newest = keys.toReversed();
  const live = newest.filter((key) => !isExpired(key, now));
  const ended = newest.filter((key) => isExpired(key, now));
  return [...live, ...ended.slice(0, 1)];
}
