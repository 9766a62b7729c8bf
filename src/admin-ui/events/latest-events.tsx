/** What happened in the tenant, newest first, as receivers are told of it. */
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import type { EventView } from '../../http/admin/messages.js';
import { Bounded } from '../components/bounded.js';
import { CursorPagination, useCursorPages } from '../components/cursor-pages.js';
import { Empty } from '../components/empty.js';
import { ErrorBox } from '../components/error-box.js';
import { Time } from '../components/time.js';
import { useNarrow } from '../components/use-narrow.js';
import { EventName } from './event-name.js';
import { eventQueries } from './queries.js';

const columnsOf = (tenant: string): TableProps.ColumnDefinition<EventView>[] => [
  {
    id: 'event',
    header: 'Event',
    isRowHeader: true,
    cell: (event) => <EventName tenant={tenant} type={event.type} event={event} sequence={event.sequence} />,
  },
  { id: 'time', header: 'When', minWidth: 110, cell: ({ time }) => <Time value={time} /> },
  { id: 'actor', header: 'By', cell: ({ actor }) => <Bounded>{actor.name}</Bounded> },
];

export function LatestEvents({ tenant }: { readonly tenant: string }) {
  const pages = useCursorPages<string>(tenant);
  const query = useQuery({ ...eventQueries.latest(tenant, pages.current), refetchInterval: 30_000 });
  const isNarrow = useNarrow();
  return (
    <SpaceBetween size="s">
      <ErrorBox error={query.error} onRetry={() => query.refetch()} />
      <Table
        items={query.data?.items ?? []}
        columnDefinitions={columnsOf(tenant)}
        {...(isNarrow && { visibleColumns: ['event', 'time'] })}
        trackBy="id"
        loading={query.isPending}
        loadingText="Reading the events"
        wrapLines
        ariaLabels={{ tableLabel: 'Latest events' }}
        header={<Header variant="h2">Latest events</Header>}
        empty={query.isError ? null : <Empty title="Nothing has happened yet" />}
        pagination={
          <CursorPagination pages={pages} next={query.isPlaceholderData ? undefined : query.data?.next} what="events" />
        }
      />
    </SpaceBetween>
  );
}
