/** What admins, their scripts and the command line have done. */
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { useCursorPages } from '../components/cursor-pages.js';
import { ErrorBox } from '../components/error-box.js';
import { Page } from '../components/page.js';
import { AuditFilters } from './audit-filters.js';
import { AuditTable } from './audit-table.js';
import { type AuditFilter, auditQuery } from './queries.js';

/** The filter stands in the address. */
export function AuditPage() {
  const [search, setSearch] = useSearchParams();
  const filter: AuditFilter = { tenant: search.get('tenant') ?? '', action: search.get('action') ?? '' };
  const pages = useCursorPages<number>(search.toString());
  const list = useQuery(auditQuery(filter, pages.current));
  const setFilter = (next: AuditFilter) =>
    setSearch(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== '')));
  return (
    <Page
      title="Audit log"
      description="What admins, their scripts and the command line have done."
      actions={
        <Button iconName="refresh" loading={list.isFetching} loadingText="Reading" onClick={() => void list.refetch()}>
          Refresh
        </Button>
      }
    >
      <SpaceBetween size="m">
        <AuditFilters filter={filter} onChange={setFilter} />
        {list.error && <ErrorBox error={list.error} onRetry={() => list.refetch()} />}
        <AuditTable list={list} pages={pages} filter={filter} onShowAll={() => setFilter({ tenant: '', action: '' })} />
      </SpaceBetween>
    </Page>
  );
}
