/** The viewer’s own account: name, password, and how long the session lasts. */
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { roleText, signInText } from '../admins/roles.js';
import { Page } from '../components/page.js';
import { Time } from '../components/time.js';
import { useSession } from '../shell/session.js';
import { NameForm } from './name-form.js';
import { PasswordForm } from './password-form.js';

export function AccountPage() {
  const { admin, idleEnds, ends } = useSession();
  const { email, role, tenant, lastSignIn, hasPassword } = admin;
  return (
    <Page title="Your account" description="What others see of you, and how you sign in.">
      <Container header={<Header variant="h2">You</Header>}>
        <KeyValuePairs
          columns={3}
          minColumnWidth={200}
          items={[
            { label: 'Email', value: <span className="break-anywhere">{email}</span> },
            { label: 'Role', value: tenant === null ? roleText(role) : `${roleText(role)} of ${tenant}` },
            { label: 'Last sign-in', value: <Time value={lastSignIn} empty="Never" /> },
            {
              label: 'Signs in with',
              value: signInText(admin),
            },
            { label: 'Signed out when nothing is done', value: <Time value={idleEnds} /> },
            { label: 'Signed out in any case', value: <Time value={ends} /> },
          ]}
        />
      </Container>
      <NameForm key={admin.name} name={admin.name} />
      {hasPassword && <PasswordForm email={email} />}
    </Page>
  );
}
