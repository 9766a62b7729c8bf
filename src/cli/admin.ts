/** `scim-target admin invite|list|remove|disable|enable|reset`: who may open the admin page. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { Admins } from '../access/admins.js';
import { type AuditAction, bothSides } from '../access/audit.js';
import { Invitations, type IssuedLink, setUpPath } from '../access/invitations.js';
import { ROLES } from '../access/roles.js';
import { findTenant } from '../access/tenants.js';
import type { ServerOptions } from '../options.js';
import type { Admin, Store } from '../store/store.js';
import { auditCommand, commandAuthor } from './audit.js';
import { adminPage, localOrigin } from './base-url.js';
import { sources } from './sources.js';
import { type Terminal, table } from './terminal.js';
import { addJsonOption, addStoreOption, type StoreFlags, withStore } from './with-store.js';

interface InviteFlags extends StoreFlags {
  email?: string;
  role: string;
  tenant?: string;
  json?: boolean;
}

interface ListFlags extends StoreFlags {
  json?: boolean;
}

/** Adds the `admin` commands to the program. */
export function addAdminCommands(program: Command, terminal: Terminal): void {
  const admin = program
    .command('admin')
    .description('Invite, list, disable and remove those who may open the admin page.');

  const invite = admin
    .command('invite')
    .description('Print a link with which one person becomes an admin. It works once, within 24 hours.')
    .option('--email <address>', 'who alone can use it (default: whoever has the link)')
    .option('--role <name>', Object.keys(ROLES).join(', '), 'owner')
    .option('--tenant <name>', 'the only tenant they see; for the roles tenant-admin and viewer')
    .addHelpText('after', INVITE_EXAMPLES)
    .action((flags: InviteFlags) => runInvite(flags, terminal));
  addJsonOption(addStoreOption(invite));

  const list = admin
    .command('list')
    .description('List the admins.')
    .action((flags: ListFlags) => runList(flags, terminal));
  addJsonOption(addStoreOption(list));

  const act = (name: string, description: string, run: (email: string, flags: StoreFlags) => Promise<void>) =>
    addStoreOption(admin.command(name).description(description).argument('<email>', 'which admin').action(run));
  act('remove', 'Remove an admin, with their sessions and admin tokens.', (email, flags) =>
    runRemove(email, flags, terminal),
  );
  act('disable', 'Keep an admin out, from the next request on.', (email, flags) =>
    runDisable(email, flags, true, terminal),
  );
  act('enable', 'Let an admin in again.', (email, flags) => runDisable(email, flags, false, terminal));
  act('reset', 'Print a link with which an admin sets a new password, once, within 24 hours.', (email, flags) =>
    runReset(email, flags, terminal),
  );
}

const INVITE_EXAMPLES = `
Standard output is the link and nothing else, or one JSON object with --json. Its address is that of
SCIM_TARGET_PUBLIC_URL, or else of the host and port that the server has by its options.

Examples:
  scim-target admin invite --email ann@example.com
  scim-target admin invite --email bob@example.com --role tenant-admin --tenant acme
`;

async function runInvite(flags: InviteFlags, terminal: Terminal): Promise<void> {
  const { email, role } = flags;
  const { link, expires } = await withStore({ flags, terminal }, async (store, options) => {
    const tenant = flags.tenant === undefined ? undefined : await findTenant(store, flags.tenant);
    const issued = await invitationsOf(store).create({ email, role, tenant, createdBy: commandAuthor() });
    const target = issued.key.name;
    await auditCommand(store, { action: 'invitation.create', tenant, target, details: { role } });
    return linkOf(issued, options);
  });
  if (flags.json)
    terminal.out(`${JSON.stringify({ link, email: email ?? null, role, tenant: flags.tenant ?? null, expires })}\n`);
  else terminal.out(`${link}\n`);
  terminal.err(`Invited ${email ?? 'whoever opens the link'} as ${role}; the link works once, until ${expires}.\n`);
}

