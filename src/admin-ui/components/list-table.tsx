/** A table of things that are all here: searched, sorted and paged in the browser. */
import { useCollection } from '@cloudscape-design/collection-hooks';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Empty } from './empty.js';
import { ErrorBox } from './error-box.js';
import { count } from './format.js';
import { useNarrow } from './use-narrow.js';

interface Props<T> {
  readonly query: UseQueryResult<readonly T[]>;
  readonly columns: readonly TableProps.ColumnDefinition<T>[];
  /** What one row is: `tenant`. */
  readonly noun: string;
  /** The name of the table for screen readers. */
  readonly label: string;
  readonly trackBy: (item: T) => string;
  /** What the search looks in. */
  readonly searchText: (item: T) => string;
  /** Shown when there is nothing at all. */
  readonly empty: ReactNode;
  /** Above the table; without it there is none. */
  readonly header?: string;
  readonly actions?: ReactNode;
  /** Beside the search. */
  readonly filters?: ReactNode;
  readonly variant?: TableProps.Variant;
  /** Ids of the columns that matter most: all that a phone has room for. */
  readonly narrow?: readonly string[];
}

const PAGE = 25;

export function ListTable<T>({ query, columns, noun, label, trackBy, searchText, empty, ...rest }: Props<T>) {
  const all = query.data ?? [];
  const { items, actions, filteredItemsCount, collectionProps, filterProps, paginationProps } = useCollection(all, {
    filtering: {
      filteringFunction: (item, text) => searchText(item).toLowerCase().includes(text.trim().toLowerCase()),
      // What could not be read is not empty.
      empty: query.isError ? null : empty,
      noMatch: <Empty title={`No ${noun} matches`}>Search for something else.</Empty>,
    },
    sorting: {},
    pagination: { pageSize: PAGE },
  });
  const isNarrow = useNarrow();
  const found = count(filteredItemsCount ?? 0, noun);
  return (
    <SpaceBetween size="s">
      {query.error && <ErrorBox error={query.error} onRetry={() => query.refetch()} />}
      <Table
        {...collectionProps}
        items={items}
        columnDefinitions={columns}
        {...(isNarrow && rest.narrow && { visibleColumns: rest.narrow })}
        trackBy={trackBy}
        loading={query.isPending}
        loadingText={`Reading the ${noun}s`}
        variant={rest.variant ?? 'container'}
        wrapLines
        ariaLabels={{ tableLabel: label }}
        renderAriaLive={({ totalItemsCount }) => (query.isPending ? '' : count(totalItemsCount ?? 0, noun))}
        totalItemsCount={filteredItemsCount ?? all.length}
        header={
          rest.header && (
            <Header counter={query.data && `(${all.length})`} actions={rest.actions}>
              {rest.header}
            </Header>
          )
        }
        filter={
          all.length > 5 || rest.filters ? (
            <SpaceBetween direction="horizontal" size="s">
              <TextFilter
                {...filterProps}
                onChange={(event) => actions.setFiltering(event.detail.filteringText)}
                filteringAriaLabel={`Search the ${noun}s`}
                filteringPlaceholder={`Search the ${noun}s`}
                countText={filterProps.filteringText ? found : ''}
              />
              {rest.filters}
            </SpaceBetween>
          ) : undefined
        }
        pagination={all.length > PAGE && <Pagination {...paginationProps} />}
      />
    </SpaceBetween>
  );
}
