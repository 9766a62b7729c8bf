/** `scim-target serve`: start, say where, and stop in order when told to. Every option of options.ts is a flag of it. */
import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { OPTIONS, type OptionDescription, readOptions, type ServerOptions, shownStore } from '../options.js';
import { startServer } from '../server.js';
import { openTransfer } from '../target.js';
import { sourceOfMove } from '../transfer/move.js';
import { adminPage, localOrigin, scimBaseUrl } from './base-url.js';
import { CommandFailed, openingFailed } from './failure.js';
import { firstStart } from './first-start.js';
import { untilStopped } from './stop.js';
import type { Terminal } from './terminal.js';

type ServeFlags = Partial<Record<keyof ServerOptions, string>>;

const EXAMPLES = `
A flag goes before the environment. On an empty store the first start creates a tenant named "default" and prints
its SCIM base URL and a token, once; not with NODE_ENV=production. While there is no admin, each start prints a link
with which somebody becomes the owner; it works once, within 24 hours.
SIGTERM and SIGINT let requests in flight finish; a second signal does not wait for them.

Examples:
  scim-target serve
  scim-target serve --host 0.0.0.0 --port 8443 --store sqlite:/data/scim.db
  SCIM_TARGET_STORE=memory: scim-target serve
`;

/** Adds the `serve` command to the program. */
export function addServeCommand(program: Command, terminal: Terminal): void {
  const serve = program
    .command('serve')
    .description('Run the server.')
    .addHelpText('after', EXAMPLES)
    .action((flags: ServeFlags) => runServe(flags, terminal));
  for (const description of OPTIONS) serve.addOption(flagOf(description));
}

/** Without a default of the parser's own: readOptions must see whether the flag was given. */
function flagOf({ flag, description, default: fallback, unit, env }: OptionDescription): Option {
  const value = `<${unit ?? 'value'}>`;
  const origin = fallback === undefined ? `env ${env.join(', ')}` : `default ${fallback}; env ${env.join(', ')}`;
  return new Option(`${flag} ${value}`, `${description} [${origin}]`);
}

/** What Kubernetes tells each pod of a Service named `scim-target`. */
const SERVICE_LINK = /^SCIM_TARGET_(?:SERVICE|PORT)_/;

/** A mistyped flag is refused; a mistyped variable, which may be anybody's, is named. */
function warnOfVariables(terminal: Terminal): void {
  const known = OPTIONS.flatMap((description) => description.env);
  const strange = Object.keys(terminal.env).filter((name) => /^SCIM_TARGET_/.test(name) && !SERVICE_LINK.test(name));
  for (const name of strange.filter((one) => !known.includes(one))) {
    terminal.err(`scim-target: ${name} is no option and has no effect (serve --help lists them).\n`);
  }
}

/** What is still to be moved there would be missing: clients would make it once more. @throws CommandFailed */
async function checkIsWhole({ store, busyTimeout }: ServerOptions): Promise<void> {
  const path = /^sqlite:(.*)$/.exec(store)?.[1];
  if (store === 'memory:' || (path !== undefined && !existsSync(path))) return;
  const transfer = await openTransfer(store, busyTimeout);
  const from = await sourceOfMove(transfer).finally(() => transfer.close());
  if (from === undefined) return;
  throw new CommandFailed(
    `the move from ${from} to ${shownStore(store)} has not ended; run the same scim-target migrate again, or name another store`,
  );
}

async function runServe(flags: ServeFlags, terminal: Terminal): Promise<void> {
  warnOfVariables(terminal);
  const options = readOptions(terminal.env, flags);
  const refused = (error: unknown): never => {
    throw openingFailed(options.store, error);
  };
  await checkIsWhole(options).catch(refused);
  // What else could fail is the port, and that error is one of the operating system.
  const server = await startServer(options).catch(refused);
  const stopped = untilStopped(() => server.close(), terminal);
  try {
    const origin = options.publicUrl ?? localOrigin(server.url);
    const [baseUrl, page] = [scimBaseUrl(origin), adminPage(origin)];
    terminal.err(
      `Listening at ${server.url} with the store ${shownStore(options.store)}. The SCIM base URL is ${baseUrl}\n`,
    );
    terminal.err(`The admin page is ${page}/\n`);
    await firstStart({ store: server.store, baseUrl, page, isKept: options.store !== 'memory:', terminal });
  } catch (error) {
    await server.close();
    throw error;
  }
  await stopped;
}
