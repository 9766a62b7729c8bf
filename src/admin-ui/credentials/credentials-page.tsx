/** /admin/tenants/{tenant}/credentials: every way into a tenant. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import Toggle from '@cloudscape-design/components/toggle';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';
import type { CredentialView } from '../../http/admin/messages.js';
import { Empty } from '../components/empty.js';
import { ListTable } from '../components/list-table.js';
import { Page } from '../components/page.js';
import { Sentence } from '../components/sentence.js';
import { KIND_WORDS } from '../components/words.js';
import { paths } from '../paths.js';
import { queries } from '../queries.js';
import { useCan } from '../shell/session.js';
import { credentialColumns } from './columns.js';
import { isUsable } from './state.js';

export function CredentialsPage() {
  const { tenant = '' } = useParams();
  const [hasRevoked, setRevoked] = useState(false);
  const all = useQuery({ ...queries.credentials(tenant), refetchInterval: 30_000 });
  const shown = useQuery({
    ...queries.credentials(tenant),
    select: (items) => (hasRevoked ? items : items.filter(isUsable)),
  });
  const can = useCan();
  const connect = can('credentials.write') && (
    <Button variant="primary" href={paths.connect(tenant)}>
      Connect
    </Button>
  );
  const revoked = all.data?.filter((credential) => !isUsable(credential)).length ?? 0;
  return (
    <Page
      title="Credentials"
      description="What clients prove with that they belong to this tenant. Secrets are never shown again."
      trail={[{ text: tenant, href: paths.tenant(tenant) }]}
      actions={connect}
    >
      <Warnings tenant={tenant} credentials={all.data ?? []} />
      <ListTable
        query={shown}
        columns={credentialColumns(tenant)}
        noun="credential"
        label="Credentials"
        narrow={['name', 'state']}
        trackBy={({ id }) => id}
        searchText={({ name, identifier, kind, lastAddress, createdBy }) =>
          [name, identifier, KIND_WORDS[kind].label, lastAddress, createdBy].join(' ')
        }
        filters={
          revoked > 0 && (
            <Toggle checked={hasRevoked} onChange={({ detail }) => setRevoked(detail.checked)}>
              Show {revoked} revoked
            </Toggle>
          )
        }
        empty={
          <Empty title="No credential" action={connect}>
            Connect an identity provider: this makes one, and shows what to enter there.
          </Empty>
        }
      />
    </Page>
  );
}

interface WarningsProps {
  readonly tenant: string;
  readonly credentials: readonly CredentialView[];
}

/** What ends soon, or has, and what stops then. */
function Warnings({ tenant, credentials }: WarningsProps) {
  const near = credentials.filter(({ warning, state }) => warning !== null && state !== 'revoked');
  if (near.length === 0) return null;
  return (
    <Alert type="warning" header={near.length === 1 ? 'A credential needs you' : `${near.length} credentials need you`}>
      <ul className="plain-list">
        {near.map(({ id, name, warning }) => (
          <li key={id}>
            <Link href={paths.credential(tenant, id)}>{name}</Link>: <Sentence text={warning ?? ''} />
          </li>
        ))}
      </ul>
    </Alert>
  );
}
