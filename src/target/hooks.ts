/** What of an app is asked while a request waits. */
import type { BeforeCommit, ServerValues } from '../directory/before-commit.js';
import type { DirectoryOptions } from '../directory/directory.js';
import type { PasswordHook } from '../directory/password-hook.js';
import { OptionError } from '../options.js';
import type { Store } from '../store/store.js';
import type { TargetOptions } from './options.js';

export type Hooks = Pick<
  TargetOptions,
  'onPassword' | 'beforeCommit' | 'hookTimeout' | 'authenticate' | 'createTenants'
>;

/** Milliseconds. */
const LONGEST_TIMEOUT = 600_000;

/** @throws OptionError */
export function hooksOf(options: TargetOptions): Hooks {
  const { onPassword, beforeCommit, hookTimeout, authenticate, createTenants } = options;
  for (const [name, hook] of Object.entries({ onPassword, beforeCommit, authenticate })) {
    if (hook !== undefined && typeof hook !== 'function') throw new OptionError(`${name} must be a function.`);
  }
  if (
    hookTimeout !== undefined &&
    !(Number.isInteger(hookTimeout) && hookTimeout > 0 && hookTimeout <= LONGEST_TIMEOUT)
  ) {
    throw new OptionError(`hookTimeout must be a whole number from 1 to ${LONGEST_TIMEOUT}, in milliseconds.`);
  }
  if (createTenants && !authenticate) throw new OptionError('createTenants needs authenticate beside it.');
  return { onPassword, beforeCommit, hookTimeout, authenticate, createTenants };
}

/** Those that the directory asks. An app knows its tenants by their names. */
export function directoryHooks(
  { onPassword, beforeCommit, hookTimeout }: Hooks,
  store: Pick<Store, 'tenantById'>,
): Pick<DirectoryOptions, 'onPassword' | 'beforeCommit' | 'hookTimeout'> {
  const named = async <About extends { readonly tenant: string }>(about: About): Promise<About> => {
    const tenant = await store.tenantById(about.tenant);
    return { ...about, tenant: tenant?.name ?? about.tenant };
  };
  const password: PasswordHook = async (set) => onPassword?.(await named(set));
  const before: BeforeCommit = async (change, context) =>
    (await beforeCommit?.(await named(change), context)) as ServerValues | undefined;
  return {
    hookTimeout,
    onPassword: onPassword && password,
    beforeCommit: beforeCommit && before,
  };
}
