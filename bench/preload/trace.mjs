/** Loaded before a server: every SQL statement that it runs is noted, one line of JSON each, in the file BENCH_TRACE. */
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const LIBRARY = '@photostructure/sqlite';
const SUBSTITUTE = new URL('./traced-sqlite.mjs', import.meta.url).href;

// The hooks live in a thread of their own, where this module is loaded again.
if (isMainThread) register(import.meta.url);

export async function resolve(specifier, context, next) {
  const isWanted = specifier === LIBRARY && context.parentURL !== SUBSTITUTE;
  return isWanted ? { url: SUBSTITUTE, shortCircuit: true } : next(specifier, context);
}
