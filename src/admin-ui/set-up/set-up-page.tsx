/** /admin/setup#token: an invitation or a password link becomes an account. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { InvitationView } from '../../http/admin/messages.js';
import { ApiError, api } from '../api.js';
import { ErrorBox } from '../components/error-box.js';
import { Page } from '../components/page.js';
import { Wait } from '../components/wait.js';
import { ROLE_WORDS } from '../components/words.js';
import { paths } from '../paths.js';
import { AccountForm } from './account-form.js';
import { takeToken } from './token.js';

export function SetUpPage() {
  const [token] = useState(takeToken);
  const { mutate, data, error } = useMutation({
    mutationFn: () => api.post<InvitationView>('/invitation/look', { token }),
  });
  useEffect(() => {
    if (token !== '') mutate();
  }, [mutate, token]);
  if (token === '') return <BadLink />;
  if (error instanceof ApiError && error.status < 500 && error.status !== 429) return <BadLink />;
  const title = data?.isReset ? 'Choose a new password' : 'Set up your account';
  return (
    <Page title={title} description={data && greeting(data)}>
      {error ? <ErrorBox error={error} onRetry={mutate} /> : data === undefined && <Wait what="the invitation" />}
      {data && <AccountForm token={token} invitation={data} />}
    </Page>
  );
}

/** Whoever invites when it is no person. */
const MACHINES: ReadonlySet<string> = new Set(['first start', 'command line']);

function greeting({ role, tenant, createdBy, isReset }: InvitationView): string {
  if (isReset) return 'Signing in elsewhere ends when the new password is set.';
  const who = createdBy === null || MACHINES.has(createdBy) ? 'You become' : `${createdBy} invites you as`;
  return `${who} ${ROLE_WORDS[role]?.label ?? role}${tenant === null ? '' : ` of ${tenant}`}.`;
}

function BadLink() {
  return (
    <Page title="This link does not work">
      <Alert type="warning" action={<Button href={paths.signIn()}>Sign in</Button>}>
        A link like this works once, and for 24 hours. It may have been used, have expired, or be cut off: copy it as a
        whole. Ask whoever sent it for a new one. The first owner gets one when the server starts, or by{' '}
        <code>scim-target admin invite</code>.
      </Alert>
    </Page>
  );
}
