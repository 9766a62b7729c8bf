/** /admin/tenants/{tenant}: how it is doing, how it is set, and what can be done with it as a whole. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import type { TenantView } from '../../http/admin/messages.js';
import { Loaded } from '../components/loaded.js';
import { Page } from '../components/page.js';
import { Time } from '../components/time.js';
import { paths } from '../paths.js';
import { queries } from '../queries.js';
import { useCan, useSession } from '../shell/session.js';
import { TenantActions } from './actions.js';
import { Figures } from './figures.js';
import { SettingsBox } from './settings-box.js';
import { Traffic } from './traffic.js';

export function TenantPage() {
  const { tenant = '' } = useParams();
  const query = useQuery({ ...queries.tenant(tenant), refetchInterval: 30_000 });
  const hasAllTenants = useSession().admin.tenant === null;
  return (
    <Page
      title={tenant}
      {...(hasAllTenants && { trail: [{ text: 'Tenants', href: paths.tenants }] })}
      actions={query.data && <TenantActions tenant={query.data} />}
    >
      <Loaded query={query} what="the tenant">
        {(data) => (
          <SpaceBetween size="l">
            <Hints tenant={data} />
            <Figures tenant={data} />
            <Traffic tenant={data.name} />
            <SettingsBox tenant={data} />
          </SpaceBetween>
        )}
      </Loaded>
    </Page>
  );
}

/** The one thing that most needs doing. */
function Hints({ tenant: { name, disabled, credentials, lastRequest } }: { readonly tenant: TenantView }) {
  const can = useCan();
  const connect = can('credentials.write') && <Button href={paths.connect(name)}>Connect</Button>;
  if (disabled !== null) {
    return (
      <Alert type="warning" header="This tenant is disabled">
        Since <Time value={disabled} /> every request of its clients is refused. Users and groups are kept.
      </Alert>
    );
  }
  if (credentials.active === 0) {
    return (
      <Alert type="info" header="Nothing is connected yet" action={connect}>
        Make a credential, and enter what is shown at the identity provider.
      </Alert>
    );
  }
  if (credentials.expiring > 0) {
    return (
      <Alert
        type="warning"
        header="A credential expires soon"
        action={<Button href={paths.credentials(name)}>See credentials</Button>}
      >
        Rotate it in time: while the old and the new secret overlap nothing stops.
      </Alert>
    );
  }
  if (lastRequest !== null) return null;
  return (
    <Alert type="info" header="No request has come yet" action={connect}>
      There is a credential, and nobody has used it. Test the connection at the identity provider.
    </Alert>
  );
}
