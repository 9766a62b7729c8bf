/** The numbers of a tenant: what is in it, and the last 24 hours. */
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs, { type KeyValuePairsProps } from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { TenantView } from '../../http/admin/messages.js';
import { number, rate } from '../components/format.js';
import { Time } from '../components/time.js';
import { typeWords } from '../components/words.js';
import { paths } from '../paths.js';
import { useCan } from '../shell/session.js';

export function Figures({ tenant }: { readonly tenant: TenantView }) {
  const can = useCan();
  const types = Object.entries(tenant.resources).map(
    ([type, amount]): KeyValuePairsProps.Item => ({
      label: typeWords(type),
      value: can('directory.read') ? (
        <Link href={paths.resources(tenant.name, type)} ariaLabel={`${number(amount)} ${typeWords(type)}`}>
          {number(amount)}
        </Link>
      ) : (
        number(amount)
      ),
    }),
  );
  const items: KeyValuePairsProps.Item[] = [
    ...types,
    { label: 'Last request', value: <Time value={tenant.lastRequest} empty="never" /> },
    { label: 'Requests, 24 h', value: number(tenant.requests) },
    { label: 'Refused, 24 h', value: <NotDone tenant={tenant} outcome="refused" /> },
    { label: 'Failed, 24 h', value: <NotDone tenant={tenant} outcome="failed" /> },
    { label: 'Credentials', value: <Credentials tenant={tenant} /> },
  ];
  return (
    <Container header={<Header variant="h2">At a glance</Header>}>
      <KeyValuePairs columns={4} items={items} minColumnWidth={140} />
    </Container>
  );
}

interface NotDoneProps {
  readonly tenant: TenantView;
  readonly outcome: 'refused' | 'failed';
}

function NotDone({ tenant, outcome }: NotDoneProps) {
  const amount = tenant[outcome];
  if (amount === 0) return <>0</>;
  const type = outcome === 'failed' ? 'error' : 'warning';
  return (
    <StatusIndicator type={type}>
      <Link href={paths.activity(tenant.name, { outcome })}>
        {number(amount)} ({rate(amount, tenant.requests)})
      </Link>
    </StatusIndicator>
  );
}

function Credentials({ tenant: { name, credentials } }: { readonly tenant: TenantView }) {
  const { active, expiring } = credentials;
  const text = expiring === 0 ? `${number(active)} active` : `${number(active)} active, ${number(expiring)} expiring`;
  const link = <Link href={paths.credentials(name)}>{text}</Link>;
  return expiring === 0 ? link : <StatusIndicator type="warning">{link}</StatusIndicator>;
}
