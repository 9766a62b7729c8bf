/** What is shown in place of a page that failed: what happened, and what to do. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { isRouteErrorResponse, useRouteError } from 'react-router';
import { Page } from '../components/page.js';
import { NotFoundPage } from './not-found-page.js';

/** A page of an older version asks for files that a newer one no longer has. */
function isOutdated(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|module script failed|preload CSS/i.test(error.message);
}

export function ErrorPage() {
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFoundPage />;
  const text = isOutdated(error)
    ? 'A part of this page could not be loaded. The server may have been updated, or your connection was interrupted. Load the page again.'
    : 'This page has failed. Load it again; if it fails again, tell whoever runs the server what you did, and this:';
  return (
    <Page title="Something went wrong">
      <Alert type="error" action={<Button onClick={() => location.reload()}>Load again</Button>}>
        {text}
        {!isOutdated(error) && (
          <div className="monospace">{error instanceof Error ? error.message : String(error)}</div>
        )}
      </Alert>
    </Page>
  );
}
