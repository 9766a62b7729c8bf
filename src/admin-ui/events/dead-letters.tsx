/** What was given up: why, and trying it again or throwing it away. */
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DeadLetterView } from '../../http/admin/messages.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { CursorPagination, useCursorPages } from '../components/cursor-pages.js';
import { Empty } from '../components/empty.js';
import { ErrorBox } from '../components/error-box.js';
import { count } from '../components/format.js';
import { Sentence } from '../components/sentence.js';
import { Small } from '../components/small.js';
import { Time } from '../components/time.js';
import { useNotify } from '../shell/notices.js';
import { useCan } from '../shell/session.js';
import { EventName } from './event-name.js';
import { eventQueries, type Told, useEventChanges } from './queries.js';

interface Props {
  readonly told: Told;
  readonly name: string;
}

export function DeadLetters({ told, name }: Props) {
  const pages = useCursorPages<string>(told.id);
  const query = useQuery(eventQueries.deadLetters(told, pages.current));
  const [discarding, setDiscarding] = useState<DeadLetterView>();
  const redeliver = useRedeliver(told, name);
  const { discard } = useEventChanges(told.tenant);
  const can = useCan();
  const actions = can('events.write')
    ? {
        redeliver: redeliver.mutate,
        pending: redeliver.isPending ? redeliver.variables : undefined,
        discard: setDiscarding,
      }
    : undefined;
  return (
    <SpaceBetween size="s">
      <ErrorBox error={query.error} onRetry={() => query.refetch()} />
      <ErrorBox error={redeliver.error} />
      <Table
        items={query.data?.items ?? []}
        columnDefinitions={columnsOf(told.tenant, actions)}
        trackBy="id"
        loading={query.isPending}
        loadingText="Reading what was given up"
        wrapLines
        ariaLabels={{ tableLabel: 'Given up' }}
        header={
          <Header
            variant="h2"
            description="Events that were tried in vain for as long as they may be. What came after them was told."
          >
            Given up
          </Header>
        }
        empty={query.isError ? null : <Empty title="Nothing was given up" />}
        pagination={
          <CursorPagination
            pages={pages}
            next={query.isPlaceholderData ? undefined : query.data?.next}
            what="letters"
          />
        }
      />
      {discarding && (
        <ConfirmDialog
          title="Throw this away?"
          action="Throw away"
          onConfirm={() => discard(told, discarding.id)}
          onClose={() => setDiscarding(undefined)}
        >
          {name} will not be told of change {discarding.sequence}, unless all is told again from before it.
        </ConfirmDialog>
      )}
    </SpaceBetween>
  );
}

/** Tries one again, and says what came of it. */
function useRedeliver(told: Told, name: string) {
  const { redeliver } = useEventChanges(told.tenant);
  const notify = useNotify();
  return useMutation({
    mutationFn: ({ id }: DeadLetterView) => redeliver(told, id),
    onSuccess: ({ isDelivered, detail }) =>
      notify({ type: isDelivered ? 'success' : 'error', content: <Sentence text={`${name}: ${detail}`} /> }),
  });
}

interface Actions {
  readonly redeliver: (letter: DeadLetterView) => void;
  /** The one that is being tried. */
  readonly pending: DeadLetterView | undefined;
  readonly discard: (letter: DeadLetterView) => void;
}

function columnsOf(tenant: string, actions: Actions | undefined): TableProps.ColumnDefinition<DeadLetterView>[] {
  return [
    {
      id: 'what',
      header: 'Event',
      isRowHeader: true,
      minWidth: 170,
      cell: ({ what, event, sequence }) => <EventName tenant={tenant} type={what} event={event} sequence={sequence} />,
    },
    {
      id: 'why',
      header: 'Why',
      minWidth: 170,
      cell: ({ error, attempts, time }) => (
        <>
          <span className="break-anywhere">
            <Sentence text={error} />
          </span>
          <Small>
            {count(attempts, 'attempt')}, the last <Time value={time} />
          </Small>
        </>
      ),
    },
    ...(actions ? [actionsColumn(actions)] : []),
  ];
}

function actionsColumn({ redeliver, pending, discard }: Actions): TableProps.ColumnDefinition<DeadLetterView> {
  return {
    id: 'actions',
    header: 'Actions',
    minWidth: 150,
    cell: (letter) => (
      <SpaceBetween direction="horizontal" size="xs">
        <Button
          variant="inline-link"
          loading={pending?.id === letter.id}
          onClick={() => redeliver(letter)}
          ariaLabel={`Try again: change ${letter.sequence}`}
        >
          Try again
        </Button>
        <Button
          variant="inline-link"
          onClick={() => discard(letter)}
          ariaLabel={`Throw away: change ${letter.sequence}`}
        >
          Throw away
        </Button>
      </SpaceBetween>
    ),
  };
}
