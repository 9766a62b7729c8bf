/** The command line as a whole: which commands there are, and how each of them ends. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addAdminCommands } from './admin.js';
import { addConformanceCommand } from './conformance.js';
import { EXIT, exitCodeOf, sentenceOf } from './failure.js';
import { addIssueCommands } from './issue.js';
import { addMigrateCommand } from './migrate.js';
import { type Screen, screenOf } from './screen.js';
import { addServeCommand } from './serve.js';
import { addSigningKeyCommands } from './signing-key.js';
import { addTenantCommands } from './tenant.js';
import { addTenantFileCommands } from './tenant-file.js';
import type { Terminal } from './terminal.js';
import { addTokenCommands } from './token.js';
import { addWebhookCommands } from './webhook.js';

const EXAMPLES = `
Examples:
  scim-target serve --port 8080 --store sqlite:./data/scim.db
  scim-target tenant create acme --profile entra
  scim-target token create --tenant acme --name "Entra production" --expires 365d
  scim-target client create --tenant acme --name "Entra production"
  scim-target token list --tenant acme
  scim-target webhook add --tenant acme --name "Our CRM" --url https://crm.example.com/scim-events
  scim-target admin invite --email ann@example.com
  scim-target migrate --from sqlite:./data/scim.db --to mongodb://db1,db2,db3/scim?replicaSet=rs0
  scim-target conformance --url https://scim.example.com/scim/v2 --token TOKEN

The commands beside serve and conformance work while a server has the same SQLite file open.
Exit codes: 0 done, 1 refused or failed, 2 the command is not written as it should be; conformance --help has its own.
`;

/** Runs one command line, without node and the script's name. Gives the exit code; never throws. */
export async function run(
  args: readonly string[],
  terminal: Terminal,
  screen: Screen = screenOf(terminal),
): Promise<number> {
  let exitCode: number = EXIT.ok;
  const end = (code: number) => {
    exitCode = code;
  };
  try {
    await createProgram(terminal, screen, end).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    const sentence = sentenceOf(error);
    if (sentence !== undefined) terminal.err(`scim-target: ${sentence}\n`);
    if (isDebugging(terminal) && error instanceof Error) terminal.err(`${error.stack}\n`);
    return exitCodeOf(error);
  }
}

/** A stack is for whoever asked for one. */
function isDebugging({ env }: Terminal): boolean {
  return ['debug', 'trace'].includes(env.SCIM_TARGET_LOG_LEVEL ?? '');
}

function createProgram(terminal: Terminal, screen: Screen, end: (exitCode: number) => void): Command {
  const program = new Command('scim-target')
    .description('A SCIM 2.0 target server: Microsoft Entra ID, Okta and others provision users and groups into it.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain the command')
    // Settings before commands: a command takes them from its parent when it is added.
    .exitOverride()
    // A flag belongs to the command that it follows: `conformance replay` has some that `conformance` has too.
    .enablePositionalOptions()
    .showHelpAfterError('(--help explains the command)')
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      // A suggestion belongs to its sentence.
      outputError: (text, write) =>
        write(text.replace(/^error: /, 'scim-target: ').replace(/\n(?=\(Did you mean)/, ' ')),
    })
    .addHelpText('after', EXAMPLES);
  addServeCommand(program, terminal);
  addTenantCommands(program, terminal);
  addTokenCommands(program, terminal);
  addIssueCommands(program, terminal);
  addWebhookCommands(program, terminal);
  addSigningKeyCommands(program, terminal);
  addAdminCommands(program, terminal);
  addTenantFileCommands(program, terminal);
  addMigrateCommand(program, terminal, screen);
  addConformanceCommand(program, { terminal, screen, version: packageVersion(), end });
  return program;
}

/** Two folders up from dist/cli and from src/cli alike. */
function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return (manifest as { version: string }).version;
}
