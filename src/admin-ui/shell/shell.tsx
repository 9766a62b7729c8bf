/** What surrounds every page of whoever is signed in: the bar on top, the navigation, notices. */
import AppLayout from '@cloudscape-design/components/app-layout-toolbar';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Navigate, Outlet, useLocation, useNavigation } from 'react-router';
import { ErrorBox } from '../components/error-box.js';
import { PageWait } from '../components/wait.js';
import { paths } from '../paths.js';
import { queries } from '../queries.js';
import { BreadcrumbsPlace } from './breadcrumbs.js';
import { Navigation } from './navigation.js';
import { NoticeBar } from './notices.js';
import { PanelContext, usePanelPlace } from './panel.js';
import { SessionContext, type SignInState } from './session.js';
import { SkipLink } from './skip-link.js';
import { TopBar } from './top-bar.js';

const isWide = () => matchMedia('(min-width: 912px)').matches;

export function Shell() {
  const session = useQuery(queries.session);
  const { pathname, search } = useLocation();
  const wasSignedIn = useRef(false);
  if (session.data) wasSignedIn.current = true;
  if (session.data) {
    return (
      <SessionContext value={session.data}>
        <Layout />
      </SessionContext>
    );
  }
  if (session.data === null) {
    const state: SignInState = { hasEnded: wasSignedIn.current };
    return <Navigate to={paths.signIn(`${pathname}${search}`)} state={state} replace />;
  }
  if (session.error) return <ErrorBox error={session.error} onRetry={() => session.refetch()} />;
  return <PageWait />;
}

function Layout() {
  const [isOpen, setOpen] = useState(isWide);
  const [crumbs, setCrumbs] = useState<HTMLElement | null>(null);
  const isLoading = useNavigation().state === 'loading';
  const { place, props } = usePanelPlace();
  return (
    <>
      <SkipLink />
      <TopBar />
      <AppLayout
        {...props}
        headerSelector="#top"
        toolsHide
        navigation={<Navigation onFollow={() => setOpen(isWide())} />}
        navigationOpen={isOpen}
        onNavigationChange={({ detail }) => setOpen(detail.open)}
        breadcrumbs={<div ref={setCrumbs} />}
        notifications={<NoticeBar />}
        ariaLabels={{
          navigation: 'Pages',
          navigationToggle: 'Open the list of pages',
          navigationClose: 'Close the list of pages',
          notifications: 'Notices',
        }}
        content={
          <div id="content" tabIndex={-1} aria-busy={isLoading}>
            <BreadcrumbsPlace value={crumbs}>
              <PanelContext value={place}>
                <Outlet />
              </PanelContext>
            </BreadcrumbsPlace>
          </div>
        }
      />
    </>
  );
}
