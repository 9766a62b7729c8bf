/** /admin/tenants/{tenant}/subscribers/{name}: code of the app, how far it has got, and what it could not do. */
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { Empty } from '../components/empty.js';
import { Loaded } from '../components/loaded.js';
import { Page } from '../components/page.js';
import { paths } from '../paths.js';
import { DeadLetters } from './dead-letters.js';
import { DeliveryBox } from './delivery-box.js';
import { eventQueries, type Told } from './queries.js';

export function SubscriberPage() {
  const { tenant = '', subscriber = '' } = useParams();
  const query = useQuery({ ...eventQueries.subscribers(tenant), refetchInterval: 10_000 });
  const told: Told = { tenant, kind: 'subscribers', id: subscriber };
  return (
    <Page
      title={subscriber}
      description="Code of the app that this server is part of. It is told in the process of the app."
      trail={[
        { text: tenant, href: paths.tenant(tenant) },
        { text: 'Events', href: paths.events(tenant) },
      ]}
    >
      <Loaded query={query} what="the subscriber">
        {(subscribers) => {
          const found = subscribers.find(({ name }) => name === subscriber);
          if (!found) return <Empty title="No such subscriber">It has never been told anything of this tenant.</Empty>;
          return (
            <SpaceBetween size="l">
              <DeliveryBox told={told} name={subscriber} delivery={found.delivery} />
              <DeadLetters told={told} name={subscriber} />
            </SpaceBetween>
          );
        }}
      </Loaded>
    </Page>
  );
}
