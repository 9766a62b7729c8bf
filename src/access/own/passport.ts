/** A passport strategy as an app's own authentication, without what passport does for pages: sessions, redirects, logins. */
import type { IncomingMessage } from 'node:http';
import { Passport, type Strategy } from 'passport';
import { ScimError } from '../../scim/errors.js';
import type { Scope } from '../principal.js';
import { AccessRefused } from '../refusal.js';
import type { AppPrincipal, Authenticate } from './authenticate.js';

/** Any strategy for passport. Its published types are not part of ours. */
export interface PassportStrategy {
  readonly name?: string | undefined;
  authenticate(...parameters: never[]): unknown;
}

/** What a user of the strategy is to a target. Each function may take its time, within `hookTimeout`. */
export interface PassportPrincipals<User> {
  /** Name of the tenant that the user belongs to; undefined: none, which is answered with 403. */
  tenantOf(user: User): string | undefined | Promise<string | undefined>;
  /** For people, in the history and the activity. */
  nameOf(user: User): string | Promise<string>;
  /** The user's id in the app, for the same places; `app:` and the name without it. */
  idOf?(user: User): string | Promise<string>;
  /** `scim:read` and `scim:write` without it. */
  scopesOf?(user: User): readonly Scope[] | Promise<readonly Scope[]>;
  /** Id of the SCIM user who is at /Me. */
  userOf?(user: User): string | undefined | Promise<string | undefined>;
}

/** How a strategy has decided. */
type Verdict<User> = { readonly user: User } | { readonly challenge: unknown; readonly status: unknown } | undefined;

const OPTIONS = { session: false };

/**
 * Makes the option `authenticate` of any strategy for passport: `authenticate: passportAuthentication(new BearerStrategy(…),
 * { tenantOf: (user) => user.account, nameOf: (user) => user.email })`. The strategy runs in a passport of its own, so that
 * it need not be registered, and what it writes to the request stays there. Success is the user; fail is 401, or 403, 400
 * and 429 where the strategy says so, with its challenge; pass is 401; error and a redirect are 503, and the reason is in
 * the log.
 */
export function passportAuthentication<User>(
  strategy: PassportStrategy,
  principals: PassportPrincipals<User>,
): Authenticate {
  const passport = new Passport();
  passport.use('app', catching(strategy) as Strategy);
  return async (request) => {
    const verdict = await decide<User>(passport, request);
    if (verdict === undefined) return undefined;
    if ('user' in verdict) return principalOf(verdict.user, principals);
    throw refusalOf(verdict.challenge, verdict.status);
  };
}

/** An asynchronous strategy that fails would otherwise be nobody's to catch. */
function catching(strategy: PassportStrategy): object {
  return Object.assign(Object.create(strategy) as Strategy, {
    authenticate(this: { error(error: unknown): void }, ...parameters: never[]): void {
      Promise.resolve(strategy.authenticate.apply(this, parameters)).catch((error: unknown) => this.error(error));
    },
  });
}

function decide<User>(passport: InstanceType<typeof Passport>, request: IncomingMessage): Promise<Verdict<User>> {
  return new Promise((resolve, reject) => {
    const decided = (error: unknown, user?: User | false | null, challenge?: unknown, status?: unknown): void => {
      if (error) reject(error);
      else resolve(user ? { user } : { challenge, status });
    };
    // What passport and the strategy put on a request is for pages, and the app may have a passport of its own.
    const own = Object.create(request) as IncomingMessage;
    const check = passport.authenticate('app', OPTIONS, decided) as (...parameters: unknown[]) => void;
    check(own, noResponse(reject), (error?: unknown) => (error ? reject(error) : resolve(undefined)));
  });
}

/** All that a strategy may do with a response is to redirect. */
function noResponse(reject: (error: Error) => void): object {
  return {
    setHeader: () => {},
    end: () => reject(new Error('the strategy redirects, which the client of an API cannot follow')),
  };
}

function refusalOf(given: unknown, status: unknown): ScimError {
  const challenges = (Array.isArray(given) ? given : [given]).filter((one) => typeof one === 'string');
  const reason = { failed: 'own authentication' };
  if (status === 400) return new ScimError('invalidSyntax', 'The credential is not well formed.');
  if (status === 403) return new AccessRefused('forbidden', undefined, { challenges, reason });
  if (status === 429) return new AccessRefused('tooManyRequests', undefined, { reason });
  return new AccessRefused('unauthorized', undefined, { challenges, reason });
}

async function principalOf<User>(user: User, principals: PassportPrincipals<User>): Promise<AppPrincipal> {
  const tenant = await principals.tenantOf(user);
  if (tenant === undefined) {
    throw new AccessRefused('forbidden', undefined, { reason: { failed: 'own authentication', expected: 'a tenant' } });
  }
  const [name, id, scopes, me] = await Promise.all([
    principals.nameOf(user),
    principals.idOf?.(user),
    principals.scopesOf?.(user),
    principals.userOf?.(user),
  ]);
  return { tenant, name, id, scopes, user: me };
}
