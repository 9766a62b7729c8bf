/** What a failed command says, in one sentence, and the exit code it ends with. */
import { CommanderError } from 'commander';
import { AccessError } from '../access/refusal.js';
import { OptionError, shownStore } from '../options.js';
import { SchemaDocumentError } from '../scim/schema/load.js';
import { StoreUnavailable } from '../store/store.js';

/** Exit codes: done; refused or failed; the command was not written as it should be. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** The command line is wrong in a way that the parser cannot see. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** The command cannot do what it was asked; the message says why and what to do. */
export class CommandFailed extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CommandFailed';
  }
}

/** The exit code for what a command threw. */
export function exitCodeOf(error: unknown): number {
  // Help and version end by a throw as well, with exit code 0; help that stands in for a missing command has 1.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof UsageError || error instanceof OptionError) return EXIT.usage;
  if (error instanceof AccessError && error.kind === 'invalid') return EXIT.usage;
  return EXIT.failed;
}

/** One sentence for the terminal; undefined where the parser has spoken already. Never a stack. */
export function sentenceOf(error: unknown): string | undefined {
  if (error instanceof CommanderError) return undefined;
  if (!(error instanceof Error)) return String(error);
  if (error instanceof StoreUnavailable) return `the store is not available: ${firstLine(rootOf(error).message)}`;
  return systemSentence(error) ?? firstLine(error.message || error.name);
}

/** The failure of opening a store, with the store's name; errors of the operating system name what they are about. */
export function openingFailed(spec: string, error: unknown): Error {
  const isToldAlready = error instanceof OptionError || error instanceof CommandFailed;
  if (!(error instanceof Error) || isToldAlready || systemSentence(error) !== undefined) return error as Error;
  if (error instanceof SchemaDocumentError) return new CommandFailed(`--schemas: ${error.message}`, { cause: error });
  return new CommandFailed(`the store ${shownStore(spec)} cannot be used: ${storeReason(rootOf(error).message)}`, {
    cause: error,
  });
}

/** What SQLite says of a file tells neither who nor what to do. */
const FILE_REASONS: readonly (readonly [said: RegExp, meaning: string])[] = [
  [/unable to open database file/, 'it is not a file that this user may open or make; give this user its folder'],
  [/readonly database/, 'this user may not write to the file and its folder'],
];

function storeReason(message: string): string {
  return FILE_REASONS.find(([said]) => said.test(message))?.[1] ?? firstLine(message);
}

/** Errors of the operating system in words; their own messages are made of calls and constants. */
function systemSentence(error: Error): string | undefined {
  const { code, address, port, path } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  const where = port === undefined ? path : `${address ?? ''}:${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return `${where} is in use by another process; choose another port with --port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `this machine has no address ${address ?? (error as { hostname?: string }).hostname ?? ''} to listen on`;
    case 'EACCES':
    case 'EPERM':
      return `permission to use ${where ?? 'a file'} was denied`;
    case 'EROFS':
      return `${where ?? 'the file system'} can only be read`;
    case 'ENOENT':
      return `${where ?? 'what was named'}: there is no such file or folder`;
    case 'EISDIR':
      return `${where ?? 'what was named'} is a folder; name a file`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${where ?? 'what was named'} is a file; name a folder`;
    case 'ENOSPC':
      return 'the disk is full';
    default:
      return undefined;
  }
}

function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
