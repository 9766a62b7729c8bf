/** How far somebody has got in the changes of a tenant, what is in the way, and telling it again from a place. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { DeliveryView } from '../../http/admin/messages.js';
import { fieldError } from '../components/error-box.js';
import { FormDialog } from '../components/form-dialog.js';
import { count, number } from '../components/format.js';
import { Sentence } from '../components/sentence.js';
import { Time } from '../components/time.js';
import { useNotify } from '../shell/notices.js';
import { useCan } from '../shell/session.js';
import { DeliveryState } from './delivery-state.js';
import { type Told, useEventChanges } from './queries.js';

interface Props {
  readonly told: Told;
  readonly name: string;
  readonly delivery: DeliveryView;
  readonly paused?: string | null;
}

export function DeliveryBox({ told, name, delivery, paused = null }: Props) {
  const [isAsking, setAsking] = useState(false);
  const can = useCan();
  const { position, last, trouble } = delivery;
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={can('events.write') && <Button onClick={() => setAsking(true)}>Tell again from…</Button>}
        >
          Delivery
        </Header>
      }
    >
      <SpaceBetween size="m">
        {trouble && (
          <Alert type="error" header={`It has failed ${count(trouble.attempts, 'time')}`}>
            Since <Time value={trouble.since} exact />. <Sentence text={trouble.error} /> The next attempt:{' '}
            <Time value={trouble.retryAt} />. What comes after it waits, so that nothing is told out of order.
          </Alert>
        )}
        <KeyValuePairs
          columns={3}
          minColumnWidth={160}
          items={[
            { label: 'State', value: <DeliveryState delivery={delivery} paused={paused} /> },
            { label: 'Told up to change', value: number(position) },
            { label: 'Last change of the tenant', value: number(last) },
          ]}
        />
      </SpaceBetween>
      {isAsking && <ReplayDialog told={told} name={name} last={last} onClose={() => setAsking(false)} />}
    </Container>
  );
}

interface ReplayProps {
  readonly told: Told;
  readonly name: string;
  readonly last: number;
  readonly onClose: () => void;
}

function ReplayDialog({ told, name, last, onClose }: ReplayProps) {
  const [after, setAfter] = useState('0');
  const { replay } = useEventChanges(told.tenant);
  const notify = useNotify();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => replay(told, Number(after)),
    onSuccess: () => {
      notify({ type: 'success', content: `${name} is told again what came after change ${after}.` });
      onClose();
    },
  });
  return (
    <FormDialog
      title={`Tell ${name} again`}
      action="Tell again"
      isPending={isPending}
      error={error}
      fields={['after']}
      onClose={onClose}
      onSubmit={() => mutate()}
    >
      <p>
        Everything after a change is told once more, in order. Whoever keeps the number of the last one they saw can
        tell what they know already.
      </p>
      <FormField
        label="After the change with the number"
        constraintText={`0 for all there are; the last one is ${last}.`}
        errorText={fieldError(error, 'after')}
      >
        <Input type="number" inputMode="numeric" value={after} onChange={({ detail }) => setAfter(detail.value)} />
      </FormField>
    </FormDialog>
  );
}
