/** What a target does with the passwords that clients set. */
import { hashPassword } from '../access/passwords.js';
import { checkUserPassword, type UserPasswordParts } from '../access/user-passwords.js';
import type { HashPassword } from '../directory/kept-password.js';
import type { PasswordHook } from '../directory/password-hook.js';
import type { TargetSettings } from '../options.js';
import { textOf } from './given.js';
import type { ScimTarget } from './options.js';

/** What is kept of a password; undefined where it is let go. */
export function hashOf({ passwords }: Pick<TargetSettings, 'passwords'>): HashPassword | undefined {
  return passwords === 'hash' ? hashPassword : undefined;
}

/** Whether a client can change passwords: somebody is given them, or they are kept. RFC 7643 §5 */
export function takesPasswords({ passwords }: Pick<TargetSettings, 'passwords'>, hook?: PasswordHook): boolean {
  return hook !== undefined || passwords === 'hash';
}

export function passwordsOf(parts: UserPasswordParts): Pick<ScimTarget, 'checkPassword'> {
  return {
    checkPassword: async (tenant, userName, password, address) =>
      checkUserPassword(parts, {
        tenant: textOf('tenant', tenant),
        userName: textOf('userName', userName),
        password: textOf('password', password),
        address,
      }),
  };
}
