/**
 * Authentication that is the app's: from a request to a Principal by the app's own means, in place of our credentials.
 * Knows: what the app may answer, what is made of a refusal. Does not know: how the app finds out who is calling.
 */
import type { IncomingMessage } from 'node:http';
import { ScimError } from '../../scim/errors.js';
import { isObject, type Json } from '../../scim/json.js';
import type { Store, Tenant } from '../../store/store.js';
import type { AuthenticationRequest, Authenticator } from '../authenticate.js';
import { type AccessLog, REFUSALS } from '../presented.js';
import { DEFAULT_SCOPES, isScope, type Principal, SCOPES, type Scope } from '../principal.js';
import { AccessRefused, bearerChallenge } from '../refusal.js';
import type { Throttle } from '../throttle.js';

/** Who is calling, as an app knows it. */
export interface AppPrincipal {
  /** Tenant.name: lower-case letters, digits, `.`, `_` and `-`, 63 at most. */
  readonly tenant: string;
  /** For people: in the history, the activity and events. At most 200 characters. */
  readonly name: string;
  /** The caller's id in the app, for the same places; `app:` and the name without it. At most 200 characters. */
  readonly id?: string | undefined;
  /** `scim:read` and `scim:write` without it. */
  readonly scopes?: readonly Scope[] | undefined;
  /** Id of the user of the tenant who is at /Me; nobody without it. */
  readonly user?: string | undefined;
}

/**
 * Says who is calling, or undefined when nobody knows: then the answer is 401 with a Bearer challenge. A ScimError that it
 * throws is the answer, an AccessError 404 or 403; whatever else it throws or answers, and more time than `hookTimeout`,
 * is 503, and the reason is in the log. It is given the request as the app's own middlewares have left it (an Express
 * request), must not read its body, and is asked again when the body of a request is long in coming.
 */
export type Authenticate<Request = IncomingMessage> = (
  request: Request,
) => AppPrincipal | undefined | Promise<AppPrincipal | undefined>;

export interface OwnAuthenticationParts {
  readonly store: Pick<Store, 'tenantByName'>;
  readonly log: AccessLog;
  readonly throttle: Throttle;
  /** Asks the app, with its time limit; what comes out of it is a ScimError, or what the app has answered. */
  readonly ask: (incoming: unknown) => Promise<unknown>;
  /** Makes a tenant that is not there; without it there are no others than those that were made before. */
  readonly createTenant?: ((name: string) => Promise<Tenant>) | undefined;
}

/** Characters of a name or an id. */
const LONGEST = 200;

/** An authenticator that asks the app. */
export function createOwnAuthenticator(parts: OwnAuthenticationParts): Authenticator {
  return {
    authenticate: async (request) => {
      const answer = await parts.ask(request.incoming).catch((error: unknown) => refuse(parts, request, error));
      if (answer === undefined) return refuse(parts, request, unknownCaller());
      const caller = readPrincipal(answer);
      const tenant = await tenantOf(parts, caller.tenant);
      const { name, id = `app:${name}`, scopes = DEFAULT_SCOPES, user } = caller;
      const principal: Principal = { tenant, credential: { id, name, kind: 'app' }, scopes: new Set(scopes), user };
      if (tenant.disabled !== undefined) throw disabled(principal);
      return principal;
    },
  };
}

/** @throws always: what the client is told, after the log has learned of it and guessing was slowed */
async function refuse(
  { store, log, throttle }: OwnAuthenticationParts,
  { address, tenant: nameInPath, log: own = log }: AuthenticationRequest,
  refusal: unknown,
): Promise<never> {
  if (!(refusal instanceof ScimError) || refusal.kind !== 'unauthorized') throw refusal;
  const given = refusal instanceof AccessRefused ? refusal : undefined;
  const reason = given?.reason ?? { failed: 'own authentication' };
  own.warn({ reason: reason.failed }, 'authentication refused');
  // Where the app looks for a credential is not known here, so whoever is refused may have presented one.
  throttle.failed({ address });
  const ofPath = nameInPath === undefined ? undefined : await store.tenantByName(nameInPath);
  const about = { reason, tenant: given?.tenant ?? ofPath?.id };
  const retryAfter = await throttle.hold(address);
  if (retryAfter !== undefined) {
    throw new AccessRefused('tooManyRequests', REFUSALS['too many failures'], { ...about, retryAfter });
  }
  const challenges = given?.challenges.length ? given.challenges : [bearerChallenge()];
  throw new AccessRefused('unauthorized', refusal.detail, { ...about, challenges });
}

function unknownCaller(): AccessRefused {
  return new AccessRefused('unauthorized', undefined);
}

/** @throws AccessRefused notFound: who else is served is nobody's business */
async function tenantOf({ store, createTenant }: OwnAuthenticationParts, name: string): Promise<Tenant> {
  const tenant = await store.tenantByName(name);
  if (tenant) return tenant;
  if (createTenant) return createTenant(name);
  const reason = { failed: 'own authentication', expected: 'a tenant that exists', came: name.slice(0, LONGEST) };
  throw new AccessRefused('notFound', undefined, { reason });
}

function disabled({ tenant, credential }: Principal): AccessRefused {
  const reason = {
    failed: 'tenant disabled',
    expected: { tenant: 'enabled' },
    came: { tenant: 'disabled', since: tenant.disabled },
    credential: { ...credential },
  };
  return new AccessRefused('forbidden', REFUSALS['tenant disabled'], { reason, tenant: tenant.id });
}

/** @throws ScimError unavailable for what is no AppPrincipal; the log says what is wrong with it */
function readPrincipal(answer: unknown): AppPrincipal {
  const given = answer as Json;
  if (!isObject(given)) return cannotUse('it returns undefined, or an object with tenant and name');
  const { tenant, name, id, scopes, user, ...more } = given;
  // `scope` written for `scopes` would let its caller do more than was meant.
  if (Object.keys(more).length > 0) return cannotUse(`there is no ${Object.keys(more)[0]} in what it returns`);
  if (typeof tenant !== 'string' || tenant === '') return cannotUse('tenant must be the name of a tenant');
  if (!isLabel(name)) return cannotUse(`name must be a text of 1 to ${LONGEST} characters`);
  if (id !== undefined && !isLabel(id)) return cannotUse(`id must be a text of 1 to ${LONGEST} characters`);
  if (user !== undefined && !isLabel(user)) return cannotUse('user must be the id of a user');
  if (
    scopes !== undefined &&
    !(Array.isArray(scopes) && scopes.every((one) => typeof one === 'string' && isScope(one)))
  ) {
    return cannotUse(`scopes must be an array of some of ${Object.keys(SCOPES).join(', ')}`);
  }
  return answer as AppPrincipal;
}

function isLabel(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST;
}

/** @throws ScimError unavailable, always */
function cannotUse(problem: string): never {
  const cause = new Error(`authenticate answered what cannot be used: ${problem}`);
  throw new ScimError('unavailable', 'Who is calling could not be found out; try again later.', { cause });
}
