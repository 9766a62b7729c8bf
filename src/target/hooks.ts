/** What of an app is asked while a request waits. */
import type { BeforeCommit, ServerValues } from '../directory/before-commit.js';
import type { DirectoryOptions } from '../directory/options.js';
import type { PasswordHook } from '../directory/password-hook.js';
import type { Store } from '../store/store.js';
import type { TargetOptions } from './options.js';

export type Hooks = Pick<
  TargetOptions,
  'onPassword' | 'beforeCommit' | 'hookTimeout' | 'authenticate' | 'createTenants'
>;

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
