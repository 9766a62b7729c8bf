import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createScimTarget } from '../../../src/target.js';
import { AdminClient, adminOf, PASSWORD } from '../../support/admin-client.js';
import { TestIssuer } from '../../support/issuer.js';
import { describeOnEach, Suite } from '../../support/target.js';

let now = Date.now();
let people = 0;

describeOnEach('single sign-on', (engine) => {
  let issuer: TestIssuer;
  let suite: Suite;

  beforeAll(async () => {
    issuer = await TestIssuer.start();
    suite = new Suite(engine, {
      clock: () => new Date(now),
      issuerPrivate: 'allow',
      ssoIssuer: issuer.issuer,
      ssoClientId: issuer.client.id,
      ssoClientSecret: issuer.client.secret,
      ssoLabel: 'Sign in with Contoso',
    });
    await suite.start();
  });
  afterAll(async () => {
    await suite.stop();
    await issuer.stop();
  });
  beforeEach(() => {
    now = Date.now();
    issuer.isDown = false;
  });

  /** A browser that goes where it is sent, with its cookies. */
  class Browser {
    readonly jar = new Map<string, string>();

    async go(address: string): Promise<Response> {
      const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(new URL(address, suite.origin), {
        redirect: 'manual',
        headers: cookie === '' ? {} : { Cookie: cookie },
      });
      for (const line of response.headers.getSetCookie()) {
        const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/);
        if (value === '') this.jar.delete(name);
        else this.jar.set(name, value);
      }
      return response;
    }

    /** Where it ends, following one step after the other up to the page. */
    async signIn(): Promise<string> {
      return this.follow('/admin/api/sso/start');
    }

    async follow(address: string): Promise<string> {
      let at = address;
      for (let step = 0; step < 5; step++) {
        const response = await this.go(at);
        if (response.status < 300 || response.status >= 400) return `${at} ${response.status}`;
        at = response.headers.get('location') as string;
        const { origin, pathname, search } = new URL(at, suite.origin);
        if (origin === suite.origin && !pathname.startsWith('/admin/api')) return pathname + search;
      }
      return at;
    }

    /** At the provider, just before it sends the browser back. */
    async callback(): Promise<URL> {
      const atProvider = (await this.go('/admin/api/sso/start')).headers.get('location') as string;
      return new URL((await this.go(atProvider)).headers.get('location') as string);
    }

    async session(): Promise<{ email: string } | undefined> {
      const response = await this.go('/admin/api/session');
      return response.status === 200 ? ((await response.json()) as { admin: { email: string } }).admin : undefined;
    }
  }

  const newPerson = (claims: object = {}) => {
    people += 1;
    issuer.person = { sub: `person-${people}`, email: `person-${people}@example.com`, email_verified: true, ...claims };
    return issuer.person as { sub: string; email: string };
  };

  async function invitedPerson(claims: object = {}) {
    const guest = await adminOf(suite, 'viewer');
    newPerson({ email: guest.email, ...claims });
    return guest;
  }

  test('is offered with its label', async () => {
    expect((await new AdminClient(suite.server).get('/config')).body).toMatchObject({ sso: 'Sign in with Contoso' });
  });

  test('an admin comes in by their verified email the first time, and is tied to the person then', async () => {
    const guest = await invitedPerson();
    const browser = new Browser();
    expect(await browser.signIn()).toBe('/admin/');
    expect(await browser.session()).toMatchObject({ email: guest.email, usesSso: true, hasPassword: true });
    const admin = await suite.target.store.adminByEmail(guest.email);
    expect(admin?.subject).toBe(`${issuer.issuer} ${issuer.person.sub}`);
    // From then on it is the person who counts, whatever the address.
    issuer.person = { ...issuer.person, email: 'renamed@example.com', email_verified: false };
    const later = new Browser();
    expect(await later.signIn()).toBe('/admin/');
    expect(await later.session()).toMatchObject({ email: guest.email });
    const { items } = (await (await adminOf(suite)).client.get('/audit?action=admin.bind&limit=1')).body;
    expect(items).toMatchObject([{ actor: { name: guest.email }, details: { issuer: issuer.issuer } }]);
  });

  test('the session is the browser’s own, and what was kept for the way is gone', async () => {
    await invitedPerson();
    const browser = new Browser();
    await browser.signIn();
    expect([...browser.jar.keys()]).toEqual(['scim-admin']);
  });

  test('another person who has the address of a tied account now does not get it', async () => {
    const guest = await invitedPerson();
    await new Browser().signIn();
    newPerson({ email: guest.email });
    const browser = new Browser();
    expect(await browser.signIn()).toBe('/admin/signin?problem=not-invited');
    expect(await browser.session()).toBeUndefined();
  });

  test.each(['ı', 'ſ', '\u212a'])(
    'a verified address that only looks like that of an admin, with %s, is another one',
    async (letter) => {
      const plain = { ı: 'i', ſ: 's', '\u212a': 'k' }[letter] as string;
      const email = `${plain}-${suite.engine.slice(0, 3)}@example.com`;
      await suite.target.inviteAdmin({ email, role: 'owner' });
      newPerson({ email: email.replace(plain, letter) });
      expect(await new Browser().signIn()).toBe('/admin/signin?problem=not-invited');
      const { client } = await adminOf(suite);
      const { token } = await suite.target.inviteAdmin({ email: `x${email}`, role: 'owner' });
      await client.post('/invitation/accept', { token, email: `x${email}`, name: 'Ann', password: PASSWORD });
      newPerson({ email: `x${email}`.replace(plain, letter) });
      expect(await new Browser().signIn()).toBe('/admin/signin?problem=not-invited');
    },
  );

  test('somebody whom nobody has invited becomes no admin', async () => {
    const person = newPerson();
    const browser = new Browser();
    expect(await browser.signIn()).toBe('/admin/signin?problem=not-invited');
    expect(await browser.session()).toBeUndefined();
    expect(await suite.target.store.adminByEmail(person.email)).toBeUndefined();
  });

  test.each([
    [{ email_verified: false }],
    [{ email_verified: undefined }],
    [{ email: undefined }],
    [{ email_verified: 'true' }],
  ])('an address that the provider has not verified opens nothing: %j', async (claims) => {
    const guest = await invitedPerson(claims);
    issuer.person = { ...issuer.person, preferred_username: guest.email };
    expect(await new Browser().signIn()).toBe('/admin/signin?problem=unverified');
  });

  test('a disabled admin stays out', async () => {
    const guest = await invitedPerson();
    await suite.target.store.updateAdmin(guest.session.admin.id, { disabled: new Date(now).toISOString() });
    const browser = new Browser();
    expect(await browser.signIn()).toBe('/admin/signin?problem=disabled');
    expect(await browser.session()).toBeUndefined();
  });

  test('the way back counts in the browser that went there, with the state it took along, within ten minutes', async () => {
    await invitedPerson();
    const browser = new Browser();
    const back = await browser.callback();
    expect(await new Browser().follow(back.href)).toBe('/admin/signin?problem=state');
    const forged = new URL(back);
    forged.searchParams.set('state', 'another');
    const sealed = browser.jar.get('scim-admin-sso') as string;
    expect(await browser.follow(forged.href)).toBe('/admin/signin?problem=state');
    // Refused, and forgotten.
    expect(browser.jar.has('scim-admin-sso')).toBe(false);
    browser.jar.set('scim-admin-sso', `${sealed.slice(0, -2)}AA`);
    expect(await browser.follow(back.href)).toBe('/admin/signin?problem=state');
    browser.jar.set('scim-admin-sso', sealed);
    now += 11 * 60_000;
    expect(await browser.follow(back.href)).toBe('/admin/signin?problem=expired');
  });

  test('a code counts once', async () => {
    await invitedPerson();
    const browser = new Browser();
    const back = await browser.callback();
    const sealed = browser.jar.get('scim-admin-sso') as string;
    expect(await browser.follow(back.href)).toBe('/admin/');
    browser.jar.set('scim-admin-sso', sealed);
    expect(await browser.follow(back.href)).toBe('/admin/signin?problem=denied');
  });

  test.each([
    ['for another client', { aud: 'another-client' }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['with another nonce', { nonce: 'another' }],
    ['that has expired', { exp: 1_000_000_000 }],
  ])('an ID token %s is refused', async (_what, claims) => {
    await invitedPerson(claims);
    expect(await new Browser().signIn()).toBe('/admin/signin?problem=denied');
  });

  test('a provider that refuses sends back to the sign-in page', async () => {
    await invitedPerson();
    const browser = new Browser();
    const back = await browser.callback();
    back.searchParams.delete('code');
    back.searchParams.set('error', 'access_denied');
    expect(await browser.follow(back.href)).toBe('/admin/signin?problem=denied');
  });

  test('a provider that is away is said to be, and is asked again the next time', async () => {
    await invitedPerson();
    const browser = new Browser();
    const back = await browser.callback();
    issuer.isDown = true;
    expect(await browser.follow(back.href)).toBe('/admin/signin?problem=unreachable');
    const fresh = new Suite(engine, {
      issuerPrivate: 'allow',
      ssoIssuer: issuer.issuer,
      ssoClientId: issuer.client.id,
      ssoClientSecret: issuer.client.secret,
    });
    await fresh.start();
    try {
      const start = () => fetch(`${fresh.origin}/admin/api/sso/start`, { redirect: 'manual' });
      expect((await start()).headers.get('location')).toBe(`${fresh.origin}/admin/signin?problem=unreachable`);
      issuer.isDown = false;
      expect((await start()).headers.get('location')).toContain(`${issuer.origin}/authorize?`);
    } finally {
      await fresh.stop();
    }
  });

  test('nothing secret of it is in the log', async () => {
    await invitedPerson();
    const browser = new Browser();
    const back = await browser.callback();
    const secrets = [back.searchParams.get('code'), browser.jar.get('scim-admin-sso'), issuer.client.secret];
    await browser.follow(back.href);
    for (const secret of secrets) expect(suite.logText).not.toContain(secret);
  });
});

