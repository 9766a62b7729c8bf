/**
 * A receiver of security event tokens that shares no code with what sends them: written from RFC 8417 (tokens), RFC 8935
 * (push), RFC 8936 (poll), RFC 9493 (subjects) and RFC 9967 (events of SCIM).
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { expect } from 'vitest';
import type { Answering, Posted } from './hook-server.js';

/** A token that was found good. */
export interface ReceivedSet extends JWTPayload {
  readonly jti: string;
  readonly txn: string;
  readonly sub_id: { readonly format: string; readonly uri: string; readonly externalId?: string };
  readonly events: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Whom it trusts, and who it is. */
export interface ReceiverTrust {
  readonly jwks: JSONWebKeySet;
  readonly issuer: string;
  readonly audience: string;
  /** RFC 8935 §3: what an Authorization header must be. */
  readonly authorization?: string;
}

const PREFIX = 'urn:ietf:params:scim:event:prov:';
const FULL = ['create', 'patch', 'put'].map((name) => `${PREFIX}${name}:full`);
const BARE = ['delete', 'activate', 'deactivate'].map((name) => PREFIX + name);
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** RFC 8935 §2.4 */
class SetError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export class SetReceiver {
  /** Each `jti` once, in the order of arrival. */
  readonly sets: ReceivedSet[] = [];

  constructor(public trust: ReceiverTrust) {}

  /** The endpoint of RFC 8935 §2. */
  readonly endpoint: Answering = async (posted: Posted, response) => {
    try {
      this.keep(await this.verifyPosted(posted));
      return 202;
    } catch (error) {
      if (!(error instanceof SetError)) throw error;
      response.writeHead(400, { 'Content-Type': 'application/json', 'Content-Language': 'en' });
      response.end(JSON.stringify({ err: error.code, description: error.message }));
      return undefined;
    }
  };

  /** Polls (RFC 8936 §2): keeps what comes, and says by `jti` what to acknowledge and what was wrong. */
  async poll(url: string, token: string, body: object = {}) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { sets?: Record<string, string>; moreAvailable?: boolean };
    if (response.status !== 200) return { status: response.status, ack: [], setErrs: {}, more: false };
    expect(response.headers.get('content-type')).toMatch(/^application\/json\b/);
    const ack: string[] = [];
    const setErrs: Record<string, { err: string; description: string }> = {};
    for (const [jti, compact] of Object.entries(answer.sets ?? {})) {
      try {
        const set = await this.verify(compact);
        expect(set.jti).toBe(jti);
        this.keep(set);
        ack.push(jti);
      } catch (error) {
        if (!(error instanceof SetError)) throw error;
        setErrs[jti] = { err: error.code, description: error.message };
      }
    }
    return { status: 200, ack, setErrs, more: answer.moreAvailable ?? false };
  }

  /** Keeps a token that came some other way. @returns the error code of one that is not good */
  async take(compact: string): Promise<string | undefined> {
    try {
      this.keep(await this.verify(compact));
      return undefined;
    } catch (error) {
      if (!(error instanceof SetError)) throw error;
      return `${error.code}: ${error.message}`;
    }
  }

  private keep(set: ReceivedSet): void {
    if (!this.sets.some(({ jti }) => jti === set.jti)) this.sets.push(set);
  }

  private verifyPosted({ headers, body }: Posted): Promise<ReceivedSet> {
    if (headers['content-type'] !== 'application/secevent+jwt') throw new SetError('invalid_request', 'not a SET');
    if (headers.authorization !== this.trust.authorization) throw new SetError('authentication_failed', 'who is it?');
    return this.verify(body);
  }

  private async verify(compact: string): Promise<ReceivedSet> {
    const { jwks, issuer, audience } = this.trust;
    const options = { typ: 'secevent+jwt', issuer, audience, algorithms: ['ES256'], requiredClaims: ['iat', 'jti'] };
    const { payload } = await jwtVerify(compact, createLocalJWKSet(jwks), options).catch((error: unknown) => {
      throw new SetError(codeOf(error), String(error));
    });
    const wrong = wrongIn(payload);
    if (wrong !== undefined) throw new SetError('invalid_request', wrong);
    return payload as ReceivedSet;
  }
}

function codeOf(error: unknown): string {
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed) {
    return 'invalid_key';
  }
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'invalid_request';
  if (error.claim === 'iss') return 'invalid_issuer';
  return error.claim === 'aud' ? 'invalid_audience' : 'invalid_request';
}

/** What the RFCs forbid of a token of SCIM; undefined for a good one. */
function wrongIn(payload: JWTPayload & { sub_id?: unknown; events?: unknown; txn?: unknown }): string | undefined {
  // RFC 8417 §2.2, RFC 9967 §2.1
  if ('sub' in payload || 'exp' in payload) return 'a SET has neither sub nor exp';
  if (typeof payload.txn !== 'string' || payload.txn === '') return 'no txn';
  const subject = payload.sub_id as Record<string, unknown> | undefined;
  if (subject?.format !== 'scim' || typeof subject.uri !== 'string') return 'no subject of the format scim';
  if (!/^\/[A-Za-z]+\/[^/]+$/.test(subject.uri)) return 'the uri is no relative path';
  if ('externalId' in subject && typeof subject.externalId !== 'string') return 'externalId is no text';
  const events = Object.entries((payload.events ?? {}) as Record<string, unknown>);
  if (events.length === 0) return 'no event';
  for (const [uri, event] of events) {
    if (typeof event !== 'object' || event === null || 'sub_id' in event) return `${uri} is no payload`;
    const wrong = wrongInPayload(uri, event as Record<string, unknown>);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** RFC 9967 §2.4 */
function wrongInPayload(uri: string, event: Record<string, unknown>): string | undefined {
  if (BARE.includes(uri)) return Object.keys(event).length === 0 ? undefined : `${uri} has no attributes`;
  if (!FULL.includes(uri)) return `${uri} is not known here`;
  if ('attributes' in event) return `${uri} has data, and no attributes`;
  if (typeof event.version !== 'string') return `${uri} has no version`;
  const data = event.data as Record<string, unknown> | undefined;
  if (!Array.isArray(data?.schemas)) return `${uri} has no data with schemas`;
  const isPatch = data.schemas.includes(PATCH_OP);
  if (isPatch !== (uri === `${PREFIX}patch:full`)) return `${uri} has the wrong kind of data`;
  return undefined;
}
