/** Command lines run in this process, and stores as they leave them. */
import { expect } from 'vitest';
import { run } from '../../src/cli/program.js';
import type { Store } from '../../src/store/store.js';
import { openStore } from '../../src/target.js';
import { FakeTerminal } from './fake-terminal.js';

type Env = Readonly<Record<string, string>>;

export async function runIn(env: Env, args: readonly string[]) {
  const terminal = new FakeTerminal(env);
  const code = await run(args, terminal);
  return { code, ...terminal.written };
}

/** One that must succeed; gives its standard output. */
export async function succeedIn(env: Env, args: readonly string[]): Promise<string> {
  const { code, out, err } = await runIn(env, args);
  expect({ code, err }).toEqual({ code: 0, err: expect.any(String) });
  return out;
}

/** @param spec `sqlite:PATH` or `mongodb://…` */
export async function withStoreAt<T>(spec: string, act: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(spec);
  return act(store).finally(() => store.close());
}
