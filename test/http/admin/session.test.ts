import { describe, expect, test, vi } from 'vitest';
import type { Config, SessionView } from '../../../src/http/admin/messages.js';
import type { Admin } from '../../../src/store/store.js';
import { AdminClient, adminOf, PASSWORD } from '../../support/admin-client.js';
import { onEachStore } from '../../support/target.js';

/** Every test moves it on; nothing here waits. */
let now = Date.parse('2031-01-01T12:00:00.000Z');
const pass = (seconds: number) => {
  now += seconds * 1_000;
};
const MINUTE = 60;

onEachStore(
  'admin sessions',
  (suite) => {
    const nobody = () => new AdminClient(suite.server);

    test('before there is an admin the page is told that set-up is needed, and afterwards not', async () => {
      const before = (await nobody().get('/config')).body as Config;
      expect(before).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/), sso: null, needsSetUp: true });
      await adminOf(suite);
      expect((await nobody().get('/config')).body).toMatchObject({ needsSetUp: false });
    });

    test('signing in with email (in any case) and password gives a session with what the role allows', async () => {
      const { email } = await adminOf(suite, 'operator');
      const client = nobody();
      const session = await client.signIn(email.toUpperCase());
      expect(session).toMatchObject({
        admin: { email, role: 'operator', tenant: null, lastSignIn: expect.any(String) },
      });
      expect(session.permissions).toContain('tenants.control');
      expect(session.permissions).not.toContain('admins.read');
      const found = await client.get('/session');
      expect(found.status).toBe(200);
      expect(found.body).toMatchObject({ csrf: session.csrf, admin: { email } });
      expect(found.text).not.toMatch(/argon2|"password"|"hash"/);
    });

    test('the cookie is for this host and this page alone, and out of reach of scripts', async () => {
      const { email } = await adminOf(suite);
      const answer = await nobody().post('/session', { email, password: PASSWORD });
      expect(answer.headers['set-cookie']).toEqual([
        expect.stringMatching(/^scim-admin=[\w-]{43}; Path=\/admin; HttpOnly; SameSite=Strict$/),
      ]);
      expect(answer.headers['cache-control']).toBe('no-store');
    });

    test('by https the cookie is Secure and has the prefix that binds it to the host', async () => {
      const { email } = await adminOf(suite);
      const host = new URL(suite.origin).host;
      const answer = await nobody().post('/session', { email, password: PASSWORD }, { Origin: `https://${host}` });
      expect(answer.headers['set-cookie']).toEqual([
        expect.stringMatching(/^__Host-scim-admin=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/),
      ]);
    });

    test('a wrong password and an unknown email get the same answer, and no session', async () => {
      const { email } = await adminOf(suite);
      const wrong = await nobody().post('/session', { email, password: 'not the password' });
      const unknown = await nobody().post('/session', { email: 'nobody@example.com', password: PASSWORD });
      for (const { status, headers } of [wrong, unknown]) {
        expect(status).toBe(401);
        expect(headers['content-type']).toBe('application/problem+json');
        expect(headers['set-cookie']).toBeUndefined();
      }
      expect(wrong.body).toEqual(unknown.body);
    });

    test('after ten wrong passwords the right one waits too, for this email alone', async () => {
      const { email } = await adminOf(suite);
      const other = await adminOf(suite);
      for (let tries = 1; tries <= 10; tries++) {
        expect((await nobody().post('/session', { email, password: 'not the password' })).status).toBe(401);
      }
      const refused = await nobody().post('/session', { email, password: PASSWORD });
      expect(refused.status).toBe(429);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect((await nobody().post('/session', { email: other.email, password: PASSWORD })).status).toBe(200);
    });

    test('spelling an email in another way does not make room for more wrong passwords', async () => {
      const { email } = await adminOf(suite);
      // Whoever looks for an admin folds case, by which a dotless i becomes one with a dot.
      const spellings = [email, email.toUpperCase(), email.replace('i', 'ı'), ` ${email}`];
      for (let tries = 1; tries <= 10; tries++) {
        const spelling = spellings[tries % spellings.length] as string;
        expect((await nobody().post('/session', { email: spelling, password: 'not the password' })).status).toBe(401);
      }
      for (const spelling of spellings) {
        expect((await nobody().post('/session', { email: spelling, password: PASSWORD })).status).toBe(429);
      }
    });

    test('signing in ends the session that the browser had, and takes no id that it brings', async () => {
      const { email } = await adminOf(suite);
      const client = nobody();
      client.cookie = 'scim-admin=chosen-by-somebody-else-chosen-by-somebody1';
      await client.signIn(email);
      expect(client.cookie).not.toContain('chosen');
      const first = client.cookie as string;
      await client.signIn(email);
      expect(client.cookie).not.toBe(first);
      const old = nobody();
      old.cookie = first;
      expect((await old.get('/session')).status).toBe(401);
      expect((await client.get('/session')).status).toBe(200);
    });

    test('signing out ends the session here, whatever the browser keeps', async () => {
      const { client } = await adminOf(suite);
      const cookie = client.cookie;
      const out = await client.delete('/session');
      expect(out.status).toBe(204);
      expect(client.cookie).toBeUndefined();
      client.cookie = cookie;
      expect((await client.get('/session')).status).toBe(401);
    });

    test('a session ends when nothing was done for the idle time, and every request puts that off', async () => {
      const { client } = await adminOf(suite);
      for (let request = 1; request <= 4; request++) {
        pass(29 * MINUTE);
        expect((await client.get('/session')).status, `request ${request}`).toBe(200);
      }
      pass(30 * MINUTE);
      expect((await client.get('/session')).status).toBe(401);
    });

    test('a request that the page makes by itself does not put it off', async () => {
      const { client } = await adminOf(suite);
      pass(20 * MINUTE);
      expect((await client.get('/session', { 'X-Background': '1' })).status).toBe(200);
      pass(10 * MINUTE);
      expect((await client.get('/session')).status).toBe(401);
    });

    test('after twelve hours a session ends though it was used all the time', async () => {
      const { client } = await adminOf(suite);
      for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
        pass(20 * MINUTE);
        expect((await client.get('/session')).status).toBe(200);
      }
      const { idleEnds, ends } = (await client.get('/session')).body as SessionView;
      expect(idleEnds).toBe(ends);
      pass(20 * MINUTE);
      expect((await client.get('/session')).status).toBe(401);
    });

    test('a new password ends all sessions but a new one of the browser that set it', async () => {
      const { client, email, session } = await adminOf(suite);
      const elsewhere = nobody();
      await elsewhere.signIn(email);
      const next = 'four brown herons at noon';
      const changed = await client.patch('/account', { password: { current: PASSWORD, next } });
      expect(changed.status, changed.text).toBe(200);
      expect((changed.body as SessionView).csrf).not.toBe(session.csrf);
      expect((await elsewhere.get('/session')).status).toBe(401);
      expect((await client.get('/session')).status).toBe(200);
      expect((await nobody().post('/session', { email, password: PASSWORD })).status).toBe(401);
      await nobody().signIn(email, next);
    });

    test.each(['updateAdmin', 'createAdminKey'] as const)(
      'whoever signs in while the password is changed (at %s) has no session by the old one',
      async (step) => {
        const { client, email } = await adminOf(suite);
        const { store } = suite.target;
        const act = store[step].bind(store) as (...given: unknown[]) => Promise<never>;
        vi.spyOn(store, step).mockImplementationOnce(async (...given: unknown[]) => {
          const password = { current: PASSWORD, next: 'four brown herons at noon' };
          expect((await client.patch('/account', { password })).status).toBe(200);
          return act(...given);
        });
        const late = nobody();
        const refused = await late.post('/session', { email, password: PASSWORD });
        vi.restoreAllMocks();
        expect([refused.status, refused.headers['set-cookie']]).toEqual([401, undefined]);
        expect((await client.get('/session')).status).toBe(200);
        const { id } = (await store.adminByEmail(email)) as Admin;
        const sessions = await store.adminKeys('session');
        expect(sessions.filter(({ admin }) => admin === id)).toHaveLength(1);
      },
    );

    test('a password is changed by whoever knows the present one, and not to a weak one', async () => {
      const { client, email } = await adminOf(suite);
      const change = (current: string, next: string) => client.patch('/account', { password: { current, next } });
      const wrong = await change('not the password', 'four brown herons at noon');
      expect(wrong.status).toBe(400);
      expect(wrong.body.errors).toEqual([{ field: 'password.current', message: expect.any(String) }]);
      const weak = await change(PASSWORD, 'Password12345');
      expect(weak.status).toBe(400);
      expect(weak.body.errors).toEqual([{ field: 'password.next', message: expect.any(String) }]);
      await nobody().signIn(email);
    });

    test('an admin renames their own account and nothing else of it', async () => {
      const { client } = await adminOf(suite, 'viewer');
      expect((await client.patch('/account', { name: 'Ann Lee' })).body).toMatchObject({ admin: { name: 'Ann Lee' } });
      const refused = await client.patch('/account', { role: 'owner' });
      expect(refused.status).toBe(400);
      expect(refused.body.errors).toEqual([{ field: 'role', message: 'is not known here' }]);
    });

    test('a disabled admin is out with the next request, and is told so with the right password alone', async () => {
      const owner = await adminOf(suite);
      const { client, email, session } = await adminOf(suite, 'viewer');
      const disabled = await owner.client.patch(`/admins/${session.admin.id}`, { disabled: true });
      expect(disabled.status, disabled.text).toBe(200);
      expect((await client.get('/session')).status).toBe(401);
      const right = await nobody().post('/session', { email, password: PASSWORD });
      expect([right.status, right.body.detail]).toEqual([403, expect.stringContaining('disabled')]);
      expect((await nobody().post('/session', { email, password: 'not the password' })).status).toBe(401);
      await owner.client.patch(`/admins/${session.admin.id}`, { disabled: false });
      await nobody().signIn(email);
    });

    test('whoever has one tenant is out when that is deleted', async () => {
      const owner = await adminOf(suite);
      await owner.client.post('/tenants', { name: 'short-lived', profile: 'entra' });
      const { client, email } = await adminOf(suite, 'tenant-admin', 'short-lived');
      expect((await client.get('/session')).body).toMatchObject({ admin: { tenant: 'short-lived' } });
      await owner.client.delete('/tenants/short-lived', { confirm: 'short-lived' });
      expect((await client.get('/session')).status).toBe(401);
      expect((await nobody().post('/session', { email, password: PASSWORD })).status).not.toBe(200);
    });

    test('a token of a SCIM client opens nothing here, and a session opens no SCIM endpoint', async () => {
      const scim = await suite.tenant();
      const withScimToken = nobody();
      withScimToken.token = await suite.target.createToken({ tenant: 'default', name: 'x' });
      expect((await withScimToken.get('/tenants')).status).toBe(401);
      expect((await scim.get('/Users')).status).toBe(200);
      const { client } = await adminOf(suite);
      const answer = await fetch(`${suite.origin}/scim/v2/Users`, { headers: { Cookie: client.cookie as string } });
      expect(answer.status).toBe(401);
      const script = await client.script('owner');
      const byToken = await fetch(`${suite.origin}/scim/v2/Users`, {
        headers: { Authorization: `Bearer ${script.token}` },
      });
      expect(byToken.status).toBe(401);
    });

    describe('what changes something', () => {
      test('needs the CSRF token of this very session', async () => {
        const { client } = await adminOf(suite);
        const other = await adminOf(suite);
        const token = client.csrf;
        for (const wrong of [undefined, 'x', other.session.csrf, `${token}x`]) {
          client.csrf = wrong;
          const refused = await client.post('/tenants', { name: 'forged', profile: 'entra' });
          expect(refused.status).toBe(403);
          expect(refused.body.detail).toContain('X-CSRF-Token');
        }
        expect((await client.get('/tenants')).status).toBe(200);
        expect((await client.get('/tenants/forged')).status).toBe(404);
        client.csrf = token;
        expect(
          (await client.post('/tenants', { name: `owned-${suite.engine.slice(0, 3)}`, profile: 'entra' })).status,
        ).toBe(201);
      });

      test.each(['cross-site', 'same-site'])('is refused when the browser says that it is %s', async (site) => {
        const { client, email } = await adminOf(suite);
        const headers = { 'Sec-Fetch-Site': site };
        expect((await client.post('/tenants', { name: 'forged', profile: 'entra' }, headers)).status).toBe(403);
        expect((await client.get('/tenants', headers)).status).toBe(403);
        expect((await nobody().post('/session', { email, password: PASSWORD }, headers)).status).toBe(403);
      });

      test.each(['https://evil.example', 'null', 'http://127.0.0.1:1'])(
        'is refused from the origin %s',
        async (origin) => {
          const { client, email } = await adminOf(suite);
          const headers = { Origin: origin };
          expect((await client.post('/tenants', { name: 'forged', profile: 'entra' }, headers)).status).toBe(403);
          expect((await nobody().post('/session', { email, password: PASSWORD }, headers)).status).toBe(403);
        },
      );

      test('is taken from our own page', async () => {
        const { client } = await adminOf(suite);
        const headers = { Origin: suite.origin, 'Sec-Fetch-Site': 'same-origin' };
        expect((await client.patch('/account', { name: 'Ann' }, headers)).status).toBe(200);
      });

      test.each([
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data',
        'application/json; charset=latin1',
      ])('is refused as %s', async (type) => {
        const { client, email } = await adminOf(suite);
        const refused = await client.post('/tenants', { name: 'forged', profile: 'entra' }, { 'Content-Type': type });
        expect(refused.status).toBe(415);
        const signIn = await nobody().post('/session', { email, password: PASSWORD }, { 'Content-Type': type });
        expect(signIn.status).toBe(415);
      });
    });
  },
  { clock: () => new Date(now) },
);

onEachStore(
  'admin sessions by https',
  (suite) => {
    test('are read from the cookie that no other host can set, and from no other', async () => {
      const { client } = await adminOf(suite);
      const id = client.cookie?.split('=')[1];
      const status = async (cookie: string, headers: Record<string, string>) => {
        client.cookie = cookie;
        return (await client.get('/session', headers)).status;
      };
      const byHttps = { Host: 'scim.example.com' };
      expect(await status(`__Host-scim-admin=${id}`, byHttps)).toBe(200);
      expect(await status(`scim-admin=${id}`, byHttps)).toBe(401);
      expect(await status(`scim-admin=${id}`, {})).toBe(200);
    });
  },
  { publicUrl: 'https://scim.example.com' },
);
