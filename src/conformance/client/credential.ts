/** How the run proves who it is: a bearer token, HTTP Basic, or OAuth 2.0 client credentials (RFC 6749 §4.4). */
import { CannotRun, type JsonObject } from '../model.js';
import type { Redactor } from './redact.js';
import type { Transport } from './transport.js';

export type Credential =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | {
      readonly kind: 'oauth';
      readonly clientId: string;
      readonly clientSecret: string;
      /** Absolute. */
      readonly tokenEndpoint: string;
      readonly scope?: string | undefined;
    };

/** A token is asked for again when so much of its life is left, in seconds. */
const MARGIN = 30;

/** Gives the value of the Authorization header. */
export class Authorizer {
  private token: Promise<{ header: string; until: number }> | undefined;

  constructor(
    private readonly credential: Credential,
    private readonly transport: Transport,
    private readonly redactor: Redactor,
    /** ms since 1970 */
    private readonly now: () => number,
  ) {
    if (credential.kind === 'bearer') redactor.add(credential.token);
    else if (credential.kind === 'oauth') redactor.add(credential.clientSecret);
    else {
      redactor.add(credential.password);
      redactor.add(`${credential.user}:${credential.password}`);
    }
  }

  get kind(): Credential['kind'] {
    return this.credential.kind;
  }

  /** @throws CannotRun when the token endpoint gives no token. */
  async header(): Promise<string> {
    const { credential } = this;
    if (credential.kind === 'bearer') return `Bearer ${credential.token}`;
    if (credential.kind === 'basic') {
      return `Basic ${Buffer.from(`${credential.user}:${credential.password}`).toString('base64')}`;
    }
    const held = await this.token;
    if (!held || held.until <= this.now()) this.token = this.requestToken(credential);
    return (await (this.token as NonNullable<typeof this.token>)).header;
  }

  private async requestToken(
    credential: Extract<Credential, { kind: 'oauth' }>,
  ): Promise<{ header: string; until: number }> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credential.clientId,
      client_secret: credential.clientSecret,
      ...(credential.scope && { scope: credential.scope }),
    });
    const { tokenEndpoint } = credential;
    const answer = await this.transport
      .send({
        method: 'POST',
        url: tokenEndpoint,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
        body: form.toString(),
      })
      .catch((cause: unknown) => {
        throw new CannotRun(`The token endpoint ${tokenEndpoint} could not be reached: ${messageOf(cause)}`, { cause });
      });
    const body = parse(answer.body);
    if (answer.status >= 300 || typeof body?.access_token !== 'string') {
      const code = typeof body?.error === 'string' ? ` (${body.error})` : '';
      throw new CannotRun(
        `The token endpoint ${tokenEndpoint} gave no token: it answered with status ${answer.status}${code}. Check client id, secret and scope.`,
      );
    }
    this.redactor.add(body.access_token);
    const lifetime = typeof body.expires_in === 'number' ? body.expires_in : 3600;
    return { header: `Bearer ${body.access_token}`, until: this.now() + Math.max(0, lifetime - MARGIN) * 1000 };
  }
}

function parse(text: string): JsonObject | undefined {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
