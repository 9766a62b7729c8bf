/** /admin/tenants/{tenant}/events/{receiver}: one receiver, how it is doing, and what it was not told. */
import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import type { ReceiverView } from '../../http/admin/messages.js';
import { Loaded } from '../components/loaded.js';
import { Page } from '../components/page.js';
import { Sentence } from '../components/sentence.js';
import { Time } from '../components/time.js';
import { paths } from '../paths.js';
import { DeadLetters } from './dead-letters.js';
import { DeliveryBox } from './delivery-box.js';
import { eventQueries } from './queries.js';
import { ReceiverActions } from './receiver-actions.js';
import { ReceiverDetails } from './receiver-details.js';

export function ReceiverPage() {
  const { tenant = '', receiver = '' } = useParams();
  const query = useQuery({ ...eventQueries.receiver(tenant, receiver), refetchInterval: 10_000 });
  return (
    <Page
      title={query.data?.name ?? 'Receiver'}
      trail={[
        { text: tenant, href: paths.tenant(tenant) },
        { text: 'Events', href: paths.events(tenant) },
      ]}
      actions={query.data && <ReceiverActions tenant={tenant} receiver={query.data} />}
    >
      <Loaded query={query} what="the receiver">
        {(data) => (
          <SpaceBetween size="l">
            <PausedHint receiver={data} />
            <DeliveryBox
              told={{ tenant, kind: 'receivers', id: data.id }}
              name={data.name}
              delivery={data.delivery}
              paused={data.paused}
            />
            <ReceiverDetails receiver={data} />
            <DeadLetters told={{ tenant, kind: 'receivers', id: data.id }} name={data.name} />
          </SpaceBetween>
        )}
      </Loaded>
    </Page>
  );
}

function PausedHint({ receiver: { paused, pausedBecause } }: { readonly receiver: ReceiverView }) {
  if (paused === null) return null;
  return (
    <Alert type="warning" header="It is paused">
      Since <Time value={paused} /> nothing is told. {pausedBecause !== null && <Sentence text={`${pausedBecause} `} />}
      When it is resumed it goes on where it was left: nothing is lost.
    </Alert>
  );
}
