/**
 * Single sign-on of admins by OpenID Connect: authorization code with PKCE, state and nonce, through openid-client.
 * Knows: who of those that the provider vouches for is an admin here. Does not know: cookies, routes, sessions.
 * Nobody becomes an admin by it alone: who comes must have been invited, under an email that the provider has verified.
 */
import type { Configuration, IDToken } from 'openid-client';
import type { Admin, Store } from '../store/store.js';
import { isSameEmail } from './admins.js';
import { actorOf, audit } from './audit.js';
import type { AccessLog } from './authenticate.js';
import type { Invitations } from './invitations.js';
import { seal, sealingKey, unseal } from './seal.js';
import { SignInRefused, welcome } from './sign-in.js';
import type { RandomBytes } from './token.js';

/** Why somebody does not come in, as the page is told in `?problem=`. */
export type SsoProblem = 'not-invited' | 'disabled' | 'unverified' | 'expired' | 'state' | 'denied' | 'unreachable';

/** Milliseconds that signing in at the provider may take. */
export const SSO_TIMEOUT = 10 * 60_000;

/** Seconds that one answer of the provider may take. */
const ANSWER_TIMEOUT = 10;

export class SsoRefused extends Error {
  constructor(
    readonly problem: SsoProblem,
    options?: { cause?: unknown },
  ) {
    super(`single sign-on: ${problem}`, options);
    this.name = 'SsoRefused';
  }
}

export interface SsoParts {
  readonly store: Pick<
    Store,
    'adminByEmail' | 'adminBySubject' | 'updateAdmin' | 'appendAudit' | 'tenantById' | 'secret'
  >;
  readonly invitations: Pick<Invitations, 'acceptByEmail'>;
  /** One for which isIssuerTaken() holds. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly label: string;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  readonly randomBytes: RandomBytes;
  readonly log: AccessLog;
}

/** What must be the same when the browser comes back. */
interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** ISO 8601 UTC. */
  readonly started: string;
}

/** Single sign-on at one issuer. One for the life of a target. */
export class SingleSignOn {
  private found: Promise<Configuration> | undefined;

  constructor(private readonly parts: SsoParts) {}

  /** What the button says. */
  get label(): string {
    return this.parts.label;
  }

  /**
   * Where to send the browser, and what it must bring back: sealed, so that nobody but this server reads or makes it.
   * @throws SsoRefused
   */
  async start(redirectUri: string): Promise<{ location: string; sealed: string }> {
    const client = await import('openid-client');
    const config = await this.configuration();
    const pending: Pending = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      started: this.parts.clock(),
    };
    const location = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid email profile',
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
    });
    return { location: location.href, sealed: seal({ ...pending }, await this.key(), this.parts.randomBytes) };
  }

  /**
   * The admin who comes back. `url`: that of the callback, as the provider was told it, with the query that came.
   * @throws SsoRefused
   */
  async finish(url: URL, sealed: string | undefined, address: string | undefined): Promise<Admin> {
    const pending = sealed === undefined ? undefined : (unseal(sealed, await this.key()) as Pending | undefined);
    if (!pending || url.searchParams.get('state') !== pending.state) throw new SsoRefused('state');
    if (Date.parse(this.parts.clock()) - Date.parse(pending.started) > SSO_TIMEOUT) throw new SsoRefused('expired');
    const claims = await this.redeem(url, pending);
    const admin = await this.adminOf(claims, address);
    try {
      return await welcome(this.parts, admin, address, 'single sign-on');
    } catch (error) {
      if (error instanceof SignInRefused) throw new SsoRefused('disabled', { cause: error });
      throw error;
    }
  }

  private async redeem(url: URL, { state, nonce, verifier }: Pending): Promise<IDToken> {
    const client = await import('openid-client');
    const config = await this.configuration();
    try {
      const tokens = await client.authorizationCodeGrant(config, url, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      return tokens.claims() as IDToken;
    } catch (cause) {
      throw new SsoRefused(isUnreachable(cause) ? 'unreachable' : 'denied', { cause });
    }
  }

  /** By the subject that was bound; or once by email, of an admin or of somebody who is invited, which binds it. */
  private async adminOf(claims: IDToken, address: string | undefined): Promise<Admin> {
    const subject = `${claims.iss} ${claims.sub}`;
    const bound = await this.parts.store.adminBySubject(subject);
    if (bound) return bound;
    const emails = verifiedEmails(claims, this.parts.issuer);
    for (const email of emails) {
      const admin =
        (await this.bind(email, subject, claims, address)) ?? (await this.accept(email, subject, claims, address));
      if (admin) return admin;
    }
    throw new SsoRefused(emails.length === 0 ? 'unverified' : 'not-invited');
  }

  /** Ties an admin to the person, unless the account is tied already: then it is somebody else who has the address now. */
  private async bind(
    email: string,
    subject: string,
    { iss: issuer }: IDToken,
    address: string | undefined,
  ): Promise<Admin | undefined> {
    const { store, clock } = this.parts;
    const admin = await store.adminByEmail(email);
    if (!admin || admin.subject !== undefined || !isSameEmail(admin.email, email)) return undefined;
    await store.updateAdmin(admin.id, { subject });
    const entry = { time: clock(), actor: actorOf(admin), address, target: admin.email, details: { issuer } };
    await audit(store, { ...entry, action: 'admin.bind' });
    return { ...admin, subject };
  }

  /** Makes an admin of somebody who is invited; one without a password. */
  private async accept(
    email: string,
    subject: string,
    { iss: issuer, name }: IDToken,
    address: string | undefined,
  ): Promise<Admin | undefined> {
    const { store, invitations, clock } = this.parts;
    if (await store.adminByEmail(email)) return undefined;
    const admin = await invitations.acceptByEmail(email, { subject, name: typeof name === 'string' ? name : email });
    if (!admin) return undefined;
    const details = { role: admin.role, issuer };
    const entry = { time: clock(), actor: actorOf(admin), address, target: admin.email, details };
    await audit(store, { ...entry, action: 'invitation.accept' });
    return admin;
  }

  /** What the issuer says of itself, asked once; again after a failure. @throws SsoRefused */
  private async configuration(): Promise<Configuration> {
    this.found ??= this.discover();
    try {
      return await this.found;
    } catch (cause) {
      this.found = undefined;
      throw new SsoRefused('unreachable', { cause });
    }
  }

  private async discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.parts;
    const client = await import('openid-client');
    const authentication = clientSecret === undefined ? client.None() : client.ClientSecretPost(clientSecret);
    return client.discovery(new URL(issuer), clientId, undefined, authentication, {
      timeout: ANSWER_TIMEOUT,
      // The signature of the ID token counts, not only the TLS connection that it came over.
      execute: [
        client.enableNonRepudiationChecks,
        ...(issuer.startsWith('http:') ? [client.allowInsecureRequests] : []),
      ],
    });
  }

  /** The same for all processes on one store, so that the browser may come back to another of them. */
  private async key(): Promise<Buffer> {
    const secret = await this.parts.store.secret('sso', Buffer.from(this.parts.randomBytes(32)).toString('hex'));
    return sealingKey(secret);
  }
}

