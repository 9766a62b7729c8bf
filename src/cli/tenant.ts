/** `scim-target tenant create|list|update|delete`; tenant-schemas.ts has `schemas`. */
import type { Command } from 'commander';
import { bothSides } from '../access/audit.js';
import { createTenant, findTenant, removeTenant, updateTenant, type WantedTenant } from '../access/tenants.js';
import { compareText } from '../scim/fold.js';
import { PROFILES } from '../scim/profiles.js';
import type { Tenant } from '../store/store.js';
import { auditCommand } from './audit.js';
import { UsageError } from './failure.js';
import { sources } from './sources.js';
import { addSchemasCommand } from './tenant-schemas.js';
import { type Terminal, table } from './terminal.js';
import { addJsonOption, addStoreOption, type StoreFlags, withStore } from './with-store.js';

const DEFAULT_PROFILE = 'entra';

/** Rows that one step of a deletion takes, so that a server on the same file gets its turn in between. */
const PURGED_AT_ONCE = 1_000;

interface CreateFlags extends StoreFlags {
  profile: string;
  json?: boolean;
}

interface ListFlags extends StoreFlags {
  json?: boolean;
}

interface UpdateFlags extends StoreFlags {
  rename?: string;
  profile?: string;
  allowBasic?: boolean;
  requestLimit?: string;
  disable?: boolean;
  enable?: boolean;
  json?: boolean;
}

interface DeleteFlags extends StoreFlags {
  confirm?: string;
}

/** Adds the `tenant` commands to the program. */
export function addTenantCommands(program: Command, terminal: Terminal): void {
  const tenant = program
    .command('tenant')
    .description(
      'Create, list, change and delete tenants. A tenant is one customer: its own users, groups and tokens.',
    );

  const create = tenant
    .command('create')
    .description('Create a tenant.')
    .argument('<name>', 'lower-case letters, digits, dots, underscores, hyphens')
    .option('--profile <name>', `the client it expects: ${Object.keys(PROFILES).join(', ')}`, DEFAULT_PROFILE)
    .addHelpText('after', CREATE_EXAMPLES)
    .action((name: string, flags: CreateFlags) => runCreate(name, flags, terminal));
  addJsonOption(addStoreOption(create));

  const list = tenant
    .command('list')
    .description('List the tenants.')
    .action((flags: ListFlags) => runList(flags, terminal));
  addJsonOption(addStoreOption(list));

  addUpdate(tenant, terminal);
  addSchemasCommand(tenant, terminal);

  const remove = tenant
    .command('delete')
    .description('Delete a tenant with all its users, groups, credentials, their history and activity.')
    .argument('<name>', 'which tenant')
    .option('--confirm <name>', 'its name once more, since nothing brings it back')
    .addHelpText('after', DELETE_EXAMPLES)
    .action((name: string, flags: DeleteFlags) => runDelete(name, flags, terminal));
  addStoreOption(remove);
}

function addUpdate(tenant: Command, terminal: Terminal): void {
  const update = tenant
    .command('update')
    .description('Change a tenant, from the next request on.')
    .argument('<name>', 'which tenant')
    .option('--rename <name>', 'another name; it is part of the Tenant URL /tenants/NAME/scim/v2')
    .option('--profile <name>', `the client it expects: ${Object.keys(PROFILES).join(', ')}`)
    .option('--allow-basic', 'take HTTP Basic')
    .option('--no-allow-basic', 'take bearer tokens alone')
    .option('--request-limit <number>', 'requests per second, or "default" for the limit of the server')
    .option('--disable', 'refuse its requests with 403')
    .option('--enable', 'serve it again')
    .addHelpText('after', UPDATE_EXAMPLES)
    .action((name: string, flags: UpdateFlags) => runUpdate(name, flags, terminal));
  addJsonOption(addStoreOption(update));
}

const CREATE_EXAMPLES = `
Examples:
  scim-target tenant create acme
  scim-target tenant create acme --profile okta --store sqlite:/data/scim.db
`;

const UPDATE_EXAMPLES = `
Examples:
  scim-target tenant update acme --allow-basic
  scim-target tenant update acme --profile okta --request-limit 50
  scim-target tenant update acme --disable
`;

