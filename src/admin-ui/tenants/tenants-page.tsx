/** /admin/tenants: every tenant with what an operator looks for first: who is quiet, who has errors, what expires. */
import Button from '@cloudscape-design/components/button';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Navigate } from 'react-router';
import { Empty } from '../components/empty.js';
import { ListTable } from '../components/list-table.js';
import { Page } from '../components/page.js';
import { useNow } from '../components/time.js';
import { paths } from '../paths.js';
import { queries } from '../queries.js';
import { useCan, useSession } from '../shell/session.js';
import { tenantColumns } from './columns.js';
import { CreateTenantDialog } from './create-tenant-dialog.js';

export function TenantsPage() {
  const [isCreating, setCreating] = useState(false);
  const tenants = useQuery({ ...queries.tenants, refetchInterval: 30_000 });
  const now = useNow();
  const can = useCan();
  const own = useSession().admin.tenant;
  if (own !== null) return <Navigate to={paths.tenant(own)} replace />;
  const create = can('tenants.create') && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      Create tenant
    </Button>
  );
  return (
    <Page
      title="Tenants"
      description="A tenant is one customer: its own users, groups and credentials."
      {...(tenants.data && { counter: `(${tenants.data.length})` })}
      actions={create}
    >
      <ListTable
        query={tenants}
        columns={tenantColumns(now)}
        noun="tenant"
        label="Tenants"
        narrow={['name', 'errors']}
        trackBy={({ id }) => id}
        searchText={({ name, profile }) => `${name} ${profile}`}
        empty={
          <Empty title="There is no tenant yet" action={create}>
            Create one for each customer, then connect its identity provider.
          </Empty>
        }
      />
      {isCreating && <CreateTenantDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}
