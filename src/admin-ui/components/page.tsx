/** One page: its title in the window and as heading, the way back, its actions. Focus goes to the heading. */
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header, { type HeaderProps } from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation } from 'react-router';
import { Breadcrumbs, type Crumb } from '../shell/breadcrumbs.js';

interface Props {
  readonly title: string;
  readonly description?: ReactNode;
  readonly counter?: HeaderProps['counter'];
  readonly info?: ReactNode;
  /** Buttons. */
  readonly actions?: ReactNode;
  /** The pages above this one, from the outermost. */
  readonly trail?: readonly Crumb[];
  readonly children: ReactNode;
}

/** Where focus has been moved to last, so that a page which is merely drawn again does not take it. */
let focused: string | undefined;

function useFocusOnHeading() {
  const place = useRef<HTMLDivElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    const isFirst = focused === undefined;
    if (focused === pathname) return;
    focused = pathname;
    const heading = place.current?.querySelector('h1');
    if (isFirst || !heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }, [pathname]);
  return place;
}

export function Page({ title, description, counter, info, actions, trail, children }: Props) {
  const place = useFocusOnHeading();
  useEffect(() => {
    document.title = `${title} – scim-target`;
  }, [title]);
  return (
    <div ref={place}>
      {trail && <Breadcrumbs trail={trail} title={title} />}
      <ContentLayout
        header={
          <Header
            variant="h1"
            description={description}
            {...(counter !== undefined && { counter })}
            info={info}
            actions={
              actions && (
                <SpaceBetween direction="horizontal" size="xs">
                  {actions}
                </SpaceBetween>
              )
            }
          >
            {title}
          </Header>
        }
      >
        <SpaceBetween size="l">{children}</SpaceBetween>
      </ContentLayout>
    </div>
  );
}
