/** Makes every plain link to a page of ours a change of page without a reload, so that components just say `href`. */
import type { createBrowserRouter } from 'react-router';

type Router = ReturnType<typeof createBrowserRouter>;

/** The link that a click follows within the page: same origin, below /admin, and asked for in this window. */
function linkOf(event: MouseEvent): URL | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
  const anchor = event.target instanceof Element ? event.target.closest('a') : null;
  if (!anchor?.href || anchor.hasAttribute('download') || (anchor.target !== '' && anchor.target !== '_self')) {
    return undefined;
  }
  const url = new URL(anchor.href);
  const isPage = /^\/admin(?:\/|$)/.test(url.pathname) && !url.pathname.startsWith('/admin/api/');
  const isPlace = url.pathname === location.pathname && url.search === location.search && url.hash !== '';
  return url.origin === location.origin && isPage && !isPlace ? url : undefined;
}

export function followLinks(router: Router): void {
  document.addEventListener('click', (event) => {
    const url = linkOf(event);
    if (!url) return;
    event.preventDefault();
    void router.navigate(`${url.pathname}${url.search}${url.hash}`);
  });
}
