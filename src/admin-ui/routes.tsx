/** The addresses of the page, and what is loaded for each. A page is fetched when it is first visited. */
import { createBrowserRouter, type RouteObject } from 'react-router';
import { PageWait } from './components/wait.js';
import { ErrorPage } from './shell/error-page.js';
import { HomePage } from './shell/home.js';
import { NotFoundPage } from './shell/not-found-page.js';
import { PublicLayout } from './shell/public-layout.js';
import { Shell } from './shell/shell.js';

/** Below /admin/tenants/:tenant. */
const TENANT_ROUTES: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import('./tenant/tenant-page.js')).TenantPage }) },
  { path: 'connect', lazy: async () => ({ Component: (await import('./connect/connect-page.js')).ConnectPage }) },
  {
    path: 'credentials',
    lazy: async () => ({ Component: (await import('./credentials/credentials-page.js')).CredentialsPage }),
  },
  {
    path: 'credentials/:credential',
    lazy: async () => ({ Component: (await import('./credentials/credential-page.js')).CredentialPage }),
  },
  {
    path: 'resources/:type',
    lazy: async () => ({ Component: (await import('./directory/resources-page.js')).ResourcesPage }),
  },
  {
    path: 'resources/:type/:id',
    lazy: async () => ({ Component: (await import('./directory/resource-page.js')).ResourcePage }),
  },
  { path: 'activity', lazy: async () => ({ Component: (await import('./activity/activity-page.js')).ActivityPage }) },
  { path: 'events', lazy: async () => ({ Component: (await import('./events/events-page.js')).EventsPage }) },
  {
    path: 'events/:receiver',
    lazy: async () => ({ Component: (await import('./events/receiver-page.js')).ReceiverPage }),
  },
  {
    path: 'subscribers/:subscriber',
    lazy: async () => ({ Component: (await import('./events/subscriber-page.js')).SubscriberPage }),
  },
  { path: 'schemas', lazy: async () => ({ Component: (await import('./schemas/schemas-page.js')).SchemasPage }) },
];

/** Below /admin, of whoever is signed in. */
const ROUTES: RouteObject[] = [
  { index: true, Component: HomePage },
  { path: 'tenants', lazy: async () => ({ Component: (await import('./tenants/tenants-page.js')).TenantsPage }) },
  { path: 'tenants/:tenant', children: TENANT_ROUTES },
  {
    path: 'activity',
    lazy: async () => ({ Component: (await import('./activity/activity-page.js')).StrayActivityPage }),
  },
  { path: 'admins', lazy: async () => ({ Component: (await import('./admins/admins-page.js')).AdminsPage }) },
  { path: 'audit', lazy: async () => ({ Component: (await import('./audit/audit-page.js')).AuditPage }) },
  { path: 'settings', lazy: async () => ({ Component: (await import('./settings/settings-page.js')).SettingsPage }) },
  { path: 'account', lazy: async () => ({ Component: (await import('./settings/account-page.js')).AccountPage }) },
  { path: '*', Component: NotFoundPage },
];

const PUBLIC_ROUTES: RouteObject[] = [
  { path: 'signin', lazy: async () => ({ Component: (await import('./sign-in/sign-in-page.js')).SignInPage }) },
  { path: 'setup', lazy: async () => ({ Component: (await import('./set-up/set-up-page.js')).SetUpPage }) },
];

/** An error of one page is shown in its place: what surrounds it stays usable. */
function withErrorPage(children: RouteObject[]): RouteObject[] {
  return [{ ErrorBoundary: ErrorPage, children }];
}

export function createRouter() {
  return createBrowserRouter([
    {
      path: '/admin',
      ErrorBoundary: ErrorPage,
      HydrateFallback: PageWait,
      children: [
        { Component: PublicLayout, children: withErrorPage(PUBLIC_ROUTES) },
        { Component: Shell, children: withErrorPage(ROUTES) },
      ],
    },
  ]);
}
