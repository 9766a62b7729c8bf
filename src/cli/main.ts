#!/usr/bin/env node
/** The `scim-target` command: hands the process's arguments to program.ts and ends with its exit code. */
import { run } from './program.js';
import { processTerminal } from './terminal.js';

// A reader that has seen enough (`scim-target token list | head -1`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

// Not process.exit(): what was written to a pipe may still be on its way.
process.exitCode = await run(process.argv.slice(2), processTerminal());
