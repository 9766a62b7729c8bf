/** `scim-target signing-key list|rotate`: what signs the security event tokens of all tenants. */
import type { Command } from 'commander';
import { parseSeconds } from '../access/lifetime.js';
import { type PublicKey, SigningKeys } from '../events/signing-keys.js';
import type { Store } from '../store/store.js';
import { auditCommand } from './audit.js';
import { sources } from './sources.js';
import { type Terminal, table } from './terminal.js';
import { addJsonOption, addStoreOption, type StoreFlags, withStore } from './with-store.js';

interface ListFlags extends StoreFlags {
  json?: boolean;
}

interface RotateFlags extends ListFlags {
  overlap: string;
}

/** Adds the `signing-key` commands to the program. */
export function addSigningKeyCommands(program: Command, terminal: Terminal): void {
  const signingKey = program
    .command('signing-key')
    .description('See and replace the key that signs the security event tokens of all tenants.');

  const list = signingKey
    .command('list')
    .description('List the key that signs, and those that it has replaced while they are published. Shows no secret.')
    .action((flags: ListFlags) => runList(flags, terminal));
  addJsonOption(addStoreOption(list));

  const rotate = signingKey
    .command('rotate')
    .description('Make a new key, which signs from now on; the old ones are published for a while beside it.')
    .option('--overlap <time>', 'how long old keys are published, at most 30d; 0 takes them back at once', '24h')
    .addHelpText('after', ROTATE_EXAMPLES)
    .action((flags: RotateFlags) => runRotate(flags, terminal));
  addJsonOption(addStoreOption(rotate));
}

const ROTATE_EXAMPLES = `
Standard output is the list of keys as it is then. A server on the same store signs with the new key within five seconds.

Examples:
  scim-target signing-key rotate --overlap 7d
`;

async function runList(flags: ListFlags, terminal: Terminal): Promise<void> {
  const keys = await withStore({ flags, terminal }, (store) => keysIn(store).published());
  print(keys, flags, terminal);
}

async function runRotate(flags: RotateFlags, terminal: Terminal): Promise<void> {
  const overlap = parseSeconds(flags.overlap, '--overlap');
  const keys = await withStore({ flags, terminal }, async (store) => {
    const found = keysIn(store);
    const { jwk } = await found.rotate(overlap);
    await auditCommand(store, {
      action: 'signing-key.rotate',
      target: jwk.kid,
      details: { overlapSeconds: overlap },
    });
    return found.published();
  });
  print(keys, flags, terminal);
}

function keysIn(store: Store): SigningKeys {
  return new SigningKeys({ store, clock: sources.clock });
}

function print(keys: readonly PublicKey[], { json }: ListFlags, terminal: Terminal): void {
  const shown = keys.map(({ jwk, created, ends }) => ({ id: jwk.kid, created: created ?? null, ends: ends ?? null }));
  if (json) terminal.out(`${JSON.stringify(shown)}\n`);
  else terminal.out(table([['ID', 'SIGNS SINCE', 'PUBLISHED UNTIL'], ...shown.map(rowOf)]));
}

function rowOf({ id, created, ends }: { id: string; created: string | null; ends: string | null }): string[] {
  return [id, created ?? 'not known', ends ?? 'it is replaced'];
}