/**
 * The addresses that the provider vouches for. Entra has no `email_verified`: there the addresses of the people of one
 * directory, which the issuer names, are given by whoever manages it. An issuer for all directories (`common`) signs what
 * each of them says, as that one's: anybody makes a directory, and gives its people the addresses of others.
 * @param issuer the one that is asked, SsoParts.issuer
 */
export function verifiedEmails(
  claims: Pick<IDToken, 'iss'> & { readonly [claim: string]: unknown },
  issuer: string,
): string[] {
  if (new URL(claims.iss).href !== new URL(issuer).href) return [];
  const { email, email_verified: isVerified, preferred_username: name } = claims;
  const all = isEntra(claims.iss) ? [email, name] : isVerified === true ? [email] : [];
  return [...new Set(all.filter((value) => typeof value === 'string' && value.includes('@')))] as string[];
}

/** Of Microsoft's personal accounts: anybody makes one, and gives it the addresses they like. */
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad';

/** One directory of Entra: its issuer ends with the id of the directory, which no other directory can claim. */
function isEntra(issuer: string): boolean {
  const [, directory] =
    /^https:\/\/(?:login\.microsoftonline\.(?:com|us)|login\.partner\.microsoftonline\.cn)\/([0-9a-f-]{36})\/v2\.0$/i.exec(
      issuer,
    ) ?? [];
  return directory !== undefined && directory.toLowerCase() !== PERSONAL;
}

/** Whether an issuer may be asked: by https, or by plain http on this machine where that is allowed. */
export function isIssuerTaken(issuer: string, allowsHttp: boolean): boolean {
  const { protocol, hostname } = new URL(issuer);
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
  return protocol === 'https:' || (allowsHttp && isLoopback);
}

/** What fetch throws when there is no answer, and answers of a server that is in trouble. */
function isUnreachable(error: unknown): boolean {
  const { name, cause, status } = error as { name?: unknown; cause?: unknown; status?: unknown };
  if (name === 'TimeoutError' || name === 'AbortError' || (typeof status === 'number' && status >= 500)) return true;
  if (cause instanceof Response) return cause.status >= 500;
  return error instanceof TypeError || (cause !== undefined && cause !== error && isUnreachable(cause ?? {}));
}
