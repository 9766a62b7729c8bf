/**
 * The admin page: a client of the admin API, and of nothing else. shell/ is what surrounds each page, components/ what
 * they share, every other folder one page with its parts; routes.tsx lists them, queries.ts is what they read.
 */
import '@cloudscape-design/global-styles/index.css';
import { I18nProvider } from '@cloudscape-design/components/i18n';
import messages from '@cloudscape-design/components/i18n/messages/all.en';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router/dom';
import './page.css';
import { noticeInput } from './api.js';
import { createQueryClient } from './queries.js';
import { createRouter } from './routes.js';
import { AnnouncementsProvider } from './shell/announcements.js';
import { followLinks } from './shell/follow-links.js';
import { NoticesProvider } from './shell/notices.js';
import { PreferencesProvider } from './shell/preferences.js';

const router = createRouter();
followLinks(router);
noticeInput(document);

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <I18nProvider locale="en" messages={[messages]}>
      <QueryClientProvider client={createQueryClient()}>
        <PreferencesProvider>
          <AnnouncementsProvider>
            <NoticesProvider>
              <RouterProvider router={router} />
            </NoticesProvider>
          </AnnouncementsProvider>
        </PreferencesProvider>
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
