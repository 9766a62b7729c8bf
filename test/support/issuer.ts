/**
 * A token issuer on 127.0.0.1 with real keys: discovery, JWKS, and JWTs with whatever claims a test wants. It is an OpenID
 * provider for sign-in as well: /authorize sends the configured person back at once.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export type IssuerAlg = 'RS256' | 'ES256' | 'EdDSA' | 'PS256';

interface IssuerKey {
  readonly kid: string;
  readonly alg: IssuerAlg;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** What the header of a token says, and which key signs it. */
export interface Signing {
  /** The first key of this algorithm signs; RS256 without it. */
  readonly alg?: IssuerAlg;
  /** Said in place of the key's own; null: not said. */
  readonly kid?: string | null;
}

/** Who signs in at /authorize. */
export interface Person {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly [claim: string]: unknown;
}

interface Code {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly nonce: string | null;
  readonly challenge: string | null;
}

export class TestIssuer {
  /** How often each endpoint was asked. */
  readonly counts = { discovery: 0, keys: 0, authorize: 0, token: 0 };
  /** True: every request is answered with 503. */
  isDown = false;
  /** Set: discovery redirects there. */
  redirect: string | undefined;
  /** Claims of the discovery document that differ. */
  document: Record<string, unknown> = {};
  /** Who signs in. */
  person: Person = { sub: 'ann', email: 'ann@example.com', email_verified: true, name: 'Ann' };
  /** Client id and secret of whoever lets people sign in here. */
  readonly client = { id: 'the-server', secret: 'a secret of the test issuer' };
  private keys: readonly IssuerKey[] = [];
  private readonly codes = new Map<string, Code>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TestIssuer> {
    const server = createServer();
    const issuer = new TestIssuer(server);
    server.on('request', (request, response) => {
      issuer.handle(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    await issuer.rotate();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return issuer;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** `127.0.0.1:PORT` */
  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get origin(): string {
    return `http://${this.host}`;
  }

  /** The claim `iss`; it has a path, as Entra's has. */
  get issuer(): string {
    return `${this.origin}/directory/v2.0`;
  }

  /** Keys of the present, one for each algorithm; those of before are gone. */
  async rotate(): Promise<void> {
    const algs: readonly IssuerAlg[] = ['RS256', 'ES256', 'EdDSA', 'PS256'];
    this.keys = await Promise.all(algs.map(newKey));
  }

  /** The public key as it is published. */
  jwk(alg: IssuerAlg = 'RS256'): JWK {
    return this.key(alg).publicJwk;
  }

  /** A token, good for 65 minutes from `now` (milliseconds since 1970). A claim that is undefined is not in it. */
  issue(claims: JWTPayload = {}, signing: Signing = {}, now = Date.now()): Promise<string> {
    const { alg, kid, privateKey } = this.key(signing.alg ?? 'RS256');
    const seconds = Math.floor(now / 1_000);
    const all = { iss: this.issuer, iat: seconds, nbf: seconds, exp: seconds + 3_900, ...claims };
    const said = signing.kid === null ? {} : { kid: signing.kid ?? kid };
    return new SignJWT(all).setProtectedHeader({ alg, typ: 'JWT', ...said }).sign(privateKey);
  }

  private key(alg: IssuerAlg): IssuerKey {
    const key = this.keys.find((one) => one.alg === alg);
    if (!key) throw new Error(`the issuer has no key for ${alg}`);
    return key;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const [endpoint, answer] = this.find(url.pathname);
    if (!endpoint || !answer) {
      response.writeHead(404).end();
      return;
    }
    this.counts[endpoint]++;
    if (this.isDown) response.writeHead(503).end('{}');
    else await answer(url, request, response);
  }

  private find(path: string): [keyof TestIssuer['counts'], Answer] | [] {
    if (path.endsWith('/.well-known/openid-configuration')) return ['discovery', this.discovery];
    if (path === '/keys') return ['keys', this.publish];
    if (path === '/authorize') return ['authorize', this.authorize];
    return path === '/token' ? ['token', this.token] : [];
  }

  private readonly discovery: Answer = async (_url, _request, response) => {
    if (this.redirect !== undefined) {
      response.writeHead(302, { Location: this.redirect }).end();
      return;
    }
    sendJson(response, 200, {
      issuer: this.issuer,
      jwks_uri: `${this.origin}/keys`,
      authorization_endpoint: `${this.origin}/authorize`,
      token_endpoint: `${this.origin}/token`,
      response_types_supported: ['code'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      ...this.document,
    });
  };

  private readonly publish: Answer = async (_url, _request, response) => {
    sendJson(response, 200, { keys: this.keys.map(({ publicJwk }) => publicJwk) });
  };

  private readonly authorize: Answer = async ({ searchParams }, _request, response) => {
    const code = randomBytes(16).toString('hex');
    const redirectUri = searchParams.get('redirect_uri') ?? '';
    this.codes.set(code, {
      clientId: searchParams.get('client_id') ?? '',
      redirectUri,
      nonce: searchParams.get('nonce'),
      challenge: searchParams.get('code_challenge'),
    });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', searchParams.get('state') ?? '');
    response.writeHead(302, { Location: back.href }).end();
  };

  /** RFC 6749 §4.1.3 with PKCE (RFC 7636 §4.6). */
  private readonly token: Answer = async (_url, request, response) => {
    const form = new URLSearchParams(await readText(request));
    const code = this.codes.get(form.get('code') ?? '');
    this.codes.delete(form.get('code') ?? '');
    const verified = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight =
      code !== undefined &&
      this.isClient(request, form) &&
      code.clientId === this.client.id &&
      code.redirectUri === form.get('redirect_uri') &&
      (code.challenge === null || code.challenge === verified);
    if (!isRight) {
      sendJson(response, 400, { error: 'invalid_grant' });
      return;
    }
    const nonce = code.nonce === null ? {} : { nonce: code.nonce };
    const idToken = await this.issue({ aud: this.client.id, ...nonce, ...this.person });
    sendJson(response, 200, { access_token: 'unused', token_type: 'Bearer', expires_in: 60, id_token: idToken });
  };

  private isClient({ headers }: IncomingMessage, form: URLSearchParams): boolean {
    const basic = Buffer.from(headers.authorization?.replace(/^basic /i, '') ?? '', 'base64').toString();
    const [id, secret] = headers.authorization
      ? basic.split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
      : [form.get('client_id'), form.get('client_secret')];
    return id === this.client.id && secret === this.client.secret;
  }
}

type Answer = (url: URL, request: IncomingMessage, response: ServerResponse) => Promise<void>;

let made = 0;

async function newKey(alg: IssuerAlg): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const kid = `key-${++made}`;
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
