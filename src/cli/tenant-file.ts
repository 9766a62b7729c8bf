/** `scim-target export` and `scim-target import`: one tenant as JSON lines. */
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { createTenant, findTenant } from '../access/tenants.js';
import { PROFILES } from '../scim/profiles.js';
import type { Tenant } from '../store/store.js';
import type { Side } from '../transfer/move.js';
import { exportTenant, type FileCounts, type FileHeader, importTenant } from '../transfer/tenant-file.js';
import { auditCommand } from './audit.js';
import { sources } from './sources.js';
import type { Terminal } from './terminal.js';
import { withSide } from './with-side.js';
import { addStoreOption, type StoreFlags } from './with-store.js';

interface ExportFlags extends StoreFlags {
  tenant: string;
  withSecrets?: boolean;
}

interface ImportFlags extends StoreFlags {
  tenant: string;
}

/** Rows that one step of undoing takes. */
const PURGED_AT_ONCE = 1_000;

const EXPORT_HELP = `
The file has users, groups, members, their history, and the receivers of changes. With --with-secrets it also has the
credentials with the hashes of their secrets, so that clients go on working where it is imported, the hashes of passwords,
and the Authorization headers of receivers, sealed; keep such a file as you keep the store itself.

Examples:
  scim-target export --tenant acme > acme.jsonl
  scim-target export --tenant acme --with-secrets --store sqlite:/data/scim.db > acme.jsonl
`;

const IMPORT_HELP = `
The tenant must not exist yet; its name need not be the one in the file. Its receivers are paused until somebody lets them
go on. Import only files that you trust.

Examples:
  scim-target import --tenant acme < acme.jsonl
  scim-target import --tenant acme-test acme.jsonl --store mongodb://localhost/scim
`;

/** Adds `export` and `import` to the program. */
export function addTenantFileCommands(program: Command, terminal: Terminal): void {
  const exporting = program
    .command('export')
    .description('Write a tenant as JSON lines to standard output.')
    .requiredOption('--tenant <name>', 'which tenant')
    .option('--with-secrets', 'credentials with the hashes of their secrets, and hashes of passwords too')
    .addHelpText('after', EXPORT_HELP)
    .action((flags: ExportFlags) => runExport(flags, terminal));
  addStoreOption(exporting);
  const importing = program
    .command('import')
    .description('Make a tenant from JSON lines.')
    .requiredOption('--tenant <name>', 'the name that it gets')
    .argument('[file]', 'what export has written (default: standard input)')
    .addHelpText('after', IMPORT_HELP)
    .action((file: string | undefined, flags: ImportFlags) => runImport(file, flags, terminal));
  addStoreOption(importing);
}

async function runExport({ store: spec, tenant: name, withSecrets = false }: ExportFlags, terminal: Terminal) {
  const counts = await withSide({ spec, terminal }, async (side) => {
    const tenant = await findTenant(side.store, name);
    await auditCommand(side.store, {
      action: 'tenant.export',
      tenant,
      target: tenant.name,
      details: { withSecrets },
    });
    return exportTenant(side, tenant, withSecrets, async (line) => terminal.out(`${line}\n`));
  });
  terminal.err(`Exported tenant ${name}: ${inWords(counts)}.\n`);
}

async function runImport(file: string | undefined, { store: spec, tenant: name }: ImportFlags, terminal: Terminal) {
  const counts = await withSide({ spec, terminal, isCreating: true }, async (side) => {
    const input = file === undefined ? process.stdin : (await open(file)).createReadStream();
    let made: Tenant | undefined;
    const create = async (header: FileHeader): Promise<Tenant> => {
      made = await newTenant(side, name, header);
      return made;
    };
    try {
      const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
      const counts = await importTenant(side, lines, create, sources);
      if (made) await side.store.updateTenant(made.id, { disabled: null });
      if (made) await auditCommand(side.store, { action: 'tenant.import', tenant: made, target: name });
      return counts;
    } catch (error) {
      // What came until then is no tenant.
      if (made) await undo(side, made);
      throw error;
    }
  });
  terminal.err(`Imported tenant ${name}: ${inWords(counts)}.\n`);
}

/** Disabled until all of it is there: of an import that is killed nothing remains that opens anything. */
async function newTenant({ store }: Side, name: string, { profile, settings }: FileHeader): Promise<Tenant> {
  const made = await createTenant(store, { name, profile, profiles: Object.keys(PROFILES), ...sources });
  return (await store.updateTenant(made.id, { settings, disabled: sources.clock() })) ?? made;
}

async function undo({ store }: Side, { id }: Tenant): Promise<void> {
  await store.removeTenant(id);
  while (await store.purgeTenants(PURGED_AT_ONCE));
}

function inWords({ resources, edges, changes, receivers, credentials }: FileCounts): string {
  const content = `${resources} resources, ${edges} memberships, ${changes} changes`;
  return `${content}, ${receivers} receivers, ${credentials} credentials`;
}
