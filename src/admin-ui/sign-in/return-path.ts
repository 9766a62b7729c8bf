/** Where somebody wanted to go before single sign-on took them elsewhere, and back to the start of this page. */
import { paths, safeReturn } from '../paths.js';

const NAME = 'scim-target-admin-return';

/** Kept for this tab; undefined forgets it. Without storage everybody begins at the start. */
export function keepReturn(path: string | undefined): void {
  try {
    if (path === undefined) sessionStorage.removeItem(NAME);
    else sessionStorage.setItem(NAME, path);
  } catch {
    // Storage is switched off in this browser.
  }
}

/** Undefined when there is none. */
export function keptReturn(): string | undefined {
  try {
    const path = safeReturn(sessionStorage.getItem(NAME));
    return path === paths.home ? undefined : path;
  } catch {
    return undefined;
  }
}
