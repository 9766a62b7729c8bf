/**
 * `Authorization: Bearer` (RFC 6750), through passport-http-bearer: tokens and access tokens of this server by their
 * hash, JWTs by the issuers that credentials trust.
 */
import { Strategy } from 'passport-http-bearer';
import type { Key, Store } from '../../store/store.js';
import { type Found, judge, type Presented, principalOf, type Refusal } from '../presented.js';
import type { Principal } from '../principal.js';
import { AccessRefused, REALM } from '../refusal.js';
import { ACCESS_TOKEN_PREFIX, hashToken, isJwt, isWellFormed, kindOf, TOKEN_PREFIX } from '../token.js';

/** JWTs of trusted issuers. */
export interface Federation {
  /**
   * Whose token it is. `tenant`: the name in the path, which decides between credentials that trust the same.
   * @throws AccessRefused unauthorized, with a reason
   */
  verify(jwt: string, purpose: 'bearer', tenant?: string): Promise<Found>;
}

export interface BearerParts {
  readonly store: Pick<Store, 'findBearer'>;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  /** Without it no JWT is taken. */
  readonly federation?: Federation | undefined;
}

type Verified = (error: unknown, principal?: Principal | false, info?: { message: string }) => void;
type Verify = (presented: Presented, token: string, done: Verified) => void;

/** A strategy for passport, whose types would be those of everybody who embeds this. */
export function bearerStrategy(parts: BearerParts): object {
  const { store, clock, federation } = parts;

  function settle(found: Found, key: Key | undefined, presented: Presented, done: Verified): void {
    const refusal = judge(found, key, clock);
    if (refusal) refuse(refusal, presented, done);
    else done(null, principalOf(found, key?.scopes));
  }

  const verify: Verify = (presented, token, done) => {
    if (!isWellFormed(token, token.startsWith(ACCESS_TOKEN_PREFIX) ? ACCESS_TOKEN_PREFIX : TOKEN_PREFIX)) {
      if (federation && isJwt(token)) {
        verifyJwt(federation, token, presented)
          .then((outcome) => {
            if ('name' in outcome) refuse(outcome, presented, done);
            else settle(outcome, undefined, presented, done);
          })
          .catch(done);
      } else {
        refuse(notOurs(token), presented, done);
      }
      return;
    }
    store
      .findBearer(hashToken(token))
      .then((found) => {
        if (found) settle(found, found.key, presented, done);
        else refuse(unknown(token), presented, done);
      })
      .catch(done);
  };
  // The published types know no request but Express's; Presented is the part of one that the strategy reads.
  return new Strategy({ realm: REALM, passReqToCallback: true }, verify as never);
}

function refuse(refusal: Refusal, presented: Presented, done: Verified): void {
  presented.refusal = refusal;
  done(null, false);
}

async function verifyJwt(federation: Federation, jwt: string, presented: Presented): Promise<Refusal | Found> {
  try {
    const { credential, tenant } = await federation.verify(jwt, 'bearer', presented.tenant);
    return { credential, tenant };
  } catch (error) {
    if (!(error instanceof AccessRefused)) throw error;
    return { name: 'federation', detail: error.detail, reason: error.reason, tenant: error.tenant };
  }
}

/** Text that is none of our tokens as a whole. */
function notOurs(token: string): Refusal {
  const kind = kindOf(token);
  const isToken = kind === 'bearer token' || kind === 'access token';
  const isOtherSecret = kind === 'client secret' || kind === 'password';
  return {
    name: isToken ? 'malformed' : isOtherSecret ? 'wrong kind' : 'foreign',
    expected: { kind: 'bearer token or access token', wellFormed: true },
    came: { kind, wellFormed: false },
  };
}

function unknown(token: string): Refusal {
  const kind = kindOf(token);
  return {
    name: 'unknown',
    lookedFor: `the hash of the ${kind}`,
    expected: { known: true },
    came: { kind, known: false },
  };
}
