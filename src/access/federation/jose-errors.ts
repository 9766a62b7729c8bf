/** What jose, or the search for a key, has against a JWT, in our words. */
import { errors, type ProtectedHeaderParameters } from 'jose';
import type { JsonObject } from '../../scim/json.js';
import { asTime, shown } from './claims.js';
import { IssuerError, JwtRefused, type Trusted } from './refusal.js';

/** What was being checked when it failed. */
export interface Checked {
  readonly header: ProtectedHeaderParameters;
  readonly found: Trusted;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The error to throw instead; one that is no fault of the token stays as it is. */
export function asRefusal(error: unknown, checked: Checked): unknown {
  const { header, found } = checked;
  const { kid, alg } = header;
  const refused = (message: string, reason: JsonObject) => new JwtRefused(message, reason, found);
  if (error instanceof IssuerError) {
    if (error.isTemporary) return error;
    const expected = `the keys of ${found.credential.trust?.issuer}`;
    return refused('The keys of the issuer cannot be fetched.', { failed: 'keys', expected, came: error.message });
  }
  if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed) {
    return refused(sentenceOf(error), timeReason(error, checked.now));
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    const expected = 'a key that the issuer publishes';
    return refused('The issuer has no such key.', { failed: 'kid', expected, came: shown(kid), alg: shown(alg) });
  }
  if (error instanceof errors.JWKSMultipleMatchingKeys) {
    const reason = { failed: 'kid', expected: 'the id of one of the keys of the issuer', came: shown(kid) };
    return refused('The token does not say which key of the issuer it is signed with.', reason);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    const expected = 'a signature by the key that the token names';
    return refused('The signature of the token is wrong.', {
      failed: 'signature',
      expected,
      kid: shown(kid),
      alg: shown(alg),
    });
  }
  // What else jose throws is for tokens and keys that it cannot work with.
  const isOfJose = error instanceof errors.JOSEError || error instanceof TypeError;
  if (!isOfJose) return error;
  return refused('The token cannot be verified.', {
    failed: 'form',
    kid: shown(kid),
    alg: shown(alg),
    came: error.message,
  });
}

type TimeError = InstanceType<typeof errors.JWTExpired> | InstanceType<typeof errors.JWTClaimValidationFailed>;

function sentenceOf({ claim, reason }: TimeError): string {
  if (reason === 'missing') return `The token has no claim ${claim}.`;
  if (reason === 'invalid') return `The claim ${claim} of the token is not valid.`;
  if (claim === 'exp') return 'The token has expired.';
  return claim === 'nbf' ? 'The token is not valid yet.' : `The claim ${claim} of the token is wrong.`;
}

function timeReason({ claim, payload }: TimeError, now: number): JsonObject {
  const time = new Date(now).toISOString();
  const expected = claim === 'exp' ? `after ${time}` : claim === 'nbf' ? `not after ${time}` : 'a claim that fits';
  const came = payload[claim];
  return { failed: claim, expected, came: asTime(came) };
}
