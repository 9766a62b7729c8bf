/** The columns of the list of tenants. */
import Link from '@cloudscape-design/components/link';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { TableProps } from '@cloudscape-design/components/table';
import type { TenantView } from '../../http/admin/messages.js';
import { Bounded } from '../components/bounded.js';
import { duration, number, rate } from '../components/format.js';
import { Time } from '../components/time.js';
import { PROFILE_WORDS } from '../components/words.js';
import { paths } from '../paths.js';

function errorShare({ requests, refused, failed }: TenantView): number {
  return requests === 0 ? -1 : (refused + failed) / requests;
}

/** Milliseconds since the last request; undefined when there was none. */
function quietFor(tenant: TenantView, now: number): number | undefined {
  return tenant.lastRequest === null ? undefined : Math.max(0, now - Date.parse(tenant.lastRequest));
}

function byNumber(value: (tenant: TenantView) => number) {
  return (a: TenantView, b: TenantView) => value(a) - value(b);
}

function Credentials({ tenant: { name, credentials } }: { readonly tenant: TenantView }) {
  const { active, expiring } = credentials;
  if (active === 0) {
    return (
      <StatusIndicator type="pending">
        None,{' '}
        <Link href={paths.connect(name)} ariaLabel={`Connect ${name}`}>
          Connect
        </Link>
      </StatusIndicator>
    );
  }
  if (expiring === 0) return <>{number(active)}</>;
  return (
    <StatusIndicator type="warning">
      {number(expiring)} of {number(active)} expiring
    </StatusIndicator>
  );
}

function ErrorRate({ tenant }: { readonly tenant: TenantView }) {
  const share = errorShare(tenant);
  const text = rate(tenant.refused + tenant.failed, tenant.requests);
  if (share < 0.05) return <>{text}</>;
  return <StatusIndicator type={tenant.failed > 0 ? 'error' : 'warning'}>{text}</StatusIndicator>;
}

/** `now`: milliseconds. */
export function tenantColumns(now: number): TableProps.ColumnDefinition<TenantView>[] {
  const columns: TableProps.ColumnDefinition<TenantView>[] = [
    {
      id: 'name',
      header: 'Tenant',
      isRowHeader: true,
      sortingField: 'name',
      minWidth: 140,
      cell: (tenant) => (
        <>
          <Bounded>
            <Link href={paths.tenant(tenant.name)}>{tenant.name}</Link>
          </Bounded>{' '}
          {tenant.disabled !== null && <StatusIndicator type="stopped">Disabled</StatusIndicator>}
        </>
      ),
    },
    {
      id: 'profile',
      header: 'Profile',
      sortingField: 'profile',
      cell: ({ profile }) => PROFILE_WORDS[profile]?.label ?? profile,
    },
    ...['User', 'Group'].map((type) => ({
      id: type,
      header: `${type}s`,
      sortingComparator: byNumber(({ resources }) => resources[type] ?? 0),
      cell: ({ resources }: TenantView) => number(resources[type] ?? 0),
    })),
    {
      id: 'last',
      header: 'Last request',
      sortingComparator: byNumber(({ lastRequest }) => (lastRequest === null ? 0 : Date.parse(lastRequest))),
      cell: ({ lastRequest }) => <Time value={lastRequest} empty="never" />,
    },
    {
      id: 'quiet',
      header: 'Quiet for',
      sortingComparator: byNumber((tenant) => quietFor(tenant, now) ?? Number.POSITIVE_INFINITY),
      cell: (tenant) => {
        const quiet = quietFor(tenant, now);
        return quiet === undefined ? '–' : duration(quiet);
      },
    },
    {
      id: 'errors',
      header: 'Errors, 24 h',
      minWidth: 115,
      sortingComparator: byNumber(errorShare),
      cell: (tenant) => <ErrorRate tenant={tenant} />,
    },
    {
      id: 'credentials',
      header: 'Credentials',
      minWidth: 160,
      sortingComparator: byNumber(({ credentials }) => credentials.expiring),
      cell: (tenant) => <Credentials tenant={tenant} />,
    },
  ];
  return columns;
}
