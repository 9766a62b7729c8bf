import Button from '@cloudscape-design/components/button';
import CollectionPreferences from '@cloudscape-design/components/collection-preferences';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ResourceList, ResourceView, TypeView } from '../../http/admin/messages.js';
import { Bounded } from '../components/bounded.js';
import { Empty } from '../components/empty.js';
import { ErrorBox } from '../components/error-box.js';
import { count, number } from '../components/format.js';
import { NameCell } from '../components/name-cell.js';
import { Time } from '../components/time.js';
import { useNarrow } from '../components/use-narrow.js';
import { typeWords } from '../components/words.js';
import { paths } from '../paths.js';
import { cellOf, columnTitle } from './attributes.js';
import { type ListView, SIZES } from './list-view.js';

type Column = TableProps.ColumnDefinition<ResourceView>;

const MODIFIED = 'meta.lastModified';

/** The columns of the type, the first as link, and when it was changed last. */
function columnsOf(tenant: string, type: TypeView): Column[] {
  const sortable = (path: string) => type.attributes.some((one) => one.path === path && one.sortable);
  const sorting = (path: string) => (sortable(path) ? { sortingField: path } : {});
  const shown = type.columns.filter((path) => path !== MODIFIED);
  return [
    ...shown.map((path, at): Column => {
      const common = { id: path, header: columnTitle(path), minWidth: 120, isRowHeader: at === 0, ...sorting(path) };
      if (at > 0) return { ...common, cell: ({ resource }) => <Bounded>{cellOf(resource, path) || '–'}</Bounded> };
      return {
        ...common,
        cell: ({ id, resource }) => (
          <NameCell href={paths.resource(tenant, type.name, id)} name={cellOf(resource, path) || id} detail={null} />
        ),
      };
    }),
    {
      id: MODIFIED,
      header: 'Last changed',
      ...sorting(MODIFIED),
      cell: ({ lastModified }) => <Time value={lastModified} />,
    },
  ];
}

interface Props {
  readonly tenant: string;
  readonly type: TypeView;
  readonly view: ListView;
  readonly list: UseQueryResult<ResourceList>;
  readonly error: unknown;
  /** The filter is wrong: what is shown is of another one. */
  readonly isRefused: boolean;
  readonly onChange: (changes: Partial<ListView>) => void;
}

interface EmptyProps extends Pick<Props, 'view' | 'onChange'> {
  readonly noun: string;
  /** How many there are, on other pages. */
  readonly total: number;
}

function EmptyList({ noun, total, view, onChange }: EmptyProps) {
  if (total > 0) {
    return (
      <Empty
        title={`No ${noun} on this page`}
        action={<Button onClick={() => onChange({ page: 1 })}>Show the first page</Button>}
      >
        There are fewer of them now.
      </Empty>
    );
  }
  if (view.filter === '') {
    return <Empty title={`No ${noun} yet`}>They come when a connected client provisions them.</Empty>;
  }
  return (
    <Empty title={`No ${noun} match`} action={<Button onClick={() => onChange({ filter: '' })}>Show all</Button>}>
      Change the filter, or show all of them.
    </Empty>
  );
}

interface PageSizeProps {
  readonly size: number;
  readonly noun: string;
  readonly onChange: (size: number) => void;
}

function PageSize({ size, noun, onChange }: PageSizeProps) {
  return (
    <CollectionPreferences
      title="What the table shows"
      confirmLabel="Apply"
      cancelLabel="Cancel"
      preferences={{ pageSize: size }}
      pageSizePreference={{
        title: 'Rows on a page',
        options: SIZES.map((value) => ({ value, label: `${value} ${noun}` })),
      }}
      onConfirm={({ detail }) => onChange(detail.pageSize ?? size)}
    />
  );
}

export function ResourceTable({ tenant, type, view, list, error, isRefused, onChange }: Props) {
  const isNarrow = useNarrow();
  const noun = typeWords(type.name).toLowerCase();
  const columns = columnsOf(tenant, type);
  const data = isRefused || error ? undefined : list.data;
  const items = data?.items ?? [];
  if (error) return <ErrorBox error={error} onRetry={() => list.refetch()} />;
  return (
    <Table
      items={items}
      columnDefinitions={isNarrow ? columns.slice(0, 2) : columns}
      trackBy="id"
      loading={list.isPending || list.isPlaceholderData}
      loadingText={`Reading the ${noun}`}
      wrapLines
      ariaLabels={{ tableLabel: typeWords(type.name) }}
      renderAriaLive={({ totalItemsCount }) => `${count(totalItemsCount ?? 0, 'result')} found`}
      totalItemsCount={data?.total ?? 0}
      firstIndex={data?.startIndex ?? 1}
      sortingColumn={columns.find((column) => column.sortingField === view.sortBy && view.sortBy !== '')}
      sortingDescending={view.isDescending}
      onSortingChange={({ detail }) =>
        onChange({ sortBy: detail.sortingColumn.sortingField ?? '', isDescending: detail.isDescending ?? false })
      }
      header={
        <Header {...(data && { counter: `(${number(data.total)})` })}>
          {view.filter === '' ? `All ${noun}` : `Matching ${noun}`}
        </Header>
      }
      empty={
        isRefused ? (
          <Empty title="The filter is not right yet">See what the server says of it above.</Empty>
        ) : (
          <EmptyList noun={noun} total={data?.total ?? 0} view={view} onChange={onChange} />
        )
      }
      pagination={
        data && data.total > view.size ? (
          <Pagination
            currentPageIndex={view.page}
            pagesCount={Math.ceil(data.total / view.size)}
            onChange={({ detail }) => onChange({ page: detail.currentPageIndex })}
          />
        ) : undefined
      }
      preferences={<PageSize size={view.size} noun={noun} onChange={(size) => onChange({ size })} />}
    />
  );
}
