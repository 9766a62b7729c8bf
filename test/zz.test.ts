import { it } from 'vitest';
import { run } from '../src/cli/program.js';
import { FakeTerminal } from './cli/fake-terminal.js';
it('x', async () => {
  for (const args of [['tenant', 'create', 'acme', '--store', 'mongodb://127.0.0.1:27122/smoke'], ['tenant', 'list', '--store', 'mongodb://127.0.0.1:27122/smoke'], ['tenant', 'list', '--store', 'mongodb://u:hidden@127.0.0.1:1/smoke']]) {
    const terminal = new FakeTerminal({});
    console.log(await run(args, terminal), terminal.written);
  }
});
