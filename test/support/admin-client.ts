/** Somebody at the admin API: a browser with its session and CSRF token, or a script with an admin token. */
import type { Server } from 'node:http';
import supertest, { type Response } from 'supertest';
import { expect } from 'vitest';
import type { Role } from '../../src/access/roles.js';
import type { IssuedAdminToken, IssuedCredential, NewCredential, SessionView } from '../../src/http/admin/messages.js';
import type { Suite } from './target.js';

/** Of all admins here. */
export const PASSWORD = 'violet tram over seven lakes';

type Headers = Readonly<Record<string, string>>;

export class AdminClient {
  /** `name=value` */
  cookie: string | undefined;
  csrf: string | undefined;
  /** An admin token, in place of a session. */
  token: string | undefined;

  constructor(private readonly server: Server) {}

  get(path: string, headers: Headers = {}): Promise<Response> {
    return this.send('get', path, undefined, headers);
  }

  post(path: string, body: unknown = {}, headers: Headers = {}): Promise<Response> {
    return this.send('post', path, body, headers);
  }

  put(path: string, body: unknown, headers: Headers = {}): Promise<Response> {
    return this.send('put', path, body, headers);
  }

  patch(path: string, body: unknown, headers: Headers = {}): Promise<Response> {
    return this.send('patch', path, body, headers);
  }

  delete(path: string, body?: unknown, headers: Headers = {}): Promise<Response> {
    return this.send('delete', path, body, headers);
  }

  /** `headers` come after those of the client. */
  async send(
    method: 'get' | 'post' | 'put' | 'patch' | 'delete',
    path: string,
    body: unknown,
    headers: Headers,
  ): Promise<Response> {
    const request = supertest(this.server)[method](`/admin/api${path}`).redirects(0);
    if (this.cookie) request.set('Cookie', this.cookie);
    if (this.token) request.set('Authorization', `Bearer ${this.token}`);
    if (this.csrf && method !== 'get') request.set('X-CSRF-Token', this.csrf);
    if (body !== undefined) request.set('Content-Type', 'application/json');
    request.set(headers);
    const response = await (body === undefined ? request : request.send(JSON.stringify(body)));
    this.keep(response);
    return response;
  }

  /** As a browser does with cookies. */
  private keep({ headers }: Response): void {
    const cookies = headers['set-cookie'] as unknown as string[] | undefined;
    const [session] = (cookies ?? []).filter((cookie) => /^(?:__Host-)?scim-admin=/.test(cookie));
    if (session === undefined) return;
    const [pair = ''] = session.split(';', 1);
    this.cookie = pair.endsWith('=') ? undefined : pair;
  }

  async signIn(email: string, password = PASSWORD): Promise<SessionView> {
    const response = await this.post('/session', { email, password });
    expect(response.status, response.text).toBe(200);
    return this.keepSession(response);
  }

  /** Takes the CSRF token of an answer that has begun a session. */
  keepSession(response: Response): SessionView {
    const session = response.body as SessionView;
    this.csrf = session.csrf;
    return session;
  }

  /** Issues a credential, which must succeed. */
  async issue(tenant: string, wanted: Partial<NewCredential> = {}): Promise<IssuedCredential> {
    const body = { kind: 'token', name: 'Entra', scopes: ['scim:read', 'scim:write'], expires: null, ...wanted };
    const response = await this.post(`/tenants/${tenant}/credentials`, body);
    expect(response.status, response.text).toBe(201);
    return response.body as IssuedCredential;
  }

  /** A script with a token that this admin makes. */
  async script(role: Role, tenant: string | null = null): Promise<AdminClient> {
    const response = await this.post('/tokens', { name: `a ${role}`, role, tenant, expires: null });
    expect(response.status, response.text).toBe(201);
    const client = new AdminClient(this.server);
    client.token = (response.body as IssuedAdminToken).secret;
    return client;
  }
}

let people = 0;

/** A browser in which a new admin has signed in. `tenant`: the name of their only one. */
export async function adminOf(
  suite: Pick<Suite, 'target' | 'server'>,
  role: Role = 'owner',
  tenant?: string,
): Promise<{ client: AdminClient; session: SessionView; email: string }> {
  const client = new AdminClient(suite.server);
  const email = `admin-${++people}@example.com`;
  const { token } = await suite.target.inviteAdmin({ email, role, ...(tenant && { tenant }) });
  const accepted = await client.post('/invitation/accept', {
    token,
    email,
    name: `Admin ${people}`,
    password: PASSWORD,
  });
  expect(accepted.status, accepted.text).toBe(200);
  return { client, session: client.keepSession(accepted), email };
}