describe('setting up single sign-on', () => {
  test('without it there is no such address', async () => {
    const suite = new Suite('memory:');
    await suite.start();
    const client = new AdminClient(suite.server);
    expect((await client.get('/sso/start')).status).toBe(404);
    expect((await client.get('/sso/callback')).status).toBe(404);
    await suite.stop();
  });

  test.each([
    ['an issuer without a client id', { ssoIssuer: 'https://login.example.com' }],
    ['an issuer by plain http', { ssoIssuer: 'http://127.0.0.1:1', ssoClientId: 'x' }],
    [
      'an issuer by plain http elsewhere',
      { ssoIssuer: 'http://login.example.com', ssoClientId: 'x', issuerPrivate: 'allow' as const },
    ],
  ])('%s is refused at the start', async (_what, options) => {
    await expect(createScimTarget({ store: 'memory:', ...options })).rejects.toThrow(/SSO_ISSUER/);
  });
});

test('behind a proxy that ends TLS and passes no Host on, the cookies are those of the public https address', async () => {
  const issuer = await TestIssuer.start();
  const suite = new Suite('memory:', {
    publicUrl: 'https://scim.example.com',
    issuerPrivate: 'allow',
    ssoIssuer: issuer.issuer,
    ssoClientId: issuer.client.id,
    ssoClientSecret: issuer.client.secret,
  });
  await suite.start();
  try {
    const { email } = await adminOf(suite, 'viewer');
    issuer.person = { sub: 'ann', email, email_verified: true };
    const go = (address: string, cookie = '') => fetch(address, { redirect: 'manual', headers: { Cookie: cookie } });
    const there = await go(`${suite.origin}/admin/api/sso/start`);
    const [kept = ''] = there.headers.getSetCookie();
    expect(kept).toMatch(/; Secure$/);
    const atProvider = await go(there.headers.get('location') as string);
    const back = new URL(atProvider.headers.get('location') as string);
    expect(back.origin).toBe('https://scim.example.com');
    const answer = await go(`${suite.origin}${back.pathname}${back.search}`, kept.split(';')[0]);
    expect(answer.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^__Host-scim-admin=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/),
    );
  } finally {
    await suite.stop();
    await issuer.stop();
  }
});
