/**
 * Passwords on their way to the app that the target is part of. They are kept nowhere here: not in the resource, nor in
 * its history, nor in a log.
 */
import type { JsonObject } from '../scim/json.js';
import { askApp } from './app-hook.js';

/** A password that a client has set for somebody. */
export interface SetPassword {
  /** Tenant.id; for an app, its name. */
  readonly tenant: string;
  /** ResourceType.name */
  readonly type: string;
  readonly id: string;
  /** As it will be when the write succeeds: canonical JSON without `id`, `meta` and the password. */
  readonly resource: JsonObject;
  /** In clear. */
  readonly password: string;
}

/**
 * Asked before the write that sets a password is committed; a ScimError that it throws is the client's answer, and nothing
 * is written. It may be asked again for one request, when another write came in between, and the write may still be
 * refused afterwards (the name is taken): keep the password by `id`. What it returns, or resolves with, is of no account.
 */
export type PasswordHook = (set: SetPassword) => unknown;

/** @throws ScimError that of the hook, or unavailable where it fails or takes too long */
export async function askHook(hook: PasswordHook, set: SetPassword, timeout?: number): Promise<void> {
  await askApp('onPassword', () => hook(set), timeout);
}
