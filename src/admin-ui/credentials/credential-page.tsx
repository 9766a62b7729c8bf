/** /admin/tenants/{tenant}/credentials/{id}: one way into a tenant, its keys, and what to enter on the other side. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';
import type { CredentialView } from '../../http/admin/messages.js';
import { Loaded } from '../components/loaded.js';
import { Page } from '../components/page.js';
import { Sentence } from '../components/sentence.js';
import { FieldsBox } from '../connect/fields-box.js';
import { wayOf } from '../connect/providers.js';
import { TestPanel } from '../connect/test-panel.js';
import { paths } from '../paths.js';
import { queries } from '../queries.js';
import { CredentialActions } from './actions.js';
import { DetailsBox } from './details-box.js';
import { KeysBox } from './keys-box.js';
import { isUsable } from './state.js';

export function CredentialPage() {
  const { tenant = '', credential = '' } = useParams();
  const query = useQuery({ ...queries.credential(tenant, credential), refetchInterval: 30_000 });
  return (
    <Page
      title={query.data?.name ?? 'Credential'}
      trail={[
        { text: tenant, href: paths.tenant(tenant) },
        { text: 'Credentials', href: paths.credentials(tenant) },
      ]}
      actions={query.data && isUsable(query.data) && <CredentialActions tenant={tenant} credential={query.data} />}
    >
      <Loaded query={query} what="the credential">
        {(data) => (
          <SpaceBetween size="l">
            {data.warning !== null && isUsable(data) && (
              <Alert type="warning">
                <Sentence text={data.warning} />
              </Alert>
            )}
            <DetailsBox tenant={tenant} credential={data} />
            <KeysBox tenant={tenant} credential={data} />
            {isUsable(data) && <ConnectionBox tenant={tenant} credential={data} />}
          </SpaceBetween>
        )}
      </Loaded>
    </Page>
  );
}

interface Props {
  readonly tenant: string;
  readonly credential: CredentialView;
}

/** The addresses once more, for whoever has lost them, and a test of whether it works. */
function ConnectionBox({ tenant, credential }: Props) {
  const [isShown, setShown] = useState(false);
  const connection = useQuery({ ...queries.connection(tenant), enabled: isShown, staleTime: 0 });
  const way = wayOf(credential.kind);
  if (!isShown) {
    return (
      <div>
        <Button iconName="status-info" onClick={() => setShown(true)}>
          Show the fields of the other side, and test
        </Button>
      </div>
    );
  }
  return (
    <Loaded query={connection} what="the addresses">
      {(addresses) => (
        <SpaceBetween size="l">
          <FieldsBox
            title="What the other side needs"
            way={way}
            made={{ credential, secret: null, connection: addresses }}
          />
          <TestPanel tenant={tenant} credential={credential.id} after={addresses.newest} hint={way.test} />
        </SpaceBetween>
      )}
    </Loaded>
  );
}
