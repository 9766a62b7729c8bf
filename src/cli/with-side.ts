/** A store with its rows, as the commands use it that move data. */
import { existsSync } from 'node:fs';
import { readOptions, shownStore } from '../options.js';
import { openStore, openTransfer } from '../target.js';
import type { Side } from '../transfer/move.js';
import { CommandFailed, openingFailed } from './failure.js';
import type { Terminal } from './terminal.js';

export interface SideUse {
  /** As `--store`; undefined: that of the environment. */
  readonly spec: string | undefined;
  readonly terminal: Terminal;
  /** The file may be new. */
  readonly isCreating?: boolean;
}

/** Opens the store, lets `act` work on it, and closes it in any case. */
export async function withSide<T>(
  { spec, terminal, isCreating = false }: SideUse,
  act: (side: Side) => Promise<T>,
): Promise<T> {
  const { store: named, busyTimeout } = readOptions(terminal.env, { store: spec });
  if (named === 'memory:') throw new CommandFailed('a memory: store lives inside its server; name another one');
  const path = /^sqlite:(.*)$/.exec(named)?.[1];
  if (path !== undefined && !isCreating && !existsSync(path)) throw new CommandFailed(`there is no store at ${path}`);
  const refused = (error: unknown): never => {
    throw openingFailed(named, error);
  };
  const store = await openStore(named, busyTimeout).catch(refused);
  try {
    const transfer = await openTransfer(named, busyTimeout).catch(refused);
    try {
      return await act({ store, transfer, name: shownStore(named) });
    } finally {
      await transfer.close();
    }
  } finally {
    await store.close();
  }
}
