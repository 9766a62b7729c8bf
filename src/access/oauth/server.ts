/**
 * The OAuth endpoints of a target, as one part: issue, introspect, revoke. What they have in common is here: failures
 * slow down whoever causes them, and a client's use is noted.
 */
import type { UseRecorder } from '../last-use.js';
import type { Attempt, Throttle } from '../throttle.js';
import type { Client } from './client-authentication.js';
import { type OAuthRequest, readBasic } from './form.js';
import { type Caller, createInspection, type InspectionParts, type TokenDescription } from './inspection.js';
import { OAuthRefused } from './refusal.js';
import { createTokenEndpoint, type TokenAnswer, type TokenEndpointParts } from './token-endpoint.js';

export interface OAuthServerParts extends TokenEndpointParts, InspectionParts {
  readonly store: TokenEndpointParts['store'] & InspectionParts['store'];
  readonly throttle: Throttle;
  readonly uses: Pick<UseRecorder, 'note'>;
}

/** An answer, and whose request it was. */
export interface Answered<Answer> {
  readonly answer: Answer;
  readonly caller: Caller;
}

/** `address`: the client's IP. Each @throws OAuthRefused, or what the store throws. */
export interface OAuthServer {
  issue(request: OAuthRequest, address: string | undefined): Promise<Answered<TokenAnswer>>;
  introspect(request: OAuthRequest, address: string | undefined): Promise<Answered<TokenDescription>>;
  revoke(request: OAuthRequest, address: string | undefined): Promise<Answered<undefined>>;
}

export function createOAuthServer(parts: OAuthServerParts): OAuthServer {
  const tokens = createTokenEndpoint(parts);
  const inspection = createInspection(parts);

  /**
   * The secret is checked first: it costs next to nothing, it cannot be guessed, and so nobody who knows a client id
   * can keep its owner out. Only wrong ones are counted, and are told to wait.
   */
  async function guarded<Answer>(
    request: OAuthRequest,
    address: string | undefined,
    work: Promise<Answered<Answer>>,
  ): Promise<Answered<Answer>> {
    try {
      const answered = await work;
      parts.uses.note(answered.caller.credential.id, address);
      return answered;
    } catch (error) {
      if (!(error instanceof OAuthRefused) || error.status !== 401) throw error;
      const seconds = await slowDown(parts.throttle, { address, identifier: identifierOf(request, address) });
      throw seconds === undefined ? error : tooMany(error, seconds);
    }
  }

  const ofClient = async (revoked: Promise<Client>): Promise<Answered<undefined>> => ({
    answer: undefined,
    caller: await revoked,
  });
  return {
    issue: (request, address) => guarded(request, address, tokens.issue(request)),
    introspect: (request, address) => guarded(request, address, inspection.introspect(request)),
    revoke: (request, address) => guarded(request, address, ofClient(inspection.revoke(request))),
  };
}

/** Counts a failure. Seconds to wait when there were too many; else undefined, perhaps after a while. */
async function slowDown(throttle: Throttle, attempt: Attempt): Promise<number | undefined> {
  throttle.failed(attempt);
  return throttle.attempt(attempt) ?? (await throttle.hold(attempt.address));
}

function tooMany({ notes }: OAuthRefused, seconds: number): OAuthRefused {
  const description = `Too many failed attempts: wait ${seconds} seconds, then try again with the right client secret.`;
  return new OAuthRefused('slow_down', description, { ...notes, retryAfter: seconds });
}

/** Who is claimed to ask. Those who claim to be nobody are not all one: they count by their address. */
function identifierOf({ authorization, form }: OAuthRequest, address: string | undefined): string {
  const id = form.get('client_id') ?? (authorization === undefined ? undefined : readBasic(authorization)?.id);
  return id === undefined ? `nobody:${address}` : `client:${id.slice(0, 100)}`;
}
