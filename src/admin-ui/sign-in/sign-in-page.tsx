/** /admin/signin: with a password, or with single sign-on where the server has it. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import { useQuery } from '@tanstack/react-query';
import { Navigate, useLocation, useSearchParams } from 'react-router';
import { apiHref } from '../api.js';
import { ErrorBox } from '../components/error-box.js';
import { Page } from '../components/page.js';
import { PageWait } from '../components/wait.js';
import { safeReturn } from '../paths.js';
import { queries } from '../queries.js';
import type { SignInState } from '../shell/session.js';
import { PasswordForm } from './password-form.js';
import { problemText } from './problems.js';
import { keepReturn } from './return-path.js';

export function SignInPage() {
  const [query] = useSearchParams();
  const config = useQuery(queries.config);
  const session = useQuery(queries.session);
  const returnTo = safeReturn(query.get('return'));
  const problem = query.get('problem');
  const hasEnded = (useLocation().state as SignInState | null)?.hasEnded === true;
  if (session.data) return <Navigate to={returnTo} replace />;
  if (config.isPending || session.isPending) return <PageWait />;
  const sso = config.data?.sso ?? null;
  return (
    <Page title="Sign in" description="The admin page of this SCIM server">
      {hasEnded && <Alert type="info">Your session has ended. Sign in to go on where you were.</Alert>}
      {problem !== null && <Alert type="error">{problemText(problem)}</Alert>}
      <ErrorBox
        error={config.error ?? session.error}
        onRetry={() => Promise.all([config.refetch(), session.refetch()])}
      />
      {config.data?.needsSetUp && <SetUpHint />}
      {sso !== null && (
        <Button
          fullWidth
          iconName="key"
          href={apiHref('/sso/start')}
          target="_self"
          onClick={() => keepReturn(returnTo)}
        >
          {sso}
        </Button>
      )}
      <Container>
        <PasswordForm />
      </Container>
    </Page>
  );
}

function SetUpHint() {
  return (
    <Alert type="info" header="Nobody can sign in yet">
      This server has no admin. When it starts it prints a set-up link: open that link to become the first owner. It is
      good for 24 hours; start the server again for a new one, or run <code>scim-target admin invite</code>.
    </Alert>
  );
}
