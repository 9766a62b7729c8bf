/** `scim-target migrate`: everything that a store holds, to another store. */
import type { Command } from 'commander';
import { type MoveProgress, move } from '../transfer/move.js';
import type { Screen } from './screen.js';
import type { Terminal } from './terminal.js';
import { withSide } from './with-side.js';

interface MigrateFlags {
  from: string;
  to: string;
}

const HELP = `
Stop the servers of both stores first. What is moved: tenants, credentials (clients keep their secrets and tokens), admins,
users with the hashes of their passwords, groups, members, their history, receivers and how far each has got, the audit and
the traffic by hour. The activity stays behind. Afterwards both stores are read again and compared. After an interruption,
the same command goes on where it ended.

Examples:
  scim-target migrate --from sqlite:./data/scim.db --to mongodb://db1,db2,db3/scim?replicaSet=rs0
  scim-target migrate --from mongodb://localhost/scim --to sqlite:./data/scim.db
`;

/** Characters of the bar. */
const BAR = 30;

/** Adds the `migrate` command to the program. */
export function addMigrateCommand(program: Command, terminal: Terminal, screen: Screen): void {
  program
    .command('migrate')
    .description('Move everything from one store to another, empty one, and compare both.')
    .requiredOption('--from <spec>', 'the store to read: sqlite:PATH or mongodb://HOSTS/DATABASE')
    .requiredOption('--to <spec>', 'the store to fill: sqlite:PATH or mongodb://HOSTS/DATABASE')
    .addHelpText('after', HELP)
    .action((flags: MigrateFlags) => run(flags, terminal, screen));
}

async function run({ from, to }: MigrateFlags, terminal: Terminal, screen: Screen): Promise<void> {
  const shown = screen.columns ? barOf(terminal) : linesOf(terminal);
  const moved = await withSide({ spec: from, terminal }, (source) =>
    withSide({ spec: to, terminal, isCreating: true }, (target) => move(source, target, { onProgress: shown.tell })),
  ).finally(shown.end);
  const counts = Object.entries(moved).map(([what, count]) => `${count} ${what}`);
  terminal.err(`Moved, and found to be the same on both sides: ${counts.join(', ')}.\n`);
}

interface Shown {
  tell(progress: MoveProgress): void;
  end(): void;
}

/** One line that is written over again. */
function barOf(terminal: Terminal): Shown {
  let isOpen = false;
  return {
    tell({ stage, done, total, tenant, kind }) {
      const share = total === 0 ? 1 : done / total;
      const bar = '#'.repeat(Math.round(share * BAR)).padEnd(BAR, '.');
      const what = stage === 'moving' ? `${bar} ${Math.floor(share * 100)} %` : 'comparing';
      terminal.err(`\r\u001b[K${what} ${tenant ?? ''} ${kind}`);
      isOpen = true;
    },
    end() {
      if (isOpen) terminal.err('\r\u001b[K');
    },
  };
}

/** A line for each tenant, and for each ten percent. */
function linesOf(terminal: Terminal): Shown {
  let last = '';
  return {
    tell({ stage, done, total, tenant }) {
      const tenths = stage === 'moving' && total > 0 ? Math.floor((done / total) * 10) : 0;
      const line = `${stage}${tenant === undefined ? '' : ` ${tenant}`}${stage === 'moving' ? `: ${tenths * 10} %` : ''}`;
      if (line !== last) terminal.err(`${line}\n`);
      last = line;
    },
    end() {},
  };
}