async function runReset(email: string, flags: StoreFlags, terminal: Terminal): Promise<void> {
  const { link, expires } = await withStore({ flags, terminal }, async (store, options) => {
    const admin = await adminsOf(store).findByEmail(email);
    const issued = await invitationsOf(store).createReset(admin, commandAuthor());
    await auditCommand(store, { action: 'admin.reset', target: admin.email });
    return linkOf(issued, options);
  });
  terminal.out(`${link}\n`);
  terminal.err(`With the link ${email} sets a new password; it works once, until ${expires}.\n`);
}

function linkOf(
  { key, token }: IssuedLink,
  { publicUrl, host, port }: ServerOptions,
): { link: string; expires: string | undefined } {
  const origin = publicUrl ?? localOrigin(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
  return { link: adminPage(origin) + setUpPath(token), expires: key.expires };
}

async function runList(flags: ListFlags, terminal: Terminal): Promise<void> {
  const [admins, tenants] = await withStore({ flags, terminal }, async (store) => [
    await adminsOf(store).list(),
    await store.tenants(),
  ]);
  const nameOf = ({ tenant }: Admin) =>
    tenant === undefined ? undefined : (tenants.find(({ id }) => id === tenant)?.name ?? tenant);
  if (flags.json) {
    const shown = admins.map(({ password: _, subject, ...admin }) => ({
      ...admin,
      tenant: nameOf(admin as Admin) ?? null,
      usesSso: subject !== undefined,
    }));
    terminal.out(`${JSON.stringify(shown)}\n`);
  } else if (admins.length === 0) {
    terminal.err('There is no admin yet; invite one: scim-target admin invite\n');
  } else {
    terminal.out(adminTable(admins, nameOf));
  }
}

function adminTable(admins: readonly Admin[], nameOf: (admin: Admin) => string | undefined): string {
  const heading = ['EMAIL', 'NAME', 'ROLE', 'TENANT', 'STATE', 'LAST SIGN-IN'];
  const rows = admins.map((admin) => [
    admin.email,
    admin.name,
    admin.role,
    nameOf(admin) ?? 'all',
    admin.disabled === undefined ? 'enabled' : 'disabled',
    admin.lastSignIn ?? 'never',
  ]);
  return table([heading, ...rows]);
}

async function runRemove(email: string, flags: StoreFlags, terminal: Terminal): Promise<void> {
  await withStore({ flags, terminal }, async (store) => {
    const { id } = await adminsOf(store).findByEmail(email);
    const { role } = await adminsOf(store).remove(id);
    await record(store, 'admin.delete', email, { role });
  });
  terminal.err(`Removed the admin ${email}.\n`);
}

async function runDisable(email: string, flags: StoreFlags, disabled: boolean, terminal: Terminal): Promise<void> {
  await withStore({ flags, terminal }, async (store) => {
    const { id } = await adminsOf(store).findByEmail(email);
    const { before, after } = await adminsOf(store).update(id, { disabled });
    const told = (admin: Admin) => ({ disabled: admin.disabled !== undefined });
    await record(store, 'admin.update', email, bothSides(told(before), told(after)));
  });
  terminal.err(`${disabled ? 'Disabled' : 'Enabled'} the admin ${email}.\n`);
}

function record(
  store: Store,
  action: AuditAction,
  target: string,
  details: Parameters<typeof bothSides>[0],
): Promise<void> {
  return auditCommand(store, { action, target, details });
}

function adminsOf(store: Store): Admins {
  return new Admins({ store, sessions: sessionsOf(store), clock: sources.clock });
}

function invitationsOf(store: Store): Invitations {
  return new Invitations({ store, sessions: sessionsOf(store), ...sources, randomBytes });
}

/** A running server finds its sessions gone with the next request of each. */
function sessionsOf(store: Store) {
  return { endAll: (admin: string) => store.removeAdminKeys(admin, 'session') };
}
