/** The token of a set-up link. It stands in the fragment, which no server sees and no log keeps. */

let token: string | undefined;

/**
 * The token of the address, which is taken out of the address at once so that neither the history nor a shared screen
 * has it. Kept in memory, since a page may be drawn twice. Empty when the link has none.
 */
export function takeToken(): string {
  const fragment = location.hash.slice(1);
  if (fragment !== '') {
    token = decodeURIComponent(fragment);
    history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  }
  return token ?? '';
}

export function forgetToken(): void {
  token = undefined;
}
