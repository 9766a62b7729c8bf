/** The store as the management commands use it: opened for one command, then closed. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { readOptions, type ServerOptions } from '../options.js';
import type { Store } from '../store/store.js';
import { openStore } from '../target.js';
import { CommandFailed, openingFailed } from './failure.js';
import type { Terminal } from './terminal.js';

/** Flags of every command that works on a store. */
export interface StoreFlags {
  store?: string;
}

/** Adds `--store` to a command. */
export function addStoreOption(command: Command): Command {
  return command.option(
    '--store <spec>',
    'sqlite:PATH or mongodb://HOSTS/DATABASE (default: SCIM_TARGET_STORE, or sqlite:./data/scim.db)',
  );
}

/** Adds `--json` to a command. */
export function addJsonOption(command: Command): Command {
  return command.option('--json', 'print JSON on standard output');
}

/** Where a command works. `isCreating`: the file may be new; otherwise a missing one is an error, not a new store. */
export interface StoreUse {
  readonly flags: StoreFlags;
  readonly terminal: Terminal;
  readonly isCreating?: boolean;
}

/** Opens the store that flags and environment name, lets `act` work on it, and closes it in any case. */
export async function withStore<T>(
  { flags, terminal, isCreating = false }: StoreUse,
  act: (store: Store, options: ServerOptions) => Promise<T>,
): Promise<T> {
  const options = readOptions(terminal.env, { store: flags.store });
  if (options.store === 'memory:') {
    throw new CommandFailed(
      'a memory: store lives inside its server, nothing would remain; name a file: --store sqlite:PATH',
    );
  }
  const path = /^sqlite:(.*)$/.exec(options.store)?.[1];
  if (path !== undefined && !isCreating && !existsSync(path)) {
    throw new CommandFailed(
      `there is no store at ${path}; create a tenant first, or name the file: --store sqlite:PATH`,
    );
  }
  const store = await openStore(options.store, options.busyTimeout).catch((error: unknown) => {
    throw openingFailed(options.store, error);
  });
  try {
    return await act(store, options);
  } finally {
    await store.close();
  }
}
