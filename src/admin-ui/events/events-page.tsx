/** /admin/tenants/{tenant}/events: who is told of what happens in a tenant, and what happened last. */
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';
import type { EventAddresses, IssuedReceiver } from '../../http/admin/messages.js';
import { CopyField } from '../components/copy-field.js';
import { Empty } from '../components/empty.js';
import { ListTable } from '../components/list-table.js';
import { Loaded } from '../components/loaded.js';
import { Page } from '../components/page.js';
import { paths } from '../paths.js';
import { useCan } from '../shell/session.js';
import { DeliveryState } from './delivery-state.js';
import { LatestEvents } from './latest-events.js';
import { NewReceiverDialog } from './new-receiver-dialog.js';
import { eventQueries } from './queries.js';
import { receiverColumns } from './receiver-columns.js';
import { ReceiverSecret } from './secret.js';

export function EventsPage() {
  const { tenant = '' } = useParams();
  const can = useCan();
  const [isAdding, setAdding] = useState(false);
  // The secret is here and nowhere else, until its dialog is closed.
  const [issued, setIssued] = useState<IssuedReceiver>();
  const list = useQuery({ ...eventQueries.receivers(tenant), refetchInterval: 10_000 });
  const receivers = useQuery({ ...eventQueries.receivers(tenant), select: ({ items }) => items });
  const add = can('events.write') && (
    <Button variant="primary" onClick={() => setAdding(true)}>
      Add a receiver
    </Button>
  );
  const made = (result: IssuedReceiver) => {
    setAdding(false);
    setIssued(result);
  };
  return (
    <Page
      title="Events"
      description="Each change of users and groups is told in order, at least once, to everybody who should know."
      trail={[{ text: tenant, href: paths.tenant(tenant) }]}
      actions={add}
    >
      <ListTable
        query={receivers}
        columns={receiverColumns(tenant)}
        noun="receiver"
        label="Receivers"
        header="Receivers"
        narrow={['name', 'state']}
        trackBy={({ id }) => id}
        searchText={({ name, url, kind }) => [name, url, kind].join(' ')}
        empty={
          <Empty title="No receiver" action={add}>
            A receiver is told of each change by HTTP: a webhook, or a receiver of security event tokens.
          </Empty>
        }
      />
      {list.data && <Addresses addresses={list.data.addresses} />}
      <Subscribers tenant={tenant} />
      <LatestEvents tenant={tenant} />
      {isAdding && <NewReceiverDialog tenant={tenant} onMade={made} onClose={() => setAdding(false)} />}
      {issued && <ReceiverSecret issued={issued} onClose={() => setIssued(undefined)} />}
    </Page>
  );
}

/** What those need who ask for events themselves, or check tokens. */
function Addresses({ addresses: { feed, jwks, issuer } }: { readonly addresses: EventAddresses }) {
  return (
    <ExpandableSection variant="container" headerText="Addresses">
      <SpaceBetween size="m">
        <CopyField
          label="Event feed"
          value={feed}
          hint="Read with a credential that has the scope events:read; after=NUMBER goes on where it was left."
        />
        <CopyField label="Issuer" value={issuer} hint="What security event tokens have in “iss”." />
        <CopyField label="Public keys" value={jwks} hint="With these, security event tokens are checked (JWKS)." />
      </SpaceBetween>
    </ExpandableSection>
  );
}

/** Code of the app that this server is part of; there is none in a server that runs by itself. */
function Subscribers({ tenant }: { readonly tenant: string }) {
  const query = useQuery({ ...eventQueries.subscribers(tenant), refetchInterval: 10_000 });
  if (query.data?.length === 0) return null;
  return (
    <Container header={<Header variant="h2">Subscribers of the app</Header>}>
      <Loaded query={query} what="the subscribers">
        {(subscribers) => (
          <SpaceBetween size="xs">
            {subscribers.map(({ name, delivery }) => (
              <SpaceBetween key={name} direction="horizontal" size="m">
                <Link href={paths.subscriber(tenant, name)}>{name}</Link>
                <DeliveryState delivery={delivery} />
              </SpaceBetween>
            ))}
          </SpaceBetween>
        )}
      </Loaded>
    </Container>
  );
}
