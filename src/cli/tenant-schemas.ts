/** `scim-target tenant schemas`: the resource types, extensions and policy that a tenant has of its own. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { bothSides } from '../access/audit.js';
import { Registries } from '../access/registries.js';
import { namesIn, setSchemas } from '../access/tenant-schemas.js';
import { findTenant } from '../access/tenants.js';
import { serverDocuments } from '../target.js';
import { auditCommand } from './audit.js';
import { UsageError } from './failure.js';
import type { Terminal } from './terminal.js';
import { addStoreOption, type StoreFlags, withStore } from './with-store.js';

interface SchemasFlags extends StoreFlags {
  file?: string;
  show?: boolean;
  clear?: boolean;
  schemas?: string;
}

const EXAMPLES = `
Examples:
  scim-target tenant schemas acme --file types.json
  scim-target tenant schemas acme --show
  scim-target tenant schemas acme --clear
docs/custom-types.md says what the file may hold.
`;

/** Adds the command below `tenant`. */
export function addSchemasCommand(tenant: Command, terminal: Terminal): void {
  const command = tenant
    .command('schemas')
    .description('Give a tenant resource types, extensions and a policy of its own, from the next request on.')
    .argument('<name>', 'which tenant')
    .option('--file <path>', 'a JSON document, comments allowed')
    .option('--show', 'print the document that it has')
    .option('--clear', 'leave it those of the server alone')
    .option('--schemas <folder>', 'documents that the server has for all tenants (default: SCIM_TARGET_SCHEMAS)')
    .addHelpText('after', EXAMPLES)
    .action((name: string, flags: SchemasFlags) => run(name, flags, terminal));
  addStoreOption(command);
}

async function run(name: string, flags: SchemasFlags, terminal: Terminal): Promise<void> {
  const wanted = [flags.file !== undefined, flags.show, flags.clear].filter(Boolean);
  if (wanted.length !== 1) throw new UsageError('say one of --file, --show and --clear');
  const text = flags.file === undefined ? null : await readFile(flags.file, 'utf8');
  await withStore({ flags, terminal }, async (store, options) => {
    const tenant = await findTenant(store, name);
    if (flags.show) {
      terminal.out(`${tenant.settings.schemas ?? '{}'}\n`);
      return;
    }
    const registries = new Registries(serverDocuments(flags.schemas ?? options.schemas));
    const after = await setSchemas(store, registries, tenant, text);
    const details = bothSides(namesIn(tenant.settings.schemas), namesIn(after.settings.schemas));
    await auditCommand(store, { action: 'tenant.schemas', tenant, target: name, details });
    terminal.err(`Changed the schemas of tenant ${name}.\n`);
  });
}
