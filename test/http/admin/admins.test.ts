import { expect, test } from 'vitest';
import type {
  AdminView,
  InvitationView,
  IssuedAdminToken,
  IssuedInvitation,
} from '../../../src/http/admin/messages.js';
import { AdminClient, adminOf, PASSWORD } from '../../support/admin-client.js';
import { onEachStore, type Suite } from '../../support/target.js';

let now = Date.parse('2031-01-01T12:00:00.000Z');
const HOUR = 3_600_000;

let names = 0;
const newEmail = () => `guest-${++names}@example.com`;

const tokenIn = ({ link }: IssuedInvitation) => link.split('#')[1] as string;
const acceptance = (token: string, email: string, password = PASSWORD) => ({ token, email, name: 'Guest', password });

async function tenantFor(suite: Suite): Promise<string> {
  const name = `managed-${++names}`;
  await suite.target.createTenant({ name });
  return name;
}

onEachStore(
  'admins',
  (suite) => {
    const nobody = () => new AdminClient(suite.server);

    async function invited(client: AdminClient, body: object): Promise<IssuedInvitation> {
      const made = await client.post('/invitations', { email: null, role: 'viewer', tenant: null, ...body });
      expect(made.status, made.text).toBe(201);
      return made.body as IssuedInvitation;
    }

    test('the last owner who can sign in is neither removed, nor disabled, nor made something else', async () => {
      // The first test of the suite: there is no other owner yet.
      const { client, session } = await adminOf(suite);
      const own = `/admins/${session.admin.id}`;
      for (const refused of [
        await client.delete(own),
        await client.patch(own, { disabled: true }),
        await client.patch(own, { role: 'viewer' }),
      ]) {
        expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('only owner')]);
      }
      const second = await adminOf(suite);
      await client.patch(`/admins/${second.session.admin.id}`, { disabled: true });
      expect((await client.delete(own)).status).toBe(409);
      await client.patch(`/admins/${second.session.admin.id}`, { disabled: false });
      // Two owners who remove each other at once: one stays.
      const other = await second.client.signIn(second.email);
      const both = await Promise.all([client.delete(`/admins/${other.admin.id}`), second.client.delete(own)]);
      expect(both.map(({ status }) => status).toSorted()).not.toEqual([204, 204]);
      const owners = (await suite.target.store.admins()).filter(({ role }) => role === 'owner');
      expect(owners).toHaveLength(1);
    });

    test('an invitation makes its guest an admin, once', async () => {
      const { client, email: owner } = await adminOf(suite);
      const tenant = await tenantFor(suite);
      const email = newEmail();
      const made = await invited(client, { email, role: 'tenant-admin', tenant });
      expect(made.link).toMatch(new RegExp(`^${suite.origin}/admin/setup#[\\w-]{43}$`));
      expect(made.invitation).toMatchObject({ email, role: 'tenant-admin', tenant, isReset: false, createdBy: owner });
      const token = tokenIn(made);
      expect((await nobody().post('/invitation/look', { token })).body).toEqual(made.invitation);
      expect((await nobody().post('/invitation/accept', acceptance(token, newEmail()))).body.errors).toMatchObject([
        { field: 'email' },
      ]);
      expect((await nobody().post('/invitation/accept', acceptance(token, email, 'short'))).body.errors).toMatchObject([
        { field: 'password' },
      ]);
      const guest = nobody();
      const accepted = await guest.post('/invitation/accept', acceptance(token, email));
      expect(accepted.status, accepted.text).toBe(200);
      expect(accepted.body.admin).toMatchObject({ email, role: 'tenant-admin', tenant, createdBy: owner });
      expect((await guest.get('/session')).status).toBe(200);
      for (const again of [
        await nobody().post('/invitation/accept', acceptance(token, email)),
        await nobody().post('/invitation/look', { token }),
      ]) {
        expect(again.status).toBe(404);
      }
      const { items } = (await client.get('/audit?action=invitation.accept')).body;
      expect(items[0]).toMatchObject({
        actor: { kind: 'admin', name: email },
        target: email,
        details: { role: 'tenant-admin' },
      });
      expect(JSON.stringify(items)).not.toContain(token);
      expect(suite.logText).not.toContain(token);
    });

    test('two guests with one link at once: one becomes an admin', async () => {
      const { client } = await adminOf(suite);
      const token = tokenIn(await invited(client, {}));
      const emails = [newEmail(), newEmail()];
      const both = await Promise.all(
        emails.map((email) => nobody().post('/invitation/accept', acceptance(token, email))),
      );
      expect(both.map(({ status }) => status).toSorted()).toEqual([200, 404]);
      const admins = (await client.get('/admins')).body.items as AdminView[];
      expect(admins.filter(({ email }) => emails.includes(email))).toHaveLength(1);
    });

    test('an invitation ends after 24 hours, and when it is taken back', async () => {
      const { client, email: owner } = await adminOf(suite);
      const [late, withdrawn] = [await invited(client, {}), await invited(client, {})];
      expect((await client.delete(`/invitations/${withdrawn.invitation.id}`)).status).toBe(204);
      expect((await client.delete(`/invitations/${withdrawn.invitation.id}`)).status).toBe(404);
      expect((await nobody().post('/invitation/look', { token: tokenIn(withdrawn) })).status).toBe(404);
      const open = (await client.get('/invitations')).body.items as InvitationView[];
      expect(open.map(({ id }) => id)).toContain(late.invitation.id);
      now += 24 * HOUR;
      expect((await nobody().post('/invitation/accept', acceptance(tokenIn(late), newEmail()))).status).toBe(404);
      await client.signIn(owner);
      const later = (await client.get('/invitations')).body.items as InvitationView[];
      expect(later.map(({ id }) => id)).not.toContain(late.invitation.id);
    });

    test('nobody is invited twice, to a role that there is not, or to one that does not go with the tenant', async () => {
      const { client, email } = await adminOf(suite);
      const tenant = await tenantFor(suite);
      const ask = (body: object) => client.post('/invitations', { email: null, role: 'viewer', tenant: null, ...body });
      expect((await ask({ email })).status).toBe(409);
      for (const [body, field] of [
        [{ email: 'no address' }, 'email'],
        [{ role: 'root' }, 'role'],
        [{ role: 'tenant-admin' }, 'tenant'],
        [{ role: 'owner', tenant }, 'tenant'],
        [{ role: 'operator', tenant }, 'tenant'],
        [{ tenant: 'not-a-tenant' }, 'tenant'],
        [{ isReset: true }, 'isReset'],
      ] as const) {
        const refused = await ask(body);
        expect([refused.status, refused.body.errors?.[0]?.field], JSON.stringify(body)).toEqual([400, field]);
      }
    });

    test('a password link sets a new password once, ends the sessions, and leaves the rest of the account', async () => {
      const { client } = await adminOf(suite);
      const guest = await adminOf(suite, 'viewer');
      const made = await client.post(`/admins/${guest.session.admin.id}/password-link`);
      expect(made.status, made.text).toBe(201);
      const { invitation, link } = made.body as IssuedInvitation;
      expect(invitation).toMatchObject({ isReset: true, email: guest.email, role: 'viewer' });
      const token = link.split('#')[1] as string;
      const next = 'four brown herons at noon';
      const done = await nobody().post('/invitation/accept', {
        token,
        email: guest.email,
        name: 'Another',
        password: next,
      });
      expect(done.status, done.text).toBe(200);
      expect(done.body.admin).toMatchObject({
        id: guest.session.admin.id,
        name: guest.session.admin.name,
        role: 'viewer',
      });
      expect((await guest.client.get('/session')).status).toBe(401);
      expect((await nobody().post('/session', { email: guest.email, password: PASSWORD })).status).toBe(401);
      await nobody().signIn(guest.email, next);
      expect((await nobody().post('/invitation/look', { token })).status).toBe(404);
    });

    test('a password link ends when its owner sets another password without it', async () => {
      const { client } = await adminOf(suite);
      const guest = await adminOf(suite, 'viewer');
      const other = await adminOf(suite, 'viewer');
      const [token, others] = await Promise.all(
        [guest, other].map(async ({ session }) => {
          const { body } = await client.post(`/admins/${session.admin.id}/password-link`);
          return (body as IssuedInvitation).link.split('#')[1] as string;
        }),
      );
      const password = { current: PASSWORD, next: 'four brown herons at noon' };
      expect((await guest.client.patch('/account', { name: 'Ann' })).status).toBe(200);
      expect((await nobody().post('/invitation/look', { token })).status).toBe(200);
      expect((await guest.client.patch('/account', { password })).status).toBe(200);
      expect((await nobody().post('/invitation/look', { token })).status).toBe(404);
      expect((await nobody().post('/invitation/look', { token: others })).status).toBe(200);
    });

    test('a changed role counts with the next request, and the record has both sides', async () => {
      const { client, email: owner } = await adminOf(suite);
      const guest = await adminOf(suite, 'operator');
      const tenant = await tenantFor(suite);
      const changed = await client.patch(`/admins/${guest.session.admin.id}`, { role: 'tenant-admin', tenant });
      expect(changed.body).toMatchObject({ role: 'tenant-admin', tenant });
      const items = (await guest.client.get('/tenants')).body.items as { name: string }[];
      expect(items.map(({ name }) => name)).toEqual([tenant]);
      expect((await guest.client.post('/tenants', { name: `x${++names}`, profile: 'entra' })).status).toBe(403);
      const [latest] = (await client.get('/audit?action=admin.update')).body.items;
      expect(latest).toMatchObject({
        actor: { kind: 'admin', name: owner },
        target: guest.email,
        details: { role: { before: 'operator', after: 'tenant-admin' }, tenant: { before: null, after: tenant } },
      });
      expect((await client.patch(`/admins/${guest.session.admin.id}`, { tenant: null })).body.errors).toMatchObject([
        { field: 'tenant' },
      ]);
      expect((await client.patch('/admins/none', { name: 'x' })).status).toBe(404);
    });

    test('a removed admin is gone with sessions and tokens', async () => {
      const { client } = await adminOf(suite);
      const guest = await adminOf(suite);
      const script = await guest.client.script('owner');
      expect((await script.get('/tenants')).status).toBe(200);
      expect((await client.delete(`/admins/${guest.session.admin.id}`)).status).toBe(204);
      expect((await guest.client.get('/session')).status).toBe(401);
      expect((await script.get('/tenants')).status).toBe(401);
      expect((await nobody().post('/session', { email: guest.email, password: PASSWORD })).status).toBe(401);
    });

    test.each([['removed'], ['disabled'], ['made a viewer']])('the links of an owner who is %s end', async (how) => {
      const { client } = await adminOf(suite);
      const maker = await adminOf(suite);
      const script = await maker.client.script('owner');
      const links = [await invited(maker.client, {}), await invited(script, {}), await invited(client, {})];
      const own = `/admins/${maker.session.admin.id}`;
      if (how === 'removed') await client.delete(own);
      else await client.patch(own, how === 'disabled' ? { disabled: true } : { role: 'viewer' });
      const looks = await Promise.all(links.map((link) => nobody().post('/invitation/look', { token: tokenIn(link) })));
      expect(looks.map(({ status }) => status)).toEqual([404, 404, 200]);
    });

    test('an admin token needs no CSRF token, has no account, and is recorded under its own name', async () => {
      const { client } = await adminOf(suite);
      const script = await client.script('operator');
      const name = `x${++names}`;
      expect((await script.post('/tenants', { name, profile: 'entra' })).status).toBe(201);
      for (const refused of [await script.get('/session'), await script.patch('/account', { name: 'x' })]) {
        expect(refused.status).toBe(403);
      }
      const [latest] = (await client.get(`/audit?tenant=${name}`)).body.items;
      expect(latest.actor).toMatchObject({ kind: 'token', name: 'a operator' });
      const listed = await client.get('/tokens');
      expect(listed.body.items.at(-1)).toMatchObject({
        name: 'a operator',
        role: 'operator',
        lastUsed: expect.any(String),
      });
      expect(listed.text).not.toContain((script.token as string).slice(6, 20));
      expect((await client.delete(`/tokens/${listed.body.items.at(-1).id}`)).status).toBe(204);
      expect((await script.get('/tenants')).status).toBe(401);
    });

    test('an admin token allows no more than its maker does at that moment', async () => {
      const { client } = await adminOf(suite);
      const maker = await adminOf(suite);
      const tenant = await tenantFor(suite);
      const script = await maker.client.script('owner');
      const bound = await maker.client.script('tenant-admin', tenant);
      expect((await script.get('/admins')).status).toBe(200);
      const items = (await bound.get('/tenants')).body.items as { name: string }[];
      expect(items.map(({ name }) => name)).toEqual([tenant]);
      const change = (body: object) => client.patch(`/admins/${maker.session.admin.id}`, body);
      await change({ role: 'viewer' });
      expect((await script.get('/admins')).status).toBe(403);
      expect((await script.get('/tenants')).status).toBe(200);
      expect((await bound.patch(`/tenants/${tenant}`, { profile: 'okta' })).status).toBe(403);
      await change({ tenant: await tenantFor(suite) });
      expect((await bound.get('/tenants')).status).toBe(401);
      expect((await script.get('/tenants')).body.items).toHaveLength(1);
      await change({ role: 'owner', tenant: null, disabled: true });
      expect((await script.get('/tenants')).status).toBe(401);
    });

    test('an admin token ends when it was to, and what only looks like one opens nothing', async () => {
      const { client } = await adminOf(suite);
      const made = await client.post('/tokens', { name: 'ci', role: 'viewer', tenant: null, expires: '2h' });
      const { secret, token } = made.body as IssuedAdminToken;
      expect(token.expires).toBe(new Date(now + 2 * HOUR).toISOString());
      const script = nobody();
      for (const wrong of [`${secret}x`, secret.slice(0, -1), `scima_${'0'.repeat(49)}`, 'x']) {
        script.token = wrong;
        const refused = await script.get('/tenants');
        expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer realm="scim-admin"']);
      }
      script.token = secret;
      expect((await script.get('/tenants')).status).toBe(200);
      now += 2 * HOUR;
      expect((await script.get('/tenants')).body.detail).toContain('expired');
      expect(suite.logText).not.toContain(secret.slice(6, 20));
    });

    test('refused sign-ins are recorded, with the email where it is that of an admin and not otherwise', async () => {
      const { client, email } = await adminOf(suite);
      await nobody().post('/session', { email, password: 'not the password' });
      await nobody().post('/session', { email: 'typed-a-secret-here@example.com', password: PASSWORD });
      const { items } = (await client.get('/audit?action=session.refused&limit=2')).body;
      expect(items).toMatchObject([
        { actor: { id: null, name: 'unknown' }, target: null, details: { reason: 'unknown email' } },
        { actor: { name: email }, target: email, details: { reason: 'wrong password' } },
      ]);
      expect(JSON.stringify(items)).not.toMatch(/typed-a-secret|not the password|violet/);
    });

    test('the record is paged, and asks for known actions alone', async () => {
      const { client } = await adminOf(suite);
      for (let i = 0; i < 5; i++) await client.post('/session', {});
      const first = (await client.get('/audit?limit=3')).body;
      const second = (await client.get(`/audit?limit=3&before=${first.next}`)).body;
      const sequences = [...first.items, ...second.items].map(({ sequence }: { sequence: number }) => sequence);
      expect(sequences).toEqual(sequences.toSorted((a, b) => b - a));
      expect(new Set(sequences).size).toBe(6);
      for (const query of ['action=everything', 'limit=0', 'limit=501', 'before=x', 'colour=red', 'limit=1&limit=2']) {
        expect((await client.get(`/audit?${query}`)).status, query).toBe(400);
      }
    });
  },
  { clock: () => new Date(now) },
);
