import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import Toggle from '@cloudscape-design/components/toggle';
import type { ActivityView } from '../../http/admin/messages.js';
import { Bounded } from '../components/bounded.js';
import { type CursorPages, CursorPagination } from '../components/cursor-pages.js';
import { Empty } from '../components/empty.js';
import { Outcome } from '../components/outcome.js';
import { useNarrow } from '../components/use-narrow.js';
import { Clock } from './clock.js';
import { type ActivityFilter, isNarrowed } from './filter.js';
import { activityHref, type Scope } from './queries.js';
import { ResourceLink } from './resource-link.js';
import { MOST_ROWS } from './tail.js';
import type { Arrivals } from './use-arrivals.js';
import { durationText, operationOf } from './wording.js';

interface Props {
  readonly scope: Scope;
  readonly filter: ActivityFilter;
  readonly arrivals: Arrivals;
  readonly pages: CursorPages<number>;
  /** The request whose details are shown. */
  readonly chosen: string | undefined;
  readonly onShowAll: () => void;
}

type Column = TableProps.ColumnDefinition<ActivityView>;

function columnsOf({ scope, filter, chosen }: Pick<Props, 'scope' | 'filter' | 'chosen'>): Column[] {
  return [
    { id: 'time', header: 'Time', cell: ({ time }) => <Clock value={time} />, minWidth: 110 },
    {
      id: 'operation',
      minWidth: 130,
      header: 'Request',
      isRowHeader: true,
      cell: (entry) => (
        <Link href={activityHref(scope, filter, entry.requestId)}>
          {entry.requestId === chosen ? <strong>{operationOf(entry)}</strong> : operationOf(entry)}
        </Link>
      ),
    },
    {
      id: 'outcome',
      minWidth: 145,
      header: 'Outcome',
      cell: ({ outcome, status }) => <Outcome value={outcome} status={status} />,
    },
    {
      id: 'resource',
      minWidth: 160,
      header: 'Resource',
      cell: ({ resource }) => <ResourceLink tenant={scope} resource={resource} isShort />,
    },
    {
      id: 'credential',
      header: 'Credential',
      minWidth: 130,
      cell: ({ credential }) => <Bounded>{credential?.name ?? '–'}</Bounded>,
    },
    { id: 'duration', header: 'Took', cell: ({ milliseconds }) => durationText(milliseconds) },
  ];
}

/** On a phone the time stands below the request. */
function narrowColumnsOf(parts: Pick<Props, 'scope' | 'filter' | 'chosen'>): Column[] {
  const [time, operation, outcome] = columnsOf(parts);
  return [
    {
      ...(operation as Column),
      cell: (entry) => (
        <>
          {operation?.cell(entry)}
          <div>{time?.cell(entry)}</div>
        </>
      ),
    },
    outcome as Column,
  ];
}

export function ActivityTable({ scope, filter, arrivals, pages, chosen, onShowAll }: Props) {
  const isNarrow = useNarrow();
  const parts = { scope, filter, chosen };
  const { page, rows } = arrivals;
  // Rows that have left the page at its end must be on the next one.
  const isEnd = page.data?.next === null && rows.length < MOST_ROWS;
  const next = isEnd ? null : (rows.at(-1)?.sequence ?? page.data?.next);
  return (
    <Table
      items={rows}
      columnDefinitions={isNarrow ? narrowColumnsOf(parts) : columnsOf(parts)}
      trackBy={({ sequence }) => String(sequence)}
      loading={page.isPending}
      loadingText="Reading the requests"
      wrapLines
      contentDensity="compact"
      ariaLabels={{ tableLabel: 'Requests, newest first' }}
      header={
        <Header actions={pages.at === 0 && <Live arrivals={arrivals} />}>
          {pages.at === 0 ? 'Newest requests' : 'Older requests'}
        </Header>
      }
      empty={
        isNarrowed(filter) ? (
          <Empty title="No request matches" action={<Button onClick={onShowAll}>Show all</Button>}>
            Change the filter, or show all of them. New ones appear by themselves.
          </Empty>
        ) : (
          <Empty title="No requests yet">They appear here by themselves as soon as a client sends one.</Empty>
        )
      }
      pagination={<CursorPagination pages={pages} next={page.isPlaceholderData ? undefined : next} what="requests" />}
    />
  );
}

/** Whether new requests come by themselves, and a switch for it. */
function Live({ arrivals }: { readonly arrivals: Arrivals }) {
  const { isLive, setLive, error, page } = arrivals;
  return (
    <SpaceBetween direction="horizontal" size="m" alignItems="center">
      {isLive && error !== undefined && (
        <StatusIndicator type="warning">New requests cannot be read; trying again</StatusIndicator>
      )}
      <Box padding={{ top: 'xxs' }}>
        <Toggle
          checked={isLive}
          onChange={({ detail }) => {
            setLive(detail.checked);
            if (detail.checked) void page.refetch();
          }}
        >
          Live
        </Toggle>
      </Box>
      {!isLive && (
        <Button iconName="refresh" loading={page.isFetching} onClick={() => void page.refetch()}>
          Refresh
        </Button>
      )}
    </SpaceBetween>
  );
}
