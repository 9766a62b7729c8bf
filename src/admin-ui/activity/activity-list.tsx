import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { useCursorPages } from '../components/cursor-pages.js';
import { ErrorBox } from '../components/error-box.js';
import { ActivityFilters } from './activity-filters.js';
import { ActivityPanel } from './activity-panel.js';
import { ActivityTable } from './activity-table.js';
import { type ActivityFilter, filterOf, queryOf } from './filter.js';
import type { Scope } from './queries.js';
import { useArrivals } from './use-arrivals.js';

/** Filter and chosen request stand in the address. */
export function ActivityList({ scope }: { readonly scope: Scope }) {
  const [search, setSearch] = useSearchParams();
  const text = queryOf(filterOf(search)).toString();
  const filter = useMemo(() => filterOf(new URLSearchParams(text)), [text]);
  const request = search.get('request') ?? undefined;
  const pages = useCursorPages<number>(text);
  const arrivals = useArrivals(scope, filter, pages.current);
  const setFilter = (next: ActivityFilter) => setSearch(queryOf(next, { request }));
  const close = useCallback(() => setSearch(queryOf(filter)), [filter, setSearch]);
  return (
    <SpaceBetween size="m">
      <ActivityFilters scope={scope} filter={filter} onChange={setFilter} />
      {arrivals.page.error && <ErrorBox error={arrivals.page.error} onRetry={() => arrivals.page.refetch()} />}
      {(!arrivals.page.error || arrivals.rows.length > 0) && (
        <ActivityTable
          scope={scope}
          filter={filter}
          arrivals={arrivals}
          pages={pages}
          chosen={request}
          onShowAll={() => setSearch(new URLSearchParams())}
        />
      )}
      {request !== undefined && (
        <ActivityPanel scope={scope} requestId={request} rows={arrivals.rows} onClose={close} />
      )}
    </SpaceBetween>
  );
}
