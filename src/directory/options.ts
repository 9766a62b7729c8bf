/** What a directory is made of. */
import type { FilterLimits } from '../scim/filter/parse.js';
import type { Store } from '../store/store.js';
import type { Announce } from './announce.js';
import type { BeforeCommit } from './before-commit.js';
import type { HashPassword } from './kept-password.js';
import type { PasswordHook } from './password-hook.js';

/** What a directory needs of its store. */
export type DirectoryStore = Pick<
  Store,
  'get' | 'search' | 'edges' | 'presentEdges' | 'memberships' | 'containers' | 'commit'
>;

export interface DirectoryOptions {
  readonly store: DirectoryStore;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  /** A new id, never given before. */
  readonly newId: () => string;
  readonly filterLimits: FilterLimits;
  /** Members that one request may name. */
  readonly maxMembers: number;
  /** Who is given the passwords that clients set; without it nobody is. */
  readonly onPassword?: PasswordHook | undefined;
  /** Who is asked before something is committed; without it nobody is. Is told Tenant.id for the tenant. */
  readonly beforeCommit?: BeforeCommit | undefined;
  /** Milliseconds that each of the two may take; HOOK_TIMEOUT without it. */
  readonly hookTimeout?: number | undefined;
  /** What is kept of the passwords that clients set; without it nothing is. */
  readonly hashPassword?: HashPassword | undefined;
  /** Called with Tenant.id when something that was written is durable. What it throws goes nowhere. */
  readonly announce?: Announce | undefined;
}
