/** The way back, in the bar above the page. The shell has the place, the page what stands there. */
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import { createContext, useContext } from 'react';
import { createPortal } from 'react-dom';

export interface Crumb {
  readonly text: string;
  readonly href: string;
}

/** The element that they are shown in; null outside of the shell. */
export const BreadcrumbsPlace = createContext<HTMLElement | null>(null);

/** `trail`: the pages above this one, from the outermost. */
export function Breadcrumbs({ trail, title }: { readonly trail: readonly Crumb[]; readonly title: string }) {
  const host = useContext(BreadcrumbsPlace);
  const items = [...trail, { text: title, href: '' }];
  return host && createPortal(<BreadcrumbGroup items={items} ariaLabel="Where this page is" />, host);
}
