/** `scim-target conformance`: asks any SCIM server what it does, as its clients would, and reports. */
import type { Command } from 'commander';
import { addChoiceOptions, addTargetOptions, type ConformanceFlags, type ReplayFlags } from './conformance-options.js';
import type { ConformanceContext } from './conformance-run.js';

const EXAMPLES = `
Without --suite, --scenario, --directory and --only all four suites run. What a run makes on the server begins with
ct- and is removed at the end; other people's data is never changed.

Exit codes: 0 nothing failed; 1 something failed; 2 it could not run, or not to its end; 130 or 143 it was ended by
Ctrl-C or SIGTERM, what it had made was removed, and the report so far was written.

Examples:
  scim-target conformance --url https://scim.example.com/scim/v2 --token TOKEN
  scim-target conformance --url URL --token TOKEN --suite entra,okta --html report.html
  scim-target conformance --url URL --token TOKEN --only rfc.filter
  scim-target conformance --url URL --token TOKEN --scenario netskope --directory users=200,groups=20,cycles=3,seed=7
  scim-target conformance --url URL --token TOKEN --read-only --max-rps 5
  scim-target conformance --url URL --token TOKEN --me-token TOKEN_OF_A_USER --reads lenient
  scim-target conformance --list
`;

const REPLAY_EXAMPLES = `
Reads a HAR: one that --record wrote, or one captured elsewhere, such as by a proxy in front of a client. The requests
that went to one SCIM base URL are sent to the other server in the same order, with that server's ids, and the answers
are compared. Credentials are never taken from the file. A replay changes nothing but what it made itself.

Examples:
  scim-target conformance replay entra.har --url https://scim.example.com/scim/v2 --token TOKEN
  scim-target conformance replay all.har --from https://old.example.com/scim --url URL --token TOKEN
`;

/** Checks and scenarios are read when they are needed: the other commands start without them. */
function loadRun(): Promise<typeof import('./conformance-run.js')> {
  return import('./conformance-run.js');
}

/** Adds the `conformance` command, with `replay` below it, to the program. */
export function addConformanceCommand(program: Command, context: ConformanceContext): void {
  const conformance = program
    .command('conformance')
    .description('Check any SCIM server over HTTP, as Microsoft Entra, Okta and others would use it.')
    .showHelpAfterError(false)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ConformanceFlags) => {
      const { ConformanceCommand } = await loadRun();
      await new ConformanceCommand(flags, context).guarded((command) => command.run(flags));
    });
  addTargetOptions(addChoiceOptions(conformance));

  const replay = conformance
    .command('replay')
    .description('Send a recording to another server and compare the answers.')
    .argument('<file>', 'a HAR file')
    .showHelpAfterError(false)
    .option('--from <url>', 'SCIM base URL in the recording (default: the one most requests went to)')
    .addHelpText('after', REPLAY_EXAMPLES)
    .action(async (file: string, flags: ReplayFlags) => {
      const { ConformanceCommand } = await loadRun();
      await new ConformanceCommand(flags, context).guarded((command) => command.replay(file, flags));
    });
  addTargetOptions(replay);
}