const DELETE_EXAMPLES = `
Examples:
  scim-target tenant delete acme --confirm acme
`;

async function runCreate(name: string, flags: CreateFlags, terminal: Terminal): Promise<void> {
  const wanted = { name, profile: flags.profile, profiles: Object.keys(PROFILES) };
  const tenant = await withStore({ flags, terminal, isCreating: true }, async (store) => {
    const made = await createTenant(store, { ...wanted, ...sources });
    const details = { profile: made.profile };
    await auditCommand(store, { action: 'tenant.create', tenant: made, target: made.name, details });
    return made;
  });
  if (flags.json) terminal.out(`${JSON.stringify(shownAsJson(tenant))}\n`);
  terminal.err(`Created tenant ${tenant.name} (profile ${tenant.profile}).\n`);
}

async function runList(flags: ListFlags, terminal: Terminal): Promise<void> {
  const unsorted = await withStore({ flags, terminal }, (store) => store.tenants());
  const tenants = unsorted.toSorted((a, b) => compareText(a.name, b.name));
  if (flags.json) terminal.out(`${JSON.stringify(tenants.map(shownAsJson))}\n`);
  else if (tenants.length === 0) terminal.err('There is no tenant yet.\n');
  else terminal.out(tenantTable(tenants));
}

/** Every key is there, null where there is no value, so that a script need not ask. */
function shownAsJson({ id, name, profile, created, disabled, settings }: Tenant) {
  const { allowsBasic, requestLimit } = settings;
  return { id, name, profile, created, disabled: disabled ?? null, allowsBasic, requestLimit: requestLimit ?? null };
}

function tenantTable(tenants: readonly Tenant[]): string {
  return table([
    ['NAME', 'PROFILE', 'STATE', 'BASIC', 'LIMIT', 'CREATED'],
    ...tenants.map(({ name, profile, created, disabled, settings }) => [
      name,
      profile,
      disabled === undefined ? 'active' : 'disabled',
      settings.allowsBasic ? 'yes' : 'no',
      settings.requestLimit === undefined ? 'default' : `${settings.requestLimit}/s`,
      created,
    ]),
  ]);
}

async function runUpdate(name: string, flags: UpdateFlags, terminal: Terminal): Promise<void> {
  const wanted = wantedBy(flags);
  const rules = { profiles: Object.keys(PROFILES), clock: sources.clock };
  const tenant = await withStore({ flags, terminal }, async (store) => {
    const before = await findTenant(store, name);
    const after = await updateTenant(store, before, wanted, rules);
    const details = bothSides(shownAsJson(before), shownAsJson(after));
    await auditCommand(store, { action: 'tenant.update', tenant: after, target: after.name, details });
    return after;
  });
  if (flags.json) terminal.out(`${JSON.stringify(shownAsJson(tenant))}\n`);
  terminal.err(`Changed tenant ${tenant.name}.\n`);
}

function wantedBy({ rename, profile, allowBasic, requestLimit, disable, enable }: UpdateFlags): WantedTenant {
  if (disable && enable) throw new UsageError('say --disable or --enable, and not both');
  const wanted: WantedTenant = {
    name: rename,
    profile,
    allowsBasic: allowBasic,
    requestLimit: requestLimit === undefined ? undefined : requestLimit === 'default' ? null : Number(requestLimit),
    disabled: disable ? true : enable ? false : undefined,
  };
  if (Object.values(wanted).some((value) => value !== undefined)) return wanted;
  throw new UsageError('say what is to change, e.g. --profile okta (--help lists the options)');
}

async function runDelete(name: string, flags: DeleteFlags, terminal: Terminal): Promise<void> {
  await withStore({ flags, terminal }, async (store) => {
    const tenant = await findTenant(store, name);
    await removeTenant(store, tenant, flags.confirm);
    await auditCommand(store, { action: 'tenant.delete', tenant, target: tenant.name });
    // Nobody sees it any more; what is left when this is interrupted, a server deletes.
    while (await store.purgeTenants(PURGED_AT_ONCE));
  });
  terminal.err(`Deleted tenant ${name} with all that it had.\n`);
}
