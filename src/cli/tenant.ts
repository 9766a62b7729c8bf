/** `scim-target tenant create|list`. */
import type { Command } from 'commander';
import { createTenant } from '../access/credentials.js';
import { compareText } from '../scim/fold.js';
import { PROFILES } from '../scim/profiles.js';
import type { Tenant } from '../store/store.js';
import { sources } from './sources.js';
import { type Terminal, table } from './terminal.js';
import { addJsonOption, addStoreOption, type StoreFlags, withStore } from './with-store.js';

const DEFAULT_PROFILE = 'entra';

interface CreateFlags extends StoreFlags {
  profile: string;
  json?: boolean;
}

interface ListFlags extends StoreFlags {
  json?: boolean;
}

/** Adds the `tenant` commands to the program. */
export function addTenantCommands(program: Command, terminal: Terminal): void {
  const tenant = program
    .command('tenant')
    .description('Create and list tenants. A tenant is one customer: its own users, groups and tokens.');

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
}

const CREATE_EXAMPLES = `
Examples:
  scim-target tenant create acme
  scim-target tenant create acme --profile okta --store sqlite:/data/scim.db
`;

async function runCreate(name: string, flags: CreateFlags, terminal: Terminal): Promise<void> {
  const wanted = { name, profile: flags.profile, profiles: Object.keys(PROFILES) };
  const tenant = await withStore({ flags, terminal, isCreating: true }, (store) =>
    createTenant(store, { ...wanted, ...sources }),
  );
  if (flags.json) terminal.out(`${JSON.stringify(tenant)}\n`);
  terminal.err(`Created tenant ${tenant.name} (profile ${tenant.profile}).\n`);
}

async function runList(flags: ListFlags, terminal: Terminal): Promise<void> {
  const unsorted = await withStore({ flags, terminal }, (store) => store.tenants());
  const tenants = unsorted.toSorted((a, b) => compareText(a.name, b.name));
  if (flags.json) terminal.out(`${JSON.stringify(tenants)}\n`);
  else if (tenants.length === 0) terminal.err('There is no tenant yet.\n');
  else terminal.out(tenantTable(tenants));
}

function tenantTable(tenants: readonly Tenant[]): string {
  return table([
    ['NAME', 'PROFILE', 'CREATED'],
    ...tenants.map(({ name, profile, created }) => [name, profile, created]),
  ]);
}
