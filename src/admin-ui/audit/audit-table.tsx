import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import type { UseQueryResult } from '@tanstack/react-query';
import type { AuditList, AuditView } from '../../http/admin/messages.js';
import { type CursorPages, CursorPagination } from '../components/cursor-pages.js';
import { Empty } from '../components/empty.js';
import { count } from '../components/format.js';
import { Time } from '../components/time.js';
import { useNarrow } from '../components/use-narrow.js';
import type { AuditFilter } from './queries.js';
import { actionText, detailsOf } from './wording.js';
import './audit.css';

type Column = TableProps.ColumnDefinition<AuditView>;

/** Whoever is not a person says what it is. */
function actorText({ kind, name }: AuditView['actor']): string {
  if (kind === 'admin') return name;
  return kind === 'token' ? `Token ${name}` : kind === 'app' ? `The app ${name}` : `The command line (${name})`;
}

function What({ record }: { readonly record: AuditView }) {
  return (
    <>
      {actionText(record.action)}
      {record.target !== null && (
        <>
          {': '}
          <strong className="break-anywhere">{record.target}</strong>
        </>
      )}
    </>
  );
}

function Details({ record }: { readonly record: AuditView }) {
  const details = detailsOf(record.details);
  if (details.length === 0) return <>–</>;
  return (
    <ul className="audit-details">
      {details.map(({ name, before, value }) => (
        <li key={name} className="break-anywhere">
          {name}:{' '}
          {before !== undefined && (
            <>
              <del>{before}</del> <span aria-hidden="true">→</span>{' '}
            </>
          )}
          {value}
        </li>
      ))}
    </ul>
  );
}

const COLUMNS: readonly Column[] = [
  { id: 'time', header: 'Time', cell: ({ time }) => <Time value={time} />, width: 140 },
  { id: 'what', header: 'What', isRowHeader: true, cell: (record) => <What record={record} /> },
  {
    id: 'who',
    header: 'Who',
    minWidth: 190,
    cell: ({ actor, address }) => (
      <>
        <span className="break-anywhere">{actorText(actor)}</span>
        {address !== null && <Box color="text-body-secondary">from {address}</Box>}
      </>
    ),
  },
  { id: 'tenant', header: 'Tenant', minWidth: 110, cell: ({ tenant }) => tenant?.name ?? '–' },
  { id: 'details', header: 'Details', minWidth: 250, cell: (record) => <Details record={record} /> },
];

/** On a phone all of it stands in one cell. */
const NARROW_COLUMNS: readonly Column[] = [
  {
    id: 'what',
    header: 'What',
    isRowHeader: true,
    cell: (record) => (
      <>
        <What record={record} />
        <Box color="text-body-secondary">
          {actorText(record.actor)}, <Time value={record.time} />
          {record.tenant && `, in ${record.tenant.name}`}
        </Box>
        {Object.keys(record.details).length > 0 && <Details record={record} />}
      </>
    ),
  },
];

interface Props {
  readonly list: UseQueryResult<AuditList>;
  readonly pages: CursorPages<number>;
  readonly filter: AuditFilter;
  readonly onShowAll: () => void;
}

export function AuditTable({ list, pages, filter, onShowAll }: Props) {
  const isNarrow = useNarrow();
  const isNarrowed = filter.action !== '' || filter.tenant !== '';
  return (
    <Table
      items={list.data?.items ?? []}
      columnDefinitions={isNarrow ? NARROW_COLUMNS : COLUMNS}
      trackBy={({ sequence }) => String(sequence)}
      loading={list.isPending || list.isPlaceholderData}
      loadingText="Reading the audit log"
      wrapLines
      cellVerticalAlign="top"
      ariaLabels={{ tableLabel: 'Audit log, newest first' }}
      renderAriaLive={({ visibleItemsCount }) => `${count(visibleItemsCount, 'record')} on this page`}
      header={<Header>{pages.at === 0 ? 'Newest records' : 'Older records'}</Header>}
      empty={
        list.isError ? null : isNarrowed ? (
          <Empty title="No record matches" action={<Button onClick={onShowAll}>Show all</Button>}>
            Choose another action or tenant, or show all of them.
          </Empty>
        ) : (
          <Empty title="No records yet">What admins do from now on shows here.</Empty>
        )
      }
      pagination={
        <CursorPagination pages={pages} next={list.isPlaceholderData ? undefined : list.data?.next} what="records" />
      }
    />
  );
}
