/** What surrounds the pages of those who are not signed in: nothing but the name. */
import TopNavigation from '@cloudscape-design/components/top-navigation';
import { Outlet } from 'react-router';
import { paths } from '../paths.js';

export function PublicLayout() {
  return (
    <>
      <div id="top">
        <TopNavigation identity={{ href: paths.home, title: 'scim-target' }} />
      </div>
      <main id="content" className="narrow-page" tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}
