/** Arguments of commands about one of several things: by its id, or by its name where only one has it. */
import type { Command } from 'commander';
import { UsageError } from './failure.js';

export type Choice = { readonly id: string } | { readonly name: string };

/** Adds the id, `--tenant` and `--name`. @param noun `credential` */
export function addChoice(command: Command, noun: string): Command {
  return command
    .argument('[id]', 'its id, as in the list')
    .requiredOption('--tenant <name>', `whose ${noun}`)
    .option('--name <label>', 'instead of the id, where only one has the name');
}

/** @throws UsageError unless there is one of the two */
export function chosenBy(id: string | undefined, name: string | undefined, noun: string): Choice {
  if (id !== undefined && name === undefined) return { id };
  if (name !== undefined && id === undefined) return { name };
  throw new UsageError(`say which ${noun}: its id, or --name with its name, and not both`);
}
